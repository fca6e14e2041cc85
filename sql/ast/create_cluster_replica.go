package ast

// CreateClusterReplica is CREATE CLUSTER REPLICA cluster.replica options.
type CreateClusterReplica struct {
	Source
	Name    ObjectName // Schema is the cluster
	Options []Option
}

// Kind is KindCreateClusterReplica.
func (s *CreateClusterReplica) Kind() Kind { return KindCreateClusterReplica }

// Tag is the command tag.
func (s *CreateClusterReplica) Tag() string { return "CREATE CLUSTER REPLICA" }

// String is the canonical text.
func (s *CreateClusterReplica) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateClusterReplica) Redacted() string { return render(s, true) }

func (s *CreateClusterReplica) format(p *printer) {
	p.text("CREATE CLUSTER REPLICA ")
	p.name(s.Name)
	p.text(" (")
	p.options(s.Options)
	p.text(")")
}
