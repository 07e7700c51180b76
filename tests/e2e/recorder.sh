#!/bin/bash
# recorder.sh - what the screens showed is there after a crash and a restart: each view as it was, by its time, and the figures of before. A file
# with a torn end is cut there, one that is damaged is told and replaced.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1), (2, 2); CREATE TABLE testdb.many (id INT PRIMARY KEY, v INT)"
write_conf < /dev/null
ask() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@" > "$dir/out" 2> "$dir/err"; }
was() { ask dump tables --at "$1" --json && jq -e --arg n "$2" '[.rows[] | select(.table == "testdb.t")][0].loaded == $n' "$dir/out" > /dev/null; }
loaded() { [ "$(status | jq '[.tables[] | select(.table == "testdb.t")][0].loaded')" = "$1" ]; }
files() { find "$dir/state/recorder" -name '*.rec' | sort; }

start_millrace
wait_caught_up "the tables are loaded"
until_true 30 was 1s 2; ok $? "the tables as they were a second ago"
then=$(jq '.at_us / 1000000 | floor' "$dir/out")
at=$(date -d "@$then" '+%Y-%m-%d %H:%M:%S')
is "$(stat -c %a "$dir/state/recorder" "$(files | head -1)" | xargs)" "700 600" "nobody else reads what is recorded"
sql -e "INSERT INTO testdb.t VALUES (3, 3), (4, 4), (5, 5)"
until_true 30 loaded 5; ok $? "more rows are loaded"
most() { ask history "$1" --from 10m --step 1 --json && jq -e "[.values[] | numbers] | max $2" "$dir/out" > /dev/null; }
until_true 30 most rows.inserted '> 0'; ok $? "inserted rows over time" || note < "$dir/out"
most rows.snapshot '> 0'; ok $? "rows of the snapshot apart" || note < "$dir/out"
most rows.updated '== 0' && most rows.deleted '== 0'; ok $? "and no others" || note < "$dir/out"
sql -e "SET SESSION cte_max_recursion_depth = 2000; INSERT INTO testdb.many WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i, i FROM n"
sql -e "UPDATE testdb.many SET v = v + 1; DELETE FROM testdb.many"
for kind in inserted updated deleted; do until_true 30 most rows.$kind '> 100'; ok $? "$kind of thousands of rows" || note < "$dir/out"; done
most transactions '> 0' && most transactions '< 20'; ok $? "in a few transactions" || note < "$dir/out"
was "$at" 2; ok $? "at that time there were two" || note < "$dir/out"
ask dump overview --at "$at" --size 80x24; grep -q "REPLAY $at" "$dir/out"; ok $? "a screen says that it is of the past" || note < "$dir/out"
ask dump tables --at 3d; is $? 2 "of three days ago there is nothing"; grep -q "the recorder has" "$dir/err"; ok $? "and it says from when on there is something"
ask dump tables --at noon; is $? 2 "what is no time: exit 2"
ask dump messages/mysql.testdb.t --at "$at"; is $? 2 "messages are in the log as they are now: exit 2"
ask dump config --at "$at"; is $? 2 "settings are not recorded: exit 2"; grep -q "config is not recorded" "$dir/err"; ok $? "and that is told" || note < "$dir/err"
ask dump load --at "$at" --size 80x24; grep -q "not recorded" "$dir/out"; ok $? "loads are not, and the screen says so" || note < "$dir/out"
ask dump lag --at "$at" --json; jq -e '[.rows[] | select(.topic | test("testdb.t$"))] | length >= 1' "$dir/out" > /dev/null; ok $? "partitions are" || note < "$dir/out"
ask dump metrics --at "$at" --json; jq -e '[.rows[] | select(.series == "sink.rate")] | length == 1' "$dir/out" > /dev/null; ok $? "figures end at that time" || note < "$dir/err"
after() { ask "do" past at="$(date -u -d "@$then" '+%Y-%m-%d %H:%M:%S')" step=after && jq -e --argjson t "$then" '.now_us > $t * 1000000' "$dir/out" > /dev/null; }
# On a slow machine the next one is later than ten seconds: what it costs is at most one percent of a core.
until_true 120 after; ok $? "the next one" || note < "$dir/err"
next=$(jq '.now_us / 1000000 | floor' "$dir/out")

# What has changed is recorded with it, and told again after the next start.
ask pause testdb.t && ask resume testdb.t; ok $? "a table is paused, and resumed"
kept() { jq -e 'map(select(.kind == "action").text) | any(startswith("pause what=testdb.t"))' <<< "$1" > /dev/null; }
frame_has() { ask "do" past at=1s && kept "$(jq .changes "$dir/out")"; }
until_true 120 frame_has; ok $? "the recorder has that" || note < "$dir/out"

# ---- a crash, and what is torn off ----

kill_millrace
printf 'half a frame' >> "$(files | tail -1)"
start_millrace
until_true 30 was "$at" 2; ok $? "after kill -9 it is still there" || note < "$dir/err"
grep -q "12 bytes that are none: they are cut off" "$dir/run.log"; ok $? "the torn end is cut off" || note < "$dir/run.log"
ask history log.rate --from "$(date -u -d "@$((then - 60))" '+%Y-%m-%d %H:%M:%S')" --to "$(date -u -d "@$((next + 10))" '+%Y-%m-%d %H:%M:%S')" --step 10
grep -qv -- '-$' "$dir/out"; ok $? "the figures of before the crash are there" || note < "$dir/out"
told_again() { kept "$(status | jq .changes)"; }
until_true 30 told_again; ok $? "what a person did before the crash is told" || note < "$dir/out"
status | jq -e '.changes | map(select(.kind == "start")) | length == 2' > /dev/null; ok $? "and both starts"
stop_millrace; ok $? "it stops in good order"

# ---- damage ----

for f in $(files); do printf 'not a recording' | dd of="$f" conv=notrunc status=none; done
start_millrace
recorded() { ask dump overview --at 1s; }
until_true 30 recorded; ok $? "damaged files: it begins anew" || note < "$dir/err"
grep -q "found something else: it is replaced" "$dir/run.log"; ok $? "and says so"
! was "$at" 2; ok $? "what was in them is gone"
stop_millrace; ok $? "it stops in good order"
no_trouble
done_testing
