package native

import (
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// spec is one %[position$][flags][width]type of format().
type spec struct {
	position  int // 0: the next argument
	left      bool
	width     int
	widthFrom int // -1: none, 0: the next argument, n: argument n
	kind      byte
}

// format is PostgreSQL's format(), chapter 9.4.1 of its documentation.
func format(r *row) error {
	if r.null(0) {
		r.setNull()
		return nil
	}
	var args []*string
	if !r.null(1) {
		args = r.list(1)
	}
	s, next := r.text(0), 0
	take := func(position int) (*string, error) {
		if position == 0 {
			next++
			position = next
		} else {
			next = position
		}
		if position > len(args) {
			return nil, pgerr.New(pgerr.InvalidParameterValue, "too few arguments for format()")
		}
		return args[position-1], nil
	}
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			r.buf = append(r.buf, s[i])
			continue
		}
		if i++; i < len(s) && s[i] == '%' {
			r.buf = append(r.buf, '%')
			continue
		}
		f, n, err := readSpec(s[i:])
		if err != nil {
			return err
		}
		i += n - 1
		if err := f.write(r, take); err != nil {
			return err
		}
	}
	return nil
}

func readSpec(s string) (spec, int, error) {
	f, i := spec{widthFrom: -1}, 0
	number := func() int {
		v := 0
		for i < len(s) && s[i] >= '0' && s[i] <= '9' && v < 1<<24 {
			v = v*10 + int(s[i]-'0')
			i++
		}
		return v
	}
	start := i
	if n := number(); i > start && i < len(s) && s[i] == '$' {
		if n == 0 {
			return f, 0, pgerr.New(pgerr.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1")
		}
		f.position = n
		i++
	} else {
		i = start
	}
	for i < len(s) && s[i] == '-' {
		f.left = true
		i++
	}
	if i < len(s) && s[i] == '*' {
		i++
		f.widthFrom = 0
		if begin := i; number() > 0 && i < len(s) && s[i] == '$' {
			end := i
			i = begin
			f.widthFrom = number()
			i = end + 1
		} else {
			i = begin
		}
	} else {
		f.width = number()
	}
	if i >= len(s) {
		return f, 0, pgerr.New(pgerr.InvalidParameterValue, "unterminated format() type specifier").WithHint("For a single \"%%\" use \"%%%%\".")
	}
	f.kind = s[i]
	if f.kind != 's' && f.kind != 'I' && f.kind != 'L' {
		return f, 0, pgerr.New(pgerr.InvalidParameterValue, "unrecognized format() type specifier \"%c\"", f.kind)
	}
	return f, i + 1, nil
}

func (f spec) write(r *row, take func(int) (*string, error)) error {
	if f.widthFrom >= 0 {
		w, err := take(f.widthFrom)
		if err != nil {
			return err
		}
		if w != nil {
			n, _ := smallInt(*w)
			if n < 0 {
				f.left, n = true, -n
			}
			f.width = int(min(n, 1<<24))
		}
	}
	arg, err := take(f.position)
	if err != nil {
		return err
	}
	text := ""
	switch {
	case arg == nil && f.kind == 'I':
		return pgerr.New(pgerr.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
	case arg == nil && f.kind == 'L':
		text = "NULL"
	case arg == nil:
	case f.kind == 'I':
		text = quoteIdent(*arg)
	case f.kind == 'L':
		text = quoteLiteral(*arg)
	default:
		text = *arg
	}
	fill := strings.Repeat(" ", max(f.width-utf8.RuneCountInString(text), 0))
	if f.left {
		r.setText(text + fill)
	} else {
		r.setText(fill + text)
	}
	return nil
}

// reserved are the key words that quote_ident puts in quotes: all but the
// unreserved ones of PostgreSQL 15.
var reserved = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case cast char
		character check coalesce collate collation column concurrently constraint create cross current_catalog current_date current_role current_schema
		current_time current_timestamp current_user dec decimal default deferrable desc distinct do else end except exists extract false fetch float for
		foreign freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect interval into is isnull join
		lateral leading least left like limit localtime localtimestamp national natural nchar none normalize not notnull null nullif numeric offset on only
		or order out outer overlaps overlay placing position precision primary real references returning right row select session_user setof similar
		smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union unique user using values varchar variadic
		verbose when where window with xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`) {
		m[w] = true
	}
	return m
}()
