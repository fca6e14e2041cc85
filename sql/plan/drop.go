package plan

import (
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// Drop removes objects, users before what they use, and then schemas, clusters
// and roles.
type Drop struct {
	Objects  []*catalog.Object
	Schemas  []*catalog.Schema
	Clusters []*catalog.Cluster
	Roles    []*catalog.Role
	// Changed are sources that lose tables and clusters that lose replicas, as
	// they are to be.
	Changed         []*catalog.Object
	ChangedClusters []*catalog.Cluster
}

func (*Drop) plan() {}

// droppable are the kinds of objects that can be dropped and renamed.
var droppable = []ast.ObjectType{ast.TypeSecret, ast.TypeConnection, ast.TypeSource, ast.TypeTable, ast.TypeView, ast.TypeMaterializedView, ast.TypeIndex, ast.TypeSequence}

func drop(st *ast.Drop, env *Env) (Plan, error) {
	switch st.Object {
	case ast.TypeSchema:
		return dropSchema(st, env)
	case ast.TypeCluster:
		return dropCluster(st, env)
	case ast.TypeClusterReplica:
		return dropClusterReplica(st, env)
	case ast.TypeRole:
		return dropRole(st, env)
	}
	if !slices.Contains(droppable, st.Object) {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", st.Tag()).At(st.At(st.Span().Start))
	}
	if p, err := dropUniqueIndex(st, env); p != nil || err != nil {
		return p, err
	}
	var roots []*catalog.Object
	for _, name := range st.Names {
		object, err := dropRoot(env, st, name)
		if err != nil {
			return nil, err
		}
		if object != nil && !slices.Contains(roots, object) {
			roots = append(roots, object)
		}
	}
	if len(roots) == 0 {
		return &Nothing{}, nil
	}
	d := &dropper{env: env, cascade: st.Behavior == ast.DropCascade, named: roots}
	for _, object := range roots {
		root, err := d.root(object)
		if err != nil {
			return nil, err
		}
		if err := d.add(root); err != nil {
			return nil, err
		}
	}
	return d.plan(&Drop{})
}

// plan completes a plan with the objects that were collected, and with the
// sources whose statements name tables that go.
func (d *dropper) plan(p *Drop) (Plan, error) {
	p.Objects = d.order
	var err error
	if p.Changed, err = withoutTables(d.env, d.order); err != nil {
		return nil, err
	}
	changed, err := d.detached()
	p.Changed = append(p.Changed, changed...)
	return p, err
}

// dropRoot finds an object that is named, or nil where IF EXISTS allows that.
func dropRoot(env *Env, st *ast.Drop, name ast.ObjectName) (*catalog.Object, error) {
	object, err := env.lookup(st, name)
	if err != nil {
		return nil, err
	}
	if object == nil {
		if !st.IfExists {
			return nil, env.unknownItem(st, name)
		}
		n := doesNotExist(name.Item)
		n.Message = strings.ToLower(string(st.Object)) + ` "` + name.Item + `" does not exist, skipping`
		env.Notice(n)
		return nil, nil
	}
	if !isOfType(object, st.Object) {
		kind := kindText(object)
		return nil, pgerr.New(pgerr.WrongObjectType, "%q is not a %s", object.Name, strings.ToLower(string(st.Object))).At(st.At(name.Pos)).
			WithDetail("It is a %s.", kind).WithHint("Use DROP %s.", strings.ToUpper(kind))
	}
	return object, nil
}

// isOfType tells whether DROP of a type may name the object.
func isOfType(o *catalog.Object, t ast.ObjectType) bool {
	return strings.EqualFold(kindText(o), string(t))
}

func kindText(o *catalog.Object) string { return strings.ReplaceAll(string(o.Kind), "-", " ") }

// dropper collects what a DROP removes.
type dropper struct {
	env     *Env
	cascade bool
	named   []*catalog.Object
	order   []*catalog.Object
	loose   []*catalog.Object // users' tables that lose what refers to an object that goes
	owner   *catalog.Object   // whose sequences go
}

// root is what goes with an object that is named: a source cannot be without
// its progress relation.
func (d *dropper) root(object *catalog.Object) (*catalog.Object, error) {
	progress, ok := object.Def.(*catalog.Progress)
	if !ok {
		return object, nil
	}
	source := d.env.Catalog.Object(progress.Source)
	if !d.cascade && !slices.Contains(d.named, source) {
		return nil, stillUsed(object, source)
	}
	return source, nil
}

func stillUsed(object, user *catalog.Object) error {
	return pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop %s %q: still depended upon by %s %q",
		kindText(object), object.Name, kindText(user), user.Name).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

// isOwned tells whether an object goes with what it uses, also without CASCADE: a
// progress relation with its source, an index with its relation.
func isOwned(o *catalog.Object) bool {
	switch o.Def.(type) {
	case *catalog.Progress, *catalog.Index:
		return true
	}
	return false
}

func (d *dropper) add(object *catalog.Object) error {
	if slices.Contains(d.order, object) {
		return nil
	}
	if err := d.sequences(object); err != nil {
		return err
	}
	for _, user := range d.env.Catalog.Users(object.ID) {
		if d.keepsTable(user) {
			if err := d.detach(user, object); err != nil {
				return err
			}
			continue
		}
		owned := isOwned(user)
		if !d.cascade && !owned && !slices.Contains(d.named, user) {
			return stillUsed(object, user)
		}
		if err := d.add(user); err != nil {
			return err
		}
	}
	d.order = append(d.order, object)
	return nil
}
