SELECT o.oid, i.name FROM orders o JOIN items i ON i.id = o.item
SELECT o.oid, i.name FROM orders o LEFT JOIN items i ON i.id = o.item
SELECT o.oid, i.name FROM orders o RIGHT JOIN items i ON i.id = o.item
SELECT o.oid, i.name FROM orders o FULL JOIN items i ON i.id = o.item
SELECT count(*) FROM orders CROSS JOIN items
SELECT count(*) FROM orders, items, nums
SELECT customer, sum(qty), count(*), min(placed), max(placed) FROM orders GROUP BY customer
SELECT customer, sum(qty * price) FROM orders JOIN items ON id = item GROUP BY customer HAVING sum(qty) > 3
SELECT customer, sum(qty) FROM orders GROUP BY customer ORDER BY 2 DESC, 1
SELECT amount, count(*) FROM items GROUP BY amount HAVING amount > 1.5
SELECT count(DISTINCT amount), count(DISTINCT code) FROM items
SELECT extract(year from placed), count(*) FROM orders GROUP BY 1
SELECT customer, placed, sum(qty), grouping(customer), grouping(customer, placed) FROM orders GROUP BY ROLLUP (customer, placed)
SELECT customer, placed, sum(qty) FROM orders GROUP BY GROUPING SETS ((customer), (placed), ())
SELECT customer, placed, sum(qty) FROM orders GROUP BY CUBE (customer, placed)
SELECT count(*) FILTER (WHERE qty > 2), sum(qty) FILTER (WHERE customer = 'ann') FROM orders
SELECT string_agg(customer, ', ' ORDER BY oid), array_agg(qty ORDER BY oid DESC), array_agg(customer ORDER BY oid) FROM orders
SELECT string_agg(DISTINCT customer, '-' ORDER BY customer) FROM orders
SELECT bool_and(qty > 0), bool_or(qty > 9), every(qty > 1), bit_and(qty), bit_or(qty) FROM orders
SELECT stddev(qty), variance(qty), stddev_pop(qty), var_pop(qty), stddev(price), variance(n) FROM orders, items, nums
SELECT round(corr(a, b)::numeric, 10), round(covar_pop(a, b)::numeric, 10), regr_count(a, b), regr_avgx(a, b) FROM nums
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY qty), percentile_disc(0.5) WITHIN GROUP (ORDER BY qty), mode() WITHIN GROUP (ORDER BY customer) FROM orders
SELECT sum(qty) FROM orders WHERE false
SELECT count(*), sum(qty), array_agg(qty), string_agg(customer, ',') FROM orders WHERE false
SELECT max(name), min(name), max(pad), min(at), max(seen), max(day) FROM items
SELECT oid, row_number() OVER (ORDER BY oid), rank() OVER (ORDER BY customer), dense_rank() OVER (ORDER BY customer) FROM orders ORDER BY oid
SELECT oid, sum(qty) OVER (PARTITION BY customer ORDER BY oid), avg(qty) OVER (PARTITION BY customer), count(*) OVER () FROM orders ORDER BY oid
SELECT oid, lag(qty) OVER (ORDER BY oid), lead(qty, 2, -1) OVER (ORDER BY oid), first_value(qty) OVER (ORDER BY oid), last_value(qty) OVER (ORDER BY oid), nth_value(qty, 2) OVER (ORDER BY oid) FROM orders ORDER BY oid
SELECT oid, sum(qty) OVER (ORDER BY oid ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), sum(qty) OVER (ORDER BY oid ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM orders ORDER BY oid
SELECT oid, sum(qty) OVER (ORDER BY qty RANGE BETWEEN 2 PRECEDING AND CURRENT ROW), count(*) OVER (ORDER BY customer GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders ORDER BY oid
SELECT oid, ntile(3) OVER (ORDER BY oid), percent_rank() OVER (ORDER BY qty), cume_dist() OVER (ORDER BY qty) FROM orders ORDER BY oid
SELECT oid, sum(qty) OVER w, max(qty) OVER w FROM orders WINDOW w AS (PARTITION BY customer ORDER BY oid) ORDER BY oid
SELECT customer, sum(sum(qty)) OVER (ORDER BY customer) FROM orders GROUP BY customer ORDER BY customer
SELECT sum(amount) OVER (ORDER BY id) FROM items WHERE id <> 3 ORDER BY id
WITH big AS (SELECT * FROM orders WHERE qty > 2) SELECT customer, count(*) FROM big GROUP BY customer
WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT x, y FROM a, b
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT n, n * 1.5 FROM t ORDER BY n
WITH RECURSIVE t(n, s) AS (VALUES (1, 'a'::text) UNION ALL SELECT n + 1, s || 'b' FROM t WHERE n < 4) SELECT * FROM t ORDER BY n
WITH RECURSIVE t AS (SELECT 1.0 AS x UNION SELECT x / 2 FROM t WHERE x > 0.2) SELECT count(*) FROM t
SELECT id FROM items WHERE EXISTS (SELECT 1 FROM orders WHERE item = id)
SELECT id FROM items WHERE id IN (SELECT item FROM orders)
SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders)
SELECT id FROM items WHERE id NOT IN (SELECT item FROM orders WHERE item IS NOT NULL)
SELECT id FROM items WHERE id > ALL (SELECT qty FROM orders WHERE customer = 'bob')
SELECT id FROM items WHERE id = ANY (SELECT qty FROM orders)
SELECT (id, 3) IN (SELECT item, qty FROM orders) FROM items
SELECT id, (SELECT max(qty) FROM orders WHERE item = id) FROM items
SELECT (SELECT qty FROM orders WHERE oid = 99)
SELECT ARRAY(SELECT qty FROM orders ORDER BY oid), ARRAY(SELECT qty FROM orders WHERE false)
SELECT i.id, x.qty FROM items i, LATERAL (SELECT qty FROM orders WHERE item = i.id ORDER BY qty DESC LIMIT 1) x
SELECT i.id, x.qty FROM items i LEFT JOIN LATERAL (SELECT qty FROM orders WHERE item = i.id ORDER BY qty DESC LIMIT 1) x ON true ORDER BY i.id
SELECT id FROM items UNION SELECT qty FROM orders
SELECT id FROM items UNION ALL SELECT qty FROM orders ORDER BY 1
SELECT id FROM items INTERSECT SELECT qty FROM orders
SELECT id FROM items EXCEPT SELECT qty FROM orders
SELECT id FROM items EXCEPT ALL SELECT qty FROM orders
SELECT price FROM items UNION ALL SELECT 1 UNION ALL SELECT 2.345
SELECT 1 AS a UNION SELECT 2 ORDER BY a DESC LIMIT 1
SELECT generate_series(1, 3)
SELECT generate_series(1, 3), generate_series(1, 2)
SELECT * FROM generate_series(1, 10, 3)
SELECT * FROM generate_series(5, 1, -2) AS g(x) ORDER BY x
SELECT g + 1 FROM generate_series(1, 3) g
SELECT * FROM generate_series('2024-01-01'::timestamp, '2024-01-03', '1 day')
SELECT * FROM generate_series(1.0, 2.0, 0.5)
SELECT * FROM unnest(ARRAY['a', 'b']) WITH ORDINALITY
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['x', 'y'])) AS r(a, b)
SELECT id, t FROM items, unnest(tags) AS t
SELECT id, t, n FROM items, unnest(tags) WITH ORDINALITY AS u(t, n) ORDER BY id, n
SELECT id, unnest(nums) FROM items
SELECT count(*) FROM (SELECT DISTINCT customer FROM orders) s
SELECT s.x FROM (SELECT amount AS x FROM items WHERE id <> 3) s ORDER BY s.x
SELECT avg(price), sum(price) / count(*) FROM items
SELECT qty FROM orders ORDER BY qty / 2, oid
SELECT sum(qty) / 2, sum(qty)::float8 / 2 FROM orders
SELECT customer FROM orders GROUP BY customer ORDER BY count(*) DESC, customer NULLS FIRST
SELECT id % 2 AS odd, count(*) FROM items GROUP BY odd ORDER BY odd
SELECT i.id FROM items i JOIN nums n ON i.amount = n.n
SELECT CASE WHEN id > 2 THEN price ELSE 0 END FROM items
SELECT sum(CASE WHEN id > 2 THEN price ELSE 0 END) FROM items
SELECT json_agg(customer ORDER BY oid), jsonb_agg(qty ORDER BY oid) FROM orders
SELECT jsonb_object_agg(oid, customer) FROM orders
SELECT a.oid FROM orders a WHERE a.qty = (SELECT max(b.qty) FROM orders b)
SELECT (SELECT oid FROM orders)
SELECT x FROM (SELECT 1 AS x UNION ALL SELECT NULL) s ORDER BY x
