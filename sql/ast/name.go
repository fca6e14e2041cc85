package ast

import "strings"

// Ident is one identifier, folded unless it was quoted.
type Ident struct {
	Name string
	Pos  Pos
}

// ObjectName names an object by up to three parts. Missing parts are empty.
type ObjectName struct {
	Database, Schema, Item string
	Pos                    Pos
}

// String renders the name with its parts quoted where they must be.
func (n ObjectName) String() string {
	var b strings.Builder
	for _, part := range []string{n.Database, n.Schema} {
		if part != "" {
			b.WriteString(QuoteIdent(part) + ".")
		}
	}
	return b.String() + QuoteIdent(n.Item)
}

// IsZero tells whether there is no name.
func (n ObjectName) IsZero() bool { return n.Item == "" }

// Name is a dotted name of any number of parts: an upstream's table or column,
// whose parts mean what the source says.
type Name struct {
	Parts []string
	Pos   Pos
}

// String renders the name with its parts quoted where they must be.
func (n Name) String() string {
	parts := make([]string, len(n.Parts))
	for i, p := range n.Parts {
		parts[i] = QuoteIdent(p)
	}
	return strings.Join(parts, ".")
}

// ObjectType is a kind of object, in the upper case words that SQL names it by.
type ObjectType string

// The kinds of objects that statements name.
const (
	TypeCluster          ObjectType = "CLUSTER"
	TypeClusterReplica   ObjectType = "CLUSTER REPLICA"
	TypeColumn           ObjectType = "COLUMN"
	TypeConnection       ObjectType = "CONNECTION"
	TypeDatabase         ObjectType = "DATABASE"
	TypeFunction         ObjectType = "FUNCTION"
	TypeIndex            ObjectType = "INDEX"
	TypeMaterializedView ObjectType = "MATERIALIZED VIEW"
	TypeNetworkPolicy    ObjectType = "NETWORK POLICY"
	TypeRole             ObjectType = "ROLE"
	TypeSchema           ObjectType = "SCHEMA"
	TypeSequence         ObjectType = "SEQUENCE"
	TypeSecret           ObjectType = "SECRET"
	TypeSink             ObjectType = "SINK"
	TypeSource           ObjectType = "SOURCE"
	TypeTable            ObjectType = "TABLE"
	TypeType             ObjectType = "TYPE"
	TypeView             ObjectType = "VIEW"
)

// DropBehavior says what becomes of the objects that depend on a dropped one.
type DropBehavior uint8

// The behaviours; the default is RESTRICT for all but databases.
const (
	DropDefault DropBehavior = iota
	DropRestrict
	DropCascade
)
