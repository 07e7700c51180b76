-- CREATE TABLE .. SELECT: columns from a query, rows in the same transaction.
-- after
CREATE DATABASE ddl_create_select; USE ddl_create_select;
CREATE TABLE s (id INT PRIMARY KEY, a VARCHAR(10), d DECIMAL(8,2), ts TIMESTAMP NULL);
INSERT INTO s VALUES (1, 'one', 1.5, '2020-01-01 00:00:00'), (2, 'two', 2.5, NULL);
CREATE TABLE t_nokey AS SELECT * FROM s;
INSERT INTO t_nokey VALUES (3, 'three', 3.5, NULL);
CREATE TABLE u (PRIMARY KEY (id)) SELECT id, CONCAT(a, '!') AS shout, d * 2 AS twice FROM s;
UPDATE u SET twice = 0 WHERE id = 1;
CREATE TABLE v_nokey (extra INT DEFAULT 3) IGNORE SELECT id FROM s WHERE id = 1;
INSERT INTO v_nokey VALUES (9, 9);
