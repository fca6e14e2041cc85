package exec

import (
	"context"
	"strconv"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// endsTransaction tells whether a statement is COMMIT, ROLLBACK or ROLLBACK TO.
func endsTransaction(st *ast.Transaction) bool {
	switch st.Tree.Node.GetTransactionStmt().GetKind() {
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT, pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK,
		pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		return true
	}
	return false
}

// runTransaction is BEGIN, START TRANSACTION, COMMIT, END, ROLLBACK and ABORT.
func runTransaction(ctx context.Context, s *Session, st *ast.Transaction) (*Result, error) {
	t := st.Tree.Node.GetTransactionStmt()
	switch t.GetKind() {
	case pg_query.TransactionStmtKind_TRANS_STMT_BEGIN, pg_query.TransactionStmtKind_TRANS_STMT_START:
		return runBegin(s, st, t)
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT:
		return runCommit(ctx, s, st, t)
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return runRollback(s, st, t)
	}
	return nil, pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", st.Tag()).At(st.At(st.Span().Start))
}

func runBegin(s *Session, st *ast.Transaction, t *pg_query.TransactionStmt) (*Result, error) {
	if s.tx != nil && s.tx.explicit {
		s.client.Notice(&pgerr.Error{Severity: pgerr.SeverityWarning, Code: pgerr.ActiveSQLTransaction,
			Message: "there is already a transaction in progress"})
		return done(st.Tag()), nil
	}
	tx := s.transaction()
	for _, option := range t.Options {
		if err := transactionMode(s, option.GetDefElem(), false); err != nil {
			return nil, err
		}
	}
	tx.explicit = true
	return done(st.Tag()), nil
}

func warnNoTransaction(s *Session) {
	s.client.Notice(&pgerr.Error{Severity: pgerr.SeverityWarning, Code: pgerr.NoActiveSQLTransaction,
		Message: "there is no transaction in progress"})
}

func errChain() error {
	return pgerr.New(pgerr.FeatureNotSupported, "AND CHAIN is not supported").WithHint("Begin the next transaction with BEGIN.")
}

// runCommit ends the transaction; one that has failed is rolled back, and the
// tag says so.
func runCommit(ctx context.Context, s *Session, st *ast.Transaction, t *pg_query.TransactionStmt) (*Result, error) {
	if t.Chain {
		return nil, errChain()
	}
	if s.tx == nil || !s.tx.explicit {
		warnNoTransaction(s)
		return done(st.Tag()), s.commit(ctx)
	}
	if s.tx.failed {
		s.settings.rollBack(s.client)
		s.endTransaction()
		return done("ROLLBACK"), nil
	}
	return done(st.Tag()), s.commit(ctx)
}

func runRollback(s *Session, st *ast.Transaction, t *pg_query.TransactionStmt) (*Result, error) {
	if t.Chain {
		return nil, errChain()
	}
	if s.tx == nil || !s.tx.explicit {
		warnNoTransaction(s)
	}
	s.settings.rollBack(s.client)
	s.endTransaction()
	return done(st.Tag()), nil
}
