SELECT FROM orders
SELECT 1 WHERE 1 = 2
SELECT * FROM orders NATURAL JOIN (SELECT 1 AS oid, 'ann' AS customer) x
SELECT oid, i.id FROM orders JOIN items i ON item = id AND qty > 2 ORDER BY oid
SELECT * FROM (SELECT 1 AS a, 2 AS b) x JOIN (SELECT 1 AS a, 3 AS c) y USING (a)
SELECT a FROM (SELECT 1 AS a) x FULL JOIN (SELECT 2 AS a) y USING (a)
SELECT count(*) FROM orders o JOIN LATERAL generate_series(1, o.qty) g ON true
SELECT customer, count(*) AS n FROM orders GROUP BY customer HAVING count(*) > 1 ORDER BY n DESC, customer
SELECT count(*) FROM orders HAVING count(*) > 100
SELECT 1 FROM orders HAVING true
SELECT customer || '!', count(*) FROM orders GROUP BY customer || '!'
SELECT upper(customer), sum(qty) FROM orders GROUP BY upper(customer) HAVING upper(customer) LIKE 'A%'
SELECT CASE WHEN qty > 3 THEN 'big' ELSE 'small' END AS k, sum(qty) FROM orders GROUP BY k ORDER BY k
SELECT count(*) FROM items GROUP BY amount + 1 ORDER BY amount + 1 LIMIT 2
-- unsupported: an aggregate of the outer query
-- differs: aggregates of an outer query
SELECT customer, (SELECT max(name) FROM items WHERE id = min(o.item)) FROM orders o GROUP BY customer
SELECT (SELECT count(*) FROM orders WHERE item = i.id) AS n, sum(price) FROM items i GROUP BY n ORDER BY n
SELECT DISTINCT qty % 2 FROM orders ORDER BY qty % 2 DESC
SELECT DISTINCT ON (customer) customer, qty FROM orders ORDER BY customer NULLS FIRST, qty DESC
SELECT DISTINCT amount FROM items WHERE amount < 1.4 ORDER BY amount
SELECT DISTINCT pad FROM items ORDER BY pad
SELECT oid FROM orders ORDER BY oid LIMIT NULL
SELECT oid FROM orders ORDER BY oid OFFSET 4
SELECT oid FROM orders ORDER BY oid LIMIT 1 + 1 OFFSET 1
SELECT oid FROM orders ORDER BY oid LIMIT (SELECT 2)
SELECT (SELECT 1), (SELECT NULL::int), EXISTS (SELECT 1 WHERE false)
SELECT oid FROM orders WHERE (item, qty) IN (SELECT id, 3 FROM items) OR (item, qty) IN ((2, 10), (5, 1))
SELECT oid FROM orders WHERE (item, qty) NOT IN (SELECT id, 3 FROM items)
SELECT oid FROM orders WHERE (item, qty) = (SELECT 1, 2)
SELECT oid FROM orders WHERE qty = ALL (SELECT 99 WHERE false)
SELECT oid FROM orders WHERE NOT (qty > ANY (SELECT qty FROM orders WHERE customer = 'ann'))
SELECT amount IN (SELECT price FROM items), amount = ANY (SELECT 1.500) FROM items
WITH a AS (SELECT oid, qty FROM orders) SELECT x.oid, y.qty FROM a x JOIN a y ON x.oid = y.oid ORDER BY 1
WITH a AS MATERIALIZED (SELECT 1 AS n) SELECT (WITH b AS (SELECT n + 1 AS m FROM a) SELECT m FROM b)
WITH RECURSIVE tree(id, path) AS (SELECT 1, ARRAY[1] UNION ALL SELECT id + 1, path || (id + 1) FROM tree WHERE id < 4) SELECT * FROM tree ORDER BY id
WITH RECURSIVE f(a, b) AS (VALUES (0::numeric, 1::numeric) UNION ALL SELECT b, a + b FROM f WHERE b < 1000) SELECT max(b) FROM f
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT (n + 1) % 4 FROM t) SELECT n FROM t ORDER BY n
(SELECT 1 UNION SELECT 2) INTERSECT SELECT 2
SELECT 1 UNION ALL (SELECT 3 ORDER BY 1 LIMIT 1) ORDER BY 1 DESC
SELECT qty FROM orders INTERSECT ALL SELECT id FROM items
SELECT 'a' AS x UNION SELECT NULL ORDER BY x NULLS FIRST
SELECT NULL UNION SELECT 1
SELECT sum(x) FROM (SELECT qty AS x FROM orders UNION ALL SELECT id FROM items) u
SELECT name, rank() OVER (ORDER BY price DESC NULLS LAST) FROM items ORDER BY 2, 1
SELECT oid, qty - lag(qty, 1, 0) OVER w AS d, round(avg(qty) OVER w, 2) FROM orders WINDOW w AS (ORDER BY oid) ORDER BY oid
SELECT customer, oid, row_number() OVER (PARTITION BY customer ORDER BY qty DESC) AS r FROM orders ORDER BY customer, r
SELECT * FROM (SELECT oid, row_number() OVER (PARTITION BY customer ORDER BY qty DESC) AS r FROM orders) s WHERE r = 1 ORDER BY oid
SELECT placed, sum(qty) OVER (ORDER BY placed RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW) FROM orders WHERE placed IS NOT NULL ORDER BY placed, 2
SELECT count(*) FILTER (WHERE customer IS NULL) OVER (), string_agg(customer, ',') OVER (ORDER BY oid) FROM orders ORDER BY oid
SELECT array_agg(qty) OVER (ORDER BY oid ROWS 1 PRECEDING), bool_or(qty > 5) OVER (ORDER BY oid), stddev(qty) OVER (ORDER BY oid) FROM orders ORDER BY oid
SELECT sum(qty) FILTER (WHERE EXISTS (SELECT 1 FROM items WHERE id = item)) FROM orders
SELECT o.customer, i.name, sum(o.qty * i.price) AS total, avg(i.price) FROM orders o JOIN items i ON i.id = o.item GROUP BY o.customer, i.name ORDER BY total DESC
SELECT date_trunc('month', placed) AS m, count(*), sum(qty)::numeric / count(*) FROM orders GROUP BY m ORDER BY m
SELECT sum(price * (1 - 0.05) * (1 + 0.2)), sum(price) * 1.19, avg(price) * 2 FROM items
SELECT round(sum(price) / nullif(count(*) FILTER (WHERE ok), 0), 2) FROM items
SELECT round(100.0 * count(*) FILTER (WHERE ok) / count(*), 1) || '%' FROM items
SELECT coalesce(sum(qty), 0), coalesce(max(customer), 'none') FROM orders WHERE qty > 1000
SELECT id, name, coalesce(amount, price, 0) FROM items
SELECT count(DISTINCT customer), count(DISTINCT (customer, item)), sum(DISTINCT qty) FROM orders
SELECT i.* FROM items i WHERE i.id = 1
SELECT to_json(o), to_jsonb(o) FROM orders o WHERE oid = 1
SELECT json_agg(o ORDER BY oid) FROM orders o WHERE oid < 3
SELECT jsonb_build_object('rows', jsonb_agg(jsonb_build_object('id', oid, 'q', qty) ORDER BY oid)) FROM orders
SELECT (ROW(1, 'a'::text)).f2, ROW(1, 2) = ROW(1, 2), ROW(1, NULL) IS NULL, ROW(NULL, NULL) IS NULL
SELECT o FROM orders o ORDER BY oid
SELECT * FROM unnest(ARRAY[3, 1, 2]) AS x ORDER BY x DESC
SELECT * FROM generate_series(1, 5) WITH ORDINALITY AS t(v, n)
SELECT generate_series(1, id) FROM items WHERE id < 3
SELECT id, generate_series(1, 2) AS g FROM items ORDER BY id, g DESC
SELECT * FROM generate_series(1, 3) a, generate_series(a, 3) b
SELECT x, count(*) FROM unnest(ARRAY['a', 'b', 'a', NULL]) AS x GROUP BY x
SELECT * FROM regexp_split_to_table('a b  c', '\s+') WITH ORDINALITY
SELECT regexp_matches('abc', '.', 'g')
SELECT greatest('b', 'a', NULL), least(2.5, 1, 3), greatest(1.50, 1.5), greatest('a '::char(3), 'b')
SELECT bool_and(ok), bool_or(ok) FROM items WHERE ok IS NOT NULL
SELECT 1 = 1.0, '1' = 1, 'a' = 'a ', 'a'::char(3) = 'a ', '2024-01-01' < '2024-01-02'::date
SELECT nullif(1, 1), nullif(1.0, 1), nullif('a', 'b'), nullif(pad, 'x') FROM items
SELECT CASE id WHEN 1 THEN amount WHEN 2 THEN price ELSE 0 END FROM items
SELECT f8 * 1e300 * 1e300 FROM items WHERE id = 1
-- code
SELECT 3.4e38::float4 * 10::float4
SELECT '1e-320'::float8 * 1e-10, 1e-200::float8 * 1e-200
SELECT qty FROM orders WHERE customer = 'ann' OR customer IS NULL AND qty > 0 ORDER BY qty
SELECT max(qty) - min(qty), max(placed) - min(placed) FROM orders
SELECT min(amount), max(amount) FROM items GROUP BY ok ORDER BY ok
SELECT id FROM items WHERE name IN ('apple', 'Banana') AND price IN (19.99, 5)
SELECT id FROM items WHERE price IN (5, 100.1) OR amount NOT IN (1.5, 2)
SELECT id FROM items WHERE amount BETWEEN -1 AND 1.5 AND NOT amount BETWEEN SYMMETRIC 2 AND 1.6
SELECT sum(CASE WHEN customer = 'ann' THEN qty END), count(CASE WHEN qty > 2 THEN 1 END) FROM orders
SELECT position('a' in name), name LIKE '%' || 'an' || '%', name LIKE pad FROM items
SELECT at::date, count(*) OVER (PARTITION BY at::date) FROM items
SELECT t.oid FROM orders t WHERE t.oid = (SELECT max(x.oid) FROM orders x WHERE x.customer = t.customer) ORDER BY 1
SELECT count(*) FROM items a, items b WHERE a.amount = b.amount
SELECT a.id, b.id FROM items a JOIN items b ON a.pad = b.pad AND a.id < b.id
SELECT a.id, b.id FROM items a LEFT JOIN items b ON a.amount < b.amount ORDER BY 1, 2
SELECT percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY qty), percentile_disc(0.5) WITHIN GROUP (ORDER BY customer DESC) FROM orders
SELECT sum(1), sum(1.5), avg(2), count(1), min('x') FROM orders
SELECT string_agg(customer, customer ORDER BY oid) FROM orders WHERE oid < 3
SELECT array_agg(amount ORDER BY amount) FROM items
SELECT grouping(customer), customer, count(*) FROM orders GROUP BY ROLLUP (customer) HAVING grouping(customer) = 0 ORDER BY 2
SELECT sum(amount) + 0.000 FROM items WHERE amount < 2 GROUP BY amount
SELECT sum(amount) FROM items WHERE id < 3 GROUP BY amount
SELECT DISTINCT (SELECT count(*) FROM orders WHERE item = id) AS n FROM items ORDER BY n
SELECT * FROM unnest(ARRAY[1, 2], ARRAY['a', 'b', 'c']) AS u(n, s)
SELECT num_nulls(1, NULL, 'a'), num_nonnulls(id, small) FROM items
SELECT array_to_json(ARRAY[1, 2]), date_trunc('day', seen, 'America/New_York') FROM items
SELECT make_timestamptz(2024, 1, 2, 3, 4, 5.5), to_char(f4, '99.9') FROM items WHERE id = 1
SELECT string_agg(name, ',' ORDER BY amount NULLS FIRST, id), array_agg(id ORDER BY price DESC) FROM items
SELECT id FROM items WHERE EXISTS (SELECT FROM orders WHERE item = id GROUP BY item HAVING count(*) > 1)
SELECT sum(x.total) FROM (SELECT customer, sum(qty) AS total FROM orders GROUP BY customer HAVING sum(qty) > 1) x
SELECT o.customer, count(*) FROM orders o LEFT JOIN items i ON i.id = o.item AND i.ok GROUP BY 1 HAVING bool_or(i.ok) ORDER BY 1
SELECT coalesce(customer, '?') AS c, sum(qty) OVER (PARTITION BY coalesce(customer, '?')) FROM orders ORDER BY c, 2
SELECT max(sum(qty)) OVER () FROM orders GROUP BY customer
SELECT customer, sum(qty) AS q, rank() OVER (ORDER BY sum(qty) DESC) FROM orders GROUP BY customer ORDER BY 3, 1
SELECT i.id FROM items i WHERE (SELECT count(*) FROM orders o WHERE o.item = i.id) > 1
SELECT id, (SELECT string_agg(customer, '/' ORDER BY oid) FROM orders WHERE item = id) FROM items ORDER BY id
SELECT id, ARRAY(SELECT oid FROM orders WHERE item = id ORDER BY oid) FROM items ORDER BY id
SELECT i.id, s.n FROM items i CROSS JOIN LATERAL (SELECT count(*) AS n FROM orders WHERE item = i.id) s ORDER BY 1
SELECT g.d::date, count(o.oid) FROM generate_series('2024-01-01'::date, '2024-01-03', '1 day') AS g(d) LEFT JOIN orders o ON o.placed = g.d GROUP BY 1 ORDER BY 1
SELECT width_bucket(qty, 0, 10, 5) AS b, count(*) FROM orders GROUP BY b ORDER BY b
WITH t AS (SELECT oid, qty, sum(qty) OVER (ORDER BY oid) AS run FROM orders) SELECT * FROM t WHERE run > 5 ORDER BY oid
SELECT id, price, round(price / sum(price) OVER () * 100, 2) AS pct FROM items WHERE price IS NOT NULL ORDER BY id
SELECT id, price - avg(price) OVER () FROM items ORDER BY id
SELECT lag(amount) OVER (ORDER BY id), lead(price, 1, 0) OVER (ORDER BY id), first_value(amount) OVER (ORDER BY amount) FROM items ORDER BY id
SELECT amount, count(*) FROM items WHERE id IN (1, 3, 4) GROUP BY amount
SELECT DISTINCT amount FROM items WHERE id <> 2
SELECT DISTINCT amount, name FROM items ORDER BY amount DESC, name
SELECT amount FROM items WHERE id <> 2 UNION SELECT price FROM items
SELECT amount + 1, count(*) FROM items WHERE id <> 2 GROUP BY amount + 1 HAVING amount + 1 > 2 ORDER BY amount + 1
SELECT amount * 2, sum(price) FROM items WHERE id <> 2 GROUP BY amount ORDER BY amount
SELECT amount, ok, count(*) FROM items WHERE id <> 2 GROUP BY ROLLUP (ok), amount ORDER BY ok, amount, 3
SELECT rank() OVER (ORDER BY amount), amount FROM items WHERE id <> 2 GROUP BY amount ORDER BY 1
