package analyze

import (
	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// sessionFuncs are the functions without arguments that ask the session.
var sessionFuncs = map[string]SessionValue{
	"current_database":         {Kind: CurrentDatabase, Type: types.T(types.NameOID)},
	"current_schema":           {Kind: CurrentSchema, Type: types.T(types.NameOID)},
	"current_user":             {Kind: CurrentUser, Type: types.T(types.NameOID)},
	"session_user":             {Kind: SessionUser, Type: types.T(types.NameOID)},
	"now":                      {Kind: TransactionTimestamp, Type: types.T(types.TimestamptzOID)},
	"transaction_timestamp":    {Kind: TransactionTimestamp, Type: types.T(types.TimestamptzOID)},
	"statement_timestamp":      {Kind: StatementTimestamp, Type: types.T(types.TimestamptzOID)},
	"clock_timestamp":          {Kind: ClockTimestamp, Type: types.T(types.TimestamptzOID)},
	"pg_backend_pid":           {Kind: BackendPID, Type: types.T(types.Int4OID)},
	"version":                  {Kind: Version, Type: types.T(types.TextOID)},
	"inet_client_addr":         {Kind: InetClientAddr, Type: types.T(types.InetOID)},
	"inet_client_port":         {Kind: InetClientPort, Type: types.T(types.Int4OID)},
	"inet_server_addr":         {Kind: InetServerAddr, Type: types.T(types.InetOID)},
	"inet_server_port":         {Kind: InetServerPort, Type: types.T(types.Int4OID)},
	"pg_postmaster_start_time": {Kind: PostmasterStartTime, Type: types.T(types.TimestamptzOID)},
	"pg_conf_load_time":        {Kind: ConfLoadTime, Type: types.T(types.TimestamptzOID)},
}

// transformSessionFunc turns the call of a function that asks the session into a hidden
// parameter; nil: it is not one.
func transformSessionFunc(s *scope, f *pg_query.FuncCall, c *call) query.Expr {
	if !inPgCatalog(c.name) || f.Over != nil || f.AggStar || f.AggDistinct || f.AggFilter != nil || len(f.AggOrder) > 0 {
		return nil
	}
	name := c.name[len(c.name)-1]
	if val, ok := sessionFuncs[name]; ok && len(f.Args) == 0 {
		return s.hide(val, c.loc)
	}
	switch name {
	case "current_setting":
		return transformCurrentSetting(s, f, c.loc)
	case "current_schemas":
		if len(f.Args) == 1 {
			if b, ok := constBool(f.Args[0]); ok {
				return s.hide(SessionValue{Kind: CurrentSchemas, Type: types.T(types.NameArrayOID), Bool: b}, c.loc)
			}
		}
	}
	return nil
}

// sequenceFuncs are the functions of sequences.
var sequenceFuncs = map[string]bool{"nextval": true, "currval": true, "lastval": true, "setval": true}

// withSequences gives the call of a function of sequences the session's handle as
// its first argument.
func withSequences(s *scope, e query.Expr, loc int) query.Expr {
	if f, ok := e.(*query.Func); ok && sequenceFuncs[f.Name] {
		handle := s.hide(SessionValue{Kind: SequenceHandle, Type: types.T(types.Int8OID)}, loc)
		f.Args = append([]query.Expr{handle}, f.Args...)
	}
	return e
}

func transformCurrentSetting(s *scope, f *pg_query.FuncCall, loc int) query.Expr {
	if len(f.Args) < 1 || len(f.Args) > 2 {
		return nil
	}
	val := SessionValue{Kind: CurrentSetting, Type: types.T(types.TextOID)}
	name, ok := constString(f.Args[0])
	if !ok {
		return nil
	}
	val.Name = name
	if len(f.Args) == 2 {
		if val.Bool, ok = constBool(f.Args[1]); !ok {
			return nil
		}
	}
	return s.hide(val, loc)
}

// constString reads a literal, with a cast to text or none.
func constString(n *pg_query.Node) (string, bool) {
	if cast := n.GetTypeCast(); cast != nil && lastString(cast.TypeName.GetNames()) == "text" {
		n = cast.Arg
	}
	val, ok := n.GetAConst().GetVal().(*pg_query.A_Const_Sval)
	if !ok {
		return "", false
	}
	return val.Sval.Sval, true
}

func constBool(n *pg_query.Node) (value, ok bool) {
	if cast := n.GetTypeCast(); cast != nil && lastString(cast.TypeName.GetNames()) == "bool" {
		n = cast.Arg
	}
	switch val := n.GetAConst().GetVal().(type) {
	case *pg_query.A_Const_Boolval:
		return val.Boolval.Boolval, true
	case *pg_query.A_Const_Sval:
		switch val.Sval.Sval {
		case "t", "true", "on", "1":
			return true, true
		case "f", "false", "off", "0":
			return false, true
		}
	}
	return false, false
}

// transformValueFunction is transformSQLValueFunction: CURRENT_DATE and its like.
func transformValueFunction(s *scope, f *pg_query.SQLValueFunction) query.Expr {
	loc := int(f.Location)
	named := func(kind SessionKind) query.Expr {
		return s.hide(SessionValue{Kind: kind, Type: types.T(types.NameOID)}, loc)
	}
	mod := f.Typmod
	oid := types.TimestamptzOID
	switch f.Op {
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_ROLE, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_USER, pg_query.SQLValueFunctionOp_SVFOP_USER:
		return named(CurrentUser)
	case pg_query.SQLValueFunctionOp_SVFOP_SESSION_USER:
		return named(SessionUser)
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_CATALOG:
		return named(CurrentDatabase)
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_SCHEMA:
		return named(CurrentSchema)
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_DATE:
		oid, mod = types.DateOID, -1
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME_N:
		oid = types.TimetzOID
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME_N:
		oid = types.TimeOID
	case pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP_N:
		oid = types.TimestampOID
	}
	switch f.Op {
	case pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIME, pg_query.SQLValueFunctionOp_SVFOP_CURRENT_TIMESTAMP,
		pg_query.SQLValueFunctionOp_SVFOP_LOCALTIME, pg_query.SQLValueFunctionOp_SVFOP_LOCALTIMESTAMP:
		mod = -1
	}
	if mod > maxTimePrec {
		mod = maxTimePrec
	}
	now := s.hide(SessionValue{Kind: TransactionTimestamp, Type: types.T(types.TimestamptzOID)}, loc)
	out := coerceTo(s, now, types.Type{OID: oid, Mod: mod}, explicitCast)
	if out == nil {
		fail(pgerr.New(pgerr.InternalError, "cannot cast type %s to %s", "timestamp with time zone", oid.Name()))
	}
	return mark(s.env, out, loc)
}
