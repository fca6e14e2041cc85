// Package catalog holds what users have made: secrets, connections, sources
// and their tables, views and schemas, and what depends on what.
//
// A Catalog is an immutable value with a version. A transaction works on a
// Draft, whose changes are written to the catalog's tables in the session's
// own engine transaction, and Manager publishes them in the commit's critical
// section. Which physical table holds an object's rows is a second immutable
// value, Physical, that changes without moving the version.
package catalog

import (
	"strconv"

	"culvert/sql/types"
)

// ID names an object for good: "u" and a number, for all kinds from one
// counter. IDs are not used twice.
type ID string

// Number is the number of an ID; 0 for what is none of a user's.
func (id ID) Number() int64 {
	if len(id) < 2 || id[0] != 'u' {
		return 0
	}
	n, err := strconv.ParseInt(string(id[1:]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// FirstUserOID is the first OID of users' objects (PostgreSQL's
// FirstNormalObjectId); an object's OID is this plus the number of its ID.
const FirstUserOID = 16384

// OID is the object's OID in pg_catalog.
func (id ID) OID() uint32 { return FirstUserOID + uint32(id.Number()) }

// Kind is a kind of object, in the words of mz_objects.type.
type Kind string

// The kinds of objects.
const (
	KindSecret           Kind = "secret"
	KindConnection       Kind = "connection"
	KindSource           Kind = "source"
	KindTable            Kind = "table"
	KindView             Kind = "view"
	KindMaterializedView Kind = "materialized-view"
	KindIndex            Kind = "index"
	KindSequence         Kind = "sequence"
)

// The role, cluster, database and schema that a new data directory has.
const (
	RoleID       = "u1"
	RoleName     = "materialize"
	DatabaseID   = "u1"
	DatabaseName = "materialize"
	ClusterID    = "u1"
	ClusterName  = "quickstart"
	PublicSchema = "public"
)

// Object is one object of the catalog. It is immutable once it is in one.
type Object struct {
	ID       ID
	Kind     Kind
	SchemaID ID
	Name     string
	OwnerID  string
	Comment  string
	// ClusterID is the cluster that the object computes in; empty for others.
	ClusterID ID
	// CreateSQL is the normalised statement that makes the object, as SHOW
	// CREATE shows it; Redacted is the same without literals.
	CreateSQL string
	Redacted  string
	// Columns are a relation's, in order; Attnum counts from 1.
	Columns []Column
	// Keys are a relation's keys; the primary key first.
	Keys []Key
	// Uses are the objects that this one needs.
	Uses []ID
	Def  Definition
}

// Column is a column of a relation.
type Column struct {
	Name    string
	Type    types.Type
	NotNull bool
	Comment string
}

// Key is a primary key or a unique key over columns, by index.
type Key struct {
	Name    string
	Primary bool
	Columns []int
	// Index: made by CREATE UNIQUE INDEX, and no constraint.
	Index bool `json:",omitempty"`
}

// IsRelation tells whether the object has rows.
func (o *Object) IsRelation() bool {
	switch o.Kind {
	case KindSource, KindTable, KindView, KindMaterializedView:
		return true
	}
	return false
}

// Schema is a schema of the database.
type Schema struct {
	ID      ID
	Name    string
	OwnerID string
	Comment string
}
