-- types.sql - one table with each MySQL type, the extremes of each, NULLs and values that are easily mangled. `types_rows(base)`
-- writes the same rows again with other keys, so that the snapshot and the stream carry the same values.
CREATE DATABASE IF NOT EXISTS testdb;
USE testdb;
SET sql_mode = '';
SET time_zone = '+00:00';
CREATE TABLE numbers (
  id INT PRIMARY KEY,
  t TINYINT, tu TINYINT UNSIGNED, t1 TINYINT(1), s SMALLINT, su SMALLINT UNSIGNED, m MEDIUMINT, mu MEDIUMINT UNSIGNED,
  i INT, iu INT UNSIGNED, iz INT(8) ZEROFILL, b BIGINT, bu BIGINT UNSIGNED,
  b1 BIT(1), b12 BIT(12), b63 BIT(63), b64 BIT(64),
  f FLOAT, fu FLOAT UNSIGNED, d DOUBLE, re REAL,
  de DECIMAL(10,2), dn NUMERIC(38,10), dbig DECIMAL(65,30), dint DECIMAL(5,0), y YEAR
);
CREATE TABLE texts (
  id INT PRIMARY KEY,
  c CHAR(10), v VARCHAR(300), tt TINYTEXT, te TEXT, mt MEDIUMTEXT, lt LONGTEXT,
  l1 VARCHAR(20) CHARACTER SET latin1, u3 VARCHAR(20) CHARACTER SET utf8mb3, u16 VARCHAR(20) CHARACTER SET utf16,
  gb VARCHAR(20) CHARACTER SET gbk, sj VARCHAR(20) CHARACTER SET sjis, asc7 VARCHAR(20) CHARACTER SET ascii,
  bi BINARY(8), vb VARBINARY(300), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB,
  e ENUM('a','b,c','d''e','ü','x y'), st SET('one','two','drei','vier'), j JSON
) DEFAULT CHARSET = utf8mb4;
CREATE TABLE times (
  id INT PRIMARY KEY,
  da DATE, t0 TIME, t3 TIME(3), t6 TIME(6), d0 DATETIME, d3 DATETIME(3), d6 DATETIME(6),
  ts0 TIMESTAMP NULL, ts3 TIMESTAMP(3) NULL, ts6 TIMESTAMP(6) NULL
);
CREATE TABLE shapes (
  id INT PRIMARY KEY,
  g GEOMETRY, p POINT, l LINESTRING, po POLYGON, mp MULTIPOINT, ml MULTILINESTRING, mpo MULTIPOLYGON, gc GEOMETRYCOLLECTION
);
CREATE TABLE many_keys (
  a BIGINT UNSIGNED, b VARCHAR(20), c DATE, d DECIMAL(6,2), v INT, PRIMARY KEY (a, b, c, d)
) DEFAULT CHARSET = utf8mb4 COLLATE utf8mb4_bin;
DELIMITER //
CREATE PROCEDURE types_rows(base INT)
BEGIN
  INSERT INTO numbers (id) VALUES (base);
  INSERT INTO numbers VALUES
    (base + 1, -128, 0, 0, -32768, 0, -8388608, 0, -2147483648, 0, 0, -9223372036854775808, 0,
     b'0', b'0', b'0', b'0', -3.402823466e38, 0, -1.7976931348623157e308, -2.2250738585072014e-308,
     -99999999.99, -9999999999999999999999999999.9999999999, -99999999999999999999999999999999999.999999999999999999999999999999, -99999, 1901),
    (base + 2, 127, 255, 1, 32767, 65535, 8388607, 16777215, 2147483647, 4294967295, 99999999, 9223372036854775807, 18446744073709551615,
     b'1', b'111111111111', 0x7fffffffffffffff, 0xffffffffffffffff, 3.402823466e38, 3.402823466e38, 1.7976931348623157e308, 2.2250738585072014e-308,
     99999999.99, 9999999999999999999999999999.9999999999, 99999999999999999999999999999999999.999999999999999999999999999999, 99999, 2155),
    (base + 3, -1, 128, 2, -1, 32768, -1, 8388608, -1, 2147483648, 7, 9007199254740993, 9223372036854775808,
     b'1', b'100000000001', 0x4000000000000001, 0x8000000000000000, 3.1415927, 0.1, 0.1, 123456789.123456789,
     0.01, 0.0000000001, 0.000000000000000000000000000001, 0, 2026),
    (base + 4, 0, 1, 127, 0, 1, 0, 1, 0, 1, 12345678, 0, 9223372036854775807,
     b'0', b'000000001111', 1, 1, 1.17549435e-38, 16777216, 1e21, -0.0,
     -0.01, -1.5, -0.5, -1, 1970);
  INSERT INTO texts (id) VALUES (base);
  INSERT INTO texts VALUES
    (base + 1, '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 'a', '', '{}'),
    (base + 2, 'ten chars.', REPEAT('ß', 300), REPEAT('x', 255), REPEAT('日', 5000), REPEAT('m', 70000), REPEAT('l', 70000),
     'äöü€', '日本', '𝄞€a', '汉字', '日本カナ', 'plain', x'0001020304050607', REPEAT(x'ff00', 150), REPEAT(x'00', 255), REPEAT(x'0a5c22', 20000),
     REPEAT(x'c3', 70000), x'00', 'b,c', 'one,two,drei,vier',
     '{"a": [1, 2.5, -9223372036854775808, 18446744073709551615, true, false, null], "ü": {"nested": {"deep": "\\"\\\\/\\b\\f\\n\\r\\t"}}, "": "", "long": "0123456789"}'),
    (base + 3, 'a"b\\c', 'quote '' double " back \\ tab \t line \n return \r nul \0 end', '𝄞😀', CONCAT('x', CHAR(1 USING utf8mb4), CHAR(31 USING utf8mb4)),
     'e\u0301', ' spaces ', 'ÿ', 'ÿ', 'ÿ', 'a', 'a', '~', x'ff', x'5c', x'22', x'', x'0d0a', x'fffefd',
     'd''e', 'two', '[]'),
    (base + 4, '  lead', 'trail  ', '\\N', 'NULL', 'null', '', 'a', 'b', 'c', 'd', 'e', 'f', x'6162', x'20', x'2020', x'09', x'0b', x'7f',
     'ü', 'one,vier', '"just a string"'),
    (base + 5, '%_', '{"__deleted":"true"}', '', '', '', '', '', '', '', '', '', '', x'', x'', x'', x'', x'', x'', 'x y', 'drei',
     JSON_OBJECT('dec', 1.10, 'n', CAST(1e20 AS DOUBLE), 'small', 1.5e-5, 'd', '2020-01-02', 'big', REPEAT('j', 70000)));
  INSERT INTO times (id) VALUES (base);
  INSERT INTO times VALUES
    (base + 1, '1000-01-01', '-838:59:59', '-838:59:59.000', '-838:59:59.000000', '1000-01-01 00:00:00', '1000-01-01 00:00:00.000', '1000-01-01 00:00:00.000001',
     '1970-01-01 00:00:01', '1970-01-01 00:00:01.001', '1970-01-01 00:00:01.000001'),
    (base + 2, '9999-12-31', '838:59:59', '838:59:59.000', '838:59:59.000000', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999999',
     '2038-01-19 03:14:07', '2038-01-19 03:14:07.499', '2038-01-19 03:14:07.499999'),
    (base + 3, '2024-02-29', '-00:00:01', '-00:00:00.001', '-00:00:00.000001', '1969-12-31 23:59:59', '1969-12-31 23:59:59.999', '1969-12-31 23:59:59.999999',
     '2021-03-28 02:30:00', '2021-03-28 02:30:00.5', '2021-03-28 02:30:00.123456'),
    (base + 4, '1970-01-01', '00:00:00', '24:00:00', '12:34:56.7', '1970-01-01 00:00:00', '1970-01-01 00:00:00', '2026-11-23 10:20:30.1',
     '2000-01-01 00:00:00', '2000-01-01 00:00:00', '2000-01-01 00:00:00');
  INSERT INTO shapes (id) VALUES (base);
  INSERT INTO shapes VALUES
    (base + 1, ST_GeomFromText('POINT(1 2.5)', 4326), ST_GeomFromText('POINT(-1.5 1e300)'), ST_GeomFromText('LINESTRING(0 0, 1 1, 2 0)'),
     ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0), (1 1, 2 1, 2 2, 1 1))'), ST_GeomFromText('MULTIPOINT(1 1, 2 2)'),
     ST_GeomFromText('MULTILINESTRING((0 0, 1 1), (2 2, 3 3))'), ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'),
     ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))'));
  INSERT INTO many_keys VALUES (base, '', '1000-01-01', -9999.99, NULL), (18446744073709551615 - base, 'Ä', '9999-12-31', 9999.99, 1), (base, 'ä', '2024-02-29', 0, 2),
    (base, 'Ä', '2024-02-29', 0, 3);
END//
DELIMITER ;
