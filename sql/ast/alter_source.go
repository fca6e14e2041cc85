package ast

// AlterSource is ALTER SOURCE [IF EXISTS] name action. RENAME TO and OWNER TO are
// AlterRename and AlterOwner.
type AlterSource struct {
	Source
	IfExists bool
	Name     ObjectName
	Action   SourceAction
	Pos      Pos              // of the action
	Tables   []TableReference // of SourceAddTables
	Drop     *Drop            // of SourceDropTables
	Options  []Option         // of SourceSet and SourceReset (names alone)
	With     []Option         // of SourceAddTables
	Cluster  Ident            // of SourceSetCluster
}

// Kind is KindAlterSource.
func (s *AlterSource) Kind() Kind { return KindAlterSource }

// Tag is the command tag.
func (s *AlterSource) Tag() string { return "ALTER SOURCE" }

// String is the canonical text.
func (s *AlterSource) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterSource) Redacted() string { return render(s, true) }

func (s *AlterSource) format(p *printer) {
	p.text("ALTER SOURCE ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	s.formatAction(p)
}

// SourceAction tells what ALTER SOURCE does.
type SourceAction uint8

// The actions of ALTER SOURCE.
const (
	SourceAddTables SourceAction = iota
	SourceDropTables
	SourceSet
	SourceReset
	SourceSetCluster
	SourceRefreshReferences
)

func (s *AlterSource) formatAction(p *printer) {
	switch s.Action {
	case SourceAddTables:
		p.text(" ADD SUBSOURCE ")
		separated(p, s.Tables, func(r TableReference) { r.format(p) })
		p.with(s.With)
	case SourceDropTables:
		p.text(" DROP SUBSOURCE ")
		p.flag(s.Drop.IfExists, "IF EXISTS ")
		p.names(s.Drop.Names)
		p.behavior(s.Drop.Behavior)
	case SourceSet, SourceReset:
		p.flag(s.Action == SourceSet, " SET (")
		p.flag(s.Action == SourceReset, " RESET (")
		p.options(s.Options)
		p.text(")")
	case SourceSetCluster:
		p.text(" SET CLUSTER ")
		p.ident(s.Cluster.Name)
	case SourceRefreshReferences:
		p.text(" REFRESH REFERENCES")
	}
}
