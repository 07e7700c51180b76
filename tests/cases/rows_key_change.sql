-- Updates of the key: a delete, a tombstone, an insert, with headers.
-- before
CREATE DATABASE rows_key_change;
-- both
USE rows_key_change;
CREATE TABLE t_{phase} (id INT PRIMARY KEY, v VARCHAR(20));
CREATE TABLE c_{phase} (a INT, b VARCHAR(20), c DECIMAL(6,2), d VARBINARY(8), e DATE, f BIGINT UNSIGNED, v INT, PRIMARY KEY (a, b, c, d, e, f));
INSERT INTO t_{phase} VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO c_{phase} VALUES (1, 'q"uo\\te', 1.5, x'00ff', '2020-01-02', 18446744073709551615, 1), (2, 'ü😀', -0.01, '', '1969-12-31', 0, 2);
-- after
USE rows_key_change;
UPDATE t_snapshot SET id = 10 WHERE id = 1;
UPDATE t_snapshot SET id = id + 100 ORDER BY id DESC;
UPDATE c_snapshot SET a = a + 10;
UPDATE c_stream SET b = CONCAT(b, 'x'), v = 5;
UPDATE c_stream SET f = f DIV 2;
UPDATE t_stream SET id = CASE id WHEN 1 THEN 4 ELSE id END;
