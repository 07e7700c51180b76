#!/bin/bash
# problems.sh - what is wrong is in problems[] and in the exit code of `status`, and is gone when it is over: paused by a
# person, MySQL gone, the target hung, a dead letter.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
{ starrocks_conf; echo "load.timeout = 600s"; } | write_conf
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.u (id INT PRIMARY KEY, v INT);
	INSERT INTO testdb.t VALUES (1, 1), (2, 2); INSERT INTO testdb.u VALUES (1, 1)"
ask() { "$millrace" -c "$dir/millrace.conf" "$@" > "$dir/out" 2>&1; }
text_has() { ask status; grep -q -- "$1" "$dir/out"; }

start_millrace
wait_caught_up "both tables are loaded"
until_true 10 status_is '.problems == []'; ok $? "nothing is wrong" || status | jq -c .problems | note
ask status; is $? 0 "status: exit 0"

ask pause load; is $? 0 "pause load"
until_true 10 has_problem load-paused load; ok $? "a paused half is a problem"
ask status; is $? 1 "status: exit 1"
until_true 10 text_has "millrace resume load"; ok $? "and names the command that ends it"
head -n 3 "$dir/out" | grep -q "load-paused"; ok $? "before all else"
ask acknowledge load-paused; is $? 0 "it is acknowledged"
until_true 10 status_is --arg me "$(id -un)" 'any(.problems[]; .code == "load-paused" and .acknowledged_by == $me)'; ok $? "by name"
ask acknowledge load-stuck; is $? 2 "one that is not there is not"
ask resume load
until_true 10 problem_is_over load-paused; ok $? "it is over when the load goes on"

ask "do" pause what=testdb.t; is $? 0 "do: any action by name"
until_true 10 has_problem table-paused testdb.t; ok $? "a paused table is a problem"
ask status; is $? 1 "status: exit 1"
ask "do" resume wat=testdb.t; is $? 2 "an argument that is unknown is refused"
grep -q "nearest: what" "$dir/out"; ok $? "with the nearest one"
ask "do" snapshot tables=testdb.t truncate=yes; is $? 2 "what removes data is asked twice"
ask "do" snapshot tables=testdb.t max_rows=abc; is $? 2 "a number is a number"
printf '%s\n' '{"command":"pause","args":{"what":"load"},"read_only":true}' | nc -N -U "$dir/state/control.sock" | grep -q read-only
ok $? "a read-only session changes nothing"
ask resume testdb.t
grep -q "testdb.t paused on request of $(id -un)" "$dir/run.log"; ok $? "the event says who it was" || tail -5 "$dir/run.log" | note
until_true 10 problem_is_over table-paused; ok $? "until it goes on"

topic=mysql.testdb.t
ask "do" group-plan group=billing topic=$topic to=end; is $? 0 "what setting the offsets of a group would do" || note < "$dir/out"
grep -q "$topic 0: the group has no offset, it would begin at" "$dir/out"; ok $? "it has none yet" || note < "$dir/out"
ask "do" topics topic=$topic; jq -es 'all(.[]; all(.groups[]; .group != "billing"))' "$dir/out" > /dev/null; ok $? "and that changes nothing" || note < "$dir/out"
ask "do" group-reset group=billing topic=$topic to=end; is $? 0 "they are set" || note < "$dir/out"
ask "do" topics topic=$topic; jq -es 'any(.[]; .high as $h | any(.groups[]; .group == "billing" and .offset == $h))' "$dir/out" > /dev/null; ok $? "to the end" || note < "$dir/out"
ask "do" group-plan group=billing to=begin; grep -q "back to 0, [0-9]* messages are read again" "$dir/out"; ok $? "back again, and how many messages that would be" || note < "$dir/out"
ask "do" group-plan group=billing to=yesterday; is $? 2 "no offset and no time"
grep -q "to: expected begin, end, an offset, .* found 'yesterday'" "$dir/out"; ok $? "is refused, with what it may be" || note < "$dir/out"
ask "do" group-reset group=e2e-load topic=$topic to=begin; is $? 2 "our own group is refused"
grep -q "millrace replay TABLE" "$dir/out"; ok $? "and what sets it is told" || note < "$dir/out"
ask "do" group-reset group=billing topic=no.such to=begin; is $? 2 "a topic that is not there is refused"
grep -q "offsets of group billing set to end on request of $(id -un)" "$dir/run.log"; ok $? "the event says who it was"
grep -q "group-reset topic=no.such group=billing to=begin on request of $(id -un)" "$dir/run.log"; ok $? "also of what was refused"

until_true 60 status_is '.capture.keeps_ms > 0'; ok $? "MySQL has said how long it keeps binlog" || status | jq -c .capture | note
"$top/tests/servers/mysql" kill "$dir/mysql"
until_true 30 has_problem capture-retrying capture; ok $? "MySQL gone is a problem"
until_true 30 has_problem endpoint-unreachable MySQL; ok $? "which of the systems it is, is one" || what_is_wrong
status_is --arg at "127.0.0.1:$mysql_port" '[.problems[] | select(.code == "endpoint-unreachable")] | length == 1 and (.[0].text | contains("dns 127.0.0.1: ") and contains("tcp " + $at + ": refused") and contains("login: not tried"))'
ok $? "which says its host and port, and how far a connection comes" || status | jq -c .problems | note
until_true 30 status_is '.capture | .lag_ms == -1 and .behind_bytes == -1'; ok $? "how far capture is behind it is not known then" || status | jq -c .capture | note
checked() { ask problem capture-retrying --json && jq -es --arg w "$1" --arg s "$2" 'any(.[]; .part == "check" and (.what | startswith($w)) and .state == $s)' "$dir/out" > /dev/null; }
until_true 30 checked "mysql tcp" problem; ok $? "its page says that nothing listens there" || note < "$dir/out"
checked "mysql dns" ok; ok $? "though the name is known" || note < "$dir/out"
checked "kafka" ok || checked "embedded log" ok; ok $? "and the log is well" || note < "$dir/out"
status_is '[.problems[] | select(.code == "capture-retrying")][0] | .left_ms > 86400000 and (.limit | test("purge"))'; ok $? "how long there is, of what MySQL said last" || status | jq -c .problems | note
"$top/tests/servers/mysql" start "$dir/mysql" > "$dir/mysql.log" 2>&1
read_mysql_env
sed -i "s/^port = .*/port = $mysql_port/" "$dir/millrace.conf"
until_true 60 problem_is_over capture-retrying; ok $? "until it is back"
until_true 10 problem_is_over endpoint-unreachable; ok $? "also of the system"
sql -e "INSERT INTO testdb.t VALUES (3, 3)"
wait_caught_up "and rows flow again"

double_pid=$(cat "$dir/starrocks/pid" 2>/dev/null || sed -n 's/^pid=//p' "$dir/starrocks/env")
kill -STOP "$double_pid"
sql -e "INSERT INTO testdb.t VALUES (4, 4); INSERT INTO testdb.u VALUES (4, 4)"
until_true 90 has_problem load-stuck load; ok $? "a target that hangs: the load is stuck" || status | jq -c '{problems, load, stages, tables}' | note
status_is '.load.state == "stuck" and .state == "stuck"'; ok $? "and is not called well"
until_true 60 has_problem endpoint-unreachable StarRocks; ok $? "its port answers, it does not" || status | jq -c .problems | note
status_is '[.problems[] | select(.code == "endpoint-unreachable")][0].text | contains(": connects; ") and (contains("login: not tried") | not)'; ok $? "and how far a connection comes" || status | jq -c .problems | note
ask problem load-stuck; is $? 0 "the page of it, though the target does not answer" || note < "$dir/out"
grep -q "starrocks tcp" "$dir/out"; ok $? "which has looked there" || note < "$dir/out"
kill -CONT "$double_pid"
until_true 60 problem_is_over load-stuck; ok $? "until it answers"
until_true 10 problem_is_over endpoint-unreachable; ok $? "and then it is there again"
wait_caught_up "and rows flow again"
same_table t; same_table u

stop_millrace; ok $? "it stops in good order"
no_trouble
done_testing
