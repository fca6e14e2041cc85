package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// AlterOwner gives something another owner. One of the fields is set, and is as it
// is to be.
type AlterOwner struct {
	Object  *catalog.Object
	Schema  *catalog.Schema
	Cluster *catalog.Cluster
}

func (*AlterOwner) plan() {}

func alterOwner(st *ast.AlterOwner, env *Env) (Plan, error) {
	p := &AlterOwner{}
	owner, err := env.role(st, st.Owner)
	if err != nil {
		return nil, err
	}
	id := string(owner.ID)
	found := true
	switch st.Object {
	case ast.TypeSchema:
		found, err = p.ownSchema(st, env, id)
	case ast.TypeCluster:
		found, err = p.ownCluster(st, env, id)
	case ast.TypeClusterReplica:
		found, err = p.ownReplica(st, env, id)
	default:
		if !slices.Contains(droppable, st.Object) {
			return nil, Unsupported(st)
		}
		found, err = p.ownObject(st, env, id)
	}
	if err != nil {
		return nil, err
	}
	if !found {
		env.Notice(doesNotExist(st.Name.Item))
		return &Nothing{}, nil
	}
	env.Notice(pgerr.Notice("an owner is kept and shown, and changes nothing here: there are no privileges to hold"))
	return p, nil
}

// ownSchema and the others give what is named to a role. They tell whether it is
// there, where IF EXISTS allows that it is not.
func (p *AlterOwner) ownSchema(st *ast.AlterOwner, env *Env, id string) (bool, error) {
	if err := checkDatabase(st, st.Name); err != nil {
		return false, err
	}
	schema, err := namedSchema(env, st, st.Name)
	if err != nil {
		return false, unlessMissing(err, st.IfExists, pgerr.InvalidSchemaName)
	}
	owned := *schema
	owned.OwnerID, p.Schema = id, &owned
	return true, nil
}

func (p *AlterOwner) ownCluster(st *ast.AlterOwner, env *Env, id string) (bool, error) {
	cluster, err := env.cluster(st, ast.Ident{Name: st.Name.Item, Pos: st.Name.Pos})
	if err != nil {
		return false, unlessMissing(err, st.IfExists, pgerr.UndefinedObject)
	}
	owned := *cluster
	owned.OwnerID, p.Cluster = id, &owned
	return true, nil
}

func (p *AlterOwner) ownReplica(st *ast.AlterOwner, env *Env, id string) (bool, error) {
	cluster, i, err := clusterReplica(env, st, st.Name)
	if err != nil {
		return false, unlessMissing(err, st.IfExists, pgerr.UndefinedObject)
	}
	owned := *cluster
	owned.Replicas = slices.Clone(cluster.Replicas)
	owned.Replicas[i].OwnerID, p.Cluster = id, &owned
	return true, nil
}

func (p *AlterOwner) ownObject(st *ast.AlterOwner, env *Env, id string) (bool, error) {
	object, err := env.lookup(st, st.Name)
	switch {
	case err != nil:
		return false, err
	case object == nil && st.IfExists:
		return false, nil
	case object == nil:
		return false, env.unknownItem(st, st.Name)
	case !isOfType(object, st.Object):
		return false, wrongType(st, st.Name, object, st.Object)
	}
	owned := *object
	owned.OwnerID, p.Object = id, &owned
	return true, nil
}

func unlessMissing(err error, ifExists bool, code pgerr.Code) error {
	if ifExists && pgerr.Is(err, code) {
		return nil
	}
	return err
}

// clusterReplica finds a replica by cluster.replica, and its place.
func clusterReplica(env *Env, st ast.Statement, name ast.ObjectName) (*catalog.Cluster, int, error) {
	cluster, err := env.cluster(st, ast.Ident{Name: name.Schema, Pos: name.Pos})
	if err != nil {
		return nil, 0, err
	}
	i := cluster.Replica(name.Item)
	if i < 0 {
		return nil, 0, pgerr.New(pgerr.UndefinedObject, "unknown cluster replica '%s'", name.Item).At(st.At(name.Pos))
	}
	return cluster, i, nil
}
