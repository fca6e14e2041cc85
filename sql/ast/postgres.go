package ast

// Postgres is what the statements have that libpg_query reads: the tree of one
// statement.
type Postgres struct {
	Source
	Tree Tree
	kind Kind
	tag  string
}

// NewPostgres makes what a statement of PostgreSQL's own grammar embeds.
func NewPostgres(src Source, tree Tree, kind Kind, tag string) Postgres {
	return Postgres{Source: src, Tree: tree, kind: kind, tag: tag}
}

// Kind tells which statement it is.
func (s *Postgres) Kind() Kind { return s.kind }

// Tag is the command tag, without a count of rows.
func (s *Postgres) Tag() string { return s.tag }

// String is the canonical text.
func (s *Postgres) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *Postgres) Redacted() string { return render(s, true) }

func (s *Postgres) format(p *printer) { p.tokens(s.Tree.Text, true) }

// Query is a statement that gives or changes rows by PostgreSQL's grammar:
// SELECT (also VALUES, TABLE and WITH), INSERT, UPDATE, DELETE, MERGE.
type Query struct{ Postgres }

// Transaction is BEGIN, COMMIT, ROLLBACK, SAVEPOINT and their kin: a
// TransactionStmt.
type Transaction struct{ Postgres }

// Set is SET and RESET: a VariableSetStmt.
type Set struct{ Postgres }

// Utility is any other statement of PostgreSQL's grammar; Kind tells those that
// culvert has a path for, and KindUtility stands for the rest.
type Utility struct{ Postgres }
