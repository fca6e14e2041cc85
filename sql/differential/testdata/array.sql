SELECT ARRAY[1, 2, 3], ARRAY['a', NULL], ARRAY[1.5, 2], '{1,2}'::int[], '{}'::text[], ARRAY[]::int[]
-- text
SELECT id, tags[1], nums[2], nums[0], nums[99], nums[1:2], nums[2:], nums[:1] FROM items
SELECT array_length(nums, 1), array_length(nums, 2), cardinality(nums), array_upper(nums, 1), array_lower(nums, 1), array_ndims(nums), array_dims(nums) FROM items
SELECT nums || 9, 9 || nums, nums || ARRAY[7, 8], array_append(nums, 1), array_prepend(0, nums), array_cat(nums, nums) FROM items
SELECT nums @> ARRAY[1], ARRAY[1, 2] <@ nums, nums && ARRAY[2, 99], nums = ARRAY[1, 2, 3], nums < ARRAY[2] FROM items
SELECT 1 = ANY (nums), 5 = ANY (nums), 1 <> ALL (nums), 2 > ANY (nums), 0 < ALL (nums) FROM items
SELECT 'red' = ANY (tags), name = ANY (ARRAY['apple', 'x']), name LIKE ANY (ARRAY['a%', 'B%']) FROM items
SELECT array_position(nums, 2), array_positions(nums, 1), array_remove(nums, 1), array_replace(nums, 1, 100) FROM items
SELECT array_to_string(tags, '|'), array_to_string(nums, ',', 'null') FROM items
SELECT nums FROM items ORDER BY nums
SELECT amounts, amounts[1], amounts[2] + 1, amounts = ARRAY[1.50, 2.5] FROM items
SELECT unnest(amounts) FROM items
SELECT sum(x) FROM items, unnest(amounts) AS x
SELECT nums::text[], tags::varchar[], nums::int8[], nums::float8[] FROM items
SELECT ARRAY[true, false], ARRAY['2024-01-01'::date], ARRAY[1.5::float8], ARRAY['\x01'::bytea], ARRAY['1 day'::interval]
SELECT ARRAY['a,b', 'c"d', 'e\f', '', 'null', ' x']
SELECT generate_subscripts(ARRAY[5, 6, 7], 1)
SELECT array_agg(tags[1]) FROM items
SELECT count(*), nums FROM items GROUP BY nums
SELECT DISTINCT tags FROM items
SELECT id FROM items WHERE nums IS NULL OR cardinality(nums) = 0
SELECT '{1,x}'::int[]
SELECT trim_array(ARRAY[1, 2, 3], 1)
SELECT id IN (SELECT unnest(ARRAY[1, 2])) FROM items
SELECT id = ANY ('{1,2,NULL}'), id <> ALL ('{1,2}'), name = ANY ('{apple,"x y"}'), price = ANY ('{5,19.99}') FROM items
SELECT id = ANY (NULL::int[]), id <> ALL (NULL::int[]), id = ANY ('{}'), id > ALL ('{}') FROM items
