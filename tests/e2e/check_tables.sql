-- A database with each question that check asks, and how many rows raise it. e2e/check_tables.sh compares the counts.
CREATE DATABASE testdb; USE testdb;
SET sql_mode = 'ALLOW_INVALID_DATES';
CREATE TABLE t_int (id INT PRIMARY KEY, flag TINYINT(1), big BIGINT UNSIGNED, b BIT(12), y YEAR);
INSERT INTO t_int VALUES (1, 0, 1, 1, 0), (2, 1, 9223372036854775807, 2, 2000), (3, 2, 9223372036854775808, 3, 0),
	(4, -1, 18446744073709551615, NULL, 1901), (5, NULL, NULL, 4, NULL), (6, 127, 4611686018427387904, 5, 0);
CREATE TABLE t_time (id INT PRIMARY KEY, d DATE, dt DATETIME(6) NOT NULL, ts TIMESTAMP NULL, t TIME(3));
INSERT INTO t_time VALUES (1, '0000-00-00', '0000-00-00', '0000-00-00', '00:00:00'), (2, '2020-00-00', '2020-01-01', '2020-01-01', '-00:00:01'),
	(3, '2021-02-30', '2021-04-31 01:02:03', NULL, '24:00:00'), (4, '0018-04-01', '0099-12-31', NULL, '24:00:00.001'),
	(5, '0000-05-05', '2020-05-00', NULL, '838:59:59'), (6, NULL, '2024-02-29', NULL, NULL), (7, '9999-12-31', '0000-00-00', '0000-00-00', '23:59:59.999');
CREATE TABLE t_text (id INT PRIMARY KEY, l LONGTEXT, m MEDIUMBLOB, v VARCHAR(100), x MEDIUMTEXT CHARACTER SET latin1);
INSERT INTO t_text VALUES (1, REPEAT('a', 1048576), NULL, 'a', ''), (2, REPEAT('a', 1048577), REPEAT(0x00, 1048577), 'b', 'plain'),
	(3, REPEAT(CONVERT(0xC3A4 USING utf8mb4), 524289), REPEAT(0x00, 1048576), NULL, NULL);
CREATE TABLE t_latin (id INT PRIMARY KEY, a VARCHAR(20) CHARACTER SET latin1);
INSERT INTO t_latin VALUES (1, 'plain'), (2, _latin1 0x61E4), (3, _latin1 0x8141), (4, _latin1 0xC3A4), (5, NULL), (6, _latin1 0xE282AC);
CREATE TABLE t_decimal (id INT PRIMARY KEY, fits DECIMAL(38, 10), wide DECIMAL(65, 30));
INSERT INTO t_decimal VALUES (1, 1, 1), (2, 2, NULL);
CREATE TABLE t_nokey (a INT, b VARCHAR(10), UNIQUE KEY (a));
INSERT INTO t_nokey VALUES (1, 'a'), (NULL, 'b'), (NULL, 'c');
CREATE TABLE t_floatkey (f DOUBLE PRIMARY KEY, v INT);
INSERT INTO t_floatkey VALUES (1.5, 1), (2.5, 2);
CREATE TABLE t_widekey (a VARCHAR(200), b INT, v INT, PRIMARY KEY (a, b));
INSERT INTO t_widekey VALUES (REPEAT('k', 122), 1, 1), (REPEAT('k', 123), 1, 1), ('k', 1, 1), (REPEAT(_utf8mb4 0xE282AC, 42), 1, 1);
CREATE TABLE t_json (id INT PRIMARY KEY, j JSON);
INSERT INTO t_json VALUES (1, '{"a": 12345678901234567}'), (2, '[1.5, 2]'), (3, '[0.1234567890123456789]'), (4, NULL), (5, '[-98765432109876543]');
SET sql_mode = '';
CREATE TABLE t_label (id INT PRIMARY KEY, e ENUM('a', 'b,c', '''q', ' lead'), s SET('x', 'y"z'), plain ENUM('p', 'q'));
INSERT INTO t_label VALUES (1, 'a', 'x', 'p'), (2, 'b,c', 'y"z', 'q'), (3, '''q', 'x,y"z', 'wrong'), (4, 'nope', '', 'p'), (5, ' lead', NULL, NULL);
CREATE TABLE t_odd (id INT PRIMARY KEY, g GEOMETRY, p POINT, gen INT AS (id + 1) STORED, hid INT INVISIBLE, vec VECTOR(3), `__op` INT);
INSERT INTO t_odd (id, g, p, hid, vec) VALUES (1, ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('POINT(1 2)'), 1, TO_VECTOR('[1,2,3]')), (2, NULL, NULL, NULL, NULL);
CREATE TABLE `t x` (id INT PRIMARY KEY);
CREATE TABLE `t+x` (id INT PRIMARY KEY);
CREATE TABLE plain (id INT PRIMARY KEY, name VARCHAR(50), amount DECIMAL(10, 2), at DATETIME(3));
INSERT INTO plain VALUES (1, 'a', 1.5, '2024-01-01');
CREATE TABLE evil (id INT PRIMARY KEY, `a[31mred` TINYINT(1), `e` ENUM('x]0;title'));
INSERT INTO evil VALUES (1, 5, 1);
CREATE TABLE large (id INT PRIMARY KEY AUTO_INCREMENT, flag TINYINT(1));
SET cte_max_recursion_depth = 1000000;
INSERT INTO large (flag) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 210000) SELECT i % 3 FROM n;
