#!/bin/bash
# oncall_time.sh - the questions of docs/oncall.md about another time, about a snapshot that is too much, and about leaving. 03:12 is made by a time
# zone in which it was 03:12 when the recorder took its newest frame; an hour ago by older_recording, from a process that ended while its rows waited,
# so that every frame up to its last has them: how long the steps of this test take is of no matter.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/oncall_lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.items (id INT PRIMARY KEY, v INT); INSERT INTO testdb.items VALUES (1, 1), (2, 2);
	CREATE TABLE testdb.big (id INT PRIMARY KEY, v INT); SET SESSION cte_max_recursion_depth = 100000;
	INSERT INTO testdb.big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, i FROM n"
write_conf < /dev/null
ask() { "$millrace" -c "$dir/millrace.conf" "$@"; }
start_millrace
wait_caught_up "the tables are loaded"

# ---- a snapshot that is too much ----
open_consoles
ask snapshot testdb.big --max-rows 200 > /dev/null; ok $? "a snapshot of minutes"
until_true 30 status_is '.capture.fill.tables == 1'; ok $? "runs"
# What p does depends on what its console knows, which is up to a second old: one console after the other, each once it shows that rows are read.
goes_on() { screen "$1" | grep -q "a snapshot:" && ! screen "$1" | grep -q "paused"; }
too_much() # SIZE
{
	local sizes=("$1")
	press '`9`' "$1"
	until_true 20 goes_on "$1"; ok $? "$1: the snapshot goes on" || screen "$1" | note
	question 28 "pausing the snapshot"
	until_true 20 status_is '.capture.fill.paused'; ok $? "$1: it is paused" || status | jq -c .capture | note
	t send-keys -t "$1" ':snapshot action=resume' Enter
	until_true 30 status_is '.capture.fill.paused | not'; ok $? "$1: and resumed" || screen "$1" | note
}
for size in "${sizes[@]}"; do too_much "$size"; done
t send-keys -t 80x24 ':snapshot action=limit max_rows=100' Enter
until_true 60 status_is '.capture.fill.throttled | test("100 rows per second")'; ok $? "it goes on more slowly" || status | jq -c .capture.fill | note
ask snapshot --stop > /dev/null
wait_caught_up "it is ended"
close_consoles

# ---- what was ----
ask pause testdb.items > /dev/null
sql testdb -e "INSERT INTO items VALUES (3, 3), (4, 4), (5, 5)"
# The newest frame of the recorder in which three rows wait, and they did in the three before it: the figures of a frame are of up to twenty seconds
# before it, so they have that too.
then=
waits() { jq -e 'any(.tables[]; .table == "testdb.items" and .lag_rows == 3)' "$dir/past" > /dev/null; }
past() { ask "do" past "$@" > "$dir/past" 2> /dev/null && waits; }
moment() { jq '.now_us / 1000000 | floor' "$dir/past"; }
late()
{
	past at=0s || return 1
	then=$(moment)
	for _ in 1 2 3; do past "at=$(date -u -d "@$(moment)" '+%Y-%m-%d %H:%M:%S')" step=before || return 1; done
}
until_true 240 late; ok $? "rows wait, and the recorder has it" || note < "$dir/past"
# was WHAT QUESTION: the list of tables as it was, in which three rows wait
was()
{
	local size
	for size in "${sizes[@]}"; do
		press "$(cell "$2" 3) \`5\`" "$size"
		until_true 20 eval 'screen "$size" | grep -qE "testdb.items .* 3 +[0-9.]+(s|m)"'; ok $? "$size: $1" || screen "$size" | note
		shows "$size" "REPLAY"; ok $? "$size: and it is not now" || screen "$size" | note
	done
}
# In this zone it was 03:12:00 then.
west=$(((then - 11520) % 86400))
[ $west -le 43200 ] || west=$((west - 86400))
zone=$(printf 'XXX%s%02d:%02d:%02d' "$([ $west -ge 0 ] || echo -)" $((${west#-} / 3600)) $((${west#-} / 60 % 60)) $((${west#-} % 60)))
open_consoles "TZ=$zone"
question 24 "REPLAY" "03:12:00"
was "the tables at 03:12" 24
close_consoles
stop_millrace; ok $? "it stops in good order"

older=$("$build/tests/e2e/older_recording" "$dir/state/recorder" 3600); ok $? "what was recorded is an hour older"
rm -r "$dir/state/recorder"
mv "$older" "$dir/state/recorder"
start_millrace
until_true 60 status_is '.load.state == "streaming"'; ok $? "another process"
ask resume testdb.items > /dev/null
wait_caught_up "in which no row waits any more"
open_consoles
question 23 "REPLAY" "1h"
was "lag an hour ago" 23
ask history load.rows --from 90m --to 50m --step 10 > "$dir/out"
grep -qE ' 3$' "$dir/out"; ok $? "and as a figure over time" || note < "$dir/out"
close_consoles
stop_millrace; ok $? "it stops in good order"

# ---- leaving ----
console_ended() { shows "$1" "console-ended: 0"; }
# A question takes no key that was on its way before it was there.
leaves() { t send-keys -t "$1" l; console_ended "$1"; }
of_the_pipeline() { pid=$(status | jq .pid) && [ "${pid:-0}" -gt 1 ]; }
for size in "${sizes[@]}"; do
	new_terminal
	open_console "$size" "'$millrace' -c '$dir/millrace.conf'; echo console-ended: \$?; sleep 600"
	until_true 60 shows "$size" "complete to"; ok $? "$size: a console of its own" || screen "$size" | note
	press "$(cell 30 3)" "$size"
	until_true 20 shows "$size" "leave it running"; ok $? "$size: $(cell 30 2)" || screen "$size" | note
	until_true 20 leaves "$size"; ok $? "$size: the terminal is left" || screen "$size" | note
	until_true 20 of_the_pipeline; ok $? "$size: the pipeline is there"
	sql testdb -e "INSERT INTO items VALUES (${size%x*}, 1)"
	wait_caught_up "$size: and goes on"
	close_consoles
	new_terminal
	open_console "$size" "'$millrace' -c '$dir/millrace.conf' attach"
	until_true 60 shows "$size" "complete to"; ok $? "$size: attach comes back" || screen "$size" | note
	kill -TERM "$pid"
	until_true 60 gone; ok $? "$size: it ends"
	pid=
	close_consoles
done
done_testing
