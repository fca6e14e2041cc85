package decode

import (
	"bytes"
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
// text of them: as bytea they would be twice as long.
func (PaddedText) SQL(column string) string {
	return `pg_catalog.encode(pg_catalog.rtrim(pg_catalog.bpcharsend(` + column + `), '\x20'::pg_catalog.bytea), 'escape')`
}

// Parser reads what SQL gives.
func (p PaddedText) Parser() Parser {
	return func(c *Column, text []byte) error {
		if bytes.IndexByte(text, '\\') >= 0 {
			raw, err := types.ParseBytea(nil, string(text)) // the format escape is that of bytea
			if err != nil {
				return err
			}
			text = raw
		}
		if err := parseText(&c.Column, text); err != nil {
			return err
		}
		pad(&c.Column, p.Added-utf8.RuneCount(text))
		c.Len++
		return nil
	}
}

// pad lengthens the last text of a column.
func pad(c *engine.Column, missing int) {
	for ; missing > 0; missing -= len(blanks) {
		c.Data = append(c.Data, blanks[:min(missing, len(blanks))]...)
	}
	c.Ends[len(c.Ends)-1] = uint32(len(c.Data))
}
