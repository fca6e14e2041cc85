package kafka

import (
	"maps"
	"slices"
	"testing"

	"culvert/connectors"
)

// TestOnlyWhatMovedIsStoredAgain: a batch stores the partitions that it has
// messages of, and the counts; not those of a hundred others.
func TestOnlyWhatMovedIsStoredAgain(t *testing.T) {
	t.Parallel()
	r := &run{stored: map[string]map[int32]connectors.Part{}}
	at := func(messages int64, positions ...int64) []connectors.Part {
		var all []connectors.Part
		for i, position := range positions {
			all = append(all, connectors.Part{Part: int32(i), Position: position})
		}
		all[0].Counts.Messages = messages
		return all
	}
	for _, step := range []struct {
		name          string
		source, table []connectors.Part
		wantSource    []int32
		wantTable     []int32
		lost          bool // the commit fails
	}{
		{name: "all is new", source: at(0, 0, 5, 7), table: at(0, 0, 5, 7), wantSource: []int32{0, 1, 2}, wantTable: []int32{0, 1, 2}},
		{name: "nothing moved", source: at(0, 0, 5, 7), table: at(0, 0, 5, 7)},
		{name: "one moved, and the counts", source: at(1, 0, 5, 8), table: at(0, 0, 5, 8), wantSource: []int32{0, 2}, wantTable: []int32{2}, lost: true},
		{name: "the commit before was none", source: at(1, 0, 5, 8), table: at(0, 0, 5, 8), wantSource: []int32{0, 2}, wantTable: []int32{2}},
		{name: "back to an earlier place", source: at(1, 0, 4, 8), table: at(0, 0, 4, 8), wantSource: []int32{1}, wantTable: []int32{1}},
		{name: "a partition more", source: at(1, 0, 4, 8, 0), table: at(0, 0, 4, 8, 0), wantSource: []int32{3}, wantTable: []int32{3}},
	} {
		moved := r.moved(map[string][]connectors.Part{"source": step.source, "table": step.table})
		for object, want := range map[string][]int32{"source": step.wantSource, "table": step.wantTable} {
			var got []int32
			for _, p := range moved[object] {
				got = append(got, p.Part)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s stores the partitions %d, not %d", step.name, object, got, want)
			}
		}
		if len(step.wantSource)+len(step.wantTable) == 0 && len(moved) != 0 {
			t.Errorf("%s: stores %v", step.name, slices.Collect(maps.Keys(moved)))
		}
		if !step.lost {
			r.keep(moved)
		}
	}
}
