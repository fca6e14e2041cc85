package differential_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// columnOf has the column of the table kinds for each type that PostgreSQL's own
// functions and operators take.
const columnOf = `
WITH held(typ, col) AS (SELECT a.atttypid::oid, '"' || a.attname || '"' FROM pg_attribute a WHERE a.attrelid = 'kinds'::regclass AND a.attnum > 0 AND a.attname NOT IN ('id', 'wide', 'dec', 'ts0')
	UNION ALL SELECT a.atttypid::oid, '(SELECT l."' || a.attname || '" FROM lists l WHERE l.id = TABLE.id)' FROM pg_attribute a WHERE a.attrelid = 'lists'::regclass AND a.attnum > 0 AND a.attname IN ('text', 'int4'))`

// Each has the operators, functions, casts and aggregates of PostgreSQL over the
// types of the table kinds. Of the functions only those that depend on their
// arguments alone, and not those behind operators and casts.
var each = map[string]string{
	"operator": `
SELECT format('%s %s %s', replace('a.' || l.col, 'a.(SELECT', '(SELECT'), o.oprname, replace('b.' || r.col, 'b.(SELECT', '(SELECT'))
FROM pg_operator o LEFT JOIN held l ON l.typ = o.oprleft JOIN held r ON r.typ = o.oprright
WHERE (o.oprleft = 0 OR l.typ IS NOT NULL) AND o.oprname NOT IN ('~<~', '~<=~', '~>~', '~>=~') ORDER BY 1`,
	"function": `
SELECT format('%I(%s)', p.proname, concat_ws(', ', replace('a.' || x.col, 'a.(SELECT', '(SELECT'), replace('b.' || y.col, 'b.(SELECT', '(SELECT')))
FROM pg_proc p LEFT JOIN held x ON x.typ = p.proargtypes[0] LEFT JOIN held y ON y.typ = p.proargtypes[1]
WHERE p.prokind = 'f' AND p.pronamespace = 'pg_catalog'::regnamespace AND p.pronargs IN (1, 2) AND p.provolatile = 'i' AND NOT p.proretset
	AND x.typ IS NOT NULL AND (p.pronargs = 1 OR y.typ IS NOT NULL) AND p.prorettype NOT IN ('internal'::regtype, 'cstring'::regtype)
	AND p.proname NOT IN ('bpcharcmp', 'pg_encoding_max_length') -- which system views call
	AND NOT EXISTS (SELECT FROM pg_operator o WHERE o.oprcode = p.oid) AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.castfunc = p.oid)
	AND NOT EXISTS (SELECT FROM pg_amproc m WHERE m.amproc = p.oid) AND NOT EXISTS (SELECT FROM pg_aggregate g WHERE p.oid IN (g.aggtransfn, g.aggfinalfn))
ORDER BY 1`,
	"cast": `
SELECT format('a.%s::%s', l.col, format_type(r.typ, NULL)) FROM held l, held r WHERE l.typ <> r.typ AND l.col NOT LIKE '(%' AND r.col NOT LIKE '(%' AND
	(EXISTS (SELECT FROM pg_cast c WHERE c.castsource = l.typ AND c.casttarget = r.typ) OR 'text'::regtype IN (l.typ, r.typ)) ORDER BY 1`,
	"aggregate": `
SELECT format('(SELECT %I(k.%s) FROM kinds k WHERE k.id %s)', p.proname, l.col, w) FROM pg_proc p JOIN held l ON l.typ = p.proargtypes[0], unnest(ARRAY['IN (1, 2, 6)', '< 8', '= 7', '= a.id']) w
WHERE p.prokind = 'a' AND p.pronargs = 1 AND l.col NOT LIKE '(%' ORDER BY 1`,
}

// Every call that PostgreSQL knows gives the same values here, or is refused
// with 0A000.
func TestEveryCallAgreesOrIsRefused(t *testing.T) {
	s := start(t)
	for kind, query := range each {
		t.Run(kind, func(t *testing.T) { s.everyCall(t, columnOf+query) })
	}
}

// everyCall evaluates the expressions that a query over PostgreSQL's catalogs
// gives, over all pairs of values; where that fails, over one pair at a time.
func (s *servers) everyCall(t *testing.T, query string) {
	rows, err := s.postgres.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	expressions, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(expressions) < 50 {
		t.Fatal(len(expressions), err)
	}
	refused := 0
	for _, e := range expressions {
		c := statement{sql: "SELECT a.id, b.id, " + strings.ReplaceAll(e, "TABLE.id", "a.id") + " AS x FROM kinds a, kinds b", textOnly: true, codeOnly: true}
		got := run(t.Context(), s.culvert, c)
		if isRefused(got) {
			refused++
		} else if want := run(t.Context(), s.postgres, c); want.err != nil || got.err != nil {
			s.pairs(t, c)
		} else {
			s.agree(t, c, want, got)
		}
	}
	t.Logf("%d expressions, %d refused", len(expressions), refused)
}

func isRefused(a answer) bool {
	pgErr, ok := errors.AsType[*pgconn.PgError](a.err)
	return ok && pgErr.Code == "0A000"
}

// pairs runs a statement for each row of a and, where it still fails, each of b.
func (s *servers) pairs(t *testing.T, c statement) {
	for a := 1; a <= 6; a++ {
		one := c
		one.sql = fmt.Sprintf("%s WHERE a.id = %d", c.sql, a)
		if !strings.Contains(c.sql, "b.\"") {
			s.compare(t, one)
			continue
		}
		want, got := run(t.Context(), s.postgres, one), run(t.Context(), s.culvert, one)
		if want.err == nil && got.err == nil {
			s.agree(t, one, want, got)
			continue
		}
		for b := 1; b <= 6; b++ {
			one.sql = fmt.Sprintf("%s WHERE a.id = %d AND b.id = %d", c.sql, a, b)
			s.compare(t, one)
		}
	}
}

// oddities are the calls where PostgreSQL's answer is no model, and why.
var oddities = map[string]string{
	`age(a."ts`:                "of an infinite time it computes with the number that stands for infinity; here that is an error",
	`date_trunc(a."text", b."`: "of an infinite time it does not look at the unit, whatever it is",
	`max(k."num")`:             "which of equal values is shown: docs/differences.md",
	`min(k."interval")`:        "which of equal values is shown: docs/differences.md",
	`a."char"::character`:      "the empty \"char\" becomes a zero byte, which no text can hold",
	`a."bpchar"::"char"`:       "the same",
}

func (s *servers) compare(t *testing.T, c statement) {
	s.agree(t, c, run(t.Context(), s.postgres, c), run(t.Context(), s.culvert, c))
}

// agree allows an error in the place of another one.
func (s *servers) agree(t *testing.T, c statement, want, got answer) {
	for part, why := range oddities {
		if strings.Contains(c.sql, part) && why != "" {
			return
		}
	}
	if isRefused(got) || want.err != nil && got.err != nil && internal(got.err) == "" {
		return
	}
	if want.String() != got.String() {
		t.Errorf("%s\n%s", c.sql, mismatch(want.String(), got.String()))
	}
}

// internal gives the text of an error that is no client's fault.
func internal(err error) string {
	if pgErr, ok := errors.AsType[*pgconn.PgError](err); ok && !strings.HasPrefix(pgErr.Code, "XX") {
		return ""
	}
	return err.Error()
}
