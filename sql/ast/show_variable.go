package ast

import "strings"

// ShowVariable is SHOW name, or SHOW ALL.
type ShowVariable struct {
	Source
	Name string // folded; "all" for SHOW ALL
	Pos  Pos
}

// Kind is KindShowVariable.
func (s *ShowVariable) Kind() Kind { return KindShowVariable }

// Tag is the command tag.
func (s *ShowVariable) Tag() string { return "SHOW" }

// String is the canonical text.
func (s *ShowVariable) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *ShowVariable) Redacted() string { return render(s, true) }

func (s *ShowVariable) format(p *printer) {
	p.text("SHOW ")
	if s.Name == "all" {
		p.text("ALL")
		return
	}
	for i, part := range strings.Split(s.Name, ".") {
		p.flag(i > 0, ".")
		p.ident(part)
	}
}
