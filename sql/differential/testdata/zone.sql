-- Sessions in another time zone.
SET TimeZone = 'Europe/Berlin'
SELECT id, tstz, tstz::text, tstz::date, tstz::time, tstz::timestamp, tstz::timetz, extract(hour from tstz), date_trunc('day', tstz), to_char(tstz, 'YYYY-MM-DD HH24:MI:SS TZH:TZM') FROM kinds WHERE id IN (1, 2, 6) ORDER BY id
SELECT id, tstzrange, lower(tstzrange), upper(tstzrange) FROM kinds ORDER BY id
SELECT id, tstzrange::text FROM kinds ORDER BY id
SELECT tstz, tstzrange FROM lists ORDER BY id
SELECT '2024-03-31 01:30'::timestamptz, '2024-03-31 02:30'::timestamptz, '2024-03-31 03:30'::timestamptz, '2024-10-27 02:30'::timestamptz, '2024-07-01 12:00'::timestamptz, '2024-01-01'::date::timestamptz, '2024-07-01'::timestamp::timestamptz, '12:00'::timetz
SELECT timestamptz '2024-03-30 12:00' + interval '1 day', timestamptz '2024-03-30 12:00' + interval '24 hours', timestamptz '2024-10-26 12:00' + interval '1 day', timestamptz '2024-04-01' - timestamptz '2024-03-01', age(timestamptz '2024-04-01', timestamptz '2024-03-01')
SELECT date_trunc('week', timestamptz '2024-03-31 12:00'), date_trunc('hour', timestamptz '2024-10-27 02:30+01'), date_bin('1 day', timestamptz '2024-03-31 12:00', timestamptz '2024-01-01'), timestamptz '2024-01-01 00:00+00' AT TIME ZONE 'Asia/Tokyo', timestamp '2024-01-01' AT TIME ZONE 'America/New_York'
SELECT * FROM generate_series(timestamptz '2024-03-30', timestamptz '2024-04-01', '1 day') AS g
SELECT to_timestamp('2024-07-01 10:00', 'YYYY-MM-DD HH24:MI'), to_timestamp(1700000000), make_timestamptz(2024, 7, 1, 12, 0, 0), make_timestamptz(2024, 7, 1, 12, 0, 0, 'UTC'), to_json(timestamptz '2024-07-01 12:00+00'), to_jsonb(timestamptz '2024-01-01 12:00+00')
SELECT extract(timezone from timestamptz '2024-07-01'), extract(timezone_hour from timestamptz '2024-01-01'), extract(epoch from timestamptz '2024-07-01'), extract(day from timestamptz '2024-01-01 23:30+00')
SELECT id FROM kinds WHERE tstz >= '2024-01-01 02:02:03' AND tstz = timestamptz '2024-01-01 02:02:03+01' ORDER BY id
SELECT tstz = ts, tstz > date, ts::timestamptz = tstz FROM kinds ORDER BY id
SELECT tstzrange('2024-01-01', '2024-02-01'), tstzrange('2024-01-01', '2024-02-01') @> timestamptz '2024-01-01 00:00+01', '[2024-01-01,2024-02-01)'::tstzrange, '["2024-01-01 00:00+05",)'::tstzrange
SELECT min(tstz), max(tstz), array_agg(tstz ORDER BY id), json_agg(tstz ORDER BY id) FROM kinds WHERE id IN (1, 2)
-- args: 2024-07-01 12:00
SELECT $1::timestamptz, $1::timestamp::timestamptz, $1::timestamptz::text, $1::timestamptz + interval '1 month'
-- args: [2024-01-01,2024-02-01)
SELECT $1::tstzrange, $1::tstzrange @> timestamptz '2024-01-15'
SET TimeZone = 'America/St_Johns'
SELECT tstz, tstz::date, extract(timezone_minute from tstz), tstzrange FROM kinds WHERE id IN (1, 6) ORDER BY id
SET TimeZone = 'UTC'
-- Other output settings.
SET extra_float_digits = 0
SELECT 0.1::float8 + 0.2::float8, 1.1::float4, float8, float4 FROM kinds ORDER BY id
SET extra_float_digits = 1
SET bytea_output = 'escape'
SELECT bytea FROM kinds ORDER BY id
SET bytea_output = 'hex'
SET DateStyle = 'ISO, DMY'
SELECT date '2024-01-31', '31/12/2024'::date, '01/02/2024'::date
SET DateStyle = 'ISO, MDY'
-- differs: other styles of dates and intervals
SET IntervalStyle = 'iso_8601'
SET IntervalStyle = 'postgres'
-- differs: other styles of dates and intervals
SET DateStyle = 'SQL, DMY'
SET DateStyle = 'ISO, MDY'
