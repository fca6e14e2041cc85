package ast

// Drop is DROP type [IF EXISTS] name, … [CASCADE | RESTRICT].
type Drop struct {
	Source
	Object   ObjectType
	IfExists bool
	Names    []ObjectName // of a schema: Database and Item
	Behavior DropBehavior
}

// Kind is KindDrop.
func (s *Drop) Kind() Kind { return KindDrop }

// Tag is the command tag.
func (s *Drop) Tag() string { return "DROP " + string(s.Object) }

// String is the canonical text.
func (s *Drop) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *Drop) Redacted() string { return render(s, true) }

func (s *Drop) format(p *printer) {
	p.text("DROP ", string(s.Object), " ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.names(s.Names)
	p.behavior(s.Behavior)
}
