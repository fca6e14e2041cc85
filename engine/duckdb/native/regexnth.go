package native

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// regexNthFunctions find the n-th match from a start, which counts characters
// from 1.
var regexNthFunctions = []function{
	{name: "regex_replace_nth", shape: "v:vvviiv", row: regexReplaceNth},
	{name: "regex_position", shape: "i:vviiivi", row: regexPosition},
	{name: "regex_part", shape: "v:vviivi", row: func(r *row) error {
		from, to, err := nthMatch(r, nthArgs{start: r.i32(2), n: r.i32(3), flags: r.text(4), group: r.i32(5)})
		if err != nil || from < 0 {
			r.setNull()
			return err
		}
		r.setText(r.text(0)[from:to])
		return nil
	}},
}

type nthArgs struct {
	start, n, group int32
	flags           string
}

func badParameter(name string, value int32) error {
	return pgerr.New(pgerr.InvalidParameterValue, "invalid value for parameter \"%s\": %d", name, value)
}

// startOffset is where the search begins, in bytes.
func startOffset(s string, start int32) int {
	at := 0
	for n := int32(1); n < start && at < len(s); n++ {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return at
}

// matchesFrom gives the matches that begin at the start or behind it. What comes
// before is cut off, unless the expression asks where the text begins or whether
// a word does.
func matchesFrom(re *regexp.Regexp, s string, start int32) [][]int {
	from := startOffset(s, start)
	if from == 0 {
		return re.FindAllStringSubmatchIndex(s, -1)
	}
	if !strings.ContainsAny(re.String(), `^`) && !strings.Contains(re.String(), `\A`) && !strings.Contains(strings.ToLower(re.String()), `\b`) {
		found := re.FindAllStringSubmatchIndex(s[from:], -1)
		for _, m := range found {
			for i := range m {
				if m[i] >= 0 {
					m[i] += from
				}
			}
		}
		return found
	}
	found := re.FindAllStringSubmatchIndex(s, -1)
	return slices.DeleteFunc(found, func(m []int) bool { return m[0] < from })
}

// nthMatch gives where a match, or a group of it, begins and ends; from is -1
// where there is none.
func nthMatch(r *row, a nthArgs) (from, to int, err error) {
	switch {
	case a.start < 1:
		return -1, -1, badParameter("start", a.start)
	case a.n < 1:
		return -1, -1, badParameter("n", a.n)
	case a.group < 0:
		return -1, -1, badParameter("subexpr", a.group)
	}
	re, err := compiled(r.text(1), a.flags)
	if err != nil {
		return -1, -1, err
	}
	for _, m := range matchesFrom(re, r.text(0), a.start) {
		if a.n--; a.n > 0 {
			continue
		}
		if 2*int(a.group)+1 >= len(m) {
			return -1, -1, nil
		}
		return m[2*a.group], m[2*a.group+1], nil
	}
	return -1, -1, nil
}

// regexPosition is regexp_instr: where the match begins or, with 1, what comes
// behind it.
func regexPosition(r *row) error {
	end := r.i32(4)
	if end != 0 && end != 1 {
		return badParameter("endoption", end)
	}
	from, to, err := nthMatch(r, nthArgs{start: r.i32(2), n: r.i32(3), flags: r.text(5), group: r.i32(6)})
	if err != nil {
		return err
	}
	if from < 0 {
		set(r, int32(0))
		return nil
	}
	if end == 1 {
		from = to
	}
	set(r, int32(utf8.RuneCountInString(r.text(0)[:from])+1))
	return nil
}

// regexReplaceNth replaces the n-th match, or all with 0.
func regexReplaceNth(r *row) error {
	start, n := r.i32(3), int(r.i32(4))
	if start < 1 {
		return badParameter("start", start)
	}
	if n < 0 {
		return badParameter("n", int32(n))
	}
	re, err := compiled(r.text(1), r.text(5))
	if err != nil {
		return err
	}
	s, at, seen := r.text(0), 0, 0
	for _, m := range matchesFrom(re, s, start) {
		if seen++; n != 0 && seen != n {
			continue
		}
		r.setText(s[at:m[0]])
		expand(r, s, r.text(2), m)
		at = m[1]
	}
	r.setText(s[at:])
	return nil
}
