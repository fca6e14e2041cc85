package kafka

import (
	"context"
	"fmt"
	"maps"
	"time"

	"culvert/connectors"
	"culvert/connectors/decode"
	"culvert/engine"

	"github.com/twmb/franz-go/pkg/kgo"
)

// appendRows bounds the rows of one call of Append of collected rows.
const appendRows = 1 << 15

// batch is what a flush changes in memory once it is durable.
type batch struct {
	active map[string]map[string]keyError // of tables whose errors change
	states map[string]connectors.TableState
	moved  map[string][]connectors.Part // the positions that are stored
	staged int64
}

// flush writes the collected messages, the positions and the states of tables
// in one engine transaction.
func (s *stream) flush(ctx context.Context) error {
	release, err := s.rt.Acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	began := time.Now()
	s.log.Debug("apply begins", "rows", s.records)
	var done *batch
	err = s.retry(ctx, func() error {
		done = &batch{active: map[string]map[string]keyError{}, states: map[string]connectors.TableState{}}
		return s.commit(ctx, done)
	})
	if err != nil {
		return fmt.Errorf("applying messages: %w", err)
	}
	maps.Copy(s.active, done.active)
	maps.Copy(s.states, done.states)
	s.keep(done.moved)
	s.log.Debug("apply ends", "rows", s.records)
	reached := s.least()
	s.reached.Store(&reached)
	clear(s.held)
	s.held, s.bytes, s.records, s.dirty = s.held[:0], 0, 0, false
	s.rest = time.Now().Add(min(restFactor*time.Since(began), mostRest))
	s.count()
	s.snapshotRows()
	if s.allStopped() {
		s.cl.PauseFetchTopics(s.cfg.Topic) // nobody takes messages any more
	}
	return nil
}

// commit writes a batch. It leaves positions and counts as they were unless it
// succeeds.
func (s *stream) commit(ctx context.Context, b *batch) (err error) {
	positions, counts := s.positions, s.counts
	defer func() {
		if err != nil {
			s.positions, s.counts = positions, counts
		}
	}()
	if err := s.conn.Begin(ctx); err != nil {
		return err
	}
	s.positions = maps.Clone(positions)
	for i, t := range s.tables {
		if s.from[i] == nil {
			continue
		}
		w := &writer{stream: s, table: t, index: i, batch: b, positions: maps.Clone(positions[t.Object])}
		for p := range s.up.partitions { // found since: they begin at 0
			if _, known := w.positions[p]; !known {
				w.positions[p] = 0
			}
		}
		if err := w.write(ctx); err != nil {
			return err
		}
		s.positions[t.Object] = w.positions
	}
	for _, c := range s.held {
		s.counts.Messages += int64(len(c.records))
		s.counts.Bytes += c.bytes
	}
	s.counts.Staged += b.staged
	s.counts.Committed = s.counts.Staged
	return s.store(ctx, b)
}

// store ends the transaction: with how far it comes, and the states of tables.
func (s *stream) store(ctx context.Context, b *batch) error {
	if b.moved = s.moved(s.progress()); len(b.moved) > 0 {
		if err := connectors.SaveProgresses(ctx, s.conn, b.moved); err != nil {
			return err
		}
	}
	changed, flips := make([]connectors.TableState, 0, len(b.states)), false
	for _, state := range b.states {
		changed = append(changed, state)
		flips = flips || state.Ready && !s.states[state.Object].Ready
	}
	if !flips {
		return s.rt.Commit(ctx, s.conn, changed...)
	}
	s.log.Debug("ready flip begins")
	if err := s.rt.Commit(ctx, s.conn, changed...); err != nil {
		return err
	}
	s.log.Debug("ready flip ends")
	return nil
}

// writer applies the batch to one table.
type writer struct {
	*stream
	*table
	index     int
	batch     *batch
	positions map[int32]int64
	found     []connectors.SourceError
}

// write applies the table's part of the batch within the engine's transaction.
func (w *writer) write(ctx context.Context) error {
	state := w.states[w.Object]
	before := state
	var err error
	if w.keyed() {
		err = w.replace(ctx, &state)
	} else {
		err = w.append(ctx, &state)
	}
	if err != nil {
		return err
	}
	if err := connectors.AddSourceErrors(ctx, w.conn, w.found...); err != nil {
		return err
	}
	if !state.Ready && (state.Error == "" || w.keyed()) && w.complete(w.positions) {
		state.Ready, state.Position = true, 1
		for p, at := range w.positions {
			state.Rows += max(at-w.from[w.index][p], 0)
		}
	}
	if state != before {
		w.batch.states[w.Object] = state
	}
	return nil
}

// append adds a row for each message, up to one that cannot be read.
func (w *writer) append(ctx context.Context, state *connectors.TableState) error {
	for _, c := range w.held {
		d := c.tables[w.index]
		if d == nil || state.Error != "" {
			continue
		}
		if d.rows.Len > 0 {
			if err := w.conn.Append(ctx, state.Physical, d.rows.Batch()); err != nil {
				return err
			}
		}
		w.batch.staged += d.count
		w.positions[c.partition] = max(w.positions[c.partition], c.next)
		for _, op := range d.broken {
			w.note(c.records[op.record], op.broken, w.KeepErrors)
		}
		if d.end < len(c.records) {
			r := c.records[d.end]
			w.positions[c.partition] = r.Offset
			state.Error, state.Hint = w.wording(r, d.broken[len(d.broken)-1].broken), hintDecode
		}
	}
	return nil
}

const (
	hintDecode = "Drop the source and create it again with WITH (ON DECODE ERROR = 'keep') to record such messages in culvert.source_errors and go on."
	hintKey    = "Produce a message that can be read, or one with a null value, for the same key."
)

// wording is the error of a message.
func (w *writer) wording(r *kgo.Record, reason string) string {
	return fmt.Sprintf("%stopic %q, partition %d, offset %d: %s", connectors.DecodeLeg, w.cfg.Topic, r.Partition, r.Offset, reason)
}

// note remembers a message that cannot be read, to be stored.
func (w *writer) note(r *kgo.Record, reason string, kept bool) {
	w.found = append(w.found, connectors.SourceError{
		Object: w.Object, Part: r.Partition, Position: r.Offset, At: r.Timestamp, Text: w.wording(r, reason), Key: r.Key, Value: r.Value, Kept: kept,
	})
}

// place is the last operation of a key.
type place struct {
	from *decoded
	op   *operation
}

// replace brings each key of the batch to its last value.
func (w *writer) replace(ctx context.Context, state *connectors.TableState) error {
	last := make([]place, 0, w.records) // in the order in which the keys first came
	index := make(map[string]int, w.records)
	for _, c := range w.held {
		d := c.tables[w.index]
		if d == nil {
			continue
		}
		for i := range d.ops {
			op := &d.ops[i]
			if !op.keyed {
				continue
			}
			if at, known := index[op.key]; known {
				last[at] = place{d, op}
				continue
			}
			index[op.key] = len(last)
			last = append(last, place{d, op})
		}
		w.batch.staged += d.count
		w.positions[c.partition] = max(w.positions[c.partition], c.next)
	}
	if err := w.errors(ctx, state); err != nil {
		return err
	}
	return w.rewrite(ctx, state.Physical, last)
}

// rewrite deletes the keys and appends their rows.
func (w *writer) rewrite(ctx context.Context, physical engine.TableName, last []place) error {
	if len(last) == 0 {
		return nil
	}
	keys, rows := decode.NewRows(w.keyPhysical), decode.NewRows(w.physical)
	keys.Grow(len(last), 0)
	for _, p := range last {
		copyRow(keys, p.from.keys, p.op.keyRow)
	}
	if _, err := w.conn.DeleteKeys(ctx, physical, w.Key.Columns, keys.Batch()); err != nil {
		return err
	}
	rows.Grow(min(len(last), appendRows), 0)
	for _, p := range last {
		if p.op.row >= 0 {
			copyRow(rows, p.from.rows, p.op.row)
		}
		if rows.Len == appendRows {
			if err := w.conn.Append(ctx, physical, rows.Batch()); err != nil {
				return err
			}
			rows.Reset()
		}
	}
	if rows.Len == 0 {
		return nil
	}
	return w.conn.Append(ctx, physical, rows.Batch())
}

func copyRow(to, from *decode.Rows, i int) {
	for c := range to.Cols {
		to.Cols[c].Copy(&from.Cols[c].Column, i)
	}
	to.EndRow()
}
