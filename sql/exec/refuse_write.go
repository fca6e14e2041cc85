package exec

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// write is a kind of statement that changes rows, in PostgreSQL's words.
type write struct {
	view  string // cannot … "v"
	table string // table "t" does not allow …
}

var writes = map[ast.Kind]write{
	ast.KindInsert:   {"insert into view", "inserts"},
	ast.KindUpdate:   {"update view", "updates"},
	ast.KindDelete:   {"delete from view", "deletes"},
	ast.KindTruncate: {"truncate view", "truncates"},
}

// refuseWrite answers INSERT, UPDATE, DELETE and MERGE: nothing that is here can
// be written to. It says so as PostgreSQL does of relations that are read only:
// foreign tables that do not allow it, views, catalogs.
func refuseWrite(s *Session, st *ast.Query) error {
	return refuseTarget(s, &st.Postgres, writeTarget(st))
}

// writeTarget is the relation that INSERT, UPDATE, DELETE or MERGE names.
func writeTarget(st *ast.Query) *pg_query.RangeVar {
	node := st.Tree.Node
	switch st.Kind() {
	case ast.KindInsert:
		return node.GetInsertStmt().GetRelation()
	case ast.KindUpdate:
		return node.GetUpdateStmt().GetRelation()
	case ast.KindDelete:
		return node.GetDeleteStmt().GetRelation()
	case ast.KindMerge:
		return node.GetMergeStmt().GetRelation()
	}
	return nil
}

func refuseTarget(s *Session, st *ast.Postgres, target *pg_query.RangeVar) error {
	at := st.At(st.Tree.Pos(target.GetLocation()))
	scope := s.scope()
	rel, ok := scope.Relation(target.GetSchemaname(), target.GetRelname())
	if !ok {
		if err := scope.NoRelation(target.GetSchemaname(), target.GetRelname()); err != nil {
			return err.At(at)
		}
		name := target.GetRelname()
		if schema := target.GetSchemaname(); schema != "" {
			name = schema + "." + name
		}
		return pgerr.New(pgerr.UndefinedTable, "relation \"%s\" does not exist", name).At(at)
	}
	object := s.catalog().Object(catalog.ID(rel.ID))
	if object == nil {
		kind := "table"
		if rel.Kind == 'v' {
			kind = "view"
		}
		return pgerr.New(pgerr.InsufficientPrivilege, "permission denied for %s %s", kind, rel.Name)
	}
	return refuseObject(s, st, object, rel)
}

const (
	hintUpstream = "Its rows come from a source; write to the database upstream."
	hintView     = "A view shows what its query gives; write to what the query reads, upstream."
)

func refuseObject(s *Session, st *ast.Postgres, object *catalog.Object, rel *analyze.Relation) error {
	kind, view := string(object.Kind), false
	switch object.Kind {
	case catalog.KindView:
		view = true
	case catalog.KindMaterializedView:
		kind, view = "materialized view", true
	}
	hint := hintUpstream
	if view {
		hint = hintView
	}
	var e *pgerr.Error
	switch what := writes[st.Kind()]; {
	case st.Kind() == ast.KindMerge && rel.Own != nil:
		return pgerr.New(pgerr.FeatureNotSupported, "MERGE is not supported").WithHint("Use INSERT ... ON CONFLICT, UPDATE or DELETE.")
	case st.Kind() == ast.KindMerge:
		of := kind + "s"
		if !view {
			of += " that are filled by a source"
		}
		e = pgerr.New(pgerr.FeatureNotSupported, "cannot execute MERGE on relation %q", rel.Name).
			WithDetail("This operation is not supported for %s.", of)
	case view && st.Kind() == ast.KindTruncate:
		e = pgerr.New(pgerr.WrongObjectType, "%q is not a table", rel.Name)
	case object.Kind == catalog.KindMaterializedView:
		e = pgerr.New(pgerr.WrongObjectType, "cannot change materialized view %q", rel.Name)
	case view:
		e = pgerr.New(pgerr.ObjectNotInPrerequisiteState, "cannot %s %q", what.view, rel.Name)
	default:
		e = pgerr.New(pgerr.ObjectNotInPrerequisiteState, "%s %q does not allow %s", kind, rel.Name, what.table)
	}
	return e.WithHint("%s", hint)
}
