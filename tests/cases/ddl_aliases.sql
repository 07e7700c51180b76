-- Names of types that only a live DDL has.
-- before
CREATE DATABASE ddl_aliases;
-- both
USE ddl_aliases;
CREATE TABLE t_{phase} (id SERIAL, a BOOL, b BOOLEAN DEFAULT FALSE, c INT1, d INT2 UNSIGNED, e INT3, f INT4, g INT8, h MIDDLEINT, i DEC(5,2), j NUMERIC, k FIXED(4), l FLOAT8, m DOUBLE PRECISION, n CHARACTER(3), o CHARACTER VARYING(9), p NCHAR(3), q NATIONAL VARCHAR(4), r LONG VARCHAR, s LONG VARBINARY, u NVARCHAR(5), v INTEGER, w CHAR VARYING(3), x NATIONAL CHARACTER(2), y LONG, z TEXT(300));
INSERT INTO t_{phase} VALUES (1, 1, 0, 1, 2, 3, 4, 5, 6, 7.5, 8, 9, 1.5, 2.5, 'abc', 'def', 'ghi', 'jkl', 'mno', 'pqr', 'stu', -1, 'vw', 'x', 'y', 'z');
INSERT INTO t_{phase} (id) VALUES (2);
CREATE TABLE n_{phase} (id INT PRIMARY KEY, zf INT ZEROFILL, zu INT(5) UNSIGNED ZEROFILL, si BIGINT SIGNED, ti TINYINT(1), i5 INT(5), x1 VARBINARY(4) DEFAULT 0x4142, b3 BIT(3) DEFAULT 5, d1 DOUBLE(8,2) DEFAULT 0.50, e1 ENUM("a","b") DEFAULT "a", nn INT NOT NULL DEFAULT (1 + 1), yr YEAR(4), bl BLOB(100), gc GEOMETRYCOLLECTION, vc VECTOR(3), js JSON);
INSERT INTO n_{phase} (id, zf, ti) VALUES (1, 5, 1);
