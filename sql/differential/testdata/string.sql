SELECT length(name), char_length(name), octet_length(name), bit_length(name), upper(name), lower(name), initcap(name) FROM items WHERE id <> 4
SELECT substr(name, 2), substring(name, 2, 3), substring(name from 2 for 3), substr(name, -1, 4), left(name, 2), right(name, 2), left(name, -1), right(name, -1) FROM items
SELECT substring('foobar' from 'o(.)b'), substring('foobar' from 'o.b'), substring('Thomas' from '...$')
SELECT substring('foobar' similar '%#"o_b#"%' escape '#')
SELECT trim('  a b '), ltrim('xxab', 'x'), rtrim('abxx', 'x'), btrim('xyabxy', 'xy'), trim(both 'x' from 'xax'), trim(leading from '  a')
SELECT lpad('abc', 6), lpad('abc', 6, 'xy'), rpad('abc', 6, 'xy'), lpad('abcdef', 3), rpad('abc', 5), lpad('abc', 5, '')
SELECT position('b' in 'abc'), strpos('abc', 'z'), strpos('abc', ''), replace('abcabc', 'b', 'XX'), replace('abc', '', 'x'), translate('12345', '143', 'ax'), reverse('añb'), repeat('ab', 3), repeat('a', -1)
SELECT split_part('a,b,c', ',', 2), split_part('a,b,c', ',', -1), split_part('a,b', ',', 5), split_part('a', '', 1)
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abcdef' placing 'X' from 3), ascii('A'), ascii(''), ascii('é'), chr(65), chr(233)
SELECT md5('abc'), encode('abc'::bytea, 'hex'), encode('\x001122ff'::bytea, 'base64'), encode('a\\b'::bytea, 'escape'), decode('YWJj', 'base64'), decode('616263', 'hex')
SELECT sha256('abc'), sha512('a'::bytea), sha224('x')
SELECT concat('a', NULL, 1, true, 1.50), concat_ws('-', 'a', NULL, 'b', 2), concat_ws(NULL, 'a', 'b'), concat(VARIADIC ARRAY['x', 'y'])
SELECT format('%s and %s', 'a', 1), format('%I.%L', 'my col', 'it''s'), format('%2$s %1$s', 'a', 'b'), format('%5s|%-5s|', 'x', 'y'), format('%%')
SELECT format('%s')
SELECT quote_ident('abc'), quote_ident('A b'), quote_ident('select'), quote_literal('it''s'), quote_literal('a\b'), quote_nullable(NULL), quote_literal(42)
SELECT regexp_replace('foobarbaz', 'b..', 'X'), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('abc', '', '-', 'g'), regexp_replace('ABC', 'b', 'x', 'i')
SELECT regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', 'b'), regexp_match('abc', 'z'), regexp_match('abc', '(z)?b')
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g')
SELECT regexp_split_to_array('the quick  brown', '\s+'), regexp_split_to_array('abc', ''), regexp_split_to_table('a,b', ',')
SELECT regexp_count('abcabc', 'b'), regexp_like('Hello', 'hel', 'i'), regexp_substr('foobar', 'o.')
SELECT 'abc' ~ '^a.c$', 'abc' ~ 'B', 'abc' ~* 'B', 'a\nb' ~ 'a.b', E'a\nb' ~ 'a.b', E'a\nb' ~ '^b', 'foo bar' ~ '\mbar\M', 'a1' ~ '^\w\d$', 'x' ~ '[[:alpha:]]', 'a.b' ~ 'a\.b', 'aa' ~ '^a{2}$', ']' ~ '[]]', 'a-b' ~ '[a\-]-'
SELECT 'abab' ~ '(ab)+$', 'tel: 555-1234' ~ '\d{3}-\d{4}', '' ~ '^$', 'foo' ~ '(?i)FOO', 'xay' ~ '***=a'
SELECT 'abc' ~ '(unbalanced'
SELECT 'abc' LIKE 'a%', 'a%c' LIKE 'a\%c', 'abc' LIKE 'a\%c', 'a_c' LIKE 'a#_c' ESCAPE '#', 'abc' LIKE 'ABC', 'abc' ILIKE 'ABC', 'abc' NOT ILIKE 'x%', E'a\\b' LIKE 'a\\b'
SELECT 'abc' SIMILAR TO 'abc', 'abc' SIMILAR TO 'a', 'abc' SIMILAR TO '%(b|d)%', 'abc' SIMILAR TO '(b|c)%', 'a.c' SIMILAR TO 'a.c', 'abc' SIMILAR TO 'a.c'
SELECT starts_with('abc', 'ab'), 'abc' ^@ 'b', to_hex(255), to_hex(-1), to_hex(10000000000)
SELECT string_to_array('a,b,,c', ','), string_to_array('a,b,c', ',', 'b'), string_to_array('abc', NULL), string_to_array('', ','), string_to_array('abc', '')
SELECT * FROM string_to_table('a,b', ',')
SELECT array_to_string(ARRAY['a', NULL, 'b'], ','), array_to_string(ARRAY[1, NULL, 3], ',', '*'), array_to_string('{}'::int[], ',')
SELECT 'a' < 'B', 'a' < 'b', 'é' > 'z', 'abc' < 'abcd', 'A' < 'a'
SELECT convert_from('\x616263'::bytea, 'UTF8'), convert_to('abc', 'UTF8'), get_byte('\x010203'::bytea, 1), length('\x0102'::bytea), substring('\x010203'::bytea from 2), '\x01'::bytea || '\x02'::bytea, position('\x02'::bytea in '\x0102'::bytea)
SELECT raw, length(raw), encode(raw, 'hex'), md5(raw) FROM items
SELECT raw FROM items ORDER BY raw
SELECT name || code, name || pad, pad || pad FROM items
SELECT code::char(3) || '|', pad::varchar || '|', name::varchar(3), name::char(4) || '|' FROM items
SELECT 'x'::"char", 'abc'::name, 'abc'::name || 'd'
SELECT min(code), max(code || 'x') FROM items
SELECT pg_typeof(1), pg_typeof('a'::text), pg_typeof(1.5), pg_typeof(ARRAY[1]), pg_typeof(now())
