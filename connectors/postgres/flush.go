package postgres

import (
	"context"
	"fmt"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"
)

// appendRows bounds the rows of one call of Append.
const appendRows = 1 << 15

// writer applies the changes of one table to the engine. Its buffers are used
// again for every batch.
type writer struct {
	*changes
	rows    *decode.Rows
	keyRows *decode.Rows
	keyCols []int
}

func newWriter(t *table) *writer {
	phys := t.physical()
	w := &writer{changes: newChanges(t), rows: decode.NewRows(phys), keyCols: t.key}
	var keys []types.Physical
	for _, k := range t.key {
		keys = append(keys, phys[k])
	}
	w.keyRows = decode.NewRows(keys)
	return w
}

// rejected is the definite error of a table that came up while its changes were
// applied.
type rejected struct{ tableError }

func (e *rejected) Error() string { return e.text }

func (w *writer) rejectValue(err error) error { return &rejected{w.valueError(err)} }

// apply writes the changes in the transaction open on conn. They are kept, so
// that a conflict can apply them again.
func (w *writer) apply(ctx context.Context, conn engine.Conn, physical engine.TableName) error {
	if w.truncated {
		if err := conn.Truncate(ctx, physical); err != nil {
			return err
		}
	}
	if len(w.key) == 0 {
		return w.applyCounts(ctx, conn, physical)
	}
	kept, err := w.fetch(ctx, conn, physical)
	if err != nil {
		return err
	}
	if err := w.deleteKeys(ctx, conn, physical); err != nil {
		return err
	}
	w.rows.Reset()
	for i := range w.entries {
		e := &w.entries[i]
		if e.row.absent() {
			continue
		}
		if err := w.addRow(e, kept); err != nil {
			return err
		}
		if err := w.appendIfFull(ctx, conn, physical, appendRows); err != nil {
			return err
		}
	}
	return w.appendIfFull(ctx, conn, physical, 1)
}

func (w *writer) appendIfFull(ctx context.Context, conn engine.Conn, physical engine.TableName, full int) error {
	if w.rows.Len < full {
		return nil
	}
	err := conn.Append(ctx, physical, w.rows.Batch())
	w.rows.Reset()
	return err
}

// deleteKeys deletes the rows that the batch replaces or removes.
func (w *writer) deleteKeys(ctx context.Context, conn engine.Conn, physical engine.TableName) error {
	w.keyRows.Reset()
	for i := range w.entries {
		if e := &w.entries[i]; e.del {
			if err := w.addKey(e.key); err != nil {
				return err
			}
		}
	}
	if w.keyRows.Len == 0 || w.truncated {
		return nil
	}
	_, err := conn.DeleteKeys(ctx, physical, w.keyCols, w.keyRows.Batch())
	return err
}

func (w *writer) addKey(key []byte) error {
	var failed error
	w.splitKey(key, func(i int, text []byte) {
		if err := w.parsers[w.key[i]](&w.keyRows.Cols[i], text); err != nil && failed == nil {
			failed = w.rejectValue(&decode.ColumnError{Column: w.key[i], Err: err})
		}
	})
	if failed != nil {
		w.keyRows.Reset()
		return failed
	}
	w.keyRows.EndRow()
	return nil
}

// addRow parses a row into the columns; what it lacks comes from kept.
func (w *writer) addRow(e *entry, kept *keptRows) error {
	rest := e.row.data
	old := -1
	if e.old != nil {
		var err error
		if old, err = kept.find(w, e.old); err != nil {
			return err
		}
	}
	for _, dest := range e.row.lay.dest {
		var kind byte
		var text []byte
		kind, text, rest = nextValue(rest)
		if dest < 0 {
			continue
		}
		col := &w.rows.Cols[dest]
		switch kind {
		case valueNull:
			col.Null()
		case valueText:
			if err := w.parsers[dest](col, text); err != nil {
				w.rows = decode.NewRows(w.physical())
				return w.rejectValue(&decode.ColumnError{Column: dest, Err: err})
			}
		default:
			if old < 0 {
				w.rows = decode.NewRows(w.physical())
				return &rejected{tableError{errToast.Error(), recreate}}
			}
			col.Copy(&kept.rows.Cols[dest].Column, old)
		}
	}
	w.rows.EndRow()
	return nil
}

// keptRows are rows of the engine whose unchanged values the batch needs.
type keptRows struct {
	rows  *decode.Rows
	byKey map[string]int
}

// fetch reads the rows that have values which upstream did not send.
func (w *writer) fetch(ctx context.Context, conn engine.Conn, physical engine.TableName) (*keptRows, error) {
	w.keyRows.Reset()
	for i := range w.entries {
		if e := &w.entries[i]; e.old != nil && !e.row.absent() {
			if err := w.addKey(e.old); err != nil {
				return nil, err
			}
		}
	}
	if w.keyRows.Len == 0 {
		return nil, nil
	}
	rows, err := conn.FetchByKeys(ctx, physical, w.keyCols, w.keyRows.Batch())
	if err != nil {
		return nil, fmt.Errorf("reading unchanged values: %w", err)
	}
	defer rows.Close()
	kept := &keptRows{rows: decode.NewRows(w.physical()), byKey: map[string]int{}}
	for {
		batch, err := rows.Next(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading unchanged values: %w", err)
		}
		if batch == nil {
			return kept, nil
		}
		for i := range batch.Len {
			var key []byte
			for _, k := range w.key {
				key = decode.AppendKey(key, &batch.Cols[k], i)
			}
			kept.byKey[string(key)] = kept.rows.Len
			for c := range batch.Cols {
				kept.rows.Cols[c].Copy(&batch.Cols[c], i)
			}
			kept.rows.EndRow()
		}
	}
}

// find gives the row with a key, or -1.
func (k *keptRows) find(w *writer, key []byte) (int, error) {
	w.keyRows.Reset()
	if err := w.addKey(key); err != nil {
		return -1, err
	}
	var typed []byte
	for i := range w.key {
		typed = decode.AppendKey(typed, &w.keyRows.Cols[i].Column, 0)
	}
	if at, ok := k.byKey[string(typed)]; ok {
		return at, nil
	}
	return -1, nil
}

// applyCounts adds and deletes copies of whole rows.
func (w *writer) applyCounts(ctx context.Context, conn engine.Conn, physical engine.TableName) error {
	w.rows.Reset()
	var counts []int64
	var want int64
	for i := range w.entries {
		if e := &w.entries[i]; e.count < 0 {
			if err := w.addRow(e, nil); err != nil {
				return err
			}
			counts = append(counts, -e.count)
			want -= e.count
		}
	}
	if len(counts) > 0 {
		found, err := conn.DeleteCopies(ctx, physical, w.rows.Batch(), counts)
		w.rows.Reset()
		if err != nil {
			return err
		}
		if found != want {
			return &rejected{tableError{fmt.Sprintf("%d of %d deleted rows are not in the table", want-found, want), recreate}}
		}
	}
	for i := range w.entries {
		for range max(w.entries[i].count, 0) {
			if err := w.addRow(&w.entries[i], nil); err != nil {
				return err
			}
			if err := w.appendIfFull(ctx, conn, physical, appendRows); err != nil {
				return err
			}
		}
	}
	return w.appendIfFull(ctx, conn, physical, 1)
}
