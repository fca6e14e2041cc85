package analyze

import (
	"fmt"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
)

// checkWithWrite fails for a data-modifying item of WITH where none may be.
func checkWithWrite(s *scope, c *pg_query.CommonTableExpr) {
	v := s.env
	loc := int(c.Location)
	switch c.Ctequery.GetNode().(type) {
	case *pg_query.Node_InsertStmt, *pg_query.Node_UpdateStmt, *pg_query.Node_DeleteStmt:
	default:
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "this statement in WITH is not supported"))
	}
	if s.parent != nil || v.viewDepth > 0 {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "WITH clause containing a data-modifying statement must be at the top level"))
	}
	if v.notes != nil {
		fail(pgerr.New(pgerr.FeatureNotSupported, "views must not contain data-modifying statements in WITH"))
	}
	if !v.in.Writes {
		v.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "data-modifying statements in WITH are not supported"))
	}
}

// transformWithWrite transforms a data-modifying item of WITH. What its RETURNING
// gives is staged before the statement goes on, and read from there.
func transformWithWrite(s *scope, entry *cte, c *pg_query.CommonTableExpr) {
	w := transformWrite(newScope(s.env, s), c.Ctequery)
	object := fmt.Sprint("with", len(s.env.with)+1)
	s.env.with = append(s.env.with, &query.WithWrite{Write: w.Write, Object: object})
	s.ctes = append(s.ctes, entry)
	if w.Returning == nil {
		entry.silent = true
		return
	}
	columns := w.Returning.Columns
	scan := &query.RangeEntry{Alias: c.Ctename, Columns: columns, Table: &query.Table{Object: object}}
	entry.out.Query = &query.Query{From: []query.FromItem{scan}, Columns: columns, Targets: []query.Target{}}
	for i, col := range columns {
		scan.Table.Physical = append(scan.Table.Physical, query.PhysicalColumn{Name: attnumName(int16(i + 1)), Phys: physicalOf(col.Type)})
		entry.out.Query.Targets = append(entry.out.Query.Targets, query.Target{Expr: &query.Var{T: col.Type, Entry: scan, Col: i}})
	}
	entry.out.Columns = cteColumns(s.env, entry, c, columns)
	s.query.CTEs = append(s.query.CTEs, entry.out)
}

// inherited are the items of WITH that a write within WITH may refer to.
func (s *scope) inherited() []*query.CTE {
	if s.parent == nil || s.parent.query == nil {
		return nil
	}
	return s.parent.query.CTEs
}

// settleWrite is settleLiterals for the queries of a write.
func settleWrite(w *query.Write) {
	settleLiterals(w.Rows)
	settleLiterals(w.Returning)
	if w.Conflict != nil {
		settleLiterals(w.Conflict.Update)
	}
}
