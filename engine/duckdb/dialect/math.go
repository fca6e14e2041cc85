package dialect

import (
	"strconv"

	"culvert/engine/query"
	"culvert/sql/types"
)

func oidText(oid types.OID) string { return strconv.FormatUint(uint64(oid), 10) }

// intAbs subtracts, so that the engine names the type that overflows.
const intAbs = "(CASE WHEN $1 < 0 THEN $1 - $1 - $1 ELSE $1 END)"

var mathTemplates = templates{
	"abs(int2)": intAbs, "abs(int4)": intAbs, "abs(int8)": intAbs, "abs(float4)": "abs($1)", "abs(float8)": "abs($1)",
	"ceil(float8)": "ceil($1)", "ceiling(float8)": "ceil($1)", "floor(float8)": "floor($1)",
	"round(float8)": "round_even($1, 0)", "trunc(float8)": "trunc($1)", "sign(float8)": "!sign($1)",
	"sqrt(float8)": "float8_sqrt($1)", "cbrt(float8)": "cbrt($1)", "exp(float8)": "pg.exp8($1)",
	"ln(float8)": "pg.ln8($1)", "log(float8)": "pg.log8($1)", "log10(float8)": "pg.log8($1)",
	"power(float8,float8)": "pg.pow8($1, $2)", "pow(float8,float8)": "pg.pow8($1, $2)",
	"sin(float8)": "sin($1)", "cos(float8)": "cos($1)", "tan(float8)": "tan($1)", "cot(float8)": "(CASE WHEN tan($1) = 0 THEN CAST('Infinity' AS DOUBLE) ELSE 1 / tan($1) END)",
	"asin(float8)": "asin($1)", "acos(float8)": "acos($1)", "atan(float8)": "atan($1)", "atan2(float8,float8)": "atan2($1, $2)",
	"sinh(float8)": "sinh($1)", "cosh(float8)": "cosh($1)", "tanh(float8)": "tanh($1)",
	"asinh(float8)": "asinh($1)", "acosh(float8)": "(CASE WHEN $1 < 1 THEN error('culvert:22003:input is out of range' || chr(1)) ELSE acosh($1) END)", "atanh(float8)": "atanh($1)",
	"degrees(float8)": "degrees($1)", "radians(float8)": "radians($1)", "pi()": "pi()", "random()": "random()",
	"mod(int2,int2)": "!int_mod($1, $2)", "mod(int4,int4)": "!int_mod($1, $2)", "mod(int8,int8)": "int_mod($1, $2)",
	"gcd(int4,int4)": "!gcd(CAST($1 AS BIGINT), $2)", "gcd(int8,int8)": "!gcd($1, $2)",
	"lcm(int4,int4)": "!lcm(CAST($1 AS BIGINT), $2)", "lcm(int8,int8)": "!lcm($1, $2)",
	"div(numeric,numeric)": "num_idiv($1, $2)", "mod(numeric,numeric)": "num_mod($1, $2)",
	"round(numeric)": "num_round($1, 0)", "round(numeric,int4)": "num_round($1, $2)",
	"trunc(numeric)": "num_trunc($1, 0)", "trunc(numeric,int4)": "num_trunc($1, $2)",
	"ceil(numeric)": "num_ceil($1)", "ceiling(numeric)": "num_ceil($1)", "floor(numeric)": "num_floor($1)",
	"sign(numeric)": "num_sign($1)", "abs(numeric)": "num_abs($1)", "sqrt(numeric)": "num_sqrt($1)", "exp(numeric)": "num_exp($1)",
	"ln(numeric)": "num_ln($1)", "log(numeric)": "num_log10($1)", "log10(numeric)": "num_log10($1)", "log(numeric,numeric)": "num_log($1, $2)",
	"power(numeric,numeric)": "num_power($1, $2)", "pow(numeric,numeric)": "num_power($1, $2)",
	"scale(numeric)": "num_scale($1)", "min_scale(numeric)": "num_scale(num_norm($1))", "trim_scale(numeric)": "num_norm($1)",
	"numeric_add(numeric,numeric)":               "num_add($1, $2)",
	"factorial(int8)":                            "num_factorial($1)",
	"width_bucket(float8,float8,float8,int4)":    "float8_bucket($1, $2, $3, $4)",
	"width_bucket(numeric,numeric,numeric,int4)": "num_bucket($1, $2, $3, $4)",
}

var mathBuilders = map[string]builder{
	"abs(numeric)": func(t *translator, f *query.Func, args []expr) expr {
		if isDecimal(args[0].phys) {
			return expr{sql: "abs(" + args[0].sql + ")", phys: args[0].phys}
		}
		return expr{sql: "num_abs(" + args[0].sql + ")", phys: physText}
	},
	"gen_random_uuid()": func(t *translator, f *query.Func, args []expr) expr {
		return expr{sql: "uuid()", phys: physOf(f.T)}
	},
}
