package exec

import (
	"context"
	"fmt"
	"strings"

	"culvert/catalog"
	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// Foreign keys are checked when the rows are in the table, as PostgreSQL does at
// the end of the statement (ri_triggers.c): so a row may refer to one that the
// statement itself adds.

// attnumNames are the names of columns in checks.
func attnumNames(attnums []int16) []string {
	out := make([]string, len(attnums))
	for i, n := range attnums {
		out[i] = catalog.AttnumName(n)
	}
	return out
}

// pairs joins what format makes of the columns of two keys: %[1]s and %[2]s.
func pairs(a, b []string, format, sep string) string {
	out := make([]string, len(a))
	for i := range a {
		out[i] = fmt.Sprintf(format, a[i], b[i])
	}
	return strings.Join(out, sep)
}

// columnNames are the users' names of columns.
func columnNames(o *catalog.Object, attnums []int16) string {
	own, _ := o.Own()
	out := make([]string, len(attnums))
	for i, n := range attnums {
		out[i] = o.Columns[own.ColumnByAttnum(n)].Name
	}
	return strings.Join(out, ", ")
}

// changes tells whether the write changes columns, by attribute number.
func (w *writer) changes(attnums []int16) bool {
	columns := make([]int, len(attnums))
	for i, n := range attnums {
		columns[i] = w.own.ColumnByAttnum(n)
	}
	return w.touches(columns)
}

// references checks the foreign keys that a write concerns, on both sides.
type references struct{ *writer }

// checkForeignKeys checks that what new rows refer to is there (RI_FKey_check).
func (w references) checkForeignKeys(ctx context.Context) error {
	if w.Kind == query.Delete {
		return nil
	}
	for i := range w.own.ForeignKeys {
		if key := &w.own.ForeignKeys[i]; w.changes(key.Columns) {
			if err := w.checkForeignKey(ctx, key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w references) checkForeignKey(ctx context.Context, key *catalog.ForeignKey) error {
	columns, refs := attnumNames(key.Columns), attnumNames(key.RefColumns)
	stage := named(query.StageObject)
	message := pgerr.New(pgerr.ForeignKeyViolation, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", w.table.Name, key.Name)
	if key.Match == 'f' && len(columns) > 1 {
		mixed, err := w.first(ctx, fmt.Sprintf("SELECT 1 FROM %s s WHERE (%s) AND NOT (%s) LIMIT 1", stage,
			each(columns, "s.%[1]s IS NULL", " OR "), each(columns, "s.%[1]s IS NULL", " AND ")))
		if err != nil {
			return err
		}
		if mixed != nil {
			return w.violation(message.WithDetail("MATCH FULL does not allow mixing of null and nonnull key values."), w.table, key.Name)
		}
	}
	values, err := w.first(ctx, fmt.Sprintf("SELECT %s FROM %s s WHERE %s AND NOT EXISTS (SELECT FROM %s p WHERE %s) LIMIT 1",
		each(columns, "s.%[1]s", ", "), stage, each(columns, "s.%[1]s IS NOT NULL", " AND "), named(string(key.Ref)),
		pairs(refs, columns, "p.%[1]s = s.%[2]s", " AND ")))
	if err != nil || values == nil {
		return err
	}
	return w.violation(message.WithDetail("Key (%s)=(%s) is not present in table \"%s\".", columnNames(w.table, key.Columns), valueList(values),
		w.s.catalog().Object(key.Ref).Name), w.table, key.Name)
}

// references are the foreign keys that refer to what the write takes away.
func (w references) find() []catalog.Reference {
	if w.Kind == query.Insert && !w.updates() {
		return nil
	}
	var out []catalog.Reference
	for _, r := range w.s.catalog().Referencing(w.table.ID) {
		if w.Kind == query.Delete || w.changes(r.Key.RefColumns) {
			out = append(out, r)
		}
	}
	return out
}

// stageOld stages the rows of the table that are to go.
func (w references) stageOld(ctx context.Context) error {
	var columns []string
	for _, c := range w.own.Columns {
		columns = append(columns, "t."+c.ColumnName())
	}
	_, err := w.stageText(ctx, fmt.Sprintf("SELECT %s, t.rowid FROM %s t JOIN %s s ON s.rowid = t.rowid", strings.Join(columns, ", "),
		named(string(w.table.ID)), named(query.StageObject)), "old")
	return err
}

// gone is the FROM clause of the rows whose key is not what it was, o, and of
// what became of them, n.
func (w references) gone(old, now string, refs []string) (from, where string) {
	if w.Kind == query.Delete {
		return named(old) + " o", "TRUE"
	}
	return named(old) + " o JOIN " + named(now) + " n ON n.rowid = o.rowid",
		"(" + each(refs, "n.%[1]s IS DISTINCT FROM o.%[1]s", " OR ") + ")"
}

// followReferences does what foreign keys say of the rows that refer to those
// that went (RI_FKey_noaction_del and its like).
func (w references) followReferences(ctx context.Context, refs []catalog.Reference) error {
	for _, r := range refs {
		action := r.Key.OnDelete
		if w.Kind != query.Delete {
			action = r.Key.OnUpdate
		}
		var err error
		switch action {
		case 'c', 'n', 'd':
			err = w.cascade(ctx, r, action)
		default:
			err = w.checkReference(ctx, r, action)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkReference fails when a row still refers to one that went, unless another
// has its key by now. RESTRICT does not look for another.
func (w references) checkReference(ctx context.Context, r catalog.Reference, action byte) error {
	columns, refs := attnumNames(r.Key.Columns), attnumNames(r.Key.RefColumns)
	from, where := w.gone(stageOld, query.StageObject, refs)
	text := fmt.Sprintf("SELECT %s FROM %s JOIN %s c ON %s WHERE %s", each(refs, "o.%[1]s", ", "), from, named(string(r.Table.ID)),
		pairs(columns, refs, "c.%[1]s = o.%[2]s", " AND "), where)
	if action != 'r' {
		text += fmt.Sprintf(" AND NOT EXISTS (SELECT FROM %s p WHERE %s)", named(string(w.table.ID)), each(refs, "p.%[1]s = o.%[1]s", " AND "))
	}
	values, err := w.first(ctx, text+" LIMIT 1")
	if err != nil || values == nil {
		return err
	}
	return w.violation(pgerr.New(pgerr.ForeignKeyViolation, "update or delete on table \"%s\" violates foreign key constraint \"%s\" on table \"%s\"",
		w.table.Name, r.Key.Name, r.Table.Name).
		WithDetail("Key (%s)=(%s) is still referenced from table \"%s\".", columnNames(w.table, r.Key.RefColumns), valueList(values), r.Table.Name),
		r.Table, r.Key.Name)
}

// cascade writes to the table that refers to rows that went.
func (w references) cascade(ctx context.Context, r catalog.Reference, action byte) error {
	columns, refs := attnumNames(r.Key.Columns), attnumNames(r.Key.RefColumns)
	from, where := w.gone(causeOld, causeNew, refs)
	where += " AND " + pairs(columns, refs, "c.%[1]s = o.%[2]s", " AND ")
	target := named(targetPrefix+string(r.Table.ID)) + " c"
	var text string
	switch {
	case action == 'c' && w.Kind == query.Delete:
		text = fmt.Sprintf("DELETE FROM %s USING %s WHERE %s", target, from, where)
	case action == 'c':
		text = fmt.Sprintf("UPDATE %s SET %s FROM %s WHERE %s", target, pairs(columns, refs, "%[1]s = n.%[2]s", ", "), from, where)
	case action == 'n':
		text = fmt.Sprintf("UPDATE %s SET %s FROM %s WHERE %s", target, each(columns, "%[1]s = NULL", ", "), from, where)
	default:
		text = fmt.Sprintf("UPDATE %s SET %s FROM %s WHERE %s", target, each(columns, "%[1]s = DEFAULT", ", "), from, where)
	}
	c, err := w.prepare(text)
	if err != nil {
		return err
	}
	base, err := w.fill(c)
	if err != nil {
		return err
	}
	child := newWriter(w.s, c.analyzed.Write, base, w.place+"c")
	child.depth = w.depth + 1
	if err := child.run(ctx); err != nil {
		return err
	}
	return child.drop(ctx)
}
