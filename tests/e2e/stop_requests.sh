#!/bin/bash
# stop_requests.sh - SIGTERM while somebody asks something of the process, and while the disk of state.dir is full, with the build under AddressSanitizer where there
# is one: verify --repair, a reload with scripts and their tests, requests of HTTP, the recorder and the log without room. Each time the process ends by itself and in
# good order, and a next start is equal. A start on a full disk waits for room as a running process does. (stop_states.sh has the states of the systems around.)
. "${top_srcdir:?}/tests/e2e/lib.sh"
under_asan

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT);
CREATE TABLE big (id INT PRIMARY KEY, v INT, txt VARCHAR(200));
INSERT INTO t VALUES (1, 0);
SET cte_max_recursion_depth = 100000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 0, REPEAT('x', i % 200) FROM n;
S
http_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf 'function transform(row, event)\n\treturn row\nend\n' > "$dir/s.lua"
printf '[http]\nlisten = 127.0.0.1:%s\n[table testdb.big]\ntransform = s.lua\n' "$http_port" | write_conf
goes_on() # STATE
{
	start_millrace
	wait_caught_up 120 "$1: the next start catches up"
	same_table t; same_table big
}

start_millrace
wait_caught_up 120 "snapshot"
python3 -c "
import sqlite3; c = sqlite3.connect('$dir/state/warehouse/testdb.db', timeout=20); c.execute('UPDATE big SET v = 7 WHERE id % 3 = 0'); c.commit()"
"$millrace" -c "$dir/millrace.conf" snapshot --pause > "$dir/out" 2>&1; ok $? "snapshots are paused: a repair waits for its rows" || note < "$dir/out"
"$millrace" -c "$dir/millrace.conf" verify testdb.big --repair --limit 0 > "$dir/verify.out" 2>&1 &
asker=$!
until_true 60 status_is '.capture.fill.tables > 0'; ok $? "rows are read again" || note < "$dir/verify.out"
ends_within 20 "verify --repair"
wait "$asker"; ok $(($? == 0)) "and the command says that it was not finished" || note < "$dir/verify.out"
start_millrace
until_true 60 status_is '.capture.state == "idle"'; ok $? "the next start goes on"
"$millrace" -c "$dir/millrace.conf" snapshot --resume > "$dir/out" 2>&1; ok $? "snapshots go on" || note < "$dir/out"
wait_caught_up 120 "verify --repair: the next start catches up"
"$millrace" -c "$dir/millrace.conf" verify testdb.big --repair --limit 0 > "$dir/verify.out" 2>&1
wait_caught_up 120 "repaired"
same_table big

for i in 1 2 3 4 5 6 7 8; do
	for path in metrics connectors/e2e/status api/status; do
		(while curl -sS --max-time 2 "http://127.0.0.1:$http_port/$path" > /dev/null 2>&1; do :; done) &
		cleanups+=("kill $!")
	done
done
until_true 20 curl -sSf --max-time 2 -o /dev/null "http://127.0.0.1:$http_port/metrics"; ok $? "HTTP answers"
(exec 3<> "/dev/tcp/127.0.0.1/$http_port"; printf 'GET /metrics HTT' >&3; sleep 30) &
cleanups+=("kill $!")
ends_within 20 "requests of HTTP, one of them half"
goes_on "HTTP"

printf 'function transform(row, event)\n\trow.txt = row.txt .. ""\n\treturn row\nend\n' > "$dir/s.lua"
sql testdb -e "UPDATE big SET v = v + 1"
kill -HUP "$pid"
ends_within 20 "a reload with another script"
printf 'function transform(row, event)\n\treturn row\nend\n' > "$dir/s.lua"
goes_on "reload"
stop_millrace; ok $? "stops in good order"

if mkdir "$dir/small" && mount -t tmpfs -o size=24m none "$dir/small" 2> /dev/null; then
	cleanups+=("umount -l '$dir/small'")
	cp -r "$dir/state" "$dir/small/state"
	sed -i "s|^state.dir = .*|state.dir = $dir/small/state|; s/^name = e2e/&\ndrain.timeout = 3s/" "$dir/millrace.conf"
	start_millrace
	wait_caught_up 120 "on a small disk"
	cat /dev/zero > "$dir/small/full" 2> /dev/null
	sql testdb -e "UPDATE t SET v = 100; UPDATE big SET v = 100, txt = REPEAT('y', 200) WHERE id <= 3000"
	until_true 60 status_is '.problems | any(.code == "capture-retrying" or .code == "load-retrying" or .code == "disk-full")'; ok $? "a full disk is told" || what_is_wrong
	ends_within 20 "a full disk"
	start_millrace
	until_true 30 grep -qE 'full|No space' "$dir/run.log"; ok $? "a start on a full disk says so"
	until_true 5 gone && note < <(tail -n 5 "$dir/run.log")
	kill -0 "$pid" 2> /dev/null; ok $? "and waits for room"
	rm "$dir/small/full"
	wait_caught_up 120 "with room it goes on"
	"$build/tests/e2e/compare_tables" "$mysql_socket" testdb.t warehouse "$dir/small/state/warehouse/testdb.db" > "$dir/out" 2>&1; ok $? "equal" || note < "$dir/out"
	stop_millrace; ok $? "stops in good order"
else
	echo "# no right to mount a small disk: not tried"
fi
no_trouble
done_testing
