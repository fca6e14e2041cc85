-- Strings.
SELECT to_char(1234567.5, 'FM9G999G999D00'), to_char(0, 'FM0.00'), to_char(-1.5, '0.0PR')
SELECT to_char(interval '100 hours 5 minutes', 'HH24:MI'), to_char(date '2024-02-29', 'TMDay, DDth TMMonth YYYY'), to_char(time '15:04:05', 'HH12:MI:SS pm')
SELECT to_char(timestamp '2024-01-01 00:00', 'HH:HH12:HH24 AM'), to_char(timestamp '0044-03-15 BC', 'YYYY-MM-DD BC'), to_char(timestamp 'infinity', 'YYYY')
SELECT to_date('2024-1-5', 'YYYY-MM-DD'), to_date('05/Mar/24', 'DD/Mon/YY'), to_date('2024', 'YYYY'), to_date('20240229', 'YYYYMMDD'), to_date('Q1 2024', '"Q"Q YYYY')
SELECT to_timestamp('2024-06-15 13:14:15.678901', 'YYYY-MM-DD HH24:MI:SS.US'), to_timestamp('1 2 2024', 'DD MM YYYY')
-- differs: rare format patterns
SELECT to_char(12345.678, '9.9EEEE')
-- differs: rare format patterns
SELECT to_timestamp('2024-01-01 10+02', 'YYYY-MM-DD HH24TZH')
SELECT to_date('x', 'YYYY-MM-DD')
SELECT to_timestamp('2024-01-15 25:00', 'YYYY-MM-DD HH24:MI')
SELECT to_number('1,234.50', '9,999.99'), to_number('<12>', '99PR'), to_number('12-', '99MI'), to_number('0012', '9999')
SELECT regexp_replace('abcabc', 'b', 'X', 2), regexp_replace('abcabc', 'b', 'X', 1, 2), regexp_replace('abcabc', 'B', 'X', 1, 0, 'i'), regexp_replace('a.b', '\.', '\\'), regexp_replace('abc', '(b)', '[\1\&]')
SELECT regexp_instr('abcabc', 'c'), regexp_instr('abcabc', 'c', 4), regexp_instr('abcabc', 'c', 1, 2), regexp_instr('abcabc', 'c', 1, 1, 1), regexp_count('ababab', 'ab', 2), regexp_count('aAa', 'a', 1, 'i')
SELECT regexp_substr('foo123bar', '[0-9]+'), regexp_substr('a1b2', '[0-9]', 1, 2), regexp_substr('a1b2', '([a-z])([0-9])', 1, 2, '', 1), regexp_like('abc', '^B', 'i'), regexp_like('abc', 'b$')
SELECT (regexp_matches('a1b2', '([a-z])([0-9])', 'g'))[2], (regexp_match('x=1', '(\w)=(\d)'))[1]
SELECT regexp_split_to_array('a1b22c', '\d+'), regexp_split_to_array('aXbxc', 'x', 'i'), array_length(regexp_split_to_array('', ','), 1)
SELECT 'foo' ~ 'o{2}', 'foo' ~ '^(f|g)o+$', E'line1\nline2' ~ 'line1$', E'line1\nline2' ~ '(?n)line1$', 'aaa' ~ 'a{2,}?', 'x' ~ '[^[:digit:]]', 'é' ~ '\w', 'É' ~* 'é', 'abc' ~ '(?:a|b)bc'
SELECT 'abc' ~ '\Aabc\Z', 'ab' ~ 'a\Db', 'a b' ~ 'a\sb', 'a' ~ '\u0061', 'tab	x' ~ '\t', 'a+b' ~ '***=a+b'
-- differs: regular expressions with back references or lookaround
SELECT 'abab' ~ '(ab)\1'
-- differs: regular expressions with back references or lookaround
SELECT 'foobar' ~ 'foo(?=bar)'
SELECT 'abc' ~ '['
SELECT 'abc' ~ 'a**'
SELECT 'abc' LIKE 'abc\'
SELECT 'a\b' LIKE 'a\\b', 'a%b' LIKE 'a!%b' ESCAPE '!', 'ab' LIKE 'a_' ESCAPE '', 'a_b' NOT LIKE 'a\_b', name LIKE '%an%' ESCAPE '~' FROM items
SELECT 'x' LIKE 'x' ESCAPE 'ab'
SELECT 'abc' SIMILAR TO 'a(b|c)+', 'abc' SIMILAR TO '[a-c]{3}', 'a_c' SIMILAR TO 'a\_c', 'a%' SIMILAR TO 'a!%' ESCAPE '!', 'abc' NOT SIMILAR TO '_b_'
SELECT id FROM items WHERE name LIKE ANY ('{a%,B%}') OR name ILIKE ALL (ARRAY['%E%', '%C%'])
SELECT format('%s|%10s|%-10s|%L|%I|%%', 'a', 'b', 'c', NULL, 'Q q'), format('%3$s %1$s', 'a', 'b', 'c'), format('Hello %s', NULL), format('%*s', 5, 'x'), format('%s', ARRAY[1, 2])
SELECT format('%q', 1)
SELECT format('%s %s', 'a')
SELECT quote_ident('a"b'), quote_ident('Abc'), quote_ident('user'), quote_literal(E'a\\b''c'), quote_literal(1.5), quote_nullable('x'), quote_nullable(NULL::int)
SELECT encode('\x0123456789abcdef'::bytea, 'base64'), decode('ASNFZ4mrze8=', 'base64'), encode('\x00ff41'::bytea, 'escape'), decode('a\000b', 'escape'), encode(repeat('x', 60)::bytea, 'base64')
SELECT decode('zz', 'hex')
SELECT encode('a', 'nothing')
SELECT upper('äß é'), lower('ÄÉ Z'), initcap('hello wORLD-foo 1bar éa'), upper(name), lower(name) FROM items
SELECT 'Ä' ILIKE 'ä', 'A' ILIKE 'a', lower('ABC') = 'abc'
SELECT ascii('☃'), chr(9731), length('☃'), octet_length('☃'), bit_length('☃'), reverse('a☃'), left('☃abc', 2), right('ab☃', 2), substr('☃abc', 2, 2), strpos('a☃b', 'b'), lpad('☃', 3, 'é'), overlay('☃☃☃' placing 'a' from 2)
SELECT chr(0)
SELECT repeat('x', 3), repeat('', 5), split_part('a~~b~~c', '~~', 2), split_part('abc', ',', 1), split_part('a,b', ',', 0)
SELECT trim(trailing 'x' from 'axx'), trim('xy' from 'xyaxy'), btrim('  a '), ltrim('zzzytest', 'xyz'), trim(both from ' a '), btrim('\x00ab00'::bytea, '\x00'::bytea)
SELECT substring('abc' from 0 for 2), substring('abc', -1), substring('abc' from 2 for -1)
SELECT substring('abcdef' from 10), substring('abc' for 2), substring('' from 1), substring('foobar' from 'x')
SELECT position('' in 'abc'), position('c' in ''), strpos(NULL, 'a'), starts_with('abc', 'x'), translate('abc', 'ab', 'x'), to_hex(255::int8), unistr('\0061\u00e9')
SELECT md5(''), md5('\x00'::bytea), sha224('a'::bytea), sha256('\x'::bytea), sha384('a'::bytea), length('abc'::bytea), get_bit('\x01'::bytea, 0), set_byte('\x00'::bytea, 0, 255), set_bit('\x00'::bytea, 3, 1), bit_count('\xff01'::bytea)
SELECT parse_ident('a.b."C d"'), string_to_array('a b', ' '), string_to_array(NULL, ','), array_to_string(NULL::int[], ',')
SELECT concat(), concat(NULL), concat(1, NULL, true, '2024-01-01'::date, 1.50, ARRAY[1, 2]), concat_ws(',', 1, NULL, 'a'), concat_ws(',', VARIADIC ARRAY['a', NULL, 'b'])
SELECT 'a' COLLATE "C" < 'B', 'x'::text COLLATE "default"
SELECT U&'\00e9', E'\x41\101\u0041', $$a'b$$, 'a' 'b'
SELECT U&'d!0061t' UESCAPE '!', B'101'::text, X'1F'::text
-- Dates and times.
SELECT date_bin('15 minutes', timestamp '2024-02-11 15:44:17', timestamp '2024-01-01'), date_bin('2.5 days', timestamp '2024-02-11', timestamp '2024-01-01 12:00'), date_bin('1 day', timestamp '2023-12-30 23:00', timestamp '2024-01-01')
SELECT date_bin('1 month', timestamp '2024-02-11', timestamp '2024-01-01')
SELECT make_date(2024, 1, 1), make_date(-44, 3, 15), make_time(23, 59, 59.999), make_timestamp(1, 1, 1, 0, 0, 0), make_timestamptz(2024, 1, 1, 0, 0, 0, 'Europe/Berlin'), make_interval(years => 1, mins => 90), make_interval(weeks => 2, secs => 0.25)
SELECT make_time(25, 0, 0)
SELECT justify_days('65 days'), justify_hours('50 hours'), justify_interval('1 mon 35 days -30 hours'), justify_interval('-1 mon 1 hour')
SELECT age(timestamp '2024-03-01', timestamp '2024-01-31'), age(date '2024-02-29', date '2023-02-28'), age(timestamptz '2024-01-01 00:00+00', timestamptz '2020-02-29 12:00+00')
SELECT extract(epoch from interval '1 year 1 mon 1 day 1 sec'), extract(epoch from time '01:02:03.5'), extract(microseconds from time '01:02:03.5'), extract(day from interval '40 days 25 hours'), extract(millennium from date '2001-01-01'), extract(century from date '0001-01-01 BC'), extract(isoyear from date '2024-12-30'), extract(week from date '2024-12-30')
SELECT extract(hour from timetz '12:34:56+02'), extract(timezone from timetz '12:34:56+02'), extract(timezone_hour from timestamptz '2024-01-01 00:00+00'), extract(epoch from timestamptz '2024-01-01 00:00:00.5+00'), extract(julian from timestamp '2024-01-01 12:00'), date_part('year', timestamp 'infinity'), extract(epoch from date '-infinity'), extract(day from timestamp 'infinity')
SELECT extract(hour from date '2024-01-01')
-- differs: the year of an infinite time as numeric
SELECT extract(year from timestamp 'infinity')
SELECT date_part('month', interval '15 months'), date_part('hour', timestamptz '2024-01-01 05:00+00'), date_part('quarter', date '2024-05-01'), date_part('epoch', timestamp '2024-01-01')
SELECT date_trunc('century', timestamp '2024-06-15'), date_trunc('millennium', timestamp '2024-06-15'), date_trunc('milliseconds', timestamp '2024-01-01 00:00:00.123456'), date_trunc('day', interval '3 days 04:05'), date_trunc('week', timestamptz '2024-01-03 10:00+00'), date_trunc('month', timestamptz '2024-05-15 00:00+00', 'Asia/Tokyo')
SELECT date_trunc('nothing', timestamp '2024-01-01')
SELECT timestamp '2024-01-31' + interval '1 month', date '2024-03-31' - interval '1 month', timestamptz '2024-03-31 00:00+00' + interval '1 day 1 hour', date '2024-01-01' + time '10:00', date '2024-01-01' + 7, date '2024-03-01' - date '2024-02-01', timestamp '2024-01-02' - timestamp '2024-01-01 12:00', time '10:00' + interval '20 hours', time '10:00' - time '12:30', interval '1 day' + time '01:00'
SELECT interval '1 mon' * 1.5, interval '1 day' / 2, interval '-1 mon 1 day', - interval '1 day 02:00', interval '1 year' > interval '364 days', interval '1 day' = interval '24 hours', 2 * interval '3 min', interval '10 sec' / 3
SELECT interval '1 day' / 0
SELECT interval 'P1DT2H', interval '1-2', interval '3 4:05', interval '1 2:03:04.5678', interval '2 weeks ago', interval '1.5 days', interval '1 century', interval '-1 year -2 mons', interval '@ 1 minute'
SELECT interval '90' minute, interval '1 day 2:03' hour to minute, interval '1.23456' second(2), interval '5' year
SELECT timestamptz '2024-07-01 12:00 Europe/Berlin', timestamp '2024-07-01 12:00' AT TIME ZONE 'Europe/Berlin', timestamptz '2024-07-01 12:00+00' AT TIME ZONE 'America/New_York', timestamptz '2024-01-01 12:00 PST', timestamp '2024-01-01' AT TIME ZONE interval '3 hours'
SELECT date 'today' = current_date, timestamp 'epoch', date 'infinity' > date '9999-12-31', timestamp '-infinity' < timestamp '0001-01-01 BC', isfinite(interval '1 day'), date '2024-01-01' < timestamp '2024-01-01 00:00:01'
SELECT date '2024-02-30'
SELECT timestamp '2024-01-01 25:00'
SELECT date '2024-01-01' + interval '300000 years'
SELECT time '24:00', time '23:59:60', time '12:34:56.7891239', timetz '12:00-08', '12:34 PM'::time, time '10:00' = time '10:00:00'
SELECT (date '2024-01-01', date '2024-02-01') OVERLAPS (date '2024-01-31', date '2024-03-01'), (timestamp '2024-01-01', interval '1 day') OVERLAPS (timestamp '2024-01-01 12:00', interval '1 day'), (time '10:00', time '11:00') OVERLAPS (time '11:00', time '12:00')
SELECT clock_timestamp() > '2020-01-01', statement_timestamp() = now(), pg_typeof(current_time), pg_typeof(localtime), pg_typeof(current_timestamp(0)), extract(year from now()) > 2000
SELECT to_timestamp(0), to_timestamp(1e9 + 0.25), timestamptz 'epoch' + interval '1 sec' * 1700000000, date_part('epoch', to_timestamp(123.456))
SELECT timestamp '2024-01-01 12:34:56.789'::date, timestamp '2024-01-01 12:34:56.789'::time(1), timestamptz '2024-01-01 12:34:56+00'::timetz, interval '25:00'::time, time '12:00'::interval, date '2024-01-01'::timestamptz, '2024-01-01'::timestamp(3)::text
SELECT * FROM generate_series(timestamp '2024-01-01', timestamp '2024-01-02', '6 hours') AS g
SELECT * FROM generate_series(timestamptz '2024-03-30 00:00+00', timestamptz '2024-04-01 00:00+00', '1 day') AS g
SELECT generate_series(1, 10, 3), generate_series(3, 1, -1)
SELECT * FROM generate_series(5::int8, 1::int8), generate_series(0.5, 2.0, 0.5)
SELECT generate_series(1, 2, 0)
SELECT x, y FROM generate_series(1, 2) x, generate_series(1, x) y
SELECT generate_series(1, 3) + 1 AS g, 'a'
SELECT g, count(*) OVER () FROM generate_series(1.0, 3.5) g
-- Numbers.
SELECT round(2.567, 1), round(-2.5), round(2.5::float8), round(12345, -2), trunc(2.567, 2), trunc(-2.5), trunc(15, -1), ceil(2.1), ceiling(-2.1), floor(-2.1), sign(-2.5), sign(0::float8), abs(-5), abs(-5.5::float4), abs(-5::int2)
SELECT mod(11, 4), mod(-11, 4), mod(11, -4), 11 % 4, -11.5 % 4, mod(11.5, 4.0), div(9, 4), div(-9, 4), gcd(1071, 462), gcd(0, 5), lcm(12, 18), factorial(5)
SELECT power(2, 3), 2 ^ 3, 2.5 ^ 2, (-8) ^ 2, 2 ^ -1, power(2::numeric, 100), sqrt(2), sqrt(2.0), sqrt(16::numeric), cbrt(27), exp(1.0), exp(1), ln(2.0), ln(2), log(100), log10(1000), log(2, 8), log(2.0, 10)
SELECT pi(), degrees(0.5), radians(45), sin(0.5), cos(0.5), tan(0.5), cot(0.5), asin(1), acos(0), atan(1), atan2(1, -1), sinh(1), cosh(1), tanh(0.5), asinh(1), acosh(2), atanh(0.5)
SELECT width_bucket(5, 1, 10, 4), width_bucket(0, 1, 10, 4), width_bucket(11, 1, 10, 4), scale(1.230), min_scale(1.230), trim_scale(1.230), numeric '1e5', 1e-7::numeric
SELECT 1 / 3, 1 / 3.0, 1.0 / 3::float8, 7 / -2, -7 % 3, 7.0 / 0.1, 1 / 3::float4, 0.1 + 0.2, 0.1::float8 + 0.2::float8, 100 * 1.1, 5 / 2 * 2.0
SELECT 1.0 / 0
SELECT 1 % 0
SELECT 5::int2 / 0::int2
SELECT 1::float8 / 0
SELECT 0.0 % 0
SELECT 2147483647 * 2
SELECT -2147483648 - 1
SELECT 32767::int2 + 1::int2
SELECT abs((-2147483648)::int4)
SELECT -((-9223372036854775808)::int8)
SELECT (-32768)::int2 / -1::int2
SELECT 9223372036854775807 * 2
SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) v(x)
SELECT sum(x), pg_typeof(sum(x)) FROM (VALUES (1::int2), (2::int2)) v(x)
SELECT sum(x), avg(x), pg_typeof(sum(x)), pg_typeof(avg(x)) FROM (VALUES (2147483647), (2147483647)) v(x)
SELECT avg(x), avg(y), sum(y), avg(z) FROM (VALUES (1::int8, 1.5, 1::float4), (2, 2.25, 2), (4, NULL, 4)) v(x, y, z)
SELECT 1::int2 + 1::int4, pg_typeof(1::int2 + 1::int8), pg_typeof(1 + 1.0), pg_typeof(1.0 + 1::float4), pg_typeof(1::float4 + 1::float4), pg_typeof(1::float4 * 1::int4)
SELECT 1.5::int, 2.5::int, -1.5::int, 1.5::float8::int, 2.5::float8::int, 2.5::float4::int8, '1_000', 0.5::int2, 123456789.5::float4, 1e-10::float4
SELECT 'abc'::int
SELECT ''::int
SELECT '1.5'::int
SELECT '1e400'::float8
SELECT '1e40'::float4
SELECT ' 12 '::int, '+5'::int, '1e3'::numeric, '.5'::numeric, '5.'::numeric, 'nan'::float4, '-inf'::float8, ' 1.5 '::float8, '0x1p3'::float8
SELECT 99999.995::numeric(7,2), 0.005::numeric(3,2), -0.005::numeric(3,2), 'NaN'::numeric(5,2), 123.45::numeric(3,0), 12345::numeric(3,-2)
SELECT 1000::numeric(3,0)
SELECT 1::bool, 0::bool, 't'::bool, 'yes'::bool, 'OFF'::bool, ' n '::bool, true::int, false::text, 'x' = 'x'
SELECT 'maybe'::bool
SELECT int4 '5', float8 '1.5', numeric '1.50', bool 'f', text 'a', int '7' + 1
SELECT 5 & 3, 5 | 2, 5 # 1, ~5, 1 << 10, 1024 >> 3, (-1) >> 1, 5::int8 & 3, 1::int2 << 3, bit_and(x), bit_or(x), bit_xor(x) FROM (VALUES (5), (3)) v(x)
SELECT |/ 25, ||/ 27, @ -5.5, 5!=4, 2 <> 3, -(-5), + 5, - 0.0, -0.0::float8
SELECT float8 '1e308' * 10
SELECT exp(-1000::numeric) = 0, exp(5000.0) > 1, ln(1e-10), power(0, 0), power(0.0, 0), 'NaN'::float8 = 'NaN', 'NaN'::float8 > 1e308, 'NaN'::numeric = 'NaN', 'Infinity'::numeric > 1e100
SELECT power(-8, 0.5)
SELECT log(-1)
SELECT random() BETWEEN 0 AND 1, length(gen_random_uuid()::text)
SELECT greatest(1, 2.5, NULL), least('b', 'a'), greatest(NULL, NULL), greatest('2024-01-01'::date, '2023-01-01'), least(1.5, 1.50), greatest(ARRAY[1], ARRAY[2]), coalesce(NULL, 1, 2), nullif(1, 2), nullif('a', 'a')
-- The session and the system.
SELECT version() LIKE 'PostgreSQL 15%', current_database() IS NOT NULL, current_schema(), current_schemas(false), current_user = session_user, pg_backend_pid() > 0
SELECT current_setting('TimeZone'), current_setting('server_version') LIKE '15.%', current_setting('nothing.here', true), current_setting('server_encoding'), current_setting('datestyle')
SELECT current_setting('no_such_setting')
SELECT pg_typeof(NULL), pg_typeof('x'), pg_typeof(1::int2), pg_typeof('a'::varchar(3)), pg_typeof('a'::char(3)), pg_typeof(ARRAY['a']), pg_typeof(ROW(1)), pg_typeof('1 day'::interval), pg_typeof('{}'::jsonb), pg_typeof('[1,2)'::int4range), pg_typeof('x'::"char"), pg_typeof(1::oid), pg_typeof('pg_class'::regclass)
SELECT 'pg_class'::regclass, 'pg_catalog.pg_type'::regclass::oid, 1259::regclass, 'int4'::regtype, 'character varying'::regtype::oid, 25::regtype, 'pg_catalog'::regnamespace, to_regclass('nope'), to_regtype('nope'), 'sum(int4)'::regprocedure, 'now'::regproc
SELECT 'nope'::regclass
SELECT 'nope'::regtype
SELECT format_type(23, -1), format_type(1043, 14), format_type(1700, 655366), format_type(1042, -1), format_type(1007, NULL), format_type(NULL, 1), format_type(1184, 3)
SELECT pg_get_userbyid(0) IS NOT NULL, has_table_privilege('items', 'SELECT'), pg_is_in_recovery()
SELECT inet_client_addr() IS NULL OR true, pg_postmaster_start_time() < now(), pg_conf_load_time() < now(), pg_client_encoding()
-- What is not there.
-- differs: functions that are not there
SELECT sind(30)
-- differs: functions that are not there
SELECT to_tsvector('a b') IS NULL
-- differs: functions that are not there
SELECT gcd(1.5, 2)
-- differs: functions that are not there
SELECT date_part(name, at) FROM items WHERE false
