SELECT 1
SELECT * FROM items ORDER BY id
SELECT id, price + 1, price * 2, price * price, -price FROM items
SELECT amount, amount + 1, amount * 2.5, -amount, abs(amount) FROM items WHERE id <> 3
SELECT id FROM items WHERE amount = 1.5
SELECT amount FROM items ORDER BY amount
SELECT amount FROM items ORDER BY amount DESC
SELECT count(*), count(amount), sum(id), sum(big), sum(price), sum(small) FROM items WHERE id <> 4
SELECT sum(amount), avg(amount), min(amount) FROM items WHERE id <> 3
SELECT avg(id), avg(price), avg(f8), avg(small), avg(big) FROM items WHERE id <> 4
SELECT 7/2, -7/2, 7%3, -7%3, 7/2.0, 1.0/3, 10/3.00
SELECT a/b FROM nums WHERE b <> 0
SELECT a/0 FROM nums
SELECT 1/0
SELECT 2147483647 + 1
SELECT 32767::int2 + 1::int2
SELECT 9223372036854775807 + 1
SELECT (-2147483648)::int4 / -1
SELECT a, b, a + b, a - b, a * b, a % 3 FROM nums
SELECT n, d, n + d, n - d, n * d, n / 3, d / 7 FROM nums
SELECT n / d FROM nums WHERE d <> 0
SELECT n % 3, mod(n, 7), d % 2 FROM nums
SELECT round(n), round(n, 1), round(n, -1), trunc(n, 1), ceil(n), floor(n), sign(n), sqrt(abs(n)) FROM nums
SELECT round(d), round(d, 2), trunc(d, 2), ceil(d), floor(d) FROM nums
SELECT round(2.5), round(-2.5), round(0.5), round(2.5::float8), round(3.5::float8), round(-2.5::float8)
SELECT power(2, 10), power(2.0, 10), power(2::numeric, 0.5), power(2.5, -2), 2 ^ 3, 2.0 ^ 3
SELECT ln(10.0), log(100.0), exp(1.0), log(2.0, 64.0), sqrt(2.0), sqrt(16.0), sqrt(2)
SELECT name FROM items WHERE name LIKE 'a%'
SELECT name FROM items WHERE name LIKE '%\%' OR name LIKE '_anana'
SELECT code FROM items WHERE code LIKE 'b\_%'
SELECT name FROM items WHERE name ILIKE 'B%'
SELECT name FROM items WHERE name NOT LIKE '%e%'
SELECT name FROM items WHERE name ~ 'an'
SELECT name FROM items WHERE name ~* '^b'
SELECT name FROM items WHERE name !~ '^[a-c]'
SELECT name FROM items WHERE name SIMILAR TO '(a|b|c)%'
SELECT pad = 'x', pad || '|', length(pad), pad::text || '|' FROM items
SELECT pad, count(*) FROM items GROUP BY pad
SELECT id FROM items WHERE pad = 'x' ORDER BY id
SELECT 'abc'::char(5) || '|', 'abcdef'::varchar(3), 'abcdef'::char(3), length('ab  '::char(6))
SELECT id, ok, NOT ok, ok AND true, ok OR NULL, ok IS TRUE, ok IS NOT FALSE, ok IS UNKNOWN FROM items
SELECT coalesce(name, 'none'), nullif(name, ''), greatest(id, 3), least(price, 10) FROM items
SELECT CASE WHEN id < 3 THEN 'small' ELSE 'large' END, CASE id WHEN 1 THEN 'one' WHEN 2 THEN 'two' END FROM items
SELECT id FROM items WHERE id IN (1, 2, NULL)
SELECT id FROM items WHERE id NOT IN (1, 2)
SELECT id FROM items WHERE id NOT IN (1, NULL)
SELECT id BETWEEN 2 AND 4 FROM items
SELECT id FROM items WHERE (id, small) < (3, 0)
SELECT id FROM items WHERE (id, small) = (1, 10)
SELECT (1, NULL) = (1, 2), (1, NULL) = (2, 2), (1, 2) < (1, NULL), (1,2) <> (1,3)
SELECT id FROM items ORDER BY code, id
SELECT id FROM items ORDER BY code DESC, id DESC
SELECT id FROM items ORDER BY code NULLS FIRST, id LIMIT 2 OFFSET 1
SELECT DISTINCT code FROM items
SELECT DISTINCT code FROM items ORDER BY code DESC
SELECT DISTINCT ON (code) code, id FROM items ORDER BY code, id DESC
SELECT id FROM items LIMIT 0
SELECT id FROM items LIMIT -1
SELECT id FROM items ORDER BY ok FETCH FIRST 1 ROW WITH TIES
SELECT 'a' || 1 || true, 'x' || NULL, 1 || 'a'
SELECT 1::text, 1.50::text, true::text, 'abc'::text, 1.5::float8::text, 1e10::float4::text, '2024-01-01'::date::text
SELECT span::text, raw::text, tags::text, nums::text, amounts::text, data::text, doc::text, ref::text, seen::text, at::text, clock::text FROM items
SELECT '12'::int, ' 7 '::int8, '1.5'::numeric, '1e3'::float8, 't'::bool, 'off'::bool
SELECT name::int FROM items
SELECT 1.5::int, 2.5::int, -2.5::int, 2.5::float8::int, 3.5::float8::int, 1e10::int
SELECT 123.456::numeric(5,2), 123.456::numeric(5,1), amount::numeric(10,1) FROM items WHERE id <> 3
SELECT 1234.5::numeric(5,2)
SELECT price::int, price::float8, price::numeric, price::text, f8::numeric FROM items WHERE id < 3
SELECT f4, f8, f4 + 1, f8 * 2, f8 / 3, f4::float8, f8::float4 FROM items WHERE id in (1, 5)
SELECT f8 / 0 FROM items WHERE id = 1
SELECT f4, f8 FROM items ORDER BY f4 DESC
SELECT 1 WHERE NULL = NULL
SELECT id IS DISTINCT FROM small, small IS NOT DISTINCT FROM NULL FROM items
SELECT 5 & 3, 5 | 3, 5 # 3, ~5, 1 << 4, 256 >> 2, @ -5, |/ 16.0, -(-3)
SELECT 'NaN'::numeric, 'Infinity'::numeric + 1, 'NaN'::float8 = 'NaN'::float8
SELECT sum(x), avg(x) FROM (VALUES (1.10), (2.2), (3.333)) AS v(x)
SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS v(n, s) ORDER BY n DESC
VALUES (1, 1.5), (2, 2.25) ORDER BY 1 DESC
-- text
SELECT ROW(1, 'a b', NULL, true), ROW(1.5, 'x"y')
SELECT i.* FROM nums AS i WHERE i IS NOT NULL
