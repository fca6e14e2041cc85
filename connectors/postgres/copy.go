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
	group.Go(connectors.Guard(func() error {
		defer close(chunks)
		return s.read(ctx, &reader{w, chunks, spare})
	}))
	group.Go(connectors.Guard(func() error { return (&loader{snapshot: s, conn: conn}).load(ctx, chunks, spare) }))
	// The reader waits in the wire, which only closing it ends.
	stop := context.AfterFunc(ctx, func() { _ = w.conn.Close() })
	defer stop()
	return group.Wait()
}

// reader is the half of a lane that reads from upstream.
type reader struct {
	w      *wire
	chunks chan<- chunk
	spare  <-chan []byte
}

// read runs the COPY of each range and hands its rows over.
func (s *snapshot) read(ctx context.Context, rd *reader) error {
	for task := range s.tasks {
		if task.table.stopped.Load() {
			continue
		}
		if err := rd.read(ctx, task); err != nil {
			return fmt.Errorf("reading %s.%s: %w", task.table.Schema, task.table.Name, err)
		}
	}
	return nil
}

func (rd *reader) read(ctx context.Context, task copyRange) error {
	if err := rd.w.send(&pgproto3.Query{String: task.sql()}); err != nil {
		return err
	}
	buf := buffer(rd.spare)
	for {
		kind, body, err := rd.w.next()
		if err != nil {
			return err
		}
		switch kind {
		case 'd': // CopyData: one row
			if len(buf)+len(body) > cap(buf) && len(buf) > 0 {
				if err := rd.hand(ctx, chunk{copyRange: task, rows: buf}); err != nil {
					return err
				}
				buf = buffer(rd.spare)
			}
			buf = append(buf, body...)
		case 'Z': // ReadyForQuery
			return rd.hand(ctx, chunk{copyRange: task, rows: buf, end: true})
		}
	}
}

func (rd *reader) hand(ctx context.Context, c chunk) error {
	select {
	case rd.chunks <- c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
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

// loader is the half of a lane that decodes and appends, one engine
// transaction for a range.
type loader struct {
	*snapshot
	conn    engine.Conn
	table   *copying
	decoder *decode.CopyText
	rows    *decode.Rows
	open    bool // a transaction is
}

// load takes chunks until there are no more.
func (l *loader) load(ctx context.Context, chunks <-chan chunk, spare chan<- []byte) error {
	for c := range chunks {
		if c.table != l.table {
			l.table = c.table
			l.decoder, l.rows = decode.NewCopyText(c.table.parsers), decode.NewRows(c.table.physical())
		}
		if err := l.append(ctx, c.rows); err != nil {
			return err
		}
		select {
		case spare <- c.rows:
		default:
		}
		if c.end {
			if err := l.end(ctx); err != nil {
				return err
			}
		}
	}
	if l.open { // the reader failed in the middle of a range
		return l.conn.Rollback()
	}
	return nil
}

// append decodes rows and appends them. A value that cannot be represented is a
// definite error of the table, whose other ranges are left out.
func (l *loader) append(ctx context.Context, text []byte) error {
	t := l.table
	if !l.open {
		if err := l.conn.Begin(ctx); err != nil {
			return err
		}
		l.open = true
	}
	for len(text) > 0 && !t.stopped.Load() {
		rest, err := l.decoder.Decode(l.rows, text, t.step)
		if err != nil {
			l.rows = decode.NewRows(t.physical())
			if t.stopped.Swap(true) {
				return nil // another lane has found one, too
			}
			return l.reject(ctx, t, err)
		}
		if err := l.add(ctx, t); err != nil {
			return err
		}
		text = rest
	}
	return nil
}

// add appends the decoded rows.
func (l *loader) add(ctx context.Context, t *copying) error {
	release, err := l.rt.Acquire(ctx)
	if err != nil {
		return err
	}
	err = l.conn.Append(ctx, t.state.Physical, l.rows.Batch())
	release()
	if err != nil {
		return fmt.Errorf("appending to %s.%s: %w", t.Schema, t.Name, err)
	}
	done := t.rows.Add(int64(l.rows.Len))
	l.rows.Reset()
	l.rt.Rows(t.Object, connectors.Progress{Known: max(t.known, done), Done: done})
	return nil
}

// end commits a range; the last one of a table completes it.
func (l *loader) end(ctx context.Context) error {
	l.open = false
	if err := l.conn.Commit(ctx); err != nil {
		return fmt.Errorf("appending to %s.%s: %w", l.table.Schema, l.table.Name, err)
	}
	if l.table.left.Add(-1) > 0 {
		return nil
	}
	return l.finish(ctx, l.conn, l.table)
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
	done := t.rows.Load()
	t.state.Position, t.state.Ready, t.state.Rows = int64(s.position), s.publish, done
	s.rt.Log().Debug("ready flip begins", "table", t.Object)
	if err := s.rt.SaveTables(ctx, conn, t.state); err != nil {
		return fmt.Errorf("completing %s.%s: %w", t.Schema, t.Name, err)
	}
	s.rt.Log().Debug("ready flip ends", "table", t.Object)
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
