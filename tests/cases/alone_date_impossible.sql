-- 30 February, which ALLOW_INVALID_DATES lets in: a dead letter, its neighbours pass.
-- alone: Debezium stops
-- before
CREATE DATABASE alone_date_impossible;
USE alone_date_impossible;
CREATE TABLE t (id INT PRIMARY KEY, d DATE, t DATETIME);
INSERT INTO t VALUES (1, '2021-02-28', NULL);
-- after
USE alone_date_impossible;
SET sql_mode = 'ALLOW_INVALID_DATES';
INSERT INTO t VALUES (2, '2021-02-30', NULL), (3, '2021-02-28', NULL);
INSERT INTO t VALUES (4, NULL, '2021-04-31 01:02:03'), (5, NULL, '2021-04-30 01:02:03');
