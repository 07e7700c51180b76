#!/bin/bash
# mysql_position.sh - positions that a server can no longer serve, each refused with what is lost and what to do, or cured by
# when_needed: a binlog that was purged or reset; and servers without GTIDs: restarts inside a transaction, rotation, another
# server behind the same address, GTIDs switched on and off while rows flow.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --gtid-mode=OFF --enforce-gtid-consistency=ON
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100));
CREATE TABLE big (id INT PRIMARY KEY, n INT);
S
rows() { sql testdb -e "INSERT INTO t (v) VALUES ('$1'), ('$1'), ('$1'); UPDATE t SET v = CONCAT(v, '+') WHERE id % 3 = 0"; }
big() { sql testdb -e "SET SESSION cte_max_recursion_depth = 100000; INSERT INTO big WITH RECURSIVE n AS (SELECT $1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < $1 + 20000) SELECT i, i FROM n"; }
logged() { grep -q -- "$1" "$dir/run.log"; }
error_is() { status_is --arg w "$1" '.capture | (.state == "failed") and (.error | test($w))'; }
# By file and position: what the server has is in the log.
there() { sql -N -e "SHOW BINARY LOG STATUS" | { read -r file pos rest; status_is --arg f "$file" --argjson p "$pos" '.capture.file == $f and .capture.pos == $p and .capture.state != "snapshot"'; } && loaded; }
loaded() { "$millrace" -c "$dir/millrace.conf" topics --json 2>/dev/null | jq -s -e 'map(select(.topic | test("^mysql\\.testdb\\."))) | all(any(.groups[]?; .group == "e2e-load" and .lag == 0))' > /dev/null; }
mode() { for m in "$@"; do sql -e "SET GLOBAL gtid_mode = $m"; done; }

write_conf < /dev/null

# ---- without GTIDs ----

start_millrace
rows "one"
until_true 60 there; ok $? "no GTIDs: by file and position" || what_is_wrong
is "$(status | jq -r .capture.gtid)" "" "without a GTID set"
sql -e "FLUSH BINARY LOGS"; rows "two"; sql -e "FLUSH BINARY LOGS; FLUSH BINARY LOGS"; rows "three"
until_true 60 there; ok $? "over rotations" || what_is_wrong
for i in 1 2 3; do
	big $((i * 100000))
	kill_millrace
	start_millrace
done
until_true 60 there; ok $? "killed inside transactions: caught up" || what_is_wrong
same_table t; same_table big
sql testdb -e "XA START 'gone'; INSERT INTO t (id, v) VALUES (5000, 'xa'); XA END 'gone'; XA PREPARE 'gone'; XA ROLLBACK 'gone'"
until_true 30 logged "a prepared transaction was rolled back (XA ROLLBACK"; ok $? "without GTIDs a late XA ROLLBACK is told"
sql testdb -e "INSERT INTO t (id, v) VALUES (5000, 'xa'); DELETE FROM t WHERE id = 5000; ALTER TABLE t AUTO_INCREMENT = 10"

# ---- GTIDs switched on while rows flow, and off again ----

mode OFF_PERMISSIVE; rows "four"; mode ON_PERMISSIVE; rows "five"
until_true 60 there; ok $? "ON_PERMISSIVE: goes on" || what_is_wrong
mode ON
rows "six"; stop_millrace; start_millrace; rows "seven"
sql -e "FLUSH BINARY LOGS"; rows "eight"
wait_caught_up 60 "ON: positions are GTID sets from the next file on"
same_table t
stop_millrace; start_millrace
until_true 30 status_is '.capture.state == "idle"'
mode ON_PERMISSIVE; rows "nine"; mode OFF_PERMISSIVE; rows "ten"; mode OFF; rows "eleven"
until_true 60 there; ok $? "OFF again: goes on by file and position" || what_is_wrong
logged "capture goes on by file and position, which hold on this server only"; ok $? "and says so"
same_table t
stop_millrace

# ---- another server behind the same address ----

"$top/tests/servers/mysql" stop "$dir/mysql"
cp "$dir/mysql/data/auto.cnf" "$dir/auto.cnf"; rm "$dir/mysql/data/auto.cnf"
"$top/tests/servers/mysql" start "$dir/mysql" --gtid-mode=OFF >> "$dir/mysql.log" 2>&1; read_mysql_env
start_millrace
until_true 30 error_is "has server_uuid .* but the stored position is a file of the server"; ok $? "another server without GTIDs is refused" || what_is_wrong
stop_millrace
"$top/tests/servers/mysql" stop "$dir/mysql"
cp "$dir/auto.cnf" "$dir/mysql/data/auto.cnf"
"$top/tests/servers/mysql" start "$dir/mysql" --gtid-mode=OFF >> "$dir/mysql.log" 2>&1; read_mysql_env
rows "twelve"
start_millrace
until_true 60 there; ok $? "the server that it was is gone on at" || what_is_wrong
same_table t

# ---- purged, reset ----

stop_millrace
rows "thirteen"; sql -e "FLUSH BINARY LOGS"; rows "fourteen"
sql -e "PURGE BINARY LOGS TO '$(sql -N -e 'SHOW BINARY LOG STATUS' | cut -f 1)'"
start_millrace
until_true 30 error_is "no longer has binlog .*its oldest is"; ok $? "purged, without GTIDs: refused, and says what is lost"
stop_millrace
sed -i 's/^\[mysql\]/[mysql]\nsnapshot.mode = when_needed/' "$dir/millrace.conf"
start_millrace
until_true 60 there; ok $? "when_needed takes a new snapshot" || what_is_wrong
same_table t; same_table big
stop_millrace
sed -i '/^snapshot.mode/d' "$dir/millrace.conf"
mode OFF_PERMISSIVE ON_PERMISSIVE ON; sql -e "FLUSH BINARY LOGS"
start_millrace
sql -e "FLUSH BINARY LOGS"; rows "fifteen"
wait_caught_up "with GTIDs again"
stop_millrace
rows "sixteen"; sql -e "FLUSH BINARY LOGS"; rows "seventeen"
sql -e "PURGE BINARY LOGS TO '$(sql -N -e 'SHOW BINARY LOG STATUS' | cut -f 1)'"
start_millrace
until_true 30 error_is "has purged what was not captured yet: [0-9]+ transactions? [(][0-9a-f-]+:"; ok $? "purged, with GTIDs: the exact transactions"
stop_millrace
sed -i 's/^\[mysql\]/[mysql]\nsnapshot.mode = when_needed/' "$dir/millrace.conf"
start_millrace
wait_caught_up "when_needed takes a new snapshot"
same_table t; same_table big
stop_millrace
sed -i '/^snapshot.mode/d' "$dir/millrace.conf"
start_millrace
rows "eighteen"
wait_caught_up "streams"
sql -e "RESET BINARY LOGS AND GTIDS"
rows "nineteen"
until_true 60 error_is "its binlog was reset"; ok $? "RESET BINARY LOGS AND GTIDS while rows flow: noticed, with the remedy" || what_is_wrong
stop_millrace
sed -i 's/^\[mysql\]/[mysql]\nsnapshot.mode = when_needed/' "$dir/millrace.conf"
start_millrace
wait_caught_up "when_needed takes a new snapshot"
same_table t; same_table big
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
