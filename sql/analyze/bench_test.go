package analyze

import (
	"testing"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

func BenchmarkQuery(b *testing.B) {
	cat := shop()
	for _, c := range []struct{ name, sql string }{
		{"constant", "SELECT 1"},
		{"lookup", "SELECT id, name FROM customers WHERE id = $1"},
		{"report", "SELECT c.name, sum(o.total), count(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE o.placed > now() - interval '1 day' GROUP BY c.name HAVING sum(o.total) > 10 ORDER BY 2 DESC LIMIT 10"},
	} {
		tree, err := pg_query.Parse(c.sql)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Query(Input{Stmt: tree.Stmts[0].Stmt, Text: c.sql}, cat); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
