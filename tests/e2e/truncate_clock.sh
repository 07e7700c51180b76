#!/bin/bash
# truncate_clock.sh - a TRUNCATE is carried out whatever the clock says: one of an hour before the last one, as after a
# clock that was set back or a capture half that moved to another host.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
printf '[kafka]\ntopic.creation.default.partitions = 3\ntopic.prefix = mysql\n' | write_conf
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT);
	INSERT INTO testdb.t VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5)"
start_millrace
wait_caught_up "snapshot"
sql testdb -e "TRUNCATE t; INSERT INTO t VALUES (3, 1)"
wait_caught_up "TRUNCATE"
same_table t
stop_millrace

# faketime's library; without it the clock of the capture half stays right, and the rest of the script is still true.
for lib in /usr/lib/*/faketime/libfaketimeMT.so.1; do [ -e "$lib" ] || lib=''; done
echo "# ${lib:-no libfaketime}"
LD_PRELOAD=$lib FAKETIME=-3600 FAKETIME_DONT_FAKE_MONOTONIC=1 start_millrace
sql testdb -e "TRUNCATE t; INSERT INTO t VALUES (4, 1)"
wait_caught_up "TRUNCATE an hour earlier"
same_table t
kill_millrace
start_millrace
sql testdb -e "INSERT INTO t VALUES (5, 1)"
wait_caught_up "again, with the right clock"
same_table t
stop_millrace
no_trouble
done_testing
