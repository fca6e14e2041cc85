package ast

// AlterRole is ALTER ROLE name [WITH] attribute …. RENAME TO is AlterRename.
type AlterRole struct {
	Source
	IfExists   bool
	Name       ObjectName
	Attributes []RoleAttribute
}

// Kind is KindAlterRole.
func (s *AlterRole) Kind() Kind { return KindAlterRole }

// Tag is the command tag.
func (s *AlterRole) Tag() string { return "ALTER ROLE" }

// String is the canonical text.
func (s *AlterRole) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterRole) Redacted() string { return render(s, true) }

func (s *AlterRole) format(p *printer) {
	p.text("ALTER ROLE ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.attributes(s.Attributes)
}
