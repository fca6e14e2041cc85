package connectors

import (
	"context"
	"fmt"
	"time"

	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/sql/types"
)

var (
	text   = types.Physical{Kind: types.KindText}
	bytea  = types.Physical{Kind: types.KindBytes}
	int64s = types.Physical{Kind: types.KindInt64}
	int32s = types.Physical{Kind: types.KindInt32}
	bools  = types.Physical{Kind: types.KindBool}
	times  = types.Physical{Kind: types.KindTimestampTZ}
)

func stateTable(name string, columns ...engine.ColumnDef) engine.TableDef {
	return engine.TableDef{Name: engine.TableName{Schema: engine.SchemaState, Name: name}, Columns: columns}
}

func column(name string, phys types.Physical) engine.ColumnDef {
	return engine.ColumnDef{Name: name, Phys: phys}
}

// The tables of schema s that this package owns.
var (
	tablesTable = stateTable("tables", column("object", text), column("source", text), column("physical", text),
		column("position", int64s), column("ready", bools), column("error", text), column("hint", text), column("rows", int64s))
	progressTable = stateTable("progress", column("source", text), column("part", int32s), column("position", int64s),
		column("messages", int64s), column("bytes", int64s), column("staged", int64s), column("committed", int64s))
	statusesTable = stateTable("statuses", column("object", text), column("source", text), column("state", text),
		column("error", text), column("hint", text), column("since", times))
	historyTable = stateTable("status_history", column("object", text), column("source", text), column("occurred_at", times),
		column("state", text), column("error", text), column("hint", text))
	cleanupsTable = stateTable("cleanups", column("id", text), column("kind", text), column("target", text),
		column("sealed", bytea), column("since", times))
)

// StateTables are the tables of schema s that sources need. Whoever opens the
// engine creates those that are missing before the supervisor boots.
func StateTables() []engine.TableDef { return append(FirstStateTables(), sourceErrorsTable) }

// FirstStateTables are those of a data file of format 1.
func FirstStateTables() []engine.TableDef {
	return []engine.TableDef{tablesTable, progressTable, statusesTable, historyTable, cleanupsTable}
}

// TableState is what is stored about a table that a source fills.
type TableState struct {
	Object   string
	Source   string
	Physical engine.TableName // Name is "" when there is none
	// Position is where the first snapshot is exact: a change at or behind it is
	// applied, one before it is part of the snapshot. 0: not complete.
	Position int64
	Ready    bool // published
	// Error is a definite error, without the leg; "": none. One that begins with
	// DecodeLeg names its own.
	Error string
	Hint  string
	Rows  int64 // of the complete snapshot
}

// DecodeLeg is in front of errors of messages that cannot be read.
const DecodeLeg = "decode: "

// LoadTables reads the stored states of all tables.
func LoadTables(ctx context.Context, conn engine.Conn) ([]TableState, error) {
	var all []TableState
	err := scan(ctx, conn, tablesTable.Name, func(b *engine.Batch, i int) {
		all = append(all, TableState{
			Object: textAt(b, 0, i), Source: textAt(b, 1, i), Physical: physicalTable(textAt(b, 2, i)),
			Position: b.Cols[3].I64[i], Ready: b.Cols[4].Bool[i], Error: textAt(b, 5, i), Hint: textAt(b, 6, i), Rows: b.Cols[7].I64[i],
		})
	})
	return all, err
}

// SaveTable replaces the stored state of a table, in the transaction open on
// conn or one of its own calls.
func SaveTable(ctx context.Context, conn engine.Conn, t TableState) error {
	rows := newRows(tablesTable)
	rows.Cols[0].Text(t.Object)
	rows.Cols[1].Text(t.Source)
	rows.Cols[2].Text(t.Physical.Name)
	rows.Cols[3].Int64(t.Position)
	rows.Cols[4].Boolean(t.Ready)
	rows.Cols[5].Text(t.Error)
	rows.Cols[6].Text(t.Hint)
	rows.Cols[7].Int64(t.Rows)
	return replace(ctx, conn, tablesTable.Name, rows, 1)
}

// forgetTable removes the stored state of a table, its progress, its errors and
// its status.
func forgetTable(ctx context.Context, conn engine.Conn, object string) error {
	if err := deleteKey(ctx, conn, tablesTable.Name, object); err != nil {
		return err
	}
	// What a table that resumes its own snapshot has kept of it.
	if err := deleteKey(ctx, conn, progressTable.Name, object); err != nil {
		return err
	}
	if err := deleteKey(ctx, conn, sourceErrorsTable.Name, object); err != nil {
		return err
	}
	return deleteKey(ctx, conn, statusesTable.Name, object)
}

// Part is how far a source has come in one part of its upstream: the whole of
// a PostgreSQL stream is part 0, a Kafka partition is a part each. The counts
// of Statistics are of the source and kept with part 0.
type Part struct {
	Part     int32
	Position int64
	Counts   Counts
}

// Counts are the durable statistics of a source.
type Counts struct {
	Messages, Bytes, Staged, Committed int64
}

// LoadProgress reads how far a source has come.
func LoadProgress(ctx context.Context, conn engine.Conn, source string) ([]Part, error) {
	var all []Part
	err := scan(ctx, conn, progressTable.Name, func(b *engine.Batch, i int) {
		if textAt(b, 0, i) != source {
			return
		}
		all = append(all, Part{Part: b.Cols[1].I32[i], Position: b.Cols[2].I64[i], Counts: Counts{
			Messages: b.Cols[3].I64[i], Bytes: b.Cols[4].I64[i], Staged: b.Cols[5].I64[i], Committed: b.Cols[6].I64[i],
		}})
	})
	return all, err
}

// SaveProgress replaces how far a source has come in the given parts, in the
// transaction open on conn: the one that holds the rows which it counts. A
// connector whose tables have positions of their own keeps them in the same way
// under the catalog ids of the tables.
func SaveProgress(ctx context.Context, conn engine.Conn, source string, parts ...Part) error {
	return SaveProgresses(ctx, conn, map[string][]Part{source: parts})
}

// SaveProgresses is SaveProgress for a source and its tables in one step.
func SaveProgresses(ctx context.Context, conn engine.Conn, all map[string][]Part) error {
	rows := newRows(progressTable)
	for source, parts := range all {
		for _, p := range parts {
			rows.Cols[0].Text(source)
			rows.Cols[1].Int32(p.Part)
			rows.Cols[2].Int64(p.Position)
			rows.Cols[3].Int64(p.Counts.Messages)
			rows.Cols[4].Int64(p.Counts.Bytes)
			rows.Cols[5].Int64(p.Counts.Staged)
			rows.Cols[6].Int64(p.Counts.Committed)
		}
	}
	return replace(ctx, conn, progressTable.Name, rows, 2)
}

// ForgetProgress removes the positions of a source or table, in the transaction
// open on conn.
func ForgetProgress(ctx context.Context, conn engine.Conn, source string) error {
	return deleteKey(ctx, conn, progressTable.Name, source)
}

// Cleanup is work upstream that a dropped source leaves behind.
type Cleanup struct {
	ID     string // catalog id of the dropped source
	Kind   string // names the Cleaner
	Target string // what is to be removed, as people read it: the slot
	// Sealed has what the Cleaner needs to reach upstream after the catalog has
	// forgotten the connection and its secrets, sealed by whoever adds the row.
	Sealed []byte
	Since  time.Time
}

// AddCleanup stores a cleanup in the transaction open on conn: the one that
// drops the source from the catalog.
func AddCleanup(ctx context.Context, conn engine.Conn, c Cleanup) error {
	rows := newRows(cleanupsTable)
	rows.Cols[0].Text(c.ID)
	rows.Cols[1].Text(c.Kind)
	rows.Cols[2].Text(c.Target)
	rows.Cols[3].Text(string(c.Sealed))
	rows.Cols[4].Int64(c.Since.UnixMicro())
	return replace(ctx, conn, cleanupsTable.Name, rows, 1)
}

func loadCleanups(ctx context.Context, conn engine.Conn) ([]Cleanup, error) {
	var all []Cleanup
	err := scan(ctx, conn, cleanupsTable.Name, func(b *engine.Batch, i int) {
		all = append(all, Cleanup{
			ID: textAt(b, 0, i), Kind: textAt(b, 1, i), Target: textAt(b, 2, i),
			Sealed: []byte(textAt(b, 3, i)), Since: time.UnixMicro(b.Cols[4].I64[i]),
		})
	})
	return all, err
}

func loadStatuses(ctx context.Context, conn engine.Conn) ([]Status, error) {
	var all []Status
	err := scan(ctx, conn, statusesTable.Name, func(b *engine.Batch, i int) {
		all = append(all, Status{
			Object: textAt(b, 0, i), Source: textAt(b, 1, i), State: parseState(textAt(b, 2, i)),
			Error: textAt(b, 3, i), Hint: textAt(b, 4, i), Since: time.UnixMicro(b.Cols[5].I64[i]),
		})
	})
	return all, err
}

func saveStatus(ctx context.Context, conn engine.Conn, s Status) error {
	rows := newRows(statusesTable)
	rows.Cols[0].Text(s.Object)
	rows.Cols[1].Text(s.Source)
	rows.Cols[2].Text(s.State.String())
	rows.Cols[3].Text(s.Error)
	rows.Cols[4].Text(s.Hint)
	rows.Cols[5].Int64(s.Since.UnixMicro())
	return replace(ctx, conn, statusesTable.Name, rows, 1)
}

func addHistory(ctx context.Context, conn engine.Conn, s Status) error {
	rows := newRows(historyTable)
	rows.Cols[0].Text(s.Object)
	rows.Cols[1].Text(s.Source)
	rows.Cols[2].Int64(s.Since.UnixMicro())
	rows.Cols[3].Text(s.State.String())
	rows.Cols[4].Text(s.Error)
	rows.Cols[5].Text(s.Hint)
	rows.EndRow()
	return conn.Append(ctx, historyTable.Name, rows.Batch())
}

// loadHistory gives the times of the history of every object.
func loadHistory(ctx context.Context, conn engine.Conn) (map[string][]int64, error) {
	all := map[string][]int64{}
	err := scan(ctx, conn, historyTable.Name, func(b *engine.Batch, i int) {
		object := textAt(b, 0, i)
		all[object] = append(all[object], b.Cols[2].I64[i])
	})
	return all, err
}

// trimHistory deletes the rows of an object with the given times.
func trimHistory(ctx context.Context, conn engine.Conn, object string, at []int64) error {
	keys := decode.NewRows([]types.Physical{text, times})
	for _, t := range at {
		keys.Cols[0].Text(object)
		keys.Cols[1].Int64(t)
		keys.EndRow()
	}
	_, err := conn.DeleteKeys(ctx, historyTable.Name, []int{0, 2}, keys.Batch())
	return err
}

func newRows(def engine.TableDef) *decode.Rows {
	phys := make([]types.Physical, len(def.Columns))
	for i, c := range def.Columns {
		phys[i] = c.Phys
	}
	return decode.NewRows(phys)
}

// replace completes the rows of which rows has the values, and puts each in the
// place of the row with the same values in its first key columns.
func replace(ctx context.Context, conn engine.Conn, table engine.TableName, rows *decode.Rows, key int) error {
	rows.Len = rows.Cols[0].Len
	batch := rows.Batch()
	cols := make([]int, key)
	for i := range cols {
		cols[i] = i
	}
	keys := &engine.Batch{Len: batch.Len, Cols: batch.Cols[:key]}
	if _, err := conn.DeleteKeys(ctx, table, cols, keys); err != nil {
		return fmt.Errorf("replacing a row of %s.%s: %w", table.Schema, table.Name, err)
	}
	if err := conn.Append(ctx, table, batch); err != nil {
		return fmt.Errorf("replacing a row of %s.%s: %w", table.Schema, table.Name, err)
	}
	return nil
}

// deleteKey deletes the rows whose first column is key.
func deleteKey(ctx context.Context, conn engine.Conn, table engine.TableName, key string) error {
	keys := decode.NewRows([]types.Physical{text})
	keys.Cols[0].Text(key)
	keys.EndRow()
	if _, err := conn.DeleteKeys(ctx, table, []int{0}, keys.Batch()); err != nil {
		return fmt.Errorf("deleting from %s.%s: %w", table.Schema, table.Name, err)
	}
	return nil
}

// scan calls row for each row of a table.
func scan(ctx context.Context, conn engine.Conn, table engine.TableName, row func(b *engine.Batch, i int)) (err error) {
	rows, err := conn.Scan(ctx, table, nil)
	if err != nil {
		return fmt.Errorf("reading %s.%s: %w", table.Schema, table.Name, err)
	}
	defer func() {
		if closeErr := rows.Close(); err == nil {
			err = closeErr
		}
	}()
	for {
		batch, err := rows.Next(ctx)
		if err != nil {
			return fmt.Errorf("reading %s.%s: %w", table.Schema, table.Name, err)
		}
		if batch == nil {
			return nil
		}
		for i := range batch.Len {
			row(batch, i)
		}
	}
}

func textAt(b *engine.Batch, col, row int) string { return string(b.Cols[col].Bytes(row)) }

func physicalTable(name string) engine.TableName {
	return engine.TableName{Schema: engine.SchemaData, Name: name}
}
