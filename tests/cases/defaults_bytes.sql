-- Defaults of texts, bytes, bits, ENUM and SET that are written as something else: hex, numbers, other case and order.
-- before
CREATE DATABASE defaults_bytes;
-- both
USE defaults_bytes;
CREATE TABLE t_{phase} (
  id INT PRIMARY KEY, c1 VARCHAR(9) DEFAULT x'c3a9', c2 CHAR(5) DEFAULT 007, c3 VARCHAR(9) DEFAULT TRUE, c4 VARCHAR(9) CHARACTER SET latin1 DEFAULT 0xe9, b1 BINARY(4) DEFAULT 'ab', b2 VARBINARY(9) DEFAULT 0x00ff, b3 VARBINARY(9) DEFAULT 'a\0b', b4 BINARY(2) DEFAULT 0x41,
  k1 BIT(8) DEFAULT 'a', k2 BIT(8) DEFAULT 0x41, k3 BIT(8) DEFAULT 5, e1 ENUM('a','B') DEFAULT 'b', e2 ENUM('x','y') DEFAULT 0x79, s1 SET('x','y','z') DEFAULT 'z,x'
);
INSERT INTO t_{phase} (id) VALUES (1);
INSERT INTO t_{phase} VALUES (2, NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
