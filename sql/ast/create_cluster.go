package ast

// CreateCluster is CREATE CLUSTER [IF NOT EXISTS] name (options).
type CreateCluster struct {
	Source
	IfNotExists bool
	Name        Ident
	Options     []Option
}

// Kind is KindCreateCluster.
func (s *CreateCluster) Kind() Kind { return KindCreateCluster }

// Tag is the command tag.
func (s *CreateCluster) Tag() string { return "CREATE CLUSTER" }

// String is the canonical text.
func (s *CreateCluster) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateCluster) Redacted() string { return render(s, true) }

func (s *CreateCluster) format(p *printer) {
	p.text("CREATE CLUSTER ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.ident(s.Name.Name)
	p.text(" (")
	p.options(s.Options)
	p.text(")")
}
