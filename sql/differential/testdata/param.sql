-- Parameters without a type from the client.
-- args: 2
SELECT id FROM items ORDER BY id LIMIT $1
-- args: -1
SELECT id FROM items ORDER BY id LIMIT $1
-- args: -2
SELECT id FROM items ORDER BY id OFFSET $1
-- args: NULL
SELECT id FROM items ORDER BY id LIMIT $1
-- args: 1 | 2
SELECT $1 + 1, $2::numeric / 3, $1 = $2
-- args: 5
SELECT $1 + 1.5, $1 * 2
-- args: a%
SELECT name FROM items WHERE name LIKE $1
-- args: {1,3,NULL}
SELECT id FROM items WHERE id = ANY ($1) ORDER BY id
-- args: {1,3}
SELECT id FROM items WHERE id <> ALL ($1) ORDER BY id
-- args: {1,2}
SELECT i.id, (SELECT count(*) FROM orders o WHERE o.item = ANY ($1) AND o.qty > ANY (i.nums)) FROM items i ORDER BY 1
-- args: {2,3}
SELECT id, id < ANY ($1::int[]), id >= ALL ($1::int[]), id::numeric = ANY ($1::numeric[]) FROM items ORDER BY id
-- args: x
SELECT $1, pg_typeof($1), $1 || 'y', upper($1), coalesce($1, 'z')
-- args: 2024-01-15
SELECT id FROM items WHERE day = $1 OR at > $1::timestamp + interval '1 year' ORDER BY id
-- args: 2024-01-01 | 1 day
SELECT $1::date + $2::interval, $1::timestamptz - $2::interval, date_trunc('month', $1::timestamp), extract(year from $1::date)
-- args: {"a": [1, {"b": 2}]} | a
SELECT $1::jsonb -> $2, $1::jsonb ->> 'a', $1::jsonb @> '{"a": [1]}', jsonb_typeof($1::jsonb), ($1::json) -> 'a'
-- args: [1,5) | 3
SELECT $1::int4range @> $2::int, $1::int4range && '[4,9]', upper($1::int4range)
-- args: \x00ff
SELECT $1::bytea, length($1::bytea), $1::bytea || '\x01'
-- args: 12:34:56+02
SELECT $1::timetz, $1::timetz + interval '1 hour', $1::timetz > '10:00+00'
-- args: abc
SELECT $1::int
-- args: 99999999999
SELECT id FROM items WHERE id = $1
-- args: 1.5
SELECT id FROM items WHERE id = $1
-- args: t | f
SELECT $1 AND $2, NOT $1::bool, CASE WHEN $1::bool THEN 1 ELSE 2 END
-- args: 1 | 2 | 3
SELECT id FROM items WHERE id IN ($1, $2, $3) AND price > 1 ORDER BY id
-- args: ann
SELECT customer, sum(qty) FROM orders WHERE customer = $1 GROUP BY customer HAVING count(*) > 0
-- args: 2
SELECT $1::int, count(*) FROM orders GROUP BY $1::int
-- args: 2 | 3
SELECT generate_series($1::int, $2::int), repeat('x', $1)
-- args: 1
SELECT ROW($1, 'a') = ROW(1, 'a'), ARRAY[$1, 2], ($1, 2) IN ((1, 2))
-- args: a,b
SELECT string_to_array($1, ','), regexp_split_to_array($1, ','), split_part($1, ',', 2), quote_literal($1)
-- args: 0.5
SELECT percentile_cont($1) WITHIN GROUP (ORDER BY qty) FROM orders
-- args: 1
SELECT sum(qty) OVER (ORDER BY oid ROWS $1 PRECEDING) FROM orders ORDER BY oid
-- args: NULL
SELECT $1::int IS NULL, coalesce($1, 5), $1 + 1, nullif($1, 1)
-- args: 1
SELECT 1 FROM items WHERE $1
-- args: 1
SELECT $2::int
