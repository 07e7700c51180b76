-- Keys under collations that ignore case, accents and trailing blanks.
-- before
CREATE DATABASE charset_collations;
-- both
USE charset_collations;
CREATE TABLE t_{phase} (k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT);
CREATE TABLE b_{phase} (k VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german1_ci PRIMARY KEY, v INT);
INSERT INTO t_{phase} VALUES ('Äb', 1), ('c ', 2);
INSERT INTO b_{phase} VALUES ('Äb', 1), ('ß', 2);
UPDATE t_{phase} SET k = 'aB' WHERE k = 'äB';
UPDATE b_{phase} SET k = 'äB', v = 3 WHERE v = 1;
