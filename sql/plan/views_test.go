package plan

import (
	"culvert/catalog"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// relations are those of a world for the analysis of views' queries.
type relations struct{ *world }

// Relation finds a relation of a user's.
func (r relations) Relation(schema, name string) (*analyze.Relation, bool) {
	st := &ast.ShowObjects{}
	object, err := r.env().lookup(st, ast.ObjectName{Schema: schema, Item: name, Pos: ast.NoPos})
	if err != nil || object == nil || !object.IsRelation() {
		return nil, false
	}
	rel := &analyze.Relation{
		ID: string(object.ID), OID: object.ID.OID(), Schema: catalog.PublicSchema, Name: object.Name, Kind: 'r',
		Table: &query.Table{Object: string(object.ID)},
	}
	for _, c := range object.Columns {
		rel.Columns = append(rel.Columns, analyze.RelColumn{Name: c.Name, Type: c.Type, Attnum: int16(len(rel.Columns) + 1)})
	}
	return rel, true
}

// SchemaExists tells whether a schema exists.
func (r relations) SchemaExists(name string) bool { return r.env().Catalog.SchemaNamed(name) != nil }

// view analyzes the query of a view.
func (w *world) view(st ast.Source, tree ast.Tree, names []string) (*analyze.ViewQuery, error) {
	found, err := analyze.ViewOf(analyze.Input{Stmt: tree.Node, Text: tree.Text}, relations{w}, names)
	if e := pgerr.From(err); err != nil && e.Position > 0 {
		e.Position += st.At(tree.Offset) - 1
	}
	return found, err
}
