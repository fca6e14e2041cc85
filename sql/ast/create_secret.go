package ast

// CreateSecret is CREATE SECRET [IF NOT EXISTS] name AS expr. The value is
// in no text of it: String, too, shows a mask.
type CreateSecret struct {
	Source
	IfNotExists bool
	Name        ObjectName
	Value       SecretExpr
}

// Kind is KindCreateSecret.
func (s *CreateSecret) Kind() Kind { return KindCreateSecret }

// Tag is the command tag.
func (s *CreateSecret) Tag() string { return "CREATE SECRET" }

// String is the canonical text.
func (s *CreateSecret) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateSecret) Redacted() string { return render(s, true) }

func (s *CreateSecret) format(p *printer) {
	p.text("CREATE SECRET ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
	p.text(" AS ", Mask)
}
