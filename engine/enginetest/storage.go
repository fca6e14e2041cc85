package enginetest

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"culvert/engine"
	"culvert/sql/types"
)

func valuesComeBack(t *testing.T, f *fixture) {
	c := f.connect()
	for _, nulls := range []int{0, 3} {
		columns := EveryType()
		name := f.create(c, "values"+string(rune('0'+nulls)), columns...)
		var want []string
		for seed, n := range []int{1, 100, 5000} {
			b := batch(n)
			for _, p := range columns {
				b.Cols = append(b.Cols, Values(p, n, seed, nulls))
			}
			f.check(c.Append(f.Context(), name, b))
			for i := range n {
				want = append(want, Line(b, i))
			}
		}
		slices.Sort(want)
		f.equal(f.all(c, name), want...)
	}
}

func nullsAtBorders(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "borders", Int32, Text, List(Int32))
	const n = 8192
	valid := make([]uint64, n/64)
	for i := range valid {
		valid[i] = math.MaxUint64
	}
	for _, row := range []int{0, 63, 64, 2047, 2048, 4095, 4096, n - 1} {
		valid[row>>6] &^= 1 << (row & 63)
	}
	b := batch(n, Values(Int32, n, 1, 0), Values(Text, n, 1, 0), Values(List(Int32), n, 1, 0))
	for i := range b.Cols {
		b.Cols[i].Valid = valid
	}
	f.check(c.Append(f.Context(), name, b))
	var want []string
	for i := range n {
		want = append(want, Line(b, i))
	}
	slices.Sort(want)
	f.equal(f.all(c, name), want...)
}

func infinityComesBack(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "infinities", Date, Timestamp, TimestampTZ, types.Physical{Kind: types.KindFloat64})
	f.check(c.Append(f.Context(), name, batch(3,
		engine.Column{Phys: Date, I32: []int32{math.MaxInt32, -math.MaxInt32, 0}},
		engine.Column{Phys: Timestamp, I64: []int64{math.MaxInt64, -math.MaxInt64, 0}},
		engine.Column{Phys: TimestampTZ, I64: []int64{math.MaxInt64, -math.MaxInt64, 0}},
		engine.Column{Phys: types.Physical{Kind: types.KindFloat64}, F64: []float64{math.Inf(1), math.Inf(-1), math.NaN()}},
	)))
	f.equal(f.all(c, name),
		"-2147483647|-9223372036854775807|-9223372036854775807|-Inf",
		"0|0|0|NaN",
		"2147483647|9223372036854775807|9223372036854775807|+Inf")
}

func tablesAreListed(t *testing.T, f *fixture) {
	c := f.connect()
	def := tableDef("every", EveryType()...)
	def.Columns[0].Name = `quoted "name"`
	f.check(c.CreateTable(f.Context(), def))
	f.create(c, "gone", Int32)
	f.check(c.DropTable(f.Context(), table("gone")))
	f.check(c.DropTable(f.Context(), table("never was")))
	tables, err := c.ListTables(f.Context(), engine.SchemaData)
	f.check(err)
	if len(tables) != 1 || tables[0].Name != def.Name || len(tables[0].Columns) != len(def.Columns) {
		t.Fatalf("got %v", tables)
	}
	for i, column := range tables[0].Columns {
		want := def.Columns[i]
		if column.Name != want.Name || column.Phys.Kind != want.Phys.Kind || column.Phys.Width != want.Phys.Width ||
			column.Phys.Scale != want.Phys.Scale || (want.Phys.Elem != nil && column.Phys.Elem.Kind != want.Phys.Elem.Kind) {
			t.Errorf("column %d is %v, want %v", i, column, want)
		}
	}
	for _, schema := range []string{engine.SchemaCatalog, engine.SchemaState} {
		tables, err := c.ListTables(f.Context(), schema)
		f.check(err)
		if len(tables) != 0 {
			t.Errorf("schema %s of a new directory has %v", schema, tables)
		}
	}
}

func appendChecks(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "checked", Int32, Text)
	for what, b := range map[string]*engine.Batch{
		"a column missing":   batch(1, ints(1)),
		"a column too short": batch(2, ints(1), texts("a", "b")),
		"no text":            batch(1, ints(1), engine.Column{Phys: Text}),
		"another type":       batch(1, engine.Column{Phys: Int64, I64: []int64{1}}, texts("a")),
		"another text type":  batch(1, ints(1), engine.Column{Phys: Bytea, Ends: []uint32{0}}),
	} {
		if err := c.Append(f.Context(), name, b); err == nil {
			t.Errorf("a batch with %s was taken", what)
		}
	}
	f.check(c.Begin(f.Context()))
	f.check(c.Append(f.Context(), name, batch(1, ints(1), texts("a"))))
	if err := c.Append(f.Context(), name, batch(1, engine.Column{Phys: Int64, I64: []int64{1}}, texts("a"))); err == nil {
		t.Error("a second batch of another type was taken")
	}
	f.check(c.Rollback())
	if err := c.Append(f.Context(), table("unknown"), batch(1, ints(1))); err == nil {
		t.Error("an unknown table was taken")
	}
	f.check(c.Append(f.Context(), name, batch(0, ints(), texts())))
	f.equal(f.all(c, name))
}

func appendedRowsAreSeen(t *testing.T, f *fixture) {
	c := f.connect()
	first, second := f.create(c, "first", Int32), f.create(c, "second", Int32)
	f.check(c.Begin(f.Context()))
	for i := range 3 {
		f.check(c.Append(f.Context(), first, batch(1, ints(i))))
		f.check(c.Append(f.Context(), second, batch(1, ints(10+i))))
	}
	f.equal(f.all(c, first), "0", "1", "2")
	f.check(c.Append(f.Context(), first, batch(1, ints(3))))
	n, err := c.DeleteKeys(f.Context(), first, []int{0}, batch(2, ints(3, 0)))
	f.check(err)
	if n != 2 {
		t.Errorf("deleted %d rows", n)
	}
	f.check(c.Append(f.Context(), first, batch(1, ints(4))))
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, first), "1", "2", "4")
	f.equal(f.all(c, second), "10", "11", "12")
}

func truncateDeletesAll(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "emptied", Int32)
	f.check(c.Append(f.Context(), name, batch(5000, series(1, 5000))))
	f.check(c.Begin(f.Context()))
	f.check(c.Truncate(f.Context(), name))
	f.check(c.Append(f.Context(), name, batch(1, ints(7))))
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "7")
}

func longTexts(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "long", Int32, Text, List(Bytea))
	f.check(c.Begin(f.Context()))
	want := 0
	for i := range 20 {
		text := bytes.Repeat([]byte{'a' + byte(i)}, 1<<20+i)
		want += len(text)
		f.check(c.Append(f.Context(), name, batch(1, ints(i),
			engine.Column{Phys: Text, Ends: []uint32{uint32(len(text))}, Data: text},
			engine.Column{Phys: List(Bytea), Ends: []uint32{2}, Child: &engine.Column{
				Phys: Bytea, Ends: []uint32{uint32(len(text)), uint32(len(text))}, Data: text}})))
	}
	f.check(c.Commit(f.Context()))
	rows, err := c.Scan(f.Context(), name, nil)
	f.check(err)
	defer rows.Close()
	texts, elements := 0, 0
	for {
		b, err := rows.Next(f.Context())
		f.check(err)
		if b == nil {
			break
		}
		for i := range b.Len {
			text := b.Cols[1].Bytes(i)
			if letter := 'a' + byte(b.Cols[0].I32[i]); bytes.Count(text, []byte{letter}) != len(text) {
				t.Errorf("text %d is damaged", i)
			}
			texts += len(text)
		}
		elements += len(b.Cols[2].Child.Data)
	}
	if texts != want || elements != want {
		t.Errorf("%d bytes of text and %d of elements came back, want %d", texts, elements, want)
	}
}
