-- Column names.
SELECT 1, 'a', 1 + 1, -1, NULL, true, 1.5, now() IS NULL, 'a' || 'b', ARRAY[1], ROW(1), (SELECT 1), (SELECT 1 AS x), CASE WHEN true THEN 1 END, CASE WHEN true THEN 1 ELSE id END FROM items WHERE id = 1
SELECT id::text, id::int8, CAST(id AS numeric), count(*), sum(id), max(id) + 1, coalesce(id, 1), nullif(id, 1), greatest(id, 1), least(id, 1), id IS NULL, NOT ok, (id), items.id FROM items GROUP BY id, ok
SELECT '1'::int, 'a'::text, date '2024-01-01', interval '1 day', 'x'::char(3), ARRAY[1]::text[], (ARRAY[1, 2])[1], '{"a":1}'::jsonb -> 'a', extract(year from date '2024-01-01'), substring('abc' from 1 for 1), position('a' in 'abc'), trim(' a '), overlay('abc' placing 'x' from 1), current_date IS NULL, upper('a') AS "UPPER", EXISTS (SELECT 1), ARRAY(SELECT 1), 1 IN (1, 2), xmlcomment IS NULL FROM (SELECT 1 AS xmlcomment) s
SELECT * FROM (VALUES (1, 'a')) v
SELECT "Mixed Case", "Mixed Case" AS x, x.* FROM (SELECT 1 AS "Mixed Case", 2 AS "mixed case") x
SELECT items.*, orders.oid FROM items JOIN orders ON items.id = orders.item WHERE id = 1
SELECT i FROM (SELECT 1 AS a, 'b' AS b) i
SELECT (i).a, (i).b FROM (SELECT 1 AS a, 'b' AS b) i
SELECT count(*) c, count(*) FROM items
SELECT f.* FROM generate_series(1, 2) AS f(n)
SELECT * FROM generate_series(1, 2)
SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a']) WITH ORDINALITY AS u(a, b, n)
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['x', 'y'])) AS r(a, b)
SELECT current_timestamp IS NOT NULL AS "current_timestamp", current_date > '2020-01-01', localtimestamp > '2020-01-01'
-- Joins.
SELECT * FROM orders JOIN (SELECT oid, customer AS c FROM orders) x USING (oid) ORDER BY oid
SELECT * FROM (SELECT 1 AS a, 2 AS b) x NATURAL JOIN (SELECT 1 AS a, 3 AS c) y
SELECT x.a, y.a, a FROM (VALUES (1), (2)) x(a) FULL JOIN (VALUES (2), (3)) y(a) USING (a) ORDER BY a
SELECT * FROM (VALUES (1), (2)) x(a) LEFT JOIN (VALUES (2), (3)) y(b) ON a = b AND b > 2 ORDER BY a
SELECT i.id, l.* FROM items i, LATERAL (SELECT i.id * 2 AS dbl, o.qty FROM orders o WHERE o.item = i.id ORDER BY qty DESC LIMIT 1) l
SELECT i.id, l.n FROM items i LEFT JOIN LATERAL (SELECT count(*) AS n, o.item FROM orders o WHERE o.item = i.id GROUP BY o.item) l ON true ORDER BY i.id
SELECT i.id, t FROM items i, unnest(i.tags) AS t ORDER BY 1, 2
SELECT i.id, t, n FROM items i LEFT JOIN LATERAL unnest(i.tags) WITH ORDINALITY AS u(t, n) ON true ORDER BY 1, 3
SELECT a.id, b.id FROM items a JOIN items b ON (a.id, a.ok) = (b.id, b.ok)
SELECT a.oid FROM orders a JOIN orders b ON a.item = b.item AND a.oid <> b.oid ORDER BY 1
SELECT x.id FROM items x, items y WHERE x.id = y.id + 1 ORDER BY x.id
SELECT * FROM items i CROSS JOIN (SELECT 1 WHERE false) e
-- Subqueries.
SELECT id, (SELECT max(qty) FROM orders o WHERE o.item = items.id) FROM items ORDER BY id
SELECT id FROM items WHERE id = (SELECT max(id) FROM items) OR id IN (SELECT item FROM orders WHERE qty > 5)
SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders)
SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders WHERE item IS NOT NULL)
SELECT id FROM items WHERE NOT EXISTS (SELECT 1 FROM orders WHERE item = id)
SELECT id FROM items WHERE id > ALL (SELECT item FROM orders WHERE item < 3)
SELECT id FROM items WHERE id = ANY (SELECT item FROM orders) AND price < SOME (SELECT 10.0 UNION SELECT 50)
SELECT id FROM items WHERE (id, small) IN (SELECT id, small FROM items WHERE id < 3)
SELECT (SELECT id FROM items)
SELECT (SELECT 1, 2)
SELECT (SELECT id FROM items WHERE id = 99), EXISTS (SELECT 1 FROM items WHERE false), ARRAY(SELECT id FROM items ORDER BY id DESC)
SELECT ROW(1, 2) = (SELECT 1, 2), ROW(1, 2) < (SELECT 1, 3)
SELECT o.oid, (SELECT i.name FROM items i WHERE i.id = o.item AND i.id = ANY (ARRAY[1, 2])) FROM orders o ORDER BY o.oid
SELECT i.id, (SELECT sum(x) FROM unnest(i.nums) x), i.id < ALL (i.nums), i.id <= ANY (i.nums), (SELECT count(*) FROM orders o WHERE o.qty > ANY (i.nums)) FROM items i ORDER BY 1
SELECT i.id FROM items i WHERE EXISTS (SELECT 1 FROM orders o WHERE o.qty < ALL (i.nums) AND o.customer LIKE ANY (ARRAY['a%', i.code])) ORDER BY 1
SELECT (SELECT count(*) FROM items i2 WHERE i2.id <> ALL (i.nums)) FROM items i ORDER BY i.id
SELECT i.id, (SELECT array_agg(o.qty + i.id ORDER BY o.qty) FROM orders o WHERE o.item = i.id) FROM items i ORDER BY 1
SELECT customer, (SELECT max(i.price) FROM items i WHERE i.id <= count(*)) FROM orders GROUP BY customer ORDER BY 1
-- differs: aggregates of an outer query
SELECT customer, (SELECT sum(qty) + count(*) FROM items) FROM orders GROUP BY customer ORDER BY 1
-- Groups.
SELECT ok, count(*), sum(price), min(name), bool_and(id > 0) FROM items GROUP BY ok HAVING count(*) > 1 ORDER BY ok
SELECT ok, code, count(*), grouping(ok, code) FROM items GROUP BY CUBE (ok, code) ORDER BY grouping(ok, code), ok, code
SELECT ok, code, sum(id) FROM items GROUP BY GROUPING SETS ((ok), (code), ()) ORDER BY ok, code, 3
SELECT ok, code, count(*) FROM items GROUP BY ROLLUP (ok, code) ORDER BY ok NULLS FIRST, code NULLS FIRST, 3
SELECT ok, count(*) FROM items GROUP BY GROUPING SETS (ok, ok) ORDER BY 1, 2
SELECT count(*), count(code), count(DISTINCT code), sum(DISTINCT small), avg(DISTINCT id) FROM items
SELECT count(*) FILTER (WHERE ok), sum(id) FILTER (WHERE id > 2), array_agg(id ORDER BY id DESC) FILTER (WHERE id <> 3), string_agg(name, ',') FILTER (WHERE false) FROM items
SELECT string_agg(name, ', ' ORDER BY id DESC), string_agg(DISTINCT code, '|' ORDER BY code), array_agg(DISTINCT ok ORDER BY ok DESC NULLS LAST), array_agg(code ORDER BY code NULLS FIRST, id), string_agg(raw, '\x00' ORDER BY id) FROM items
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY qty), percentile_cont(0.3) WITHIN GROUP (ORDER BY qty DESC), percentile_disc(0.5) WITHIN GROUP (ORDER BY qty), percentile_disc(ARRAY[0, 0.5, 1]) WITHIN GROUP (ORDER BY placed), mode() WITHIN GROUP (ORDER BY customer), mode() WITHIN GROUP (ORDER BY item DESC) FROM orders
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY span), percentile_disc(0.9) WITHIN GROUP (ORDER BY name), percentile_disc(0.5) WITHIN GROUP (ORDER BY price), percentile_cont(0.25) WITHIN GROUP (ORDER BY f8) FROM items WHERE id <> 4
SELECT percentile_cont(1.5) WITHIN GROUP (ORDER BY qty) FROM orders
SELECT rank(3) WITHIN GROUP (ORDER BY qty), dense_rank(3) WITHIN GROUP (ORDER BY qty), percent_rank(3) WITHIN GROUP (ORDER BY qty), cume_dist(3) WITHIN GROUP (ORDER BY qty) FROM orders
-- differs: the last digits of statistics in double precision
SELECT corr(a, b), covar_pop(a, b), covar_samp(a, b), regr_slope(a, b), regr_intercept(a, b), regr_count(a, b), regr_avgx(a, b), regr_r2(a, b) FROM nums
SELECT stddev(qty), stddev_pop(qty), variance(qty), var_pop(qty), stddev(qty::float8), var_samp(qty::numeric) FROM orders
SELECT json_agg(o ORDER BY oid) FROM (SELECT oid, customer FROM orders WHERE oid < 3) o
SELECT jsonb_agg(customer ORDER BY oid), json_object_agg(oid, customer ORDER BY oid), jsonb_object_agg(customer, qty) FROM orders WHERE customer IS NOT NULL AND oid < 4
-- differs: multidimensional arrays
SELECT array_agg(nums ORDER BY id) FROM items WHERE id IN (1, 5)
SELECT min(tags), max(nums), array_agg(nums[1] ORDER BY id), max(span), min(ref::text), max(ok::text), min(clock), max(seen) FROM items
SELECT max(ref), min(raw), max(pad), min(code) FROM items
SELECT sum(qty) AS q FROM orders GROUP BY () HAVING sum(qty) > 1
SELECT count(*) FROM orders HAVING count(*) > 100
SELECT customer AS c, sum(qty) FROM orders GROUP BY c ORDER BY c
SELECT upper(customer), count(*) FROM orders GROUP BY 1 ORDER BY 1
SELECT id, sum(small) FROM items
SELECT sum(count(*)) FROM items
SELECT bool_or(ok), every(id > 0), any_value FROM (SELECT true AS ok, 1 AS id, 2 AS any_value) s GROUP BY any_value
-- Windows.
SELECT oid, row_number() OVER w, rank() OVER w, dense_rank() OVER w, percent_rank() OVER w, cume_dist() OVER w, ntile(3) OVER w FROM orders WINDOW w AS (ORDER BY customer) ORDER BY oid
SELECT oid, sum(qty) OVER (ORDER BY oid ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), avg(qty) OVER (ORDER BY oid ROWS 2 PRECEDING), count(*) OVER (ORDER BY qty RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING), max(qty) OVER (ORDER BY customer GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM orders ORDER BY oid
SELECT oid, sum(qty) OVER (ORDER BY oid ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW), sum(qty) OVER (ORDER BY customer EXCLUDE TIES), count(*) OVER (ORDER BY customer RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE GROUP) FROM orders ORDER BY oid
SELECT oid, first_value(qty) OVER w, last_value(qty) OVER w, nth_value(qty, 2) OVER w, lag(qty) OVER w, lead(qty, 2, -1) OVER w FROM orders WINDOW w AS (PARTITION BY customer ORDER BY oid) ORDER BY oid
SELECT oid, sum(qty) FILTER (WHERE qty > 2) OVER (ORDER BY oid), string_agg(customer, ',') OVER (ORDER BY oid), array_agg(qty) OVER (ORDER BY oid ROWS 1 PRECEDING) FROM orders ORDER BY oid
SELECT oid, count(*) OVER (ORDER BY placed RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW), sum(qty) OVER (PARTITION BY customer ORDER BY placed DESC NULLS LAST) FROM orders ORDER BY oid
SELECT n, sum(n) OVER (ORDER BY n), avg(n) OVER (ORDER BY n ROWS 1 PRECEDING), min(d) OVER (), rank() OVER (ORDER BY n DESC) FROM nums ORDER BY n, d
SELECT ntile(0) OVER () FROM orders
SELECT row_number() OVER () FROM orders WHERE row_number() OVER () > 1
SELECT w.* FROM (SELECT oid, row_number() OVER (PARTITION BY customer ORDER BY qty DESC, oid) AS rn FROM orders) w WHERE rn = 1 ORDER BY oid
-- Sets.
SELECT 1 UNION SELECT 1.0 UNION SELECT NULL UNION SELECT NULL ORDER BY 1
SELECT customer FROM orders UNION ALL SELECT name FROM items ORDER BY 1
SELECT customer FROM orders INTERSECT SELECT customer FROM orders WHERE qty > 3 ORDER BY 1
SELECT customer FROM orders EXCEPT SELECT 'ann' ORDER BY 1 DESC
SELECT item FROM orders INTERSECT ALL SELECT item FROM orders WHERE oid > 1 ORDER BY 1
SELECT item FROM orders EXCEPT ALL SELECT 1 ORDER BY 1
SELECT NULL INTERSECT SELECT NULL
SELECT NULL, 1 UNION SELECT NULL, 1 EXCEPT SELECT 2, 2
(SELECT 1 AS a ORDER BY 1) UNION ALL (SELECT 2 LIMIT 1) ORDER BY a DESC
SELECT 1, 2 UNION SELECT 1
SELECT 1 UNION SELECT 'a'
SELECT price FROM items UNION SELECT amount FROM items WHERE id IN (2, 4) ORDER BY 1
VALUES (1, 'a'), (2, NULL) EXCEPT VALUES (1, 'a') ORDER BY 1
SELECT '1' UNION SELECT 2 ORDER BY 1
-- WITH.
WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n), count(*) FROM t
WITH RECURSIVE t AS (SELECT 1 AS a, 1 AS b UNION SELECT b, (a + b) % 7 FROM t WHERE b < 100) SELECT * FROM t ORDER BY a, b
WITH RECURSIVE tree(id, path) AS (SELECT 1, ARRAY[1] UNION ALL SELECT id + 1, path || (id + 1) FROM tree WHERE id < 4) SELECT * FROM tree ORDER BY id
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM a, b
WITH a AS MATERIALIZED (SELECT id FROM items), b AS NOT MATERIALIZED (SELECT * FROM a WHERE id > 2) SELECT count(*) FROM b
WITH t AS (SELECT id, name FROM items) SELECT * FROM t WHERE id = (SELECT max(id) FROM t)
WITH t(a, b) AS (SELECT 1, 2) TABLE t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n * 2 FROM t) SELECT n FROM t LIMIT 5
-- DISTINCT, ORDER BY, LIMIT.
SELECT DISTINCT ON (customer) customer, oid, qty FROM orders ORDER BY customer, qty DESC
SELECT DISTINCT ON (ok, code) ok, code, id FROM items ORDER BY ok, code DESC, id
SELECT DISTINCT ok, code IS NULL FROM items ORDER BY 1 NULLS FIRST, 2
SELECT DISTINCT customer FROM orders ORDER BY customer COLLATE "C" DESC
SELECT DISTINCT customer FROM orders ORDER BY qty
SELECT customer, qty FROM orders ORDER BY customer DESC NULLS LAST, qty ASC NULLS FIRST
SELECT id, code FROM items ORDER BY code USING >, id
SELECT id AS x, -id AS id FROM items ORDER BY id
SELECT id FROM items ORDER BY id + 0 DESC LIMIT 2 OFFSET 1
SELECT id FROM items ORDER BY id LIMIT ALL OFFSET 3
SELECT id FROM items ORDER BY id LIMIT NULL
SELECT id FROM items ORDER BY id OFFSET 2 ROWS FETCH NEXT 2 ROWS ONLY
SELECT qty FROM orders ORDER BY item FETCH FIRST 1 ROW WITH TIES
SELECT id FROM items ORDER BY id LIMIT (SELECT 2)
SELECT id FROM items ORDER BY id LIMIT -1
SELECT id FROM items OFFSET -1
SELECT 1 LIMIT 'a'
SELECT id FROM items ORDER BY 99
SELECT id FROM items ORDER BY name COLLATE "C", id
SELECT id FROM items ORDER BY ok, price DESC
SELECT id FROM items ORDER BY (id, name) DESC
SELECT id FROM items ORDER BY ROW(ok, id)
-- Rows.
-- differs: records in binary
SELECT ROW(1, 'a') AS binary
SELECT ROW(1, 'a', NULL), ROW(1, ROW(2, 'b c')), (1, 2), ROW(), ROW(NULL), ROW(ARRAY[1, 2], '{"a": 1}'::jsonb)
SELECT (1, 2) = (1, 2), (1, 2) < (1, 3), (1, NULL) = (1, NULL), (2, NULL) > (1, NULL), (1, 'a') <> (1, 'b'), (1, 2) IS NULL, (NULL, NULL) IS NULL, (1, NULL) IS NOT NULL, ROW(1, NULL) IS DISTINCT FROM ROW(1, NULL), (1, 2) IN ((1, 2), (3, 4)), (1, 2) <= (1, 2), (1, 2, 3) >= (1, 2, 2)
SELECT (1, 2) = (1, 2, 3)
SELECT ROW(1, 2) = ROW(1, 2.0), ROW('a'::text) = ROW('a'::varchar)
SELECT i = i, i < i, i IS NOT NULL FROM (SELECT 1 AS a, 'x' AS b) i
SELECT count(DISTINCT (ok, code)) FROM items
SELECT DISTINCT (customer, 1) FROM orders
SELECT (customer, qty > 3) AS r, count(*) FROM orders GROUP BY r
SELECT max(ROW(1, 2)) IS NULL
SELECT items FROM items WHERE id = 2
SELECT row_to_json(ROW(1, 'a')), row_to_json(i), to_jsonb(i) FROM (SELECT 1 AS a, NULL AS b, ARRAY[1.5] AS c) i
-- Errors.
SELECT nothing FROM items
SELECT * FROM nothing
SELECT i.nothing FROM items i
SELECT items.id FROM items i
SELECT id FROM items, orders, items
SELECT nothing(1)
SELECT 1 + 'a'
SELECT 1 + true
SELECT 'a' + 'b'
SELECT name + 1 FROM items
SELECT id FROM items WHERE name
SELECT id FROM items WHERE id = 'x'
SELECT CASE WHEN 1 THEN 2 END
SELECT COALESCE(1, 'a')
SELECT ARRAY[1, 'a']
SELECT oid, item FROM orders a JOIN orders b USING (oid)
SELECT sum(name) FROM items
SELECT max(data) FROM items
SELECT id FROM items GROUP BY ok
SELECT count(*) FROM items WHERE count(*) > 1
SELECT lower(1)
SELECT now('x')
SELECT date '2024-01-01' + date '2024-01-01'
SELECT doc = doc FROM items
SELECT DISTINCT doc FROM items
SELECT doc FROM items ORDER BY doc
SELECT 1 AS a FROM items WHERE a = 1
SELEC 1
-- code
SELECT 'unfinished
SELECT (1
