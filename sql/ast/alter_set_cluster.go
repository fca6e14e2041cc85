package ast

// AlterSetCluster is ALTER type [IF EXISTS] name SET CLUSTER cluster. That of a
// source is AlterSource.
type AlterSetCluster struct {
	Source
	Object   ObjectType
	IfExists bool
	Name     ObjectName
	Cluster  Ident
}

// Kind is KindAlterSetCluster.
func (s *AlterSetCluster) Kind() Kind { return KindAlterSetCluster }

// Tag is the command tag.
func (s *AlterSetCluster) Tag() string { return "ALTER " + string(s.Object) }

// String is the canonical text.
func (s *AlterSetCluster) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *AlterSetCluster) Redacted() string { return render(s, true) }

func (s *AlterSetCluster) format(p *printer) {
	p.text("ALTER ", string(s.Object), " ")
	p.flag(s.IfExists, "IF EXISTS ")
	p.name(s.Name)
	p.text(" SET CLUSTER ")
	p.ident(s.Cluster.Name)
}
