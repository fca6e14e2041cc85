package connectors

import (
	"context"
	"time"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"
)

var sourceErrorsTable = stateTable("source_errors", column("object", text), column("part", int32s), column("position", int64s),
	column("occurred_at", times), column("error", text), column("key", bytea), column("value", bytea), column("kept", bools))

// SourceError is a message that could not be read, as culvert.source_errors
// shows it.
type SourceError struct {
	Object   string // catalog id of the table
	Part     int32
	Position int64
	At       time.Time // of the message
	Text     string
	Key      []byte // raw; nil: the message has none
	Value    []byte
	// Kept errors are only recorded; the others are errors of the table until
	// their key is overwritten, or for good when its messages have no keys.
	Kept bool
}

// AddSourceErrors stores messages that could not be read, in the transaction
// open on conn: the one that holds the position behind them.
func AddSourceErrors(ctx context.Context, conn engine.Conn, found ...SourceError) error {
	if len(found) == 0 {
		return nil
	}
	rows := newRows(sourceErrorsTable)
	for _, e := range found {
		rows.Cols[0].Text(e.Object)
		rows.Cols[1].Int32(e.Part)
		rows.Cols[2].Int64(e.Position)
		rows.Cols[3].Int64(e.At.UnixMicro())
		rows.Cols[4].Text(e.Text)
		raw(&rows.Cols[5], e.Key)
		raw(&rows.Cols[6], e.Value)
		rows.Cols[7].Boolean(e.Kept)
		rows.EndRow()
	}
	return conn.Append(ctx, sourceErrorsTable.Name, rows.Batch())
}

func raw(c *decode.Column, b []byte) {
	if b == nil {
		c.Null()
		return
	}
	c.Text(string(b))
}

// RetractSourceErrors removes the errors of a table for messages with the given
// keys (nil: those without one), which later messages made good.
func RetractSourceErrors(ctx context.Context, conn engine.Conn, object string, keys ...[]byte) error {
	if len(keys) == 0 {
		return nil
	}
	match := decode.NewRows([]types.Physical{text, bytea, bools})
	for _, key := range keys {
		match.Cols[0].Text(object)
		raw(&match.Cols[1], key)
		match.Cols[2].Boolean(false)
		match.EndRow()
	}
	_, err := conn.DeleteKeys(ctx, sourceErrorsTable.Name, []int{0, 5, 7}, match.Batch())
	return err
}

// LoadSourceErrors reads the errors of a table that are not merely kept.
func LoadSourceErrors(ctx context.Context, conn engine.Conn, object string) ([]SourceError, error) {
	var all []SourceError
	err := scan(ctx, conn, sourceErrorsTable.Name, func(b *engine.Batch, i int) {
		if textAt(b, 0, i) != object || b.Cols[7].Bool[i] {
			return
		}
		e := SourceError{
			Object: object, Part: b.Cols[1].I32[i], Position: b.Cols[2].I64[i], At: time.UnixMicro(b.Cols[3].I64[i]), Text: textAt(b, 4, i),
		}
		if !b.Cols[5].IsNull(i) {
			e.Key = append([]byte{}, b.Cols[5].Bytes(i)...)
		}
		if !b.Cols[6].IsNull(i) {
			e.Value = append([]byte{}, b.Cols[6].Bytes(i)...)
		}
		all = append(all, e)
	})
	return all, err
}
