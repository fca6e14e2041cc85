package dialect

import (
	"strings"

	"culvert/engine/query"
	"culvert/sql/pgerr"
	"culvert/sql/types"
)

var timeTemplates = templates{
	"date_trunc(text,interval)":                              "interval_trunc($1, $2)",
	"age(timestamp,timestamp)":                               "pg.age_of($1, $2)",
	"make_date(int4,int4,int4)":                              "(DATE '1970-01-01' + date_make($1, $2, $3))",
	"make_time(int4,int4,float8)":                            "CAST(make_timestamp(time_make($1, $2, $3)) AS TIME)",
	"make_timestamp(int4,int4,int4,int4,int4,float8)":        "make_timestamp(date_make($1, $2, $3) * 86400000000 + time_make($4, $5, $6))",
	"make_interval(int4,int4,int4,int4,int4,int4,float8)":    "(to_years($1) + to_months($2) + to_days(CAST($3 * 7 + $4 AS INTEGER)) + to_hours($5) + to_minutes($6) + to_microseconds(CAST(round($7 * 1000000) AS BIGINT)))",
	"make_timestamptz(int4,int4,int4,int4,int4,float8)":      "CAST(make_timestamp(date_make($1, $2, $3) * 86400000000 + time_make($4, $5, $6)) AS TIMESTAMPTZ)",
	"to_char(float4,text)":                                   "num_to_char(num_float4($1), $2)",
	"date_trunc(text,timestamptz,text)":                      "timezone($3, date_trunc(pg.trunc_unit($1), timezone($3, $2)))",
	"to_timestamp(float8)":                                   "(CASE WHEN isinf($1) THEN CAST(CASE WHEN $1 > 0 THEN 'infinity' ELSE '-infinity' END AS TIMESTAMPTZ) ELSE to_timestamp($1) END)",
	"justify_days(interval)":                                 "interval_justify($1, 'days')",
	"justify_hours(interval)":                                "interval_justify($1, 'hours')",
	"justify_interval(interval)":                             "interval_justify($1, 'interval')",
	"to_char(timestamp,text)":                                "time_to_char(epoch_us($1), 0, $2, '')",
	"to_char(timestamptz,text)":                              "pg.tz_to_char($1, $2)",
	"to_char(interval,text)":                                 "interval_to_char($1, $2)",
	"to_char(numeric,text)":                                  "num_to_char($1, $2)",
	"to_char(int4,text)":                                     "num_to_char(CAST($1 AS VARCHAR), $2)",
	"to_char(int8,text)":                                     "num_to_char(CAST($1 AS VARCHAR), $2)",
	"to_char(float8,text)":                                   "num_to_char(num_float8($1), $2)",
	"to_date(text,text)":                                     "CAST(make_timestamp(text_to_time($1, $2)) AS DATE)",
	"to_timestamp(text,text)":                                "CAST(make_timestamp(text_to_time($1, $2)) AS TIMESTAMPTZ)",
	"to_number(text,text)":                                   "num_from_char($1, $2)",
	"isfinite(date)":                                         "isfinite($1)",
	"isfinite(timestamp)":                                    "isfinite($1)",
	"isfinite(timestamptz)":                                  "isfinite($1)",
	"isfinite(interval)":                                     "($1 IS NOT NULL OR NULL)",
	"timezone(text,timestamp)":                               "timezone($1, $2)",
	"timezone(text,timestamptz)":                             "timezone($1, $2)",
	"timezone(interval,timestamp)":                           "(CASE WHEN isfinite($2) THEN make_timestamptz(epoch_us($2) - pg.zone_shift($1)) WHEN $1 IS NOT NULL THEN CAST($2 AS TIMESTAMPTZ) END)",
	"timezone(interval,timestamptz)":                         "(CASE WHEN isfinite($2) THEN make_timestamp(epoch_us($2) + pg.zone_shift($1)) WHEN $1 IS NOT NULL THEN CAST($2 AS TIMESTAMP) END)",
	"make_timestamptz(int4,int4,int4,int4,int4,float8,text)": "timezone($7, make_timestamp(date_make($1, $2, $3) * 86400000000 + time_make($4, $5, $6)))",
	"date_bin(interval,timestamp,timestamp)":                 "make_timestamp(time_bin($1, epoch_us($2), epoch_us($3)))",
	"date_bin(interval,timestamptz,timestamptz)":             "make_timestamptz(time_bin($1, epoch_us($2), epoch_us($3)))",
}

var timeBuilders = map[string]builder{
	"date_trunc": dateTrunc,
	"date_part":  func(t *translator, f *query.Func, args []expr) expr { return datePart(t, f, args, false) },
	"extract":    func(t *translator, f *query.Func, args []expr) expr { return datePart(t, f, args, true) },
	"age": func(t *translator, f *query.Func, args []expr) expr {
		if len(args) != 2 || f.Args[0].Type().OID != types.TimestamptzOID {
			unsupported("function %s is not supported", signature(f))
		}
		local := func(a expr) string { return "CAST(" + a.sql + " AS TIMESTAMP)" }
		return expr{sql: t.opts.Shim + ".pg.age_of(" + local(args[0]) + ", " + local(args[1]) + ")", phys: physInterval}
	},
	"overlaps": func(t *translator, f *query.Func, args []expr) expr {
		for _, i := range []int{1, 3} { // a length becomes an end
			if f.Args[i].Type().OID == types.IntervalOID {
				args[i] = castPlain(expr{sql: "(" + args[i-1].sql + " + " + args[i].sql + ")", phys: args[i-1].phys})
			}
		}
		return expr{sql: t.opts.Shim + ".pg.overlaps(" + strings.Join(sqlOf(args), ", ") + ")", phys: physBool}
	},
}

func dateTrunc(t *translator, f *query.Func, args []expr) expr {
	if len(args) != 2 {
		unsupported("function %s is not supported", signature(f))
	}
	phys := physOf(f.T)
	if phys.Kind == types.KindInterval {
		return expr{sql: "interval_trunc(" + args[0].sql + ", " + args[1].sql + ")", phys: phys}
	}
	if unit, ok := constText(f.Args[0]); ok {
		if n, ok := yearSpans[strings.ToLower(unit)]; ok {
			return castPlain(expr{sql: t.opts.Shim + ".pg.trunc_years(" + args[1].sql + ", " + n + ")", phys: phys})
		}
		if name, ok := truncUnits[strings.ToLower(unit)]; ok {
			return castPlain(expr{sql: "date_trunc('" + name + "', " + args[1].sql + ")", phys: phys})
		}
	}
	return castPlain(expr{sql: "date_trunc(" + t.opts.Shim + ".pg.trunc_unit(" + args[0].sql + "), " + args[1].sql + ")", phys: phys})
}

// yearSpans has the units that begin with a year 1, where DuckDB's begin with
// a year 0.
var yearSpans = map[string]string{
	"century": "100", "centuries": "100", "cent": "100", "c": "100", "millennium": "1000", "millennia": "1000", "mil": "1000", "mils": "1000",
}

// truncUnits has the units that DuckDB truncates to as PostgreSQL does.
var truncUnits = map[string]string{
	"microsecond": "microseconds", "microseconds": "microseconds", "us": "microseconds",
	"millisecond": "milliseconds", "milliseconds": "milliseconds", "ms": "milliseconds",
	"second": "second", "seconds": "second", "minute": "minute", "minutes": "minute", "hour": "hour", "hours": "hour",
	"day": "day", "days": "day", "week": "week", "weeks": "week", "month": "month", "months": "month",
	"quarter": "quarter", "year": "year", "years": "year", "decade": "decade",
}

// datePart prints extract(), whose result is numeric, and date_part(), whose
// result is float8.
func datePart(t *translator, f *query.Func, args []expr, numeric bool) expr {
	unit, ok := constText(f.Args[0])
	if !ok {
		unsupported("%s of a field that is not a literal is not supported", f.Name)
	}
	unit = strings.ToLower(unit)
	from := f.Args[1].Type().OID
	v := args[1].sql
	part := expr{sql: "interval_part(" + quoteText(unit) + ", " + v + ")", phys: physText}
	if from != types.IntervalOID {
		part = timePart(t, unit, v, from)
	}
	if unbounded[unit] && (from == types.DateOID || from == types.TimestampOID || from == types.TimestamptzOID) {
		return infinitePart(v, part, numeric)
	}
	if numeric {
		return part
	}
	if from == types.IntervalOID && unit == "epoch" {
		return expr{sql: "interval_epoch(" + v + ")", phys: physFloat8}
	}
	return expr{sql: castSQL(part.sql, physFloat8), phys: physFloat8}
}

// unbounded are the fields that grow with time, and are infinite where it is.
var unbounded = map[string]bool{
	"year": true, "years": true, "decade": true, "century": true, "millennium": true, "isoyear": true, "julian": true, "epoch": true,
}

// infinitePart gives an unbounded field of a time that may be infinite. Where the
// field is held as a decimal, which has no infinity, that is an error.
func infinitePart(v string, part expr, numeric bool) expr {
	infinite := "(CASE WHEN " + v + " > DATE '2000-01-01' THEN 'Infinity' WHEN " + v + " < DATE '2000-01-01' THEN '-Infinity' END)"
	switch {
	case !numeric:
		part = expr{sql: castSQL(part.sql, physFloat8), phys: physFloat8}
		infinite = castSQL(infinite, physFloat8)
	case part.phys.Kind != types.KindText:
		infinite = "(CASE WHEN " + v + " IS NOT NULL THEN " + raise(pgerr.NumericValueOutOfRange, "a field of an infinite time is not representable here") + " END)"
	}
	return expr{sql: "(CASE WHEN isfinite(" + v + ") THEN " + part.sql + " ELSE " + infinite + " END)", phys: part.phys}
}

// fractions are the fields whose values have digits behind the point.
var fractions = map[string]bool{
	"millisecond": true, "milliseconds": true, "msec": true, "msecs": true, "ms": true,
	"second": true, "seconds": true, "sec": true, "secs": true, "s": true, "epoch": true, "julian": true,
}

// timePart gives a field as a numeric: text where it has a fraction.
func timePart(t *translator, unit, v string, from types.OID) expr {
	field := func(micros, kind string) expr {
		args := "(" + quoteText(unit) + ", " + micros + ", '" + kind + "')"
		if fractions[unit] {
			return expr{sql: "time_part" + args, phys: physText}
		}
		return castPlain(expr{sql: "time_field" + args, phys: physDecimal(19, 0)})
	}
	switch from {
	case types.TimetzOID:
		switch unit {
		case "timezone", "timezone_hour", "timezone_minute":
			divide := map[string]string{"timezone": "", "timezone_hour": " // 3600", "timezone_minute": " // 60 % 60"}[unit]
			return castPlain(expr{sql: "(timetz_offset(" + v + ")" + divide + ")", phys: physDecimal(19, 0)})
		case "epoch":
			return field("(timetz_micros("+v+") - timetz_offset("+v+") * 1000000)", "time")
		}
		return field("timetz_micros("+v+")", "time")
	case types.TimeOID:
		return field("epoch_us("+v+")", "time")
	case types.DateOID:
		return field("epoch_us(CAST("+v+" AS TIMESTAMP))", "date")
	}
	switch unit {
	case "timezone", "timezone_hour", "timezone_minute":
		if from != types.TimestamptzOID {
			name := types.T(from).String()
			if from == types.DateOID {
				name = "date"
			}
			unsupported("unit \"%s\" not supported for type %s", unit, name)
		}
		return castPlain(expr{sql: "date_part('" + unit + "', " + v + ")", phys: physDecimal(19, 0)})
	case "epoch":
		return field("epoch_us("+v+")", "timestamp")
	}
	if from == types.TimestamptzOID {
		v = "CAST(" + v + " AS TIMESTAMP)"
	}
	return field("epoch_us("+v+")", "timestamp")
}
