package ast

import "culvert/catalog/secrets"

// CreateRole is CREATE {ROLE | USER} [IF NOT EXISTS] name [WITH] attribute ….
// CREATE USER is CREATE ROLE with LOGIN.
type CreateRole struct {
	Source
	IfNotExists bool
	Name        Ident
	Attributes  []RoleAttribute
}

// RoleAttribute is INHERIT, NOLOGIN or another word of a role.
type RoleAttribute struct {
	Name     string        // upper case: CONNECTION LIMIT
	Value    Value         // of CONNECTION LIMIT and VALID UNTIL
	Password secrets.Value // of PASSWORD; empty: NULL or ''
	Null     bool          // PASSWORD NULL
	Pos      Pos
}

// Kind is KindCreateRole.
func (s *CreateRole) Kind() Kind { return KindCreateRole }

// Tag is the command tag.
func (s *CreateRole) Tag() string { return "CREATE ROLE" }

// String is the canonical text.
func (s *CreateRole) String() string { return render(s, false) }

// Redacted is the canonical text without literals.
func (s *CreateRole) Redacted() string { return render(s, true) }

func (s *CreateRole) format(p *printer) {
	p.text("CREATE ROLE ")
	p.flag(s.IfNotExists, "IF NOT EXISTS ")
	p.ident(s.Name.Name)
	p.attributes(s.Attributes)
}

func (p *printer) attributes(list []RoleAttribute) {
	for _, a := range list {
		p.text(" ", a.Name)
		switch {
		case a.Name == "PASSWORD":
			p.text(" ", Mask)
		case a.Value != nil:
			p.text(" ")
			a.Value.formatValue(p)
		}
	}
}
