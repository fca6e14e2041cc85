package kafka

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"culvert/connectors/decode"
	"culvert/connectors/decode/format"
	"culvert/sql/types"

	"github.com/twmb/franz-go/pkg/kgo"
)

// operation is what one message means for a table with keys: the row with the
// key goes, and row takes its place.
type operation struct {
	record int    // index in the chunk
	key    string // comparable form of the decoded key; unset when broken is set and the key has no such form
	keyed  bool   // key is set
	keyRow int    // index in chunk's keys
	row    int    // index in the chunk's rows; -1: none
	broken string // why the message cannot be read; "": it can
}

// decoded is what the messages of a chunk mean for one table.
type decoded struct {
	rows   *decode.Rows
	keys   *decode.Rows // of tables with keys
	ops    []operation  // of tables with keys
	broken []operation  // of tables without keys: the messages that cannot be read
	end    int          // messages before it were taken: all, or up to the first that cannot be read
	count  int64        // messages that were taken
}

// tableDecoder decodes for one table. Each worker has its own.
type tableDecoder struct {
	*table
	key, value format.Format
	envelope   format.Envelope // instead of value
	scratch    []byte
}

func (t *table) newDecoder() (*tableDecoder, error) {
	d := &tableDecoder{table: t}
	var err error
	if t.Envelope == Debezium {
		d.envelope, err = t.Value.NewEnvelope()
	} else {
		d.value, err = t.Value.New()
	}
	if err == nil && t.Key != nil {
		d.key, err = t.Key.New()
	}
	return d, err
}

// target is where a decoder puts what it decodes for one chunk.
type target struct {
	out        *decoded
	key, value []*decode.Column
	all        []*decode.Column
}

// decode reads the messages of a partition that a table has not seen. Only
// errors that are not about a message are returned.
func (d *tableDecoder) decode(c *chunk, from int64) (*decoded, error) {
	out := &decoded{rows: decode.NewRows(d.physical), end: len(c.records)}
	out.rows.Grow(len(c.records), int(c.bytes))
	at := &target{out: out, all: out.rows.Pointers()}
	at.value = pick(at.all, d.Value.Columns)
	switch {
	case d.keyed():
		out.keys = decode.NewRows(d.keyPhysical)
		out.keys.Grow(len(c.records), 0)
		out.ops = make([]operation, 0, len(c.records))
		at.key = out.keys.Pointers()
	case d.Key != nil:
		at.key = pick(at.all, d.Key.Columns)
	}
	for i, r := range c.records {
		if r.Offset < from || r.Attrs.IsControl() {
			continue
		}
		n := out.rows.Len
		err := d.message(at, i, r)
		if err == nil {
			out.count++
			continue
		}
		if stalls(err) {
			return nil, err
		}
		decode.Undo(at.all, n)
		out.rows.Len = n
		if d.keyed() || errors.Is(err, format.ErrHeader) {
			out.count++
			continue // message has noted it, or it is no row
		}
		out.broken = append(out.broken, operation{record: i, broken: err.Error()})
		if !d.KeepErrors {
			out.end = i
			return out, nil
		}
		out.count++
	}
	return out, nil
}

func pick(all []*decode.Column, columns []int) []*decode.Column {
	picked := make([]*decode.Column, len(columns))
	for i, c := range columns {
		picked[i] = all[c]
	}
	return picked
}

// message decodes one message.
func (d *tableDecoder) message(at *target, i int, r *kgo.Record) error {
	if d.keyed() {
		return d.keyedMessage(at, i, r)
	}
	if d.key != nil {
		if err := field(d.key, r.Key, at.key, "key"); err != nil {
			return err
		}
	}
	if err := field(d.value, r.Value, at.value, "value"); err != nil {
		return err
	}
	return d.finish(at, r, "")
}

// field decodes a key or value; a null one gives NULLs.
func field(d format.Format, payload []byte, dst []*decode.Column, what string) error {
	if payload == nil {
		for _, c := range dst {
			c.Null()
		}
		return nil
	}
	if err := d.Decode(payload, dst); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// errNullKey is a message of an upsert source without a key.
var errNullKey = errors.New("record with NULL key in UPSERT source; to retract this error, produce a record upstream with a NULL key and NULL value")

// keyedMessage decodes a message of a table whose rows have keys. Whatever it
// finds is noted as an operation.
func (d *tableDecoder) keyedMessage(at *target, i int, r *kgo.Record) error {
	op := operation{record: i, row: -1}
	err := d.keyOf(at, &op, r)
	if err == nil && r.Value != nil {
		err = d.rowOf(at, &op, r)
	}
	if err != nil {
		op.row, op.broken = -1, err.Error()
		if stalls(err) || errors.Is(err, format.ErrHeader) {
			return err
		}
	}
	at.out.ops = append(at.out.ops, op)
	return err
}

// keyOf decodes the key. A null one with a null value, or under Debezium, is no
// error and no key; so is one that cannot be read, deleted.
func (d *tableDecoder) keyOf(at *target, op *operation, r *kgo.Record) error {
	if r.Key == nil {
		if r.Value == nil {
			return nil
		}
		return errNullKey
	}
	n := at.out.keys.Len
	if err := d.key.Decode(r.Key, at.key); err != nil {
		decode.Undo(at.key, n)
		if r.Value == nil && !stalls(err) {
			return nil
		}
		return fmt.Errorf("key: %w", err)
	}
	at.out.keys.EndRow()
	d.scratch = d.scratch[:0]
	for _, c := range at.key {
		d.scratch = decode.AppendKey(d.scratch, &c.Column, n)
	}
	op.key, op.keyed, op.keyRow = string(d.scratch), true, n
	return nil
}

// rowOf decodes the row that the value makes of the key.
func (d *tableDecoder) rowOf(at *target, op *operation, r *kgo.Record) error {
	n := at.out.rows.Len
	if d.envelope != nil {
		change, err := d.envelope.Decode(r.Value, nil, at.value)
		if err != nil || !change.HasAfter {
			return err
		}
	}
	for i, col := range d.Key.Columns {
		if !slices.Contains(d.Value.Columns, col) {
			at.all[col].Copy(&at.key[i].Column, op.keyRow)
		}
	}
	if d.envelope == nil {
		if err := d.value.Decode(r.Value, at.value); err != nil {
			if d.errorColumn < 0 || stalls(err) {
				return fmt.Errorf("value: %w", err)
			}
			decode.Undo(at.value, n)
			for _, c := range at.value {
				c.Null()
			}
			op.row = n
			return d.finish(at, r, err.Error())
		}
	}
	op.row = n
	return d.finish(at, r, "")
}

// finish adds the metadata and completes the row.
func (d *tableDecoder) finish(at *target, r *kgo.Record, inline string) error {
	for _, inc := range d.Includes {
		c := at.all[inc.Column]
		switch inc.What {
		case Partition:
			c.Int32(r.Partition)
		case Offset:
			c.Int64(r.Offset)
		case Timestamp:
			c.Int64(r.Timestamp.UnixMilli() * 1000)
		case Headers:
			c.Text(string(d.headers(r)))
		case Header, HeaderRaw:
			if err := header(c, inc, r); err != nil {
				return err
			}
		case ErrorField:
			if inline == "" {
				c.Null()
			} else {
				c.Text(string(append(appendJSON([]byte(`{"description": `), inline), '}')))
			}
		}
	}
	at.out.rows.EndRow()
	return nil
}

// header appends the last value of a header.
func header(c *decode.Column, inc Include, r *kgo.Record) error {
	for i := len(r.Headers) - 1; i >= 0; i-- {
		h := r.Headers[i]
		switch {
		case h.Key != inc.Header:
			continue
		case h.Value == nil:
			c.Null()
		case inc.What == Header:
			if err := types.CheckText(h.Value); err != nil {
				return fmt.Errorf("header %q: %w", inc.Header, err)
			}
			fallthrough
		default:
			c.Text(string(h.Value))
		}
		return nil
	}
	return fmt.Errorf("a header with key %q was not found", inc.Header)
}

// headers is the jsonb of all headers, as to_jsonb prints records of a text and
// a bytea.
func (d *tableDecoder) headers(r *kgo.Record) []byte {
	out := append(d.scratch[:0], '[')
	for i, h := range r.Headers {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = appendJSON(append(out, `{"key": `...), h.Key)
		out = append(out, `, "value": `...)
		if h.Value == nil {
			out = append(out, "null}"...)
			continue
		}
		out = hex.AppendEncode(append(out, `"\\x`...), h.Value)
		out = append(out, `"}`...)
	}
	d.scratch = append(out, ']')
	return d.scratch
}

// appendJSON appends a text as a string of JSON as jsonb prints it. What is no
// UTF-8 or NUL, which jsonb cannot hold, becomes U+FFFD.
func appendJSON(out []byte, text string) []byte {
	const digits = "0123456789abcdef"
	out = append(out, '"')
	for _, ch := range text {
		switch {
		case ch == '"' || ch == '\\':
			out = append(out, '\\', byte(ch))
		case ch == '\n':
			out = append(out, `\n`...)
		case ch == '\r':
			out = append(out, `\r`...)
		case ch == '\t':
			out = append(out, `\t`...)
		case ch == '\b':
			out = append(out, `\b`...)
		case ch == '\f':
			out = append(out, `\f`...)
		case ch == 0:
			out = utf8.AppendRune(out, utf8.RuneError)
		case ch < 0x20:
			out = append(out, '\\', 'u', '0', '0', digits[ch>>4], digits[ch&15])
		default:
			out = utf8.AppendRune(out, ch)
		}
	}
	return append(out, '"')
}
