package enginetest

import (
	"testing"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// rowids is SELECT rowid FROM the table of an object WHERE c1 = n.
func rowids(object string, n int) *query.Query {
	e := withRowID(&query.Table{Object: object})
	return selectFrom([]query.Expr{column(e, 2)}, op(int4eq, column(e, 0), number(n)), e)
}

// withRowID is an entry of a table (int4, text) with its rowid as third column.
func withRowID(t *query.Table) *query.RangeEntry {
	e := relation(t, "it")
	e.Columns = append(e.Columns, query.Column{Name: query.RowID, Type: int8Type})
	t.Physical = append(t.Physical, query.PhysicalColumn{Name: query.RowID, Phys: Int64})
	return e
}

// staged is a statement that reads what is staged as w.
func staged(q *query.Query) engine.Statement {
	return engine.Statement{Query: q, Tables: map[string]engine.TableName{"w": {Schema: engine.SchemaStage, Name: "w1"}}}
}

func readStaged() engine.Statement {
	e := relation(&query.Table{Object: "w"}, "it")
	return staged(selectFrom([]query.Expr{column(e, 0), column(e, 1)}, nil, e))
}

func (f *fixture) counted(want int64) func(int64, error) {
	return func(n int64, err error) {
		f.Helper()
		f.check(err)
		if n != want {
			f.Errorf("%d rows, want %d", n, want)
		}
	}
}

func stageAndInsert(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "own", Int32, Text, Int32)
	f.check(c.Begin(f.Context()))
	series := generateSeries(1, 3)
	param := &query.Param{T: textType}
	st := staged(selectFrom([]query.Expr{column(series, 0), param}, nil, series))
	text := "it's"
	st.Params = []engine.Param{{Type: textType, Text: &text}}
	f.counted(3)(c.Stage(f.Context(), st, "w1"))
	f.counted(3)(c.InsertQuery(f.Context(), name, []string{"c1", "c2"}, readStaged()))
	rows, err := c.Query(f.Context(), staged(rowids("w", 2)))
	f.check(err)
	if lines := f.sorted(rows); len(lines) != 1 {
		t.Errorf("rowids of one staged row: %v", lines)
	}
	f.check(c.Unstage(f.Context(), "w1"))
	f.counted(3)(c.Stage(f.Context(), st, "w1"))
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "1|it's|∅", "2|it's|∅", "3|it's|∅")
	if _, err := c.Query(f.Context(), readStaged()); err == nil {
		t.Error("staged rows outlive their transaction")
	}
}

func stageRollsBack(t *testing.T, f *fixture) {
	c := f.connect()
	series := generateSeries(1, 2)
	st := staged(selectFrom([]query.Expr{column(series, 0), &query.Const{T: textType, Text: "x"}}, nil, series))
	if _, err := c.Stage(f.Context(), st, "w1"); !pgerr.Is(err, pgerr.NoActiveSQLTransaction) {
		t.Errorf("staging without a transaction: %v", err)
	}
	for range 2 {
		f.check(c.Begin(f.Context()))
		f.counted(2)(c.Stage(f.Context(), st, "w1"))
		f.check(c.Rollback())
	}
}

func deleteQuery(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "own", Int32, Text)
	tables := map[string]engine.TableName{"u": name}
	f.check(c.Append(f.Context(), name, batch(3, ints(1, 2, 2), texts("a", "b", nil))))
	f.check(c.Begin(f.Context()))
	f.check(c.Append(f.Context(), name, batch(2, ints(2, 3), texts("own", "own"))))
	f.counted(3)(c.DeleteQuery(f.Context(), name, engine.Statement{Query: rowids("u", 2), Tables: tables}))
	f.counted(0)(c.DeleteQuery(f.Context(), name, engine.Statement{Query: rowids("u", 2), Tables: tables}))
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "1|a", "3|own")
}

// deleteQueryConflicts: of two transactions that delete a row, one commits.
func deleteQueryConflicts(t *testing.T, f *fixture) {
	a, b := f.connect(), f.connect()
	name := f.create(a, "own", Int32, Text)
	tables := map[string]engine.TableName{"u": name}
	f.check(a.Append(f.Context(), name, batch(1, ints(1), texts("a"))))
	f.check(a.Begin(f.Context()))
	f.check(b.Begin(f.Context()))
	st := engine.Statement{Query: rowids("u", 1), Tables: tables}
	f.counted(1)(a.DeleteQuery(f.Context(), name, st))
	f.check(a.Commit(f.Context()))
	_, err := b.DeleteQuery(f.Context(), name, st)
	if err == nil {
		err = b.Commit(f.Context())
	}
	if err == nil {
		t.Error("both deletes of one row were committed")
	}
	f.check(b.Rollback())
}
