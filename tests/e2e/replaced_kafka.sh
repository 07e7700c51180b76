#!/bin/bash
# replaced_kafka.sh - what happens to topics and groups of a real Kafka: a topic that is deleted and made again, while
# millrace stands and while it runs; offsets that are set by Kafka's own tool; partitions that are added while rows wait.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka
{ kafka_conf; echo "topic.creation.default.partitions = 1"; } | write_conf
libs=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/kafka-3.7.1
tool() { local class=$1; shift; timeout 60 java -Xmx128m -cp "$libs/*" "$class" --bootstrap-server "$bootstrap" "$@" > "$dir/tool" 2>&1 || { note < "$dir/tool"; false; }; }
topics() { tool org.apache.kafka.tools.TopicCommand "$@"; }
group() { tool kafka.admin.ConsumerGroupCommand "$@"; }
# Kafka's tool ends with 0 also when it refuses a group whose last member it has not missed yet.
reset_group() { group --group e2e-load --topic mysql.testdb.t --reset-offsets "$1" --execute && grep -q '^e2e-load *mysql.testdb.t ' "$dir/tool"; }
problem_is() { status_is --arg c "$1" --arg s "$2" '.problems[]? | select(.code == $c and .subject == $s)'; }	# CODE SUBJECT
no_problem() { status_is '[.problems[]? | select(.severity == "error")] == []'; }
mend() { "$millrace" -c "$dir/millrace.conf" snapshot "$1" --truncate --wait > "$dir/out" 2>&1; ok $? "millrace snapshot $1 --truncate" || note < "$dir/out"; }

sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.p (id INT PRIMARY KEY, v INT)"
sql testdb -e "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)
	; INSERT INTO p WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i, 0 FROM n"
start_millrace
wait_caught_up "snapshot"
stop_millrace

# ---- a topic is deleted while rows of it wait, and made again ----
sql testdb -e "UPDATE t SET v = v + 100; DELETE FROM t WHERE id = 2"
start_millrace --role capture
wait_caught_up "rows that are not loaded"
stop_millrace
topics --delete --topic mysql.testdb.t
ok $? "the topic is deleted"
sql testdb -e "UPDATE t SET v = v + 1 WHERE id = 1"
start_millrace
until_true 60 problem_is target-old testdb.t; ok $? "told by name" || what_is_wrong
mend testdb.t
wait_caught_up "read again"
same_table t
until_true 10 no_problem; ok $? "it is no problem any more" || what_is_wrong

# ---- the same while it runs ----
topics --delete --topic mysql.testdb.t
ok $? "the topic is deleted, running"
for i in 1 2 3 4 5; do sql testdb -e "UPDATE t SET v = v + 1 WHERE id = 1"; sleep 1; done
differs() { problem_is target-old testdb.t || problem_is log-replaced testdb.t; }
until_true 60 differs; ok $? "told by name" || what_is_wrong
mend testdb.t
wait_caught_up "read again"
same_table t
stop_millrace

# ---- the group is set back by Kafka's tool, and the target was emptied ----
sqlite3 "$dir/state/warehouse/testdb.db" "DELETE FROM t"
until_true 90 reset_group --to-earliest
ok $? "kafka-consumer-groups --reset-offsets --to-earliest" || note < "$dir/tool"
start_millrace
wait_caught_up "loaded again"
same_table t
stop_millrace
sql testdb -e "UPDATE t SET v = v + 1"
start_millrace --role capture
wait_caught_up "rows that are not loaded"
stop_millrace
until_true 90 reset_group --to-latest; ok $? "kafka-consumer-groups --reset-offsets --to-latest" || note < "$dir/tool"
start_millrace
until_true 60 problem_is offsets-moved testdb.t; ok $? "set beyond rows that were not loaded: told" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" replay testdb.t --from begin; ok $? "replay"
wait_caught_up "loaded again"
same_table t
until_true 10 no_problem; ok $? "it is no problem any more" || what_is_wrong
stop_millrace

# ---- partitions are added while rows wait ----
start_millrace --role capture
for i in 1 2 3; do sql testdb -e "UPDATE p SET v = $i"; done
sql testdb -e "DELETE FROM p WHERE id = 7"
wait_caught_up "updates that are not loaded"
stop_millrace
topics --alter --topic mysql.testdb.p --partitions 3
ok $? "two partitions more"
start_millrace --role capture
sql testdb -e "UPDATE p SET v = 7777; DELETE FROM p WHERE id IN (8, 9, 10, 11, 12); INSERT INTO p VALUES (7, 7)"
wait_caught_up "and more updates"
stop_millrace
start_millrace
wait_caught_up "all is loaded"
same_table p
no_problem; ok $? "from one partition to three: nothing has to be told" || what_is_wrong
stop_millrace

# From six to seven, keys also move between the six: it is told, and one command mends it.
more() # PARTITIONS VALUE
{
	start_millrace --role capture
	sql testdb -e "UPDATE p SET v = v + 1; UPDATE p SET v = v + 1"
	wait_caught_up "updates that are not loaded"
	stop_millrace
	topics --alter --topic mysql.testdb.p --partitions "$1"; ok $? "$1 partitions"
	start_millrace --role capture
	sql testdb -e "UPDATE p SET v = $2"
	wait_caught_up "and more updates"
	stop_millrace
	start_millrace
	wait_caught_up "all is loaded"
}
more 6 600
no_problem; ok $? "twice as many: nothing has to be told" || what_is_wrong
same_table p
stop_millrace
more 7 700
problem_is table-different testdb.p; ok $? "one more: it is told" || what_is_wrong
stop_millrace
start_millrace
until_true 20 problem_is table-different testdb.p; ok $? "after a restart, too"
"$millrace" -c "$dir/millrace.conf" snapshot testdb.p --truncate --wait > "$dir/out" 2>&1; ok $? "its command" || note < "$dir/out"
wait_caught_up "read again"
until_true 20 no_problem; ok $? "ends it" || what_is_wrong
same_table p
stop_millrace

no_trouble
done_testing
