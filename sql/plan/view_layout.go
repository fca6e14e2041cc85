package plan

import (
	"strings"

	"culvert/sql/lex"
)

// clauseBreaks are what comes before a clause of a query in pg_get_viewdef's
// layout (PostgreSQL 15, ruleutils.c); the keywords are reserved.
var clauseBreaks = map[string]string{
	"from": "\n   ", "where": "\n  ", "group": "\n  ", "order": "\n  ", "window": "\n  ", "having": "\n ", "limit": "\n ", "offset": "\n ",
	"fetch": "\n ", "for": "\n ", "union": "\n", "intersect": "\n", "except": "\n", "select": "\n ", "values": "\n ",
	"join": "\n     ", "left": "\n     ", "right": "\n     ", "full": "\n     ", "inner": "\n     ", "cross": "\n     ", "natural": "\n     ",
}

// joinWords come before JOIN in a line.
var joinWords = map[string]bool{"left": true, "right": true, "full": true, "inner": true, "cross": true, "natural": true, "outer": true}

// layOut breaks a query into lines as pg_get_viewdef does, but for what stands in
// brackets.
func layOut(query string) string {
	toks, err := lex.Scan(query)
	if err != nil {
		return query
	}
	var b strings.Builder
	end, depth, list := 0, 0, false
	for i, t := range toks[:len(toks)-1] {
		gap := query[end:t.Start]
		if depth == 0 && list && i > 0 && toks[i-1].IsPunct(",") {
			gap = "\n    "
		}
		switch {
		case t.IsPunct("("):
			depth++
		case t.IsPunct(")"):
			depth--
		case depth > 0:
		case t.Kind == lex.Word && i > 0 && breaksLine(toks, i):
			gap = clauseBreaks[t.Text]
			list = t.Text == "from" || t.Text == "select" || joinWords[t.Text] || t.Text == "join"
		case t.Is("select"):
			list = true
		}
		b.WriteString(gap)
		b.WriteString(query[t.Start:t.End])
		end = t.End
	}
	return b.String()
}

// breaksLine tells whether the word at i begins a clause or a join.
func breaksLine(toks []lex.Token, i int) bool {
	before, t, after := toks[i-1], toks[i], toks[i+1]
	switch {
	case clauseBreaks[t.Text] == "" || t.Kind != lex.Word || t.Raw[0] == '"' || before.IsPunct("."):
		return false
	case before.Is("as"), before.IsPunct(","), before.IsPunct("("):
		return false
	}
	switch t.Text {
	case "from":
		return !before.Is("distinct") // IS DISTINCT FROM
	case "group":
		return after.Is("by")
	case "left", "right": // functions, too
		return !after.IsPunct("(")
	case "join":
		return !joinWords[before.Text]
	case "inner", "full", "cross":
		return !before.Is("natural")
	}
	return true
}
