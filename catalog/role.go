package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"culvert/engine"
)

// Role is a role, which can own objects. It is immutable once it is in a catalog.
type Role struct {
	ID      ID
	Name    string
	Comment string
	// Inherit: members have the role's privileges without SET ROLE.
	Inherit bool
}

// FirstRoleOID is the OID of the role of a new data directory: that of
// PostgreSQL's bootstrap superuser.
const FirstRoleOID = 10

// OID is the role's OID in pg_catalog.
func (r *Role) OID() uint32 {
	if r.ID == RoleID {
		return FirstRoleOID
	}
	return r.ID.OID()
}

// firstRole is the role that a new data directory has.
func firstRole() *Role { return &Role{ID: RoleID, Name: RoleName, Inherit: true} }

// Role gives a role by ID, or nil.
func (c *Catalog) Role(id ID) *Role { return c.roles[id] }

// RoleNamed gives a role by name, or nil.
func (c *Catalog) RoleNamed(name string) *Role {
	for _, r := range c.roles {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Roles gives all roles by name.
func (c *Catalog) Roles() []*Role {
	return slices.SortedFunc(maps.Values(c.roles), func(a, b *Role) int { return strings.Compare(a.Name, b.Name) })
}

var tableRoles = define(engine.SchemaCatalog, "roles",
	column("id", text), column("oid", bigint), column("name", text), column("inherit", boolean), column("comment", text))

// ApplyRole adds or replaces a role, or drops the one named by drop, as Apply
// does objects.
func (d *Draft) ApplyRole(ctx context.Context, conn engine.Conn, put *Role, drop ID) error {
	id := drop
	if put != nil {
		id = put.ID
		d.PutRole(put)
	} else {
		d.DropRole(drop)
	}
	if err := deleteIDs(ctx, conn, tableRoles, []ID{id}); err != nil || put == nil {
		return err
	}
	return writeRole(ctx, conn, put)
}

func writeRole(ctx context.Context, conn engine.Conn, r *Role) error {
	return appendRows(ctx, conn, tableRoles, [][]any{{string(r.ID), int64(r.OID()), r.Name, r.Inherit, orNull(r.Comment)}})
}

func loadRoles(ctx context.Context, conn engine.Conn, c *Catalog) error {
	rows, err := conn.Scan(ctx, tableRoles.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	for _, v := range values {
		r := &Role{ID: ID(v[0].(string)), Name: v[2].(string), Inherit: v[3].(bool), Comment: orEmpty(v[4])}
		c.roles[r.ID] = r
	}
	return err
}

// CreateFirstRoleAndCluster is the migration that makes the role and the cluster
// that a new data directory has, and puts into that cluster what earlier formats
// have made.
func CreateFirstRoleAndCluster(ctx context.Context, conn engine.Conn) error {
	if err := writeRole(ctx, conn, firstRole()); err != nil {
		return err
	}
	if err := writeCluster(ctx, conn, firstCluster()); err != nil {
		return err
	}
	rows, err := conn.Scan(ctx, objectTables[0].name(), nil)
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return err
	}
	var placed [][]any
	for _, v := range values {
		o := &Object{ID: ID(v[0].(string)), Kind: Kind(v[2].(string))}
		if err := decodeObject(o, v[10].(string)); err != nil {
			return err
		}
		placed = append(placed, clusterRows(o)...)
	}
	return appendRows(ctx, conn, tableInClusters, placed)
}
