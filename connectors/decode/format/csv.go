package format

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"culvert/connectors/decode"
	"culvert/sql/types"
)

// maxColumns is the most columns that a table of PostgreSQL has.
const maxColumns = 1600

// CSVOptions say what a record of CSV holds: Count columns, or those that
// Header names.
type CSVOptions struct {
	Count     int      `json:"count,omitempty"`
	Header    []string `json:"header,omitempty"`
	Delimiter string   `json:"delimiter,omitempty"` // one byte; "": a comma
}

// ErrHeader is the error of a message that repeats the header: it is no row,
// and the columns have no value for it.
var ErrHeader = errors.New("the message is the header")

func (o *CSVOptions) columns() ([]Column, error) {
	if o == nil {
		return nil, errors.New("CSV needs a number of columns or a header")
	}
	n := max(o.Count, len(o.Header))
	switch {
	case n < 1 || n > maxColumns:
		return nil, fmt.Errorf("CSV must have 1 to %d columns", maxColumns)
	case len(o.Delimiter) > 1 || o.delimiter() >= 0x80:
		return nil, errors.New("CSV delimiter must be an ASCII character")
	case o.delimiter() == '"' || o.delimiter() == '\n' || o.delimiter() == '\r':
		return nil, errors.New("CSV delimiter must not be a quote or the end of a line")
	}
	columns := make([]Column, n)
	for i := range columns {
		columns[i] = Column{Name: "column" + strconv.Itoa(i+1), Type: types.T(types.TextOID)}
		if len(o.Header) > 0 {
			columns[i].Name = o.Header[i]
		}
	}
	return columns, nil
}

func (o *CSVOptions) delimiter() byte {
	if o.Delimiter == "" {
		return ','
	}
	return o.Delimiter[0]
}

// csvFormat reads one record of RFC 4180 per message.
type csvFormat struct {
	delimiter byte
	count     int
	header    []string
	values    []byte
	ends      []int
}

func newCSV(o *CSVOptions) (Format, error) {
	columns, err := o.columns()
	if err != nil {
		return nil, err
	}
	return &csvFormat{delimiter: o.delimiter(), count: len(columns), header: o.Header}, nil
}

// Decode appends the values of a record.
func (f *csvFormat) Decode(payload []byte, dst []*decode.Column) error {
	if err := types.CheckText(payload); err != nil {
		return err
	}
	if err := f.split(payload); err != nil {
		return err
	}
	if len(f.ends) != f.count {
		return fmt.Errorf("CSV error at record number 1: expected %d columns, got %d", f.count, len(f.ends))
	}
	if len(f.header) > 0 && f.isHeader() {
		return ErrHeader
	}
	for i, c := range dst {
		appendBytes(c, f.value(i))
	}
	return nil
}

func (f *csvFormat) value(i int) []byte {
	start := 0
	if i > 0 {
		start = f.ends[i-1]
	}
	return f.values[start:f.ends[i]]
}

func (f *csvFormat) isHeader() bool {
	for i, name := range f.header {
		if string(f.value(i)) != name {
			return false
		}
	}
	return true
}

// split reads the record into values and ends.
func (f *csvFormat) split(rest []byte) error {
	f.values, f.ends = f.values[:0], f.ends[:0]
	for {
		var err error
		if rest, err = f.field(rest); err != nil {
			return err
		}
		f.ends = append(f.ends, len(f.values))
		if len(rest) > 0 && rest[0] == f.delimiter {
			rest = rest[1:]
			continue
		}
		rest = bytes.TrimPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
		if len(rest) > 0 {
			return errors.New("CSV error: the message holds more than one record")
		}
		return nil
	}
}

// field reads one value and gives what stands behind it: nothing, a delimiter,
// or the end of a line.
func (f *csvFormat) field(rest []byte) ([]byte, error) {
	ends := func(c byte) bool { return c == f.delimiter || c == '\n' || c == '\r' }
	if len(rest) == 0 || rest[0] != '"' {
		n := slices.IndexFunc(rest, ends)
		if n < 0 {
			n = len(rest)
		}
		f.values = append(f.values, rest[:n]...)
		return rest[n:], nil
	}
	for rest = rest[1:]; ; {
		n := bytes.IndexByte(rest, '"')
		if n < 0 {
			return nil, errors.New("CSV error: a quoted value does not end")
		}
		f.values = append(f.values, rest[:n]...)
		rest = rest[n+1:]
		if len(rest) == 0 || ends(rest[0]) {
			return rest, nil
		}
		if rest[0] != '"' {
			return nil, errors.New("CSV error: a quoted value goes on behind its quote")
		}
		f.values = append(f.values, '"')
		rest = rest[1:]
	}
}
