CREATE TABLE items (
  id int4, small int2, big int8, price numeric(10,2), amount numeric, f4 float4, f8 float8,
  name text, code varchar(10), pad char(6), ok bool, day date, at timestamp, seen timestamptz,
  clock time, span interval, data jsonb, doc json, tags text[], nums int4[], amounts numeric[], ref uuid, raw bytea);
INSERT INTO items VALUES
 (1, 10, 10000000000, 19.99, 1.50, 1.5, 0.1, 'apple', 'A-1', 'x', true, '2024-01-15', '2024-01-15 10:30:00', '2024-01-15 10:30:00+02', '10:30', '1 day 02:00:00', '{"b": 1, "a": [1, 2, {"c": null}]}', '{"x" : 1,  "y": "z"}', '{red,green}', '{1,2,3}', '{1.5,2.50}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\xdeadbeef'),
 (2, -5, -7, 5.00, 1.5, -2.25, 1e20, 'Banana', 'b_2', 'yy', false, '2023-12-31', '2023-12-31 23:59:59.5', '2023-12-31 23:59:59.5+00', '23:59:59.5', '-3 days', '{"b": 2}', '[1, "two", null]', '{}', '{}', '{}', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x'),
 (3, NULL, 3, 100.10, 123456789012345678901234567890.123, 1e10, -1.5, 'cherry pie', NULL, 'x ', NULL, '2000-02-29', '2000-02-29 00:00:00', '2000-02-29 12:00:00+00', '00:00', '1 year 2 mons 3 days 04:05:06.789', NULL, NULL, NULL, NULL, NULL, NULL, NULL),
 (4, 32767, 9223372036854775807, NULL, -0.001, 'NaN', 'Infinity', 'éclair ☃', 'A-1', 'z', true, '1999-12-31', '1999-12-31 12:00:00.123456', '1999-12-31 12:00:00.123456+00', '12:00:00.123456', '00:00:00', '[1, 2.50, "x", true, null]', '"s"', '{NULL,"a b","q\"t"}', '{5,NULL}', '{NULL,10}', 'c0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x00ff'),
 (5, 0, 0, -3.50, NULL, 0, 0, '', '', '', false, '2024-02-29', '2024-02-29 06:07:08', '2024-02-29 06:07:08+00', '06:07:08', '1 mon', '"str"', '{"k":{"n":[10,20]}}', '{x,y,z}', '{3,1,2}', '{3,1.10}', NULL, '\x6162');
CREATE TABLE orders (oid int4, item int4, qty int4, customer text, placed date);
INSERT INTO orders VALUES (1,1,3,'ann','2024-01-01'),(2,1,2,'bob','2024-01-02'),(3,2,10,'ann','2024-01-02'),(4,5,1,NULL,'2024-03-01'),(5,NULL,7,'cat','2024-03-05'),(6,3,4,'bob',NULL);
CREATE TABLE nums (a int4, b int4, n numeric, d numeric(12,4));
INSERT INTO nums VALUES (1,2,10,1.2500),(2,3,3,0.3333),(-7,2,0.5,-100.1250),(7,-2,1.005,99.9999),(0,5,100.00,0),(NULL,1,NULL,NULL),(5,NULL,2.5,7.0000);
ALTER TABLE items REPLICA IDENTITY FULL;
ALTER TABLE orders REPLICA IDENTITY FULL;
ALTER TABLE nums REPLICA IDENTITY FULL;
-- A column of each type, with NULLs, equal values, and its extremes.
CREATE TABLE kinds (id int4 PRIMARY KEY,
  bool bool, int2 int2, int4 int4, int8 int8, oid oid, float4 float4, float8 float8, num numeric, dec numeric(12,3), wide numeric(60,5),
  text text, varchar varchar(8), bpchar bpchar(5), "char" "char", name name, bytea bytea,
  date date, time time, timetz timetz, ts timestamp, tstz timestamptz, ts0 timestamp(0), interval interval, uuid uuid, json json, jsonb jsonb,
  int4range int4range, int8range int8range, numrange numrange, tsrange tsrange, tstzrange tstzrange, daterange daterange);
INSERT INTO kinds VALUES
 (1, true, 1, 1, 1, 1, 1.5, 1.5, 1.50, 1.5, 1.5, 'a', 'a', 'a', 'a', 'a', 'a',
  '2024-01-01', '01:02:03', '01:02:03+00', '2024-01-01 01:02:03', '2024-01-01 01:02:03+00', '2024-01-01 01:02:03', '1 day', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a":1}', '{"a":1}',
  '[1,5)', '[1,5)', '[1.0,5.5)', '[2024-01-01,2024-02-01)', '[2024-01-01,2024-02-01)', '[2024-01-01,2024-02-01)'),
 (2, true, 1, 1, 1, 1, 1.5, 1.5, 1.5, 1.5, 1.5, 'a', 'a', 'a ', 'a', 'a', 'a',
  '2024-01-01', '01:02:03', '02:02:03+01', '2024-01-01 01:02:03', '2024-01-01 02:02:03+01', '2024-01-01 01:02:03.4', '24:00:00', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"a": 1.0}',
  '[1,4]', '[1,4]', '[1,5.50)', '[2024-01-01,2024-02-01)', '[2024-01-01 02:00+02,2024-02-01)', '[2024-01-01,2024-01-31]'),
 (3, false, -32768, -2147483648, -9223372036854775808, 0, '-Infinity', '-Infinity', '-Infinity', -999999999.999, -99999999999999999999999999999999999999999999999999999.99999, '', '', '', '', '', '',
  '-infinity', '00:00', '00:00+14', '-infinity', '-infinity', '0044-03-15 12:00:00 BC', '-178000000 years', '00000000-0000-0000-0000-000000000000', 'null', 'null',
  'empty', 'empty', 'empty', 'empty', 'empty', 'empty'),
 (4, false, 32767, 2147483647, 9223372036854775807, 4294967295, 'Infinity', 'Infinity', 'Infinity', 999999999.999, 99999999999999999999999999999999999999999999999999999.99999, 'é☃𝄞', 'é☃𝄞', 'é☃𝄞', 'z', 'Zoë "x"', '\x00ff5c27',
  'infinity', '24:00', '24:00-14', 'infinity', 'infinity', '9999-12-31 23:59:59', '178000000 years', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '[1, "x", {"b": null}]', '[1, "x", {"b": null}]',
  '(,)', '(,)', '(,)', '(,)', '(,)', '(,)'),
 (5, NULL, 0, 0, 0, 16384, 'NaN', 'NaN', 'NaN', 0, 0, 'B', 'B', 'B', 'B', 'B', 'B',
  '0044-03-15 BC', '23:59:59.999999', '23:59:59.999999-03:30', '0044-03-15 12:00:00 BC', '0044-03-15 12:00:00+00 BC', '0001-01-01 00:00:00', '-1 mon +2 days -03:04:05.6', 'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '"s\u00e9"', '"s\u00e9"',
  '[,5)', '[,5)', '(1.0,5]', '(2024-01-01,]', '(2024-01-01,infinity]', '[,2024-01-01)'),
 (6, NULL, -1, -1, -1, 2, -0.0, -0.0, 0.000, 0.001, 0.00001, 'a b,c', 'b_%\x', 'x  y', '\', 'name', '\x62',
  '1970-01-01', '12:00', '12:00:00.5+05:30', '1999-12-31 23:59:59.999999', '1999-12-31 23:59:59.999999+00', '1969-12-31 23:59:59.5', '1 year 2 mons 3 days 04:05:06.789', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 'true', 'true',
  '[3,)', '[3,)', '[0.10,0.10]', '[1999-12-31 12:00,2000-01-01]', '[1999-12-31 12:00,2000-01-01]', '(1999-12-31,)'),
 (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE lists (id int4 PRIMARY KEY,
  bool bool[], int2 int2[], int4 int4[], int8 int8[], oid oid[], float4 float4[], float8 float8[], num numeric[], dec numeric(12,3)[],
  text text[], varchar varchar(8)[], bpchar bpchar(5)[], "char" "char"[], name name[], bytea bytea[],
  date date[], time time[], timetz timetz[], ts timestamp[], tstz timestamptz[], interval interval[], uuid uuid[], json json[], jsonb jsonb[],
  int4range int4range[], int8range int8range[], numrange numrange[], tsrange tsrange[], tstzrange tstzrange[], daterange daterange[]);
INSERT INTO lists SELECT a.id, array[a.bool, b.bool], array[a.int2, b.int2], array[a.int4, b.int4], array[a.int8, b.int8], array[a.oid, b.oid], array[a.float4, b.float4], array[a.float8, b.float8], array[a.num, b.num], array[a.dec, b.dec],
  array[a.text, b.text], array[a.varchar, b.varchar], array[a.bpchar, b.bpchar], array[a."char", b."char"], array[a.name, b.name], array[a.bytea, b.bytea],
  array[a.date, b.date], array[a.time, b.time], array[a.timetz, b.timetz], array[a.ts, b.ts], array[a.tstz, b.tstz], array[a.interval, b.interval], array[a.uuid, b.uuid], array[a.json, b.json], array[a.jsonb, b.jsonb],
  array[a.int4range, b.int4range], array[a.int8range, b.int8range], array[a.numrange, b.numrange], array[a.tsrange, b.tsrange], array[a.tstzrange, b.tstzrange], array[a.daterange, b.daterange]
 FROM kinds a, kinds b WHERE b.id = CASE a.id WHEN 1 THEN 3 WHEN 2 THEN 3 ELSE 8 - a.id END;
INSERT INTO lists SELECT 8, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}';
INSERT INTO lists (id) VALUES (9);
