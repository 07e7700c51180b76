-- Names of types that Debezium takes for another: INTEGER UNSIGNED, REAL, FLOAT4.
-- after
CREATE DATABASE ddl_aliases_wrong; USE ddl_aliases_wrong;
CREATE TABLE t (id INT PRIMARY KEY, a INTEGER UNSIGNED, b REAL, c FLOAT4, d REAL(8,3));
INSERT INTO t VALUES (1, 4294967295, 1.1, 1.5, 99999.999);
INSERT INTO t VALUES (2, 1, 1.5, NULL, 1.5);
