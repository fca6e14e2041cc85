package plan

import (
	"slices"

	"culvert/catalog"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// A user's table stays when something goes that a default or a foreign key of it
// names: with CASCADE, only that goes.

// sequences drops the sequences that a table owns before it, and refuses to drop
// one that an identity column cannot be without.
func (d *dropper) sequences(object *catalog.Object) error {
	if seq, ok := object.Def.(*catalog.Sequence); ok {
		table := d.env.Catalog.Object(seq.OwnedBy)
		if seq.Identity && table != nil && table != d.owner && !slices.Contains(d.named, table) {
			return pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop sequence %s because column %s of table %s requires it",
				object.Name, ownedColumn(table, seq), table.Name).
				WithHint("You can drop column %s of table %s instead.", ownedColumn(table, seq), table.Name)
		}
		return nil
	}
	if _, ok := object.Own(); !ok {
		return nil
	}
	for _, o := range ownedSequences(d.env.Catalog, object.ID) {
		before := d.owner
		d.owner = object
		err := d.add(o)
		d.owner = before
		if err != nil {
			return err
		}
	}
	return nil
}

func ownedColumn(table *catalog.Object, seq *catalog.Sequence) string {
	own, _ := table.Own()
	if i := own.ColumnByAttnum(seq.Attnum); i >= 0 {
		return table.Columns[i].Name
	}
	return ""
}

// ownedSequences are the sequences that columns of a table own.
func ownedSequences(c *catalog.Catalog, table catalog.ID) []*catalog.Object {
	var list []*catalog.Object
	for _, o := range c.Objects() {
		if seq, ok := o.Def.(*catalog.Sequence); ok && seq.OwnedBy == table {
			list = append(list, o)
		}
	}
	return list
}

// keepsTable tells whether a user of an object that goes is a table that stays.
func (d *dropper) keepsTable(user *catalog.Object) bool {
	_, ok := user.Own()
	return ok
}

// detach takes from a table what refers to an object that goes.
func (d *dropper) detach(table, object *catalog.Object) error {
	if table == d.owner || slices.Contains(d.named, table) || slices.Contains(d.loose, table) && d.cascade {
		return nil
	}
	if !d.cascade {
		return tableStillUses(d.env, object, table)
	}
	d.loose = append(d.loose, table)
	return nil
}

// tableStillUses is the answer to a DROP of what a table refers to.
func tableStillUses(env *Env, object, table *catalog.Object) error {
	own, _ := table.Own()
	kind := kindText(object)
	e := pgerr.New(pgerr.DependentObjectsStillExist, "cannot drop %s %s because other objects depend on it", kind, ast.QuoteIdent(object.Name)).
		WithHint("Use DROP ... CASCADE to drop the dependent objects too.")
	for _, k := range own.ForeignKeys {
		if k.Ref == object.ID {
			return e.WithDetail("constraint %s on table %s depends on %s %s", k.Name, table.Name, kind, object.Name)
		}
	}
	for i, c := range own.Columns {
		if slices.Contains(usesOfText(c.Default), object.ID) {
			return e.WithDetail("default value for column %s of table %s depends on %s %s", table.Columns[i].Name, table.Name, kind, object.Name)
		}
	}
	return e.WithDetail("table %s depends on %s %s", table.Name, kind, object.Name)
}

// detached gives the tables that stay, without what refers to objects that go.
func (d *dropper) detached() ([]*catalog.Object, error) {
	gone := func(id catalog.ID) bool {
		return slices.ContainsFunc(d.order, func(o *catalog.Object) bool { return o.ID == id })
	}
	draft := catalog.NewDraft(d.env.Catalog)
	var list []*catalog.Object
	for _, table := range d.loose {
		if gone(table.ID) {
			continue
		}
		b := changeTable(d.env, nil, table)
		b.own.ForeignKeys = slices.DeleteFunc(b.own.ForeignKeys, func(k catalog.ForeignKey) bool {
			if !gone(k.Ref) {
				return false
			}
			d.env.Notice(pgerr.Notice("drop cascades to constraint %s on table %s", k.Name, table.Name))
			return true
		})
		for i := range b.own.Columns {
			c := &b.own.Columns[i]
			if slices.ContainsFunc(usesOfText(c.Default), gone) {
				d.env.Notice(pgerr.Notice("drop cascades to default value for column %s of table %s", b.table.Columns[i].Name, table.Name))
				c.Default = ""
			}
			if gone(c.Sequence) {
				c.Sequence = ""
			}
		}
		b.findUses()
		draft.Put(b.table)
		if err := renderOwnTable(draft.Catalog(), b.table); err != nil {
			return nil, err
		}
		list = append(list, b.table)
	}
	return list, nil
}

// changeTable begins a change of a table: a copy of its definition.
func changeTable(env *Env, st *ast.Postgres, table *catalog.Object) *tableBuilder {
	old, _ := table.Own()
	own, o := *old, *table
	own.Columns, own.Checks, own.ForeignKeys = slices.Clone(own.Columns), slices.Clone(own.Checks), slices.Clone(own.ForeignKeys)
	o.Columns, o.Keys, o.Def = slices.Clone(o.Columns), slices.Clone(o.Keys), &own
	return &tableBuilder{env: env, st: st, table: &o, own: &own}
}
