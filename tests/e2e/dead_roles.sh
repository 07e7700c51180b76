#!/bin/bash
# dead_roles.sh - capture and load in two processes with Kafka, and StarRocks as target: a letter that the target's check made is tried
# again by the process that reads MySQL, and both count the same.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_kafka
start_starrocks
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v VARCHAR(40)); INSERT INTO testdb.t VALUES (1, 'one')"
{ kafka_conf; starrocks_conf; } | write_conf
sed "s|^state.dir.*|state.dir = $dir/load|" "$dir/millrace.conf" > "$dir/load.conf"
printf '[table testdb.t]\ntransform = t.lua\n' >> "$dir/load.conf"
printf 'function transform(row)\n\tif row.v == "bad" then row.v = string.rep("x", 2000000) end\n\treturn row\nend\n' > "$dir/t.lua"
load() { timeout 60 "$millrace" -c "$dir/load.conf" "$@"; }
start_millrace --role capture
"$millrace" -c "$dir/load.conf" run --role load >> "$dir/load.log" 2>&1 & load_pid=$!
cleanups+=("kill -9 $load_pid")
loaded() { [ "$(load status --json | jq -r '.tables[] | select(.table == "testdb.t") | .loaded + .dead')" = "$1" ]; }
until_true 60 loaded 1; ok $? "the first row is loaded" || load status | note
sql testdb -e "INSERT INTO t VALUES (2, 'bad'), (3, 'good')"
until_true 30 loaded 3; ok $? "two more" || load status | note
load dead list --json > "$dir/out"
is "$(jq -c '[.table, .key, .topic, .stage[0:6]]' "$dir/out")" '["testdb.t",{"id":"2"},"mysql.testdb.t","script"]' "one letter" || note < "$dir/out"
load dead retry testdb.t > "$dir/out" 2>&1; is $? 2 "the process that does not read MySQL refuses"
grep -q "role capture" "$dir/out"; ok $? "and says which one does" || note < "$dir/out"
printf 'function transform(row)\n\treturn row\nend\n' > "$dir/t.lua"
version=$(load status --json | jq -r '.tables[0].script')
kill -HUP "$load_pid"
newer() { [ "$(load status --json | jq -r '.tables[0].script')" != "$version" ]; }
until_true 20 newer; ok $? "the script is mended"
timeout 60 "$millrace" -c "$dir/millrace.conf" dead retry testdb.t --json > "$dir/out"; is $? 0 "the one that does tries again" || note < "$dir/out"
is "$(jq -s -c '[.[].result]' "$dir/out")" '["loaded","retried"]' "it is loaded" || note < "$dir/out"
same_table t
none() { [ "$(load status --json | jq -r .dead_open)" = 0 ] && status_is '.dead_open == 0'; }
until_true 20 none; ok $? "both count none that is open" || load dead list | note
load pause testdb.t; ok $? "a table is paused, and a row of it waits"
sql testdb -e "INSERT INTO t VALUES (4, 'waits')"
week() { load status --json | jq -e '[.problems[] | select(.code == "table-paused")][0] | .left_ms > 500000000 and .left_ms <= 604800000 and (.limit | test("Kafka"))' > /dev/null; }
until_true 60 week; ok $? "its problem says how long the topic keeps it" || load status --json | jq -c .problems | note
load resume testdb.t; ok $? "and it goes on"
kill -TERM "$load_pid"; wait "$load_pid"; ok $? "the load half stops"
stop_millrace; ok $? "so does the capture half"
no_trouble
done_testing
