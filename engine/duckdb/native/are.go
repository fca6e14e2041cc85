package native

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// compileRegex turns an advanced regular expression of PostgreSQL (chapter
// 9.7.3 of its documentation) into one of RE2. Back references and lookaround
// have no counterpart and are refused.
func compileRegex(pattern, flags string) (*regexp.Regexp, error) {
	a := are{src: pattern, dotAll: true}
	if err := a.flags(flags); err != nil {
		return nil, err
	}
	a.directors()
	body := a.src
	if !a.literal {
		var err error
		if body, err = a.translate(); err != nil {
			return nil, err
		}
	} else {
		body = regexp.QuoteMeta(body)
	}
	re, err := regexp.Compile(a.prefix() + body)
	if err != nil {
		return nil, pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: %s", reason(err))
	}
	if !a.lazy {
		re.Longest() // POSIX: the longest match at the leftmost place
	}
	return re, nil
}

func reason(err error) string {
	text := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	text, _, _ = strings.Cut(text, ":")
	switch text {
	case "missing closing )", "unexpected )":
		return "parentheses () not balanced"
	case "missing closing ]":
		return "brackets [] not balanced"
	case "missing argument to repetition operator", "invalid nested repetition operator":
		return "quantifier operand invalid"
	case "invalid character class range":
		return "invalid character range"
	case "invalid repeat count":
		return "invalid repetition count(s)"
	}
	return text
}

type are struct {
	src       string
	fold      bool // case-insensitive
	dotAll    bool // . matches a newline
	multiline bool // ^ and $ match at newlines
	expanded  bool // white space and comments are left out
	literal   bool
	lazy      bool
}

func (a *are) prefix() string {
	p := ""
	if a.fold {
		p += "i"
	}
	if a.dotAll {
		p += "s"
	}
	if a.multiline {
		p += "m"
	}
	if p == "" {
		return ""
	}
	return "(?" + p + ")"
}

func (a *are) flags(flags string) error {
	for _, c := range flags {
		switch c {
		case 'i':
			a.fold = true
		case 'c':
			a.fold = false
		case 'n', 'm':
			a.dotAll, a.multiline = false, true
		case 's':
			a.dotAll, a.multiline = true, false
		case 'p':
			a.dotAll, a.multiline = false, false
		case 'w':
			a.dotAll, a.multiline = true, true
		case 'x':
			a.expanded = true
		case 't', 'e', 'b':
		case 'q':
			a.literal = true
		case 'g':
			return pgerr.New(pgerr.InvalidParameterValue, "this function does not support the \"global\" option")
		default:
			return pgerr.New(pgerr.InvalidParameterValue, "invalid regular expression option: \"%c\"", c)
		}
	}
	return nil
}

// directors reads what may stand in front: ***: or ***= and (?flags).
func (a *are) directors() {
	if rest, ok := strings.CutPrefix(a.src, "***="); ok {
		a.src, a.literal = rest, true
		return
	}
	a.src = strings.TrimPrefix(a.src, "***:")
	if !strings.HasPrefix(a.src, "(?") {
		return
	}
	end := strings.IndexByte(a.src, ')')
	if end < 3 {
		return
	}
	for _, c := range a.src[2:end] {
		if c < 'a' || c > 'z' {
			return
		}
	}
	if a.flags(a.src[2:end]) == nil {
		a.src = a.src[end+1:]
	}
}

func unsupportedRegex(what string) error {
	return pgerr.New(pgerr.FeatureNotSupported, "regular expressions with %s are not supported", what)
}

func (a *are) translate() (string, error) {
	var b strings.Builder
	s := a.src
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == '\\':
			n, err := a.escape(&b, s[i:])
			if err != nil {
				return "", err
			}
			i += n
		case c == '[':
			n, err := a.bracket(&b, s[i:])
			if err != nil {
				return "", err
			}
			i += n
		case strings.HasPrefix(s[i:], "(?"):
			if !strings.HasPrefix(s[i:], "(?:") {
				if i+2 < len(s) && strings.IndexByte("=!<", s[i+2]) >= 0 {
					return "", unsupportedRegex("lookaround")
				}
				return "", pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: quantifier operand invalid")
			}
			b.WriteString("(?:")
			i += 3
		case a.expanded && strings.IndexByte(" \t\n\r\f\v", c) >= 0:
			i++
		case a.expanded && c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case strings.IndexByte("*+?", c) >= 0 || c == '}':
			b.WriteByte(c)
			i++
			if i < len(s) && s[i] == '?' && b.Len() > 1 {
				b.WriteByte('?')
				a.lazy = true
				i++
			}
		case c == '$' && !a.multiline:
			b.WriteString(`\z`)
			i++
		case c == '^' && !a.multiline:
			b.WriteString(`\A`)
			i++
		case c >= utf8.RuneSelf && a.fold: // the C collation folds ASCII alone
			_, size := utf8.DecodeRuneInString(s[i:])
			b.WriteString("(?-i:" + s[i:i+size] + ")")
			i += size
		default:
			b.WriteByte(c)
			i++
		}
	}
	return b.String(), nil
}

// escape translates one escape outside brackets and tells its length.
func (a *are) escape(b *strings.Builder, s string) (int, error) {
	if len(s) < 2 {
		return 0, pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: invalid escape \\ sequence")
	}
	c, size := utf8.DecodeRuneInString(s[1:])
	switch {
	case c == 'm':
		b.WriteString(`\b`)
		return 2, a.wordAhead(s[2:])
	case c == 'M', c == 'y':
		b.WriteString(`\b`)
	case c == 'Y':
		b.WriteString(`\B`)
	case c == 'A':
		b.WriteString(`\A`)
	case c == 'Z':
		b.WriteString(`\z`)
	case c == 'd', c == 'D', c == 's', c == 'S', c == 'w', c == 'W', c == 'a', c == 'f', c == 'n', c == 'r', c == 't', c == 'v':
		b.WriteString(classEscape(c, false))
	case c == 'e':
		b.WriteString(`\x1b`)
	case c == 'u' && len(s) >= 6:
		b.WriteString(`\x{` + s[2:6] + `}`)
		return 6, nil
	case c == 'x' && len(s) >= 4:
		b.WriteString(`\x{` + s[2:4] + `}`)
		return 4, nil
	case c >= '1' && c <= '9':
		return 0, unsupportedRegex("back references")
	case c < 0x80 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '0'):
		return 0, pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: invalid escape \\ sequence")
	default:
		b.WriteString(regexp.QuoteMeta(string(c)))
	}
	return 1 + size, nil
}

// wordAhead: \m is a word boundary only where a word begins.
func (a *are) wordAhead(s string) error {
	c, _ := utf8.DecodeRuneInString(s)
	if c == '_' || c == '\\' || c == '[' || c == '(' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 {
		return nil
	}
	return unsupportedRegex(`\m before what is not a word`)
}

func classEscape(c rune, inside bool) string {
	switch c {
	case 's': // with the vertical tab
		if inside {
			return `\s\v`
		}
		return `[\s\v]`
	case 'S':
		if !inside {
			return `[^\s\v]`
		}
	case 'a':
		return `\x07`
	}
	return `\` + string(c)
}

// bracket translates a bracket expression and tells its length.
func (a *are) bracket(b *strings.Builder, s string) (int, error) {
	switch {
	case strings.HasPrefix(s, "[[:<:]]"), strings.HasPrefix(s, "[[:>:]]"):
		b.WriteString(`\b`)
		return 7, nil
	}
	notClosed := pgerr.New(pgerr.InvalidRegularExpression, "invalid regular expression: brackets [] not balanced")
	i := 1
	b.WriteByte('[')
	if i < len(s) && s[i] == '^' {
		b.WriteByte('^')
		i++
		if a.multiline && !a.dotAll || !a.dotAll {
			b.WriteString(`\n`)
		}
	}
	for first := true; ; first = false {
		if i >= len(s) {
			return 0, notClosed
		}
		switch c := s[i]; {
		case c == ']' && !first:
			b.WriteByte(']')
			return i + 1, nil
		case c == ']', c == '[' && (i+1 >= len(s) || strings.IndexByte(":.=", s[i+1]) < 0):
			b.WriteString(`\` + string(c))
			i++
		case c == '[' && s[i+1] == ':':
			end := strings.Index(s[i:], ":]")
			if end < 0 {
				return 0, notClosed
			}
			b.WriteString(s[i : i+end+2])
			i += end + 2
		case c == '[':
			end := strings.Index(s[i+2:], string(s[i+1])+"]")
			if end < 0 {
				return 0, notClosed
			}
			b.WriteString(regexp.QuoteMeta(s[i+2 : i+2+end]))
			i += end + 4
		case c == '\\' && i+1 < len(s):
			e, size := utf8.DecodeRuneInString(s[i+1:])
			if strings.ContainsRune("dDsSwafnrtv", e) {
				b.WriteString(classEscape(e, true))
			} else {
				b.WriteString(regexp.QuoteMeta(string(e)))
			}
			i += 1 + size
		case c == '\\' || c == '&' || c == '~' || c == '^' && !first:
			b.WriteString(`\` + string(c))
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
}

// similarPattern is similar_to_escape: an SQL pattern as an anchored regular
// expression. Two separators, the escape and a double quote, mark the part that
// substring() gives; what stands before it matches as little as possible.
func similarPattern(p, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", pgerr.New("22019", "invalid escape string").WithHint("Escape string must be empty or one character.")
	}
	w := similarWriter{any: ".*"}
	if escape != "" && strings.Count(p, escape+`"`) == 2 {
		w.any = ".*?"
	}
	esc, _ := utf8.DecodeRuneInString(escape)
	w.b.WriteString("^(?:")
	for _, c := range p {
		if w.after {
			w.escaped(c)
		} else if escape != "" && c == esc && !w.bracket {
			w.after = true
		} else {
			w.write(c)
		}
	}
	w.b.WriteString(")$")
	return w.b.String(), nil
}

type similarWriter struct {
	b              strings.Builder
	any            string // what % becomes
	after, bracket bool
	separators     int
}

func (w *similarWriter) escaped(c rune) {
	w.after = false
	switch {
	case c == '"' && w.separators == 0:
		w.b.WriteString(")(")
		w.any = ".*"
	case c == '"' && w.separators == 1:
		w.b.WriteString(")(?:")
	case c == '"':
		w.b.WriteRune(c)
	case c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80:
		w.b.WriteRune(c)
	default:
		w.b.WriteString(`\` + string(c))
	}
	if c == '"' {
		w.separators++
	}
}

func (w *similarWriter) write(c rune) {
	switch {
	case w.bracket:
		if c == '\\' {
			w.b.WriteByte('\\')
		}
		w.b.WriteRune(c)
		w.bracket = c != ']'
	case c == '[':
		w.b.WriteRune(c)
		w.bracket = true
	case c == '%':
		w.b.WriteString(w.any)
	case c == '_':
		w.b.WriteByte('.')
	case c == '(':
		w.b.WriteString("(?:")
	case c == '\\' || c == '.' || c == '^' || c == '$':
		w.b.WriteString(`\` + string(c))
	default:
		w.b.WriteRune(c)
	}
}
