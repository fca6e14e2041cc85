package ast

// Kind is a kind of statement.
type Kind uint8

// The kinds of statements; Statements lists them with their names and files.
const (
	KindUnsupported Kind = iota
	KindAlterCluster
	KindAlterConnection
	KindAlterOwner
	KindAlterRename
	KindAlterRole
	KindAlterSecret
	KindAlterSetCluster
	KindAlterSource
	KindComment
	KindCreateCluster
	KindCreateClusterReplica
	KindCreateConnection
	KindCreateIndex
	KindCreateRole
	KindCreateSchema
	KindCreateSecret
	KindCreateSource
	KindCreateTableFromSource
	KindCreateView
	KindDrop
	KindShowCreate
	KindShowObjects
	KindShowVariable
	KindValidateConnection

	KindSelect
	KindInsert
	KindUpdate
	KindDelete
	KindMerge
	KindTransaction
	KindSet
	KindExplain
	KindDeclareCursor
	KindFetch
	KindCloseCursor
	KindPrepare
	KindExecute
	KindDeallocate
	KindCopy
	KindCreateTable
	KindCreateTableAs
	KindAlterTable
	KindCreateSequence
	KindTruncate
	KindDiscard
	KindUtility
)

// Info describes a kind of statement.
type Info struct {
	Kind    Kind
	Name    string // as in messages: CREATE CONNECTION
	File    string // the base name of its files: create_connection
	Dialect bool   // read by culvert's own parser; the others by libpg_query
}

// Statements lists every kind of statement that culvert has a path for, the
// dialect's first. The house rules walk it: a dialect statement has its file in
// sql/ast, sql/parse and docs/sql (with hyphens).
var Statements = []Info{
	{KindAlterCluster, "ALTER CLUSTER", "alter_cluster", true},
	{KindAlterConnection, "ALTER CONNECTION", "alter_connection", true},
	{KindAlterOwner, "ALTER OWNER", "alter_owner", true},
	{KindAlterRename, "ALTER RENAME", "alter_rename", true},
	{KindAlterRole, "ALTER ROLE", "alter_role", true},
	{KindAlterSecret, "ALTER SECRET", "alter_secret", true},
	{KindAlterSetCluster, "ALTER SET CLUSTER", "alter_set_cluster", true},
	{KindAlterSource, "ALTER SOURCE", "alter_source", true},
	{KindComment, "COMMENT", "comment", true},
	{KindCreateCluster, "CREATE CLUSTER", "create_cluster", true},
	{KindCreateClusterReplica, "CREATE CLUSTER REPLICA", "create_cluster_replica", true},
	{KindCreateConnection, "CREATE CONNECTION", "create_connection", true},
	{KindCreateIndex, "CREATE INDEX", "create_index", true},
	{KindCreateRole, "CREATE ROLE", "create_role", true},
	{KindCreateSchema, "CREATE SCHEMA", "create_schema", true},
	{KindCreateSecret, "CREATE SECRET", "create_secret", true},
	{KindCreateSource, "CREATE SOURCE", "create_source", true},
	{KindCreateTableFromSource, "CREATE TABLE FROM SOURCE", "create_table_from_source", true},
	{KindCreateView, "CREATE VIEW", "create_view", true},
	{KindDrop, "DROP", "drop", true},
	{KindShowCreate, "SHOW CREATE", "show_create", true},
	{KindShowObjects, "SHOW OBJECTS", "show_objects", true},
	{KindShowVariable, "SHOW", "show_variable", true},
	{KindValidateConnection, "VALIDATE CONNECTION", "validate_connection", true},

	{KindSelect, "SELECT", "select", false},
	{KindInsert, "INSERT", "insert", false},
	{KindUpdate, "UPDATE", "update", false},
	{KindDelete, "DELETE", "delete", false},
	{KindMerge, "MERGE", "merge", false},
	{KindTransaction, "TRANSACTION", "transaction", false},
	{KindSet, "SET", "set", false},
	{KindExplain, "EXPLAIN", "explain", false},
	{KindDeclareCursor, "DECLARE CURSOR", "declare_cursor", false},
	{KindFetch, "FETCH", "fetch", false},
	{KindCloseCursor, "CLOSE CURSOR", "close_cursor", false},
	{KindPrepare, "PREPARE", "prepare", false},
	{KindExecute, "EXECUTE", "execute", false},
	{KindDeallocate, "DEALLOCATE", "deallocate", false},
	{KindCopy, "COPY", "copy", false},
	{KindCreateTable, "CREATE TABLE", "create_table", false},
	{KindCreateTableAs, "CREATE TABLE AS", "create_table_as", false},
	{KindAlterTable, "ALTER TABLE", "alter_table", false},
	{KindCreateSequence, "CREATE SEQUENCE", "create_sequence", false},
	{KindTruncate, "TRUNCATE TABLE", "truncate", false},
	{KindDiscard, "DISCARD", "discard", false},
}

// String is the name of the kind.
func (k Kind) String() string {
	for _, s := range Statements {
		if s.Kind == k {
			return s.Name
		}
	}
	if k == KindUtility {
		return "UTILITY"
	}
	return "UNSUPPORTED"
}
