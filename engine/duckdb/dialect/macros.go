package dialect

// Macros are the SQL macros that translations call as shim.pg.name: the
// statements that make them, run once when the engine opens its in-memory
// catalog shim, in which the schema pg exists. The functions of
// engine/duckdb/native must be registered before.
func Macros() []string {
	return []string{
		// PostgreSQL writes the era behind the time, DuckDB behind the date.
		`CREATE OR REPLACE MACRO shim.pg.era_text(x) AS CASE WHEN contains(x, ' (BC)') THEN replace(x, ' (BC)', '') || ' BC' ELSE x END`,
		`CREATE OR REPLACE MACRO shim.pg.era_in(x) AS CASE WHEN ends_with(x, ' BC') THEN regexp_replace(x, '^([^ ]+)(.*) BC$', '\1 (BC)\2') ELSE x END`,
		`CREATE OR REPLACE MACRO shim.pg.utc_text(x) AS CASE WHEN isfinite(x) THEN shim.pg.era_text(CAST(timezone('UTC', x) AS VARCHAR) || '+00') ELSE CAST(x AS VARCHAR) END`,
		`CREATE OR REPLACE MACRO shim.pg.interval_key(x) AS (interval_field(x, 'months') * 30 + interval_field(x, 'days')) * CAST(86400000000 AS HUGEINT) + interval_field(x, 'micros')`,
		// Upper and lower case as the C collation has them: of ASCII alone.
		`CREATE OR REPLACE MACRO shim.pg.upper_c(x) AS CASE WHEN strlen(x) = length(x) THEN upper(x) ELSE text_upper(x) END`,
		`CREATE OR REPLACE MACRO shim.pg.lower_c(x) AS CASE WHEN strlen(x) = length(x) THEN lower(x) ELSE text_lower(x) END`,
		`CREATE OR REPLACE MACRO shim.pg.timestamp_minus(a, b) AS CASE WHEN isfinite(a) AND isfinite(b) THEN timestamp_diff(epoch_us(a), epoch_us(b)) ` +
			`WHEN a IS NOT NULL AND b IS NOT NULL THEN error('culvert:22008:cannot subtract infinite timestamps' || chr(1)) END`,
		`CREATE OR REPLACE MACRO shim.pg.trunc_years(x, n) AS CASE WHEN isfinite(x) THEN make_timestamp(time_trunc_years(epoch_us(CAST(x AS TIMESTAMP)), n)) ELSE CAST(x AS TIMESTAMP) END`,
		`CREATE OR REPLACE MACRO shim.pg.zone_text(x) AS shim.pg.era_text(CAST(CAST(shim.pg.era_in(x) AS TIMESTAMPTZ) AS VARCHAR))`,
		`CREATE OR REPLACE MACRO shim.pg.tstzrange_out(x) AS range_show(x, shim.pg.zone_text(range_part('lower', x)), shim.pg.zone_text(range_part('upper', x)))`,
		// The first and last date: 4713 BC and 5874897.
		`CREATE OR REPLACE MACRO shim.pg.date_plus(d, n) AS CASE WHEN NOT isfinite(d) AND n IS NOT NULL THEN d WHEN CAST(d - DATE '1970-01-01' AS BIGINT) + n BETWEEN -2440588 AND 2145031948 THEN CAST(d + CAST(n AS INTEGER) AS DATE) ` +
			`WHEN d IS NOT NULL AND n IS NOT NULL THEN CAST(error('culvert:22008:date out of range' || chr(1)) AS DATE) END`,
		`CREATE OR REPLACE MACRO shim.pg.oid_of(x) AS CASE WHEN x BETWEEN 0 AND 4294967295 THEN CAST(x AS BIGINT) WHEN x IS NOT NULL THEN CAST(error('culvert:22003:OID out of range' || chr(1)) AS BIGINT) END`,
		`CREATE OR REPLACE MACRO shim.pg.date_minus(a, b) AS CASE WHEN isfinite(a) AND isfinite(b) THEN a - b WHEN a IS NOT NULL AND b IS NOT NULL THEN CAST(error('culvert:22008:cannot subtract infinite dates' || chr(1)) AS BIGINT) END`,
		`CREATE OR REPLACE MACRO shim.pg.age_of(a, b) AS CASE WHEN isfinite(a) AND isfinite(b) THEN age_between(epoch_us(a), epoch_us(b)) WHEN a IS NOT NULL AND b IS NOT NULL THEN error('culvert:22008:timestamp out of range' || chr(1)) END`,
		// The engine's own functions give the C library's digits; the natives know what is an error.
		`CREATE OR REPLACE MACRO shim.pg.exp8(x) AS CASE WHEN x > -700 AND x < 700 THEN exp(x) ELSE float8_exp(x) END`,
		`CREATE OR REPLACE MACRO shim.pg.ln8(x) AS CASE WHEN x > 0 THEN ln(x) ELSE float8_ln(x) END`,
		`CREATE OR REPLACE MACRO shim.pg.log8(x) AS CASE WHEN x > 0 THEN log10(x) ELSE float8_log10(x) END`,
		`CREATE OR REPLACE MACRO shim.pg.pow8(x, y) AS CASE WHEN x > 0 AND isfinite(pow(x, y)) AND pow(x, y) > 0 THEN pow(x, y) ELSE float8_pow(x, y) END`,
		`CREATE OR REPLACE MACRO shim.pg.zone_shift(z) AS CASE WHEN interval_field(z, 'months') = 0 AND interval_field(z, 'days') = 0 THEN interval_field(z, 'micros') ` +
			`WHEN z IS NOT NULL THEN CAST(error('culvert:22023:interval time zone "' || interval_out(z) || '" must not include months or days' || chr(1)) AS BIGINT) END`,
		`CREATE OR REPLACE MACRO shim.pg.list_cat(a, b) AS CASE WHEN a IS NULL THEN b WHEN b IS NULL THEN a ELSE list_concat(a, b) END`,
		// A value too long for its column is an error, but for trailing blanks.
		`CREATE OR REPLACE MACRO shim.pg.varchar_assign(x, n) AS CASE WHEN length(x) <= n THEN x WHEN length(rtrim(x, ' ')) <= n THEN left(x, n) ` +
			`WHEN x IS NOT NULL THEN error('culvert:22001:value too long for type character varying(' || n || ')' || chr(1)) END`,
		`CREATE OR REPLACE MACRO shim.pg.bpchar_assign(x, n) AS CASE WHEN length(x) <= n THEN rpad(x, n, ' ') WHEN length(rtrim(x, ' ')) <= n THEN left(x, n) ` +
			`WHEN x IS NOT NULL THEN error('culvert:22001:value too long for type character(' || n || ')' || chr(1)) END`,
		// unit is a number of microseconds.
		`CREATE OR REPLACE MACRO shim.pg.round_us(us, unit) AS CASE WHEN us >= 0 THEN (us + unit // 2) // unit * unit ELSE -((-us + unit // 2) // unit * unit) END`,
		`CREATE OR REPLACE MACRO shim.pg.timestamp_round(x, unit) AS CASE WHEN isfinite(x) THEN make_timestamp(shim.pg.round_us(epoch_us(x), unit)) ELSE x END`,
		`CREATE OR REPLACE MACRO shim.pg.timestamptz_round(x, unit) AS CASE WHEN isfinite(x) THEN make_timestamptz(shim.pg.round_us(epoch_us(x), unit)) ELSE x END`,
		`CREATE OR REPLACE MACRO shim.pg.time_round(x, unit) AS CASE WHEN shim.pg.round_us(epoch_us(x), unit) >= 86400000000 THEN TIME '24:00:00' ELSE CAST(make_timestamp(shim.pg.round_us(epoch_us(x), unit)) AS TIME) END`,
		// Three-valued ANY and ALL over the comparisons with each element.
		`CREATE OR REPLACE MACRO shim.pg.list_any(decided, x, l) AS CASE WHEN l IS NULL THEN NULL WHEN len(l) = 0 THEN FALSE WHEN x IS NULL THEN NULL WHEN decided THEN TRUE WHEN len(l) > list_count(l) THEN NULL ELSE FALSE END`,
		`CREATE OR REPLACE MACRO shim.pg.list_all(decided, x, l) AS CASE WHEN l IS NULL THEN NULL WHEN len(l) = 0 THEN TRUE WHEN x IS NULL THEN NULL WHEN NOT decided THEN FALSE WHEN len(l) > list_count(l) THEN NULL ELSE TRUE END`,
		`CREATE OR REPLACE MACRO shim.pg.series(a, b, s) AS CASE WHEN s = 0 THEN error('culvert:22023:step size cannot equal zero' || chr(1)) ELSE generate_series(CAST(a AS BIGINT), CAST(b AS BIGINT), CAST(s AS BIGINT)) END`,
		`CREATE OR REPLACE MACRO shim.pg.replace_text(x, f, t) AS CASE WHEN f = '' THEN x ELSE replace(x, f, t) END`,
		`CREATE OR REPLACE MACRO shim.pg.string_to_array(x, d) AS CASE WHEN x IS NULL THEN NULL WHEN x = '' THEN CAST([] AS VARCHAR[]) WHEN d IS NULL THEN string_split(x, '') WHEN d = '' THEN [x] ELSE string_split(x, d) END`,
		// string_agg with a delimiter per row: the first row's is not used.
		`CREATE OR REPLACE MACRO shim.pg.join_pairs(l) AS (CASE WHEN len(list_filter(l, lambda p: p.v IS NOT NULL)) > 0 THEN ` +
			`text_join(list_transform(list_filter(l, lambda p: p.v IS NOT NULL), lambda p, i: CASE WHEN i = 1 THEN p.v ELSE coalesce(p.d, '') || p.v END), '', NULL) END)`,
		`CREATE OR REPLACE MACRO shim.pg.trunc_unit(u) AS CASE WHEN lower(u) IN ('microseconds', 'milliseconds', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'decade') ` +
			`THEN lower(u) WHEN u IS NOT NULL THEN error('culvert:22023:unit "' || u || '" not recognized for type timestamp without time zone' || chr(1)) END`,
		`CREATE OR REPLACE MACRO shim.pg.overlaps(a, b, c, d) AS (least(a, b) < greatest(c, d) AND least(c, d) < greatest(a, b)) OR (least(a, b) = least(c, d))`,
		`CREATE OR REPLACE MACRO shim.pg.tz_to_char(x, f) AS time_to_char(epoch_us(CAST(x AS TIMESTAMP)), CAST(epoch_us(CAST(x AS TIMESTAMP)) // 1000000 - epoch_us(x) // 1000000 AS INTEGER), f, strftime(x, '%Z'))`,
	}
}
