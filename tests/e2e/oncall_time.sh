#!/bin/bash
# oncall_time.sh - the questions of docs/oncall.md about another time, about a snapshot that is too much, and about leaving. 03:12 is made by a time
# zone in which it was so a moment ago, an hour ago by older_recording.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/oncall_lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.items (id INT PRIMARY KEY, v INT); INSERT INTO testdb.items VALUES (1, 1), (2, 2);
	CREATE TABLE testdb.big (id INT PRIMARY KEY, v INT); SET SESSION cte_max_recursion_depth = 100000;
	INSERT INTO testdb.big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, i FROM n"
write_conf < /dev/null
start_millrace
wait_caught_up "the tables are loaded"

# ---- a snapshot that is too much ----
open_consoles
"$millrace" -c "$dir/millrace.conf" snapshot testdb.big --max-rows 200 > /dev/null; ok $? "a snapshot of minutes"
until_true 30 status_is '.capture.fill.tables == 1'; ok $? "runs"
question 28 "pausing the snapshot"
until_true 20 status_is '.capture.fill.paused'; ok $? "it is paused" || status | jq -c .capture | note
t send-keys -t 80x24 ':snapshot action=limit max_rows=100' Enter
t send-keys -t 80x24 ':snapshot action=resume' Enter
until_true 30 status_is '.capture.fill.paused | not'; ok $? "it goes on"
until_true 30 status_is '.capture.fill.throttled | test("100 rows per second")'; ok $? "more slowly" || status | jq -c .capture.fill | note
"$millrace" -c "$dir/millrace.conf" snapshot --stop > /dev/null

# ---- what was ----
"$millrace" -c "$dir/millrace.conf" pause testdb.items > /dev/null
sql testdb -e "INSERT INTO items VALUES (3, 3), (4, 4), (5, 5)"
then=
# The newest frame of the recorder in which three rows wait.
late()
{
	"$millrace" -c "$dir/millrace.conf" "do" past at=0s > "$dir/past" 2> /dev/null || return 1
	jq -e 'any(.tables[]; .table == "testdb.items" and .lag_rows == 3)' "$dir/past" > /dev/null && then=$(jq '.now_us / 1000000 | floor' "$dir/past")
}
until_true 60 late; ok $? "rows wait, and the recorder has it" || note < "$dir/past"
"$millrace" -c "$dir/millrace.conf" resume testdb.items > /dev/null
wait_caught_up "they wait no more"
t kill-server
# was WHAT QUESTION: the list of tables as it was, in which three rows wait
was()
{
	local size
	for size in "${sizes[@]}"; do
		press "$(cell "$2" 3) \`5\`" "$size"
		until_true 20 eval 'screen "$size" | grep -qE "testdb.items .* 3 +[0-9.]+s"'; ok $? "$size: $1" || screen "$size" | note
	done
}
# In this zone it was 03:12:00 then.
west=$(((then - 11520) % 86400))
[ $west -le 43200 ] || west=$((west - 86400))
zone=$(printf 'XXX%s%02d:%02d:%02d' "$([ $west -ge 0 ] || echo -)" $((${west#-} / 3600)) $((${west#-} / 60 % 60)) $((${west#-} % 60)))
open_consoles "TZ=$zone"
question 24 "REPLAY" "03:12:00"
was "the tables at 03:12" 24
stop_millrace; ok $? "it stops in good order"
t kill-server

older=$("$build/tests/e2e/older_recording" "$dir/state/recorder" 3600); ok $? "what was recorded is an hour older"
rm -r "$dir/state/recorder"
mv "$older" "$dir/state/recorder"
start_millrace
wait_caught_up "another process"
open_consoles
question 23 "REPLAY" "1h"
was "lag an hour ago" 23
"$millrace" -c "$dir/millrace.conf" history load.rows --from 63m --to 57m --step 10 > "$dir/out"
grep -qE ' 3$' "$dir/out"; ok $? "and as a figure over time" || note < "$dir/out"
stop_millrace; ok $? "it stops in good order"
t kill-server

# ---- leaving ----
gone() { ! kill -0 "$pid" 2> /dev/null; }
console_ended() { shows "$1" "console-ended: 0"; }
for size in "${sizes[@]}"; do
	open_console "$size" "'$millrace' -c '$dir/millrace.conf'; echo console-ended: \$?; sleep 600"
	until_true 60 shows "$size" "complete to"; ok $? "$size: a console of its own" || screen "$size" | note
	press "$(cell 30 3)" "$size"
	until_true 20 shows "$size" "leave it running"; ok $? "$size: $(cell 30 2)" || screen "$size" | note
	press '`l`' "$size"
	until_true 20 console_ended "$size"; ok $? "$size: the terminal is left" || screen "$size" | note
	pid=$(status | jq .pid)
	sql testdb -e "INSERT INTO items VALUES (${size%x*}, 1)"
	wait_caught_up "$size: the pipeline goes on"
	t kill-server
	open_console "$size" "'$millrace' -c '$dir/millrace.conf' attach"
	until_true 60 shows "$size" "complete to"; ok $? "$size: attach comes back" || screen "$size" | note
	kill -TERM "$pid"
	until_true 60 gone; ok $? "$size: it ends"
	pid=
	t kill-server
done
done_testing
