package native

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
	"culvert/sql/types"
)

var textFunctions = []function{
	{name: "text_in", shape: "v:iiv", row: textIn},
	{name: "text_substr", shape: "v:vi", row: func(r *row) error { return substring(r, false) }},
	{name: "text_substr3", shape: "v:vii", row: func(r *row) error { return substring(r, true) }},
	{name: "bytes_substr", shape: "x:xi", row: func(r *row) error { return byteSubstring(r, false) }},
	{name: "bytes_substr3", shape: "x:xii", row: func(r *row) error { return byteSubstring(r, true) }},
	{name: "bytes_position", shape: "i:xx", row: func(r *row) error { set(r, int32(strings.Index(r.text(1), r.text(0))+1)); return nil }},
	{name: "text_lpad", shape: "v:viv", row: func(r *row) error { return pad(r, true) }},
	{name: "text_rpad", shape: "v:viv", row: func(r *row) error { return pad(r, false) }},
	{name: "text_translate", shape: "v:vvv", row: translate},
	{name: "text_reverse", shape: "v:v", row: func(r *row) error {
		runes := []rune(r.text(0))
		for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
			runes[i], runes[j] = runes[j], runes[i]
		}
		r.setText(string(runes))
		return nil
	}},
	{name: "text_repeat", shape: "v:vi", row: func(r *row) error {
		n, s := int(r.i32(1)), r.text(0)
		if n <= 0 {
			return nil
		}
		if n*len(s) > maxText {
			return pgerr.New("54000", "requested length too large")
		}
		r.setText(strings.Repeat(s, n))
		return nil
	}},
	{name: "text_split_part", shape: "v:vvi", row: splitPart},
	{name: "text_overlay", shape: "v:vvil", row: overlay},
	{name: "text_ascii", shape: "i:v", row: func(r *row) error {
		c, size := utf8.DecodeRuneInString(r.text(0))
		if size == 0 {
			c = 0
		}
		set(r, int32(c))
		return nil
	}},
	{name: "text_chr", shape: "v:i", row: func(r *row) error {
		c := r.i32(0)
		switch {
		case c == 0:
			return pgerr.New("54000", "null character not permitted")
		case c < 0:
			return pgerr.New("54000", "character number must be positive")
		case !utf8.ValidRune(c):
			return pgerr.New("54000", "requested character not valid for encoding: %d", c)
		}
		r.setText(string(c))
		return nil
	}},
	{name: "bytes_hash", shape: "x:xv", row: hash},
	{name: "bytes_encode", shape: "v:xv", row: encode},
	{name: "bytes_decode", shape: "x:vv", row: decode},
	{name: "bytes_text", shape: "v:xv", row: func(r *row) error {
		enc := strings.ToUpper(strings.ReplaceAll(r.text(1), "-", ""))
		if enc != "UTF8" && enc != "SQL_ASCII" {
			return pgerr.New(pgerr.FeatureNotSupported, "conversion from encoding \"%s\" is not supported", r.text(1))
		}
		s := r.text(0)
		if bad := badUTF8(s); bad != "" {
			return pgerr.New(pgerr.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\": %s", bad)
		}
		r.setText(s)
		return nil
	}},
	{name: "bytes_get", shape: "i:xi", row: func(r *row) error {
		s, n := r.text(0), r.i32(1)
		if n < 0 || int(n) >= len(s) {
			return pgerr.New(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, len(s)-1)
		}
		set(r, int32(s[n]))
		return nil
	}},
	{name: "text_quote_ident", shape: "v:v", row: func(r *row) error { r.setText(quoteIdent(r.text(0))); return nil }},
	{name: "text_quote_literal", shape: "v:v", row: func(r *row) error { r.setText(quoteLiteral(r.text(0))); return nil }},
	{name: "text_like_escape", shape: "v:vv", row: likeEscape},
	{name: "text_join", shape: "v:Vvv", nulls: true, row: join},
	{name: "text_format", shape: "v:vV", nulls: true, row: format},
	{name: "format_type", shape: "v:li", row: func(r *row) error {
		r.setText(types.FormatType(types.Type{OID: types.OID(r.i64(0)), Mod: r.i32(1)}))
		return nil
	}},
	{name: "size_pretty", shape: "v:l", row: func(r *row) error { r.setText(sizePretty(r.i64(0))); return nil }},
	{name: "record_out", shape: "v:V", row: recordOut},
}

// textIn checks and canonicalises a type's text, as its input function does.
func textIn(r *row) error {
	typ := types.Type{OID: types.OID(r.i32(0)), Mod: r.i32(1)}
	text, err := types.Canonical(typ, strings.Clone(r.text(2)), types.Env{})
	if err == nil {
		r.setText(text)
	}
	return err
}

// window gives the part [start, start+length) of n items, counted from 1, cut
// to what exists.
func window(r *row, n int, bounded bool) (from, to int, err error) {
	start := int(r.i32(1))
	end := n + 1
	if bounded {
		length := int(r.i32(2))
		if length < 0 {
			return 0, 0, pgerr.New("22011", "negative substring length not allowed")
		}
		end = min(end, start+length)
	}
	from = max(start, 1) - 1
	return min(from, n), max(min(end-1, n), min(from, n)), nil
}

func substring(r *row, bounded bool) error {
	s := r.text(0)
	from, to, err := window(r, utf8.RuneCountInString(s), bounded)
	if err != nil {
		return err
	}
	r.setText(runeSlice(s, from, to))
	return nil
}

func runeSlice(s string, from, to int) string {
	start, n := len(s), 0
	for i := range s {
		if n == from {
			start = i
		}
		if n == to {
			return s[min(start, i):i]
		}
		n++
	}
	return s[start:]
}

func byteSubstring(r *row, bounded bool) error {
	s := r.text(0)
	from, to, err := window(r, len(s), bounded)
	if err == nil {
		r.setText(s[from:to])
	}
	return err
}

func pad(r *row, left bool) error {
	s, n, fill := r.text(0), int(r.i32(1)), []rune(r.text(2))
	have := utf8.RuneCountInString(s)
	n = max(n, 0)
	if n > maxText/4 {
		return pgerr.New("54000", "requested length too large")
	}
	if have >= n || len(fill) == 0 {
		r.setText(runeSlice(s, 0, min(n, have)))
		return nil
	}
	if !left {
		r.setText(s)
	}
	for i := range n - have {
		r.buf = utf8.AppendRune(r.buf, fill[i%len(fill)])
	}
	if left {
		r.setText(s)
	}
	return nil
}

func translate(r *row) error {
	from, to := []rune(r.text(1)), []rune(r.text(2))
	table := map[rune]rune{}
	for i, c := range from {
		if _, seen := table[c]; seen {
			continue
		}
		table[c] = -1
		if i < len(to) {
			table[c] = to[i]
		}
	}
	r.setText(strings.Map(func(c rune) rune {
		if out, ok := table[c]; ok {
			return out
		}
		return c
	}, r.text(0)))
	return nil
}

func splitPart(r *row) error {
	s, sep, n := r.text(0), r.text(1), int(r.i32(2))
	if n == 0 {
		return pgerr.New(pgerr.InvalidParameterValue, "field position must not be zero")
	}
	parts := []string{s}
	if sep != "" {
		parts = strings.Split(s, sep)
	}
	if n < 0 {
		n += len(parts) + 1
	}
	if n >= 1 && n <= len(parts) {
		r.setText(parts[n-1])
	}
	return nil
}

func overlay(r *row) error {
	s, with, start, length := r.text(0), r.text(1), int(r.i32(2)), int(r.i64(3))
	if start <= 0 {
		return pgerr.New("22011", "negative substring length not allowed")
	}
	n := utf8.RuneCountInString(s)
	r.setText(runeSlice(s, 0, min(start-1, n)))
	r.setText(with)
	r.setText(runeSlice(s, min(max(start-1+length, 0), n), n))
	return nil
}

func hash(r *row) error {
	data := []byte(r.text(0))
	switch r.text(1) {
	case "sha224":
		h := sha256.Sum224(data)
		r.setBytes(h[:])
	case "sha256":
		h := sha256.Sum256(data)
		r.setBytes(h[:])
	case "sha384":
		h := sha512.Sum384(data)
		r.setBytes(h[:])
	default:
		h := sha512.Sum512(data)
		r.setBytes(h[:])
	}
	return nil
}

func encode(r *row) error {
	s := r.text(0)
	switch strings.ToLower(r.text(1)) {
	case "hex":
		r.setText(hex.EncodeToString([]byte(s)))
	case "base64":
		text := base64.StdEncoding.EncodeToString([]byte(s))
		for len(text) > 76 {
			r.setText(text[:76] + "\n")
			text = text[76:]
		}
		r.setText(text)
	case "escape":
		for i := range len(s) {
			switch c := s[i]; {
			case c == 0 || c >= 0x80:
				r.setText("\\" + strconv.FormatUint(uint64(c)>>6, 8) + strconv.FormatUint(uint64(c)>>3&7, 8) + strconv.FormatUint(uint64(c)&7, 8))
			case c == '\\':
				r.setText(`\\`)
			default:
				r.buf = append(r.buf, c)
			}
		}
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "unrecognized encoding: \"%s\"", r.text(1))
	}
	return nil
}

func decode(r *row) error {
	s := r.text(0)
	var out []byte
	var err error
	switch strings.ToLower(r.text(1)) {
	case "hex":
		s = strings.Map(dropSpace, s)
		if at := strings.IndexFunc(s, func(c rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEF", c) }); at >= 0 {
			c, _ := utf8.DecodeRuneInString(s[at:])
			return pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal digit: \"%c\"", c)
		}
		if len(s)%2 == 1 {
			return pgerr.New(pgerr.InvalidParameterValue, "invalid hexadecimal data: odd number of digits")
		}
		out, err = hex.DecodeString(s)
	case "base64":
		out, err = base64.StdEncoding.DecodeString(strings.Map(dropSpace, s))
	case "escape":
		text, cerr := types.Canonical(types.T(types.ByteaOID), strings.Clone(s), types.Env{})
		if cerr != nil {
			return cerr
		}
		out, err = hex.DecodeString(strings.TrimPrefix(text, `\x`))
	default:
		return pgerr.New(pgerr.InvalidParameterValue, "unrecognized encoding: \"%s\"", r.text(1))
	}
	if err != nil {
		return pgerr.New(pgerr.InvalidParameterValue, "invalid %s data", strings.ToLower(r.text(1)))
	}
	r.setBytes(out)
	return nil
}

func dropSpace(c rune) rune {
	if c == ' ' || c == '\n' || c == '\r' || c == '\t' {
		return -1
	}
	return c
}

func quoteIdent(s string) string {
	plain := s != ""
	for i, c := range s {
		if !(c == '_' || c >= 'a' && c <= 'z' || i > 0 && c >= '0' && c <= '9') {
			plain = false
		}
	}
	if plain && !reserved[s] {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}

func quoteLiteral(s string) string {
	s = strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return `E'` + strings.ReplaceAll(s, `\`, `\\`) + "'"
	}
	return "'" + s + "'"
}

// likeEscape rewrites a pattern with another escape character to one with the
// backslash.
func likeEscape(r *row) error {
	p, e := r.text(0), r.text(1)
	if utf8.RuneCountInString(e) > 1 {
		return pgerr.New(pgerr.InvalidEscapeSequence, "invalid escape string")
	}
	esc, _ := utf8.DecodeRuneInString(e)
	after := false
	for _, c := range p {
		switch {
		case e != "" && c == esc && !after:
			r.setText(`\`)
			after = true
			continue
		case c == '\\' && !after:
			r.setText(`\\`)
		default:
			r.buf = utf8.AppendRune(r.buf, c)
		}
		after = false
	}
	return nil
}

// join is array_to_string: without a text for NULLs they are left out.
func join(r *row) error {
	if r.null(0) || r.null(1) {
		r.setNull()
		return nil
	}
	sep, first := r.text(1), true
	for _, item := range r.list(0) {
		if item == nil {
			if r.null(2) {
				continue
			}
			text := r.text(2)
			item = &text
		}
		if !first {
			r.setText(sep)
		}
		first = false
		r.setText(*item)
	}
	return nil
}

func recordOut(r *row) error {
	r.setText("(")
	for i, item := range r.list(0) {
		if i > 0 {
			r.setText(",")
		}
		if item == nil {
			continue
		}
		s := *item
		if s != "" && !strings.ContainsAny(s, "\"\\(), \t\n\r\v\f") {
			r.setText(s)
			continue
		}
		r.setText(`"` + strings.NewReplacer(`"`, `""`, `\`, `\\`).Replace(s) + `"`)
	}
	r.setText(")")
	return nil
}

// sizePretty is pg_size_pretty: units change at 10 of the next, halves round up.
func sizePretty(n int64) string {
	units := []string{"bytes", "kB", "MB", "GB", "TB", "PB"}
	abs := func(v int64) int64 { return max(v, -v) }
	if n > math.MinInt64 && abs(n) < 10*1024 {
		return strconv.FormatInt(n, 10) + " bytes"
	}
	half := n / 512 // counts half units
	for i, unit := range units[1:] {
		if abs(half) < 20*1024-1 || i == len(units)-2 {
			if half > 0 {
				half++
			} else {
				half--
			}
			return strconv.FormatInt(half/2, 10) + " " + unit
		}
		half /= 1024
	}
	return ""
}
