package parse

import (
	"slices"
	"strings"

	"culvert/catalog/secrets"
	"culvert/sql/ast"
)

// roleWords are the attributes of roles that have no value.
var roleWords = []string{
	"inherit", "noinherit", "login", "nologin", "superuser", "nosuperuser", "createdb", "nocreatedb", "createrole", "nocreaterole",
	"createcluster", "nocreatecluster", "replication", "noreplication", "bypassrls", "nobypassrls",
}

// createRole reads CREATE {ROLE | USER} [IF NOT EXISTS] name [WITH] attribute ….
func createRole(p *parser) ast.Statement {
	s := &ast.CreateRole{Source: p.source()}
	user := p.accept("user")
	if !user {
		p.expect("role")
	}
	s.IfNotExists = p.accept("if not exists")
	s.Name = p.ident()
	s.Attributes = readRoleAttributes(p)
	if user && !slices.ContainsFunc(s.Attributes, func(a ast.RoleAttribute) bool { return strings.HasSuffix(a.Name, "LOGIN") }) {
		s.Attributes = append(s.Attributes, ast.RoleAttribute{Name: "LOGIN", Pos: s.Name.Pos})
	}
	return s
}

// readRoleAttributes reads [WITH] and attributes to the end.
func readRoleAttributes(p *parser) []ast.RoleAttribute {
	with := p.accept("with")
	var out []ast.RoleAttribute
	for p.err == nil && (!p.atEnd() || with && out == nil) {
		out = append(out, readRoleAttribute(p))
	}
	return out
}

func readRoleAttribute(p *parser) ast.RoleAttribute {
	a := ast.RoleAttribute{Pos: p.pos()}
	for _, w := range roleWords {
		if p.accept(w) {
			a.Name = upper(w)
			return a
		}
	}
	switch {
	case p.accept("password"), p.accept("encrypted password"):
		a.Name = "PASSWORD"
		if a.Null = p.accept("null"); !a.Null {
			a.Password = secrets.NewValue([]byte(p.str().Text))
		}
	case p.accept("connection limit"):
		a.Name, a.Value = "CONNECTION LIMIT", p.number()
	case p.accept("valid until"):
		a.Name, a.Value = "VALID UNTIL", p.str()
	default:
		p.expected = []string{"an attribute of roles"}
		p.fail()
	}
	return a
}
