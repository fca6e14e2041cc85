package dialect

import (
	"strconv"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

// printOrderedSet prints WITHIN GROUP aggregates.
func printOrderedSet(t *translator, a *query.Agg, c *call) expr {
	if len(a.OrderBy) != 1 {
		unsupported("aggregate %s is not supported", a.Name)
	}
	key := a.OrderBy[0]
	arg := t.expr(key.Expr)
	c.order = printOrder(t, a.OrderBy)
	desc := ""
	if key.Desc {
		desc = " DESC"
	}
	switch a.Name {
	case "mode":
		c.order = " ORDER BY " + arg.sql + desc
		return expr{sql: c.fn("mode", arg.sql), phys: arg.phys}
	case "percentile_cont", "percentile_disc":
		checkFraction(a.Direct[0])
		name := map[string]string{"percentile_cont": "quantile_cont", "percentile_disc": "quantile_disc"}[a.Name]
		fraction, phys := t.expr(a.Direct[0]), arg.phys
		list := fraction.phys.Kind == types.KindList
		if key.Expr.Type().OID == types.IntervalOID && a.Name == "percentile_cont" && !list {
			return expr{sql: "interval_percentile(" + c.fn("list", toText(t, arg, key.Expr.Type()).sql) + ", " + fraction.sql + ")", phys: physInterval}
		}
		if a.Name == "percentile_cont" && !isFloat(arg.phys) {
			unsupported("%s with these arguments is not supported", a.Name)
		}
		if list {
			phys = physList(phys)
		}
		c.order = " ORDER BY " + sortKey(t, arg, key.Expr.Type()).sql + desc
		return expr{sql: c.fn(name, arg.sql, fraction.sql), phys: phys}
	case "rank", "dense_rank", "percent_rank", "cume_dist":
		return hypothetical(t, a, c, arg)
	}
	unsupported("aggregate %s is not supported", a.Name)
	return expr{}
}

// checkFraction refuses a fraction outside 0 to 1 where it is a literal.
func checkFraction(e query.Expr) {
	for {
		c, ok := e.(*query.Cast)
		if !ok {
			break
		}
		e = c.Arg
	}
	text, ok := constText(e)
	if f, err := strconv.ParseFloat(text, 64); ok && err == nil && (f < 0 || f > 1) {
		fail(pgerr.NumericValueOutOfRange, "percentile value %s is not between 0 and 1", text)
	}
}

// hypothetical prints the rank that a value would have among the rows.
func hypothetical(t *translator, a *query.Agg, c *call, arg expr) expr {
	order := a.OrderBy[0]
	typ := order.Expr.Type()
	requireOrder(t, typ)
	items, _ := unifyAll(t, []expr{arg, t.expr(a.Direct[0])}, typ)
	key, value := sortKey(t, items[0], typ).sql, sortKey(t, items[1], typ).sql
	word := " < "
	if order.Desc {
		word = " > "
	}
	c.order = ""
	count := func(what, cond string) string {
		if order.NullsFirst {
			cond = "(" + cond + " OR " + key + " IS NULL)"
		}
		if a.Filter != nil {
			cond += " AND " + t.expr(a.Filter).sql
		}
		return "count(" + what + ") FILTER (WHERE " + cond + ")"
	}
	before, upTo := count("*", "("+key+word+value+")"), count("*", "("+key+word+value+" OR "+key+" = "+value+")")
	all := "count(*)" + c.filter
	switch a.Name {
	case "rank":
		return expr{sql: "(" + before + " + 1)", phys: physInt8}
	case "dense_rank":
		return expr{sql: "(" + count("DISTINCT "+key, "("+key+word+value+")") + " + 1)", phys: physInt8}
	case "percent_rank":
		return expr{sql: "(CASE WHEN " + all + " = 0 THEN 0 ELSE CAST(" + before + " AS DOUBLE) / " + all + " END)", phys: physFloat8}
	}
	return expr{sql: "(CAST(" + upTo + " + 1 AS DOUBLE) / (" + all + " + 1))", phys: physFloat8}
}
