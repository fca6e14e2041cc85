package ast

// ShowObjects is SHOW objects [FROM name] [ON name] [IN CLUSTER c] [LIKE text |
// WHERE expr].
type ShowObjects struct {
	Source
	Objects string     // in upper case: CONNECTIONS, MATERIALIZED VIEWS
	From    ObjectName // a schema (Database and Item), a database, or the relation of SHOW COLUMNS
	On      ObjectName // a source or relation
	Cluster Ident
	Like    *StringValue
	Where   Tree // an expression over the columns that are shown
}

// Kind is KindShowObjects.
func (s *ShowObjects) Kind() Kind { return KindShowObjects }

// Tag is the command tag.
func (s *ShowObjects) Tag() string { return "SELECT" }

// String is the canonical text.
func (s *ShowObjects) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *ShowObjects) Redacted() string { return render(s, true) }

func (s *ShowObjects) format(p *printer) {
	p.text("SHOW ", s.Objects)
	if !s.From.IsZero() {
		p.text(" FROM ", s.From.String())
	}
	if !s.On.IsZero() {
		p.text(" ON ", s.On.String())
	}
	p.cluster(s.Cluster)
	if s.Like != nil {
		p.text(" LIKE ")
		p.literal(s.Like.Text)
	}
	if !s.Where.IsZero() {
		p.text(" WHERE ")
		s.Where.format(p)
	}
}
