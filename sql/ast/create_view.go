package ast

// CreateView is CREATE [OR REPLACE] [TEMPORARY] [RECURSIVE] [MATERIALIZED] VIEW [IF NOT
// EXISTS] name [(columns)] [IN CLUSTER c] [WITH (options)] AS query.
type CreateView struct {
	Source
	OrReplace    bool
	Temporary    bool
	Recursive    bool
	Materialized bool
	IfNotExists  bool
	Name         ObjectName
	Columns      []Ident
	Cluster      Ident
	With         []Option
	Query        Tree
	Tail         string // LOCAL CHECK OPTION, CASCADED CHECK OPTION, DATA, NO DATA, or empty
}

// Kind is KindCreateView.
func (s *CreateView) Kind() Kind { return KindCreateView }

// Tag is the command tag.
func (s *CreateView) Tag() string { return s.tag() }

// String is the canonical text.
func (s *CreateView) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateView) Redacted() string { return render(s, true) }

func (s *CreateView) format(p *printer) {
	p.text("CREATE ")
	p.flag(s.OrReplace, "OR REPLACE ")
	p.flag(s.Temporary, "TEMPORARY ")
	p.flag(s.Recursive, "RECURSIVE ")
	p.flag(s.Materialized, "MATERIALIZED ")
	p.text("VIEW ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
	p.columns(s.Columns)
	p.cluster(s.Cluster)
	p.with(s.With)
	p.text(" AS ")
	s.Query.format(p)
	if s.Tail != "" {
		p.text(" WITH ", s.Tail)
	}
}

func (s *CreateView) tag() string {
	if s.Materialized {
		return "CREATE MATERIALIZED VIEW"
	}
	return "CREATE VIEW"
}
