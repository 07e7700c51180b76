#!/bin/bash
# wrong_input.sh - what people and machines do wrong, and what a person at the terminal is told: configurations, systems that do not
# answer, grants, scripts, rows, state directories; and the commands that one looks with. No secret shows anywhere.
. "${top_srcdir:?}/tests/e2e/lib.sh"

conf() { cat > "$dir/try.conf"; }
m() { timeout 30 "$millrace" -c "${conf:-$dir/millrace.conf}" "$@"; }
says() { grep -qE -- "$1" "$2"; ok $? "$3" || head -n 5 "$2" | note; } # PATTERN FILE NAME

# ---- configuration: exit 2, and the exact place ----

refused() # NAME PATTERN; the file on stdin
{
	conf
	conf=$dir/try.conf m run > "$dir/out" 2>&1
	is $? 2 "$1: exit 2"
	says "$2" "$dir/out" "$1: $(head -n 1 "$dir/out" | sed "s|$dir/||" | cut -c 1-140)"
}
refused "unknown key" 'try.conf:2: .*hsot.*host' <<< $'[mysql]\nhsot = a'
refused "unknown section" 'try.conf:1: .*mysqll.*mysql' <<< $'[mysqll]\nhost = a'
refused "wrong number" 'try.conf:3: .*port.*expected.*found.*many' <<< $'[mysql]\nhost = a\nport = many'
refused "number out of range" 'try.conf:2: .*port.*65535.*70000' <<< $'[mysql]\nport = 70000'
refused "wrong choice" 'try.conf:2: .*snapshot.mode.*initial.*sometimes' <<< $'[mysql]\nsnapshot.mode = sometimes'
refused "wrong duration" 'try.conf:2: .*drain.timeout.*expected' <<< $'[millrace]\ndrain.timeout = soon'
refused "missing variable" 'try.conf:2: .*NO_SUCH_VARIABLE' <<< $'[mysql]\nuser = ${NO_SUCH_VARIABLE}'
refused "missing password file" 'try.conf:2: .*no-such-file' <<< $'[mysql]\npassword.file = /no-such-file'
refused "failing password command" 'try.conf:2: .*password.command' <<< $'[mysql]\npassword.command = exit 3'
refused "no assignment" 'try.conf:2' <<< $'[mysql]\njust words'
refused "bad name" 'name.*expected.*found' <<< $'[millrace]\nname = a b/c'
conf=$dir/nowhere.conf m run > "$dir/out" 2>&1; is $? 2 "no such file: exit 2"; says 'nowhere.conf' "$dir/out" "and its name"
m frobnicate > "$dir/out" 2>&1; is $? 2 "unknown command: exit 2"
m run --role both > "$dir/out" 2>&1; is $? 2 "unknown role: exit 2"

# ---- systems that do not answer: exit 3 ----

conf <<< "[millrace]
state.dir = $dir/other
[mysql]
host = 127.0.0.1
port = 1
user = a
password = top-secret-1
connect.timeout.ms = 2s
[starrocks]
fe.http = 127.0.0.1:1
fe.mysql = 127.0.0.1:1"
conf=$dir/try.conf m check > "$dir/out" 2>&1; is $? 3 "check: nothing answers: exit 3"
says '^PROBLEM mysql' "$dir/out" "check names MySQL"
says '^PROBLEM target' "$dir/out" "and the target"
conf=$dir/try.conf m status > "$dir/out" 2>&1; is $? 3 "status of nothing: exit 3"

# ---- grants ----

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), amount DECIMAL(10,2), big LONGTEXT);
CREATE TABLE plain (id INT PRIMARY KEY, v INT);
INSERT INTO orders VALUES (1, 'new', 1.5, NULL), (2, 'test', 2.5, NULL), (3, 'paid', 3.5, NULL);
INSERT INTO plain VALUES (1, 1);
CREATE USER poor@'%' IDENTIFIED BY 'poor-secret';
S
mysql_password=poor-secret mysql_user=poor write_conf < /dev/null
m check > "$dir/out" 2>&1; is $? 1 "check without grants: exit 1"
for grant in "REPLICATION SLAVE" "REPLICATION CLIENT" "SELECT"; do
	grep -A 1 "^PROBLEM.*grant $grant: missing" "$dir/out" > "$dir/grant"; says "-> GRANT $grant" "$dir/grant" "$grant is missing, and the remedy"
done
sql -e "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO poor@'%'; GRANT SELECT ON testdb.* TO poor@'%'"
m check --json > "$dir/out" 2>&1; is $? 0 "with the three grants: exit 0"
jq -e '.ready == true' "$dir/out" > /dev/null; ok $? "and ready"
mysql_password=wrong-secret write_conf < /dev/null
m check > "$dir/out" 2>&1; rc=$?
[ $rc = 1 ] || [ $rc = 3 ]; ok $? "wrong password: exit $rc"; says 'PROBLEM mysql.*[Aa]ccess denied' "$dir/out" "wrong password: said"
sql -e "SET GLOBAL binlog_row_image = MINIMAL"
read_mysql_env
write_conf < /dev/null
m check > "$dir/out" 2>&1; is $? 1 "check of a wrong setting: exit 1"; says 'PROBLEM mysql binlog_row_image: MINIMAL' "$dir/out" "it is named"
start_millrace
until_true 20 status_is '.capture.state == "failed" and (.capture.error | test("binlog_row_image"))'; ok $? "run refuses it too, by name"
stop_millrace
sql -e "SET GLOBAL binlog_row_image = FULL"
rm -rf "$dir/state" "$dir/run.log"

# ---- scripts and rows ----

cat > "$dir/orders.lua" <<'L'
function transform(row, event)
  if row.status == "test" then return nil end
  if row.status == "boom" then error("no such order") end
  return row
end
L
table_conf() { printf '[table testdb.orders]\ntransform = orders.lua\n'; }
cp "$dir/orders.lua" "$dir/good.lua"
echo 'function transform(row' > "$dir/orders.lua"
table_conf | write_conf
m check > "$dir/out" 2>&1; is $? 1 "check of a script that does not compile: exit 1"
says 'PROBLEM \[table testdb.orders\]: .*orders.lua:[12]:' "$dir/out" "with file and line"
timeout 20 "$millrace" -c "$dir/millrace.conf" run > "$dir/out" 2>&1; rc=$?
[ $rc = 1 ] || [ $rc = 2 ]; ok $? "run refuses it at the start: exit $rc"; says 'orders.lua:[12]:' "$dir/out" "with file and line"
cp "$dir/good.lua" "$dir/orders.lua"
start_millrace
wait_caught_up 30 "a good script runs"
same_table orders --where "status <> 'test'"
echo 'function transform(row' > "$dir/orders.lua"
kill -HUP "$pid"
until_true 10 grep -qE 'orders.lua:[12]:' "$dir/run.log"; ok $? "SIGHUP with a bad script: said"
sql testdb -e "INSERT INTO orders VALUES (4, 'test', 1, NULL), (5, 'new', 1, NULL); UPDATE orders SET status = 'test' WHERE id = 3"
wait_caught_up 30 "the version before it goes on"
same_table orders --where "status <> 'test'"
sed 's/"test"/"none"/' "$dir/good.lua" > "$dir/orders.lua"
kill -HUP "$pid"
until_true 10 grep -q 'compiled anew\|reloaded' "$dir/run.log"; ok $? "SIGHUP with a good one: said"
sql testdb -e "INSERT INTO orders VALUES (6, 'test', 1, NULL), (7, 'boom', 1, NULL), (8, 'new', 8, NULL)"
wait_caught_up 30 "an error on one row"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT group_concat(id) FROM (SELECT id FROM orders ORDER BY id)')" "1,5,6,8" "its neighbours pass"
m dead list --json > "$dir/dead" 2>&1; is $? 0 "dead list"
jq -e 'select(.reason | test("no such order")) | .table == "testdb.orders" and .stage != null and .offset != null' "$dir/dead" > /dev/null; ok $? "it names the reason, table and offset" || note < "$dir/dead"
m dead show "$(jq -r .id "$dir/dead" | head -n 1)" > "$dir/out" 2>&1; says 'boom' "$dir/out" "dead show has the message"
m dead show 4711 > "$dir/out" 2>&1; is $? 2 "dead show of nothing: exit 2"

# ---- commands that look ----

m topics > "$dir/out"; says 'mysql.testdb.orders +0 ' "$dir/out" "topics"
m topics no.such > "$dir/out" 2>&1; is $? 2 "topics of nothing: exit 2"
m ddl testdb.orders > "$dir/out" 2>&1; is $? 0 "ddl"; says 'CREATE TABLE.*orders' "$dir/out" "the statement"
sqlite3 :memory: < "$dir/out" 2>&1 | note; is "${PIPESTATUS[0]}" 0 "that the target takes as it is"
m ddl testdb.none > "$dir/out" 2>&1; is $? 2 "ddl of nothing: exit 2"
status > "$dir/status.json"
missing=$(jq -r --argjson want '{
	"": ["name","state","uptime_s","capture","load","stages","tables","bottleneck","errors"],
	"capture": ["state","gtid","file","pos","server_gtid","lag_ms","behind_bytes","snapshot"], "load": ["state","lag_rows","lag_ms"],
	"stages": ["name","state","in","out","rows_per_s","p50_us","p99_us","queue_fill"],
	"tables": ["table","state","captured","loaded","dropped","dead","lag_rows","lag_ms","error"], "bottleneck": ["stage","why"] }' '
	. as $s | $want | to_entries[] | (if .key == "" then $s else $s[.key] end) as $o | .value[] as $k
	| ($o | if type == "array" then .[0] else . end) | select(has($k) | not) | $k' "$dir/status.json" 2>&1)
[ -s "$dir/status.json" ] || missing=everything
is "$missing" "" "status --json has every key"
m status > "$dir/out"; says 'testdb.orders' "$dir/out" "status for people"
for stage in source format log read script sink; do
	timeout 20 "$millrace" -c "$dir/millrace.conf" tap "$stage" testdb.plain -n 1 > "$dir/tap.$stage" 2>&1 &
	taps+=($!)
done
until_true 20 eval 'sql testdb -e "UPDATE plain SET v = v + 1"; ! kill -0 ${taps[*]} 2>/dev/null'
wait "${taps[@]}"
for stage in source format log read script sink; do
	jq -e '.table == "plain" or (.topic | test("plain"))' "$dir/tap.$stage" > "$dir/out" 2>&1 && [ -s "$dir/tap.$stage" ]; ok $? "tap $stage" || note < "$dir/tap.$stage"
done
m tap nowhere > "$dir/out" 2>&1; is $? 2 "tap of no stage: exit 2"

# ---- pause and resume ----

paused() # WHAT FILTER: nothing passes while it is paused
{
	wait_caught_up 30 "before the pause of $1"
	m pause "$1" > /dev/null 2>&1; is $? 0 "pause $1"
	until_true 10 status_is "$2"; ok $? "$1 is paused"
	before=$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT v FROM plain")
	sql testdb -e "UPDATE plain SET v = v + 1000; INSERT INTO orders VALUES ($3, 'new', 1, NULL)"
}
loaded() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*) FROM orders WHERE id = $1")" = 1 ]; }
paused testdb.plain '.tables[] | select(.table == "testdb.plain") | .state == "paused"' 101
until_true 20 loaded 101; ok $? "its neighbour flows"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT v FROM plain")" "$before" "the paused table stands still"
m resume testdb.plain > /dev/null 2>&1
wait_caught_up 30 "resumed"; same_table plain
for half in load capture; do
	paused "$half" ".$half.state == \"paused\"" "10${#half}1"
	m resume "$half" > /dev/null 2>&1
	wait_caught_up 30 "resumed"; same_table plain
	loaded "10${#half}1"; ok $? "$half: the row came"
done
m pause testdb.none > "$dir/out" 2>&1; is $? 2 "pause of nothing: exit 2"

# ---- state directories ----

m run > "$dir/out" 2>&1; rc=$?
[ $rc != 0 ] && [ $rc -lt 124 ]; ok $? "a second process: exit $rc"; says "in use by process $pid: .millrace attach" "$dir/out" "and it says who has the directory"
m run --role load > "$dir/out" 2>&1; rc=$?
[ $rc != 0 ] && [ $rc -lt 124 ]; ok $? "roles as two processes on the embedded log: exit $rc"; says 'in use by' "$dir/out" "and why"
ps -eo args > "$dir/ps"
sql testdb -e "INSERT INTO orders WITH RECURSIVE n AS (SELECT 2000 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 2900) SELECT i, 'new', 1, NULL FROM n"
stop_millrace; is $? 0 "SIGTERM drains and exits 0"
if command -v sqlite3 > /dev/null; then
	cp -r "$dir/state" "$dir/torn"
	dd if=/dev/urandom of="$dir/torn/log.db" bs=4096 count=2 seek=1 conv=notrunc 2> /dev/null
	head -c 50 /dev/urandom | dd of="$dir/torn/log.db" conv=notrunc 2> /dev/null
	sed "s|$dir/state|$dir/torn|" "$dir/millrace.conf" > "$dir/try.conf"
	before=$(sha256sum < "$dir/torn/log.db")
	conf=$dir/try.conf m run > "$dir/out" 2>&1; rc=$?
	[ $rc != 0 ] && [ $rc -lt 124 ]; ok $? "a torn log.db: exit $rc"; says 'log.db' "$dir/out" "it is named: $(head -n 1 "$dir/out" | sed "s|$dir/||g" | cut -c 1-120)"
	is "$(sha256sum < "$dir/torn/log.db")" "$before" "nothing is written over it"
fi
sed "s|$dir/state|/proc/no/such|" "$dir/millrace.conf" > "$dir/try.conf"
conf=$dir/try.conf m run > "$dir/out" 2>&1; rc=$?
[ $rc != 0 ] && [ $rc -lt 124 ]; ok $? "a state directory that cannot be: exit $rc"; says '/proc/no' "$dir/out" "it is named"
mkdir "$dir/small"
if mount -t tmpfs -o size=3m none "$dir/small" 2> /dev/null; then
	cleanups+=("umount '$dir/small'")
	sed "s|$dir/state|$dir/small/state|" "$dir/millrace.conf" > "$dir/full.conf"
	cp "$dir/millrace.conf" "$dir/kept.conf"; cp "$dir/full.conf" "$dir/millrace.conf"
	sql testdb -e "INSERT INTO orders WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 400)
		SELECT i + 50000, 'new', 1, CONCAT(HEX(RANDOM_BYTES(1024)), HEX(RANDOM_BYTES(1024)), HEX(RANDOM_BYTES(1024)), HEX(RANDOM_BYTES(1024))) FROM n"
	head -c 4M /dev/zero > "$dir/small/filled" 2> /dev/null
	start_millrace
	until_true 30 status_is '(.capture.state == "retrying") and (.capture.error | test("full|room|space"))'; ok $? "a start on a full disk waits and says why" || tail -n 3 "$dir/run.log" | note
	rm "$dir/small/filled"
	until_true 30 eval 'status_is "[.errors[].error] | any(test(\"no room|full|space\"))" || grep -qE "no room|full|No space" "$dir/run.log"'; ok $? "a full disk: said" || tail -n 3 "$dir/run.log" | note
	mount -o remount,size=60m "$dir/small"
	wait_caught_up 60 "room again: goes on by itself"
	is "$(sqlite3 "$dir/small/state/warehouse/testdb.db" "SELECT count(*) FROM orders WHERE id >= 50000")" 400 "and every row is there"
	stop_millrace
	cp "$dir/kept.conf" "$dir/millrace.conf"
else
	echo "ok $((tap_n += 1)) - a full disk # SKIP needs root for a small tmpfs"
fi

# ---- no table ----

cp "$dir/millrace.conf" "$dir/kept.conf"
sed "s|$dir/state|$dir/nothing|; s|^database.include.list.*|database.include.list = nothing|" "$dir/kept.conf" > "$dir/millrace.conf"
start_millrace
until_true 30 grep -q "no table matches the lists of \[mysql\]" "$dir/run.log"; ok $? "a list that matches no table: said" || tail -n 3 "$dir/run.log" | note
until_true 60 has_problem nothing-captured; ok $? "and a problem of status" || what_is_wrong
m verify > "$dir/out" 2>&1; is $? 2 "verify of nothing: exit 2"; says 'expected a table that is captured, found none' "$dir/out" "and why"
stop_millrace
cp "$dir/kept.conf" "$dir/millrace.conf"

# ---- secrets ----

for secret in "$mysql_password" poor-secret wrong-secret top-secret-1; do
	! grep -rqaF -- "$secret" "$dir/run.log" "$dir/out" "$dir/ps" "$dir/status.json" "$dir/state"; ok $? "a password shows nowhere"
done
done_testing
