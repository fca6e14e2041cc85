package exec

import (
	"culvert/sql/ast"
	"culvert/sql/pgerr"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// runDeallocate is DEALLOCATE name and DEALLOCATE ALL.
func runDeallocate(s *Session, st *ast.Utility) (*Result, error) {
	name := st.Tree.Node.GetDeallocateStmt().GetName()
	if name == "" {
		clear(s.saved)
		return done("DEALLOCATE ALL"), nil
	}
	if s.saved[name] == nil {
		return nil, pgerr.New(pgerr.InvalidSQLStatementName, "prepared statement %q does not exist", name)
	}
	delete(s.saved, name)
	return done("DEALLOCATE"), nil
}

// runDiscard is DISCARD ALL and its parts: what is kept per session here are
// prepared statements and settings.
func runDiscard(s *Session, st *ast.Utility) (*Result, error) {
	switch target := st.Tree.Node.GetDiscardStmt().GetTarget(); target {
	case pg_query.DiscardMode_DISCARD_ALL:
		if s.tx != nil && s.tx.explicit {
			return nil, pgerr.New(pgerr.ActiveSQLTransaction, "DISCARD ALL cannot run inside a transaction block")
		}
		s.transaction() // which ends with the message, and with it what can be undone
		clear(s.saved)
		s.settings.resetAll(s.client)
		return done("DISCARD ALL"), nil
	default:
		return done(st.Tag()), nil
	}
}
