#!/bin/bash
# snapshot_replica.sh - snapshots where there is more than one server: the one that is read dies half way, in an initial snapshot and in one
# beside the stream, and its replica takes over, at once or when it has caught up; and snapshots that read from a replica, which lags, stands
# still, and commits in another order than its source. Whole tables are equal in the end: no row is lost, none is older than it should be.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_server a --replica-net-timeout=5
start_server b --server-id=2 --replica-net-timeout=5 --replica-preserve-commit-order=OFF
eval "$(sed 's/^/mysql_/' "$dir/a/env")"
follow b a
on a <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE first (id INT PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
SET SESSION cte_max_recursion_depth = 100000;
INSERT INTO first WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i % 1000, REPEAT('p', i % 90) FROM n;
CREATE TABLE second (name VARCHAR(30) PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
INSERT INTO second SELECT CONCAT('n', id), n, v FROM first;
CREATE TABLE third (k INT, v VARCHAR(100)); INSERT INTO third SELECT id, v FROM first WHERE id <= 2000;
S
tables="first second third"
at() { echo "127.0.0.1:$(port_of "$1")"; }
hosts() { sed -i '/^host = /d; /^port = /d' "$dir/millrace.conf"; sed -i "s/^\[mysql\]/[mysql]\nhost = $*/" "$dir/millrace.conf"; }
conf() # HOSTS [SETTINGS]
{
	printf '%s\n' "connect.heartbeat.ms = 1s" "max.batch.size = 200" "incremental.snapshot.chunk.size = 500" "${2:-}" | write_conf
	hosts "$1"
}
has_all() { on "$1" -N -e "SELECT GTID_SUBSET('$(executed_on "$2")', @@global.gtid_executed)" | grep -q 1; }
relayed() # REPLICA SOURCE: it has received all, which is not to say that it has applied it
{
	on "$1" -N -e "SELECT GTID_SUBSET('$(executed_on "$2")', CONCAT(@@global.gtid_executed, ',', (SELECT received_transaction_set FROM performance_schema.replication_connection_status)))" 2>/dev/null | grep -q 1
}
promote() { on "$1" -e "STOP REPLICA; RESET REPLICA ALL"; }
server_again() { "$top/tests/servers/mysql" start "$dir/$1" "${@:2}" >> "$dir/$1.log" 2>&1 || bail "$1 does not start again"; }
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" > /dev/null 2>&1; }
logged() { grep -q -- "$1" "$dir/run.log"; }
# Moves, changes, deletes and inserts on both sides of where a snapshot reads.
changes() # SERVER NUMBER
{
	on "$1" testdb -e "UPDATE first SET v = 'change $2' WHERE n % 50 = $2; DELETE FROM first WHERE n % 50 = $2 + 1; UPDATE IGNORE first SET id = id + 500000 WHERE n % 50 = $2 + 2;
		UPDATE second SET v = 'change $2', name = CONCAT('m', $2, name) WHERE n % 50 = $2; DELETE FROM second WHERE n % 50 = $2 + 1; INSERT INTO second VALUES ('new $2', 7, 'new');
		INSERT INTO third VALUES (900000 + $2, 'new'); DELETE FROM third WHERE k % 50 = $2"
}
use() { eval "$(sed 's/^/mysql_/' "$dir/$1/env")"; }	# whom wait_caught_up and same_table ask
equal() { use "$1"; wait_caught_up 60 "$2"; local t; for t in $tables; do same_table "$t"; done; }
held() { status_is '.capture.fill.throttled | test("Threads_running")'; }
half_way() { status_is '.capture.snapshot.rows_done > 3000'; }
fill_half_way() { status_is '.capture.fill.rows > 3000'; }
hold() { snapshot --max-load "Threads_running=0"; until_true 30 held; }
go_on() { snapshot --max-rows 0; snapshot --max-load ""; }

# ---- the server dies in the initial snapshot ----

conf "$(at a), $(at b)" "snapshot.max.rows.per.second = 5000"
start_millrace
until_true 30 half_way && hold; ok $? "half way through the initial snapshot" || what_is_wrong
changes a 1
await 60 has_all b a
"$top/tests/servers/mysql" kill "$dir/a"
promote b
changes b 5
until_true 60 logged "the snapshot goes on at table"; ok $? "the server dies: its replica goes on behind the row"
go_on
equal b "caught up"

# ---- and in a snapshot beside the stream, with a replica that has not applied yet what is captured ----

server_again a --replica-net-timeout=5
follow a b
until_true 60 has_all a b || bail "the old server does not catch up"
snapshot --max-rows 4000
snapshot 'testdb\..*' --truncate
until_true 30 fill_half_way && hold; ok $? "half way through a snapshot beside the stream" || what_is_wrong
on a -e "STOP REPLICA SQL_THREAD"
changes b 10
until_true 60 relayed a b; ok $? "the replica has received more than it has applied"
captured() { status_is --arg g "$(executed_on b)" '(.capture.gtid | gsub("[ \n]"; "")) == $g'; }
until_true 60 captured; ok $? "and less than is captured"
"$top/tests/servers/mysql" kill "$dir/b"
until_true 60 logged "MySQL $(at a) has not yet applied what was captured"; ok $? "it is waited for"
on a -e "START REPLICA SQL_THREAD"
changed_all() { on a -N -e "SELECT COUNT(*) FROM testdb.second WHERE name = 'new 10'" | grep -q 1; }
await 60 changed_all
promote a
changes a 15
go_on
equal a "caught up at the replica"
stop_millrace

# ---- from a replica that lags: throttled by its lag; what it shows is old, and so is its binlog ----

server_again b --server-id=2 --replica-net-timeout=5 --replica-preserve-commit-order=OFF
follow b a
until_true 60 has_all b a || bail "the replica does not catch up"
rm -rf "$dir/state"
conf "$(at b)" "snapshot.throttle.replicas = $(at b)
		snapshot.max.rows.per.second = 4000"
on b -e "STOP REPLICA SQL_THREAD"
start_millrace
throttled() { status_is --arg w "$1" '.capture.fill.throttled | test($w)'; }
until_true 30 throttled "says no lag: it does not replicate"; ok $? "a replica that stands still holds the snapshot" || what_is_wrong
changes a 20
on b -e "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 4; START REPLICA"
until_true 60 throttled "lags [0-9]+ s > 1.5 s"; ok $? "and one that lags" || what_is_wrong
snapshot --max-rows 0
await 60 has_all b a
equal b "read when it has caught up"

# Here nothing holds: the replica is read while it stands still in the middle of it all.
snapshot --max-lag 1h; snapshot --max-rows 4000
on b -e "STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_DELAY = 0; START REPLICA"
snapshot 'testdb\..*' --truncate
changes a 25
until_true 30 fill_half_way; ok $? "half way through a snapshot of the replica" || what_is_wrong
on b -e "STOP REPLICA SQL_THREAD"
changes a 30; changes a 35
on b -e "START REPLICA SQL_THREAD"
changes a 40
go_on
await 60 has_all b a
equal a "read while it applied"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
