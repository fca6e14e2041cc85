package native

import (
	"math/big"
	"strings"

	"culvert/sql/pgerr"
)

// numberFormat is a format of to_char for numbers (PostgreSQL's table 9.33).
type numberFormat struct {
	items    []string // 9 0 . , D G S SG MI PL PR L TH th RN EEEE V B, or literal text behind a quote
	whole    int      // digit positions before the point
	frac     int      // behind it
	zero     int      // position of the first 0 before the point, from the left; -1: none
	fm       bool
	sign     string // where a sign stands: "", S before, S after, MI, PL, SG, PR
	lead     bool   // S or SG stands before the digits
	point    bool
	shift    int // V
	exponent bool
	roman    bool
	lastZero int // digits behind the point that a 0 forces
}

var numberKeys = []string{
	"EEEE", "FM", "SG", "MI", "PL", "PR", "TH", "th", "RN", "9", "0", ".", ",", "D", "G", "S", "L", "V", "B",
	"eeee", "fm", "sg", "mi", "pl", "pr", "rn", "d", "g", "s", "l", "v", "b",
}

func readNumberFormat(format string) (numberFormat, error) {
	f := numberFormat{zero: -1}
	digits := false
	for i := 0; i < len(format); {
		key := findKey(numberKeys, format[i:])
		if key == "" {
			t, n := literalToken(format[i:])
			f.items = append(f.items, `"`+t.text)
			i += n
			continue
		}
		i += len(key)
		if key != "th" {
			key = strings.ToUpper(key)
		}
		switch key {
		case "FM":
			f.fm = true
			continue
		case "9", "0":
			digits = true
			f.digit(key)
		case ".", "D":
			if f.point {
				return f, pgerr.New(pgerr.SyntaxError, "multiple decimal points")
			}
			f.point = true
			key = "."
		case "G":
			key = ","
		case "V":
			f.shift = 1 // counted below
		case "S", "SG", "MI", "PL", "PR":
			f.sign = key
			f.lead = !digits
		case "EEEE":
			f.exponent = true
		case "RN":
			f.roman = true
		}
		f.items = append(f.items, key)
	}
	f.countShift()
	return f, nil
}

func (f *numberFormat) digit(key string) {
	if f.point {
		f.frac++
		if key == "0" {
			f.lastZero = f.frac
		}
		return
	}
	f.whole++
	if key == "0" && f.zero < 0 {
		f.zero = f.whole - 1
	}
}

// countShift: digits behind V multiply the value by powers of ten.
func (f *numberFormat) countShift() {
	if f.shift == 0 {
		return
	}
	f.shift = 0
	after := false
	for _, item := range f.items {
		if after && (item == "9" || item == "0") {
			f.shift++
		}
		after = after || item == "V"
	}
}

// numToChar formats a numeric.
func numToChar(r *row) error {
	f, err := memo(r, r.text(1), readNumberFormat)
	if err != nil {
		return err
	}
	d, err := parseDec(r.text(0))
	if err != nil {
		return err
	}
	switch {
	case f.roman:
		r.setText(f.romanText(d))
		return nil
	case f.exponent:
		return pgerr.New(pgerr.FeatureNotSupported, "pattern \"EEEE\" is not supported")
	case d.special != finite:
		text := " " + strings.Repeat("#", f.whole)
		if f.point {
			text += "." + strings.Repeat("#", f.frac)
		}
		r.setText(text)
		return nil
	}
	r.setText(f.format(d))
	return nil
}

func (f *numberFormat) romanText(d dec) string {
	n := d.round(0)
	text := "###############"
	if d.special == finite && n.coef.Cmp(big.NewInt(0)) > 0 && n.coef.Cmp(big.NewInt(4000)) < 0 {
		v := int(n.coef.Int64())
		text = ""
		for _, step := range []struct {
			v int
			s string
		}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
			for v >= step.v {
				text += step.s
				v -= step.v
			}
		}
		if !f.fm {
			text = strings.Repeat(" ", 15-len(text)) + text
		}
	}
	return text
}

func (f *numberFormat) format(d dec) string {
	if f.shift > 0 {
		d, _ = mulDec(d, dec{coef: pow10(f.shift)})
	}
	d = d.round(f.frac)
	neg := d.coef.Sign() < 0
	text := absDec(d).String()
	whole, frac, _ := strings.Cut(text, ".")
	if whole == "0" && f.whole > 0 && f.zero < 0 && f.frac > 0 || whole == "0" && f.whole == 0 {
		whole = ""
	}
	if len(whole) > f.whole {
		whole, frac = strings.Repeat("#", f.whole), strings.Repeat("#", f.frac)
	}
	if f.fm { // trailing zeros go, but for those that a 0 asks for
		for len(frac) > f.lastZero && strings.HasSuffix(frac, "0") {
			frac = frac[:len(frac)-1]
		}
	}
	w := numberWriter{f: f, whole: whole, frac: frac, neg: neg}
	return w.write()
}

// numberWriter lays a number out along the format.
type numberWriter struct {
	f           *numberFormat
	whole, frac string
	neg         bool
	b           strings.Builder
	seen        int // digit positions before the point written so far
	fracSeen    int
	signed      bool // the sign has been written
	started     bool // a digit has been written
}

func (w *numberWriter) write() string {
	f := w.f
	if f.sign == "" && f.whole+f.frac == 0 {
		w.signed = true
	}
	point := false
	for i, item := range f.items {
		switch item {
		case "9", "0":
			if point {
				w.fraction()
			} else {
				w.digit()
			}
		case ".":
			w.sign()
			if !f.fm || w.frac != "" || f.frac == 0 {
				w.b.WriteByte('.')
			}
			point = true
		case ",":
			w.group()
		case "S":
			if !f.lead && i > 0 {
				w.b.WriteString(map[bool]string{true: "-", false: "+"}[w.neg])
			}
		case "SG":
			w.b.WriteString(map[bool]string{true: "-", false: "+"}[w.neg])
		case "MI":
			w.mark(w.neg, "-")
		case "PL":
			w.mark(!w.neg, "+")
		case "PR":
			w.mark(w.neg, ">")
		case "L":
			w.b.WriteByte(' ')
		case "TH", "th":
			w.ordinal(item)
		case "V", "B":
		default:
			w.b.WriteString(strings.TrimPrefix(item, `"`))
		}
	}
	return w.b.String()
}

func (w *numberWriter) mark(on bool, text string) {
	if on {
		w.b.WriteString(text)
	} else if !w.f.fm {
		w.b.WriteByte(' ')
	}
}

func (w *numberWriter) ordinal(item string) {
	if w.neg || w.whole == "" || w.f.point {
		return
	}
	end := ordinal(w.whole)
	if item == "TH" {
		end = strings.ToUpper(end)
	}
	w.b.WriteString(end)
}

// sign writes what stands directly before the first digit.
func (w *numberWriter) sign() {
	if w.signed {
		return
	}
	w.signed = true
	f := w.f
	switch {
	case f.sign == "S" && f.lead:
		w.b.WriteString(map[bool]string{true: "-", false: "+"}[w.neg])
	case f.sign == "PR":
		w.mark(w.neg, "<")
	case f.sign == "" || f.sign == "PL":
		w.mark(w.neg, "-")
	}
}

func (w *numberWriter) digit() {
	f := w.f
	at := w.seen
	w.seen++
	first := f.whole - len(w.whole)
	switch {
	case at >= first:
		w.sign()
		w.b.WriteByte(w.whole[at-first])
		w.started = true
	case f.zero >= 0 && at >= f.zero:
		w.sign()
		w.b.WriteByte('0')
		w.started = true
	case !f.fm:
		w.b.WriteByte(' ')
	}
	if w.seen == f.whole && !f.point {
		w.sign()
	}
}

func (w *numberWriter) group() {
	first := w.f.whole - len(w.whole)
	if w.started && w.seen >= min(first, max(w.f.zero, 0)+first) && w.seen > 0 {
		w.b.WriteByte(',')
	} else if !w.f.fm {
		w.b.WriteByte(' ')
	}
}

func (w *numberWriter) fraction() {
	w.sign()
	if w.fracSeen < len(w.frac) {
		w.b.WriteByte(w.frac[w.fracSeen])
	}
	w.fracSeen++
}

// numFromChar is to_number: the digits at the format's digit positions.
func numFromChar(r *row) error {
	f, err := readNumberFormat(r.text(1))
	if err != nil {
		return err
	}
	if f.exponent || f.roman || f.shift > 0 {
		return pgerr.New(pgerr.FeatureNotSupported, "this format of to_number is not supported")
	}
	var b strings.Builder
	neg, frac := false, 0
	point := false
	for _, c := range r.text(0) {
		switch {
		case c == '-' || c == '<':
			neg = true
		case c == '.' && f.point && !point:
			point = true
			b.WriteByte('.')
		case c >= '0' && c <= '9':
			if point {
				if frac == f.frac {
					continue
				}
				frac++
			}
			b.WriteRune(c)
		}
	}
	text := b.String()
	if text == "" || text == "." {
		return pgerr.New(pgerr.InvalidTextRepresentation, "invalid input syntax for type numeric: \"%s\"", " ")
	}
	if neg {
		text = "-" + text
	}
	d, err := parseDec(strings.TrimSuffix(text, "."))
	if err == nil {
		r.setText(d.String())
	}
	return err
}
