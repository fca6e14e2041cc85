package catalog

import (
	"maps"
	"slices"

	"culvert/sql/pgerr"
)

// Change is what a statement or a transaction does to the catalog: objects and
// schemas before and after. A nil New is a drop, a nil Old a creation.
type Change struct {
	Objects  map[ID]ObjectChange
	Schemas  map[ID]SchemaChange
	Clusters map[ID]ClusterChange
	Roles    map[ID]RoleChange
}

// ObjectChange is what became of an object.
type ObjectChange struct{ Old, New *Object }

// SchemaChange is what became of a schema, ClusterChange of a cluster, and
// RoleChange of a role.
type (
	SchemaChange  = changed[Schema]
	ClusterChange = changed[Cluster]
	RoleChange    = changed[Role]
)

// Empty tells whether nothing changed.
func (c *Change) Empty() bool {
	return len(c.Objects) == 0 && len(c.Schemas) == 0 && len(c.Clusters) == 0 && len(c.Roles) == 0
}

// Sorted gives the changes of objects by ID.
func (c *Change) Sorted() []ObjectChange {
	ids := slices.SortedFunc(maps.Keys(c.Objects), func(a, b ID) int { return int(a.Number() - b.Number()) })
	changes := make([]ObjectChange, len(ids))
	for i, id := range ids {
		changes[i] = c.Objects[id]
	}
	return changes
}

// Draft is a transaction's own copy of the catalog. It is not safe for
// concurrent use.
type Draft struct {
	base   *Catalog
	now    *Catalog
	change Change
}

// NewDraft starts a draft on a catalog value.
func NewDraft(base *Catalog) *Draft {
	return &Draft{
		base: base,
		now:  base.clone(),
		change: Change{
			Objects: map[ID]ObjectChange{}, Schemas: map[ID]SchemaChange{}, Clusters: map[ID]ClusterChange{}, Roles: map[ID]RoleChange{},
		},
	}
}

// Catalog is the catalog as the transaction sees it. It is valid until the
// next change of the draft.
func (d *Draft) Catalog() *Catalog { return d.now }

// Change is all that the draft changed.
func (d *Draft) Change() *Change { return &d.change }

// Put adds or replaces an object.
func (d *Draft) Put(o *Object) {
	d.record(o.ID, o)
	d.now.put(o)
}

// Drop removes an object. What uses it must be gone before.
func (d *Draft) Drop(id ID) {
	d.record(id, nil)
	d.now.remove(id)
}

func (d *Draft) record(id ID, o *Object) {
	old := d.base.objects[id]
	if old == nil && o == nil {
		delete(d.change.Objects, id)
		return
	}
	d.change.Objects[id] = ObjectChange{Old: old, New: o}
}

// PutSchema adds or replaces a schema.
func (d *Draft) PutSchema(s *Schema) {
	putNamed(d.base.schemas, d.now.schemas, d.change.Schemas, s.ID, s)
}

// DropSchema removes a schema. What is in it must be gone before.
func (d *Draft) DropSchema(id ID) {
	putNamed(d.base.schemas, d.now.schemas, d.change.Schemas, id, nil)
}

// errOverlap is the answer to two transactions that changed the same thing.
func errOverlap(what string) error {
	return pgerr.New(pgerr.SerializationFailure, "could not serialize access: %s was changed by another transaction", what).
		WithHint("Run the transaction again.")
}

// rebase gives the draft's changes on top of a later catalog value, or 40001
// where the two changed the same object, name or dependency.
func (d *Draft) rebase(latest *Catalog) (*Catalog, error) {
	next := d.now
	if latest != d.base {
		next = latest.clone()
		if err := d.replay(latest, next); err != nil {
			return nil, err
		}
	}
	next = next.clone()
	next.version = latest.version + 1
	return next, nil
}

func (d *Draft) replay(latest, next *Catalog) error {
	if err := d.replayNamed(latest, next); err != nil {
		return err
	}
	changes := d.change.Sorted()
	for _, c := range changes {
		if c.Old != nil {
			if latest.objects[c.Old.ID] != c.Old {
				return errOverlap(c.Old.Name)
			}
			next.remove(c.Old.ID)
		}
	}
	for _, c := range changes {
		if c.New != nil {
			if next.Lookup(c.New.SchemaID, c.New.Name) != nil {
				return errOverlap(c.New.Name)
			}
			next.put(c.New)
		}
	}
	return d.checkUses(next)
}

// replayNamed replays the changes of what is in no schema.
func (d *Draft) replayNamed(latest, next *Catalog) error {
	if err := replay(latest.schemas, next.schemas, d.change.Schemas, schemaName); err != nil {
		return err
	}
	if err := replay(latest.clusters, next.clusters, d.change.Clusters, clusterName); err != nil {
		return err
	}
	return replay(latest.roles, next.roles, d.change.Roles, roleName)
}

// checkUses refuses a result in which something is used that is gone.
func (d *Draft) checkUses(next *Catalog) error {
	for _, c := range d.change.Sorted() {
		if c.New == nil {
			if users := next.users[c.Old.ID]; len(users) > 0 {
				return errOverlap(c.Old.Name)
			}
			continue
		}
		if (c.renames() || c.reshapes()) && !d.sawUsers(c.New.ID, next) {
			return errOverlap(c.Old.Name)
		}
		if next.schemas[c.New.SchemaID] == nil || c.New.ClusterID != "" && !d.sawCluster(c.New.ClusterID, next) {
			return errOverlap(c.New.Name)
		}
		for _, used := range c.New.Uses {
			if next.objects[used] == nil || !d.sawUsed(used, next) {
				return errOverlap(c.New.Name)
			}
		}
	}
	for id, c := range d.change.Schemas {
		if c.New == nil && slices.ContainsFunc(next.Objects(), func(o *Object) bool { return o.SchemaID == id }) {
			return errOverlap("schema " + c.Old.Name)
		}
	}
	return d.checkNamed(next)
}

// sawUsed tells whether a used object is the one that the statement checked
// against: planning read it, so a change of it since is an overlap.
func (d *Draft) sawUsed(used ID, next *Catalog) bool {
	seen := d.now.objects[used]
	return seen == nil || seen == next.objects[used]
}

// sawUsers tells whether all users of an object were there when it was given
// another name: the statements that make them have the name in them.
func (d *Draft) sawUsers(id ID, next *Catalog) bool {
	return !slices.ContainsFunc(next.users[id], func(user ID) bool { return d.now.objects[user] == nil })
}

// renames tells whether an object has another full name than before.
func (c ObjectChange) renames() bool {
	return c.Old != nil && c.New != nil && (c.Old.Name != c.New.Name || c.Old.SchemaID != c.New.SchemaID)
}

// reshapes tells whether a view has other columns than before.
func (c ObjectChange) reshapes() bool {
	if c.Old == nil || c.New == nil {
		return false
	}
	if _, ok := c.New.Def.(*View); !ok {
		return false
	}
	same := func(a, b Column) bool { return a.Name == b.Name && a.Type == b.Type }
	return !slices.EqualFunc(c.Old.Columns, c.New.Columns, same)
}
