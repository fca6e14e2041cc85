package ast

// CreateTableFromSource is CREATE TABLE [IF NOT EXISTS] name [(columns)] FROM
// SOURCE name [(REFERENCE = name)] … [WITH (options)].
type CreateTableFromSource struct {
	Source
	IfNotExists bool
	Name        ObjectName
	Columns     []Ident // names alone
	Definitions Tree    // a CreateStmt, where the columns have types
	From        ObjectName
	Options     []Option // REFERENCE
	Encoding    Encoding
	With        []Option
}

// Kind is KindCreateTableFromSource.
func (s *CreateTableFromSource) Kind() Kind { return KindCreateTableFromSource }

// Tag is the command tag.
func (s *CreateTableFromSource) Tag() string { return "CREATE TABLE" }

// String is the canonical text.
func (s *CreateTableFromSource) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateTableFromSource) Redacted() string { return render(s, true) }

func (s *CreateTableFromSource) format(p *printer) {
	p.text("CREATE TABLE ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
	p.columns(s.Columns)
	if !s.Definitions.IsZero() {
		p.text(" ")
		s.Definitions.format(p)
	}
	p.text(" FROM SOURCE ")
	p.name(s.From)
	if len(s.Options) > 0 {
		p.text(" (")
		p.options(s.Options)
		p.text(")")
	}
	s.Encoding.format(p)
	p.with(s.With)
}
