// Command gen writes the shapes of PostgreSQL's system relations from a
// PostgreSQL 15: every relation of pg_catalog and information_schema, a line
// per column; and how PostgreSQL writes the arguments and results of functions.
//
// It connects to the server that the connection string in its argument names,
// which must be a freshly initialised PostgreSQL 15, and writes the files
// in the folder data of the working directory. Run it by
// `go generate ./catalog/systables` with PG15 set to the connection string.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// A column whose type is a domain has the domain's base type, as in
// RowDescription; arrays of rows are text[].
const shapes = `COPY (
	SELECT n.nspname, c.relname, c.oid, c.relkind, a.attname,
		CASE WHEN t.typname = '_pg_statistic' THEN 1009 WHEN t.typtype = 'd' THEN t.typbasetype::int ELSE t.oid::int END,
		CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END,
		a.attnotnull
	FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
		JOIN pg_type t ON t.oid = a.atttypid
	WHERE n.nspname IN ('pg_catalog', 'information_schema') AND c.relkind IN ('r', 'v') AND a.attnum > 0 AND NOT a.attisdropped
	ORDER BY n.nspname DESC, c.relname, a.attnum) TO STDOUT`

// functions are what psql's \\df shows of functions.
const functions = `COPY (
	SELECT p.oid, pg_get_function_result(p.oid), pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid)
	FROM pg_proc p WHERE p.pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY p.oid) TO STDOUT`

func run(ctx context.Context) error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: gen CONNECTION-STRING")
	}
	conn, err := pgx.Connect(ctx, os.Args[1])
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	for name, query := range map[string]string{"shapes.tsv": shapes, "functions.tsv": functions} {
		var buf bytes.Buffer
		if _, err := conn.PgConn().CopyTo(ctx, &buf, query); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join("data", name), buf.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := run(context.Background()); err != nil {
		log.Panic(err)
	}
}
