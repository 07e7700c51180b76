#!/bin/bash
# load_versions.sh - StarRocks has too many versions of one table: its interval doubles with each refusal, which is told, and
# the other tables are loaded as before. A section's load.interval is that table's, and a reload changes it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --max-versions 30 --compactions 2
sql -e "CREATE DATABASE testdb"
for t in a b; do echo "CREATE TABLE $t (id INT PRIMARY KEY, n INT); INSERT INTO $t VALUES (1, 1);"; done | sql testdb
conf() { { starrocks_conf; printf '[kafka]\ntopic.prefix = mysql\n[table testdb.b]\nload.interval = %s\n' "$1"; } | write_conf; }
conf 100ms
start_millrace
wait_caught_up "the snapshot"

fault() { curl -sS --max-time 5 "$control/fault?name=too_many_versions&count=$1" > /dev/null; }
taken() { ! curl -sS --max-time 5 "$control/faults" | grep -q too_many_versions; }
slowed() { status_is --arg t "testdb.$1" --argjson ms "$2" 'any(.tables[]; .table == $t and .slowed_ms == $ms)'; }

fault 3
sql testdb -e "UPDATE a SET n = n + 1"
until_true 30 taken; ok $? "refused three times"
wait_caught_up "then loaded"
slowed a 1600; ok $? "200 ms have become 1,600" || jq -c '.tables[] | {table, slowed_ms}' "$dir/status_is.json" | note
has_problem too-many-versions testdb.a; ok $? "a problem says so"
jq -r '.problems[] | select(.code == "too-many-versions") | .text' "$dir/status_is.json" | grep -q '1600 ms instead of 200'; ok $? "with both intervals"
slowed b 0; ok $? "the other table is not slowed"
fault 2
sql testdb -e "UPDATE b SET n = n + 1"
until_true 30 taken; ok $? "the other one is refused twice"
wait_caught_up "then loaded"
slowed b 400; ok $? "100 ms of its section have become 400" || jq -c '.tables[] | {table, slowed_ms}' "$dir/status_is.json" | note
slowed a 1600; ok $? "each has its own"

# ---- loads that come faster than compaction merges their versions: the table slows down until it does ----
stats() { curl -sS --max-time 5 "$control/stats" | jq "$1"; }
sql testdb -e "CREATE TABLE c (id INT PRIMARY KEY, n INT)"
printf '[table testdb.c]\nload.interval = 100ms\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 grep -q 'reloaded' "$dir/run.log"; ok $? "a table that is loaded ten times a second"
crowded() { status_is 'any(.tables[]; .table == "testdb.c" and .slowed_ms >= 400)'; }
rows_come() { for ((n = 1; n < 60000; n++)); do [ ! -e "$dir/enough" ] || break; echo "REPLACE INTO c VALUES ($((n % 50)), $n);"; sleep 0.02; done | sql testdb; }
rows_come &
coming=$!
until_true 60 crowded; ok $? "is slowed down by refused loads" || status | jq -c '.tables[] | {table, slowed_ms, error}' | note
failed=$(stats .failed_loads)
loads=$(stats '.tables["testdb.c"].loads')
more() { [ "$(stats '.tables["testdb.c"].loads')" -ge $((loads + 10)) ]; }
until_true 60 more; ok $? "and goes on"
[ $(($(stats .failed_loads) - failed)) -le 5 ]; ok $? "with few refused: $(($(stats .failed_loads) - failed)) of ten"
touch "$dir/enough"
wait $coming
wait_caught_up "all of it is loaded"
same_table c

# ---- a section's interval, set anew: its rows wait, and those of the others do not; a stop does not wait for it ----
conf 30m
kill -HUP "$pid"
until_true 20 eval '[ "$(grep -c reloaded "$dir/run.log")" = 2 ]'; ok $? "reloaded"
lag() { "$millrace" -c "$dir/millrace.conf" topics --json | jq -r --arg t "mysql.testdb.$1" 'select(.topic == $t) | [.groups[] | select(.group == "e2e-load") | .lag] | add'; }
loaded() { [ "$(lag "$1")" = 0 ]; }
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }
sql testdb -e "UPDATE b SET n = n + 1; UPDATE a SET n = n + 1"
until_true 30 captured && until_true 30 loaded a; ok $? "a is loaded"
is "$(lag b)" 1 "b waits for its half hour"
stop_millrace; ok $? "stops"
for t in a b; do same_table $t; done
no_trouble
done_testing
