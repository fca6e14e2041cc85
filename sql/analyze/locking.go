package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/pgerr"
)

// FOR UPDATE and FOR SHARE are accepted without effect: every transaction
// reads a snapshot of its own. What PostgreSQL refuses is refused.

func lockingName(l *pg_query.LockingClause) string {
	switch l.Strength {
	case pg_query.LockClauseStrength_LCS_FORKEYSHARE:
		return "FOR KEY SHARE"
	case pg_query.LockClauseStrength_LCS_FORSHARE:
		return "FOR SHARE"
	case pg_query.LockClauseStrength_LCS_FORNOKEYUPDATE:
		return "FOR NO KEY UPDATE"
	}
	return "FOR UPDATE"
}

// refuseLocking fails when a statement has a locking clause.
func refuseLocking(stmt *pg_query.SelectStmt, why string) {
	if len(stmt.LockingClause) > 0 {
		fail(pgerr.New(pgerr.FeatureNotSupported, "%s %s", lockingName(stmt.LockingClause[0].GetLockingClause()), why))
	}
}

// checkLocking is CheckSelectLocking and transformLockingClause.
func checkLocking(s *scope, stmt *pg_query.SelectStmt) {
	if len(stmt.LockingClause) == 0 {
		return
	}
	switch {
	case len(stmt.DistinctClause) > 0:
		refuseLocking(stmt, "is not allowed with DISTINCT clause")
	case len(stmt.GroupClause) > 0:
		refuseLocking(stmt, "is not allowed with GROUP BY clause")
	case s.query.Having != nil:
		refuseLocking(stmt, "is not allowed with HAVING clause")
	case s.hasAggs:
		refuseLocking(stmt, "is not allowed with aggregate functions")
	case s.hasWindows:
		refuseLocking(stmt, "is not allowed with window functions")
	}
	for _, t := range s.query.Targets {
		if returnsSet(t.Expr) {
			refuseLocking(stmt, "is not allowed with set-returning functions in the target list")
		}
	}
	for _, n := range stmt.LockingClause {
		clause := n.GetLockingClause()
		for _, rel := range clause.LockedRels {
			checkLocked(s, clause, rel.GetRangeVar())
		}
	}
}

// checkLocked finds what FOR UPDATE OF names.
func checkLocked(s *scope, clause *pg_query.LockingClause, rv *pg_query.RangeVar) {
	loc := int(rv.Location)
	if rv.Schemaname != "" || rv.Catalogname != "" {
		s.env.failAt(loc, pgerr.New(pgerr.SyntaxError, "%s must specify unqualified relation names", lockingName(clause)))
	}
	for _, have := range s.seen {
		if have.alias != rv.Relname {
			continue
		}
		entry := have.item.entry
		switch {
		case entry == nil:
			s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "%s cannot be applied to a join", lockingName(clause)))
		case entry.Func != nil:
			s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "%s cannot be applied to a function", lockingName(clause)))
		case entry.CTE != nil:
			s.env.failAt(loc, pgerr.New(pgerr.FeatureNotSupported, "%s cannot be applied to a WITH query", lockingName(clause)))
		}
		return
	}
	s.env.failAt(loc, pgerr.New(pgerr.UndefinedTable, "relation \"%s\" in %s clause not found in FROM clause", rv.Relname, lockingName(clause)))
}
