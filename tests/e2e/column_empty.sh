#!/bin/bash
# column_empty.sh - a StarRocks that has no RENAME COLUMN: the values of a renamed column go, and the problem column-empty says so, also when
# the process is killed after they have gone and before the column has its new name. The next one finds nothing at the target that tells it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --version 3.2
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, a INT, b INT); INSERT INTO testdb.t VALUES (1, 11, 12)"
{ starrocks_conf; printf '[kafka]\ntopic.prefix = mysql\n'; } | write_conf
start_millrace
wait_caught_up "the snapshot"
curl -fsS "$control/fault?name=alter_hangs&count=1&arg=2000" > /dev/null
sql testdb -e "ALTER TABLE t RENAME COLUMN a TO aa; INSERT INTO t VALUES (2, 21, 22)"
begun() { [ "$(starrocks "SHOW ALTER TABLE COLUMN FROM testdb" | wc -l)" -gt 0 ]; }
until_true 20 begun; ok $? "the column is being dropped" || what_is_wrong
kill_millrace
gone() { starrocks "SHOW ALTER TABLE COLUMN FROM testdb" | grep -q FINISHED; }
until_true 20 gone; ok $? "it is, after the process was killed"
start_millrace
wait_caught_up "the rename"
is "$(starrocks "SELECT id, aa, b FROM testdb.t ORDER BY id" | tr '\t\n' ', ')" "1,NULL,12 2,21,22 " "the old row has no value"
until_true 10 has_problem column-empty testdb.t; ok $? "and it is told" || what_is_wrong
stop_millrace
start_millrace
until_true 10 has_problem column-empty testdb.t; ok $? "also after a start" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" snapshot testdb.t --truncate --wait > /dev/null 2>&1
wait_caught_up "the table is read again"
until_true 10 problem_is_over column-empty testdb.t; ok $? "until it is read again" || what_is_wrong
is "$(starrocks "SELECT id, aa, b FROM testdb.t ORDER BY id" | tr '\t\n' ', ')" "1,11,12 2,21,22 " "and has its values"
stop_millrace; ok $? "stops"
done_testing
