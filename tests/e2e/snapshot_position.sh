#!/bin/bash
# snapshot_position.sh - snapshots of a server without GTIDs, where a position is a place in a file and each view needs a short lock: the
# log is rotated, the server restarted, the process killed in the middle of an initial snapshot (which begins anew, and clears what it
# had written) and of one beside the stream (which goes on at the chunk); and what is refused without the grant to lock.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --gtid-mode=OFF
sql > /dev/null <<'S'
CREATE USER plain@'%' IDENTIFIED BY 'cdc-secret';
GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO plain@'%';
CREATE DATABASE testdb; USE testdb;
CREATE TABLE first (id INT PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
SET SESSION cte_max_recursion_depth = 100000;
INSERT INTO first WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i % 1000, REPEAT('p', i % 90) FROM n;
CREATE TABLE second (name VARCHAR(30) PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
INSERT INTO second SELECT CONCAT('n', id), n, v FROM first;
CREATE TABLE third (k INT, v VARCHAR(100)); INSERT INTO third SELECT id, v FROM first WHERE id <= 1000;
S
write_conf <<'C'
max.batch.size = 200
incremental.snapshot.chunk.size = 500
snapshot.max.rows.per.second = 5000
C
changes() # NUMBER
{
	sql testdb -e "UPDATE first SET v = 'change $1' WHERE n % 50 = $1; DELETE FROM first WHERE n % 50 = $1 + 1; UPDATE IGNORE first SET id = id + 500000 WHERE n % 50 = $1 + 2;
		UPDATE second SET v = 'change $1', name = CONCAT('m', $1, name) WHERE n % 50 = $1; DELETE FROM second WHERE n % 50 = $1 + 1; INSERT INTO second VALUES ('new $1', 7, 'new');
		INSERT INTO third VALUES (900000 + $1, 'new'); DELETE FROM third WHERE k % 50 = $1"
}
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" > "$dir/snapshot.out" 2>&1; }
read_some() { status_is '.capture.snapshot.rows_done > 3000'; }
fill_some() { status_is '.capture.fill.rows > 3000'; }
logged() { grep -q -- "$1" "$dir/run.log"; }
# By file and position: what the server has is in the log, nothing is being read, and all is loaded.
there()
{
	local file pos rest
	read -r file pos rest < <(sql -N -e "SHOW BINARY LOG STATUS")
	status_is --arg f "$file" --argjson p "$pos" '.capture | .file == $f and .pos == $p and (.state | IN("streaming", "idle")) and .snapshot.running == false and .fill.tables == 0 and .fill.orders == 0' &&
		"$millrace" -c "$dir/millrace.conf" topics --json 2>/dev/null | jq -s -e 'map(select(.topic | test("^mysql\\.testdb\\."))) | all(any(.groups[]?; .group == "e2e-load" and .lag == 0))' > /dev/null
}
equal() # NAME
{
	local t
	until_true 60 there; ok $? "$1" || what_is_wrong
	for t in first second third; do same_table $t; done
}
server_again() { "$top/tests/servers/mysql" start "$dir/mysql" --gtid-mode=OFF >> "$dir/mysql.log" 2>&1 || bail "the server does not start again"; read_mysql_env; }

# ---- the initial snapshot ----

start_millrace
until_true 30 read_some; ok $? "half way"
sql -e "FLUSH BINARY LOGS"; changes 1; sql -e "FLUSH BINARY LOGS"
kill_millrace
changes 5
start_millrace
until_true 30 read_some
"$top/tests/servers/mysql" stop "$dir/mysql"
server_again
changes 10
snapshot --max-rows 0
equal "rotated, killed, the server restarted: caught up"

# ---- beside the stream ----

snapshot --max-rows 4000
snapshot 'testdb\..*' --truncate; ok $? "a snapshot beside the stream, without GTIDs"
until_true 30 fill_some; ok $? "half way"
sql -e "FLUSH BINARY LOGS"; changes 15; sql -e "FLUSH BINARY LOGS"; changes 20
kill_millrace
start_millrace
until_true 30 logged "snapshot of testdb.*resumes after row"; ok $? "killed: it goes on at the chunk"
"$top/tests/servers/mysql" stop "$dir/mysql"
server_again
changes 25
until_true 60 snapshot --max-rows 0
equal "rotated, killed, the server restarted: caught up"
stop_millrace

# ---- without the grant to lock ----

mysql_user=plain
write_conf <<< "incremental.snapshot.chunk.size = 500"
start_millrace
until_true 30 status_is '.capture.state == "idle"'
snapshot testdb.first --wait; is $? 2 "beside the stream: refused"
grep -q "without GTIDs a short lock is needed: set gtid_mode = ON, or grant LOCK TABLES" "$dir/snapshot.out"; ok $? "with the remedy" || note < "$dir/snapshot.out"
changes 30
equal "the stream goes on"
stop_millrace
rm -rf "$dir/state"
start_millrace
until_true 30 status_is '.capture | .state == "failed" and (.error | test("without GTIDs and without a lock.*grant RELOAD or LOCK TABLES"))'
ok $? "the initial one: refused, with the remedy" || what_is_wrong
sql -e "GRANT LOCK TABLES ON *.* TO plain@'%'"
kill_millrace
start_millrace
equal "granted: read"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
