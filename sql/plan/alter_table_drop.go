package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// nextPhysical names the next place of a table's rows.
func nextPhysical(o *catalog.Object) string {
	own, _ := o.Own()
	head, generation, _ := strings.Cut(own.Physical, "_")
	n, _ := strconv.Atoi(generation) // made by newTable or here
	return fmt.Sprint(head, "_", n+1)
}

// attnumWords finds the columns in a stored expression.
var attnumWords = regexp.MustCompile(`\bc[0-9]+\b`)

func mentions(text string, attnum int16) bool {
	return slices.Contains(attnumWords.FindAllString(text, -1), catalog.AttnumName(attnum))
}

// generatedFrom names a generated column that is computed from a column.
func (b *tableBuilder) generatedFrom(attnum int16) string {
	for i, c := range b.own.Columns {
		if c.Attnum != attnum && mentions(c.Generated, attnum) {
			return b.table.Columns[i].Name
		}
	}
	return ""
}

// stillNeeded is the answer to a DROP of what others depend on.
func (a *alterer) stillNeeded(what, detail string, args ...any) error {
	preposition := map[bool]string{true: "on", false: "of"}[strings.HasPrefix(what, "constraint")]
	if a.cascade {
		return pgerr.New(pgerr.FeatureNotSupported, "ALTER TABLE ... CASCADE of what other objects depend on is not supported").
			WithDetail(detail, args...).WithHint("Drop those objects first.")
	}
	return pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop %s %s table %s because other objects depend on it", what, preposition, a.table.Name).
		WithDetail(detail, args...).WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
}

// dropColumn drops a column with the constraints that name it.
func (a *alterer) dropColumn(cmd *pg_query.AlterTableCmd) error {
	i := a.columnNamed(cmd.Name)
	if i < 0 {
		if cmd.MissingOk {
			a.env.Notice(pgerr.Notice("column \"%s\" of relation \"%s\" does not exist, skipping", cmd.Name, a.table.Name))
			return nil
		}
		_, err := a.column(cmd.Name)
		return err
	}
	attnum := a.own.Columns[i].Attnum
	what := "column " + cmd.Name
	if view := a.view(); view != nil {
		return a.stillNeeded(what, "view %s depends on table %s", view.Name, a.table.Name)
	}
	if generated := a.generatedFrom(attnum); generated != "" {
		return a.stillNeeded(what, "column %s of table %s depends on column %s of table %s", generated, a.table.Name, cmd.Name, a.table.Name)
	}
	for _, r := range a.env.Catalog.Referencing(a.table.ID) {
		if slices.Contains(r.Key.RefColumns, attnum) && r.Table.ID != a.table.ID {
			return a.stillNeeded(what, "constraint %s on table %s depends on column %s of table %s", r.Key.Name, r.Table.Name, cmd.Name, a.table.Name)
		}
	}
	a.own.Checks = slices.DeleteFunc(a.own.Checks, func(c catalog.Check) bool { return mentions(c.Expr, attnum) })
	a.own.ForeignKeys = slices.DeleteFunc(a.own.ForeignKeys, func(k catalog.ForeignKey) bool {
		return slices.Contains(k.Columns, attnum) || k.Ref == a.table.ID && slices.Contains(k.RefColumns, attnum)
	})
	a.dropSequences(attnum)
	a.dropIndexes(i)
	a.table.Keys = slices.DeleteFunc(a.table.Keys, func(k catalog.Key) bool { return slices.Contains(k.Columns, i) })
	for n, k := range a.table.Keys {
		a.table.Keys[n].Columns = behind(k.Columns, i)
	}
	a.table.Columns = slices.Delete(a.table.Columns, i, i+1)
	a.own.Columns = slices.Delete(a.own.Columns, i, i+1)
	return nil
}

// behind moves indexes of columns when column i goes.
func behind(columns []int, i int) []int {
	out := slices.Clone(columns)
	for n := range out {
		if out[n] > i {
			out[n]--
		}
	}
	return out
}

// dropSequences drops the sequences that a column owns.
func (a *alterer) dropSequences(attnum int16) {
	for _, o := range ownedSequences(a.env.Catalog, a.table.ID) {
		if o.Def.(*catalog.Sequence).Attnum == attnum {
			a.plan.Drop = append(a.plan.Drop, o)
		}
	}
}

// dropIndexes drops the indexes on a column, and moves those on the columns behind.
func (a *alterer) dropIndexes(i int) {
	for _, o := range a.env.Catalog.Users(a.table.ID) {
		index, ok := o.Def.(*catalog.Index)
		if !ok {
			continue
		}
		if slices.ContainsFunc(index.Keys, func(k catalog.IndexKey) bool { return k.Column == i || k.Column < 0 }) {
			a.plan.Drop = append(a.plan.Drop, o)
		}
	}
	a.plan.moved = append(a.plan.moved, i)
}

// indexesMoved gives an index the places that its columns have now.
func (a *alterer) indexesMoved(o *catalog.Object) bool {
	old, ok := o.Def.(*catalog.Index)
	if !ok || len(a.plan.moved) == 0 {
		return false
	}
	index := *old
	index.Keys = slices.Clone(old.Keys)
	for _, i := range a.plan.moved {
		for n := range index.Keys {
			if index.Keys[n].Column > i {
				index.Keys[n].Column--
			}
		}
	}
	o.Def = &index
	return true
}

// dropConstraint drops a constraint by name.
func (a *alterer) dropConstraint(cmd *pg_query.AlterTableCmd) error {
	if !a.constraintNamed(cmd.Name) {
		if cmd.MissingOk {
			a.env.Notice(pgerr.Notice("constraint \"%s\" of relation \"%s\" does not exist, skipping", cmd.Name, a.table.Name))
			return nil
		}
		return pgerr.New(pgerr.UndefinedObject, "constraint \"%s\" of relation \"%s\" does not exist", cmd.Name, a.table.Name)
	}
	for _, k := range a.table.Keys {
		if k.Name != cmd.Name {
			continue
		}
		for _, r := range a.env.Catalog.Referencing(a.table.ID) {
			if a.restsOn(k, r.Key) {
				return a.stillNeeded("constraint "+k.Name, "constraint %s on table %s depends on index %s", r.Key.Name, r.Table.Name, k.Name)
			}
		}
	}
	a.table.Keys = slices.DeleteFunc(a.table.Keys, func(k catalog.Key) bool { return k.Name == cmd.Name })
	a.own.Checks = slices.DeleteFunc(a.own.Checks, func(c catalog.Check) bool { return c.Name == cmd.Name })
	a.own.ForeignKeys = slices.DeleteFunc(a.own.ForeignKeys, func(k catalog.ForeignKey) bool { return k.Name == cmd.Name })
	return nil
}

// restsOn tells whether a foreign key refers to the columns of a key.
func (a *alterer) restsOn(k catalog.Key, key *catalog.ForeignKey) bool {
	var attnums []int16
	for _, i := range k.Columns {
		attnums = append(attnums, a.own.Columns[i].Attnum)
	}
	return slices.Equal(slices.Sorted(slices.Values(attnums)), slices.Sorted(slices.Values(key.RefColumns)))
}

// renameInTable is RENAME COLUMN and RENAME CONSTRAINT.
func renameInTable(st *ast.Utility, env *Env, node *pg_query.RenameStmt) (Plan, error) {
	constraint := node.RenameType == pg_query.ObjectType_OBJECT_TABCONSTRAINT
	if !constraint && (node.RenameType != pg_query.ObjectType_OBJECT_COLUMN || node.RelationType != pg_query.ObjectType_OBJECT_TABLE) {
		return nil, Unsupported(st)
	}
	old, err := alteredTable(env, &st.Postgres, node.Relation, node.MissingOk)
	if old == nil || err != nil {
		return &Nothing{}, err
	}
	a := &alterer{tableBuilder: changeTable(env, &st.Postgres, old), plan: &AlterTable{Old: old, Values: map[int16]string{}}}
	if constraint {
		if err := a.renameConstraint(node.Subname, node.Newname); err != nil {
			return nil, err
		}
		return a.finish()
	}
	i := a.columnNamed(node.Subname)
	if i < 0 {
		return nil, pgerr.New(pgerr.UndefinedColumn, "column \"%s\" does not exist", node.Subname)
	}
	if a.columnNamed(node.Newname) >= 0 {
		return nil, pgerr.New(pgerr.DuplicateColumn, "column \"%s\" of relation \"%s\" already exists", node.Newname, old.Name)
	}
	a.table.Columns[i].Name = node.Newname
	return a.finish()
}

func (a *alterer) renameConstraint(from, to string) error {
	switch {
	case !a.constraintNamed(from):
		return pgerr.New(pgerr.UndefinedObject, "constraint \"%s\" for table \"%s\" does not exist", from, a.table.Name)
	case a.constraintNamed(to):
		return pgerr.New(pgerr.DuplicateObject, "constraint \"%s\" for relation \"%s\" already exists", to, a.table.Name)
	}
	for i := range a.table.Keys {
		if a.table.Keys[i].Name == from {
			if relationNamed(a.env.Catalog, a.table.SchemaID, to) {
				return pgerr.New(pgerr.DuplicateTable, "relation \"%s\" already exists", to)
			}
			a.table.Keys[i].Name = to
		}
	}
	for i := range a.own.Checks {
		if a.own.Checks[i].Name == from {
			a.own.Checks[i].Name = to
		}
	}
	for i := range a.own.ForeignKeys {
		if a.own.ForeignKeys[i].Name == from {
			a.own.ForeignKeys[i].Name = to
		}
	}
	return nil
}
