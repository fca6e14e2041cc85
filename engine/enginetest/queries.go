package enginetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Operators and functions by their OIDs in pg_operator.dat and pg_proc.dat.
var (
	int4Type = types.T(types.Int4OID)
	int8Type = types.T(types.Int8OID)
	boolType = types.T(types.BoolOID)
	textType = types.T(types.TextOID)

	int4eq  = operator(96, "=", 65, boolType)
	int4div = operator(528, "/", 154, int4Type)
	int4mi  = operator(555, "-", 181, int4Type)
)

func operator(oid types.OID, name string, fn types.OID, result types.Type) query.Operator {
	return query.Operator{OID: oid, Name: name, Func: fn, Left: int4Type, Right: int4Type, Result: result}
}

func op(o query.Operator, left, right query.Expr) query.Expr {
	return &query.Op{T: o.Result, Operator: o, Left: left, Right: right}
}

func number(n int) query.Expr { return &query.Const{T: int4Type, Text: fmt.Sprint(n)} }

// relation is a range entry of a table with int4 and text columns: types has
// an i or a t for each.
func relation(t *query.Table, kinds string) *query.RangeEntry {
	e := &query.RangeEntry{Table: t}
	for i, kind := range kinds {
		column := query.Column{Name: fmt.Sprintf("c%d", i+1), Type: int4Type}
		phys := Int32
		if kind == 't' {
			column.Type, phys = textType, Text
		}
		e.Columns = append(e.Columns, column)
		t.Physical = append(t.Physical, query.PhysicalColumn{Name: column.Name, Phys: phys})
	}
	return e
}

func column(e *query.RangeEntry, i int) query.Expr {
	return &query.Var{T: e.Columns[i].Type, Entry: e, Col: i}
}

// generateSeries is generate_series(from, to) in FROM.
func generateSeries(from, to int) *query.RangeEntry {
	return &query.RangeEntry{
		Columns: []query.Column{{Name: "generate_series", Type: int4Type}},
		Func: &query.FuncScan{Funcs: []query.Expr{&query.Func{
			T: int4Type, OID: 1067, Name: "generate_series", Args: []query.Expr{number(from), number(to)}, Set: true,
		}}},
	}
}

// selectFrom is SELECT exprs FROM from WHERE where.
func selectFrom(exprs []query.Expr, where query.Expr, from ...query.FromItem) *query.Query {
	q := &query.Query{From: from, Where: where}
	for i, e := range exprs {
		q.Columns = append(q.Columns, query.Column{Name: fmt.Sprintf("o%d", i+1), Type: e.Type()})
		q.Targets = append(q.Targets, query.Target{Expr: e})
	}
	return q
}

// countStar is SELECT count(*) FROM from WHERE where.
func countStar(where query.Expr, from ...query.FromItem) *query.Query {
	q := selectFrom([]query.Expr{&query.Agg{T: int8Type, OID: 2803, Name: "count", Star: true}}, where, from...)
	q.Grouped = true
	return q
}

func (f *fixture) query(c engine.Conn, st engine.Statement) []string {
	f.Helper()
	rows, err := c.Query(f.Context(), st)
	f.check(err)
	return f.sorted(rows)
}

// stored is a table with an int4 and a text column, and a statement's map to it.
func (f *fixture) stored(c engine.Conn, name string) (*query.RangeEntry, map[string]engine.TableName) {
	f.Helper()
	physical := f.create(c, name, Int32, Text)
	return relation(&query.Table{Object: "u1"}, "it"), map[string]engine.TableName{"u1": physical}
}

func queryReads(t *testing.T, f *fixture) {
	c := f.connect()
	e, tables := f.stored(c, "read")
	f.check(c.Append(f.Context(), tables["u1"], batch(3, ints(1, nil, 3), texts("a", "b", nil))))
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{column(e, 1), column(e, 0)}, nil, e), Tables: tables}),
		"a|1", "b|∅", "∅|3")
}

func queryParameters(t *testing.T, f *fixture) {
	c := f.connect()
	e, tables := f.stored(c, "asked")
	f.check(c.Append(f.Context(), tables["u1"], batch(2, ints(1, 2), texts("a", "b"))))
	where := op(int4eq, column(e, 0), &query.Param{T: int4Type, Index: 1})
	st := engine.Statement{Query: selectFrom([]query.Expr{column(e, 1), &query.Param{T: textType, Index: 2}}, where, e), Tables: tables}
	two, empty := "2", ""
	st.Params = []engine.Param{{Type: textType}, {Type: int4Type, Text: &two}, {Type: textType, Text: &empty}}
	f.equal(f.query(c, st), "b|")
	st.Params[2].Text = nil
	f.equal(f.query(c, st), "b|∅")
	st.Params = st.Params[:1]
	if _, err := c.Query(f.Context(), st); !pgerr.Is(err, pgerr.UndefinedParameter) {
		t.Errorf("a missing parameter gives %v", err)
	}
}

func querySeesNewRows(t *testing.T, f *fixture) {
	c, writer := f.connect(), f.connect()
	e, tables := f.stored(c, "growing")
	f.check(writer.Append(f.Context(), tables["u1"], batch(1, ints(1), texts("a"))))
	st := engine.Statement{Query: countStar(op(int4eq, column(e, 0), number(5000)), e), Tables: tables, Key: "growing"}
	f.equal(f.query(c, st), "0")
	f.check(writer.Append(f.Context(), tables["u1"], batch(2, ints(5000, 6000), texts("a", "b"))))
	f.equal(f.query(c, st), "1")
}

func queryError(t *testing.T, f *fixture) {
	c := f.connect()
	st := engine.Statement{Query: selectFrom([]query.Expr{op(int4div, number(1), number(0))}, nil)}
	rows, err := c.Query(f.Context(), st)
	if err == nil {
		_, err = read(f.Context(), rows)
	}
	if !pgerr.Is(err, pgerr.DivisionByZero) || err.Error() != "division by zero" {
		t.Errorf("1/0 gives %v", err)
	}
}

func errorInMidStream(t *testing.T, f *fixture) {
	c := f.connect()
	e, tables := f.stored(c, "late")
	const n = 300000
	f.check(c.Append(f.Context(), tables["u1"], batch(n, series(1, n), Values(Text, n, 0, 0))))
	late := op(int4div, number(1), op(int4mi, column(e, 0), number(n-100)))
	rows, err := c.Query(f.Context(), engine.Statement{Query: selectFrom([]query.Expr{late, column(e, 1), column(e, 1)}, nil, e), Tables: tables})
	f.check(err) // the first rows are good
	lines, err := read(f.Context(), rows)
	if len(lines) == 0 {
		t.Error("the error came before any row")
	}
	if !pgerr.Is(err, pgerr.DivisionByZero) {
		t.Errorf("got %v", err)
	}
	f.equal(f.query(c, engine.Statement{Query: countStar(nil, e), Tables: tables}), fmt.Sprint(n))
}

// endless is a query that runs for longer than any test.
func endless() engine.Statement {
	a, b, c := generateSeries(1, 10000), generateSeries(1, 10000), generateSeries(1, 10000)
	return engine.Statement{Query: countStar(op(int4eq, op(int4div, column(a, 0), column(b, 0)), op(int4mi, column(b, 0), column(c, 0))), a, b, c)}
}

func interruptQuery(t *testing.T, f *fixture) {
	c := f.connect()
	for _, inTransaction := range []bool{false, true} {
		if inTransaction {
			f.check(c.Begin(f.Context()))
		}
		done := make(chan error, 1)
		go func() {
			rows, err := c.Query(f.Context(), endless())
			if err == nil {
				_, err = read(f.Context(), rows)
			}
			done <- err
		}()
		time.AfterFunc(50*time.Millisecond, c.Interrupt)
		if err := f.soon("an interrupted query", done); !pgerr.Is(err, pgerr.QueryCanceled) {
			t.Errorf("an interrupted query gives %v", err)
		}
	}
	if err := c.Commit(f.Context()); err == nil {
		t.Error("an interrupted transaction was committed")
	}
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{number(7)}, nil)}), "7")
}

func endOfContext(t *testing.T, f *fixture) {
	c := f.connect()
	ctx, cancel := context.WithTimeout(f.Context(), 50*time.Millisecond)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		rows, err := c.Query(ctx, endless())
		if err == nil {
			_, err = read(ctx, rows)
		}
		done <- err
	}()
	err := f.soon("a query with a deadline", done)
	if !pgerr.Is(err, pgerr.QueryCanceled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a query beyond its deadline gives %v", err)
	}
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{number(7)}, nil)}), "7")
}

func interruptRows(t *testing.T, f *fixture) {
	c := f.connect()
	series := generateSeries(1, 10000)
	rows, err := c.Query(f.Context(), engine.Statement{
		Query: selectFrom([]query.Expr{column(series, 0)}, nil, series, generateSeries(1, 10000))})
	f.check(err)
	_, err = rows.Next(f.Context())
	f.check(err)
	c.Interrupt()
	done := make(chan error, 1)
	go func() {
		_, err := read(f.Context(), rows)
		done <- err
	}()
	if err := f.soon("an interrupted result", done); !pgerr.Is(err, pgerr.QueryCanceled) {
		t.Errorf("an interrupted result gives %v", err)
	}
}

func explainPlan(t *testing.T, f *fixture) {
	c := f.connect()
	e, tables := f.stored(c, "explained")
	st := engine.Statement{Query: selectFrom([]query.Expr{column(e, 1)}, nil, e), Tables: tables}
	lines, err := c.Explain(f.Context(), st)
	f.check(err)
	if len(lines) < 2 || !strings.Contains(strings.Join(lines, "\n"), "explained") {
		t.Errorf("got %q", lines)
	}
}
