package catalog

import (
	"context"
	"maps"
	"slices"
	"strings"

	"culvert/engine"
)

// Role is a role, which can own objects and may log in. It is immutable once it is in a catalog.
type Role struct {
	ID      ID
	Name    string
	Comment string
	// Inherit: members have the role's privileges without SET ROLE.
	Inherit bool
	// Login: clients may be the role. Superuser: it may change roles.
	Login, Superuser bool
	// Password is the sealed verifier of the role's password, for the place that
	// PasswordPlace gives; empty: it has none.
	Password []byte
	// ValidUntil is when the password expires, in microseconds since 1970; nil: never.
	ValidUntil *int64
}

// PasswordPlace is the place that a role's password is sealed for.
func (r *Role) PasswordPlace() string { return "password " + string(r.ID) }

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
func firstRole() *Role {
	return &Role{ID: RoleID, Name: RoleName, Inherit: true, Login: true, Superuser: true}
}

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

// tableLogins has a row for each role; those that an earlier format made and
// that have none cannot log in.
var tableLogins = define(engine.SchemaCatalog, "role_logins",
	column("id", text), column("login", boolean), column("superuser", boolean), column("password", blob), column("valid_until", instant))

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
	for _, t := range []engine.TableDef{tableRoles, tableLogins} {
		if err := deleteIDs(ctx, conn, t, []ID{id}); err != nil {
			return err
		}
	}
	if put == nil {
		return nil
	}
	if err := writeRole(ctx, conn, put); err != nil {
		return err
	}
	return writeLogin(ctx, conn, put)
}

func writeRole(ctx context.Context, conn engine.Conn, r *Role) error {
	return appendRows(ctx, conn, tableRoles, [][]any{{string(r.ID), int64(r.OID()), r.Name, r.Inherit, orNull(r.Comment)}})
}

func writeLogin(ctx context.Context, conn engine.Conn, r *Role) error {
	row := []any{string(r.ID), r.Login, r.Superuser, nil, nil}
	if len(r.Password) > 0 {
		row[3] = r.Password
	}
	if r.ValidUntil != nil {
		row[4] = *r.ValidUntil
	}
	return appendRows(ctx, conn, tableLogins, [][]any{row})
}

// CreateFirstLogin is the migration that lets the role of a new data directory
// log in.
func CreateFirstLogin(ctx context.Context, conn engine.Conn) error {
	return writeLogin(ctx, conn, firstRole())
}

func loadRoles(ctx context.Context, conn engine.Conn, c *Catalog) error {
	rows, err := conn.Scan(ctx, tableRoles.Name, nil)
	values, err := engine.Collect(ctx, rows, err)
	for _, v := range values {
		r := &Role{ID: ID(v[0].(string)), Name: v[2].(string), Inherit: v[3].(bool), Comment: orEmpty(v[4])}
		c.roles[r.ID] = r
	}
	if err != nil {
		return err
	}
	rows, err = conn.Scan(ctx, tableLogins.Name, nil)
	values, err = engine.Collect(ctx, rows, err)
	for _, v := range values {
		r := c.roles[ID(v[0].(string))]
		if r == nil {
			continue
		}
		r.Login, r.Superuser = v[1].(bool), v[2].(bool)
		if sealed, ok := v[3].([]byte); ok {
			r.Password = sealed
		}
		if until, ok := v[4].(int64); ok {
			r.ValidUntil = &until
		}
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
