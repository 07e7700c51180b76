#!/bin/bash
# fill_waits.sh - a snapshot beside the stream that has to wait: for a lock that a transaction holds up, and the stream
# for the rows of a table without a key. The status says so, the stream does not stand still for long, and it can be stopped.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --gtid-mode=OFF --enforce-gtid-consistency=OFF
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE plain (n INT, pad VARCHAR(200));
CREATE TABLE other (id INT PRIMARY KEY, t VARCHAR(30));
SET SESSION cte_max_recursion_depth = 500000;
INSERT INTO plain WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT i, REPEAT('p', 100) FROM n;
S
snapshot() { "$millrace" -c "$dir/millrace.conf" snapshot "$@" 2>&1; }
captured() { status_is --argjson n "$1" '.tables[] | select(.table == "testdb.other") | .captured >= $n'; }
streams() { status_is '.capture.state == "streaming" or .capture.state == "idle"'; }
write_conf <<'C'
snapshot.mode = no_data
C
start_millrace --role capture
until_true 60 streams; ok $? "streams"

# ---- the lock ----

mkfifo "$dir/holder"
sql testdb < "$dir/holder" &
holder=$!
cleanups+=("kill $holder")
exec 7> "$dir/holder"
echo "BEGIN; INSERT INTO plain VALUES (0, 'not committed'); SELECT 'held' INTO @x;" >&7
held() { sql -N -e "SELECT trx_state FROM information_schema.innodb_trx WHERE trx_rows_modified > 0" | grep -q RUNNING; }
until_true 20 held; ok $? "a transaction has written to the table, and stays open"
snapshot testdb.plain > /dev/null; ok $? "its snapshot is ordered"
waits() { status_is '.capture.fill.waits | test("LOCK TABLES .. READ was not granted [0-9]+ times?: a transaction that has written")'; }
until_true 60 waits; ok $? "the status says what it waits for: $(jq -r .capture.fill.waits "$dir/status_is.json")"
"$millrace" -c "$dir/millrace.conf" status | grep -q "waits: LOCK TABLES"; ok $? "and as text"
sql testdb -e "INSERT INTO other VALUES (1, 'meanwhile'), (2, 'meanwhile')"
until_true 30 captured 2; ok $? "the stream goes on meanwhile"
snapshot testdb.plain --stop > /dev/null
until_true 30 status_is '.capture.fill | .tables == 0 and .waits == ""'; ok $? "it can be stopped"
echo "ROLLBACK;" >&7
exec 7>&-
wait "$holder"

# ---- the stream waits ----

snapshot testdb.plain > /dev/null
passes() { status_is '.capture.fill | .waits | test("^the stream waits while the rows pass: it has no key")'; }
until_true 60 passes; ok $? "while rows without a key pass, the status says that the stream waits" || grep plain "$dir/run.log" | note
snapshot --pause
until_true 30 status_is '.capture.fill | .paused and (.tables == 0 or (.waits | test("the pause begins after them")))'; ok $? "a pause does not leave the stream standing there"
snapshot --resume
snapshot testdb.plain --stop > /dev/null
sql testdb -e "INSERT INTO other VALUES (3, 'behind'), (4, 'behind')"
until_true 30 status_is '.capture.fill.tables == 0'; ok $? "it can be stopped there too"
until_true 30 captured 4; ok $? "and the stream goes on"
snapshot testdb.plain --wait > /dev/null; ok $? "ordered again, it is read"
until_true 30 status_is '.tables[] | select(.table == "testdb.plain") | .captured >= 400000'; ok $? "whole"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
