-- UPDATEs that change the key: one column of two, several rows, case only.
-- after
CREATE DATABASE key_update; USE key_update;
CREATE TABLE t (a INT, b VARCHAR(10), v INT, PRIMARY KEY (a, b));
INSERT INTO t VALUES (1, 'a', 1), (2, 'b', 2), (3, 'c', 3);
UPDATE t SET a = a + 10; UPDATE t SET b = 'A' WHERE a = 11; UPDATE t SET b = 'A', v = 5 WHERE a = 11; UPDATE t SET a = a + 100, b = CONCAT(b, '!') ORDER BY a DESC;
INSERT INTO t VALUES (111, 'A!', 6) ON DUPLICATE KEY UPDATE a = 500; REPLACE INTO t VALUES (500, 'A!', 7);
