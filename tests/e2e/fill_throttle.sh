#!/bin/bash
# fill_throttle.sh - snapshots wait while the server is busy: by a status variable, by a replica's lag, by rows per second;
# told in the status, changed while they run. The initial one and those beside the stream.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb"
sql testdb <<'S'
CREATE TABLE big (id INT PRIMARY KEY, pad VARCHAR(100) NOT NULL);
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, REPEAT('p', 60) FROM n;
S
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" 2>&1; }
throttled() { status_is --arg why "$1" '.capture.fill.throttled | test($why)'; }
done_by_rows() { status_is --argjson n "$1" '.tables[] | select(.table == "testdb.big") | .captured >= $n'; }
none_planned() { status_is '.capture.fill.tables == 0 and .capture.fill.orders == 0'; }

# ---- the initial snapshot ----

echo "snapshot.max.load = Threads_running=0" | write_conf
start_millrace
until_true 30 throttled '^Threads_running [0-9]+ > 0$'; ok $? "the initial snapshot waits, and says for what"
"$millrace" -c "$dir/millrace.conf" status > "$dir/out"; grep -q "throttled: Threads_running" "$dir/out"; ok $? "status shows it"
snapshot --max-load ""; ok $? "the limit is taken away while it runs"
wait_caught_up 60 "the snapshot goes on"
same_table big
stop_millrace

# ---- beside the stream ----

echo "snapshot.max.load = Threads_connected=100000, Threads_running=1000" | write_conf
start_millrace
wait_caught_up 60 "streams"
snapshot testdb.big --max-load "Threads_connected=0" > /dev/null; ok $? "a snapshot under a limit"
until_true 30 throttled '^Threads_connected [0-9]+ > 0$'; ok $? "waits"
sql testdb -e "UPDATE big SET pad = 'while it waits' WHERE id < 100"
until_true 60 status_is '.tables[] | select(.table == "testdb.big") | .loaded == 99'; ok $? "the stream goes on meanwhile"
kill -HUP "$pid"
until_true 60 none_planned; ok $? "SIGHUP brings back the limits of the file"
snapshot testdb.big --max-load "Nonsense_variable=5" > /dev/null
until_true 30 throttled 'Nonsense_variable is no number that the server knows'; ok $? "a variable that the server does not know holds, and is named"
snapshot --max-load "no number" > "$dir/out"; [ $? = 2 ]; ok $? "a limit that is none: $(head -c 100 "$dir/out")"
snapshot --stop
snapshot --max-load "" --max-rows 4000
await 30 none_planned
snapshot testdb.big > /dev/null
until_true 30 throttled '4000 rows per second'; ok $? "rows per second"
snapshot --max-rows 0
until_true 60 none_planned; ok $? "the limit is taken away: all is read"

# ---- lag ----

reload() { write_conf; kill -HUP "$pid"; }
reload <<< $'snapshot.throttle.query = SELECT 9.5'
await 20 grep -q "reloaded" "$dir/run.log"
snapshot testdb.big > /dev/null
until_true 30 throttled '^the server lags 9.5 s > 1.5 s$'; ok $? "a query says the lag"
snapshot --max-lag 10s
until_true 60 none_planned; ok $? "a higher limit lets it go on"
reload <<< "snapshot.throttle.replicas = 127.0.0.1:$mysql_port, 127.0.0.1:1"
snapshot testdb.big > /dev/null
until_true 30 throttled 'says no lag: it does not replicate|does not answer'; ok $? "a replica that does not replicate holds"
reload < /dev/null
until_true 60 none_planned; ok $? "without replicas it goes on"
wait_caught_up 60 "caught up"
same_table big
stop_millrace; ok $? "stops in good order"

# ---- definitions are no rows: 300 of them would take five minutes ----

for ((i = 0; i < 150; i++)); do echo "CREATE TABLE empty$i (id INT PRIMARY KEY);"; done | sql testdb
printf 'table.include.list = testdb.empty.*\nsnapshot.max.rows.per.second = 1\n' | write_conf
rm -rf "$dir/state"
start_millrace --role capture
until_true 100 status_is '.capture | (.state == "streaming" or .state == "idle") and .snapshot.tables_total == 150'; ok $? "a limit of rows does not hold back definitions"
stop_millrace
no_trouble
done_testing
