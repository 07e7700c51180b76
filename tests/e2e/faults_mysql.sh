#!/bin/bash
# faults_mysql.sh - MySQL goes away in each way it can, while rows are written before and after: killed, restarted in good order, killed
# in the middle of the snapshot, the dump thread killed, a silent connection. The rows are right in the end, and the status names the trouble.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100));
CREATE TABLE big (id INT PRIMARY KEY, n INT, pad VARCHAR(200));
SET SESSION cte_max_recursion_depth = 300000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 150000) SELECT i, i, REPEAT('p', 100 + i % 90) FROM n;
S
mysql_again() { "$top/tests/servers/mysql" start "$dir/mysql" >> "$dir/mysql.log" 2>&1 || bail "MySQL does not start again"; read_mysql_env; }
rows() { sql testdb -e "INSERT INTO t (v) VALUES ('$1'), ('$1'), ('$1'); UPDATE t SET v = CONCAT(v, '+') WHERE id % 3 = 0; DELETE FROM t WHERE id % 7 = 0; UPDATE big SET n = n + 1 WHERE id % 1000 = 1"; }
capture_is() { status_is --arg s "$1" '.capture.state | test($s)'; }
names_trouble() { status_is '.events[] | select(.level == "warning" and (.part | test("source|capture")) and (.msg | test("MySQL|mysql")))'; }
half_way() { status_is '.capture.snapshot.running and .capture.snapshot.rows_done > 5000'; }

write_conf < /dev/null

# ---- killed in the middle of the snapshot; deletes before the second try ----

start_millrace
until_true 30 half_way; ok $? "the snapshot is under way"
"$top/tests/servers/mysql" kill "$dir/mysql"
until_true 30 capture_is 'retrying|starting'; ok $? "MySQL killed in the snapshot: the status says so"
until_true 10 names_trouble; ok $? "and the trouble has a name" || tail -n 5 "$dir/run.log" | note
mysql_again
sql testdb -e "DELETE FROM big WHERE id % 3 = 0"
rows "after the kill"
wait_caught_up 90 "goes on and catches up"
same_table t; same_table big

# ---- the same with a restart in good order ----

stop_millrace; rm -rf "$dir/state"
start_millrace
until_true 30 half_way
"$top/tests/servers/mysql" stop "$dir/mysql"
mysql_again
sql testdb -e "DELETE FROM big WHERE id % 3 = 1"
wait_caught_up 90 "MySQL restarted in the snapshot: catches up"
same_table big

# ---- in the stream ----

rows "one"
"$top/tests/servers/mysql" kill "$dir/mysql"
until_true 30 capture_is 'retrying|starting'; ok $? "MySQL killed in the stream: the status says so"
mysql_again
rows "two"
wait_caught_up 60 "goes on and catches up"
same_table t; same_table big

rows "three"
"$top/tests/servers/mysql" stop "$dir/mysql"
away() { status_is '.capture | .state == "retrying" and .error_kind == "unreachable" and .tries >= 2 and .retry_ms >= 0 and (.error | test("MySQL 127.0.0.1:"))'; }
until_true 60 away; ok $? "MySQL stopped: the status has the error, its kind, the tries and the next: $(jq -c '.capture | [.error_kind, .tries, .retry_ms]' "$dir/status_is.json")"
"$millrace" -c "$dir/millrace.conf" status > "$dir/out"
grep -A 1 "error: MySQL" "$dir/out" | grep -qE "unreachable; [0-9]+ tries failed, the next one (in|is under way)"; ok $? "and as text" || note < "$dir/out"
mysql_again
rows "four"
wait_caught_up 60 "goes on and catches up"
status_is '.capture | .error == "" and .error_kind == "" and .tries == 0 and .retry_ms == -1'; ok $? "nothing is left of the error" || jq -c .capture "$dir/status_is.json" | note
same_table t

for k in 1 2 3; do
	rows "dump thread $k"
	until_true 20 eval '[ -n "$(sql -N -e "SELECT id FROM information_schema.processlist WHERE command LIKE \"Binlog Dump%\"")" ]'
	sql -N -e "SELECT CONCAT('KILL ', id, ';') FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'" > "$dir/kill.sql"
	sql < "$dir/kill.sql"
	rows "after dump thread $k"
	wait_caught_up 60 "dump thread killed ($k): catches up"
done
same_table t; same_table big
[ "$(status | jq .capture.reconnects)" -ge 5 ]; ok $? "reconnects are counted: $(status | jq .capture.reconnects)"

# ---- a server that says nothing: no packet is a dead connection within seconds ----

kill -STOP "$mysql_pid"
until_true 20 capture_is 'retrying|starting'; ok $? "a server that stands still is noticed"
kill -CONT "$mysql_pid"
rows "after the stillness"
wait_caught_up 60 "goes on and catches up"
same_table t; same_table big

stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
