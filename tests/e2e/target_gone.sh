#!/bin/bash
# target_gone.sh - tables and columns that somebody drops in StarRocks, while millrace runs and while it does not: that table
# alone stops, is told with both ways out, and either of them ends equal. Three partitions.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
command_of() { status | jq -r --arg s "$1" --arg c "$2" '.problems[] | select(.subject == $s and .code == $c) | .command'; }
sql -e "CREATE DATABASE testdb"
for t in dropped col altered fine; do
	echo "CREATE TABLE $t (id INT PRIMARY KEY, v INT, w VARCHAR(20)); INSERT INTO $t VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c'), (4, 4, 'd');"
done | sql testdb
{ starrocks_conf; printf '[kafka]\ntopic.prefix = mysql\ntopic.creation.default.partitions = 3\n'; } | write_conf
start_millrace
wait_caught_up "the snapshot"

# ---- while it runs: a refused load finds the table gone; the column is found before the first load after a pause ----
starrocks "DROP TABLE testdb.dropped; ALTER TABLE testdb.col DROP COLUMN w"
sql testdb -e "UPDATE dropped SET v = v + 1 WHERE id = 2"
until_true 20 has_problem target-lost testdb.dropped; ok $? "a dropped table is told" || what_is_wrong
is "$(command_of testdb.dropped target-lost)" "millrace snapshot testdb.dropped --truncate" "with one way out"
is "$(command_of testdb.dropped table-stopped)" "millrace resume testdb.dropped" "and the other"
is "$(starrocks "SELECT COUNT(*) FROM information_schema.tables WHERE TABLE_NAME = 'dropped'")" 0 "it is not made again"
sleep 6	# a pause
sql testdb -e "UPDATE col SET w = 'new' WHERE id = 3; UPDATE fine SET w = 'new' WHERE id = 3"
until_true 20 has_problem target-lost testdb.col; ok $? "a dropped column is told" || what_is_wrong
status | jq -r '.problems[] | select(.subject == "testdb.col") | .text' | grep -q "its column w any more"; ok $? "by name"
same_table_soon() { "$build/tests/e2e/compare_tables" "$mysql_socket" "testdb.$1" starrocks "$fe_mysql" > /dev/null 2>&1; }
until_true 20 same_table_soon fine; ok $? "another table goes on"

# ---- read again, by one command; rows that come before and after it, and an ALTER between the two ----
sql testdb -e "DELETE FROM dropped WHERE id = 1; INSERT INTO dropped VALUES (5, 5, 'e'); ALTER TABLE col ADD COLUMN x INT DEFAULT 7, RENAME COLUMN v TO vv;
	UPDATE col SET x = 8 WHERE id = 1; DELETE FROM col WHERE id = 4"
for t in dropped col; do
	"$millrace" -c "$dir/millrace.conf" snapshot testdb.$t --truncate --wait > "$dir/out" 2>&1; ok $? "millrace snapshot testdb.$t --truncate" || note < "$dir/out"
done
sql testdb -e "UPDATE dropped SET v = v + 10; UPDATE col SET vv = vv + 10"
wait_caught_up "read again"
for t in dropped col fine; do same_table $t; done
until_true 10 problem_is_over target-lost; ok $? "it is no problem any more" || what_is_wrong
stop_millrace; ok $? "stops"

# ---- while it does not run; both are put back by hand ----
starrocks "ALTER TABLE testdb.fine RENAME away; ALTER TABLE testdb.altered DROP COLUMN w"
sql testdb -e "UPDATE fine SET v = v + 1; UPDATE altered SET v = v + 1"
start_millrace
for t in fine altered; do until_true 20 has_problem target-lost testdb.$t; ok $? "$t: told by the next process" || what_is_wrong; done
starrocks "ALTER TABLE testdb.away RENAME fine; ALTER TABLE testdb.altered ADD COLUMN w VARCHAR(80) NULL"
for t in fine altered; do "$millrace" -c "$dir/millrace.conf" resume testdb.$t; ok $? "millrace resume testdb.$t"; done
wait_caught_up "both go on"
until_true 10 problem_is_over target-lost; ok $? "it is no problem any more" || what_is_wrong
same_table fine
"$millrace" -c "$dir/millrace.conf" snapshot testdb.altered --truncate --wait > "$dir/out" 2>&1; ok $? "the column's values are read again" || note < "$dir/out"
wait_caught_up "they are"
same_table altered

# ---- a TRUNCATE that is in the log already ----
starrocks "DROP TABLE testdb.fine"
sql testdb -e "UPDATE fine SET v = v + 1"
until_true 20 has_problem table-stopped testdb.fine; ok $? "dropped again" || what_is_wrong
sql testdb -e "TRUNCATE fine; INSERT INTO fine VALUES (9, 9, 'i')"
"$millrace" -c "$dir/millrace.conf" resume testdb.fine --pass; ok $? "millrace resume testdb.fine --pass"
wait_caught_up "it passes over the rows before the TRUNCATE"
same_table fine
until_true 10 problem_is_over target-lost; ok $? "it is no problem any more" || what_is_wrong
stop_millrace; ok $? "stops"
no_trouble
done_testing
