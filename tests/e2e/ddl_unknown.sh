#!/bin/bash
# ddl_unknown.sh - statements that are not understood. The table's definition is asked from the server when nothing can have
# changed it since; else its rows are not guessed: the table is stopped, with the commands that end it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

# A label by its byte: 0xE9 is one only in the column's character set, which the DDL parser does not convert.
unknown="ALTER TABLE testdb.odd ADD e ENUM(0xE9, 'x') CHARACTER SET latin1"
error_of() { status | jq -r --arg t "$1" '.tables[] | select(.table == $t and .state == "failed") | .error'; }
is_stopped() { [ -n "$(error_of "$1")" ]; }
flows() { [ -z "$(error_of "$1")" ] && status_is '.capture.state == "streaming" or .capture.state == "idle"'; }

start_mysql --binlog-row-metadata=MINIMAL
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.good (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.odd (id INT PRIMARY KEY, v INT);
	CREATE TABLE testdb.other (id INT PRIMARY KEY, v INT); INSERT INTO testdb.odd VALUES (1, 1)"
write_conf < /dev/null
start_millrace
wait_caught_up "snapshot"

sql -e "$unknown; INSERT INTO testdb.odd VALUES (2, 2, 'é'), (3, 3, 'x'); INSERT INTO testdb.good VALUES (2, 2)"
wait_caught_up "nothing has changed the table since: the server is asked"
same_table odd
same_table good
is "$(error_of testdb.odd)" "" "and the table is not stopped"

# What was asked is in the history: after a restart nobody has to be asked.
stop_millrace
sql -e "INSERT INTO testdb.odd VALUES (4, 4, 'é'); ALTER TABLE testdb.odd RENAME COLUMN v TO w; INSERT INTO testdb.odd VALUES (5, 5, 'x');
	UPDATE testdb.odd SET w = w + 100"
start_millrace
wait_caught_up "after a restart, with a later change that is understood"
same_table odd

# The server's definition is a later one: names that change places would not show in the types.
stop_millrace
sql -e "ALTER TABLE testdb.odd ADD f SET(0xE9, 'y') CHARACTER SET latin1, ADD x INT; INSERT INTO testdb.odd VALUES (6, 6, 'é', 'y', 7);
	ALTER TABLE testdb.odd RENAME COLUMN w TO x, RENAME COLUMN x TO w; INSERT INTO testdb.odd VALUES (8, 8, 'x', 'é', 9);
	INSERT INTO testdb.good VALUES (3, 3)"
start_millrace
until_true 60 is_stopped testdb.odd; ok $? "its definition may be a later one: the table is stopped"
error_of testdb.odd | note
[[ $(error_of testdb.odd) == *"millrace resume testdb.odd"*"reads the table again"* ]]; ok $? "with the commands that end it"
[[ $(error_of testdb.odd) == *"RENAME COLUMN"* ]]; ok $? "and the statement that is in the way"
wait_caught_up "others flow"
same_table good

"$millrace" -c "$dir/millrace.conf" resume testdb.odd > "$dir/out" 2>&1; ok $? "resume" || note < "$dir/out"
until_true 60 flows testdb.odd; ok $? "the stop is taken back"
sql -e "INSERT INTO testdb.odd VALUES (10, 10, 'x', 'y', 11)"
wait_caught_up "nothing stands in the way now: rows flow again"
same_at_last() { "$build/tests/e2e/compare_tables" "$mysql_socket" testdb.odd warehouse "$dir/state/warehouse/testdb.db" > "$dir/same" 2>&1; }
until_true 60 same_at_last; ok $? "and the rows in between are there: resume reads the table again" || note < "$dir/same"

# With FULL the rows say it themselves.
stop_millrace
sql -e "SET GLOBAL binlog_row_metadata = FULL"
sql -e "ALTER TABLE testdb.other ADD f SET(0xE9, 'y') CHARACTER SET latin1, ADD x INT; INSERT INTO testdb.other VALUES (6, 6, 'é', 7);
	ALTER TABLE testdb.other RENAME COLUMN v TO x, RENAME COLUMN x TO v; INSERT INTO testdb.other VALUES (8, 8, 'y', 9);
	UPDATE testdb.other SET v = v + 100, x = x + 200"
start_millrace
wait_caught_up "FULL: neither is understood nor asked"
same_table other
stop_millrace
done_testing
