#!/bin/bash
# fill.sh - snapshots of tables while the stream goes on, as a person meets them: the command, Debezium's signal table, a
# table that SIGHUP adds, the program killed in between. The rows' order is checked by fill_source.sh.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb"
sql testdb <<'S'
CREATE TABLE big (id INT PRIMARY KEY, n INT NOT NULL, pad VARCHAR(200) NOT NULL, KEY (n));
CREATE TABLE pair (a VARCHAR(20) CHARACTER SET latin1, b BIGINT UNSIGNED, v INT, PRIMARY KEY (a, b));
CREATE TABLE later (id INT PRIMARY KEY, t VARCHAR(20));
CREATE TABLE signals (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 30000) SELECT i, i % 1000, REPEAT('p', 50 + i % 150) FROM n;
INSERT INTO pair SELECT CONCAT('é', n), id, 1 FROM big WHERE id <= 3000;
INSERT INTO later SELECT id, 'before' FROM big WHERE id <= 2000;
S

writer()
{
	for ((i = 1; ; i++)); do
		echo "UPDATE big SET pad = CONCAT('w', $i) WHERE n = $((i * 37 % 1000)); DELETE FROM big WHERE id = $((i * 7919 % 30000));" || exit
		echo "REPLACE INTO big VALUES ($((200000 + i)), $((i % 1000)), 'new'); UPDATE IGNORE big SET id = id + 1000000 WHERE id = $((i * 104729 % 30000));" || exit
		echo "UPDATE pair SET v = $i WHERE b = $((i % 3000)); UPDATE IGNORE pair SET a = CONCAT(a, 'x') WHERE b = $((i * 31 % 3000)); INSERT INTO later VALUES ($((10000 + i)), 'w') ON DUPLICATE KEY UPDATE t = 'x';" || exit
		sleep 0.01
	done
}
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" 2>&1; }
mode=no_data
conf()
{
	write_conf <<-C
		table.include.list = $1
		snapshot.mode = $mode
		incremental.snapshot.chunk.size = 1000
		signal.data.collection = testdb.signals
	C
}
none_planned() { status_is '.capture.fill.tables == 0 and .capture.fill.orders == 0'; }
running() { status_is '.capture.state == "streaming" or .capture.state == "idle"'; }
logged() { grep -q "$1" "$dir/run.log"; }

# ---- the command ----

conf "testdb.big, testdb.pair"
start_millrace
until_true 60 running; ok $? "streams, with nothing read"
start_writer writer
snapshot testdb.big,testdb.pair --wait > "$dir/out"; ok $? "snapshot --wait of two tables"
grep -q "rows/s" "$dir/out" || until_true 10 logged "snapshot of testdb.pair done"; ok $? "shows how far it is"
snapshot testdb.nope > "$dir/out"; [ $? = 2 ] && grep -q "no such table" "$dir/out"; ok $? "a table that is not there: $(head -c 90 "$dir/out")"
snapshot testdb.later > "$dir/out"; [ $? = 2 ] && grep -q "not captured" "$dir/out"; ok $? "a table that is not captured"
snapshot testdb.big --where 'idd < 5' > "$dir/out"; [ $? = 2 ] && grep -q "Unknown column" "$dir/out"; ok $? "a condition that the server refuses"
snapshot testdb.big --where 'id < 5) OR (1' > "$dir/out"; [ $? = 2 ] && grep -q "brackets" "$dir/out"; ok $? "a condition that is more than one"
snapshot testdb.big --where 'id < 5' --truncate > "$dir/out"; [ $? = 2 ]; ok $? "no truncate beside a condition"
running; ok $? "none of this has hurt the stream"
snapshot 'testdb\.p.*' --where "b % 100 = 7" --wait; ok $? "a regular expression, and a condition"

# ---- hold, go on, stop; signals ----

snapshot --pause; ok $? "pause"
snapshot testdb.big,testdb.pair
paused() { snapshot --list > "$dir/out"; grep -q "testdb.big  paused" "$dir/out"; }
until_true 20 paused; ok $? "waits: $(head -n 1 "$dir/out")"
snapshot testdb.big --stop
stopped() { paused_no_big && grep -q "testdb.pair  paused" "$dir/out"; }
paused_no_big() { snapshot --list > "$dir/out"; ! grep -q "testdb.big" "$dir/out"; }
until_true 20 stopped; ok $? "one is stopped, the other still waits"
status_is '.capture | (.reading | map([.table, .state])) == [["testdb.pair", "waiting"]] and .fill.tables_done == 0 and .fill.all_total > 0'
ok $? "status lists what waits" || jq -c .capture "$dir/status_is.json" | note
"$millrace" -c "$dir/millrace.conf" status | grep -qE "^ +testdb.pair +waiting +0 +[0-9]+ +0 +0"; ok $? "and as text"
kill_millrace
start_millrace
until_true 60 running
until_true 20 stopped; ok $? "a restart remembers what waits, and that it is held"
snapshot --resume
until_true 60 none_planned; ok $? "resume: all is read"

sql testdb -e "INSERT INTO signals VALUES ('s1', 'execute-snapshot', '{\"data-collections\": [\"testdb.big\"], \"type\": \"incremental\"}')"
until_true 60 logged "snapshot of 1 tables by signal s1"; ok $? "a signal in the table orders a snapshot"
sql testdb -e "INSERT INTO signals VALUES ('s2', 'execute-snapshot', '{\"data-collections\": [\"testdb.nope\"]}'), ('s3', 'dance', NULL), ('s4', 'execute-snapshot', '{broken'), ('s5', 'log', '{\"message\": \"hello from a table\"}')"
until_true 20 logged "hello from a table"; ok $? "signal: log"
logged "signal s2 is skipped.*no such table" && logged "skipped: signal s3.*not known" && logged "skipped: signal s4"; ok $? "signals that cannot be followed are told"
await 60 none_planned

# ---- killed in between ----

mode=initial
conf "testdb.big, testdb.pair"
# How far the log is when the kill comes is chance: at least three times, and until one was behind a chunk.
for round in 1 2 3 4 5 6 7 8 9 10; do
	snapshot testdb.big,testdb.pair > /dev/null
	half_way() { status_is '.capture.fill | .orders == 0 and (.rows > 1000 or .tables == 0)'; }
	until_true 20 half_way
	kill_millrace
	start_millrace
	until_true 60 running
	if [ $round -ge 3 ] && logged "resumes after row"; then break; fi
done
until_true 90 none_planned; ok $? "killed again and again, and all is read"
logged "resumes after row"; ok $? "a restart goes on at the chunk"

# ---- SIGHUP ----

conf "testdb.big, testdb.pair, testdb.later"
kill -HUP "$pid"
until_true 30 logged "snapshot of testdb.later done"; ok $? "a table that SIGHUP adds is read"
cp "$dir/millrace.conf" "$dir/good.conf"
sed -i 's/^table.include.list.*/table.include.list = testdb.(/' "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 logged "reload refused, nothing has changed.*table.include.list"; ok $? "a broken configuration is refused"
running; ok $? "and the old one runs on"
sed 's/^port = .*/port = 1/; s/^incremental.snapshot.chunk.size.*/incremental.snapshot.chunk.size = 2000/' "$dir/good.conf" > "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 logged "\[mysql\] port has another value in the file: it needs a restart"; ok $? "what needs a restart is told"
cp "$dir/good.conf" "$dir/millrace.conf"
snapshot testdb.big --truncate --wait; ok $? "the target is emptied first"
stop_writer
wait_caught_up 90 "caught up"
for table in big pair later; do same_table $table; done
conf "testdb.big, testdb.pair"
kill -HUP "$pid"
until_true 20 logged "table testdb.later is no longer captured"; ok $? "a table that SIGHUP takes away"
sql testdb -e "UPDATE later SET t = 'after'; UPDATE pair SET v = 77"
wait_caught_up 60 "the others flow on"
same_table pair
"$millrace" -c "$dir/millrace.conf" topics --json | jq -s -e '[.[] | select(.topic == "mysql.testdb.later")] | length == 1' > /dev/null; ok $? "its topic stays"
stop_millrace; ok $? "stops in good order"
sed -i '/reload refused/d' "$dir/run.log"
no_trouble
done_testing
