package exec

import (
	"culvert/connectors/decode"
	"culvert/engine"
	"culvert/engine/query"
	"culvert/sql/analyze"
	"culvert/sql/types"
)

// constants are the columns of a query that needs no engine: SELECT without
// FROM whose columns are literals, parameters and values of the session, such as
// what clients send to see whether a connection lives.
type constants []constantColumn

type constantColumn struct {
	expr  query.Expr // *query.Const or *query.Param
	phys  types.Physical
	parse decode.Parser
}

// constantTypes are those whose canonical text is read here as the engine
// reads it.
var constantTypes = map[types.OID]bool{
	types.BoolOID: true, types.Int2OID: true, types.Int4OID: true, types.Int8OID: true, types.OidOID: true,
	types.TextOID: true, types.VarcharOID: true, types.NameOID: true, types.NumericOID: true,
	types.Float4OID: true, types.Float8OID: true,
	types.DateOID: true, types.TimestampOID: true, types.TimestamptzOID: true, types.UUIDOID: true,
}

// constantColumns gives the columns of a query that needs no engine, or nil.
func constantColumns(a *analyze.Analyzed) constants {
	q := a.Query
	switch {
	case len(q.Columns) == 0, len(q.Targets) != len(q.Columns), q.Set != nil, q.Values != nil, len(q.CTEs)+len(q.From) > 0,
		q.Where != nil, q.Grouped, q.Having != nil, len(q.Windows) > 0, q.Distinct, len(q.DistinctOn)+len(q.OrderBy) > 0,
		q.Limit != nil, q.Offset != nil:
		return nil
	}
	columns := make(constants, len(q.Targets))
	for i, target := range q.Targets {
		switch target.Expr.(type) {
		case *query.Const, *query.Param:
		default:
			return nil
		}
		typ := target.Expr.Type()
		if !constantTypes[typ.OID] || typ.OID == types.NumericOID && typ.Mod >= 0 {
			return nil
		}
		phys, parse, ok := decode.ForType(typ)
		if !ok {
			return nil
		}
		columns[i] = constantColumn{target.Expr, phys, parse}
	}
	return columns
}

// batch makes the row.
func (c constants) batch(params []engine.Param) (*engine.Batch, error) {
	phys := make([]types.Physical, len(c))
	for i := range c {
		phys[i] = c[i].phys
	}
	rows := decode.NewRows(phys)
	for i, column := range c {
		text := constantText(column.expr, params)
		if text == nil {
			rows.Cols[i].Null()
			continue
		}
		if err := column.parse(&rows.Cols[i], []byte(*text)); err != nil {
			return nil, err
		}
	}
	rows.EndRow()
	return rows.Batch(), nil
}

func constantText(e query.Expr, params []engine.Param) *string {
	switch e := e.(type) {
	case *query.Const:
		if !e.Null {
			return &e.Text
		}
	case *query.Param:
		return params[e.Index].Text
	}
	return nil
}
