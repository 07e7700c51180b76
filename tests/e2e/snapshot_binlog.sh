#!/bin/bash
# snapshot_binlog.sh - the binlog that a snapshot counts on: warned of before and while it runs when the server keeps it too short; purged while
# rows are read, while the process is away, and at the very end; purged beside the stream, where nothing is lost.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql > /dev/null <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE first (id INT PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
SET SESSION cte_max_recursion_depth = 100000;
INSERT INTO first WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i, i % 1000, REPEAT('p', i % 90) FROM n;
CREATE TABLE second (name VARCHAR(30) PRIMARY KEY, n INT NOT NULL, v VARCHAR(100) NOT NULL);
INSERT INTO second SELECT CONCAT('n', id), n, v FROM first WHERE id <= 15000;
CREATE TABLE third (k INT, v VARCHAR(100)); INSERT INTO third SELECT id, v FROM first WHERE id <= 1000;
ANALYZE TABLE first, second, third;
S
conf() # MODE [SETTINGS]
{
	printf '%s\n' "snapshot.mode = $1" "max.batch.size = 200" "incremental.snapshot.chunk.size = 500" "${2:-}" | write_conf
}
changes() # NUMBER
{
	sql testdb -e "UPDATE first SET v = 'change $1' WHERE n % 50 = $1; DELETE FROM first WHERE n % 50 = $1 + 1; UPDATE IGNORE first SET id = id + 500000 WHERE n % 50 = $1 + 2;
		UPDATE second SET v = 'change $1', name = CONCAT('m', $1, name) WHERE n % 50 = $1; DELETE FROM second WHERE n % 50 = $1 + 1; INSERT INTO second VALUES ('new $1', 7, 'new');
		INSERT INTO third VALUES (900000 + $1, 'new'); DELETE FROM third WHERE k % 50 = $1"
}
purge() { sql -e "FLUSH BINARY LOGS; PURGE BINARY LOGS TO '$(sql -N -e 'FLUSH BINARY LOGS; SHOW BINARY LOG STATUS' | cut -f 1)'"; }
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" > "$dir/snapshot.out" 2>&1; }
held() { status_is '.capture.fill.throttled | test("Threads_running")'; }
read_some() { status_is '.capture.snapshot.rows_done > 3000'; }
fill_some() { status_is '.capture.fill.rows > 2000'; }
hold() { snapshot --max-load "Threads_running=0"; until_true 30 held; }
go_on() { snapshot --max-rows 0; snapshot --max-load ""; }
failed() { status_is --arg w "$1" '.capture | .state == "failed" and (.error | test($w))'; }
logged() { grep -q -- "$1" "$dir/run.log"; }
equal() { local t; for t in first second third; do same_table $t; done; }
fresh() { rm -rf "$dir/state"; : > "$dir/run.log"; }
slowly=$'snapshot.max.rows.per.second = 6000'

# ---- kept too short: said before, and while it runs ----

conf initial
sql -e "SET GLOBAL binlog_expire_logs_seconds = 1"
"$millrace" -c "$dir/millrace.conf" check > "$dir/check.out" 2>&1
grep -q "takes .* hours at .* rows/s, and the server keeps its binlog for" "$dir/check.out"; ok $? "check: the binlog is kept too short"
start_millrace
until_true 60 logged "the server keeps its binlog for .*raise binlog_expire_logs_seconds"; ok $? "the snapshot says so when it begins"
wait_caught_up 60 "caught up all the same"
stop_millrace
fresh
sql -e "SET GLOBAL binlog_expire_logs_seconds = 6"
conf initial "$slowly"
start_millrace
until_true 60 logged "the snapshot needs about .* hours more.*raise binlog_expire_logs_seconds"; ok $? "and while it runs, when it proves slow" || what_is_wrong
sql -e "SET GLOBAL binlog_expire_logs_seconds = 86400"

# ---- purged while it runs ----

hold
changes 1; purge
go_on
until_true 60 failed "has purged"; ok $? "purged: capture stops: $(status | jq -r .capture.error | cut -c 1-90)" || what_is_wrong
status | jq -r .capture.error | grep -q "when_needed"; ok $? "and says what to do"
kill_millrace
conf when_needed
start_millrace
wait_caught_up 60 "when_needed: read again"
equal
stop_millrace

fresh
conf when_needed "$slowly"
start_millrace
until_true 30 read_some && hold; ok $? "half way" || what_is_wrong
changes 5; purge
until_true 60 logged "all tables are cleared and read again, because: .*has purged the binlog after the snapshot's position"
ok $? "purged while the snapshot is held: noticed" || what_is_wrong
until_true 60 status_is '.capture.snapshot.running and .capture.snapshot.rows_done < 1000'; ok $? "when_needed begins anew by itself"
go_on
wait_caught_up 60 "caught up"
equal
stop_millrace

# ---- purged while the process is away ----

fresh
conf initial "$slowly"
start_millrace
until_true 30 read_some; kill_millrace
changes 10; purge
start_millrace
until_true 60 logged "all tables are cleared and read again, because: .*has purged"; ok $? "killed and purged: the snapshot begins anew" || what_is_wrong
go_on
wait_caught_up 60 "caught up"
equal

# ---- purged beside the stream ----

snapshot --max-rows 4000
snapshot 'testdb\..*' --truncate
until_true 30 fill_some && hold; ok $? "half way through a snapshot beside the stream" || what_is_wrong
changes 15; purge; changes 20
wait_position() { local g; g=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n '); until_true 30 status_is --arg g "$g" '(.capture.gtid | gsub("[ \n]"; "")) == $g'; }
wait_position; purge
kill_millrace
start_millrace
go_on
wait_caught_up 60 "purged: nothing is lost"
equal
is "$(grep -c "has purged" "$dir/run.log")" 1 "and nobody complains any more"
stop_millrace; ok $? "stops in good order"

done_testing
