package parse

import (
	"strings"

	"culvert/sql/ast"
	"culvert/sql/lex"

	pg_query "github.com/pganalyze/pg_query_go/v6"
)

// postgresStatement gives the whole statement to libpg_query.
func postgresStatement(p *parser) ast.Statement {
	p.i = 0
	end := len(p.toks) - 1
	node := hand(p, "", 0, end, "")
	if p.err != nil {
		return nil
	}
	kind, tag := classify(node)
	if tag == "" {
		tag = leadingWords(p.toks)
	}
	tree := ast.Tree{Text: p.rest(0, end), Offset: p.span.Start, Node: node}
	base := ast.NewPostgres(p.source(), tree, kind, tag)
	switch kind {
	case ast.KindSelect, ast.KindInsert, ast.KindUpdate, ast.KindDelete, ast.KindMerge:
		return &ast.Query{Postgres: base}
	case ast.KindTransaction:
		return &ast.Transaction{Postgres: base}
	case ast.KindSet:
		return &ast.Set{Postgres: base}
	}
	return &ast.Utility{Postgres: base}
}

// classify gives the kind and the command tag of a tree (PostgreSQL 15,
// CreateCommandTag in utility.c). An empty tag is to be taken from the text.
func classify(node *pg_query.Node) (ast.Kind, string) {
	switch n := node.Node.(type) {
	case *pg_query.Node_SelectStmt:
		if n.SelectStmt.IntoClause != nil {
			return ast.KindCreateTableAs, "SELECT"
		}
		return ast.KindSelect, "SELECT"
	case *pg_query.Node_InsertStmt:
		return ast.KindInsert, "INSERT"
	case *pg_query.Node_UpdateStmt:
		return ast.KindUpdate, "UPDATE"
	case *pg_query.Node_DeleteStmt:
		return ast.KindDelete, "DELETE"
	case *pg_query.Node_MergeStmt:
		return ast.KindMerge, "MERGE"
	case *pg_query.Node_TransactionStmt:
		return ast.KindTransaction, transactionTag(n.TransactionStmt.Kind)
	case *pg_query.Node_VariableSetStmt:
		switch n.VariableSetStmt.Kind {
		case pg_query.VariableSetKind_VAR_RESET, pg_query.VariableSetKind_VAR_RESET_ALL:
			return ast.KindSet, "RESET"
		}
		return ast.KindSet, "SET"
	case *pg_query.Node_ExplainStmt:
		return ast.KindExplain, "EXPLAIN"
	case *pg_query.Node_CopyStmt:
		return ast.KindCopy, "COPY"
	case *pg_query.Node_TruncateStmt:
		return ast.KindTruncate, "TRUNCATE TABLE"
	}
	return classifyCursor(node)
}

func classifyCursor(node *pg_query.Node) (ast.Kind, string) {
	switch n := node.Node.(type) {
	case *pg_query.Node_DeclareCursorStmt:
		return ast.KindDeclareCursor, "DECLARE CURSOR"
	case *pg_query.Node_FetchStmt:
		if n.FetchStmt.Ismove {
			return ast.KindFetch, "MOVE"
		}
		return ast.KindFetch, "FETCH"
	case *pg_query.Node_ClosePortalStmt:
		if n.ClosePortalStmt.Portalname == "" {
			return ast.KindCloseCursor, "CLOSE CURSOR ALL"
		}
		return ast.KindCloseCursor, "CLOSE CURSOR"
	case *pg_query.Node_PrepareStmt:
		return ast.KindPrepare, "PREPARE"
	case *pg_query.Node_ExecuteStmt:
		return ast.KindExecute, "EXECUTE"
	case *pg_query.Node_DeallocateStmt:
		if n.DeallocateStmt.Name == "" {
			return ast.KindDeallocate, "DEALLOCATE ALL"
		}
		return ast.KindDeallocate, "DEALLOCATE"
	case *pg_query.Node_CreateStmt:
		return ast.KindCreateTable, "CREATE TABLE"
	case *pg_query.Node_CreateTableAsStmt:
		return ast.KindCreateTableAs, "SELECT"
	case *pg_query.Node_AlterTableStmt:
		return ast.KindAlterTable, ""
	case *pg_query.Node_RenameStmt:
		return ast.KindAlterTable, ""
	case *pg_query.Node_CreateSeqStmt:
		return ast.KindCreateSequence, "CREATE SEQUENCE"
	case *pg_query.Node_DiscardStmt:
		return ast.KindDiscard, ""
	}
	return ast.KindUtility, ""
}

func transactionTag(k pg_query.TransactionStmtKind) string {
	switch k {
	case pg_query.TransactionStmtKind_TRANS_STMT_BEGIN:
		return "BEGIN"
	case pg_query.TransactionStmtKind_TRANS_STMT_START:
		return "START TRANSACTION"
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT:
		return "COMMIT"
	case pg_query.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		return "SAVEPOINT"
	case pg_query.TransactionStmtKind_TRANS_STMT_RELEASE:
		return "RELEASE"
	case pg_query.TransactionStmtKind_TRANS_STMT_PREPARE:
		return "PREPARE TRANSACTION"
	case pg_query.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:
		return "COMMIT PREPARED"
	case pg_query.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED:
		return "ROLLBACK PREPARED"
	}
	return "ROLLBACK"
}

// verbsAlone are the statements whose tag is their first word.
var verbsAlone = map[string]bool{
	"grant": true, "revoke": true, "listen": true, "notify": true, "unlisten": true, "lock": true, "analyze": true,
	"analyse": true, "vacuum": true, "cluster": true, "reindex": true, "checkpoint": true, "load": true, "call": true, "do": true,
}

// leadingWords makes a command tag of the first words of a statement: CREATE,
// ALTER or DROP with the kind of object.
func leadingWords(toks []lex.Token) string {
	first := toks[0].Text
	if verbsAlone[first] {
		return map[bool]string{false: upper(first), true: "LOCK TABLE"}[first == "lock"]
	}
	words := []string{first}
	for _, t := range toks[1:] {
		if t.Kind != lex.Word {
			break
		}
		switch t.Text {
		case "or", "replace", "temp", "temporary", "unlogged", "global", "local", "recursive", "trusted", "procedural", "constraint", "if":
			continue
		}
		words = append(words, t.Text)
		if !strings.Contains(" foreign event text access operator default user large materialized data search ", " "+t.Text+" ") || len(words) == 4 {
			break
		}
	}
	return upper(strings.Join(words, " "))
}
