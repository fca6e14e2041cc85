package ast

// CreateSchema is CREATE SCHEMA [IF NOT EXISTS] [database.]name.
type CreateSchema struct {
	Source
	IfNotExists bool
	Name        ObjectName // Database and Item
}

// Kind is KindCreateSchema.
func (s *CreateSchema) Kind() Kind { return KindCreateSchema }

// Tag is the command tag.
func (s *CreateSchema) Tag() string { return "CREATE SCHEMA" }

// String is the canonical text.
func (s *CreateSchema) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateSchema) Redacted() string { return render(s, true) }

func (s *CreateSchema) format(p *printer) {
	p.text("CREATE SCHEMA ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.name(s.Name)
}
