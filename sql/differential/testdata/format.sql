SELECT to_char(at, 'YYYY-MM-DD HH24:MI:SS.MS US'), to_char(at, 'FMMonth DD, YYYY'), to_char(at, 'Day Mon dy HH12:MI AM'), to_char(at, 'DDD D ID WW IW W Q CC J') FROM items
SELECT to_char(at, 'YY-Y-YYY Y,YYY IYYY'), to_char(at, 'MONTH|month|MON|DAY|day|DY'), to_char(at, 'FMDDth "of" FMMonth'), to_char(at, 'HH24hMI'), to_char(at, 'SSSS FF3 RM rm a.m. BC') FROM items
SELECT to_char(seen, 'YYYY-MM-DD"T"HH24:MI:SSOF'), to_char(seen, 'TZ TZH:TZM'), to_char(day, 'DD/MM/YYYY') FROM items
SELECT to_char(interval '15 days 02:03:04.5', 'DD HH24:MI:SS.MS'), to_char(interval '1 year 2 mons', 'YYYY MM')
SELECT to_char(1234.5, '9999.99'), to_char(1234.5, 'FM9999.99'), to_char(-1234.5, '9999.99'), to_char(1234567.891, '9,999,999.99'), to_char(12, '00000'), to_char(0.5, '0.99'), to_char(0.5, '9.99'), to_char(12345, '999')
SELECT to_char(485, '999'), to_char(-485, '999'), to_char(485, 'FM999'), to_char(148.5, '999.999'), to_char(148.5, 'FM999.999'), to_char(148.5, 'FM999.990'), to_char(-485, 'S999'), to_char(485, 'S999'), to_char(-485, '999MI'), to_char(485, '999MI'), to_char(485, '999S'), to_char(-485, '999PR'), to_char(485, '999PR'), to_char(485, 'PL999'), to_char(-485, 'SG999'), to_char(-485, '9SG99')
SELECT to_char(485, 'RN'), to_char(485, 'FMRN'), to_char(482, '999th'), to_char(485, '"Good number:"999'), to_char(12, '99V999'), to_char(-0.1, '99.99'), to_char(0, '999'), to_char(0.1, 'FM9.99'), to_char(3148.5, '9G999D999'), to_char(3148.5, '9,999.999'), to_char(148, '0,999'), to_char(12, '9,999')
SELECT to_char(price, 'FM999,990.00'), to_char(id, '000'), to_char(f8, '999.99') FROM items WHERE id <> 2
SELECT to_date('2024-01-15', 'YYYY-MM-DD'), to_date('15 Jan 2024', 'DD Mon YYYY'), to_date('20240115', 'YYYYMMDD'), to_timestamp('2024-01-15 10:30:45', 'YYYY-MM-DD HH24:MI:SS'), to_timestamp('01/02/24 03:04 PM', 'MM/DD/YY HH12:MI PM'), to_date('January 5, 2023', 'Month DD, YYYY'), to_date('2024 033', 'YYYY DDD')
SELECT to_timestamp('2024-01-15 10:30:45.123', 'YYYY-MM-DD HH24:MI:SS.MS'), to_timestamp('05 Dec 2000', 'DD Mon YYYY')
SELECT to_date('2024-13-01', 'YYYY-MM-DD')
SELECT to_number('12,454.8-', '99G999D9S'), to_number('1234.56', '9999.99'), to_number('-34', 'S99'), to_number('$1,234', 'L9,999')
