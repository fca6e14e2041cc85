package ast

// AlterConnection is ALTER CONNECTION [IF EXISTS] name action, … [WITH (options)].
type AlterConnection struct {
	Source
	IfExists bool
	Name     ObjectName
	Actions  []ConnectionAction
	With     []Option // VALIDATE
}

// Kind is KindAlterConnection.
func (s *AlterConnection) Kind() Kind { return KindAlterConnection }

// Tag is the command tag.
func (s *AlterConnection) Tag() string { return "ALTER CONNECTION" }

// String is the canonical text.
func (s *AlterConnection) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterConnection) Redacted() string { return render(s, true) }

func (s *AlterConnection) format(p *printer) {
	p.text("ALTER CONNECTION ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.text(" ")
	separated(p, s.Actions, func(a ConnectionAction) { a.format(p) })
	p.with(s.With)
}

// ConnectionActionKind tells what an action of ALTER CONNECTION does.
type ConnectionActionKind uint8

// The actions; DROP and RESET of an option are the same.
const (
	ConnectionSet ConnectionActionKind = iota
	ConnectionReset
	ConnectionRotateKeys
)

// ConnectionAction is SET (option), RESET (option) or ROTATE KEYS.
type ConnectionAction struct {
	Kind   ConnectionActionKind
	Option Option // of RESET: the name alone
	Pos    Pos
}

func (a ConnectionAction) format(p *printer) {
	switch a.Kind {
	case ConnectionRotateKeys:
		p.text("ROTATE KEYS")
		return
	case ConnectionReset:
		p.text("RESET (")
	default:
		p.text("SET (")
	}
	p.option(a.Option)
	p.text(")")
}
