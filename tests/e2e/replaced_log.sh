#!/bin/bash
# replaced_log.sh - a log, a group or a target that is not what it was: new, older, emptied, moved, lost. Each is told by
# name before anything is loaded past it, and ends equal. Embedded log and warehouse; replaced_kafka.sh has the rest.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
printf '[kafka]\ntopic.creation.default.partitions = 3\ntopic.prefix = mysql\n' | write_conf
warehouse() { sqlite3 "$dir/state/warehouse/testdb.db" "$1"; }
log_db() { sqlite3 "$dir/state/log.db" "$1"; }
problem_is() { status_is --arg c "$1" --arg s "$2" '.problems[]? | select(.code == $c and .subject == $s)'; }	# CODE SUBJECT
no_problem() { status_is '[.problems[]? | select(.severity == "error")] == []'; }
mend() { "$millrace" -c "$dir/millrace.conf" snapshot "$1" --truncate --wait > "$dir/out" 2>&1; ok $? "millrace snapshot $1 --truncate" || note < "$dir/out"; }
rows() { sql testdb -N -e "SELECT GROUP_CONCAT(id ORDER BY id) FROM $1"; }

sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.idle (id INT PRIMARY KEY);
	INSERT INTO testdb.t VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5); INSERT INTO testdb.idle VALUES (1)"
start_millrace
wait_caught_up "snapshot"
stop_millrace

# ---- the log is lost: offsets begin again, under an old target ----
cp -a "$dir/state" "$dir/older"
sql testdb -e "UPDATE t SET v = v + 100; DELETE FROM t WHERE id = 2"
rm "$dir/state/log.db"*
start_millrace
wait_caught_up "a new log: its snapshot"
same_table t
same_table idle
until_true 10 no_problem; ok $? "nothing is left to tell"
stop_millrace

# ---- an older log under a newer target ----
cp -a "$dir/state/log.db"* "$dir/older/"
sql testdb -e "UPDATE t SET v = v + 1; DELETE FROM t WHERE id = 3; INSERT INTO t VALUES (30, 30)"
start_millrace
wait_caught_up "changes"
stop_millrace
rm "$dir/state/log.db"*; cp -a "$dir/older/log.db"* "$dir/state/"
sql testdb -e "UPDATE t SET v = v + 1; INSERT INTO t VALUES (31, 31)"
start_millrace
wait_caught_up "an older copy of the log"
same_table t
stop_millrace

# ---- the group is moved by hand ----
warehouse "DELETE FROM t"
log_db "UPDATE group_offset SET offset = 0, metadata = '' WHERE topic = 'mysql.testdb.t'"
start_millrace
wait_caught_up "offsets set to the beginning, after the target was emptied"
same_table t
stop_millrace
sql testdb -e "UPDATE t SET v = v + 1"
start_millrace --role capture
wait_caught_up "rows that are not loaded"
stop_millrace
log_db "UPDATE group_offset SET metadata = '', offset = (SELECT max((c.id & 1099511627775) + c.count) FROM chunk c JOIN part p ON c.id >> 40 = p.id
	JOIN topic t ON p.topic = t.id WHERE t.name = group_offset.topic AND p.number = group_offset.partition) WHERE topic = 'mysql.testdb.t'"
start_millrace
until_true 20 problem_is offsets-moved testdb.t; ok $? "offsets set to the end: told" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" status > "$dir/out"; is $? 1 "status exits 1"
stop_millrace
start_millrace
until_true 20 problem_is offsets-moved testdb.t; ok $? "still told after a restart" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" replay testdb.t --from begin > "$dir/out" 2>&1; ok $? "millrace replay testdb.t --from begin" || note < "$dir/out"
wait_caught_up "loaded again"
same_table t
until_true 10 no_problem; ok $? "it is no problem any more" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" replay testdb.none 2> "$dir/out"; is $? 2 "no table, no replay"
"$millrace" -c "$dir/millrace.conf" replay testdb.t --from tomorrow 2> "$dir/out"; is $? 2 "no time, no replay"
"$millrace" -c "$dir/millrace.conf" replay testdb.t --from 2; ok $? "from an offset"
"$millrace" -c "$dir/millrace.conf" replay testdb.t --from 1h; ok $? "from an hour ago"
kill_millrace
start_millrace
wait_caught_up "loaded again, by the next process"
same_table t
stop_millrace

# ---- retention is faster than the load: what it has not read stays ----
sed -i 's/^\[kafka\]$/&\ntopic.creation.default.retention.ms = 1s/' "$dir/millrace.conf"
start_millrace
wait_caught_up "a retention of a second"
"$millrace" -c "$dir/millrace.conf" pause load; ok $? "pause load"
low_of() { log_db "SELECT min(c.id & 1099511627775) FROM chunk c JOIN part p ON c.id >> 40 = p.id JOIN topic t ON p.topic = t.id WHERE t.name = 'mysql.testdb.$1'"; }
loses() { sql testdb -e "UPDATE t SET v = v + 1"; [ "$(low_of t)" != "$before" ]; }
before=$(low_of t)
until_true 60 loses; ok $? "what was loaded goes"
before=$(low_of t)
sql testdb -e "UPDATE t SET v = v + 1; INSERT INTO t VALUES (40, 40)"
sleep 11	# retention looks every 10 s, when something is written
sql testdb -e "DELETE FROM t WHERE id = 30"
"$millrace" -c "$dir/millrace.conf" resume load; ok $? "resume load"
wait_caught_up "what was not loaded stayed"
same_table t
no_problem; ok $? "and nothing is missing" || what_is_wrong
stop_millrace

# ---- the target is lost ----
rm "$dir/state/warehouse/testdb.db"*
sql testdb -e "UPDATE t SET v = v + 1 WHERE id = 1"
start_millrace
until_true 20 problem_is target-lost testdb.t; ok $? "a lost warehouse is told" || what_is_wrong
until_true 20 problem_is target-lost testdb.idle; ok $? "also for a table that does not change" || what_is_wrong
mend testdb.t
mend testdb.idle
wait_caught_up "read again"
same_table t
same_table idle
until_true 10 no_problem; ok $? "it is no problem any more" || what_is_wrong
stop_millrace
warehouse "DROP TABLE t"
start_millrace
until_true 20 problem_is target-lost testdb.t; ok $? "a table that was dropped is told" || what_is_wrong
mend testdb.t
wait_caught_up "read again"
same_table t
stop_millrace

no_trouble
done_testing
