#!/bin/bash
# routine.sh - Routine Load: capture writes to Kafka, StarRocks' own jobs load, made by `millrace routine create`. Flat messages
# with their schemas, then envelopes without; whole tables equal, also after the cluster was killed, a task was aborted, a
# job was paused, altered and resumed. What a job could not do right is refused by name.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

has() { case $1 in *"$2"*) ok 0 "$3" ;; *) ok 1 "$3"; echo "$1" | note ;; esac; } # TEXT PART NAME
routine() { "$millrace" -c "$dir/millrace.conf" routine "$@"; }
job() { routine show "$1" --json --all; } # JOB
job_is() { job "$1" > "$dir/job.json" 2>/dev/null && jq -e "$2" "$dir/job.json" > /dev/null; }
fault() { curl -sS "$control/fault?name=$1&count=${2:-1}&arg=${3:-0}" > /dev/null; }
captured()
{
	local executed
	executed=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')
	status_is --arg g "$executed" '(.capture.state | IN("starting", "retrying") | not) and .capture.snapshot.running == false and (.capture.gtid | gsub("[ \n]"; "")) == $g'
}
# The tables' topics are there, too: a snapshot that has not begun looks like one that is over.
written() # PREFIX
{
	captured || return 1
	"$millrace" -c "$dir/millrace.conf" topics --json > "$dir/written.json" || return 1
	[ "$(jq -s --arg p "$1" '[.[] | select(.high > 0) | .topic] | unique | map(select(IN($p + ".testdb.orders", $p + ".testdb.customers", $p + ".testdb.kinds"))) | length' "$dir/written.json")" = 3 ]
}
# The log has everything that MySQL has executed, and the job everything that the log has.
loaded() # JOB
{
	captured || return 1
	"$millrace" -c "$dir/millrace.conf" topics "$(job "$1" | jq -r .topic)" --json > "$dir/ends.json" || return 1
	job_is "$1" '.lag == 0' || return 1
	[ "$(jq -s -c 'map({p: .partition, e: .high}) | sort' "$dir/ends.json")" = "$(jq -c '.partitions | map({p: .partition, e: .next}) | sort' "$dir/job.json")" ]
}
all_loaded() { for job in "$@"; do until_true 40 loaded "$job" || { ok 1 "$job has loaded all"; job "$job" | note; return; }; done; ok 0 "all is loaded: $*"; }
refused() # PART NAME [configuration lines]
{
	local part=$1 name=$2 out
	shift 2
	cp "$dir/millrace.conf" "$dir/other.conf"
	[ $# = 0 ] || sed -i "/^\[kafka\]/i $*" "$dir/other.conf"
	out=$("$millrace" -c "$dir/other.conf" routine create "$table" --dry-run 2>&1)
	[ $? = 1 ] && case $out in *"$part"*) true ;; *) false ;; esac
	ok $? "refused: $name" || echo "$out" | note
}
workload()
{
	sql testdb <<'S'
UPDATE orders SET status = 'paid', amount = amount + 0.01 WHERE id % 3 = 0;
DELETE FROM orders WHERE id % 7 = 0;
INSERT INTO orders (customer_id, status, amount, email, note) VALUES (1, 'new', 99999999.99, NULL, 'a "quoted" \\ text'), (2, 'test', -0.01, '', '東京 🚀');
UPDATE orders SET id = id + 1000000 WHERE id BETWEEN 20 AND 40;
INSERT INTO orders (id, customer_id, status, amount) VALUES (18446744073709551615, 3, 'shipped', 0), (9223372036854775808, 3, 'new', 1);
UPDATE customers SET city = NULL WHERE id % 5 = 0; DELETE FROM customers WHERE id = 3; INSERT INTO customers (name) VALUES ('back');
UPDATE kinds SET dt = '1969-12-31 23:59:59.999999', d = '1000-01-01', dt3 = '9999-12-31 23:59:59.999' WHERE id = 1;
UPDATE kinds SET ts = NULL, b = NULL, j = NULL, flag = NULL WHERE id = 2; DELETE FROM kinds WHERE id = 3;
S
}
conf() # NAME, lines of [mysql] from stdin, of [kafka] as arguments
{
	{
		echo "skipped.operations = t"
		echo "decimal.handling.mode = string"
		cat
		kafka_conf
		echo "topic.prefix = $1" > "$dir/prefix"
		printf '%s\n' "${@:2}"
		starrocks_conf
		echo "routine.max_batch_interval = 5"
		echo "watch.routine.load = 500ms"
	} | write_conf
	sed -i "s/^name = e2e/name = $1/; s|^state.dir = .*|state.dir = $dir/state.$1|; s/^topic.prefix = .*/topic.prefix = $1/; s/^schema.history.internal.kafka.topic = .*/schema.history.internal.kafka.topic = history.$1/" "$dir/millrace.conf"
}

start_mysql
start_kafka
start_starrocks
sql < "$top/contrib/try.sql" || bail "try.sql"
sql testdb <<'S'
DELETE FROM orders WHERE id > 3000; UPDATE orders SET updated_at = '2026-03-29 01:30:00.123' WHERE id % 2 = 0;
CREATE TABLE kinds (id INT PRIMARY KEY, d DATE, dt DATETIME(6), dt3 DATETIME(3), ts TIMESTAMP(6) NULL, b VARBINARY(20), j JSON, flag BOOLEAN, bit1 BIT(1), f FLOAT, y YEAR, `odd name` VARCHAR(10), u BIGINT UNSIGNED);
INSERT INTO kinds VALUES (1, '2024-02-29', '2024-02-29 23:59:59.000001', '1970-01-01 00:00:00.001', '2038-01-19 03:14:07.999999', x'00ff1080', '{"a": [1, null, "x"]}', 1, 1, 1.5, 2026, 'x', 18446744073709551615),
	(2, '9999-12-31', '0100-01-01 00:00:00', '2026-01-01 12:00:00', '1970-01-01 00:00:01', x'', '[]', 0, 0, -0.25, 1901, '', 0), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE clocks (id INT PRIMARY KEY, t TIME, p POINT); CREATE TABLE money (id INT PRIMARY KEY, m DECIMAL(10, 2)); CREATE TABLE bare (v INT);
S

# --- jobs of others as a configuration: both commands know the text ---
{ echo "-- jobs"; echo "create routine load d.j on t columns (id, v) properties ('format' = 'json') from kafka ('kafka_broker_list' = 'h:9092', 'kafka_topic' = 'mysql.d.t')"; } > "$dir/job.sql"
"$millrace" routine convert "$dir/job.sql" > "$dir/converted" 2> /dev/null; wanted=$?
"$millrace" convert "$dir/job.sql" 2> "$dir/convert.err" | cmp -s - "$dir/converted"
ok $? "convert takes the text of CREATE ROUTINE LOAD, too" || note < "$dir/convert.err"
"$millrace" convert - < "$dir/job.sql" > "$dir/out" 2> /dev/null; is "$?" "$wanted" "with the same exit code, from standard input"
grep -q 'h:9092' "$dir/out"; ok $? "it is a configuration" || note < "$dir/out"
echo '{"config": {}}' > "$dir/other.json"; has "$("$millrace" convert "$dir/other.json" 2>&1)" "other.json: " "what is no statement is taken for a connector"

# --- flat, with schemas ---
conf flat "topic.creation.default.partitions = 3" < /dev/null
table=testdb.clocks refused "a TIME is a number" "TIME"
table=testdb.clocks refused "column p" "POINT"
table=testdb.bare refused "no primary key" "a table without key"
table=testdb.money
sed 's/^decimal.handling.mode.*//' "$dir/millrace.conf" > "$dir/precise.conf"
has "$("$millrace" -c "$dir/precise.conf" routine create testdb.money --dry-run)" "decimal.handling.mode = string" "a DECIMAL in base64 is refused with what to set"
sed 's/^skipped.operations.*//' "$dir/millrace.conf" > "$dir/truncates.conf"
has "$("$millrace" -c "$dir/truncates.conf" routine create testdb.money --dry-run)" "skipped.operations = t" "a topic with TRUNCATE is refused"
refused "message.key.columns" "another key of messages" "message.key.columns = testdb.money:m"
has "$(sed 's/^topic.prefix = flat/&\ndelete.tombstone.handling.mode = drop/' "$dir/millrace.conf" > "$dir/drop.conf"; "$millrace" -c "$dir/drop.conf" routine create testdb.money --dry-run)" "handling.mode = rewrite" "deletes that are dropped are refused"
has "$({ cat "$dir/millrace.conf"; echo "[table testdb.money]"; echo "filter = row.id > 1"; } > "$dir/lua.conf"; "$millrace" -c "$dir/lua.conf" routine create testdb.money --dry-run)" "knows no Lua" "a table with a filter is refused"
has "$(sed 's/^topic.prefix = flat/&\nsasl.password = verysecret/' "$dir/millrace.conf" > "$dir/secret.conf"; "$millrace" -c "$dir/secret.conf" routine create testdb.money --dry-run)" '"property.sasl.password" = "******"' "a secret is not printed"

start_millrace --role capture
until_true 60 written flat || what_is_wrong
is "$(routine list --json)" "[]" "there is no job yet"
for t in orders customers kinds; do
	"$millrace" -c "$dir/millrace.conf" routine create testdb.$t > "$dir/create.out" 2>&1
	ok $? "create testdb.$t" || note < "$dir/create.out"
done
routine create testdb.orders > "$dir/twice.out" 2>&1
is $? 2 "the same job twice is refused"
has "$(cat "$dir/twice.out")" "already used" "in StarRocks' words"
all_loaded load_orders load_customers load_kinds
same_table orders
same_table customers
same_table kinds
has "$(routine list)" "RUNNING" "list prints them"

fault routine_abort 2
workload
"$top/tests/servers/starrocks" kill "$dir/starrocks"
"$top/tests/servers/starrocks" restart "$dir/starrocks" > /dev/null
all_loaded load_orders load_customers load_kinds
for t in orders customers kinds; do same_table $t; done

routine pause load_orders > /dev/null
ok $? "pause"
job_is testdb.orders '.state == "PAUSED" and .code == 100'
ok $? "the job is found by its table, paused, with the reason's code" || note < "$dir/job.json"
until_true 20 has_problem routine-paused testdb.load_orders
ok $? "a paused job is a problem of the process that writes its topic"
is "$(status | jq -r '.problems[] | select(.code == "routine-paused") | .command')" "millrace routine resume testdb.load_orders" "with the command that ends it"
has "$("$millrace" -c "$dir/millrace.conf" status)" "testdb.load_orders       PAUSED" "status lists the jobs"
is "$(routine alter load_customers max_error_number=1 2>&1 >/dev/null | grep -c 'expected a job that is PAUSED')" 1 "a running job is not altered"
sql testdb -e "UPDATE orders SET note = 'while paused' WHERE id % 2 = 0; DELETE FROM orders WHERE id % 11 = 0"
routine alter load_orders max_error_number=10 property.client.id=other > /dev/null
ok $? "alter"
until_true 20 eval 'loaded load_customers'
job_is load_orders '.show.JobProperties | fromjson | .maxErrorNum == "10"'
ok $? "the property is changed"
"$millrace" -c "$dir/millrace.conf" "do" routine do=resume job=testdb.load_orders > /dev/null
ok $? "resume, as the console does it"
until_true 20 problem_is_over routine-paused
ok $? "the problem is over"
all_loaded load_orders
same_table orders

# A row that its column does not take pauses the job; the reason says so.
starrocks "ALTER TABLE testdb.customers ADD COLUMN must INT NOT NULL DEFAULT '1'" 2>/dev/null
starrocks "CREATE ROUTINE LOAD testdb.hand ON customers COLUMNS (id, name, must) PROPERTIES ('format' = 'json', 'jsonpaths' = '[\"\$.payload.id\", \"\$.payload.name\", \"\$.payload.nothing\"]') FROM KAFKA ('kafka_broker_list' = '$bootstrap', 'kafka_topic' = 'flat.testdb.customers', 'property.kafka_default_offsets' = 'OFFSET_BEGINNING')"
until_true 20 job_is hand '.state == "PAUSED" and .code == 102 and .errors > 0'
ok $? "a job that somebody else made is shown, with its bad rows" || note < "$dir/job.json"
until_true 20 has_problem routine-paused testdb.hand
ok $? "it is a problem, too"
has "$(routine show hand)" "to do" "with what to do about it"
for j in hand load_orders load_customers load_kinds; do routine stop $j > /dev/null || ok 1 "stop $j"; done
is "$(routine list --json)" "[]" "stopped jobs are not listed"
is "$(routine list testdb --all --json | jq -c 'map(.state) | unique')" '["STOPPED"]' "unless asked for"
stop_millrace

# --- envelope, without schemas ---
starrocks "DROP TABLE testdb.orders; DROP TABLE testdb.customers; DROP TABLE testdb.kinds"
conf envelope "message.format = envelope" "schemas.enable = false" "topic.creation.default.partitions = 3" <<< "binary.handling.mode = hex"
table=testdb.orders
refused "tombstones.on.delete = false" "tombstones behind deletes"
sed -i 's/^skipped.operations.*/&\ntombstones.on.delete = false/' "$dir/millrace.conf"

# millrace loads, a job goes on where it has come to, and back; meanwhile rows change.
changes() # Half of the messages are rows that nothing changes again: a few that nobody loads leave a hole.
{
	local n=0
	until [ -e "$dir/enough" ]; do
		sql testdb -e "SET @n = FLOOR(RAND() * 50); UPDATE orders SET amount = amount + 1 WHERE id < 3000 AND id % 50 = @n; UPDATE kinds SET f = f + 1 WHERE id < 3; DELETE FROM orders WHERE id < 3000 AND id % 2000 = @n;
			REPLACE INTO orders (id, customer_id, status, amount) VALUES (5000 + @n, 1, 'new', 1), (6000 + @n, 2, 'new', 2); INSERT INTO orders (id, customer_id, status, amount) SELECT 100000 + $((n += 1)) * 100 + id % 100, 3, 'new', $n FROM customers WHERE id BETWEEN 101 AND 160" || break
		sleep 0.05
	done
}
handover() { "$millrace" -c "$dir/millrace.conf" routine handover "$@" > "$dir/handover.out" 2>&1; }
loader_is() { status_is --arg t "testdb.$1" --arg l "$2" 'any(.tables[]; .table == $t and .loader == $l)'; }
bitten() { [ "$(curl -sS "$control/faults" | jq --arg f "$1" 'has($f)')" = false ]; } # FAULT
# The log has all that MySQL has executed, and the group everything that the log has, whoever loads it.
all_there()
{
	captured || return 1
	"$millrace" -c "$dir/millrace.conf" topics --json > "$dir/topics.json" 2>/dev/null || return 1
	jq -s -e 'map(select(.topic | test("^envelope\\.testdb\\.")) | select(.high > .low)) | length >= 3 and all(any(.groups[]; .group == "envelope-load" and .lag == 0))' "$dir/topics.json" > /dev/null
}
equal() # NAME
{
	until_true 60 all_there
	ok $? "$1: everything is loaded" || what_is_wrong
	for t in orders customers kinds; do same_table $t; done
}
# Between two statements: the one named by the fault hangs, millrace is ended, and the next start goes on.
ended() # HOW FAULT [--to TO]
{
	local how=$1 fault=$2 asked
	shift 2
	fault "$fault" 1 600000
	handover testdb.orders "$@" &
	asked=$!
	until_true 60 bitten "$fault" || { ok 1 "the statement that $fault is for comes"; note < "$dir/handover.out"; }
	$how
	wait $asked
	start_millrace
}
killed() { ended kill_millrace "$@"; }
terminated() { ended "ends_within 20 SIGTERM" "$@"; }
jobs_made() { routine list testdb --all --json | jq '[.[] | select(.name | startswith("load_orders_"))] | length'; }

start_millrace
until_true 60 all_there
ok $? "millrace loads all" || what_is_wrong
until_true 20 loader_is orders stream
ok $? "status says that it does"
handover testdb.clocks
is $? 2 "a table that a job cannot load is refused"
has "$(cat "$dir/handover.out")" "a TIME is a number" "with the reason"
handover testdb.orders --dry-run
ok $? "a dry run" || note < "$dir/handover.out"
has "$(cat "$dir/handover.out")" "kafka_offsets" "prints the statement with its offsets"
loader_is orders stream
ok $? "and changes nothing"
rm -f "$dir/enough"
changes &
changing=$!
handover testdb.orders
ok $? "a table is handed over" || note < "$dir/handover.out"
loader_is orders routine
ok $? "status says who loads it"
has "$("$millrace" -c "$dir/millrace.conf" status)" "load: routine, Routine Load job testdb.load_orders_" "and by which job"
has "$("$millrace" -c "$dir/millrace.conf" replay testdb.orders --from begin 2>&1)" "is loaded by Routine Load" "it is not replayed meanwhile"
has "$("$millrace" -c "$dir/millrace.conf" snapshot 'testdb\.(orders|money)' --truncate 2>&1)" "testdb.orders is loaded by Routine Load" "nor emptied by a snapshot"
has "$("$millrace" -c "$dir/millrace.conf" snapshot testdb.orders --truncate 2>&1)" "millrace routine handover testdb.orders --to stream" "which says what to do first"
has "$(handover testdb.orders; cat "$dir/handover.out")" "has it already" "a second time there is nothing to do"
handover testdb.orders --to stream
ok $? "and taken back" || note < "$dir/handover.out"
loader_is orders stream
ok $? "status says that millrace loads it"

killed routine_held
until_true 60 loader_is orders routine
ok $? "killed before the job is made: the next start makes it" || what_is_wrong
killed routine_held --to stream
until_true 60 loader_is orders stream
ok $? "killed before the job is paused: the next start takes the table back" || what_is_wrong
before=$(jobs_made)
killed routine_late
until_true 60 loader_is orders routine
ok $? "killed when the job was made and nobody knew: it goes on with it" || what_is_wrong
is "$(jobs_made)" $((before + 1)) "there is one job more, not two"
killed routine_late --to stream
until_true 60 loader_is orders stream
ok $? "killed when the job was paused" || what_is_wrong
handover testdb.orders
ok $? "handed over once more" || note < "$dir/handover.out"
killed routine_stop_late --to stream
until_true 60 loader_is orders stream
ok $? "killed when the job was stopped and nobody had stored it" || what_is_wrong
terminated routine_held
until_true 60 loader_is orders routine
ok $? "SIGTERM before the job is made: the next start makes it" || what_is_wrong
terminated routine_stop_late --to stream
until_true 60 loader_is orders stream
ok $? "SIGTERM when the job was stopped and nobody had stored it" || what_is_wrong

# The setting hands over by itself; a script that a job would not run is refused.
printf '[table testdb.kinds]\nload = routine\nfilter = row.id > 0\n' >> "$dir/millrace.conf"
has "$("$millrace" -c "$dir/millrace.conf" "do" reload 2>&1)" "load = routine" "a filter and load = routine are refused together"
sed -i '$d' "$dir/millrace.conf"
"$millrace" -c "$dir/millrace.conf" "do" reload > /dev/null
until_true 60 loader_is kinds routine
ok $? "load = routine hands the table over" || what_is_wrong
has "$(handover testdb.kinds --to stream; cat "$dir/handover.out")" "would hand testdb.kinds over again" "which is not taken back against the setting"
touch "$dir/enough"
wait $changing
ok $? "rows changed all the while"
equal "two tables by millrace, one by a job"

# A job that somebody stops: nobody loads the table, and it can be taken back.
sed -i '$d' "$dir/millrace.conf"
"$millrace" -c "$dir/millrace.conf" "do" reload > /dev/null
routine stop testdb.kinds > /dev/null
until_true 20 has_problem routine-ended testdb.kinds
ok $? "a job that somebody has stopped is a problem of its table"
sql testdb -e "UPDATE kinds SET d = '2000-02-29' WHERE id = 1"
handover testdb.kinds --to stream
ok $? "the table is taken back" || note < "$dir/handover.out"
problem_is_over routine-ended
ok $? "the problem is over"
equal "all by millrace again"

# A table that goes away takes its job with it. That is a problem, unless millrace loads the topic.
starrocks "CREATE TABLE testdb.other (id INT NOT NULL) PRIMARY KEY (id) DISTRIBUTED BY HASH (id) PROPERTIES ('replication_num' = '1')"
starrocks "CREATE ROUTINE LOAD testdb.env_kinds ON other COLUMNS (id) PROPERTIES ('format' = 'json', 'jsonpaths' = '[\"\$.after.id\"]') FROM KAFKA ('kafka_broker_list' = '$bootstrap', 'kafka_topic' = 'envelope.testdb.kinds')"
starrocks "DROP TABLE testdb.other"
until_true 20 job_is env_kinds '.state == "CANCELLED"'
ok $? "a job without its table is cancelled" || note < "$dir/job.json"
until_true 20 status_is 'any(.routine_loads[]; .job == "testdb.env_kinds" and .state == "CANCELLED")' && problem_is_over routine-cancelled
ok $? "which is no problem, because millrace loads the table"
stop_millrace
start_millrace --role capture
sql testdb -e "UPDATE kinds SET d = '2000-03-01' WHERE id = 1"
until_true 60 has_problem routine-cancelled testdb.env_kinds
ok $? "but is one of a process that only captures"
stop_millrace
no_trouble
done_testing
