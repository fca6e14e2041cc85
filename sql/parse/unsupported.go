package parse

import (
	"strings"

	"culvert/sql/ast"
)

// The statements of the dialect that are known by name only, by their first
// word.
var (
	createUnsupported = []string{
		"sink", "type", "database", "network policy", "continual task", "views", "materialized source", "subsource",
	}
	alterUnsupported   = []string{"system", "default privileges"}
	dropUnsupported    = []string{"continual task"}
	explainUnsupported = []string{
		"raw plan", "decorrelated plan", "locally optimized plan", "optimized plan", "physical plan", "query plan", "plan",
		"timestamp", "filter pushdown", "replan", "key schema", "value schema", "broken",
	}
)

// chooseUnsupported looks for one of the given words behind verb.
func chooseUnsupported(p *parser, verb string, names []string) func(*parser) ast.Statement {
	for _, n := range names {
		if p.accept(n) {
			return unsupported(verb + " " + upper(n))
		}
	}
	return nil
}

// unsupported gives a statement by its name, whatever else it says.
func unsupported(name string) func(*parser) ast.Statement {
	return func(p *parser) ast.Statement {
		p.skipToEnd()
		return &ast.Unsupported{Source: p.source(), Name: name}
	}
}

func countWords(s string) int { return strings.Count(s, " ") + 1 }
