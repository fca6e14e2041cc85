SELECT int4range(1, 5), int4range(1, 5, '[]'), int4range(NULL, 5), int8range(1, NULL, '(]'), numrange(1.5, 2.50), daterange('2024-01-01', '2024-01-31', '[]'), tsrange('2024-01-01', '2024-01-02'), tstzrange('2024-01-01 00:00+00', NULL)
SELECT int4range(5, 1)
SELECT int4range(1, 5, 'x')
SELECT '[5,1]'::int4range
SELECT '[1,5'::int4range
SELECT '[1,5]'::int4range, '(1,5]'::int8range, '[1.0,2.50)'::numrange, '["2024-01-01 10:00",)'::tsrange, 'empty'::daterange, '(,)'::int4range, '[1,1)'::int4range
SELECT id, lower(int4range), upper(int4range), isempty(int4range), lower_inc(int4range), upper_inc(int4range), lower_inf(int4range), upper_inf(int4range) FROM kinds
SELECT id, lower(numrange), upper(numrange), lower_inc(numrange), upper_inc(numrange), lower_inf(numrange), upper_inf(numrange) FROM kinds
SELECT id, lower(tsrange), upper(tsrange), lower(tstzrange), upper(tstzrange), lower(daterange), upper(daterange), lower(int8range) FROM kinds
SELECT id, int4range @> 3, 3 <@ int4range, int8range @> 4::int8, numrange @> 1.0, numrange @> 5.5, daterange @> '2024-01-15'::date, tsrange @> '2024-01-15'::timestamp, tstzrange @> '2024-01-15'::timestamptz FROM kinds
SELECT a.id, b.id, a.int4range @> b.int4range, a.int4range <@ b.int4range, a.int4range && b.int4range, a.int4range << b.int4range, a.int4range >> b.int4range, a.int4range &< b.int4range, a.int4range &> b.int4range, a.int4range -|- b.int4range FROM kinds a, kinds b
SELECT a.id, b.id, a.numrange @> b.numrange, a.numrange && b.numrange, a.numrange << b.numrange, a.numrange -|- b.numrange, a.numrange * b.numrange FROM kinds a, kinds b
SELECT a.id, b.id, a.tstzrange && b.tstzrange, a.tsrange @> b.tsrange, a.daterange && b.daterange, a.daterange * b.daterange FROM kinds a, kinds b
SELECT int4range(1, 5) + int4range(5, 9), int4range(1, 9) - int4range(5, 20), int4range(1, 5) * int4range(3, 8), range_merge(int4range(1, 2), int4range(8, 9))
SELECT int4range(1, 2) + int4range(5, 9)
SELECT int4range(1, 20) - int4range(5, 9)
SELECT count(*) FROM kinds WHERE daterange @> date
SELECT id FROM kinds WHERE int4range = '[1,4]' OR int8range IN ('empty', '(,)')
SELECT lower('[1,5)'::int4range) + 1, upper(daterange('2024-01-01', '2024-02-01')) - 1, tsrange(at, at + '1 day') @> at FROM items
SELECT '[1,5)'::int4range::text, '[1,5)'::int4range = '[1,4]', 'empty'::int4range < '(,)'
SELECT array_agg(int4range ORDER BY int4range DESC), max(upper(int4range)) FROM kinds
SELECT id, daterange(day, day + 3, '[]') FROM items
