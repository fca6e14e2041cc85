package native

import (
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	"culvert/sql/pgerr"
)

// byteFunctions are those over bytea.
var byteFunctions = []function{
	{name: "bytes_trim", shape: "x:xxv", row: func(r *row) error {
		s, set := r.text(0), r.text(1)
		from, to := 0, len(s)
		if r.text(2) != "right" {
			for from < to && strings.IndexByte(set, s[from]) >= 0 {
				from++
			}
		}
		if r.text(2) != "left" {
			for to > from && strings.IndexByte(set, s[to-1]) >= 0 {
				to--
			}
		}
		r.setText(s[from:to])
		return nil
	}},
	{name: "bytes_overlay", shape: "x:xxil", row: func(r *row) error {
		s, from, n := r.text(0), int(r.i32(2)), int(r.i64(3))
		if from <= 0 {
			return pgerr.New("22011", "negative substring length not allowed")
		}
		r.setText(s[:min(from-1, len(s))])
		r.setText(r.text(1))
		r.setText(s[min(max(from-1+n, 0), len(s)):])
		return nil
	}},
	{name: "bytes_get_bit", shape: "i:xl", row: func(r *row) error {
		s, n := r.text(0), r.i64(1)
		if err := checkBit(s, n); err != nil {
			return err
		}
		set(r, int32(s[n/8]>>(n%8)&1))
		return nil
	}},
	{name: "bytes_set_bit", shape: "x:xli", row: func(r *row) error {
		out, n, v := []byte(r.text(0)), r.i64(1), r.i32(2)
		if err := checkBit(r.text(0), n); err != nil {
			return err
		}
		if v != 0 && v != 1 {
			return pgerr.New(pgerr.InvalidParameterValue, "new bit must be 0 or 1")
		}
		out[n/8] = out[n/8]&^(1<<(n%8)) | byte(v)<<(n%8)
		r.setBytes(out)
		return nil
	}},
	{name: "bytes_set", shape: "x:xii", row: func(r *row) error {
		out, n := []byte(r.text(0)), int(r.i32(1))
		if n < 0 || n >= len(out) {
			return pgerr.New(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, len(out)-1)
		}
		out[n] = byte(r.i32(2))
		r.setBytes(out)
		return nil
	}},
	{name: "bytes_bit_count", shape: "l:x", row: func(r *row) error {
		var n int64
		for _, c := range []byte(r.text(0)) {
			n += int64(bits.OnesCount8(c))
		}
		set(r, n)
		return nil
	}},
}

func checkBit(s string, n int64) error {
	if n < 0 || n >= int64(len(s))*8 {
		return pgerr.New(pgerr.ArraySubscriptError, "index %d out of valid range, 0..%d", n, int64(len(s))*8-1)
	}
	return nil
}

// badUTF8 names the first bytes that are not UTF-8 in a text, or nothing. A zero
// byte counts: PostgreSQL's texts hold none.
func badUTF8(s string) string {
	for i := 0; i < len(s); {
		c, size := utf8.DecodeRuneInString(s[i:])
		if c != 0 && (c != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		// As many bytes as the first one announces (report_invalid_encoding).
		n := 1
		switch b := s[i]; {
		case b&0xe0 == 0xc0:
			n = 2
		case b&0xf0 == 0xe0:
			n = 3
		case b&0xf8 == 0xf0:
			n = 4
		}
		var out []string
		for _, b := range []byte(s[i:min(i+n, len(s))]) {
			out = append(out, fmt.Sprintf("0x%02x", b))
		}
		return strings.Join(out, " ")
	}
	return ""
}
