#!/bin/bash
# load_down.sh - the cluster takes no loads, and sixty tables have rows: a few turns ask whether it still is so, not all tables; so while it is read-only;
# when it is well again, all of them are loaded at once. A password that is changed at the target, then in its file, is read by itself.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --user loader:first-secret
sql -e "CREATE DATABASE testdb"
for i in {1..60}; do echo "CREATE TABLE t$i (id INT PRIMARY KEY, n INT); INSERT INTO t$i VALUES (1, 1);"; done | sql testdb
(umask 077; echo first-secret > "$dir/starrocks.pw")
{ starrocks_conf | sed 's/^user = .*/user = loader/'; echo "password.file = $dir/starrocks.pw"; printf '[kafka]\ntopic.prefix = mysql\n'; } | write_conf
start_millrace
wait_caught_up "the snapshot of 60 tables"

troubled() { status | jq '[.tables[] | select(.error != "")] | length'; }
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }
tried() { [ "$(grep -c 'No backend alive' "$dir/run.log")" -ge "$1" ]; }

curl -sS --max-time 5 "$control/fault?name=no_backend&count=-1" > /dev/null
for i in {1..60}; do echo "UPDATE t$i SET n = n + 1;"; done | sql testdb
until_true 30 captured; ok $? "60 tables have rows"
until_true 30 tried 4; ok $? "several of them were tried"
n=$(troubled)
[ "$n" -ge 1 ] && [ "$n" -le 30 ]; ok $? "by far not all: $n"
status_is '.load.state == "retrying"'; ok $? "the load half says that it retries"
curl -sS --max-time 5 "$control/clear" > /dev/null
wait_caught_up 40 "all are loaded when it is well"
is "$(troubled)" 0 "none of them is in trouble"
for t in t1 t30 t60; do same_table $t; done

# ---- read-only: a disk is nearly full, or a person has disabled loads ----

for mode in 0 1; do
	curl -sS --max-time 5 "$control/fault?name=read_only&count=-1&arg=$mode" > /dev/null
	for i in {1..60}; do echo "UPDATE t$i SET n = n + 1;"; done | sql testdb
	until_true 30 captured; ok $? "read-only $mode: 60 tables have rows"
	what=("a disk of a backend is nearly full: make room" 'ADMIN SET FRONTEND CONFIG ("disable_load_job" = "false")')
	told() { grep -F 'StarRocks is read-only' "$dir/run.log" | grep -qF "${what[mode]}"; }
	until_true 30 told; ok $? "read-only $mode: told as what it is" || what_is_wrong
	n=$(troubled)
	[ "$n" -ge 1 ] && [ "$n" -le 30 ]; ok $? "read-only $mode: few tables ask: $n"
	curl -sS --max-time 5 "$control/clear" > /dev/null
	wait_caught_up 40 "read-only $mode: all are loaded when it is over"
	for t in t1 t60; do same_table $t; done
done

# ---- another password ----

password() { curl -sS --max-time 5 "$control/password?user=loader&password=$1" > /dev/null; }
password second-secret
sql testdb -e "UPDATE t1 SET n = n + 1; UPDATE t2 SET n = n + 1"
until_true 60 has_problem table-denied testdb.t1; ok $? "a password that is refused is a problem of the table" || what_is_wrong
status > /dev/null; "$millrace" -c "$dir/millrace.conf" status > /dev/null; is $? 1 "and of the exit code"
echo second-secret > "$dir/starrocks.pw"
wait_caught_up "the file is read again, and what waited is loaded"
until_true 60 problem_is_over table-denied; ok $? "the problem is over"
for t in t1 t2; do same_table $t; done
! grep -E 'first-secret|second-secret' "$dir/run.log" > /dev/null; ok $? "no password in the log"
"$millrace" -c "$dir/millrace.conf" verify testdb.t2 > "$dir/verify.txt" 2>&1; is $? 0 "and who opens a connection now has the other one" || note < "$dir/verify.txt"

# ---- a stop ----

curl -sS --max-time 5 "$control/fault?name=no_backend&count=-1" > /dev/null
for i in {1..60}; do echo "UPDATE t$i SET n = n + 1;"; done | sql testdb
until_true 30 captured && until_true 30 tried 6; ok $? "down again"
stop_millrace
[ $? -le 1 ]; ok $? "it stops all the same"
curl -sS --max-time 5 "$control/clear" > /dev/null
start_millrace
wait_caught_up "and goes on"
for t in t1 t30 t60; do same_table $t; done
stop_millrace
no_trouble
done_testing
