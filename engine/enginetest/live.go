package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"

	"golang.org/x/sync/errgroup"
)

// live registers a relation with an int4 and a text column.
func (f *fixture) live(name string, rows func(context.Context) (*engine.Batch, error)) *query.RangeEntry {
	f.Helper()
	f.check(f.e.RegisterLive(engine.LiveRelation{Name: name, Columns: tableDef("", Int32, Text).Columns, Rows: rows}))
	return liveEntry(name)
}

func liveEntry(name string) *query.RangeEntry {
	return relation(&query.Table{Relation: "live." + name}, "it")
}

// counting is a live relation whose number tells how often it was made.
func counting(made *atomic.Int32) func(context.Context) (*engine.Batch, error) {
	return func(context.Context) (*engine.Batch, error) {
		n := int(made.Add(1))
		return batch(3, ints(n, n, nil), texts("short", "a text that is not held inline", nil)), nil
	}
}

func liveRelation(t *testing.T, f *fixture) {
	c := f.connect()
	var made atomic.Int32
	e := f.live("numbers", counting(&made))
	for i := range 3 {
		f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{column(e, 1), column(e, 0)}, nil, e), Key: "live"}),
			fmt.Sprintf("a text that is not held inline|%d", i+1), fmt.Sprintf("short|%d", i+1), "∅|∅")
	}
	f.equal(f.query(c, engine.Statement{Query: countStar(nil, e)}), "3")
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{number(1)}, op(int4eq, column(e, 0), number(5)), e)}), "1", "1")
}

func liveSelfJoin(t *testing.T, f *fixture) {
	c := f.connect()
	var made atomic.Int32
	a := f.live("fixed", counting(&made))
	b := liveEntry("fixed")
	join := &query.Join{Kind: query.InnerJoin, Left: a, Right: b, On: op(int4eq, column(a, 0), column(b, 0))}
	f.equal(f.query(c, engine.Statement{Query: countStar(nil, join)}), "4")
	if made.Load() != 1 {
		t.Errorf("the rows of one statement were made %d times", made.Load())
	}
}

func liveInTransaction(t *testing.T, f *fixture) {
	c := f.connect()
	stored, tables := f.stored(c, "joined")
	f.check(c.Begin(f.Context()))
	f.check(c.Append(f.Context(), tables["u1"], batch(2, ints(1, 7), texts("one", "seven"))))
	var made atomic.Int32
	e := f.live("late", counting(&made)) // registered while the transaction is open
	join := &query.Join{Kind: query.InnerJoin, Left: stored, Right: e, On: op(int4eq, column(stored, 0), column(e, 0))}
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{column(stored, 1)}, nil, join), Tables: tables}), "one", "one")
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, tables["u1"]), "1|one", "7|seven")
}

func liveTypes(t *testing.T, f *fixture) {
	c := f.connect()
	const n = 5000
	// No type of PostgreSQL is held as a 128-bit integer.
	every := slices.DeleteFunc(EveryType(), func(p types.Physical) bool {
		return p.Kind == types.KindInt128 || p.Kind == types.KindList && p.Elem.Kind == types.KindInt128
	})
	columns := tableDef("", every...).Columns
	rows := batch(n)
	e := &query.RangeEntry{Table: &query.Table{Relation: "live.every"}}
	var exprs []query.Expr
	for i, p := range every {
		rows.Cols = append(rows.Cols, Values(p, n, i, 6))
		e.Columns = append(e.Columns, query.Column{Name: columns[i].Name, Type: typeOf(p)})
		e.Table.Physical = append(e.Table.Physical, query.PhysicalColumn{Name: columns[i].Name, Phys: p})
		exprs = append(exprs, column(e, i))
	}
	f.check(f.e.RegisterLive(engine.LiveRelation{Name: "every", Columns: columns,
		Rows: func(context.Context) (*engine.Batch, error) { return rows, nil }}))
	var want []string
	for i := range n {
		want = append(want, Line(rows, i))
	}
	slices.Sort(want)
	f.equal(f.query(c, engine.Statement{Query: selectFrom(exprs, nil, e)}), want...)
}

// typeOf is a PostgreSQL type that is held as p.
func typeOf(p types.Physical) types.Type {
	scalars := map[types.Kind]types.OID{
		types.KindBool: types.BoolOID, types.KindInt16: types.Int2OID, types.KindInt32: types.Int4OID, types.KindInt64: types.Int8OID,
		types.KindFloat32: types.Float4OID, types.KindFloat64: types.Float8OID, types.KindText: types.TextOID,
		types.KindBytes: types.ByteaOID, types.KindDate: types.DateOID, types.KindTime: types.TimeOID,
		types.KindTimestamp: types.TimestampOID, types.KindTimestampTZ: types.TimestamptzOID,
		types.KindInterval: types.IntervalOID, types.KindUUID: types.UUIDOID,
	}
	arrays := map[types.Kind]types.OID{
		types.KindBool: types.BoolArrayOID, types.KindInt16: types.Int2ArrayOID, types.KindInt32: types.Int4ArrayOID,
		types.KindInt64: types.Int8ArrayOID, types.KindFloat32: types.Float4ArrayOID, types.KindFloat64: types.Float8ArrayOID,
		types.KindText: types.TextArrayOID, types.KindBytes: types.ByteaArrayOID, types.KindDate: types.DateArrayOID,
		types.KindTime: types.TimeArrayOID, types.KindTimestamp: types.TimestampArrayOID,
		types.KindTimestampTZ: types.TimestamptzArrayOID, types.KindInterval: types.IntervalArrayOID, types.KindUUID: types.UUIDArrayOID,
	}
	numeric, kinds, leaf := types.NumericOID, scalars, p
	if p.Kind == types.KindList {
		numeric, kinds, leaf = types.NumericArrayOID, arrays, *p.Elem
	}
	if oid, ok := kinds[leaf.Kind]; ok {
		return types.T(oid)
	}
	return types.Type{OID: numeric, Mod: int32(leaf.Width)<<16 + int32(leaf.Scale) + 4}
}

func liveErrors(t *testing.T, f *fixture) {
	c := f.connect()
	f.live("failing", func(context.Context) (*engine.Batch, error) {
		return nil, pgerr.New(pgerr.ObjectNotInPrerequisiteState, "not today")
	})
	f.live("panicking", func(context.Context) (*engine.Batch, error) { panic("boo") })
	f.live("narrow", func(context.Context) (*engine.Batch, error) { return batch(1, ints(1)), nil })
	f.live("short", func(context.Context) (*engine.Batch, error) { return batch(2, ints(1), texts("a")), nil })
	f.live("waiting", func(ctx context.Context) (*engine.Batch, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	for name, want := range map[string]string{
		"failing": "not today", "panicking": "boo", "narrow": "columns", "short": "too short", "waiting": "",
	} {
		ctx, cancel := context.WithCancel(f.Context())
		if name == "waiting" {
			go cancel()
		}
		rows, err := c.Query(ctx, engine.Statement{Query: countStar(nil, liveEntry(name))})
		if err == nil {
			_, err = read(ctx, rows)
		}
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", name, err)
		}
		if name == "failing" && !pgerr.Is(err, pgerr.ObjectNotInPrerequisiteState) {
			t.Errorf("the error of a live relation lost its class: %v", err)
		}
	}
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{number(7)}, nil)}), "7")
}

func liveTwice(t *testing.T, f *fixture) {
	var made atomic.Int32
	f.live("once", counting(&made))
	err := f.e.RegisterLive(engine.LiveRelation{Name: "once", Columns: tableDef("", Int32).Columns, Rows: counting(&made)})
	if err == nil {
		t.Error("a name was taken twice")
	}
	err = f.e.RegisterLive(engine.LiveRelation{Name: "odd", Columns: []engine.ColumnDef{{Name: "a"}}, Rows: counting(&made)})
	if err == nil {
		t.Error("a column without a type was taken")
	}
}

func liveConcurrently(t *testing.T, f *fixture) {
	var made atomic.Int32
	f.live("crowded", counting(&made))
	var group errgroup.Group
	for range 8 {
		c := f.connect()
		group.Go(func() error {
			for range 20 {
				a, b := liveEntry("crowded"), liveEntry("crowded")
				st := engine.Statement{Query: countStar(op(int4eq, column(a, 0), column(b, 0)), a, b), Key: "crowded"}
				rows, err := c.Query(f.Context(), st)
				if err != nil {
					return err
				}
				lines, err := read(f.Context(), rows)
				if err != nil || len(lines) != 1 || lines[0] != "4" {
					return errors.Join(err, fmt.Errorf("got %v", lines))
				}
			}
			return nil
		})
	}
	f.check(group.Wait())
	if made.Load() != 160 {
		t.Errorf("the rows were made %d times", made.Load())
	}
}

func staticRelation(t *testing.T, f *fixture) {
	rows := batch(3000, series(1, 3000), Values(Text, 3000, 0, 3))
	f.check(f.e.RegisterStatic("fixed", tableDef("", Int32, Text).Columns, rows))
	c := f.connect()
	e := relation(&query.Table{Relation: "static.fixed"}, "it")
	var want []string
	for i := range rows.Len {
		want = append(want, Line(rows, i))
	}
	slices.Sort(want)
	f.check(c.Begin(f.Context()))
	f.equal(f.query(c, engine.Statement{Query: selectFrom([]query.Expr{column(e, 0), column(e, 1)}, nil, e)}), want...)
	f.create(c, "beside", Int32) // reading another catalog leaves the data file writable
	f.check(c.Commit(f.Context()))
	if err := f.e.RegisterStatic("fixed", tableDef("", Int32).Columns, batch(0, ints())); err == nil {
		t.Error("a name was taken twice")
	}
}
