package wire_test

import (
	"testing"

	"culvert/engine"
	"culvert/server/wire"
	"culvert/sql/types"
)

// BenchmarkEncodeText measures rows like pgbench_accounts' in text format.
func BenchmarkEncodeText(b *testing.B) {
	const n = 2048
	batch := &engine.Batch{Len: n, Cols: []engine.Column{
		{Phys: types.Physical{Kind: types.KindInt32}, I32: make([]int32, n)},
		{Phys: types.Physical{Kind: types.KindInt64}, I64: make([]int64, n)},
		{Phys: types.Physical{Kind: types.KindTimestampTZ}, I64: make([]int64, n)},
		{Phys: types.Physical{Kind: types.KindText}, Ends: make([]uint32, n), Data: make([]byte, 20*n)},
	}}
	for i := range n {
		batch.Cols[0].I32[i] = int32(i * 1000)
		batch.Cols[1].I64[i] = int64(i) * 123456789
		batch.Cols[2].I64[i] = 1709202030123456 + int64(i)
		batch.Cols[3].Ends[i] = uint32(20 * (i + 1))
	}
	cols := []wire.Column{{Name: "a", Type: types.T(types.Int4OID)}, {Name: "b", Type: types.T(types.Int8OID)}, {Name: "c", Type: types.T(types.TimestamptzOID)}, {Name: "d", Type: types.T(types.TextOID)}}
	enc, err := wire.NewEncoder(cols, batch, nil, wire.Settings{ExtraFloatDigits: 1})
	if err != nil {
		b.Fatal(err)
	}
	var dst []byte
	b.ReportAllocs()
	rows := 0
	for b.Loop() {
		if dst, _, err = enc.Append(dst[:0], batch, 0, n, 1<<30); err != nil {
			b.Fatal(err)
		}
		rows += n
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
