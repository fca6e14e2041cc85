package lex

import "culvert/sql/pgerr"

// MaxDepth bounds what CheckDepth estimates. Behind it stand two limits of
// libpg_query: the Go side refuses trees of more than 10,000 nested protobuf
// messages, and the C side overflows its stack, which ends the process, from
// some tens of thousands on. TestDepthBound holds the bound to both.
const MaxDepth = 8000

// What one construct may add to the nesting of the protobuf tree: an operator
// is a Node and an A_Expr; a bracket may hold a subquery, which is a SubLink, a
// SelectStmt and a ResTarget with a Node before each; a link in a chain of set
// operations is a SelectStmt, and of joins a Node and a JoinExpr.
const (
	weightOperator = 2
	weightBracket  = 8
	weightChain    = 3
)

// CheckDepth refuses a statement whose tree may nest deeper than libpg_query
// bears, with 54001. It adds up, along the worst path of nested brackets, the
// operators of one operand list and the set operations and joins of one query.
// Lists as long as a script likes, such as VALUES and IN, stay shallow.
func CheckDepth(toks []Token) error {
	stack := make([]level, 1, 16)
	for i, t := range toks {
		top := &stack[len(stack)-1]
		switch classify(toks, i) {
		case opens:
			stack = append(stack, level{isCase: t.Kind == Word})
		case closes:
			if len(stack) > 1 && top.isCase == (t.Kind == Word) {
				stack = fold(stack)
			}
		case separates:
			if t.Text == "and" && top.between > 0 {
				top.between-- // BETWEEN's own: what follows nests in it
				break
			}
			top.endOperands()
		case chains:
			top.chain += weightChain
		case operates:
			top.operators += weightOperator
			if t.Text == "between" {
				top.between++
			}
		}
		if len(stack)*weightBracket > MaxDepth {
			return tooDeep()
		}
	}
	for len(stack) > 1 {
		stack = fold(stack)
	}
	if stack[0].depth() > MaxDepth {
		return tooDeep()
	}
	return nil
}

func tooDeep() error {
	return pgerr.New(pgerr.StatementTooComplex, "stack depth limit exceeded").
		WithHint("The statement nests its expressions or queries too deeply; write it as several statements.")
}

// level is what one pair of brackets, or CASE and END, holds directly.
type level struct {
	isCase    bool
	chain     int // set operations and joins, over the whole level
	between   int // BETWEENs whose AND is still to come
	operators int // operators of the operand list that is open
	inner     int // the deepest bracket of that operand list
	worst     int // the deepest operand list so far
}

func (l *level) endOperands() {
	l.worst = max(l.worst, l.operators+l.inner)
	l.operators, l.inner = 0, 0
}

func (l *level) depth() int {
	l.endOperands()
	return l.chain + l.worst
}

// fold closes the innermost level.
func fold(stack []level) []level {
	last := len(stack) - 1
	depth := stack[last].depth() + weightBracket
	up := &stack[last-1]
	up.inner = max(up.inner, depth)
	return stack[:last]
}

type class uint8

const (
	plain class = iota
	opens
	closes
	separates
	chains
	operates
)

// words classifies keywords. AND and OR separate: the parser flattens their
// chains.
var words = map[string]class{
	"case": opens, "end": closes,
	"and": separates, "or": separates, "when": separates, "then": separates, "else": separates,
	"union": chains, "intersect": chains, "except": chains, "join": chains, "between": operates,
	"not": operates, "is": operates, "isnull": operates, "notnull": operates, "like": operates, "ilike": operates,
	"similar": operates, "escape": operates, "collate": operates, "at": operates, "in": operates, "operator": operates,
	"overlaps": operates, "over": operates, "filter": operates, "within": operates,
}

// classify tells what a token does to the nesting. The END of x.end is a name.
func classify(toks []Token, i int) class {
	t := toks[i]
	switch t.Kind {
	case Op:
		return operates
	case Word:
		if i > 0 && toks[i-1].IsPunct(".") {
			return plain
		}
		return words[t.Text]
	case Punct:
		switch t.Raw {
		case "(", "[":
			return opens
		case ")", "]":
			return closes
		case ",", ";":
			return separates
		case "::", ":=", "=>":
			return operates
		}
	}
	return plain
}
