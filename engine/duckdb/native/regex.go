package native

import (
	"regexp"
	"strings"
	"sync"

	"culvert/sql/pgerr"
)

var regexFunctions = []function{
	{name: "regex_test", shape: "b:vvv", row: func(r *row) error {
		re, err := compiled(r.text(1), r.text(2))
		if err == nil {
			set(r, re.MatchString(r.text(0)))
		}
		return err
	}},
	{name: "regex_replace", shape: "v:vvvv", row: regexReplace},
	{name: "regex_match", shape: "V:vvv", row: func(r *row) error {
		re, err := compiled(r.text(1), r.text(2))
		if err != nil {
			return err
		}
		m := re.FindStringSubmatchIndex(r.text(0))
		if m == nil {
			r.setNull()
			return nil
		}
		r.setList(groups(r.text(0), m))
		return nil
	}},
	{name: "regex_matches", shape: "V:vvv", row: func(r *row) error {
		flags := r.text(2)
		re, err := compiled(r.text(1), strings.ReplaceAll(flags, "g", ""))
		if err != nil {
			return err
		}
		n := 1
		if strings.Contains(flags, "g") {
			n = -1
		}
		var out []string
		for _, m := range re.FindAllStringSubmatchIndex(r.text(0), n) {
			out = append(out, arrayOut(groups(r.text(0), m)))
		}
		r.setTexts(out)
		return nil
	}},
	{name: "regex_split", shape: "V:vvv", row: regexSplit},
	{name: "regex_count", shape: "i:vviv", row: func(r *row) error {
		re, err := compiled(r.text(1), r.text(3))
		if err != nil {
			return err
		}
		if r.i32(2) < 1 {
			return pgerr.New(pgerr.InvalidParameterValue, "invalid value for parameter \"%s\": %d", "start", r.i32(2))
		}
		s := runeSlice(r.text(0), int(r.i32(2))-1, 1<<30)
		set(r, int32(len(re.FindAllStringIndex(s, -1))))
		return nil
	}},
	{name: "regex_substring", shape: "v:vv", row: func(r *row) error {
		re, err := compiled(r.text(1), "")
		if err != nil {
			return err
		}
		s := r.text(0)
		m := re.FindStringSubmatchIndex(s)
		if m == nil {
			r.setNull()
			return nil
		}
		from, to := m[0], m[1]
		if len(m) > 2 {
			from, to = m[2], m[3]
		}
		if from < 0 {
			r.setNull()
			return nil
		}
		r.setText(s[from:to])
		return nil
	}},
	{name: "regex_similar", shape: "v:vv", row: func(r *row) error {
		p, err := similarPattern(r.text(0), r.text(1))
		if err == nil {
			r.setText(p)
		}
		return err
	}},
}

// groups gives the submatches, or the whole match when there are none.
func groups(s string, m []int) []*string {
	if len(m) > 2 {
		m = m[2:]
	}
	out := make([]*string, len(m)/2)
	for i := range out {
		if m[2*i] >= 0 {
			part := s[m[2*i]:m[2*i+1]]
			out[i] = &part
		}
	}
	return out
}

type regexKey struct{ pattern, flags string }

// cache keeps compiled expressions; it starts anew when it is full.
var cache = struct {
	sync.RWMutex
	m map[regexKey]*regexp.Regexp
}{m: map[regexKey]*regexp.Regexp{}}

const cacheSize = 512

func compiled(pattern, flags string) (*regexp.Regexp, error) {
	cache.RLock()
	re, ok := cache.m[regexKey{pattern, flags}]
	cache.RUnlock()
	if ok {
		return re, nil
	}
	pattern, flags = strings.Clone(pattern), strings.Clone(flags)
	re, err := compileRegex(pattern, flags)
	if err != nil {
		return nil, err
	}
	cache.Lock()
	defer cache.Unlock()
	if len(cache.m) >= cacheSize {
		clear(cache.m)
	}
	cache.m[regexKey{pattern, flags}] = re
	return re, nil
}

func regexReplace(r *row) error {
	flags := r.text(3)
	global := strings.Contains(flags, "g")
	re, err := compiled(r.text(1), strings.ReplaceAll(flags, "g", ""))
	if err != nil {
		return err
	}
	s, repl := r.text(0), r.text(2)
	n := 1
	if global {
		n = -1
	}
	at := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, n) {
		r.setText(s[at:m[0]])
		expand(r, s, repl, m)
		at = m[1]
	}
	r.setText(s[at:])
	return nil
}

// expand writes a replacement: \1 to \9, \& and \\ are special.
func expand(r *row, s, repl string, m []int) {
	for i := 0; i < len(repl); i++ {
		c := repl[i]
		if c != '\\' || i+1 == len(repl) {
			r.buf = append(r.buf, c)
			continue
		}
		i++
		switch c := repl[i]; {
		case c == '&':
			r.setText(s[m[0]:m[1]])
		case c >= '1' && c <= '9':
			if k := int(c-'0') * 2; k < len(m) && m[k] >= 0 {
				r.setText(s[m[k]:m[k+1]])
			}
		case c == '\\':
			r.buf = append(r.buf, '\\')
		default:
			r.buf = append(r.buf, '\\', c)
		}
	}
}

func regexSplit(r *row) error {
	re, err := compiled(r.text(1), r.text(2))
	if err != nil {
		return err
	}
	s := r.text(0)
	var out []string
	at := 0
	for _, m := range re.FindAllStringIndex(s, -1) {
		if m[0] == m[1] && (m[0] == at && at == 0 || m[0] == len(s)) {
			continue // an empty match at the ends or just behind a match splits nothing
		}
		out = append(out, s[at:m[0]])
		at = m[1]
	}
	r.setTexts(append(out, s[at:]))
	return nil
}
