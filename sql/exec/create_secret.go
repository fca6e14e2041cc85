package exec

import (
	"context"

	pg_query "github.com/pganalyze/pg_query_go/v6"

	"culvert/catalog"
	"culvert/catalog/secrets"
	"culvert/engine"
	"culvert/sql/analyze"
	"culvert/sql/ast"
	"culvert/sql/pgerr"
	"culvert/sql/plan"
)

func createSecret(ctx context.Context, s *Session, p *plan.CreateSecret) error {
	return putSecret(ctx, s, "CREATE SECRET", p.Object, p.Value)
}

// putSecret stores a secret with the value of an expression, sealed under the
// secret's ID.
func putSecret(ctx context.Context, s *Session, what string, object *catalog.Object, value ast.SecretExpr) error {
	draft, err := s.change(ctx, what)
	if err != nil {
		return err
	}
	content, err := evaluateSecret(ctx, s, object.Name, value.Reveal())
	if err != nil {
		return err
	}
	sealed, err := s.srv.opts.Sealer.Seal(content, string(object.ID))
	if err != nil {
		return err
	}
	return s.apply(ctx, draft, catalog.Edit{Put: object, Sealed: sealed})
}

// evaluateSecret computes the value of a secret, as bytea. Its errors say
// nothing of the value: messages about a literal or a function's argument
// would quote it.
func evaluateSecret(ctx context.Context, s *Session, name string, expr ast.Tree) (secrets.Value, error) {
	analyzed, err := analyze.Query(analyze.Input{
		Stmt: selectAs(expr.Node, "bytea"), Text: expr.Text, NoParams: true, Reading: s.Env(),
	}, s.scope())
	if err == nil && len(analyzed.Relations) > 0 {
		return secrets.Value{}, pgerr.New(pgerr.FeatureNotSupported, "the value of secret %q may not read relations", name)
	}
	if err != nil {
		return secrets.Value{}, maskSecret(name, err)
	}
	rows, err := s.conn.Query(ctx, engine.Statement{Query: analyzed.Query, TimeZone: s.settings.get("TimeZone")})
	values, err := engine.Collect(ctx, rows, err)
	if err != nil {
		return secrets.Value{}, maskSecret(name, err)
	}
	if len(values) != 1 || values[0][0] == nil {
		return secrets.Value{}, pgerr.New(pgerr.NullValueNotAllowed, "the value of secret %q is NULL", name)
	}
	return secrets.NewValue(values[0][0].([]byte)), nil
}

func maskSecret(name string, err error) error {
	masked := pgerr.New(pgerr.From(err).Code, "the value of secret %q cannot be computed as bytea", name)
	switch masked.Code {
	case pgerr.UndefinedFunction:
		return masked.WithHint("A function in it does not exist, or not for these arguments.")
	case pgerr.CannotCoerce:
		return masked.WithHint("Give it as text, in quotes.")
	}
	return masked.WithHint(`A backslash begins an escape: write it twice, or give the bytes as '\x...' or decode('...', 'base64').`)
}

// selectAs makes SELECT expr::type.
func selectAs(expr *pg_query.Node, typeName string) *pg_query.Node {
	cast := &pg_query.Node{Node: &pg_query.Node_TypeCast{TypeCast: &pg_query.TypeCast{
		Arg:      expr,
		TypeName: &pg_query.TypeName{Names: []*pg_query.Node{pg_query.MakeStrNode(typeName)}, Typemod: -1, Location: -1},
		Location: -1,
	}}}
	target := pg_query.MakeResTargetNodeWithVal(cast, -1)
	return &pg_query.Node{Node: &pg_query.Node_SelectStmt{SelectStmt: &pg_query.SelectStmt{
		TargetList: []*pg_query.Node{target}, LimitOption: pg_query.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg_query.SetOperation_SETOP_NONE,
	}}}
}
