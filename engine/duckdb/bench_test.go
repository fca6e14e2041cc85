package duckdb

import (
	"context"
	"strconv"
	"testing"

	"culvert/engine"
	"culvert/engine/enginetest"
	"culvert/sql/types"
)

// accounts is a batch like pgbench_accounts: three integers and a text of 84
// bytes.
func accounts(from, n int) *engine.Batch {
	b := &engine.Batch{Len: n, Cols: make([]engine.Column, 4)}
	for i := range 3 {
		b.Cols[i] = engine.Column{Phys: enginetest.Int32, I32: make([]int32, n)}
	}
	b.Cols[3] = engine.Column{Phys: enginetest.Text, Ends: make([]uint32, n)}
	const letters = "abcdefghijklmnopqrstuvwxyz"
	for i := range n {
		b.Cols[0].I32[i] = int32(from + i)
		b.Cols[1].I32[i] = int32((from + i) / 100000)
		x := uint32(from+i) % 200000 * 2654435761
		for range 21 {
			x = x*1664525 + 1013904223
			k := x >> 16 % 22
			b.Cols[3].Data = append(b.Cols[3].Data, letters[k:k+4]...)
		}
		b.Cols[3].Ends[i] = uint32(len(b.Cols[3].Data))
	}
	return b
}

var accountsTable = engine.TableName{Schema: engine.SchemaData, Name: "accounts"}

func createAccounts(b *testing.B, c *conn) {
	b.Helper()
	def := engine.TableDef{Name: accountsTable}
	for i, p := range []types.Physical{enginetest.Int32, enginetest.Int32, enginetest.Int32, enginetest.Text} {
		def.Columns = append(def.Columns, engine.ColumnDef{Name: "c" + string(rune('1'+i)), Phys: p})
	}
	must(b, c.CreateTable(context.Background(), def))
}

func must(b testing.TB, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func fillAccounts(b *testing.B, c *conn, rows int) {
	b.Helper()
	const step = 122880
	for from := 0; from < rows; from += step {
		must(b, c.Append(context.Background(), accountsTable, accounts(from, min(step, rows-from))))
	}
}

func report(b *testing.B, rows int) {
	b.ReportMetric(float64(rows)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkAppend(b *testing.B) {
	c := connectTest(b, openTest(b))
	createAccounts(b, c)
	const rows = 10 * 122880
	batches := []*engine.Batch{}
	for from := 0; from < rows; from += 20480 {
		batches = append(batches, accounts(from, 20480))
	}
	ctx := context.Background()
	for b.Loop() {
		must(b, c.Begin(ctx))
		for _, batch := range batches {
			must(b, c.Append(ctx, accountsTable, batch))
		}
		must(b, c.Commit(ctx))
	}
	report(b, rows)
}

func BenchmarkScan(b *testing.B) {
	c := connectTest(b, openTest(b))
	createAccounts(b, c)
	const rows = 1000000
	fillAccounts(b, c, rows)
	ctx := context.Background()
	for b.Loop() {
		r, err := c.Scan(ctx, accountsTable, nil)
		must(b, err)
		n := 0
		for {
			batch, err := r.Next(ctx)
			must(b, err)
			if batch == nil {
				break
			}
			n += batch.Len
		}
		if n != rows {
			b.Fatalf("%d rows", n)
		}
		must(b, r.Close())
	}
	report(b, rows)
}

// BenchmarkReplace deletes and appends batches of keys that are spread over
// a table of a million rows, as applying changes does.
func BenchmarkReplace(b *testing.B) {
	for _, size := range []int{1, 10, 100, 1000, 10000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			c := connectTest(b, openTest(b))
			createAccounts(b, c)
			const rows = 1000000
			fillAccounts(b, c, rows)
			ctx := context.Background()
			batch := accounts(0, size)
			x := uint32(1)
			for b.Loop() {
				for i := range batch.Cols[0].I32 {
					x = x*1664525 + 1013904223
					batch.Cols[0].I32[i] = int32(x % rows)
				}
				must(b, c.Begin(ctx))
				_, err := c.DeleteKeys(ctx, accountsTable, []int{0}, &engine.Batch{Len: size, Cols: batch.Cols[:1]})
				must(b, err)
				must(b, c.Append(ctx, accountsTable, batch))
				must(b, c.Commit(ctx))
			}
			report(b, size)
		})
	}
}

// BenchmarkOne is SELECT 1 as a session runs it.
func BenchmarkOne(b *testing.B) {
	c := connectTest(b, openTest(b))
	st := selectOne("1")
	for b.Loop() {
		if out, err := runStatement(c, st); err != nil || len(out) != 1 {
			b.Fatal(out, err)
		}
	}
}

// BenchmarkPoint reads one row of a million by its key.
func BenchmarkPoint(b *testing.B) {
	c := connectTest(b, openTest(b))
	createAccounts(b, c)
	fillAccounts(b, c, 1000000)
	for b.Loop() {
		if out := mustRun(b, c, "SELECT c4 FROM cv.d.accounts WHERE c1 = 500000"); len(out) != 1 {
			b.Fatal(out)
		}
	}
}
