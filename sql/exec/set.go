package exec

import (
	"strings"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/sql/ast"
	"culvert/sql/pgerr"
)

// runSet is SET, RESET and SET TRANSACTION.
func runSet(s *Session, st *ast.Set) (*Result, error) {
	set := st.Tree.Node.GetVariableSetStmt()
	if set == nil {
		return nil, pgerr.New(pgerr.FeatureNotSupported, "%s is not supported", st.Tag())
	}
	s.transaction()
	if set.IsLocal && !s.tx.explicit {
		s.client.Notice(&pgerr.Error{Severity: pgerr.SeverityWarning, Code: pgerr.NoActiveSQLTransaction,
			Message: "SET LOCAL can only be used in transaction blocks"})
	}
	switch set.Kind {
	case pg_query.VariableSetKind_VAR_RESET_ALL:
		s.settings.resetAll(s.client)
		return done(st.Tag()), nil
	case pg_query.VariableSetKind_VAR_SET_MULTI:
		return done(st.Tag()), setTransaction(s, st, set)
	case pg_query.VariableSetKind_VAR_SET_DEFAULT, pg_query.VariableSetKind_VAR_RESET:
		return done(st.Tag()), s.settings.set(s.client, set.Name, nil, set.IsLocal)
	case pg_query.VariableSetKind_VAR_SET_CURRENT:
		text := s.settings.get(set.Name)
		return done(st.Tag()), s.settings.set(s.client, set.Name, &text, set.IsLocal)
	}
	text, err := settingText(set)
	if err != nil {
		return nil, err
	}
	return done(st.Tag()), setVariable(s, set.Name, text, set.IsLocal)
}

func setVariable(s *Session, name, text string, local bool) error {
	switch strings.ToLower(name) {
	case "transaction_isolation":
		return setIsolation(s, text)
	case "transaction_read_only":
		value, err := parseBool(findVariable(name), text)
		if err != nil {
			return err
		}
		s.tx.readOnly = value == "on"
		return nil
	}
	return s.settings.set(s.client, name, &text, local)
}

// settingText gives the value of SET name = value, a list joined by commas.
func settingText(set *pg_query.VariableSetStmt) (string, error) {
	var parts []string
	for _, arg := range set.Args {
		node := arg
		if cast := node.GetTypeCast(); cast != nil { // SET TIME ZONE INTERVAL '…'
			node = cast.Arg
		}
		c := node.GetAConst()
		if c == nil {
			return "", pgerr.New(pgerr.FeatureNotSupported, "SET %s takes a constant", set.Name)
		}
		text := constText(c)
		if strings.EqualFold(set.Name, "search_path") && c.GetSval() != nil {
			text = quoteName(text)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", "), nil
}

func constText(c *pg_query.A_Const) string {
	switch v := c.Val.(type) {
	case *pg_query.A_Const_Sval:
		return v.Sval.Sval
	case *pg_query.A_Const_Ival:
		return itoa(int64(v.Ival.Ival))
	case *pg_query.A_Const_Fval:
		return v.Fval.Fval
	case *pg_query.A_Const_Boolval:
		return onOff(v.Boolval.Boolval)
	}
	return ""
}

// quoteName quotes an identifier where it would not read back as it is.
func quoteName(name string) string { return ast.QuoteIdent(name) }

// setTransaction is SET TRANSACTION and SET SESSION CHARACTERISTICS.
func setTransaction(s *Session, st *ast.Set, set *pg_query.VariableSetStmt) error {
	session := strings.EqualFold(set.Name, "SESSION CHARACTERISTICS")
	if !session && !s.tx.explicit {
		s.client.Notice(&pgerr.Error{Severity: pgerr.SeverityWarning, Code: pgerr.NoActiveSQLTransaction,
			Message: "SET TRANSACTION can only be used in transaction blocks"})
	}
	for _, arg := range set.Args {
		if err := transactionMode(s, arg.GetDefElem(), session); err != nil {
			return err
		}
	}
	return nil
}

// transactionMode applies ISOLATION LEVEL, READ ONLY or DEFERRABLE, of the
// transaction or as the session's default.
func transactionMode(s *Session, mode *pg_query.DefElem, session bool) error {
	if mode == nil {
		return nil
	}
	text := ""
	if c := mode.Arg.GetAConst(); c != nil {
		text = constText(c)
	}
	switch mode.Defname {
	case "transaction_isolation":
		if session {
			return s.settings.set(s.client, "default_transaction_isolation", &text, false)
		}
		return setIsolation(s, text)
	case "transaction_read_only":
		readOnly := text == "1" || text == "on"
		if session {
			value := onOff(readOnly)
			return s.settings.set(s.client, "default_transaction_read_only", &value, false)
		}
		s.tx.readOnly = readOnly
	}
	return nil
}

// setIsolation checks a level: every one that is taken is snapshot isolation.
func setIsolation(s *Session, level string) error {
	_, err := parseIsolation(findVariable("transaction_isolation"), level)
	return err
}
