SELECT abs(-5), abs(-5.5), abs(f8), ceil(f8), floor(f8), sign(f8), trunc(f8) FROM items WHERE id <> 4
SELECT sqrt(f8), cbrt(27.0), exp(1), ln(2), log(100), power(2, 0.5), pi(), degrees(pi()), radians(180) FROM items WHERE id = 1
SELECT sin(1), cos(1), tan(1), asin(0.5), acos(0.5), atan(1), atan2(1, 2), sinh(1), cosh(1), tanh(1)
SELECT mod(7, 3), mod(-7, 3), mod(7.5, 2), div(7, 2), div(-7.5, 2), gcd(12, 18), lcm(4, 6), factorial(10)
SELECT sqrt(-1)
SELECT sqrt(-1.0)
SELECT ln(0)
SELECT ln(-1.0)
SELECT power(0, -1)
SELECT 0::float8 / 0
SELECT exp(1000)
SELECT width_bucket(5.35, 0.024, 10.06, 5), width_bucket(3::float8, 0, 10, 5)
SELECT scale(1.2300), min_scale(1.2300), trim_scale(1.2300), scale(n), trim_scale(n) FROM nums
SELECT 1e400::numeric * 2 > 0, 0.1 + 0.2, 1.0 * 1.00, 100.0 / 3, 1 / 3.0, 2.0 / 3, 1e10 / 3, 1e-10 / 3, 12345678901234567890.0 / 7
SELECT 1::numeric / 7, 22 / 7.0, 10::numeric / 4, 0.5 / 0.25, 1.5 % 0.4, -7.5 % 2
SELECT sum(n), avg(n), min(n), max(n), count(n) FROM nums
SELECT sum(d), avg(d), min(d), max(d), sum(a), avg(a) FROM nums
SELECT sum(n * d), avg(n + 1), sum(a * 1.1) FROM nums
SELECT stddev(a), variance(a), stddev_pop(d), var_samp(n), stddev(f8) FROM nums, items WHERE id in (1, 3)
SELECT n FROM nums ORDER BY n
SELECT n, d FROM nums WHERE n > d
SELECT n FROM nums WHERE n IN (10, 0.50, 100)
SELECT n = 10, n <> 3, n < 1.005, n BETWEEN 1 AND 5 FROM nums
SELECT a = n, a < d FROM nums
SELECT n::int, n::text, n::float8, d::int, d::text, n::numeric(10,2) FROM nums
SELECT greatest(n, d), least(n, 1), greatest(a, 1.5) FROM nums
SELECT 1.23456789012345678901234567890 + 1, 99999999999999999999999999999999999999.5 + 0.5, 1e38 * 1e38
SELECT 123456789.123456789 * 987654321.987654321 * 1.000000001 * 123456789.123456789
SELECT 0.1::float8, 1e15::float8, 123456789012345678::float8, 1e-5::float8, 0.0001::float8, 1.5::float4, 3.4e38::float4, 16777217::float4, 1e6::float4, 1234567::float4
SELECT 'Infinity'::float8, '-Infinity'::float8, 'NaN'::float8, 'inf'::float8 > 1, 'NaN'::float8 > 'inf'::float8
SELECT 0.1::float8 + 0.2::float8, 0.1::float4 + 0.2::float4, 1.1::float4::float8, 1e20::float8::numeric, 0.1::float8::numeric, 1.1::float4::numeric
SELECT '12345678901'::int
SELECT 40000::int2
SELECT 3000000000::int4
SELECT 1e20::int8
SELECT 'NaN'::float8::int
SELECT (-5) / 2, 5 / -2, 5 % -2, (-5) % 2, 5::int8 / 2, 5::int2 / 2::int2, 5::int2 * 2
SELECT id * big FROM items WHERE id < 3
SELECT big * 2 FROM items
SELECT sum(big) FROM items
SELECT sum(f4), sum(f8), avg(f4) FROM items WHERE id IN (1, 2, 5)
SELECT sum(DISTINCT n), count(DISTINCT n), array_agg(DISTINCT a ORDER BY a) FROM nums
SELECT round(1234.567, -2), round(1250, -2), trunc(1299, -2), round(-1.5), round(1.45, 1), ceil(-1.5), floor(-1.5), ceil(1.0000001), trunc(-1.9)
SELECT num.x, num.x ^ 2 FROM (VALUES (1.5), (2.25)) num(x)
SELECT 7.0::numeric(10,4) / 2, 1::numeric(5,0) / 3, (1.5::numeric(3,1))::numeric(10,5)
SELECT numeric '1.0' = 1, 1.10 = 1.1, 1.10::text = '1.10'
SELECT 5 = 5.0, 5 = 5.0::float8, 0.1::float4 = 0.1::float8
