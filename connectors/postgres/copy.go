package postgres

import (
	"context"
	"errors"
	"fmt"

	"culvert/connectors"
	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"

	"github.com/jackc/pgx/v5/pgproto3"
	"golang.org/x/sync/errgroup"
)

const (
	chunkBytes = 512 << 10 // of COPY output between the two halves of a lane
	chunkQueue = 2
)

// chunk is some whole rows of a range. The last of a range has end set.
type chunk struct {
	copyRange
	rows []byte
	end  bool
}

// lane copies ranges until there are none left: one goroutine reads from
// upstream, another one decodes and appends to the engine.
func (s *snapshot) lane(ctx context.Context, w *wire) error {
	defer w.close()
	conn, err := s.rt.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	chunks := make(chan chunk, chunkQueue)
	spare := make(chan []byte, chunkQueue+2)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(chunks)
		return s.read(ctx, w, chunks, spare)
	})
	group.Go(func() error { return s.load(ctx, conn, chunks, spare) })
	// The reader waits in the wire, which only closing it ends.
	stop := context.AfterFunc(ctx, func() { _ = w.conn.Close() })
	defer stop()
	return group.Wait()
}

// read runs the COPY of each range and hands its rows over.
func (s *snapshot) read(ctx context.Context, w *wire, chunks chan<- chunk, spare <-chan []byte) error {
	hand := func(c chunk) error {
		select {
		case chunks <- c:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for task := range s.tasks {
		if task.table.stopped.Load() {
			continue
		}
		if err := w.send(&pgproto3.Query{String: task.sql()}); err != nil {
			return err
		}
		buf := buffer(spare)
		for done := false; !done; {
			kind, body, err := w.next()
			if err != nil {
				return fmt.Errorf("reading %s.%s: %w", task.table.Schema, task.table.Name, err)
			}
			switch kind {
			case 'd': // CopyData: one row
				if len(buf)+len(body) > cap(buf) && len(buf) > 0 {
					if err := hand(chunk{copyRange: task, rows: buf}); err != nil {
						return err
					}
					buf = buffer(spare)
				}
				buf = append(buf, body...)
			case 'Z': // ReadyForQuery
				done = true
			}
		}
		if err := hand(chunk{copyRange: task, rows: buf, end: true}); err != nil {
			return err
		}
	}
	return nil
}

// buffer gives an empty buffer of chunkBytes.
func buffer(spare <-chan []byte) []byte {
	select {
	case buf := <-spare:
		return buf[:0]
	default:
		return make([]byte, 0, chunkBytes)
	}
}

// load decodes chunks and appends them, one engine transaction for a range.
func (s *snapshot) load(ctx context.Context, conn engine.Conn, chunks <-chan chunk, spare chan<- []byte) error {
	var decoder *decode.CopyText
	var rows *decode.Rows
	var current *copying
	open := false
	var total int64
	for c := range chunks {
		if c.table != current {
			current = c.table
			decoder, rows = decode.NewCopyText(current.parsers), decode.NewRows(current.physical())
		}
		if !open {
			if err := conn.Begin(ctx); err != nil {
				return err
			}
			open, total = true, 0
		}
		if !current.stopped.Load() {
			if err := s.append(ctx, conn, current, decoder, rows, c.rows); err != nil {
				return err
			}
			total += int64(rows.Len)
			rows.Reset()
		}
		select {
		case spare <- c.rows:
		default:
		}
		if !c.end {
			continue
		}
		open = false
		if err := conn.Commit(ctx); err != nil {
			return fmt.Errorf("appending to %s.%s: %w", current.Schema, current.Name, err)
		}
		if current.left.Add(-1) == 0 {
			if err := s.finish(ctx, conn, current); err != nil {
				return err
			}
		}
	}
	if open {
		return errors.Join(conn.Rollback(), ctx.Err())
	}
	return nil
}

// append decodes rows and appends them. A value that cannot be represented is a
// definite error of the table, whose other ranges are left out.
func (s *snapshot) append(ctx context.Context, conn engine.Conn, t *copying, decoder *decode.CopyText, rows *decode.Rows, text []byte) error {
	if err := decoder.Decode(rows, text); err != nil {
		t.stopped.Store(true)
		*rows = *decode.NewRows(t.physical())
		return s.reject(ctx, t, err)
	}
	if rows.Len == 0 {
		return nil
	}
	release, err := s.rt.Acquire(ctx)
	if err != nil {
		return err
	}
	err = conn.Append(ctx, t.state.Physical, rows.Batch())
	release()
	if err != nil {
		return fmt.Errorf("appending to %s.%s: %w", t.Schema, t.Name, err)
	}
	done := t.rows.Add(int64(rows.Len))
	s.rt.Rows(t.Object, connectors.Progress{Known: max(t.known, done), Done: done})
	return nil
}

// reject stores the definite error of a table, over a connection of its own:
// that of the lane has a transaction open.
func (s *snapshot) reject(ctx context.Context, t *copying, cause error) error {
	conn, err := s.rt.Connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	e := t.valueError(cause)
	t.state.Error, t.state.Hint = e.text, e.hint
	return s.rt.SaveTables(ctx, conn, t.state)
}

// finish stores where the copy of a table is exact, and publishes it when no
// other table of the source is at another position.
func (s *snapshot) finish(ctx context.Context, conn engine.Conn, t *copying) error {
	if t.stopped.Load() {
		return nil
	}
	t.state.Position, t.state.Ready = int64(s.position), s.publish
	s.rt.Log().Debug("ready flip begins", "table", t.Object)
	if err := s.rt.SaveTables(ctx, conn, t.state); err != nil {
		return fmt.Errorf("completing %s.%s: %w", t.Schema, t.Name, err)
	}
	s.rt.Log().Debug("ready flip ends", "table", t.Object)
	done := t.rows.Load()
	s.rt.Rows(t.Object, connectors.Progress{Known: done, Done: done})
	return nil
}

// physical has the representations of the columns.
func (t *table) physical() []types.Physical {
	phys := make([]types.Physical, len(t.Columns))
	for i, col := range t.Columns {
		phys[i], _, _ = decode.ForType(col.Type) // New has checked them
	}
	return phys
}

// valueError words a value that does not decode.
func (t *table) valueError(err error) tableError {
	var column *decode.ColumnError
	if errors.As(err, &column) {
		name := t.Columns[column.Column].Name
		return tableError{
			text: fmt.Sprintf("failed to cast raw column: column %q of %s.%s: %v", name, t.Schema, t.Name, column.Err),
			hint: fmt.Sprintf("Ingest the column as text: TEXT COLUMNS (%s.%s.%s).", t.Schema, t.Name, name),
		}
	}
	return tableError{text: err.Error(), hint: recreate}
}
