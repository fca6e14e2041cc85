-- INSERT
INSERT INTO t VALUES (1, 'one', 1.005, '2024-01-01 00:00:00+02', '{a,b}')
INSERT INTO t VALUES (2, 'two'), (3, 'three', 3), (4, 'four', NULL, 'epoch') 
INSERT INTO t (name, id) VALUES ('five', 5), (DEFAULT, 6) RETURNING *
INSERT INTO t (id, name) SELECT g, 'g' || g FROM generate_series(10, 13) g RETURNING id, name AS n, qty * 2, id + 1 AS "next"
INSERT INTO t (id, name, qty) SELECT 20, 'twenty', '7.5' RETURNING qty
INSERT INTO t (id, name, tags) VALUES (21, 'x21', ARRAY['p', 'q']), (22, 'x22', '{}') RETURNING tags, tags[1]
-- args: 30 | thirty | 2.25
INSERT INTO t (id, name, qty) VALUES ($1, $2, $3) RETURNING *
-- args: 31 | 31.5
INSERT INTO t (id, name, qty) SELECT $1, 'sel', $2
INSERT INTO t DEFAULT VALUES
INSERT INTO t (id) VALUES (1)
INSERT INTO t VALUES (1, 'uno')
INSERT INTO t VALUES (40, 'a40'), (40, 'b40')
INSERT INTO t VALUES (40, 'one')
INSERT INTO t VALUES (40, NULL)
INSERT INTO t VALUES (40, 'neg', -1)
INSERT INTO t VALUES (40, NULL, -1)
INSERT INTO t VALUES (40, 'x', 1, 'infinity', '{"a b",NULL}', 5)
INSERT INTO t (id, name) VALUES (40)
INSERT INTO t (id, nam) VALUES (40, 'x')
INSERT INTO t (id, id) VALUES (40, 41)
INSERT INTO t VALUES ('x', 'y')
INSERT INTO t VALUES (40, 'a'), (41)
INSERT INTO t (id, name) VALUES (true, 'x')
INSERT INTO t (id, at) VALUES (40, 5)
INSERT INTO t (id, name) SELECT 'a', 'b'
INSERT INTO t (id, name) SELECT 1.5, 'b' RETURNING id
-- differs: without the detail
INSERT INTO t (id, name, qty) VALUES (41, 'big', 123456789.5)
INSERT INTO missing VALUES (1)
INSERT INTO nos.t VALUES (1)
INSERT INTO t (id, name) VALUES (count(*), 'x')
INSERT INTO t (id, name) VALUES ((SELECT max(id) + 1 FROM t), 'max') RETURNING id
INSERT INTO t AS x (id, name) VALUES (50, 'alias') RETURNING x.id, x.*
INSERT INTO t AS x (id, name) VALUES (51, 'alias2') RETURNING t.id
INSERT INTO t (id, name) VALUES (51, 'r') RETURNING missing
INSERT INTO t (id, name) VALUES (51, 'r') RETURNING sum(id)
INSERT INTO t (id, name) (VALUES (52, 'p'), (53, 'q') ORDER BY 1 LIMIT 1) RETURNING id
INSERT INTO t (id, name) SELECT id + 100, name || '+' FROM t WHERE id < 4
INSERT INTO t (id, name) WITH q AS (SELECT 60 AS i) SELECT i, 'with' FROM q RETURNING id, name
WITH q AS (SELECT 61 AS i) INSERT INTO t (id, name) SELECT i, 'with61' FROM q RETURNING id, (SELECT i FROM q)
INSERT INTO t (id, name) SELECT 62, 'u1' UNION ALL SELECT 63, 'u2' RETURNING id
INSERT INTO t (id, name) VALUES (64, 'abc' || 'def'), (65, upper('x65')), (66, (SELECT 'sub'))
INSERT INTO t (id, name, qty) VALUES (67, 'a67', 1), (68, 'a68', 2.5), (69, 'a69', DEFAULT) RETURNING id, qty
INSERT INTO t (id, name) VALUES (70, repeat('long', 40)), (70, repeat('long', 41))
INSERT INTO t (id, name, qty) VALUES (71, repeat('é', 50), -5)
INSERT INTO t (id, name) VALUES (1 / 0, 'x')
INSERT INTO t (id, name) VALUES (2147483648, 'x')
SELECT * FROM t ORDER BY id
-- ON CONFLICT
INSERT INTO t VALUES (1, 'other') ON CONFLICT DO NOTHING
INSERT INTO t VALUES (1, 'other') ON CONFLICT (id) DO NOTHING RETURNING id
INSERT INTO t VALUES (300, 'one') ON CONFLICT DO NOTHING
INSERT INTO t VALUES (300, 'one') ON CONFLICT (id) DO NOTHING
INSERT INTO t VALUES (1, 'fresh'), (300, 'n300'), (300, 'n300b') ON CONFLICT (id) DO NOTHING RETURNING *
INSERT INTO t VALUES (1, 'one') ON CONFLICT (id) DO UPDATE SET qty = t.qty + 1 RETURNING *
INSERT INTO t VALUES (1, 'uno', 5), (301, 'n301', 6) ON CONFLICT (id) DO UPDATE SET name = excluded.name, qty = excluded.qty RETURNING *
INSERT INTO t AS o (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = o.name || '-' || excluded.name WHERE o.id = 1 RETURNING name
INSERT INTO t AS o (id, name) VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET name = 'never' WHERE o.id = 2 RETURNING name
INSERT INTO t VALUES (1, 'a'), (1, 'b') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO t VALUES (302, 'a302'), (302, 'b302') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO t VALUES (303, 'two') ON CONFLICT ON CONSTRAINT t_name_key DO UPDATE SET tags = ARRAY['hit'] RETURNING id, tags
INSERT INTO t VALUES (303, 'two') ON CONFLICT (id) DO UPDATE SET tags = NULL
INSERT INTO t VALUES (2, 'three') ON CONFLICT (id) DO UPDATE SET name = excluded.name
INSERT INTO t VALUES (2, 'x', -1) ON CONFLICT (id) DO NOTHING
INSERT INTO t VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET qty = -1
INSERT INTO t VALUES (2, 'x') ON CONFLICT (qty) DO NOTHING
INSERT INTO t VALUES (2, 'x') ON CONFLICT (nope) DO NOTHING
INSERT INTO t VALUES (2, 'x') ON CONFLICT ON CONSTRAINT nope DO NOTHING
INSERT INTO t VALUES (2, 'x') ON CONFLICT DO UPDATE SET name = 'x'
INSERT INTO t VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET nam = 'x'
INSERT INTO t VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET name = name
INSERT INTO t VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET name = DEFAULT, qty = DEFAULT WHERE excluded.name = 'x' RETURNING excluded.id
INSERT INTO t VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET (name, qty) = (SELECT 'sub3', 33) RETURNING *
-- args: 3 | n | 4
INSERT INTO t (id, name, qty) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET qty = excluded.qty + $3 RETURNING qty
SELECT id, name, qty, tags FROM t WHERE id < 10 OR id > 299 ORDER BY id
-- generated, identity, composite keys
INSERT INTO u (a, b) VALUES (1, 'x'), (1, 'y') RETURNING *
INSERT INTO u (a, b) VALUES (1, 'x')
INSERT INTO u (b) VALUES ('x')
INSERT INTO u VALUES (2, 'toolong')
INSERT INTO u VALUES (2, 'fit  ')
INSERT INTO u VALUES (2, 'x', 999)
INSERT INTO u VALUES (3, 'x', 1, DEFAULT, DEFAULT) RETURNING d, "E f"
INSERT INTO u VALUES (4, 'x', 1, 7)
INSERT INTO u (a, b, d) VALUES (4, 'x', DEFAULT), (5, 'x', 9)
INSERT INTO u (a, b, d) VALUES (4, 'x', DEFAULT), (5, 'x', DEFAULT) RETURNING d
INSERT INTO w (a, b, i) VALUES (1, 'x', 5)
INSERT INTO w (a, b, i) OVERRIDING SYSTEM VALUE VALUES (1, 'x', 500) RETURNING *
INSERT INTO w (a, b) VALUES (999, 'x')
INSERT INTO u VALUES (1, 'x') ON CONFLICT (b, a) DO UPDATE SET "E f" = u."E f" || excluded."E f", c = 3 RETURNING *
INSERT INTO u VALUES (1, 'x') ON CONFLICT (a) DO NOTHING
-- UPDATE
UPDATE t SET qty = qty + 1 WHERE id IN (2, 3) RETURNING id, qty
UPDATE t SET qty = 1
UPDATE t SET name = 'dup' WHERE id IN (2, 3)
UPDATE t SET id = 3 WHERE id = 2
UPDATE t SET name = NULL WHERE id = 2
UPDATE t SET qty = -qty WHERE id = 2
UPDATE t SET nam = 'x'
UPDATE t SET name = 'x', name = 'y' WHERE id = 2
UPDATE t SET name = 5 WHERE id = 2 RETURNING name
UPDATE t SET id = 'x' WHERE id = 2
UPDATE t SET at = true
UPDATE t SET name = DEFAULT WHERE id = 2 RETURNING *
UPDATE t SET (name, qty) = ('row', 9.999) WHERE id = 2 RETURNING name, qty
UPDATE t SET (name, qty) = ROW ('row2', DEFAULT) WHERE id = 2 RETURNING name, qty
UPDATE t SET (name, qty) = (SELECT 's' || x.id, x.id FROM t x WHERE x.id = t.id + 1) WHERE id = 2 RETURNING name, qty
UPDATE t SET (name, qty) = (SELECT 'a') WHERE id = 2
UPDATE t SET (name, qty) = ('a', 1, 2) WHERE id = 2
UPDATE t SET (qty, tags) = (SELECT qty, tags FROM t x WHERE x.id = -1) WHERE id = 4 RETURNING qty, tags
-- differs: a subquery that needs no row is run for none
UPDATE t SET (qty, tags) = (SELECT qty, tags FROM t x) WHERE id = 4
UPDATE t SET qty = v.q FROM (VALUES (2, 20), (4, 40)) v (k, q) WHERE t.id = v.k RETURNING t.id, t.qty, v.q, v.*
UPDATE t AS z SET qty = z.qty + u.a FROM u WHERE u.c = z.id RETURNING z.id, z.qty, u.b
UPDATE t AS z SET qty = 0 WHERE t.id = 1
UPDATE t SET qty = 0 FROM t WHERE id = 1
UPDATE t SET qty = 0 FROM t x WHERE x.id = t.id AND t.id = 20 RETURNING x.qty AS old, t.qty AS new
UPDATE t SET qty = 0 FROM t x JOIN u USING (id) WHERE true
UPDATE t SET qty = x.c FROM u x JOIN u y USING (a, b) WHERE x.c = t.id RETURNING t.id, a, b
-- args: 12.5 | 20
UPDATE t SET qty = $1 WHERE id = $2 RETURNING qty
-- args: 20
UPDATE t SET qty = qty + $1 WHERE id = $1 RETURNING qty
UPDATE t SET qty = sum(id)
UPDATE t SET qty = generate_series(1, 2)
UPDATE t SET qty = (SELECT count(*) FROM t) WHERE id = 21 RETURNING qty
UPDATE t SET qty = CASE WHEN id > 20 THEN 1 ELSE 2 END WHERE id IN (20, 21) RETURNING id, qty
UPDATE u SET d = 5
UPDATE u SET a = a + 100 WHERE b = 'y' RETURNING a, d
UPDATE u SET d = DEFAULT WHERE a = 101
UPDATE u SET c = 998 WHERE a = 101
UPDATE u SET b = 'toolong' WHERE a = 101
UPDATE w SET i = 4
UPDATE t SET id = 1000 WHERE id = 1
UPDATE t SET id = 2000 WHERE id = 20
UPDATE missing SET a = 1
UPDATE t SET qty = 1 WHERE nope = 1
WITH q AS (SELECT 21 AS i) UPDATE t SET qty = 77 FROM q WHERE t.id = q.i RETURNING t.id, q.i, qty
SELECT id, name, qty, tags FROM t ORDER BY id
SELECT * FROM u ORDER BY a, b
-- DELETE
DELETE FROM t WHERE id = 1
DELETE FROM t WHERE id = 2000 RETURNING *
DELETE FROM t USING u WHERE u.c = t.id AND u.a = -1
DELETE FROM t z USING (VALUES (62), (63)) v (k) WHERE z.id = v.k RETURNING z.id, v.k
DELETE FROM t USING t WHERE true
DELETE FROM t WHERE id IN (SELECT id FROM t WHERE id > 100 AND id < 200) RETURNING id
DELETE FROM t WHERE nope
DELETE FROM t WHERE id
DELETE FROM missing
-- args: 64
DELETE FROM t WHERE id = $1 RETURNING name
WITH q AS (SELECT 65 AS i) DELETE FROM t USING q WHERE id = i RETURNING id, i
INSERT INTO w (a, b) OVERRIDING USER VALUE VALUES (66, 'child') RETURNING a, b
UPDATE t SET id = 666 WHERE id = 66
SELECT * FROM w ORDER BY i
DELETE FROM t WHERE id = 666
SELECT a, b FROM w ORDER BY a
DELETE FROM u
DELETE FROM t WHERE id < 5 RETURNING id
-- WITH that writes
WITH d AS (DELETE FROM t WHERE id < 12 RETURNING id, name) SELECT count(*), min(name) FROM d
WITH i AS (INSERT INTO t (id, name) VALUES (700, 'w700') RETURNING id) INSERT INTO u (a, b, c) SELECT 70, 'w', id FROM i RETURNING *
WITH x AS (UPDATE t SET qty = 5 WHERE id = 700 RETURNING *) UPDATE t SET qty = x.qty + 1 FROM x WHERE t.id = 12 RETURNING t.id, t.qty
WITH x AS (INSERT INTO t (id, name) VALUES (701, 'w701')) SELECT count(*) FROM t WHERE id = 701
WITH x AS (INSERT INTO t (id, name) VALUES (702, 'w702')) SELECT * FROM x
SELECT * FROM (WITH x AS (DELETE FROM t RETURNING id) SELECT * FROM x) y
WITH x AS (DELETE FROM t WHERE id = 701 RETURNING *), y AS (SELECT * FROM x) SELECT y.id, y.name, (SELECT count(*) FROM t WHERE id = 701) FROM y
-- every type
INSERT INTO k VALUES (1, true, 1, 2, 1.5, 2.5, 1.50, 'abc', 'x', '\x00ff', '2024-02-29', '12:34:56.789', '2024-01-01 00:00:00.000001', '1 mon 2 days', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{"a": 1}', '{"b":2,"a":1}', '[1,5)', '{1,2,NULL}') RETURNING *
INSERT INTO k (id, bo, i2, i8, f4, f8, n) VALUES (2, 'no', '7', '8', 'NaN', '-Infinity', 123456789012345678901234567890.123456789)
INSERT INTO k (id, n) VALUES (3, 1.5)
INSERT INTO k (id, n) VALUES (3, 1.500), (4, 'NaN')
-- differs: another of two equal values is shown
INSERT INTO k (id, n) VALUES (4, 2), (5, 2.0)
INSERT INTO k (id, i2) VALUES (6, 40000)
INSERT INTO k (id, i2) SELECT 6, 40000
INSERT INTO k (id, vc, ch) VALUES (6, 'ab   ', 'a'), (7, 'ab', 'toolong')
INSERT INTO k (id, vc, ch) VALUES (6, 'ab   ', 'a'), (7, 'ab', 'abc  ') RETURNING vc || '|', ch || '|', length(ch)
INSERT INTO k (id, vc) VALUES (8, 12345), (9, 1.5) RETURNING vc
INSERT INTO k (id, da, ts, ti, iv) VALUES (10, 'infinity', '-infinity', '24:00', '-1 year 3 hours') RETURNING da, ts, ti, iv
INSERT INTO k (id, da) VALUES (11, '2023-02-30')
INSERT INTO k (id, da) VALUES (11, timestamp '2024-05-05 10:00:00') RETURNING da
INSERT INTO k (id, i8, f8, n) VALUES (12, 1.6, 3, 3) RETURNING i8, f8, n
-- differs: another detail
INSERT INTO k (id, js) VALUES (13, '{bad')
INSERT INTO k (id, uu) VALUES (13, 'bad')
INSERT INTO k (id, jb, js) VALUES (13, '{"z": [1, 2.50], "a": null}', ' {"keep" :  1}') RETURNING jb, js, jb -> 'z'
INSERT INTO k (id, ra, ia) VALUES (14, '(1,4]', ARRAY[1,2,3,4]) RETURNING ra, ia
INSERT INTO k (id, by) VALUES (15, 'abc'), (16, '\\x') RETURNING by
-- args: 17 | {"a":1} | 2024-01-01 | {3,4} | \x01
INSERT INTO k (id, jb, da, ia, by) VALUES ($1, $2, $3, $4, $5) RETURNING id, jb, da, ia, by
UPDATE k SET n = n * 2, f8 = f8 / 2, iv = iv * 2, ia = ia || 9, jb = jb || '{"c":3}', da = da + 1, ts = ts + interval '1 hour', vc = vc || 'z', bo = NOT bo WHERE id = 1 RETURNING *
UPDATE k SET i2 = i2 + 32767 WHERE id = 1
UPDATE k SET n = 'Infinity' WHERE id = 12 RETURNING n
UPDATE k SET ch = 'z' WHERE id = 6 RETURNING ch, ch = 'z  '
SELECT * FROM k ORDER BY id, n
DELETE FROM k WHERE n = 3.0 OR vc = 'ab' RETURNING id
-- TRUNCATE
TRUNCATE t
TRUNCATE k
TRUNCATE t, u, w
TRUNCATE missing
SELECT count(*) FROM t
-- one transaction
BEGIN
INSERT INTO t (id, name) VALUES (1, 'a'), (2, 'b')
UPDATE t SET id = id + 10 RETURNING id
INSERT INTO t (id, name) VALUES (1, 'again')
DELETE FROM t WHERE name = 'a'
SELECT id, name FROM t ORDER BY id
INSERT INTO t (id, name) VALUES (11, 'a')
COMMIT
SELECT id, name FROM t ORDER BY id
BEGIN
DELETE FROM t
INSERT INTO t (id, name) VALUES (1, 'a'), (1, 'b')
SELECT 1
COMMIT
SELECT id, name FROM t ORDER BY id
