package catalog

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// withPublic is a catalog with the schema public and objects.
func withPublic(objects ...*Object) *Catalog {
	d := NewDraft(Empty())
	d.PutSchema(&Schema{ID: "u1", Name: PublicSchema, OwnerID: RoleID})
	for _, o := range objects {
		d.Put(o)
	}
	return d.now
}

// edit is what a transaction does to its draft.
type edit func(d *Draft)

func puts(objects ...*Object) edit {
	return func(d *Draft) {
		for _, o := range objects {
			d.Put(o)
		}
	}
}

func drops(ids ...ID) edit {
	return func(d *Draft) {
		for _, id := range ids {
			d.Drop(id)
		}
	}
}

func both(edits ...edit) edit {
	return func(d *Draft) {
		for _, e := range edits {
			e(d)
		}
	}
}

// view is a view with one column, of a type.
func view(id ID, name, typ string, uses ...ID) *Object {
	oid := map[string]types.OID{"int4": types.Int4OID, "text": types.TextOID}[typ]
	return &Object{ID: id, Kind: KindView, SchemaID: "u1", Name: name, OwnerID: RoleID, Uses: uses, Def: &View{},
		Columns: []Column{{Name: "k", Type: types.T(oid)}}}
}

func putsSchema(id ID, name string) edit {
	return func(d *Draft) { d.PutSchema(&Schema{ID: id, Name: name}) }
}

func dropsSchema(id ID) edit { return func(d *Draft) { d.DropSchema(id) } }

func putsCluster(id ID, name string) edit {
	return func(d *Draft) { d.PutCluster(&Cluster{ID: id, Name: name, OwnerID: RoleID}) }
}

func dropsCluster(id ID) edit { return func(d *Draft) { d.DropCluster(id) } }

func putsRole(id ID, name string) edit {
	return func(d *Draft) { d.PutRole(&Role{ID: id, Name: name}) }
}

func dropsRole(id ID) edit { return func(d *Draft) { d.DropRole(id) } }

func inCluster(o *Object, cluster ID) *Object {
	o.ClusterID = cluster
	return o
}

func ownedBy(o *Object, role string) *Object {
	o.OwnerID = role
	return o
}

func inSchema(o *Object, schema ID) *Object {
	o.SchemaID = schema
	return o
}

// TestRebase: two transactions start from one catalog, which has the secrets a
// (u2) and b (u3), the connection c (u4) that uses a, the schema empty (u5), the
// cluster spare (u6), the role joe (u7) and the view v (u8). The first commits; then the second commits, or has to run again.
func TestRebase(t *testing.T) {
	for _, test := range []struct {
		name          string
		first, second edit
		conflict      string // what the error names; "": none
	}{
		{"different objects", puts(secret("u10", "x")), puts(secret("u11", "y")), ""},
		{"different objects that exist", puts(secret("u2", "a2")), puts(secret("u3", "b2")), ""},
		{"one new name", puts(secret("u10", "x")), puts(secret("u11", "x")), "x"},
		{"one new name in two schemas", puts(secret("u10", "x")), puts(inSchema(secret("u11", "x"), "u5")), ""},
		{"a name that another renamed to", puts(secret("u3", "x")), puts(secret("u11", "x")), "x"},
		{"a name that became free", drops("u3"), puts(secret("u11", "b2")), ""},
		{"one object changed twice", puts(secret("u3", "b2")), puts(secret("u3", "b3")), "b"},
		{"one object changed and dropped", puts(secret("u3", "b2")), drops("u3"), "b"},
		{"one object dropped and changed", drops("u3"), puts(secret("u3", "b2")), "b"},
		{"one object dropped twice", drops("u3"), drops("u3"), "b"},
		{"a dependency that was dropped", drops("u3"), puts(connection("u10", "x", "u3")), "x"},
		{"a dependency that was changed", puts(secret("u3", "b2")), puts(connection("u10", "x", "u3")), "x"},
		{"a dependency that was not", puts(secret("u2", "a2")), puts(connection("u10", "x", "u3")), ""},
		{"a user of a dropped object", puts(connection("u10", "x", "u3")), drops("u3"), "b"},
		{"a user of a changed object", puts(connection("u10", "x", "u3")), puts(secret("u3", "b")), ""},
		{"a user of a renamed object", puts(connection("u10", "x", "u3")), puts(secret("u3", "b2")), "b"},
		{"a user that is dropped, too", puts(secret("u10", "x")), drops("u4", "u2"), ""},
		{"names that are swapped", puts(secret("u10", "x")), puts(secret("u2", "b"), secret("u3", "a")), ""},
		{"made and dropped again", puts(secret("u10", "x")), both(puts(secret("u11", "x")), drops("u11")), ""},
		{"one new schema", putsSchema("u10", "team"), putsSchema("u11", "team"), "schema team"},
		{"different schemas", putsSchema("u10", "team"), putsSchema("u11", "crew"), ""},
		{"one schema changed twice", putsSchema("u5", "e2"), putsSchema("u5", "e3"), "schema e3"},
		{"a schema that was dropped", dropsSchema("u5"), puts(inSchema(secret("u10", "x"), "u5")), "x"},
		{"a schema that was filled", puts(inSchema(secret("u10", "x"), "u5")), dropsSchema("u5"), "schema empty"},
		{"one new cluster", putsCluster("u10", "x"), putsCluster("u11", "x"), "cluster x"},
		{"one cluster changed twice", putsCluster("u6", "c2"), putsCluster("u6", "c3"), "cluster c3"},
		{"a cluster that was dropped", dropsCluster("u6"), puts(inCluster(secret("u10", "x"), "u6")), "x"},
		{"a cluster that was filled", puts(inCluster(secret("u10", "x"), "u6")), dropsCluster("u6"), "cluster spare"},
		{"a cluster that was renamed", putsCluster("u6", "c2"), puts(inCluster(secret("u10", "x"), "u6")), "x"},
		{"a cluster that was filled before its renaming", puts(inCluster(secret("u10", "x"), "u6")), putsCluster("u6", "c2"), "cluster spare"},
		{"one new role", putsRole("u10", "x"), putsRole("u11", "x"), "role x"},
		{"a role that was dropped", dropsRole("u7"), puts(ownedBy(secret("u10", "x"), "u7")), "the owner of an object"},
		{"a role that became an owner", puts(ownedBy(secret("u10", "x"), "u7")), dropsRole("u7"), "the owner of an object"},
		{"a role that was commented", putsRole("u7", "joe"), puts(ownedBy(secret("u10", "x"), "u7")), ""},
		{"a view used before its columns changed", puts(view("u10", "x", "int4", "u8")), puts(view("u8", "v", "text")), "v"},
		{"a view used before its query changed", puts(view("u10", "x", "int4", "u8")), puts(view("u8", "v", "int4")), ""},
		{"a schema of a dropped one's name", puts(secret("u10", "x")), both(dropsSchema("u5"), putsSchema("u11", "empty")), ""},
	} {
		t.Run(strings.ReplaceAll(test.name, " ", "_"), func(t *testing.T) {
			base := withPublic(secret("u2", "a"), secret("u3", "b"), connection("u4", "c", "u2"), view("u8", "v", "int4"))
			base.schemas["u5"] = &Schema{ID: "u5", Name: "empty"}
			base.clusters["u6"] = &Cluster{ID: "u6", Name: "spare", OwnerID: RoleID}
			base.roles["u7"] = &Role{ID: "u7", Name: "joe"}
			first, second := NewDraft(base), NewDraft(base)
			test.first(first)
			test.second(second)
			latest, err := first.rebase(base)
			if err != nil {
				t.Fatal(err)
			}
			got, err := second.rebase(latest)
			if test.conflict == "" {
				if err != nil {
					t.Fatal(err)
				}
				if diff := difference(got, inOrder(latest, second)); diff != "" {
					t.Error(diff)
				}
				if got.Version() != base.Version()+2 {
					t.Errorf("the version is %d", got.Version())
				}
				return
			}
			if !serialization(err) {
				t.Fatalf("the error is %v", err)
			}
			if e := pgerr.From(err); !strings.Contains(e.Message, ": "+test.conflict+" was changed") {
				t.Errorf("the error does not name %s: %s", test.conflict, e.Message)
			}
		})
	}
}

func TestADraftDoesNotChangeItsBase(t *testing.T) {
	base := withPublic(secret("u2", "a"), connection("u3", "c", "u2"))
	before := base.clone()
	d := NewDraft(base)
	d.Put(secret("u2", "renamed"))
	d.Drop("u3")
	d.Put(connection("u4", "d", "u2"))
	d.PutSchema(&Schema{ID: "u5", Name: "team"})
	if diff := difference(base, before); diff != "" {
		t.Error(diff)
	}
	change := d.Change()
	if c := change.Objects["u2"]; c.Old != base.Object("u2") || c.New != d.Catalog().Object("u2") {
		t.Errorf("the change of u2 is %+v", c)
	}
	if c := change.Objects["u3"]; c.Old == nil || c.New != nil {
		t.Errorf("the change of u3 is %+v", c)
	}
	if ids := change.Sorted(); len(ids) != 3 || ids[2].New.ID != "u4" {
		t.Errorf("sorted changes are %v", ids)
	}
}

func TestADraftThatUndoesItselfIsEmpty(t *testing.T) {
	d := NewDraft(withPublic())
	both(puts(secret("u2", "a")), drops("u2"), putsSchema("u3", "x"), dropsSchema("u3"))(d)
	if !d.Change().Empty() {
		t.Errorf("the change is %+v", d.Change())
	}
}

// TestRebaseEqualsRunningInOrder: whatever two transactions do, when the
// second commits behind the first, the result is what it does to the first's
// result, and it is sound; and it commits when they have nothing in common.
func TestRebaseEqualsRunningInOrder(t *testing.T) {
	var merged, refused int
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		ids := &counter{next: 2}
		base := withPublic()
		grow := NewDraft(base)
		randomEdits(r, grow, ids, 12)
		base = grow.now
		first, second := NewDraft(base), NewDraft(base)
		randomEdits(r, first, ids, 1+r.IntN(4))
		randomEdits(r, second, ids, 1+r.IntN(4))
		latest, err := first.rebase(base)
		if err != nil {
			t.Fatalf("seed %d: the first: %v", seed, err)
		}
		got, err := second.rebase(latest)
		if err != nil {
			refused++
			if !serialization(err) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if !overlap(first, second) {
				t.Fatalf("seed %d: refused without reason: %v", seed, err)
			}
			continue
		}
		merged++
		if diff := difference(got, inOrder(latest, second)); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
		if fault := unsound(got); fault != "" {
			t.Fatalf("seed %d: %s", seed, fault)
		}
	}
	if merged < 500 || refused < 500 {
		t.Errorf("%d merged and %d refused: the test does not try both", merged, refused)
	}
}

type counter struct{ next int }

func (c *counter) id() ID {
	c.next++
	return idOf(c.next)
}

// inOrder builds what a draft makes of a catalog, object by object.
func inOrder(latest *Catalog, d *Draft) *Catalog {
	c := newCatalog()
	maps.Copy(c.clusters, latest.clusters)
	for id, change := range d.change.Clusters {
		delete(c.clusters, id)
		if change.New != nil {
			c.clusters[id] = change.New
		}
	}
	maps.Copy(c.roles, latest.roles)
	for id, change := range d.change.Roles {
		delete(c.roles, id)
		if change.New != nil {
			c.roles[id] = change.New
		}
	}
	for id, s := range latest.schemas {
		if _, changed := d.change.Schemas[id]; !changed {
			c.schemas[id] = s
		}
	}
	for id, s := range d.change.Schemas {
		if s.New != nil {
			c.schemas[id] = s.New
		}
	}
	for id, o := range latest.objects {
		if _, changed := d.change.Objects[id]; !changed {
			c.put(o)
		}
	}
	for _, o := range d.change.Objects {
		if o.New != nil {
			c.put(o.New)
		}
	}
	return c
}

// randomEdits makes changes that planning would allow.
func randomEdits(r *rand.Rand, d *Draft, ids *counter, n int) {
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}
	for range n {
		objects := d.now.Objects()
		name := names[r.IntN(len(names))]
		free := d.now.Lookup("u1", name) == nil
		var uses []ID
		if len(objects) > 0 && r.IntN(2) == 0 {
			uses = []ID{objects[r.IntN(len(objects))].ID}
		}
		switch kind := r.IntN(3); {
		case kind == 0 && free:
			d.Put(connection(ids.id(), name, uses...))
		case kind == 1 && len(objects) > 0:
			o := objects[r.IntN(len(objects))]
			changed := *o
			if free {
				changed.Name = name
			} else {
				changed.Comment = name
			}
			d.Put(&changed)
		case kind == 2 && len(objects) > 0:
			o := objects[r.IntN(len(objects))]
			if len(d.now.Users(o.ID)) == 0 {
				d.Drop(o.ID)
			}
		}
	}
}

// overlap tells whether two drafts have an object, a name or a dependency in
// common.
func overlap(first, second *Draft) bool {
	touched := func(d *Draft) (ids map[ID]bool, names map[string]bool, uses map[ID]bool) {
		ids, names, uses = map[ID]bool{}, map[string]bool{}, map[ID]bool{}
		for id, c := range d.change.Objects {
			ids[id] = true
			for _, o := range []*Object{c.Old, c.New} {
				if o != nil {
					names[o.Name] = true
					for _, u := range o.Uses {
						uses[u] = true
					}
				}
			}
		}
		return ids, names, uses
	}
	ids1, names1, uses1 := touched(first)
	ids2, names2, uses2 := touched(second)
	return common(ids1, ids2) || common(names1, names2) || common(ids1, uses2) || common(uses1, ids2)
}

func common[K comparable](a, b map[K]bool) bool {
	for k := range a {
		if b[k] {
			return true
		}
	}
	return false
}

// unsound names a fault of a catalog: something used that is gone, or names
// and users that are not those of the objects.
func unsound(c *Catalog) string {
	again := newCatalog()
	again.schemas, again.clusters, again.roles = c.schemas, c.clusters, c.roles
	for _, o := range c.Objects() {
		if c.Schema(o.SchemaID) == nil {
			return o.Name + " is in no schema"
		}
		if c.Lookup(o.SchemaID, o.Name) != o {
			return o.Name + " is not found by its name"
		}
		if slices.ContainsFunc(o.Uses, func(u ID) bool { return c.Object(u) == nil }) {
			return o.Name + " uses what is gone"
		}
		again.put(o)
	}
	return difference(c, again)
}
