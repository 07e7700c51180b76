#!/bin/bash
# kafka_broker.sh - the broker is killed and comes back, again and again, in the middle of transactions. Status says that it
# retries and why, recovery takes seconds, and nothing is lost or doubled.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"
rounds=${ROUNDS:-3}
RANDOM=${SEED:-4711}

start_mysql
start_kafka
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 1, REPEAT('t', i % 50) FROM n;
S
{
	kafka_conf
	echo "topic.creation.default.partitions = 3"
	echo "schemas.enable = false"
	echo "add.fields = op"
} | write_conf
start_millrace
wait_caught_up "reads the tables"

workload()
{
	local i=0 k
	while :; do
		i=$((i + 1)) k=$((RANDOM % 5000))
		echo "UPDATE acct SET v = v + 1, txt = 'r$i' WHERE id BETWEEN $k AND $((k + RANDOM % 30));" || exit
		echo "BEGIN; INSERT INTO acct VALUES ($((1000000 + i)), 1, 'new'); DELETE FROM acct WHERE id = $((1000000 + i - 25)); COMMIT;"
		[ $((i % 40)) != 0 ] || echo "UPDATE acct SET v = v + 1;"
		sleep 0.02
	done
}
start_writer workload > "$dir/workload.log" 2>&1

captured() { status | jq '[.stages[] | select(.name == "log") | .out] | add // 0'; }
more_than() { [ "$(captured)" -gt "$1" ]; }
away() { state_is .capture.state retrying && status | jq -e --arg b "$bootstrap" '.capture.error | contains($b)' > /dev/null; }

slowest=0
for ((k = 1; k <= rounds; k++)); do
	before=$(captured)
	until_true 30 more_than "$before" || break
	sleep "0.$(printf '%03d' $((RANDOM % 700)))"
	"$top/tests/servers/kafka" kill "$dir/kafka"
	if [ $((k % 2)) = 1 ]; then
		until_true 30 away
		ok $? "broker away: capture retries and names it ($(status | jq -r .capture.error | cut -c 1-160))"
	fi
	"$top/tests/servers/kafka" restart "$dir/kafka" > "$dir/kafka.restart" 2>&1 || { note < "$dir/kafka.restart"; bail "the broker does not come back"; }
	before=$(captured)
	began=$SECONDS
	until_true 40 more_than "$before"
	ok $? "goes on after the broker is back, round $k" || break
	[ $((SECONDS - began)) -le $slowest ] || slowest=$((SECONDS - began))
done
[ "$slowest" -le 15 ]
ok $? "within seconds (slowest $slowest s)"
stop_writer
wait_caught_up 90 "catches up"
state_is .capture.error ""; ok $? "no error is left"
stop_millrace; ok $? "stops in good order"
exactly_once acct
position_is_all
same_table acct
no_reports
done_testing
