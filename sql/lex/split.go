package lex

// Statement is one statement of a script: its tokens, an EOF token last that
// stands where the statement ends. Tokens keep their offsets in the script.
type Statement struct {
	Start, End int // bytes of the script, from the first token to behind the last
	Tokens     []Token
}

// Split cuts the tokens of a script at the semicolons outside brackets. Empty
// statements are left out.
func Split(toks []Token) []Statement {
	var out []Statement
	depth, from := 0, 0
	for i, t := range toks {
		switch {
		case t.Kind == Punct && (t.Raw == "(" || t.Raw == "["):
			depth++
		case t.Kind == Punct && (t.Raw == ")" || t.Raw == "]"):
			depth--
		case t.Kind == EOF, t.Kind == Punct && t.Raw == ";" && depth <= 0:
			if i > from {
				out = append(out, statement(toks[from:i], t.Start))
			}
			from, depth = i+1, 0
		}
	}
	return out
}

func statement(toks []Token, end int) Statement {
	s := Statement{Start: toks[0].Start, End: toks[len(toks)-1].End}
	s.Tokens = append(toks[:len(toks):len(toks)], Token{Kind: EOF, Start: end, End: end})
	return s
}
