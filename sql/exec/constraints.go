package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"culvert/catalog"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// Constraints are checked by queries over the staged rows, which PostgreSQL's
// own triggers do for foreign keys. In their text, columns are c<attnum>.

// named is a relation of a check's text.
func named(name string) string { return `"` + analyze.IDSchema + `"."` + name + `"` }

// each joins what format makes of each column: %[1]s is its name.
func each(columns []string, format, sep string) string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = fmt.Sprintf(format, c)
	}
	return strings.Join(out, sep)
}

// keyColumns are the columns of a key, as checks call them.
func (w *writer) keyColumns(k catalog.Key) []string {
	out := make([]string, len(k.Columns))
	for i, c := range k.Columns {
		out[i] = w.own.Columns[c].ColumnName()
	}
	return out
}

// violation completes an error of a constraint with the fields of ErrorResponse.
func (w *writer) violation(e *pgerr.Error, table *catalog.Object, constraint string) *pgerr.Error {
	e.Schema, e.Table, e.Constraint = w.s.catalog().Schema(table.SchemaID).Name, table.Name, constraint
	return e
}

// checkRows checks NOT NULL and CHECK: the first row that breaks one tells which,
// in PostgreSQL's order (ExecConstraints).
func (w *writer) checkRows(ctx context.Context) error {
	var conditions []string
	var broken []func() *pgerr.Error
	for i, c := range w.table.Columns {
		if !c.NotNull {
			continue
		}
		conditions = append(conditions, w.own.Columns[i].ColumnName()+" IS NULL")
		broken = append(broken, func() *pgerr.Error {
			e := w.violation(pgerr.New(pgerr.NotNullViolation, "null value in column \"%s\" of relation \"%s\" violates not-null constraint",
				c.Name, w.table.Name), w.table, "")
			e.Column = c.Name
			return e
		})
	}
	checks := slices.SortedFunc(slices.Values(w.own.Checks), func(a, b catalog.Check) int { return strings.Compare(a.Name, b.Name) })
	for _, check := range checks {
		conditions = append(conditions, "("+check.Expr+") IS FALSE")
		broken = append(broken, func() *pgerr.Error {
			return w.violation(pgerr.New(pgerr.CheckViolation, "new row for relation \"%s\" violates check constraint \"%s\"",
				w.table.Name, check.Name), w.table, check.Name)
		})
	}
	if conditions == nil {
		return nil
	}
	var columns []string
	for _, c := range w.own.Columns {
		columns = append(columns, c.ColumnName())
	}
	values, err := w.first(ctx, fmt.Sprintf("SELECT %s, %s FROM %s WHERE %s LIMIT 1", strings.Join(conditions, ", "),
		strings.Join(columns, ", "), named(query.StageObject), strings.Join(conditions, " OR ")))
	if err != nil || values == nil {
		return err
	}
	which := slices.IndexFunc(values, func(v *string) bool { return v != nil && *v == "t" })
	return broken[which]().WithDetail("Failing row contains (%s).", rowText(values[len(conditions):]))
}

// maxShown is how much of a value an error shows (execMain.c, maxfieldlen).
const maxShown = 64

// rowText is ExecBuildSlotValueDescription.
func rowText(values []*string) string {
	out := make([]string, len(values))
	for i, v := range values {
		switch {
		case v == nil:
			out[i] = "null"
		case len(*v) <= maxShown:
			out[i] = *v
		default:
			n := maxShown
			for !utf8.RuneStart((*v)[n]) {
				n--
			}
			out[i] = (*v)[:n] + "..."
		}
	}
	return strings.Join(out, ", ")
}

func valueList(values []*string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = "null"
		if v != nil {
			out[i] = *v
		}
	}
	return strings.Join(out, ", ")
}

// touches tells whether the write changes any of the columns, by index.
func (w *writer) touches(columns []int) bool {
	return w.Kind == query.Insert || slices.ContainsFunc(columns, func(c int) bool {
		return slices.Contains(w.Set, c) || w.own.Columns[c].Generated != ""
	})
}

// checkKeys checks PRIMARY KEY and UNIQUE: the rows among themselves, and
// against those of the table that stay.
func (w *writer) checkKeys(ctx context.Context) error {
	for _, key := range w.table.Keys {
		if !w.touches(key.Columns) {
			continue
		}
		columns := w.keyColumns(key)
		if w.count > 1 {
			values, err := w.first(ctx, duplicates(columns, query.StageObject))
			if err != nil {
				return err
			}
			if values != nil {
				return w.duplicate(key, values)
			}
		}
		values, err := w.first(ctx, w.taken(columns, query.StageObject))
		if err != nil {
			return err
		}
		if values != nil {
			return w.duplicate(key, values)
		}
	}
	return nil
}

// duplicates finds a key that several staged rows have.
func duplicates(columns []string, stage string) string {
	return fmt.Sprintf("SELECT %s FROM %s s WHERE %s GROUP BY %s HAVING count(*) > 1 LIMIT 1", each(columns, "s.%[1]s", ", "),
		named(stage), each(columns, "s.%[1]s IS NOT NULL", " AND "), each(columns, "s.%[1]s", ", "))
}

// taken finds a key of a staged row that a row of the table has which stays.
func (w *writer) taken(columns []string, stage string) string {
	text := fmt.Sprintf("SELECT %s FROM %s s JOIN %s t ON %s", each(columns, "s.%[1]s", ", "), named(stage), named(string(w.table.ID)),
		each(columns, "s.%[1]s = t.%[1]s", " AND "))
	if w.Kind != query.Insert || w.updates() {
		text += fmt.Sprintf(" WHERE NOT EXISTS (SELECT FROM %s d WHERE d.rowid = t.rowid)", named(stage))
	}
	return text + " LIMIT 1"
}

func (w *writer) duplicate(key catalog.Key, values []*string) error {
	names := make([]string, len(key.Columns))
	for i, c := range key.Columns {
		names[i] = ast.QuoteIdent(w.table.Columns[c].Name)
	}
	return w.violation(pgerr.New(pgerr.UniqueViolation, "duplicate key value violates unique constraint \"%s\"", key.Name).
		WithDetail("Key (%s)=(%s) already exists.", strings.Join(names, ", "), valueList(values)), w.table, key.Name)
}

// resolveConflicts makes the rows to be written of those that ON CONFLICT proposes.
func (w *writer) resolveConflicts(ctx context.Context) (err error) {
	w.s.tx.upserts = true
	keys := w.Conflict.Keys
	if keys == nil {
		for i := range w.table.Keys {
			keys = append(keys, i)
		}
	}
	if w.Conflict.Update == nil {
		return w.leaveOut(ctx, keys)
	}
	values, err := w.first(ctx, duplicates(w.keyColumns(w.table.Keys[keys[0]]), query.ProposedObject))
	if err != nil {
		return err
	}
	if values != nil {
		return pgerr.New(pgerr.CardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time").
			WithHint("Ensure that no rows proposed for insertion within the same command have duplicate constrained values.")
	}
	if w.count, err = w.stage(ctx, w.Conflict.Update, "conflict", "rows"); err != nil {
		return err
	}
	w.rows = "rows"
	return w.checkRows(ctx)
}

// leaveOut is ON CONFLICT DO NOTHING: rows whose key is taken, or comes a second
// time, are left out.
func (w *writer) leaveOut(ctx context.Context, keys []int) (err error) {
	id := string(w.table.ID)
	var conditions []string
	repeated := 0
	for _, k := range keys {
		columns := w.keyColumns(w.table.Keys[k])
		same := each(columns, "s.%[1]s = t.%[1]s", " AND ")
		conditions = append(conditions, fmt.Sprintf("NOT EXISTS (SELECT FROM %s t WHERE %s)", named(id), same))
		values, err := w.first(ctx, duplicates(columns, query.ProposedObject))
		if err != nil {
			return err
		}
		if values != nil {
			repeated++
			conditions = append(conditions, fmt.Sprintf("NOT EXISTS (SELECT FROM %s t WHERE %s AND t.rowid < s.rowid)", named(stageOrder), same))
		}
	}
	if repeated > 0 && len(keys) > 1 { // which rows stay would depend on each other
		return pgerr.New(pgerr.FeatureNotSupported, "ON CONFLICT DO NOTHING over several keys of rows that repeat one is not supported").
			WithHint("Name the columns of the conflict.")
	}
	where := ""
	if conditions != nil {
		where = " WHERE " + strings.Join(conditions, " AND ")
	}
	var columns []string
	for _, c := range w.own.Columns {
		columns = append(columns, "s."+c.ColumnName())
	}
	text := fmt.Sprintf("SELECT %s, NULL::int8 FROM %s s%s", strings.Join(columns, ", "), named(stageOrder), where)
	if w.count, err = w.stageText(ctx, text, "rows"); err != nil {
		return err
	}
	w.rows = "rows"
	return nil
}
