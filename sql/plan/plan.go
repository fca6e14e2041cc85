// Package plan turns statements other than queries into plans: names resolved
// against the transaction's catalog, options typed and checked, defaults filled
// in, upstreams asked. Carrying a plan out is exec's part.
package plan

import (
	"context"
	"time"

	"culvert/catalog"
	"culvert/connectors/schemaregistry"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// Plan is what a statement is to do. The cases are the pointer types of this
// package, one per file.
type Plan interface{ plan() }

// Env is what planning may look at.
type Env struct {
	// Catalog is the catalog as the transaction sees it.
	Catalog *catalog.Catalog
	// Schema is where objects with unqualified names are made: the first schema
	// of the search path that exists; "" when none does.
	Schema string
	// Path are the schemas in which objects with unqualified names are looked
	// for, in order. Not all need exist.
	Path []string
	// Cluster is where objects without IN CLUSTER are made: the setting cluster.
	Cluster string
	// Role is whose session it is.
	Role string
	// NextID gives IDs to new objects.
	NextID func() catalog.ID
	// Upstream answers for what connections lead to.
	Upstream Upstream
	// View analyzes the query of a view that a statement makes, with the names
	// that it gives to columns.
	View func(st ast.Source, query ast.Tree, names []string) (*analyze.ViewQuery, error)
	// Expr analyzes an expression of the definition of a user's table: as a value
	// of one of its columns, by index, or of none, -1.
	Expr func(st *ast.Postgres, expr *pg_query.Node, use analyze.ExprUse, table *catalog.Object, column int) (*analyze.StoredExpr, error)
	// TypeNamed resolves the name of a type.
	TypeNamed func(st *ast.Postgres, name *pg_query.TypeName) (types.Type, error)
	// Now is when the statement began.
	Now time.Time
	// Notice tells the client something beside the answer.
	Notice func(*pgerr.Error)
}

// Upstream asks the other ends of connections. Calls have their own deadline.
type Upstream interface {
	// Validate checks a connection as VALIDATE CONNECTION does. conn need not
	// be in the catalog yet.
	Validate(ctx context.Context, conn *catalog.Object) error
	// Publication describes a publication and the tables that it has, and
	// checks that the server can serve a new source now.
	Publication(ctx context.Context, conn *catalog.Object, name string) (*Publication, error)
	// PublicationOf describes the publication of a PostgreSQL source that there
	// is, and checks that the server can copy more of its tables now.
	PublicationOf(ctx context.Context, source *catalog.Object) (*Publication, error)
	// Topic describes a topic of Kafka; it is never made by that.
	Topic(ctx context.Context, conn *catalog.Object, name string) (*Topic, error)
	// Schema reads a schema of a registry. schemaregistry.IsNotFound tells
	// whether there is none.
	Schema(ctx context.Context, conn *catalog.Object, query SchemaQuery) (*schemaregistry.Schema, error)
}

// Publication is what a PostgreSQL database publishes.
type Publication struct {
	Database string
	SystemID string // of the cluster, as IDENTIFY_SYSTEM gives it
	Tables   []UpstreamTable
}

// UpstreamTable is a published table.
type UpstreamTable struct {
	OID     uint32
	Schema  string
	Name    string
	Columns []UpstreamColumn
	// Full is REPLICA IDENTITY FULL. PrimaryKey and IdentityKey are attribute
	// numbers: the latter what changes carry to tell rows apart; nil: none.
	Full        bool
	PrimaryKey  []int16
	IdentityKey []int16
	// What the user of the connection may do, and whether policies hide rows.
	MayUse      bool
	MaySelect   bool
	RowSecurity bool
}

// UpstreamColumn is a column of a published table.
type UpstreamColumn struct {
	Name      string
	Attnum    int16
	Type      types.Type
	Supported bool // without TEXT COLUMNS
	NotNull   bool
}

// Statement plans a statement. Queries are not its concern.
func Statement(ctx context.Context, st ast.Statement, env *Env) (Plan, error) {
	switch st := st.(type) {
	case *ast.CreateSchema:
		return createSchema(st, env)
	case *ast.CreateSecret:
		return createSecret(st, env)
	case *ast.CreateConnection:
		return createConnection(ctx, st, env)
	case *ast.AlterSecret:
		return alterSecret(st, env)
	case *ast.Comment:
		return comment(st, env)
	case *ast.AlterRename:
		return alterRename(st, env)
	case *ast.AlterConnection:
		return alterConnection(ctx, st, env)
	case *ast.ValidateConnection:
		return validateConnection(st, env)
	case *ast.AlterSource:
		return alterSource(ctx, st, env)
	case *ast.CreateSource:
		return createSource(ctx, st, env)
	case *ast.CreateTableFromSource:
		return createTableFromSource(ctx, st, env)
	case *ast.CreateView:
		return createView(st, env)
	case *ast.Drop:
		return drop(st, env)
	}
	return keptStatement(st, env)
}

// keptStatement plans a statement about what is kept and shown and changes
// nothing else: clusters, indexes, roles and owners.
func keptStatement(st ast.Statement, env *Env) (Plan, error) {
	switch st := st.(type) {
	case *ast.CreateCluster:
		return createCluster(st, env)
	case *ast.CreateClusterReplica:
		return createClusterReplica(st, env)
	case *ast.AlterCluster:
		return alterCluster(st, env)
	case *ast.AlterSetCluster:
		return alterSetCluster(st, env)
	case *ast.CreateIndex:
		return createIndex(st, env)
	case *ast.CreateRole:
		return createRole(st, env)
	case *ast.AlterRole:
		return alterRole(st, env)
	case *ast.AlterOwner:
		return alterOwner(st, env)
	case *ast.Utility:
		return utility(st, env)
	}
	return nil, Unsupported(st)
}

// utility plans what PostgreSQL's own grammar reads.
func utility(st *ast.Utility, env *Env) (Plan, error) {
	if st.Kind() == ast.KindCreateTableAs {
		return createTableAs(st, env)
	}
	switch node := st.Tree.Node.Node.(type) {
	case *pg_query.Node_CreateStmt:
		return createTable(st, env)
	case *pg_query.Node_AlterTableStmt:
		return alterTable(st, env, node.AlterTableStmt)
	case *pg_query.Node_RenameStmt:
		return renameInTable(st, env, node.RenameStmt)
	case *pg_query.Node_AlterSeqStmt:
		return alterSequence(st, env, node.AlterSeqStmt)
	case *pg_query.Node_CreateSeqStmt:
		return createSequence(st, env, node.CreateSeqStmt)
	}
	return nil, Unsupported(st)
}

// Unsupported is the answer to a statement that culvert knows by name and does
// not carry out.
func Unsupported(st ast.Statement) error {
	name := st.Kind().String()
	switch st := st.(type) {
	case *ast.Unsupported:
		name = st.Name
	case *ast.AlterOwner:
		name = st.Tag() + " ... OWNER TO"
	case *ast.AlterSetCluster:
		name = st.Tag() + " ... SET CLUSTER"
	case *ast.AlterRename:
		name = st.Tag() + " ... RENAME TO"
	case *ast.Utility:
		if st.Kind() != ast.KindCreateTableAs { // whose tag is SELECT
			name = st.Tag()
		}
	}
	return pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", name).At(st.At(st.Span().Start))
}

// Nothing is the plan of a statement that finds its work done: CREATE … IF NOT
// EXISTS of what exists, DROP IF EXISTS of what does not. The notice was sent.
type Nothing struct{}

func (*Nothing) plan() {}
