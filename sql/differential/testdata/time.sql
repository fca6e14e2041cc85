SELECT day, at, seen, clock, span FROM items
SELECT day + 1, day - 1, day - '2024-01-01'::date, day + '1 month'::interval, day + '10:00'::time, 3 + day FROM items
SELECT at + '1 day', at - '1 mon 2 days 03:00'::interval, at - '2024-01-01'::timestamp, seen - '2024-01-01'::timestamptz, seen + '1 year' FROM items
SELECT clock + '1 hour', clock - '2 hours'::interval, clock - '10:00'::time FROM items
SELECT span + '1 day', span - '1 hour'::interval, span * 2, span / 2, -span, span * 1.5 FROM items
SELECT '1 year 2 months 3 days 4 hours 5 minutes 6.7 seconds'::interval, '-1 day'::interval, '1 day -01:00'::interval, '0'::interval, '1 week'::interval, 'P1Y2M'::interval
SELECT span FROM items ORDER BY span
SELECT '30 days'::interval = '1 month'::interval, '24 hours'::interval = '1 day'::interval, '1 day'::interval > '23:59'::interval
SELECT extract(year from day), extract(month from day), extract(day from day), extract(dow from day), extract(isodow from day), extract(doy from day), extract(week from day), extract(isoyear from day), extract(quarter from day), extract(century from day), extract(decade from day), extract(epoch from day), extract(julian from day) FROM items
SELECT extract(hour from at), extract(minute from at), extract(second from at), extract(milliseconds from at), extract(microseconds from at), extract(epoch from at), extract(epoch from seen), extract(hour from seen) FROM items
SELECT date_part('year', at), date_part('second', at), date_part('epoch', seen), date_part('hour', clock), date_part('day', span), date_part('epoch', span) FROM items
SELECT extract(year from span), extract(month from span), extract(day from span), extract(hour from span), extract(second from span), extract(epoch from span) FROM items
SELECT date_trunc('month', at), date_trunc('year', day), date_trunc('hour', seen), date_trunc('week', at), date_trunc('quarter', at), date_trunc('decade', at), date_trunc('second', at) FROM items
SELECT age('2024-03-01'::timestamp, '2023-01-31'), age('2023-01-31'::timestamp, '2024-03-01'), age('2024-02-29'::timestamp, '2000-02-29'), age('2024-01-01'::timestamptz, '2023-12-31 23:00+00')
SELECT make_date(2024, 2, 29), make_time(10, 30, 15.5), make_timestamp(2024, 1, 2, 3, 4, 5.5), make_interval(1, 2, 0, 3, 4, 5, 6.5), make_interval(days => 10)
SELECT to_timestamp(1700000000.5), '2024-01-01'::date::timestamp, '2024-01-01 10:30'::timestamp::date, '2024-01-01 10:30'::timestamp::time, '10:30'::time::interval, '2024-01-01 10:30+02'::timestamptz::timestamp, '2024-01-01'::date::timestamptz
SELECT at AT TIME ZONE 'UTC', seen AT TIME ZONE 'Europe/Berlin', at AT TIME ZONE 'America/New_York', timezone('Asia/Tokyo', seen) FROM items
SELECT justify_days('35 days'), justify_hours('27 hours'), justify_interval('1 mon -1 hour')
SELECT date_bin('15 minutes', '2024-01-01 10:37'::timestamp, '2024-01-01'), date_bin('1 hour', '2024-01-01 10:37'::timestamptz, '2000-01-01')
SELECT isfinite(day), isfinite(at), isfinite('infinity'::timestamp) FROM items
SELECT 'infinity'::date, '-infinity'::timestamp, 'infinity'::timestamptz > '2024-01-01'::timestamptz
SELECT '0044-03-15 BC'::date, '0044-03-15 12:00 BC'::timestamp, '2024-06-01 12:00:00.123456'::timestamp, '24:00'::time
SELECT '2024-13-01'::date
SELECT 'x'::timestamp
SELECT name::date FROM items
SELECT day = at::date, at = seen::timestamp, day < at, at > day, seen > at FROM items
SELECT min(day), max(at), min(seen), max(clock), min(span), max(span), sum(span), avg(span) FROM items
SELECT count(*), date_trunc('year', day) FROM items GROUP BY 2
SELECT (day, day + 10) OVERLAPS ('2024-01-20'::date, '2024-02-01'::date) FROM items
SELECT '2024-01-01 10:30:45.678'::timestamp(0), '2024-01-01 10:30:45.678'::timestamp(1), '10:30:45.678'::time(0), '2024-01-01 10:30:45.678+00'::timestamptz(2)
SELECT '2024-01-31'::date + '1 month'::interval, '2024-03-31'::timestamp - '1 month'::interval, '2023-02-28'::date + '1 year'::interval
SELECT generate_series('2024-01-30'::date, '2024-02-02'::date, '1 day')
SELECT day::text || '!', at::text, seen::text, span::text, clock::text FROM items
SELECT extract(timezone from seen), extract(fortnight from at) FROM items
SELECT at - interval '1 day' * id FROM items
SELECT interval '1 month' * 0.5, interval '1 day' / 3, interval '1 year' / 5, interval '10 days' * 1.5
SELECT make_date(2024, 2, 30)
SELECT '1 day'::interval::text, interval '1' hour, interval '1-2' year to month
SELECT span::time, date_trunc('hour', span), date_trunc('month', span), span::interval(0) FROM items
SELECT '1 year 2 mons 3 days 04:05:06.789'::interval year to month, '3 days 04:05:06'::interval day to hour, interval '1.7' second(0)
-- code
SELECT at AT TIME ZONE 'Nowhere/None' FROM items
SELECT current_date - current_date, now() - now(), current_timestamp = transaction_timestamp(), localtimestamp IS NULL
SELECT day FROM items WHERE day BETWEEN '2023-01-01' AND '2024-01-31' AND at >= '2023-06-01' AND seen < now()
SELECT extract(dow from day) = 1, extract(year from at) * 2, extract(month from at)::int + 1, extract(epoch from at)::int8 FROM items
SELECT extract(hour from at) || 'h', round(extract(second from at), 1) FROM items
