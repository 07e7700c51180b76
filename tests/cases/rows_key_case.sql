-- A key that changes only for the eye: case, blanks.
-- before
CREATE DATABASE rows_key_case;
-- both
USE rows_key_case;
CREATE TABLE t_{phase} (k VARCHAR(20) PRIMARY KEY, v INT) COLLATE utf8mb4_general_ci;
INSERT INTO t_{phase} VALUES ('abc', 1), ('x', 2);
UPDATE t_{phase} SET k = 'ABC' WHERE k = 'abc';
UPDATE t_{phase} SET k = 'x', v = 3 WHERE k = 'x';
