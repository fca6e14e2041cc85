package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// AlterCluster changes a cluster. Objects are those that are in it and have its
// name in their statement, as they are to be.
type AlterCluster struct {
	Cluster *catalog.Cluster
	Objects []*catalog.Object
}

func (*AlterCluster) plan() {}

func alterCluster(st *ast.AlterCluster, env *Env) (Plan, error) {
	cluster, err := clusterToAlter(env, st, st.Name, st.IfExists)
	if cluster == nil || err != nil {
		return &Nothing{}, err
	}
	if _, err := readOptions(env, st, st.Options, "clusters", clusterOptions...); err != nil {
		return nil, err
	}
	list, err := clusterOptionsOf(cluster)
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(o ast.Option) bool {
		_, given := ast.FindOption(st.Options, o.Name)
		return given || st.Reset && o.Name == optionManaged
	})
	if managed, given := ast.FindOption(st.Options, optionManaged); given && !st.Reset {
		list = otherManagement(list, st.Options, managed, cluster)
	}
	if !st.Reset {
		list = append(list, st.Options...)
	}
	changed := *cluster
	if err := setCluster(env, st, &changed, list); err != nil {
		return nil, err
	}
	env.Notice(withoutEffect("a cluster"))
	return &AlterCluster{Cluster: &changed}, nil
}

// otherManagement leaves out of a cluster's options what it cannot have once
// MANAGED is as given, and adds what it has instead.
func otherManagement(list, given []ast.Option, managed ast.Option, c *catalog.Cluster) []ast.Option {
	v, _ := managed.Value.(ast.BoolValue)
	if v.Bool == c.Managed {
		return list
	}
	list = slices.DeleteFunc(list, func(o ast.Option) bool { return o.Name != optionWorkload })
	if v.Bool {
		if _, sized := ast.FindOption(given, optionSize); !sized && len(c.Replicas) > 0 {
			list = append(list, ast.Option{Name: optionSize, Value: ast.StringValue{Text: c.Replicas[0].Size}})
		}
		return list
	}
	if _, named := ast.FindOption(given, optionReplicas); named {
		return list
	}
	var items []ast.Value
	for _, r := range c.Replicas {
		items = append(items, ast.ItemValue{
			Name: ast.ObjectName{Item: r.Name}, Options: []ast.Option{{Name: optionSize, Value: ast.StringValue{Text: r.Size}}},
		})
	}
	return append(list, ast.Option{Name: optionReplicas, Value: ast.ListValue{Items: items}})
}

// clusterToAlter finds a cluster of a user's, or nil where IF EXISTS allows that.
func clusterToAlter(env *Env, st ast.Statement, name ast.ObjectName, ifExists bool) (*catalog.Cluster, error) {
	cluster, err := env.cluster(st, ast.Ident{Name: name.Item, Pos: name.Pos})
	if err != nil && ifExists && pgerr.Is(err, pgerr.UndefinedObject) {
		env.Notice(doesNotExist(name.Item))
		return nil, nil
	}
	return cluster, err
}

// renameCluster gives a cluster another name, which the statements of what is in
// it have, too.
func renameCluster(st *ast.AlterRename, env *Env) (Plan, error) {
	cluster, err := clusterToAlter(env, st, st.Name, st.IfExists)
	if cluster == nil || err != nil {
		return &Nothing{}, err
	}
	name := st.NewName.Name
	switch {
	case env.Catalog.ClusterNamed(name) != nil || isSystemCluster(name):
		return nil, pgerr.New(pgerr.DuplicateObject, "cluster '%s' already exists", name).At(st.At(st.NewName.Pos))
	case reservedPrefix(name):
		return nil, pgerr.New(pgerr.ReservedName, "unacceptable cluster name '%s'", name).At(st.At(st.NewName.Pos))
	}
	options, err := clusterOptionsOf(cluster)
	if err != nil {
		return nil, err
	}
	changed := *cluster
	changed.Name = name
	renderCluster(&changed, options)
	draft := catalog.NewDraft(env.Catalog)
	draft.PutCluster(&changed)
	p := &AlterCluster{Cluster: &changed}
	for _, o := range draft.Catalog().InCluster(cluster.ID) {
		moved := *o
		if err := renderAgain(&moved, draft.Catalog()); err != nil {
			return nil, err
		}
		p.Objects = append(p.Objects, &moved)
	}
	return p, nil
}
