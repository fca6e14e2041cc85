package ast

// CreateSource is CREATE SOURCE in all its forms; what a kind of source allows is
// for planning to say.
type CreateSource struct {
	Source
	IfNotExists bool
	Name        ObjectName
	Columns     []Ident
	PrimaryKey  []Ident // PRIMARY KEY (…) NOT ENFORCED
	Cluster     Ident
	From        SourceFrom
	Encoding    Encoding
	Tables      *SourceTables // nil: no FOR clause
	Progress    ObjectName    // EXPOSE PROGRESS AS
	With        []Option
}

// Kind is KindCreateSource.
func (s *CreateSource) Kind() Kind { return KindCreateSource }

// Tag is the command tag.
func (s *CreateSource) Tag() string { return "CREATE SOURCE" }

// String is the canonical text.
func (s *CreateSource) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateSource) Redacted() string { return render(s, true) }

func (s *CreateSource) format(p *printer) {
	p.text("CREATE SOURCE ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
	s.formatColumns(p)
	p.cluster(s.Cluster)
	s.From.format(p)
	s.Encoding.format(p)
	if s.Tables != nil {
		s.Tables.format(p)
	}
	if !s.Progress.IsZero() {
		p.text(" EXPOSE PROGRESS AS ")
		p.name(s.Progress)
	}
	p.with(s.With)
}

func (s *CreateSource) formatColumns(p *printer) {
	if len(s.PrimaryKey) == 0 {
		p.columns(s.Columns)
		return
	}
	p.text(" (")
	p.idents(s.Columns)
	p.flag(len(s.Columns) > 0, ", ")
	p.text("PRIMARY KEY (")
	p.idents(s.PrimaryKey)
	p.text(") NOT ENFORCED)")
}

// SourceKind is what a source reads, in the words that SQL names it by.
type SourceKind string

// The kinds of sources.
const (
	SourceKafka         SourceKind = "KAFKA"
	SourceLoadGenerator SourceKind = "LOAD GENERATOR"
	SourceMySQL         SourceKind = "MYSQL"
	SourcePostgres      SourceKind = "POSTGRES"
	SourceSQLServer     SourceKind = "SQL SERVER"
	SourceYugabyte      SourceKind = "YUGABYTE"
)

// SourceFrom is FROM kind CONNECTION name (options), or FROM LOAD GENERATOR.
type SourceFrom struct {
	Kind       SourceKind
	Pos        Pos
	Connection ObjectName
	Generator  string // of LOAD GENERATOR, in upper case: KEY VALUE
	Options    []Option
}

func (f SourceFrom) format(p *printer) {
	p.text(" FROM ", string(f.Kind))
	if f.Kind == SourceLoadGenerator {
		p.text(" ", f.Generator)
	} else {
		p.text(" CONNECTION ")
		p.name(f.Connection)
	}
	if len(f.Options) > 0 {
		p.text(" (")
		p.options(f.Options)
		p.text(")")
	}
}

// SourceTables is FOR ALL TABLES, FOR TABLES (…) or FOR SCHEMAS (…).
type SourceTables struct {
	All     bool
	Tables  []TableReference
	Schemas []Ident
	Pos     Pos
}

// TableReference names a table upstream and, where it is not to have the same
// name, the one here.
type TableReference struct {
	Reference Name
	As        ObjectName
}

func (t TableReference) format(p *printer) {
	p.text(t.Reference.String())
	if !t.As.IsZero() {
		p.text(" AS ")
		p.name(t.As)
	}
}

func (t SourceTables) format(p *printer) {
	switch {
	case t.All:
		p.text(" FOR ALL TABLES")
	case len(t.Schemas) > 0:
		p.text(" FOR SCHEMAS (")
		p.idents(t.Schemas)
		p.text(")")
	default:
		p.text(" FOR TABLES (")
		separated(p, t.Tables, func(r TableReference) { r.format(p) })
		p.text(")")
	}
}
