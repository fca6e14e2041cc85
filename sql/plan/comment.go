package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// Comment sets or removes the comment of an object, of one of its columns, or of
// what is in no schema. One of the fields is set, and is as it is to be.
type Comment struct {
	Object  *catalog.Object
	Schema  *catalog.Schema
	Cluster *catalog.Cluster
	Role    *catalog.Role
}

func (*Comment) plan() {}

func comment(st *ast.Comment, env *Env) (Plan, error) {
	switch st.Object {
	case ast.TypeSchema, ast.TypeCluster, ast.TypeClusterReplica, ast.TypeRole:
		return commentNamed(st, env)
	}
	if st.Object != ast.TypeColumn && !slices.Contains(droppable, st.Object) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "COMMENT ON %s is not supported", st.Object).At(st.At(st.Span().Start))
	}
	object, err := env.resolve(st, st.Name)
	if err != nil {
		return nil, err
	}
	text := commentText(st)
	commented := *object
	switch {
	case st.Object != ast.TypeColumn:
		if !isOfType(object, st.Object) {
			return nil, wrongType(st, st.Name, object, st.Object)
		}
		commented.Comment = text
	case !object.IsRelation():
		return nil, noColumns(st, st.Name, object)
	default:
		i := slices.IndexFunc(object.Columns, func(c catalog.Column) bool { return c.Name == st.Column.Name })
		if i < 0 {
			return nil, noSuchColumn(st, object)
		}
		commented.Columns = slices.Clone(object.Columns)
		commented.Columns[i].Comment = text
	}
	return &Comment{Object: &commented}, nil
}

func commentText(st *ast.Comment) string {
	if st.Text == nil {
		return ""
	}
	return st.Text.Text
}

// commentNamed plans the comment of what is in no schema.
func commentNamed(st *ast.Comment, env *Env) (Plan, error) {
	name, text := ast.Ident{Name: st.Name.Item, Pos: st.Name.Pos}, commentText(st)
	p := &Comment{}
	switch st.Object {
	case ast.TypeSchema:
		schema, err := namedSchema(env, st, st.Name)
		if err != nil {
			return nil, err
		}
		commented := *schema
		commented.Comment, p.Schema = text, &commented
	case ast.TypeCluster:
		cluster, err := env.cluster(st, name)
		if err != nil {
			return nil, err
		}
		commented := *cluster
		commented.Comment, p.Cluster = text, &commented
	case ast.TypeClusterReplica:
		cluster, i, err := clusterReplica(env, st, st.Name)
		if err != nil {
			return nil, err
		}
		commented := *cluster
		commented.Replicas = slices.Clone(cluster.Replicas)
		commented.Replicas[i].Comment, p.Cluster = text, &commented
	case ast.TypeRole:
		role, err := env.role(st, name)
		if err == nil {
			err = mayChangeRoles(env, "permission denied to comment on role")
		}
		if err != nil {
			return nil, err
		}
		commented := *role
		commented.Comment, p.Role = text, &commented
	}
	return p, nil
}

func noSuchColumn(st *ast.Comment, object *catalog.Object) error {
	e := pgerr.New(pgerr.UndefinedColumn, "column %q of relation %q does not exist", st.Column.Name, object.Name).At(st.At(st.Column.Pos))
	var names []string
	for _, c := range object.Columns {
		names = append(names, c.Name)
	}
	return meant(e, st.Column.Name, names)
}

func noColumns(st ast.Statement, name ast.ObjectName, object *catalog.Object) error {
	return pgerr.New(pgerr.WrongObjectType, "%s is a %s and so does not have columns", nameText(name), kindText(object)).At(st.At(name.Pos))
}
