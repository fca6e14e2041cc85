package ast

// AlterSecret is ALTER SECRET [IF EXISTS] name AS expr. The value is in no
// text of it: String, too, shows a mask.
type AlterSecret struct {
	Source
	IfExists bool
	Name     ObjectName
	Value    SecretExpr
}

// Kind is KindAlterSecret.
func (s *AlterSecret) Kind() Kind { return KindAlterSecret }

// Tag is the command tag.
func (s *AlterSecret) Tag() string { return "ALTER SECRET" }

// String is the canonical text.
func (s *AlterSecret) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterSecret) Redacted() string { return render(s, true) }

func (s *AlterSecret) format(p *printer) {
	p.text("ALTER SECRET ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.text(" AS ", Mask)
}
