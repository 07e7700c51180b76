#!/bin/bash
# routine_rows.sh - a table goes to Routine Load before millrace has loaded anything of it, and the target has rows of before. Where the topic
# begins with an initial snapshot the target is emptied first, also when the process was killed in between; else it is told (target-old), as
# before millrace's own first load. Another pipeline's table is left alone.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
libs=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/kafka-3.7.1
topic() { timeout 60 java -Xmx128m -cp "$libs/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$bootstrap" --create --topic "$1" --partitions 2 > "$dir/tool" 2>&1 || { ok 1 "topic $1"; note < "$dir/tool"; }; }
loader_is() { status_is --arg t "testdb.$1" --arg l "$2" 'any(.tables[]; .table == $t and .loader == $l)'; }
handover() { mr routine handover "$@" > "$dir/handover.out" 2>&1; }
may() { curl -fsS "$control/rights?user=loader&rights=$1" > /dev/null; }
written() { mr topics mysql.testdb.snap --json | jq -s -e 'map(.high) | add > 0' > /dev/null; }
old_rows() { starrocks "SELECT COUNT(*) FROM testdb.$1 WHERE v = 'old'"; }

start_mysql
start_kafka
start_starrocks --user loader:right-secret
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.snap (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO testdb.snap VALUES (1, 'new'), (2, 'new');
	CREATE TABLE testdb.later (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE testdb.taken (id INT PRIMARY KEY, v VARCHAR(20)); CREATE TABLE testdb.own (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO testdb.own VALUES (1, 'new')"
starrocks "CREATE DATABASE testdb"
for t in snap later taken own; do
	starrocks "CREATE TABLE testdb.$t (id INT NOT NULL, v VARCHAR(80)) PRIMARY KEY (id) DISTRIBUTED BY HASH (id) PROPERTIES ('replication_num' = '1')"
	curl -sS --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: json' -H 'strip_outer_array: true' -T - "http://$fe_http/api/testdb/$t/_stream_load" <<< '[{"id":1,"v":"old"},{"id":99,"v":"old"}]' > /dev/null
	topic "mysql.testdb.$t"
done
starrocks "ALTER TABLE testdb.taken COMMENT = '[millrace: other]'"
(umask 077; echo right-secret > "$dir/starrocks.pw")
{
	printf 'skipped.operations = t\n'
	kafka_conf
	starrocks_conf | sed 's/^user = .*/user = loader/'
	printf 'password.file = %s\nroutine.max_batch_interval = 5\nwatch.routine.load = 500ms\n' "$dir/starrocks.pw"
} | write_conf

# ---- nothing of the topic was loaded; what the target has cannot be seen yet ----
rights=SELECT,INSERT,CREATE%20TABLE,ALTER,DELETE
may INSERT
start_millrace --role load
until_true 60 eval 'handover testdb.snap; grep -q "SELECT privilege" "$dir/handover.out"'; ok $? "a hand-over that cannot look at the target" || note < "$dir/handover.out"
until_true 20 loader_is snap "to routine"; ok $? "goes no further" || what_is_wrong
kill_millrace
is "$(may $rights; mr routine list testdb --all --json)" "[]" "no job was made"
is "$(old_rows snap)" 2 "and nothing was taken away"

# ---- the initial snapshot comes, and the next process goes on ----
start_millrace --role capture
await 60 written
stop_millrace
start_millrace
until_true 60 loader_is snap routine; ok $? "the next process goes on" || what_is_wrong
until_true 60 eval "[ \"\$(starrocks \"SELECT COUNT(*) FROM testdb.snap WHERE v = 'new'\")\" = 2 ]"; ok $? "the job loads the snapshot" || what_is_wrong
is "$(old_rows snap)" 0 "into an empty table"
grep -q 'testdb.snap: the target had rows; emptied for the initial snapshot' "$dir/run.log"; ok $? "which is told"
is "$(status | jq -c '[.problems[] | select(.code == "target-old")]')" '[]' "and no problem"
kill_millrace
start_millrace
until_true 60 loader_is snap routine; ok $? "after a kill the job has it still" || what_is_wrong
is "$(starrocks 'SELECT COUNT(*) FROM testdb.snap')" 2 "and nothing is emptied again"

until_true 60 eval "[ \"\$(starrocks 'SELECT id, v FROM testdb.own' | tr '\t\n' '= ')\" = '1=new ' ]"; ok $? "as before the first load of millrace itself" || what_is_wrong

# ---- no snapshot stands in the topic: the rows stay, and are told ----
handover testdb.later; ok $? "a table without rows in MySQL is handed over" || note < "$dir/handover.out"
until_true 20 has_problem target-old testdb.later; ok $? "rows that its target had are told" || what_is_wrong
sql testdb -e "INSERT INTO later VALUES (1, 'new')"
until_true 60 eval "[ \"\$(starrocks 'SELECT id, v FROM testdb.later ORDER BY id' | tr '\t\n' '= ')\" = '1=new 99=old ' ]"; ok $? "the job loads beside them" || what_is_wrong
kill_millrace
start_millrace
until_true 60 has_problem target-old testdb.later; ok $? "the next process tells it, too" || what_is_wrong
until_true 60 loader_is later routine; ok $? "and the job goes on"
handover testdb.later --to stream; ok $? "taken back" || note < "$dir/handover.out"
mr snapshot testdb.later --truncate --wait > "$dir/out" 2>&1; ok $? "the command that the problem names" || note < "$dir/out"
until_true 30 problem_is_over target-old testdb.later; ok $? "ends it" || what_is_wrong
until_true 30 eval "[ \"\$(old_rows later)\" = 0 ]"; ok $? "and the rows are gone"

# ---- another pipeline's table ----
handover testdb.taken; is $? 2 "another pipeline's table is refused"
grep -q "the pipeline 'other' uses it" "$dir/handover.out"; ok $? "by name" || note < "$dir/handover.out"
is "$(old_rows taken) $(status | jq -r '.tables[] | select(.table == "testdb.taken") | .loader')" "2 stream" "and left as it is"
stop_millrace; ok $? "stops"
no_trouble
done_testing
