// Package pgcatalog holds PostgreSQL 15's own catalogs of types, functions,
// operators, casts, aggregates and operator classes, as a freshly initialised
// server has them. The analyzer resolves queries with them, and the relations
// of pg_catalog show them.
//
// The files under data are generated: see gen.
package pgcatalog

//go:generate sh -c "go run ./gen \"$PG15\""

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"culvert/sql/types"
)

//go:embed data/*.tsv
var data embed.FS

// Null is the cell of a NULL. All other cells are the value's text form; those
// of reg* columns are OIDs in digits.
const Null = `\N`

// Column is a column of a catalog with its type.
type Column struct {
	Name string
	Type types.OID
}

// Table is a catalog with all its columns, in PostgreSQL's order, and rows.
// It is shared: read only.
type Table struct {
	Name    string
	Columns []Column
	Rows    [][]string
}

// Names lists the catalogs that Lookup knows.
func Names() []string {
	return []string{"pg_type", "pg_proc", "pg_operator", "pg_cast", "pg_aggregate", "pg_am", "pg_opclass",
		"pg_opfamily", "pg_amop", "pg_amproc", "pg_range", "pg_language", "pg_collation"}
}

var tables sync.Map // name to func() *Table

// Lookup gives a catalog by its name, such as pg_proc. The first call reads it;
// it is safe for concurrent use.
func Lookup(name string) (*Table, bool) {
	load, ok := tables.Load(name)
	if !ok {
		for _, known := range Names() {
			if known == name {
				load, _ = tables.LoadOrStore(name, sync.OnceValue(func() *Table { return read(name) }))
				return load.(func() *Table)(), true
			}
		}
		return nil, false
	}
	return load.(func() *Table)(), true
}

// read parses a file in COPY's text format below a header of name:type pairs.
// The files are part of the program, so that a bad one is a bug.
func read(name string) *Table {
	raw, err := data.ReadFile("data/" + name + ".tsv")
	if err != nil {
		panic(fmt.Sprintf("pgcatalog: %v", err))
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	t := &Table{Name: name, Rows: make([][]string, 0, len(lines)-1)}
	for _, col := range strings.Split(lines[0], "\t") {
		label, typ, _ := strings.Cut(col, ":")
		t.Columns = append(t.Columns, Column{Name: label, Type: types.OID(number(typ))})
	}
	for _, line := range lines[1:] {
		row := strings.Split(line, "\t")
		for i, cell := range row {
			if cell != Null && strings.Contains(cell, `\`) {
				row[i] = unescape.Replace(cell)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

var unescape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\b`, "\b", `\f`, "\f", `\v`, "\v")

func number(s string) int64 {
	if s == Null || s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		panic(fmt.Sprintf("pgcatalog: %v", err))
	}
	return n
}

// numbers reads an oidvector or an array of numbers.
func numbers(s string) []types.OID {
	if s == Null {
		return nil
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '{' || r == '}' })
	out := make([]types.OID, len(fields))
	for i, f := range fields {
		out[i] = types.OID(number(f))
	}
	return out
}

// reader reads rows by column names.
type reader struct {
	at  map[string]int
	row []string
}

func newReader(t *Table) *reader {
	r := &reader{at: make(map[string]int, len(t.Columns))}
	for i, c := range t.Columns {
		r.at[c.Name] = i
	}
	return r
}

func (r *reader) text(col string) string       { return r.row[r.at[col]] }
func (r *reader) oid(col string) types.OID     { return types.OID(number(r.text(col))) }
func (r *reader) int(col string) int           { return int(number(r.text(col))) }
func (r *reader) bool(col string) bool         { return r.text(col) == "t" }
func (r *reader) oids(col string) []types.OID  { return numbers(r.text(col)) }
func (r *reader) char(col string) byte         { return r.text(col)[0] }
func (r *reader) optional(col string) []string { return array(r.text(col)) }

// array reads a one-dimensional array of simple names and letters.
func array(s string) []string {
	if s == Null || s == "{}" {
		return nil
	}
	items := strings.Split(strings.Trim(s, "{}"), ",")
	for i, it := range items {
		items[i] = strings.Trim(it, `"`)
	}
	return items
}
