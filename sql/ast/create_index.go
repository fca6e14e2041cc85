package ast

// CreateIndex is CREATE [UNIQUE] INDEX [IF NOT EXISTS] [name] [IN CLUSTER c] ON
// relation (columns) [WITH (options)], or CREATE DEFAULT INDEX [IN CLUSTER c] ON
// relation.
type CreateIndex struct {
	Source
	Default      bool
	Unique       bool
	Concurrently bool
	IfNotExists  bool
	Name         Ident // empty: the system names it
	Cluster      Ident
	On           ObjectName
	Method       string   // of USING; empty: the default
	Keys         []string // the text of each column or expression; none for DEFAULT INDEX
	Rest         string   // what follows the relation and USING, from the columns on to WITH; empty for DEFAULT INDEX
	Tree         Tree     // an IndexStmt, without IN CLUSTER and WITH; none for DEFAULT INDEX
	With         []Option
}

// Kind is KindCreateIndex.
func (s *CreateIndex) Kind() Kind { return KindCreateIndex }

// Tag is the command tag.
func (s *CreateIndex) Tag() string { return "CREATE INDEX" }

// String is the canonical text.
func (s *CreateIndex) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateIndex) Redacted() string { return render(s, true) }

func (s *CreateIndex) format(p *printer) {
	p.text("CREATE ")
	p.flag(s.Default, "DEFAULT ")
	p.flag(s.Unique, "UNIQUE ")
	p.text("INDEX ")
	p.flag(s.Concurrently, "CONCURRENTLY ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	if s.Name.Name != "" {
		p.ident(s.Name.Name)
		p.text(" ")
	}
	if s.Cluster.Name != "" {
		p.text("IN CLUSTER ")
		p.ident(s.Cluster.Name)
		p.text(" ")
	}
	p.text("ON ")
	p.name(s.On)
	if s.Method != "" {
		p.text(" USING ")
		p.ident(s.Method)
	}
	if s.Rest != "" {
		p.text(" ")
		p.sql(s.Rest)
	}
	p.with(s.With)
}
