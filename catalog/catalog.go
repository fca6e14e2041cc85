package catalog

import (
	"maps"
	"slices"
	"strings"
)

// Catalog is the state of the catalog at one version. It is immutable and
// safe for concurrent use.
type Catalog struct {
	version uint64
	objects map[ID]*Object
	names   map[objectKey]ID
	schemas map[ID]*Schema
	// Clusters and roles are in no schema.
	clusters map[ID]*Cluster
	roles    map[ID]*Role
	users    map[ID][]ID // object → the objects whose Uses has it
}

// objectKey is the name of an object within its schema. All kinds share one
// name space.
type objectKey struct {
	schema ID
	name   string
}

// Empty gives a catalog without objects and schemas, at version 0. It has the
// first role and the first cluster.
func Empty() *Catalog {
	c := newCatalog()
	c.roles[RoleID], c.clusters[ClusterID] = firstRole(), firstCluster()
	return c
}

func newCatalog() *Catalog {
	return &Catalog{
		objects:  map[ID]*Object{},
		names:    map[objectKey]ID{},
		schemas:  map[ID]*Schema{},
		clusters: map[ID]*Cluster{}, roles: map[ID]*Role{},
		users: map[ID][]ID{},
	}
}

// Version counts the committed changes that users can see.
func (c *Catalog) Version() uint64 { return c.version }

// Object gives an object by ID, or nil.
func (c *Catalog) Object(id ID) *Object { return c.objects[id] }

// Lookup gives the object of that name in a schema, or nil.
func (c *Catalog) Lookup(schema ID, name string) *Object {
	return c.objects[c.names[objectKey{schema, name}]]
}

// Schema gives a schema by ID, or nil.
func (c *Catalog) Schema(id ID) *Schema { return c.schemas[id] }

// SchemaNamed gives a schema by name, or nil.
func (c *Catalog) SchemaNamed(name string) *Schema {
	for _, s := range c.schemas {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Schemas gives all schemas by name.
func (c *Catalog) Schemas() []*Schema {
	return slices.SortedFunc(maps.Values(c.schemas), func(a, b *Schema) int {
		return strings.Compare(a.Name, b.Name)
	})
}

// Objects gives all objects by ID.
func (c *Catalog) Objects() []*Object {
	return slices.SortedFunc(maps.Values(c.objects), func(a, b *Object) int {
		return int(a.ID.Number() - b.ID.Number())
	})
}

// Users gives the objects that use id directly, by ID.
func (c *Catalog) Users(id ID) []*Object {
	users := make([]*Object, 0, len(c.users[id]))
	for _, u := range c.users[id] {
		users = append(users, c.objects[u])
	}
	slices.SortFunc(users, func(a, b *Object) int { return int(a.ID.Number() - b.ID.Number()) })
	return users
}

// FullName is database.schema.name.
func (c *Catalog) FullName(o *Object) (database, schema, name string) {
	if s := c.schemas[o.SchemaID]; s != nil {
		schema = s.Name
	}
	return DatabaseName, schema, o.Name
}

// clone makes a copy whose maps may be changed; objects are shared.
func (c *Catalog) clone() *Catalog {
	return &Catalog{
		version:  c.version,
		objects:  maps.Clone(c.objects),
		names:    maps.Clone(c.names),
		schemas:  maps.Clone(c.schemas),
		clusters: maps.Clone(c.clusters), roles: maps.Clone(c.roles),
		users: maps.Clone(c.users),
	}
}

// put adds or replaces an object.
func (c *Catalog) put(o *Object) {
	c.remove(o.ID)
	c.objects[o.ID] = o
	c.names[objectKey{o.SchemaID, o.Name}] = o.ID
	for _, used := range o.Uses {
		c.users[used] = append(slices.Clone(c.users[used]), o.ID)
	}
}

// remove takes an object away, if it is there.
func (c *Catalog) remove(id ID) {
	o := c.objects[id]
	if o == nil {
		return
	}
	delete(c.objects, id)
	// When two objects swap their names, the second to be put finds its own
	// name taken over.
	if name := (objectKey{o.SchemaID, o.Name}); c.names[name] == id {
		delete(c.names, name)
	}
	for _, used := range o.Uses {
		rest := slices.DeleteFunc(slices.Clone(c.users[used]), func(u ID) bool { return u == id })
		if len(rest) == 0 {
			delete(c.users, used)
		} else {
			c.users[used] = rest
		}
	}
}
