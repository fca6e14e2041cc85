package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/parse"
	"culvert/sql/pgerr"
)

// CreateClusterReplica adds a replica to a cluster: the cluster as it is to be.
type CreateClusterReplica struct{ Cluster *catalog.Cluster }

func (*CreateClusterReplica) plan() {}

func createClusterReplica(st *ast.CreateClusterReplica, env *Env) (Plan, error) {
	cluster, err := unmanagedCluster(env, st, st.Name)
	if err != nil {
		return nil, err
	}
	if cluster.Replica(st.Name.Item) >= 0 {
		return nil, pgerr.New(pgerr.DuplicateObject, "cluster replica '%s.%s' already exists", cluster.Name, st.Name.Item).At(st.At(st.Name.Pos))
	}
	r, err := readReplica(env, st, st.Name, st.Options)
	if err != nil {
		return nil, err
	}
	r.ID, r.OwnerID = env.NextID(), catalog.RoleID
	changed := *cluster
	changed.Replicas = append(slices.Clone(cluster.Replicas), r)
	item := ast.ItemValue{Name: ast.ObjectName{Item: r.Name}, Options: st.Options}
	if err := changeReplicas(&changed, func(items []ast.Value) []ast.Value { return append(items, item) }); err != nil {
		return nil, err
	}
	env.Notice(withoutEffect("a replica"))
	return &CreateClusterReplica{Cluster: &changed}, nil
}

// unmanagedCluster finds the cluster of a replica that a statement changes.
func unmanagedCluster(env *Env, st ast.Statement, replica ast.ObjectName) (*catalog.Cluster, error) {
	cluster, err := env.cluster(st, ast.Ident{Name: replica.Schema, Pos: replica.Pos})
	if err != nil {
		return nil, err
	}
	if cluster.Managed {
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "cannot modify managed cluster %s", cluster.Name).At(st.At(replica.Pos)).
			WithHint("Use ALTER CLUSTER %s SET (REPLICATION FACTOR = ...).", ast.QuoteIdent(cluster.Name))
	}
	return cluster, nil
}

// readReplica reads the options of a replica.
func readReplica(env *Env, st ast.Statement, name ast.ObjectName, list []ast.Option) (r catalog.Replica, err error) {
	o, err := readOptions(env, st, list, "cluster replicas", optionSize, optionZone, optionDisk, optionDebugging, optionInterval)
	if err != nil {
		return r, err
	}
	r.Name = name.Item
	if !o.has(optionSize) {
		return r, pgerr.New(pgerr.InvalidParameterValue, "SIZE option must be specified").At(st.At(name.Pos))
	}
	if r.Size, err = o.required(optionSize); err != nil {
		return r, err
	}
	if r.AvailabilityZone, err = o.text(optionZone); err != nil {
		return r, err
	}
	r.Disk, err = o.boolean(optionDisk, false)
	return r, err
}

// changeReplicas changes REPLICAS of a cluster's statement.
func changeReplicas(c *catalog.Cluster, change func([]ast.Value) []ast.Value) error {
	options, err := clusterOptionsOf(c)
	if err != nil {
		return err
	}
	for i, o := range options {
		if list, ok := o.Value.(ast.ListValue); ok && o.Name == optionReplicas {
			list.Items = change(slices.Clone(list.Items))
			options[i].Value = list
		}
	}
	renderCluster(c, options)
	return nil
}

// clusterOptionsOf reads the options of a cluster's own statement.
func clusterOptionsOf(c *catalog.Cluster) ([]ast.Option, error) {
	statements, err := parse.Parse(c.CreateSQL)
	if err != nil {
		return nil, err
	}
	return slices.Clone(statements[0].(*ast.CreateCluster).Options), nil
}
