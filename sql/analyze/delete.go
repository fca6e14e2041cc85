package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
)

// transformDelete is transformDeleteStmt.
func transformDelete(s *scope, stmt *pg_query.DeleteStmt) *write {
	s.query = &query.Query{CTEs: s.inherited()}
	if stmt.WithClause != nil {
		transformWith(s, stmt.WithClause)
	}
	w := newWrite(s, query.Delete, stmt.Relation)
	w.join(s, stmt.UsingClause, stmt.WhereClause)
	list := make([]query.Expr, 0, len(w.rel.Columns)+1)
	for i := range w.rel.Columns {
		list = append(list, w.column(w.entry, i))
	}
	w.Rows = s.query
	selectList(w.Rows, w.rel, append(list, rowID(w.rel, w.entry)))
	w.returning(s, stmt.ReturningList, s.items, nil)
	return w
}
