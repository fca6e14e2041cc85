package exec

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"culvert/catalog"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
)

// alterTable changes a table in the session's transaction. Where the rows have to
// be others, they are written anew into another physical table.
func alterTable(ctx context.Context, s *Session, p *plan.AlterTable) error {
	draft, err := s.change(ctx, "ALTER TABLE")
	if err != nil {
		return err
	}
	old := &writer{Write: &query.Write{}, s: s, table: p.Old, place: "alter", base: engine.Statement{TimeZone: s.settings.get("TimeZone")}}
	old.own, _ = p.Old.Own()
	if p.Rewrite && len(p.Old.Columns) > 0 {
		text := fmt.Sprintf("SELECT %s FROM %s", each(ownNames(old.own), "%[1]s", ", "), named(string(p.Old.ID)))
		if _, err := old.stageText(ctx, text, "old"); err != nil {
			return err
		}
	}
	if p.Rewrite {
		if err := s.conn.CreateTable(ctx, ownDef(p.Table)); err != nil {
			return err
		}
	}
	var edits []catalog.Edit
	for _, o := range slices.Concat(p.Before, []*catalog.Object{p.Table}, p.After) {
		edits = append(edits, catalog.Edit{Put: o})
	}
	for _, o := range p.Drop {
		edits = append(edits, catalog.Edit{Drop: o.ID})
	}
	if err := s.apply(ctx, draft, edits...); err != nil {
		return err
	}
	if p.Rewrite {
		if err := rewriteRows(ctx, s, p, old); err != nil {
			return err
		}
		if err := s.conn.DropTable(ctx, old.own.PhysicalName()); err != nil {
			return err
		}
	}
	if err := validateTable(ctx, s, p); err != nil {
		return err
	}
	return old.drop(ctx)
}

func ownNames(own *catalog.OwnTable) []string {
	var out []string
	for _, c := range own.Columns {
		out = append(out, c.ColumnName())
	}
	return out
}

// rewriteRows inserts the staged rows of the old table into the new one.
func rewriteRows(ctx context.Context, s *Session, p *plan.AlterTable, old *writer) error {
	if len(p.Old.Columns) == 0 {
		return nil // a table without columns holds no rows that anything could be told of
	}
	own, _ := p.Table.Own()
	var columns, values []string
	for _, c := range own.Columns {
		if value := p.Values[c.Attnum]; value != "" {
			columns, values = append(columns, c.ColumnName()), append(values, value)
		}
	}
	text := fmt.Sprintf("INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s", named(targetPrefix+string(p.Table.ID)),
		strings.Join(columns, ", "), strings.Join(values, ", "), named(stageOld))
	c, err := old.prepare(text)
	if err != nil {
		return err
	}
	base, err := old.fill(c)
	if err != nil {
		return err
	}
	w := newWriter(s, c.analyzed.Write, base, "altered")
	w.rows = "rows"
	base.Query = w.Rows
	name := w.stageName(w.rows)
	w.staged = append(w.staged, name)
	if w.count, err = s.conn.Stage(ctx, base, name); err != nil {
		return err
	}
	if err := w.change(ctx); err != nil {
		return err
	}
	return w.drop(ctx)
}

// validateTable checks the rows for what the table demands from now on
// (ATRewriteTable and validateForeignKeyConstraint).
func validateTable(ctx context.Context, s *Session, p *plan.AlterTable) error {
	w := &writer{Write: &query.Write{}, s: s, table: p.Table, place: "valid", base: engine.Statement{TimeZone: s.settings.get("TimeZone")}}
	w.own, _ = p.Table.Own()
	from := named(string(p.Table.ID))
	for _, attnum := range p.NotNull {
		name := catalog.AttnumName(attnum)
		if found, err := w.first(ctx, fmt.Sprintf("SELECT 1 FROM %s WHERE %s IS NULL LIMIT 1", from, name)); err != nil || found != nil {
			return orViolation(err, func() *pgerr.Error {
				e := w.violation(pgerr.New(pgerr.NotNullViolation, "column \"%s\" of relation \"%s\" contains null values",
					p.Table.Columns[w.own.ColumnByAttnum(attnum)].Name, p.Table.Name), p.Table, "")
				e.Column = p.Table.Columns[w.own.ColumnByAttnum(attnum)].Name
				return e
			})
		}
	}
	for _, c := range p.Checks {
		if found, err := w.first(ctx, fmt.Sprintf("SELECT 1 FROM %s WHERE NOT (%s) LIMIT 1", from, c.Expr)); err != nil || found != nil {
			return orViolation(err, func() *pgerr.Error {
				return w.violation(pgerr.New(pgerr.CheckViolation, "check constraint \"%s\" of relation \"%s\" is violated by some row", c.Name, p.Table.Name), p.Table, c.Name)
			})
		}
	}
	if err := validateKeys(ctx, w, p.Keys); err != nil {
		return err
	}
	return validateForeignKeys(ctx, w, p.ForeignKeys)
}

func orViolation(err error, violation func() *pgerr.Error) error {
	if err != nil {
		return err
	}
	return violation()
}

func validateKeys(ctx context.Context, w *writer, keys []catalog.Key) error {
	for _, k := range keys {
		columns := w.keyColumns(k)
		list := strings.Join(columns, ", ")
		found, err := w.first(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1 LIMIT 1", list,
			named(string(w.table.ID)), each(columns, "%[1]s IS NOT NULL", " AND "), list))
		if err != nil || found != nil {
			return orViolation(err, func() *pgerr.Error {
				var names []string
				for _, i := range k.Columns {
					names = append(names, w.table.Columns[i].Name)
				}
				return w.violation(pgerr.New(pgerr.UniqueViolation, "could not create unique index \"%s\"", k.Name).
					WithDetail("Key (%s)=(%s) is duplicated.", strings.Join(names, ", "), valueList(found)), w.table, k.Name)
			})
		}
	}
	return nil
}

func validateForeignKeys(ctx context.Context, w *writer, keys []catalog.ForeignKey) error {
	for _, k := range keys {
		columns, refs := attnumNames(k.Columns), attnumNames(k.RefColumns)
		all, some := each(columns, "s.%[1]s IS NOT NULL", " AND "), each(columns, "s.%[1]s IS NOT NULL", " OR ")
		where := fmt.Sprintf("%s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s)", all, named(string(k.Ref)), pairs(columns, refs, "p.%[2]s = s.%[1]s", " AND "))
		if k.Match == 'f' {
			where = fmt.Sprintf("(%s) AND (NOT (%s) OR %s)", some, all, where)
		}
		found, err := w.first(ctx, fmt.Sprintf("SELECT %s FROM %s s WHERE %s LIMIT 1", each(columns, "s.%[1]s", ", "), named(string(w.table.ID)), where))
		if err != nil || found != nil {
			return orViolation(err, func() *pgerr.Error {
				var names []string
				for _, a := range k.Columns {
					names = append(names, w.table.Columns[w.own.ColumnByAttnum(a)].Name)
				}
				return w.violation(pgerr.New(pgerr.ForeignKeyViolation, "insert or update on table \"%s\" violates foreign key constraint \"%s\"", w.table.Name, k.Name).
					WithDetail("Key (%s)=(%s) is not present in table \"%s\".", strings.Join(names, ", "), valueList(found), w.s.catalog().Object(k.Ref).Name), w.table, k.Name)
			})
		}
	}
	return nil
}
