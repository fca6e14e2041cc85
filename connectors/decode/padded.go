package decode

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"culvert/engine"
	"culvert/sql/types"
)

// minimumPadded is the length of a character(n) from which on leaving out its
// blanks is worth the work.
const minimumPadded = 32

var blanks = bytes.Repeat([]byte{' '}, 256)

// Padded is for values of character(n) that come without their trailing blanks,
// most of what such columns hold. SQL gives the expression that leaves them out
// of a column upstream, and Parser puts them back. It makes at most Added bytes
// of them. ok is false for all other types and for short ones.
func Padded(t types.Type) (p PaddedText, ok bool) {
	length := int(t.Mod) - 4 // PostgreSQL adds the size of a header
	if t.OID != types.BpcharOID || length < minimumPadded {
		return PaddedText{}, false
	}
	return PaddedText{Added: length}, true
}

// PaddedText is how the values of a character(n) travel.
type PaddedText struct{ Added int }

// SQL is an expression for the value of a column. The cast to text does the same,
// but looks at each character; bpcharsend gives the bytes in the client's
// encoding, in which a blank is no part of another character, and encode makes
// text of them: byteaout would double them.
func (PaddedText) SQL(column string) string {
	return `pg_catalog.encode(pg_catalog.rtrim(pg_catalog.bpcharsend(` + column + `), '\x20'::pg_catalog.bytea), 'escape')`
}

// Parser reads what SQL gives.
func (p PaddedText) Parser() Parser {
	return func(c *Column, text []byte) error {
		start := len(c.Data)
		if err := parseText(&c.Column, text); err != nil {
			return err
		}
		if bytes.IndexByte(text, '\\') >= 0 {
			if err := unescapeBytes(&c.Column, start); err != nil {
				c.Ends, c.Data = c.Ends[:len(c.Ends)-1], c.Data[:start]
				return err
			}
		}
		pad(&c.Column, p.Added-utf8.RuneCount(c.Data[start:]))
		c.Len++
		return nil
	}
}

// unescapeBytes decodes the last text of a column, which begins at start, from
// the format that encode calls escape (PostgreSQL 15 documentation, 9.5).
func unescapeBytes(c *engine.Column, start int) error {
	in := c.Data[start:]
	out := in[:0]
	for i := 0; i < len(in); i++ {
		switch {
		case in[i] != '\\':
			out = append(out, in[i])
		case i+1 < len(in) && in[i+1] == '\\':
			out = append(out, '\\')
			i++
		case i+3 < len(in) && isOctal(in[i+1], '3') && isOctal(in[i+2], '7') && isOctal(in[i+3], '7'):
			out = append(out, (in[i+1]-'0')<<6|(in[i+2]-'0')<<3|(in[i+3]-'0'))
			i += 3
		default:
			return errors.New("a value has an escape of another form than \\\\ and \\ooo")
		}
	}
	c.Data = c.Data[:start+len(out)]
	c.Ends[len(c.Ends)-1] = uint32(len(c.Data))
	return nil
}

func isOctal(ch, most byte) bool { return ch >= '0' && ch <= most }

// pad lengthens the last text of a column.
func pad(c *engine.Column, missing int) {
	for ; missing > 0; missing -= len(blanks) {
		c.Data = append(c.Data, blanks[:min(missing, len(blanks))]...)
	}
	c.Ends[len(c.Ends)-1] = uint32(len(c.Data))
}
