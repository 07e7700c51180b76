#!/bin/bash
# stop_states.sh - SIGTERM in every state, with the build under AddressSanitizer where there is one: connecting, snapshot, streaming, broker
# away, target that hangs, refuses or is away, pause before the next try, busy script, verify, DDL, draining. Each time the process ends by itself and in good
# order, and a next start is equal. (load_stop.sh and capture_stop.sh show that nothing waits for drain.timeout.)
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"
under_asan

start_mysql
start_kafka
start_starrocks
control() { curl -sS --max-time 5 "$control/$1" > /dev/null; }
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT);
CREATE TABLE slow (id INT PRIMARY KEY, v INT);
CREATE TABLE big (id INT PRIMARY KEY, v INT, txt VARCHAR(60));
INSERT INTO t VALUES (1, 0);
SET cte_max_recursion_depth = 20000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 0, REPEAT('x', i % 60) FROM n;
INSERT INTO slow SELECT id, 0 FROM big WHERE id <= 400;
S
cat > "$dir/slow.lua" <<'L'
function transform(row, event)
	if row.v == 1 then
		local n = 0
		for i = 1, 3000000 do n = n + i end
	end
	return row
end
L
{ kafka_conf; starrocks_conf; echo 'load.timeout = 120s'; printf '[load]\nscript.instructions = 100000000\n[table testdb.slow]\ntransform = slow.lua\n'; } | write_conf
sed -i "s/^name = e2e/&\ndrain.timeout = 3s/; s/^\[mysql\]/&\nsnapshot.max.rows.per.second = 4000/" "$dir/millrace.conf"
pid_of() { sed -n 's/^pid=//p' "$dir/$1/env"; }
goes_on() # STATE [TABLE...]
{
	local state=$1
	shift
	control clear
	start_millrace
	wait_caught_up 120 "$state: the next start catches up"
	for table in "${@:-t}"; do same_table "$table"; done
}
read_all() { status_is --arg g "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" '(.capture.gtid | gsub("[ \n]"; "")) == $g'; }
v=0
change() { v=$((v + 1)); sql testdb -e "UPDATE t SET v = $v"; }
stage_has() { status_is --arg s "$1" --argjson n "$2" '.stages[] | select(.name == $s) | .in >= $n'; }
load_troubled() { status_is '.load.state != "streaming" and .load.state != "idle" or any(.tables[]; .state == "retrying" or .state == "failed")'; }
capture_troubled() { status_is '.capture.state == "retrying" or .capture.state == "failed"'; }

# ---- connecting, snapshot ----
kill -STOP "$(pid_of mysql)"
start_millrace
until_true 60 status_is '.capture.state | IN("starting", "retrying")'; ok $? "it connects"
ends_within 20 "connecting"
kill -CONT "$(pid_of mysql)"
start_millrace
until_true 60 status_is '.capture.state == "snapshot" and .capture.snapshot.running and any(.tables[]; .captured > 0)'; ok $? "it reads tables" || what_is_wrong
ends_within 20 "snapshot"
sed -i '/^snapshot.max.rows/d' "$dir/millrace.conf"
goes_on "snapshot" t big slow

# ---- streaming: changes come while it stops ----
for i in $(seq 200); do echo "UPDATE testdb.t SET v = v + 1; UPDATE testdb.big SET v = v + 1 WHERE id % 200 = $i;"; done | sql &
writer=$!
until_true 30 stage_has log 20300; ok $? "changes come" || what_is_wrong
ends_within 20 "streaming"
wait "$writer"
goes_on "streaming" t big

# ---- the broker, the target, MySQL ----
"$top/tests/servers/kafka" kill "$dir/kafka"
change
until_true 60 status_is '.problems | length > 0'; ok $? "broker away: it is told" || what_is_wrong
ends_within 20 "broker away"
"$top/tests/servers/kafka" restart "$dir/kafka" > "$dir/restart.log" 2>&1 || note < "$dir/restart.log"
goes_on "broker away"
for fault in "slow_continue 9000" "too_many_versions" "mysql_cut"; do
	read -r name arg <<< "$fault"
	control "fault?name=$name&count=-1${arg:+&arg=$arg}"
	change
	case $name in
	too_many_versions) until_true 60 load_troubled; ok $? "target $name: it is told" || what_is_wrong ;;
	*) until_true 60 read_all; ok $? "target $name: captured" || what_is_wrong ;;
	esac
	ends_within 20 "target $name"
	goes_on "target $name"
done
"$top/tests/servers/starrocks" kill "$dir/starrocks"
change
until_true 60 load_troubled; ok $? "target away: it is told" || what_is_wrong
ends_within 20 "target away"
"$top/tests/servers/starrocks" restart "$dir/starrocks" > /dev/null
goes_on "target away"
"$top/tests/servers/mysql" kill "$dir/mysql"
until_true 60 capture_troubled; ok $? "MySQL away: it tries again, and waits between" || what_is_wrong
ends_within 20 "pause before the next try"
"$top/tests/servers/mysql" start "$dir/mysql" > "$dir/restart.log" 2>&1 || note < "$dir/restart.log"
goes_on "pause before the next try"

# ---- a script at work ----
sql testdb -e "UPDATE slow SET v = 1"
until_true 60 status_is '.tables[] | select(.table == "testdb.slow") | .lag_rows > 0'; ok $? "a script is busy" || what_is_wrong
ends_within 20 "script busy"
sql testdb -e "UPDATE slow SET v = 2"
sed -i 's/^\tif row.v == 1/\tif row.v == 9/' "$dir/slow.lua"
goes_on "script busy" slow

# ---- verify, DDL ----
"$millrace" -c "$dir/millrace.conf" verify --continuous > "$dir/verify.out" 2>&1
until_true 60 status_is 'any(.tables[]; .verified_us > 0)'; ok $? "verify runs" || { note < "$dir/verify.out"; status | jq -c '{verify, t: [.tables[] | .verify]}' | note; }
ends_within 20 "verify"
goes_on "verify"
sql testdb -e "ALTER TABLE big ADD COLUMN r INT DEFAULT (1 + 1); ALTER TABLE big RENAME COLUMN v TO w; TRUNCATE TABLE slow; UPDATE big SET w = w + 1 WHERE id < 100"
until_true 60 grep -qE 'big.*(read again|columns altered)' "$dir/run.log"; ok $? "a statement is carried out" || what_is_wrong
ends_within 20 "DDL"
goes_on "DDL" big slow

# ---- it drains already ----
control "fault?name=slow_continue&count=-1&arg=9000"
sql testdb -e "UPDATE big SET w = w + 1"
kill -TERM "$pid"
ends_within 20 "while it drains"
goes_on "while it drains" big
stop_millrace; is $? 0 "stops in good order"
no_reports
done_testing
