#!/bin/bash
# load_shapes.sh - rows of many definitions of a table, read at once: as many as there are, in messages with and without
# schemas, flat and envelope, each read with the definition of its time, after kill -9 too. What no definition fits waits,
# and says so; the others go on.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
conf() # FORMAT SCHEMAS
{
	printf '[kafka]\ntopic.prefix = mysql\nmessage.format = %s\nschemas.enable = %s\n' "$1" "$2"
}
pause() { "$millrace" -c "$dir/millrace.conf" pause "$1" > /dev/null; }
resume() { "$millrace" -c "$dir/millrace.conf" resume "$1" > /dev/null; }
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }

for format in ${FORMATS:-flat envelope}; do for schemas in ${SCHEMAS:-true false}; do
	what="$format, schemas.enable = $schemas"
	rm -rf "$dir/state"
	sql -e "DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb;
		CREATE TABLE testdb.t (id INT PRIMARY KEY, d DECIMAL(10,2), e DATE); CREATE TABLE testdb.other (id INT PRIMARY KEY, v INT);
		CREATE TABLE testdb.many (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1.50, '2001-01-01');
		INSERT INTO testdb.other VALUES (1, 1); INSERT INTO testdb.many VALUES (1, 1), (2, 2)"
	conf "$format" "$schemas" | write_conf
	start_millrace
	wait_caught_up "$what: snapshot"
	pause load; ok $? "paused"
	# Twelve shapes of one table, types that change under one name, and rows of the definitions before.
	sql testdb -e "INSERT INTO t VALUES (2, 2.50, '2002-02-02'); ALTER TABLE t ADD COLUMN x INT; INSERT INTO t VALUES (3, 3.50, '2003-03-03', 3)"
	for n in {1..12}; do echo "ALTER TABLE many ADD COLUMN c$n INT; UPDATE many SET v = v + 1, c$n = $n; INSERT INTO many (id, v) VALUES (10 + $n, $n);"; done | sql testdb
	sql testdb -e "ALTER TABLE t MODIFY d DECIMAL(12,4); INSERT INTO t VALUES (4, 4.1234, '2004-04-04', 4);
		ALTER TABLE t MODIFY e DATETIME(6); INSERT INTO t VALUES (5, 5.5, '2005-05-05 05:05:05.5', 5); UPDATE other SET v = 2"
	until_true 30 captured; ok $? "captured"
	kill_millrace
	start_millrace
	wait_caught_up "${WAIT:-60}" "$what: everything after kill -9"
	same_table t
	same_table many
	same_table other
	stop_millrace
	no_trouble
done; done
done_testing
