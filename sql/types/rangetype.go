package types

import (
	"strconv"
	"strings"

	"culvert/sql/pgerr"
)

// rangeElems has the range types with the type of their bounds.
var rangeElems = map[OID]OID{
	Int4rangeOID: Int4OID, Int8rangeOID: Int8OID, NumrangeOID: NumericOID, DaterangeOID: DateOID, TsrangeOID: TimestampOID, TstzrangeOID: TimestamptzOID,
}

// Range is a range taken apart. A nil bound is infinite; others are texts of
// the bounds' type.
type Range struct {
	Empty              bool
	Lower, Upper       *string
	LowerInc, UpperInc bool
}

// RangeElem gives the type of a range type's bounds, and 0 for other types.
func RangeElem(oid OID) OID { return rangeElems[oid] }

// ParseRange reads the text of a range; the bounds are taken as they are.
func ParseRange(input string) (Range, error) {
	malformed := func(detail string) error {
		return pgerr.New(pgerr.InvalidTextRepresentation, "malformed range literal: \"%s\"", input).WithDetail("%s", detail)
	}
	text := strings.Trim(input, spaces)
	if strings.EqualFold(text, "empty") {
		return Range{Empty: true}, nil
	}
	var r Range
	if text == "" || text[0] != '[' && text[0] != '(' {
		return r, malformed("Missing left parenthesis or bracket.")
	}
	r.LowerInc = text[0] == '['
	lower, rest, ok := rangeBound(text[1:])
	if !ok || rest == "" {
		return r, malformed("Unexpected end of input.")
	}
	if rest[0] != ',' {
		return r, malformed("Missing comma after lower bound.")
	}
	upper, rest, ok := rangeBound(rest[1:])
	if !ok || rest == "" {
		return r, malformed("Unexpected end of input.")
	}
	if rest[0] == ',' {
		return r, malformed("Too many commas.")
	}
	if len(rest) > 1 {
		return r, malformed("Junk after right parenthesis or bracket.")
	}
	r.UpperInc = rest[0] == ']'
	r.Lower, r.Upper = lower, upper
	r.LowerInc, r.UpperInc = r.LowerInc && lower != nil, r.UpperInc && upper != nil
	return r, nil
}

// rangeBound reads up to a delimiter outside quotes; a bound of no text at all
// is nil.
func rangeBound(text string) (bound *string, rest string, ok bool) {
	var buf []byte
	quoted, any := false, false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\\':
			if i++; i == len(text) {
				return nil, "", false
			}
			buf, any = append(buf, text[i]), true
		case c == '"':
			if quoted && i+1 < len(text) && text[i+1] == '"' {
				buf = append(buf, '"')
				i++
				continue
			}
			quoted, any = !quoted, true
		case !quoted && strings.IndexByte(",)]([", c) >= 0:
			if !any {
				return nil, text[i:], true
			}
			s := string(buf)
			return &s, text[i:], true
		default:
			buf, any = append(buf, c), true
		}
	}
	return nil, "", false
}

func rangeReader(oid, elem OID) reader {
	return func(input string, _ int32, env Env) (string, error) {
		r, err := ParseRange(input)
		if err != nil {
			return "", err
		}
		for _, bound := range []*string{r.Lower, r.Upper} {
			if bound != nil {
				if *bound, err = Canonical(T(elem), *bound, env); err != nil {
					return "", err
				}
			}
		}
		if err := r.Normalize(elem, env); err != nil {
			return "", err
		}
		return string(r.Append(nil)), nil
	}
}

// Normalize orders the bounds, finds the empty range, and gives discrete
// ranges the form [ ).
func (r *Range) Normalize(elem OID, env Env) error {
	if r.Empty {
		return nil
	}
	if r.Lower != nil && r.Upper != nil {
		order, err := compareBounds(elem, *r.Lower, *r.Upper, env)
		if err != nil {
			return err
		}
		if order > 0 {
			return pgerr.New(pgerr.DataException, "range lower bound must be less than or equal to range upper bound")
		}
		if order == 0 && !(r.LowerInc && r.UpperInc) {
			*r = Range{Empty: true}
			return nil
		}
	}
	if elem != Int4OID && elem != Int8OID && elem != DateOID {
		return nil
	}
	if r.Lower != nil && !r.LowerInc {
		stepped, err := stepBound(elem, r.Lower, env)
		if err != nil {
			return err
		}
		r.LowerInc = stepped
	}
	if r.Upper != nil && r.UpperInc {
		stepped, err := stepBound(elem, r.Upper, env)
		if err != nil {
			return err
		}
		r.UpperInc = !stepped
	}
	if r.Lower != nil && r.Upper != nil && *r.Lower == *r.Upper && !r.UpperInc {
		*r = Range{Empty: true}
	}
	return nil
}

// stepBound moves a bound of a discrete range to the next value, but for an
// infinite date, which has none.
func stepBound(elem OID, bound *string, env Env) (stepped bool, err error) {
	if elem == DateOID {
		days, err := DateFromText(*bound, env)
		if err != nil || days == DateInfinity || days == DateMinusInfinity {
			return false, err
		}
		*bound = string(AppendDate(nil, days+1))
		return true, nil
	}
	n, err := ParseInt64([]byte(*bound))
	if err != nil {
		return false, err
	}
	if elem == Int4OID && n == 1<<31-1 {
		return false, pgerr.New(pgerr.NumericValueOutOfRange, "integer out of range")
	}
	if n == 1<<63-1 {
		return false, pgerr.New(pgerr.NumericValueOutOfRange, "bigint out of range")
	}
	*bound = strconv.FormatInt(n+1, 10)
	return true, nil
}

func compareBounds(elem OID, a, b string, env Env) (int, error) {
	switch elem {
	case NumericOID:
		x, err := parseNumeric(a)
		if err != nil {
			return 0, err
		}
		y, err := parseNumeric(b)
		return compareNumeric(x, y), err
	case Int4OID, Int8OID:
		return compareWith(a, b, func(s string) (int64, error) { return ParseInt64([]byte(s)) })
	case DateOID:
		return compareWith(a, b, func(s string) (int64, error) { n, err := DateFromText(s, env); return int64(n), err })
	}
	return compareWith(a, b, func(s string) (int64, error) { return timestampFromText(s, -1, env, elem == TimestamptzOID) })
}

func compareWith(a, b string, parse func(string) (int64, error)) (int, error) {
	x, err := parse(a)
	if err != nil {
		return 0, err
	}
	y, err := parse(b)
	switch {
	case x < y:
		return -1, err
	case x > y:
		return 1, err
	}
	return 0, err
}

// rank orders -Infinity, numbers, Infinity, NaN.
func (n numeric) rank() int {
	switch n.special {
	case "-Infinity":
		return 0
	case "Infinity":
		return 2
	case "NaN":
		return 3
	}
	return 1
}

func compareNumeric(a, b numeric) int {
	if a.rank() != b.rank() || a.rank() != 1 {
		return a.rank() - b.rank()
	}
	if a.neg != b.neg {
		if a.neg {
			return -1
		}
		return 1
	}
	scale := max(a.scale, b.scale)
	a.round(scale)
	b.round(scale)
	order := len(a.digits) - len(b.digits)
	if order == 0 {
		order = strings.Compare(string(a.digits), string(b.digits))
	}
	if a.neg {
		return -order
	}
	return order
}

// Append prints the range as its output function does.
func (r *Range) Append(dst []byte) []byte {
	if r.Empty {
		return append(dst, "empty"...)
	}
	left, right := byte('('), byte(')')
	if r.LowerInc {
		left = '['
	}
	if r.UpperInc {
		right = ']'
	}
	dst = appendBound(append(dst, left), r.Lower)
	return append(appendBound(append(dst, ','), r.Upper), right)
}

func appendBound(dst []byte, bound *string) []byte {
	if bound == nil {
		return dst
	}
	if *bound != "" && !strings.ContainsAny(*bound, "\"\\()[], \t\n\v\f\r") {
		return append(dst, *bound...)
	}
	dst = append(dst, '"')
	for _, c := range []byte(*bound) {
		if c == '"' || c == '\\' {
			dst = append(dst, c)
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}
