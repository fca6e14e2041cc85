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
