package ast

// ShowCreate is SHOW [REDACTED] CREATE type name.
type ShowCreate struct {
	Source
	WithoutLiterals bool // REDACTED
	Object          ObjectType
	Name            ObjectName
}

// Kind is KindShowCreate.
func (s *ShowCreate) Kind() Kind { return KindShowCreate }

// Tag is the command tag.
func (s *ShowCreate) Tag() string { return "SELECT" }

// String is the canonical text.
func (s *ShowCreate) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *ShowCreate) Redacted() string { return render(s, true) }

func (s *ShowCreate) format(p *printer) {
	p.text("SHOW ")
	p.flag(s.WithoutLiterals, "REDACTED ")
	p.text("CREATE ", string(s.Object), " ")
	p.name(s.Name)
}
