-- A small shop: five tables with the types that people have (numeric without
-- precision, jsonb, arrays, timestamptz), keys of one and two columns, a table
-- without a key under full replica identity, and the publication of the guide.

CREATE TABLE customers (
    id         bigint PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL,
    tags       text[] NOT NULL DEFAULT '{}',
    profile    jsonb NOT NULL DEFAULT '{}',
    joined_at  timestamptz NOT NULL
);

CREATE TABLE products (
    id         integer PRIMARY KEY,
    sku        varchar(20) NOT NULL,
    name       text NOT NULL,
    price      numeric NOT NULL,
    attributes jsonb NOT NULL,
    sizes      integer[],
    active     boolean NOT NULL DEFAULT true
);

CREATE TABLE orders (
    id          bigint PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers,
    status      text NOT NULL,
    total       numeric NOT NULL,
    placed_at   timestamptz NOT NULL,
    shipped_on  date
);

CREATE TABLE order_items (
    order_id   bigint NOT NULL REFERENCES orders ON DELETE CASCADE,
    line       smallint NOT NULL,
    product_id integer NOT NULL REFERENCES products,
    quantity   integer NOT NULL,
    price      numeric NOT NULL,
    PRIMARY KEY (order_id, line)
);

CREATE TABLE page_views (
    seen_at     timestamptz NOT NULL,
    customer_id bigint,
    path        text NOT NULL,
    took_ms     double precision,
    labels      text[]
);
ALTER TABLE page_views REPLICA IDENTITY FULL;

INSERT INTO customers
SELECT n, 'Customer ' || n, 'c' || n || '@shop.example',
       CASE n % 3 WHEN 0 THEN '{new}' WHEN 1 THEN '{vip,"early bird"}' ELSE '{}' END::text[],
       jsonb_build_object('city', (ARRAY['Lisbon', 'Oslo', 'Kyoto', 'Lima'])[1 + n % 4], 'points', n * 7 % 1000),
       timestamptz '2024-01-01 00:00:00+00' + n * interval '3 hours 7 minutes'
FROM generate_series(1, 2000) AS n;

INSERT INTO products
SELECT n, 'SKU-' || lpad(n::text, 5, '0'), 'Product ' || n,
       (n * 137 % 20000)::numeric / 100 + CASE WHEN n % 10 = 0 THEN 0.00001 ELSE 0 END,
       jsonb_build_object('colour', (ARRAY['red', 'green', 'blue'])[1 + n % 3], 'weight', n % 50 / 10.0),
       CASE WHEN n % 4 = 0 THEN NULL ELSE ARRAY[n % 40, n % 40 + 1, NULL] END,
       n % 17 <> 0
FROM generate_series(1, 200) AS n;

INSERT INTO orders
SELECT n, 1 + n * 7919 % 2000, (ARRAY['placed', 'paid', 'shipped', 'returned'])[1 + n % 4], 0,
       timestamptz '2025-01-01 00:00:00+00' + n * interval '17 minutes 1 second',
       CASE WHEN n % 4 = 2 THEN date '2025-01-03' + n / 85 END
FROM generate_series(1, 20000) AS n;

INSERT INTO order_items
SELECT o.id, line, p.id, 1 + (o.id + line) % 5, p.price
FROM orders AS o
CROSS JOIN LATERAL generate_series(1, 1 + (o.id % 4)::int) AS line
JOIN products AS p ON p.id = 1 + (o.id * 31 + line * 17) % 200;

UPDATE orders AS o SET total = i.total
FROM (SELECT order_id, sum(quantity * price) AS total FROM order_items GROUP BY order_id) AS i
WHERE i.order_id = o.id;

INSERT INTO page_views
SELECT timestamptz '2025-06-01 00:00:00+00' + n * interval '1.5 seconds',
       CASE WHEN n % 3 > 0 THEN 1 + n % 2000 END, '/products/' || 1 + n % 200, n % 977 / 8.0,
       CASE WHEN n % 2 = 0 THEN ARRAY['mobile', NULL] END
FROM generate_series(1, 20000) AS n;

CREATE PUBLICATION mz_source FOR TABLE customers, products, orders, order_items, page_views;
