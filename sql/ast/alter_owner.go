package ast

// AlterOwner is ALTER type [IF EXISTS] name OWNER TO role.
type AlterOwner struct {
	Source
	Object   ObjectType
	IfExists bool
	Name     ObjectName
	Owner    Ident
}

// Kind is KindAlterOwner.
func (s *AlterOwner) Kind() Kind { return KindAlterOwner }

// Tag is the command tag.
func (s *AlterOwner) Tag() string { return "ALTER " + string(s.Object) }

// String is the canonical text.
func (s *AlterOwner) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterOwner) Redacted() string { return render(s, true) }

func (s *AlterOwner) format(p *printer) {
	p.text("ALTER ", string(s.Object), " ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.text(" OWNER TO ")
	p.ident(s.Owner.Name)
}
