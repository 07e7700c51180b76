#!/bin/bash
# snapshot_session.sh - a server whose global settings would spoil what a session reads: another isolation, a limit of rows, of time and of
# rows looked at, no autocommit, another character set and hidden keys. What is read must not depend on them.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --sql-generate-invisible-primary-key=ON
sql > /dev/null <<'S'
CREATE USER plain@'%' IDENTIFIED BY 'cdc-secret';
GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO plain@'%';
CREATE DATABASE testdb; USE testdb;
CREATE TABLE beat (id INT PRIMARY KEY, n INT); INSERT INTO beat VALUES (1, 0);
GRANT INSERT, UPDATE ON testdb.beat TO plain@'%';
CREATE TABLE first (id INT PRIMARY KEY, v VARCHAR(400) NOT NULL);
SET SESSION cte_max_recursion_depth = 100000;
INSERT INTO first WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, REPEAT('pÄ€😀', i % 90) FROM n;
CREATE TABLE hidden (k INT, v VARCHAR(100)); INSERT INTO hidden SELECT id, 'π' FROM first WHERE id <= 2000;
SET SESSION sql_generate_invisible_primary_key = OFF;
CREATE TABLE keyless (k INT, v VARCHAR(100)); INSERT INTO keyless SELECT id, 'ψ' FROM first WHERE id <= 2000;
CREATE TABLE named (name VARCHAR(30) PRIMARY KEY, v VARCHAR(400)); INSERT INTO named SELECT CONCAT('ñ', id), v FROM first;
S
hostile() { sql -e "SET GLOBAL transaction_isolation = 'READ-COMMITTED', GLOBAL sql_select_limit = 50, GLOBAL max_execution_time = 20, GLOBAL max_join_size = 100, GLOBAL autocommit = OFF,
	GLOBAL init_connect = 'SET NAMES latin1, autocommit = 0', GLOBAL show_gipk_in_create_table_and_information_schema = OFF"; }
friendly() { sql -e "SET GLOBAL transaction_isolation = DEFAULT, GLOBAL sql_select_limit = DEFAULT, GLOBAL max_execution_time = 0, GLOBAL max_join_size = DEFAULT, GLOBAL autocommit = ON,
	GLOBAL init_connect = '', GLOBAL show_gipk_in_create_table_and_information_schema = ON"; }
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" > /dev/null 2>&1; }
held() { status_is '.capture.fill.throttled | test("Threads_running")'; }

hostile
mysql_user=plain
write_conf <<'C'
snapshot.max.threads = 2
snapshot.max.load = Threads_running=0
heartbeat.interval.ms = 200ms
heartbeat.action.query = UPDATE testdb.beat SET n = n + 1
C
start_millrace
until_true 30 held; ok $? "the snapshot waits at its moment" || bail "$(tail -n 3 "$dir/run.log")"
sql -e "SET autocommit = 1; INSERT INTO testdb.keyless VALUES (900000, 'later'); INSERT INTO testdb.hidden VALUES (900000, 'later'); UPDATE testdb.first SET v = 'later' WHERE id % 10 = 3; DELETE FROM testdb.named WHERE name LIKE '%7'"
snapshot --max-load ""
until_true 60 status_is '.capture.state == "idle" or .capture.state == "streaming"'; ok $? "it is read" || what_is_wrong
beats() { [ "$(sql -N -e "SELECT n FROM testdb.beat")" -gt 2 ]; }
until_true 30 beats; ok $? "heartbeats are committed"
snapshot testdb.first,testdb.named
until_true 60 status_is '.capture.fill.tables == 0 and .capture.fill.orders == 0'; ok $? "and read again beside the stream"
friendly
sed -i '/^heartbeat/d' "$dir/millrace.conf"
stop_millrace; start_millrace
wait_caught_up 60 "caught up"
for t in first named keyless hidden beat; do same_table $t; done
stop_millrace

# ---- a grant that is taken away in the middle, and given back ----

sql -e "CREATE USER some@'%' IDENTIFIED BY 'cdc-secret'; GRANT RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO some@'%'"
for t in first named keyless hidden beat; do sql -e "GRANT SELECT ON testdb.$t TO some@'%'"; done
rm -rf "$dir/state"
mysql_user=some
write_conf <<< $'snapshot.max.rows.per.second = 4000\nmax.batch.size = 200'
start_millrace
until_true 30 status_is '.capture.snapshot.rows_done > 1000'; ok $? "half way" || what_is_wrong
kill_millrace
sql -e "REVOKE SELECT ON testdb.hidden FROM some@'%'"
start_millrace
until_true 60 grep -q "snapshot of testdb.hidden waits after all others, and is retried: .*denied" "$dir/run.log"; ok $? "a table that may not be read any more waits" || what_is_wrong
until_true 60 grep -q "snapshot of testdb.named done" "$dir/run.log"; ok $? "the others are read"
sql -e "GRANT SELECT ON testdb.hidden TO some@'%'"
wait_caught_up 60 "and it is read when it may be"
for t in first named keyless hidden beat; do same_table $t; done
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
