// Package dialect translates resolved queries (engine/query) to the SQL of
// DuckDB 1.5 by printing the tree, so that the answers are PostgreSQL's.
//
// Every expression is printed together with how DuckDB holds its value
// (types.Physical). Numerics come in two forms: DECIMAL(p,s), whose scale is
// the display scale that PostgreSQL shows, and text, where the display scale
// varies by row; texts are computed by native functions, compared through
// num_key and grouped through num_norm. Only functions and operators with an
// entry in this package reach the engine; the others are refused with 0A000.
package dialect

import (
	"fmt"
	"strconv"
	"strings"

	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// Options names the catalogs that translations refer to. The zero value is
// what the engine uses.
type Options struct {
	Data string // the data file's catalog; "" is cv
	Shim string // the in-memory catalog with macros and static relations; "" is shim
	// Stored: the rows go into a table, and each column is held as
	// types.PhysicalOf says.
	Stored bool
}

// Translation is a query in DuckDB's SQL.
type Translation struct {
	// SQL has parameters $1 to $n, each bound as VARCHAR with PostgreSQL's
	// canonical text, and output columns c1 to cn.
	SQL string
	// Columns tells how the engine holds each output column.
	Columns []types.Physical
	// Params has the parameters that SQL refers to, by index from 0, in order;
	// a parameter that the query does not mention is not in SQL.
	Params []int
	// Reads tells whether the query reads a relation.
	Reads bool
}

// maxSQL bounds the text of a translation: nested expressions can multiply it.
const maxSQL = 8 << 20

// Translate prints a query. tables maps the objects of query.Table entries to
// their physical tables. Errors are *pgerr.Error, 0A000 for what has no
// counterpart.
func Translate(q *query.Query, tables map[string]engine.TableName, opts Options) (tr *Translation, err error) {
	if opts.Data == "" {
		opts.Data = "cv"
	}
	if opts.Shim == "" {
		opts.Shim = "shim"
	}
	t := &translator{
		tables: tables, opts: opts,
		entries: map[*query.RangeEntry]*relation{}, ctes: map[*query.CTE]*relation{},
		known: newRegistry(),
	}
	defer func() {
		switch f := recover().(type) {
		case nil:
		case failure:
			tr, err = nil, f.err
		default:
			panic(f)
		}
	}()
	body := t.query(q, outermost)
	if len(body.sql) > maxSQL {
		return nil, pgerr.New(pgerr.StatementTooComplex, "statement is too complex")
	}
	sql, params := numberParams(body.sql)
	return &Translation{SQL: sql, Columns: body.cols, Params: params, Reads: t.reads}, nil
}

// paramMark stands on both sides of a parameter's index until the whole text is
// known: no literal of PostgreSQL can hold it.
const paramMark = "\x00"

// numberParams numbers the parameters that a text mentions, in order.
func numberParams(text string) (sql string, params []int) {
	var b strings.Builder
	numbers := map[string]int{}
	for i, part := range strings.Split(text, paramMark) {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		n, ok := numbers[part]
		if !ok {
			index, _ := strconv.Atoi(part)
			params = append(params, index)
			n = len(params)
			numbers[part] = n
		}
		b.WriteString("$" + strconv.Itoa(n))
	}
	return b.String(), params
}

// translator prints one statement.
type translator struct {
	known     registry
	tables    map[string]engine.TableName
	opts      Options
	entries   map[*query.RangeEntry]*relation
	ctes      map[*query.CTE]*relation
	names     int  // aliases given so far
	reads     bool // a relation was printed
	vars      int  // lambda variables given so far
	caseTests []expr
	groups    []groupPart // by nesting of queries
	outputs   []expr      // what OutputRef refers to
}

// relation is something in FROM with the alias it was given.
type relation struct {
	alias string
	cols  []physColumn
}

type physColumn struct {
	name string
	phys types.Physical
}

// expr is a printed expression and how DuckDB holds its value. Its text can
// stand anywhere: it is a call, a literal, a name or in brackets.
type expr struct {
	sql  string
	phys types.Physical
	null bool // the literal NULL, which fits every form
}

// failure carries an error out of the printer to Translate.
type failure struct{ err error }

func fail(code pgerr.Code, format string, args ...any) {
	panic(failure{pgerr.New(code, format, args...)})
}

func unsupported(format string, args ...any) {
	fail(pgerr.FeatureNotSupported, format, args...)
}

func (t *translator) alias(prefix string) string {
	t.names++
	return prefix + strconv.Itoa(t.names)
}

func (t *translator) lambda() string {
	t.vars++
	return "v" + strconv.Itoa(t.vars)
}

// bound refuses text that nested expressions have multiplied too often.
func (t *translator) bound(text string) string {
	if len(text) > maxSQL {
		fail(pgerr.StatementTooComplex, "statement is too complex")
	}
	return text
}

func quoteName(name string) string {
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func quoteText(text string) string {
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func columnName(i int) string { return "c" + strconv.Itoa(i+1) }

// fill puts arguments into a template: $1 to $9.
func fill(template string, args ...string) string {
	var b strings.Builder
	for i := 0; i < len(template); i++ {
		if c := template[i]; c == '$' && i+1 < len(template) && template[i+1] >= '1' && template[i+1] <= '9' {
			b.WriteString(args[template[i+1]-'1'])
			i++
			continue
		}
		b.WriteByte(template[i])
	}
	return b.String()
}

func joinSQL[T any](items []T, sep string, print func(T) string) string {
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(print(item))
	}
	return b.String()
}

func sprintf(format string, args ...any) string { return fmt.Sprintf(format, args...) }
