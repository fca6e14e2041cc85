package enginetest

import (
	"slices"
	"testing"

	"culvert/engine"
	"culvert/sql/types"
)

// deleted checks what a delete reports.
func (f *fixture) deleted(want int64) func(int64, error) {
	return func(n int64, err error) {
		f.Helper()
		f.check(err)
		if n != want {
			f.Errorf("deleted %d rows, want %d", n, want)
		}
	}
}

func deleteKeys(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "keyed", Int32, Text, Int32)
	f.check(c.Append(f.Context(), name, batch(5, ints(1, 1, 2, 2, 3), texts("a", "b", "a", "a", "c"), ints(1, 2, 3, 4, 5))))
	f.deleted(2)(c.DeleteKeys(f.Context(), name, []int{1, 0}, batch(2, texts("a", "zz"), ints(2, 3))))
	f.equal(f.all(c, name), "1|a|1", "1|b|2", "3|c|5")
	f.deleted(0)(c.DeleteKeys(f.Context(), name, []int{0}, batch(0, ints())))
	f.deleted(2)(c.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(1))))
	f.equal(f.all(c, name), "3|c|5")
	if _, err := c.DeleteKeys(f.Context(), name, []int{3}, batch(1, ints(1))); err == nil {
		t.Error("an unknown column was taken")
	}
}

func deleteNullKeys(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "nullable", Int32, Text)
	f.check(c.Append(f.Context(), name, batch(5, ints(1, nil, nil, 4, nil), texts("a", "b", nil, nil, nil))))
	f.deleted(3)(c.DeleteKeys(f.Context(), name, []int{0, 1}, batch(2, ints(nil, 4), texts(nil, nil))))
	f.equal(f.all(c, name), "1|a", "∅|b")
	f.deleted(1)(c.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(nil))))
	f.equal(f.all(c, name), "1|a")
}

func deleteDuplicateKeys(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "twice", Int32)
	f.check(c.Append(f.Context(), name, batch(4, ints(1, 2, 2, nil))))
	f.deleted(3)(c.DeleteKeys(f.Context(), name, []int{0}, batch(5, ints(2, 2, nil, nil, 2))))
	f.equal(f.all(c, name), "1")
}

func deleteTypedKeys(t *testing.T, f *fixture) {
	c := f.connect()
	const n = 3000
	for i, p := range EveryType() {
		if p.Kind == types.KindBool {
			continue
		}
		name := f.create(c, "typed"+string(rune('a'+i)), p, Int32)
		rows := batch(n, Values(p, n, 0, 7), series(1, n))
		f.check(c.Append(f.Context(), name, rows))
		keys := batch(1000, Values(p, 1000, 0, 7))
		gone := map[string]bool{}
		for k := range keys.Len {
			gone[Show(&keys.Cols[0], k)] = true
		}
		want := []string{}
		for k := range n {
			if !gone[Show(&rows.Cols[0], k)] {
				want = append(want, Line(rows, k))
			}
		}
		slices.Sort(want)
		f.deleted(int64(n - len(want)))(c.DeleteKeys(f.Context(), name, []int{0}, keys))
		f.equal(f.all(c, name), want...)
	}
}

func deleteCopies(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "copies", Int32, Text)
	f.check(c.Append(f.Context(), name, batch(9,
		ints(1, 1, 1, 2, 2, nil, nil, 3, 1), texts("a", "a", "a", "b", "b", nil, nil, "c", "z"))))
	f.deleted(5)(c.DeleteCopies(f.Context(), name,
		batch(4, ints(1, 2, nil, 9), texts("a", "b", nil, "x")), []int64{2, 5, 1, 1}))
	f.equal(f.all(c, name), "1|a", "1|z", "3|c", "∅|∅")

	f.check(c.Begin(f.Context()))
	f.check(c.Append(f.Context(), name, batch(2, ints(1, 1), texts("a", "a"))))
	f.deleted(2)(c.DeleteCopies(f.Context(), name, batch(1, ints(1), texts("a")), []int64{2}))
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "1|a", "1|z", "3|c", "∅|∅")

	lists := f.create(c, "lists", List(Int32), types.Physical{Kind: types.KindFloat64})
	rows := batch(4, engine.Column{Phys: List(Int32), Ends: []uint32{2, 4, 6, 6}, Child: new(ints(1, nil, 1, nil, 1, 2))},
		engine.Column{Phys: types.Physical{Kind: types.KindFloat64}, F64: []float64{1, 1, 1, 1}})
	f.check(c.Append(f.Context(), lists, rows))
	f.deleted(1)(c.DeleteCopies(f.Context(), lists, rows, []int64{1, 0, 0, 0}))
	f.equal(f.all(c, lists), "[1 2]|1", "[1 ∅]|1", "[]|1")
}

func deleteInsert(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "again", Int32, Text)
	f.check(c.Append(f.Context(), name, batch(1, ints(1), texts("old"))))
	f.check(c.Begin(f.Context()))
	for _, value := range []string{"new", "newer"} {
		f.deleted(1)(c.DeleteKeys(f.Context(), name, []int{0}, batch(1, ints(1))))
		f.check(c.Append(f.Context(), name, batch(1, ints(1), texts(value))))
	}
	f.check(c.Commit(f.Context()))
	f.equal(f.all(c, name), "1|newer")
}

func fetchByKeys(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "fetched", Int32, Text)
	f.check(c.Append(f.Context(), name, batch(4, ints(1, 2, nil, 2), texts("a", "b", "c", nil))))
	rows, err := c.FetchByKeys(f.Context(), name, []int{0}, batch(4, ints(2, nil, 2, 8)))
	f.check(err)
	f.equal(f.sorted(rows), "2|b", "2|∅", "∅|c")
	rows, err = c.FetchByKeys(f.Context(), name, []int{0}, batch(0, ints()))
	f.check(err)
	f.equal(f.sorted(rows))
}

func fetchReusesKeys(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "reused", Int32)
	f.check(c.Append(f.Context(), name, batch(10000, series(1, 10000))))
	keys := batch(10000, series(1, 10000))
	rows, err := c.FetchByKeys(f.Context(), name, []int{0}, keys)
	f.check(err)
	clear(keys.Cols[0].I32)
	if n := len(f.sorted(rows)); n != 10000 {
		t.Errorf("%d rows", n)
	}
}

func scanMatches(t *testing.T, f *fixture) {
	c := f.connect()
	name := f.create(c, "matched", Int32, Text)
	f.check(c.Append(f.Context(), name, batch(3, ints(1, 2, nil), texts("a", "b", "b"))))
	for _, test := range []struct {
		match *engine.Match
		want  []string
	}{
		{&engine.Match{Cols: []int{1}, Key: batch(1, texts("b"))}, []string{"2|b", "∅|b"}},
		{&engine.Match{Cols: []int{1, 0}, Key: batch(1, texts("b"), ints(nil))}, []string{"∅|b"}},
		{&engine.Match{Cols: []int{0}, Key: batch(1, ints(5))}, nil},
	} {
		rows, err := c.Scan(f.Context(), name, test.match)
		f.check(err)
		f.equal(f.sorted(rows), test.want...)
	}
}
