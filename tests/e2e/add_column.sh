#!/bin/bash
# add_column.sh - rows that were there before a column was added hold what MySQL gave them, though the binlog does not say it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1), (2, 2), (3, 3);"
write_conf < /dev/null
start_millrace
wait_caught_up "snapshot"
sql -e "ALTER TABLE testdb.t ADD COLUMN a INT NOT NULL DEFAULT 7, ADD COLUMN b VARCHAR(20) DEFAULT 'it''s', ADD COLUMN c DECIMAL(8,3) NOT NULL DEFAULT 2.5,
	ADD COLUMN c2 INT NOT NULL, ADD COLUMN d DATETIME(3) DEFAULT '2020-01-02 03:04:05', ADD COLUMN e ENUM('x','y') NOT NULL, ADD COLUMN f DOUBLE DEFAULT 1.5,
	ADD COLUMN g BIGINT UNSIGNED DEFAULT 18446744073709551615, ADD COLUMN h VARCHAR(5) NULL, ADD COLUMN i DATE DEFAULT '2021-02-03';
	UPDATE testdb.t SET v = 20, h = 'new' WHERE id = 2; INSERT INTO testdb.t (id, g, c2) VALUES (4, 18446744073709551614, 5);"
wait_caught_up "the columns are there"
same_table t
stop_millrace; ok $? "stops in good order"
done_testing
