package plan

import "testing"

func TestQueriesAreLaidOutAsPostgresDoes(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT 1 AS a": "SELECT 1 AS a",
		"SELECT a, f(b, c) AS d, e FROM t, (SELECT x, y FROM z) u WHERE a IS DISTINCT FROM b GROUP BY a, b HAVING count(*) > 1 ORDER BY a, b LIMIT 1": "SELECT a,\n    f(b, c) AS d,\n    e\n" +
			"   FROM t,\n    (SELECT x, y FROM z) u\n  WHERE a IS DISTINCT FROM b\n  GROUP BY a, b\n HAVING count(*) > 1\n  ORDER BY a, b\n LIMIT 1",
		"SELECT left(a, 1), b FROM t LEFT JOIN u USING (a) NATURAL FULL JOIN v CROSS JOIN w JOIN x ON true": "SELECT left(a, 1),\n    b\n   FROM t\n     LEFT JOIN u USING (a)\n" +
			"     NATURAL FULL JOIN v\n     CROSS JOIN w\n     JOIN x ON true",
		"SELECT a FROM t UNION ALL SELECT b FROM u":                       "SELECT a\n   FROM t\nUNION ALL\n SELECT b\n   FROM u",
		`SELECT t."from", 'x, from y' FROM t`:                             "SELECT t.\"from\",\n    'x, from y'\n   FROM t",
		"SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), b FROM t": "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a),\n    b\n   FROM t",
		"WITH a AS (SELECT 1, 2) SELECT b, c FROM a":                      "WITH a AS (SELECT 1, 2)\n SELECT b,\n    c\n   FROM a",
		"VALUES (1, 2), (3, 4)":                                           "VALUES (1, 2), (3, 4)",
	} {
		if got := layOut(query); got != want {
			t.Errorf("%s is laid out as\n%s\ninstead of\n%s", query, got, want)
		}
	}
}
