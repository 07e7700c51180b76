#!/bin/bash
# kafka_fence.sh - several processes on one Kafka: a second writer of the same name stops the first; two loaders share the
# partitions and one takes over from the other; a TRUNCATE goes through three partitions in its place among the rows.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka
start_starrocks
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60));
CREATE TABLE emptied (id INT PRIMARY KEY, v INT NOT NULL);
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 1, 'old' FROM n;
INSERT INTO emptied SELECT id, 1 FROM acct WHERE id <= 3000;
S
{
	kafka_conf
	echo "topic.creation.default.partitions = 3"
	echo "schemas.enable = false"
	echo "add.fields = op"
	echo "session.timeout.ms = 3000"
	echo "heartbeat.interval.ms = 500"
	starrocks_conf
} | write_conf
for n in 2 3; do	# the same pipeline, from other folders
	sed "s|^state.dir = .*|state.dir = $dir/state$n|" "$dir/millrace.conf" > "$dir/millrace$n.conf"
	chmod 600 "$dir/millrace$n.conf"
done
start_other() # N ARGUMENTS...; sets other
{
	local n=$1
	shift
	"$millrace" -c "$dir/millrace$n.conf" run "$@" >> "$dir/run$n.log" 2>&1 &
	other=$!
	cleanups+=("kill -9 $other")
}
status_of() { "$millrace" -c "$dir/millrace$1.conf" status --json 2>/dev/null; }

# ---- a second writer ----
start_millrace --role capture
wait_caught_up "the first writer reads the tables"
start_other 2 --role capture
second=$other
await 20 log_has 'resuming at' run2.log
sql -e 'UPDATE testdb.acct SET v = v + 1'
fenced() { status_is '.capture.state == "failed"'; }
until_true 20 fenced
ok $? "the first stops when a second has taken its name"
# Kafka or MySQL, whichever it asks first: the second one has its transactional id and its server id.
grep -Eq "'e2e-capture'.*another writer has taken it over|another reader took over our server id" "$dir/run.log"
ok $? "and says why" || note < "$dir/run.log"
second_streams() { [ "$(status_of 2 | jq -r '.stages[] | select(.name == "log") | .out')" -ge 20000 ]; }
until_true 20 second_streams
ok $? "the second goes on"
stop_millrace

# ---- two loaders ----
assigned()
{
	local n
	n=$(grep -o 'reading [0-9]* partition' "$dir/$1" 2>/dev/null | tail -n 1 | grep -o '[0-9]*')
	echo "${n:-0}"
}
share() { [ $(($(assigned run.log) + $(assigned run3.log))) = 6 ] && [ "$(assigned run.log)" -gt 0 ] && [ "$(assigned run3.log)" -gt 0 ]; }
start_millrace --role load
start_other 3 --role load
third=$other
until_true 30 share
ok $? "two loaders share six partitions ($(assigned run.log) and $(assigned run3.log))"
for i in 1 2 3 4 5 6 7 8 9 10; do echo "UPDATE testdb.acct SET v = v + 1, txt = 'n$i' WHERE id % 10 < $i;"; done | sql
both_load() { [ "$(status | jq .load.loads)" -gt 0 ] && [ "$(status_of 3 | jq .load.loads)" -gt 0 ]; }
until_true 30 both_load
ok $? "both load"
kill -9 "$third"; wait "$third" 2>/dev/null
sql -e "UPDATE testdb.acct SET v = v + 1, txt = 'after' WHERE id % 3 = 0; DELETE FROM testdb.acct WHERE id % 7 = 0"
alone() { [ "$(assigned run.log)" = 6 ]; }
until_true 30 alone
ok $? "one is killed, the other takes its partitions"

loaded()
{
	local executed
	executed=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')
	[ "$(status_of 2 | jq -r '.capture.gtid' | tr -d '\n ')" = "$executed" ] || return 1
	"$millrace" -c "$dir/millrace.conf" topics --json > "$dir/topics.json" 2>/dev/null || return 1
	jq -s -e 'map(select(.topic | test("^mysql\\.[^.]+\\..+")) | select(.high > .low)) | length == 6 and
		all(any(.groups[]; .group == "e2e-load" and .lag == 0))' "$dir/topics.json" > /dev/null
}
until_true 40 loaded
ok $? "and loads what was left" || jq -c . "$dir/topics.json" | note
same_table acct

# ---- TRUNCATE ----
sql testdb <<'S'
UPDATE emptied SET v = v + 1;
TRUNCATE TABLE emptied;
INSERT INTO emptied SELECT id, 1 FROM acct WHERE id <= 2000;
UPDATE emptied SET v = v + 1 WHERE id % 2 = 0;
TRUNCATE TABLE emptied;
INSERT INTO emptied SELECT id, 10 FROM acct WHERE id <= 1500;
UPDATE emptied SET v = v + 1 WHERE id % 3 = 0;
S
until_true 40 loaded
ok $? "two TRUNCATEs among the rows pass" || jq -c . "$dir/topics.json" | note
same_table emptied
same_table acct
read_topic mysql.testdb.emptied > "$dir/emptied.read"
is "$(awk -F '\t' '$1 == "" { n[$3]++ } END { print n[0], n[1], n[2] }' "$dir/emptied.read")" "2 2 2" "each partition carries both TRUNCATEs"
exactly_once acct

kill -TERM "$second"; wait "$second"
is $? 0 "the writer stops in good order"
stop_millrace; is $? 0 "and so does the loader"

# ---- another pipeline comes to the same topics, the same group, the same name ----
conf3() # SED [SECTION]
{
	{ sed -e "s|^state.dir = .*|state.dir = $dir/state3|" -e "$1" "$dir/millrace.conf"; printf '%b\n' "${2:-}"; } > "$dir/millrace3.conf"
	: > "$dir/run3.log"
}
refused() # WORDS NAME ROLE
{
	start_other 3 --role "$3"
	until_true 40 grep -q -- "$1" "$dir/run3.log"; ok $? "$2: refused, by name" || note < "$dir/run3.log"
	kill -TERM "$other" 2>/dev/null; wait "$other"
}
conf3 's/^name = .*/name = other/'
refused "topic.prefix = mysql: the pipeline 'e2e' uses it, and this one is 'other'" "topics of another pipeline" capture
conf3 's/^name = .*/name = other/' '[load]\ngroup.id = e2e-load'
refused "consumer group e2e-load (mysql.testdb.*the pipeline 'e2e' uses it" "the group of another pipeline" load
start_server b --server-id=2
on b -e "CREATE DATABASE testdb; CREATE TABLE testdb.acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60)); INSERT INTO testdb.acct VALUES (1, -1, 'b')"
# The one that is at work is not fenced off by it.
start_millrace --role capture
wait_caught_up "the writer is back"
conf3 "s/^port = .*/port = $(port_of b)/"
refused "127.0.0.1:$(port_of b) lost transactions, or is another server: it lacks .*$(uuid_of mysql)" "the same name from another MySQL server" capture
sql -e "INSERT INTO testdb.emptied VALUES (0, 1); DELETE FROM testdb.emptied WHERE id = 0"
wait_caught_up "the one that is at work goes on"
status_is '.capture.state | IN("streaming", "idle")'; ok $? "and was not stopped"
stop_millrace; is $? 0 "it stops in good order"
read_topic mysql.testdb.emptied > "$dir/emptied.read"
read_topic mysql.testdb.emptied > "$dir/emptied.now"
cmp -s "$dir/emptied.read" "$dir/emptied.now"; ok $? "nothing was written by any of them"
conf3 's/^name = .*/name = other\ntake.over = e2e/' '[load]\ngroup.id = e2e-load'
start_other 3 --role load
takes_over() { [ "$(assigned run3.log)" = 6 ]; }
until_true 30 takes_over; ok $? "take.over" || note < "$dir/run3.log"
kill -TERM "$other"; wait "$other"
no_reports
done_testing
