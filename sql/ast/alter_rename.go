package ast

// AlterRename is ALTER type [IF EXISTS] name RENAME TO name.
type AlterRename struct {
	Source
	Object   ObjectType
	IfExists bool
	Name     ObjectName
	NewName  Ident
}

// Kind is KindAlterRename.
func (s *AlterRename) Kind() Kind { return KindAlterRename }

// Tag is the command tag.
func (s *AlterRename) Tag() string { return "ALTER " + string(s.Object) }

// String is the canonical text.
func (s *AlterRename) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterRename) Redacted() string { return render(s, true) }

func (s *AlterRename) format(p *printer) {
	p.text("ALTER ", string(s.Object), " ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.text(" RENAME TO ")
	p.ident(s.NewName.Name)
}
