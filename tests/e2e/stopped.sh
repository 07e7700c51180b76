#!/bin/bash
# stopped.sh - a table whose rows cannot be decoded surely is stopped by name, its neighbours flow, and a restart does not let
# it flow on with a gap: a person resumes it, and it is read again.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.good (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.odd (id INT PRIMARY KEY, v INT);
	INSERT INTO testdb.good VALUES (1, 1); INSERT INTO testdb.odd VALUES (1, 1);"
write_conf < /dev/null
start_millrace
wait_caught_up "snapshot"

# The server's table changes behind the binlog's back.
sql -e "SET sql_log_bin = 0; ALTER TABLE testdb.odd ADD COLUMN w VARCHAR(10); SET sql_log_bin = 1;
	INSERT INTO testdb.odd VALUES (2, 2, 'x'); INSERT INTO testdb.good VALUES (2, 2);"
odd_error() { status | jq -r '.tables[] | select(.table == "testdb.odd") | select(.state == "failed") | .error'; }
odd_stopped() { [ -n "$(odd_error)" ]; }
until_true 20 odd_stopped; ok $? "the table is stopped: $(odd_error)"
wait_caught_up "the stream goes on"
same_table good
until_true 20 status_is 'all(.tables[]; if .table == "testdb.odd" then .lag_rows == -1 and .lag_ms == -1 else .lag_rows == 0 end)'
ok $? "how far it is behind nobody knows; the other one is up to date" || status | jq -c .tables | note

stop_millrace; ok $? "stops in good order"
start_millrace
until_true 20 odd_stopped; ok $? "still stopped after a restart"
sql -e "INSERT INTO testdb.odd VALUES (3, 3, 'y'); INSERT INTO testdb.good VALUES (3, 3)"
wait_caught_up "the stream goes on"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT group_concat(id) FROM odd')" 1 "no row of it passed"
grep -q 'stopped since an earlier run' "$dir/run.log"; ok $? "the log says so at the start"

# The way out: the definition goes back to what the history knows, and a person lets it go on.
sql -e "SET sql_log_bin = 0; ALTER TABLE testdb.odd DROP COLUMN w; SET sql_log_bin = 1"
"$millrace" -c "$dir/millrace.conf" resume testdb.odd; ok $? "resume is taken"
# One right after the other, as docs/mysql.md prints them: the session that resume begins keeps the order.
"$millrace" -c "$dir/millrace.conf" snapshot testdb.odd --wait > "$dir/out" 2>&1; ok $? "a snapshot that is ordered at once is waited for" || note < "$dir/out"
grep -q 'snapshot of testdb.odd done: 3 rows' "$dir/run.log"; ok $? "and has been read then" || what_is_wrong
odd_flows() { [ -z "$(odd_error)" ] && [ "$(status | jq -r .capture.state)" != retrying ]; }
until_true 20 odd_flows; ok $? "the stop is taken back"
until_true 20 grep -q 'resumed on request' "$dir/run.log"; ok $? "and told"
sql -e "INSERT INTO testdb.odd VALUES (4, 4)"
wait_caught_up "catches up"
same_table odd
stop_millrace
start_millrace
wait_caught_up "after one more restart"
is "$(odd_error)" "" "it is not stopped any more"
stop_millrace
done_testing
