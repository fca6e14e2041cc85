package parse

import (
	"strings"

	"culvert/sql/ast"
)

// variablePhrases are the settings that SHOW names by several words
// (PostgreSQL 15, VariableShowStmt in gram.y).
var variablePhrases = map[string]string{
	"time zone":                   "timezone",
	"transaction isolation level": "transaction_isolation",
	"session authorization":       "session_authorization",
}

// showVariable reads the name of a setting, behind SHOW.
func showVariable(p *parser) ast.Statement {
	s := &ast.ShowVariable{Source: p.source(), Pos: p.pos()}
	for phrase, name := range variablePhrases {
		if p.accept(phrase) {
			s.Name = name
			return s
		}
	}
	if p.accept("all") {
		s.Name = "all"
		return s
	}
	p.expected = nil
	s.Name = strings.Join(p.name().Parts, ".")
	return s
}
