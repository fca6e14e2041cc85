package ast

// AlterCluster is ALTER CLUSTER [IF EXISTS] name { SET | RESET } (options) [WITH
// (options)]. RENAME TO and OWNER TO are AlterRename and AlterOwner.
type AlterCluster struct {
	Source
	IfExists bool
	Name     ObjectName
	Reset    bool     // the options have names alone
	Options  []Option // to set or to reset
	With     []Option
}

// Kind is KindAlterCluster.
func (s *AlterCluster) Kind() Kind { return KindAlterCluster }

// Tag is the command tag.
func (s *AlterCluster) Tag() string { return "ALTER CLUSTER" }

// String is the canonical text.
func (s *AlterCluster) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterCluster) Redacted() string { return render(s, true) }

func (s *AlterCluster) format(p *printer) {
	p.text("ALTER CLUSTER ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.flag(!s.Reset, " SET (")
	p.flag(s.Reset, " RESET (")
	p.options(s.Options)
	p.text(")")
	p.with(s.With)
}
