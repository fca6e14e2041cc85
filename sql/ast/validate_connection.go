package ast

// ValidateConnection is VALIDATE CONNECTION name.
type ValidateConnection struct {
	Source
	Name ObjectName
}

// Kind is KindValidateConnection.
func (s *ValidateConnection) Kind() Kind { return KindValidateConnection }

// Tag is the command tag.
func (s *ValidateConnection) Tag() string { return "VALIDATE CONNECTION" }

// String is the canonical text.
func (s *ValidateConnection) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *ValidateConnection) Redacted() string { return render(s, true) }

func (s *ValidateConnection) format(p *printer) {
	p.text("VALIDATE CONNECTION ")
	p.name(s.Name)
}
