// Command gen writes the tables of package pgcatalog from a PostgreSQL 15.
//
// It connects to the server that the connection string in its argument names
// (for example "host=127.0.0.1 user=postgres"), which must be a freshly
// initialised PostgreSQL 15, and writes one file per catalog into the folder
// data of the working directory. Run it by `go generate ./sql/analyze/pgcatalog`
// with PG15 set to the connection string.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// A catalog is written as the columns of its relation but for the left-out
// ones, with some replaced by an expression.
type catalog struct {
	name    string
	where   string
	replace map[string]string
}

const builtin = `%[1]s.typtype <> 'c' AND NOT EXISTS (SELECT 1 FROM pg_type el
	WHERE el.oid = %[1]s.typelem AND el.typtype = 'c' AND %[1]s.typcategory = 'A') AND %[1]s.typnamespace = 11`

var catalogs = []catalog{
	{name: "pg_type", where: fmt.Sprintf(builtin, "t"), replace: map[string]string{
		"typdefaultbin": "NULL::text", "typacl": "NULL::text[]"}},
	{name: "pg_proc", where: "t.pronamespace IN (11, 'information_schema'::regnamespace)", replace: map[string]string{
		"proargdefaults": "pg_get_expr(t.proargdefaults, 0)", "prosqlbody": "NULL::text", "proacl": "NULL::text[]", "probin": "NULL::text"}},
	{name: "pg_operator", where: "t.oprnamespace = 11"},
	{name: "pg_cast", where: `EXISTS (SELECT 1 FROM pg_type a WHERE a.oid = t.castsource AND a.typnamespace = 11)
		AND EXISTS (SELECT 1 FROM pg_type a WHERE a.oid = t.casttarget AND a.typnamespace = 11)`},
	{name: "pg_aggregate", where: "true"},
	{name: "pg_am", where: "true"},
	{name: "pg_opclass", where: "true"},
	{name: "pg_opfamily", where: "true"},
	{name: "pg_amop", where: "true"},
	{name: "pg_amproc", where: "true"},
	{name: "pg_range", where: "t.rngtypid < 10000"},
	{name: "pg_language", where: "true", replace: map[string]string{"lanacl": "NULL::text[]"}},
	{name: "pg_collation", where: "t.collname IN ('default', 'C', 'POSIX', 'ucs_basic')"},
}

// The physical forms that the readers understand: reg* columns are read by
// their OIDs.
func column(c catalog, name, typ string) string {
	if expr, ok := c.replace[name]; ok {
		return expr + " AS " + name
	}
	if strings.HasPrefix(typ, "reg") {
		return "t." + name + "::oid AS " + name
	}
	return "t." + name
}

func write(ctx context.Context, conn *pgx.Conn, c catalog) error {
	rows, err := conn.Query(ctx, `SELECT attname, atttypid::regtype::text, atttypid::int FROM pg_attribute
		WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, c.name)
	if err != nil {
		return err
	}
	var header, cols []string
	for rows.Next() {
		var name, typ string
		var oid int
		if err := rows.Scan(&name, &typ, &oid); err != nil {
			return err
		}
		if typ == "pg_node_tree" || strings.HasPrefix(typ, "aclitem") {
			typ, oid = "text", 25
		}
		header = append(header, fmt.Sprintf("%s:%d", name, oid))
		cols = append(cols, column(c, name, typ))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	var buf bytes.Buffer
	buf.WriteString(strings.Join(header, "\t") + "\n")
	_, err = conn.PgConn().CopyTo(ctx, &buf, fmt.Sprintf("COPY (SELECT %s FROM %s t WHERE %s ORDER BY 1, 2) TO STDOUT",
		strings.Join(cols, ", "), c.name, c.where))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("data", c.name+".tsv"), buf.Bytes(), 0o644)
}

func run(ctx context.Context) error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: gen CONNECTION-STRING")
	}
	conn, err := pgx.Connect(ctx, os.Args[1])
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for _, c := range catalogs {
		if err := write(ctx, conn, c); err != nil {
			return fmt.Errorf("writing %s: %w", c.name, err)
		}
	}
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Panic(err)
	}
}
