package decode

import (
	"bytes"
	"fmt"
)

// CopyText decodes the text format of COPY (PostgreSQL 15 documentation, COPY,
// "Text Format") with the default delimiter and NULL. It is not safe for
// concurrent use.
type CopyText struct {
	parsers []Parser
	scratch []byte
}

// ColumnError is an error of one column.
type ColumnError struct {
	Column int
	Err    error
}

// Error names the column by its number; callers name it better.
func (e *ColumnError) Error() string { return fmt.Sprintf("column %d: %v", e.Column+1, e.Err) }

// Unwrap gives the error of the value.
func (e *ColumnError) Unwrap() error { return e.Err }

// NewCopyText makes a decoder for rows with the given columns.
func NewCopyText(parsers []Parser) *CopyText { return &CopyText{parsers: parsers} }

// Decode appends the first rows of chunk, which ends with a line end, at most so
// many, and gives what is left of it. A value that does not parse is a
// *ColumnError.
func (d *CopyText) Decode(rows *Rows, chunk []byte, most int) (rest []byte, err error) {
	for ; len(chunk) > 0 && most > 0; most-- {
		end := bytes.IndexByte(chunk, '\n')
		if end < 0 {
			return nil, fmt.Errorf("failed to parse COPY protocol: a row has no line end")
		}
		if err := d.row(rows, chunk[:end]); err != nil {
			return nil, err
		}
		chunk = chunk[end+1:]
	}
	return chunk, nil
}

func (d *CopyText) row(rows *Rows, line []byte) error {
	escapes := bytes.IndexByte(line, '\\') >= 0
	last := len(d.parsers) - 1
	for i := range d.parsers {
		field := line
		if tab := bytes.IndexByte(line, '\t'); tab >= 0 {
			if i == last {
				return fmt.Errorf("unexpected number of columns while parsing COPY output")
			}
			field, line = line[:tab], line[tab+1:]
		} else if i != last {
			return fmt.Errorf("unexpected number of columns while parsing COPY output")
		}
		if escapes {
			if len(field) == 2 && field[0] == '\\' && field[1] == 'N' {
				rows.Cols[i].Null()
				continue
			}
			field = d.unescape(field)
		}
		if err := d.parsers[i](&rows.Cols[i], field); err != nil {
			return &ColumnError{Column: i, Err: err}
		}
	}
	rows.EndRow()
	return nil
}

// unescape removes the backslashes; what it gives is valid until the next call.
func (d *CopyText) unescape(field []byte) []byte {
	at := bytes.IndexByte(field, '\\')
	if at < 0 {
		return field
	}
	out := append(d.scratch[:0], field[:at]...)
	for ; at < len(field); at++ {
		ch := field[at]
		if ch == '\\' && at+1 < len(field) {
			at++
			ch = unescaped(field[at])
		}
		out = append(out, ch)
	}
	d.scratch = out
	return out
}

// unescaped gives the character that a backslash and ch stand for. COPY TO
// writes no octal and no hexadecimal escapes.
func unescaped(ch byte) byte {
	switch ch {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'v':
		return '\v'
	}
	return ch
}
