#!/bin/bash
# kafka_once.sh - kill -9 at random moments of the snapshot and the stream, into a topic of three partitions. In the end a
# reader who knows nothing of millrace finds each change once and in order per key, and the target holds MySQL's rows.
#
#   KILLS=26 (default)
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"
kills=${KILLS:-26}
RANDOM=${SEED:-4711}

start_mysql --binlog-row-metadata=MINIMAL
start_kafka
start_starrocks
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 150000) SELECT i, 1, REPEAT('t', i % 50) FROM n;
ANALYZE TABLE acct;
S
{
	echo "snapshot.max.threads = 3"
	kafka_conf
	echo "topic.creation.default.partitions = 3"
	echo "schemas.enable = false"
	echo "add.fields = op"
	echo "session.timeout.ms = 2000"
	echo "heartbeat.interval.ms = 300"
	starrocks_conf
} | write_conf

# Updates of one and of many keys, deletes with the key coming back, new keys, keys that change; now and then a large one.
workload()
{
	local i=0 k
	while :; do
		i=$((i + 1)) k=$((RANDOM * 2 + RANDOM % 2))
		echo "UPDATE acct SET v = v + 1, txt = 'r$i' WHERE id BETWEEN $k AND $((k + RANDOM % 30));" || exit
		echo "BEGIN; SET @v = NULL; SELECT v INTO @v FROM acct WHERE id = $k; DELETE FROM acct WHERE id = $k;"
		echo "INSERT INTO acct SELECT $k, @v + 1, 'back' FROM DUAL WHERE @v IS NOT NULL; INSERT INTO acct VALUES ($((1000000 + i)), 1, 'new'); COMMIT;"
		echo "UPDATE acct SET v = v + 1 WHERE id > $((1000000 + i - 20)); DELETE FROM acct WHERE id = $((1000000 + i - 25));"
		echo "SET @at = (SELECT v FROM acct WHERE id = $((1000000 + i - 5))); UPDATE acct SET id = id + 1000000, v = 1 WHERE id = $((1000000 + i - 5)) AND id % 3 = 0;"
		[ $((i % 100)) != 0 ] || echo "UPDATE acct SET v = v + 1 WHERE id % 20 = $((i / 100 % 20));"
		sleep 0.01
	done
}
start_writer workload > "$dir/workload.log" 2>&1

in_snapshot() { state_is '.capture.snapshot.running and .stages[2].out > 0' true; }
in_stream() { state_is .capture.state streaming; }

running=0 snapshot=0 stream=0
for ((k = 1; k <= kills; k++)); do
	start_millrace
	if [ "$k" -le 6 ] && [ "$stream" = 0 ]; then
		until_true 20 eval 'in_snapshot || in_stream'
		in_snapshot && snapshot=$((snapshot + 1))
	elif [ $((k % 3)) = 0 ]; then
		until_true 20 in_stream
	fi
	[ "$k" -le 3 ] || sleep "0.$(printf '%03d' $((RANDOM % 700)))"
	in_stream && stream=$((stream + 1))
	kill -0 "$pid" 2>/dev/null && running=$((running + 1))
	kill_millrace
done
is "$running" "$kills" "killed while running, $kills times ($snapshot in the snapshot, $stream in the stream, the others while opening)"
[ "$snapshot" -gt 0 ] && [ "$stream" -gt 3 ]; ok $? "the kills met the snapshot and the stream"
start_millrace
until_true 30 in_stream
stop_writer
wait_caught_up 90 "goes on after the last kill and catches up"
stop_millrace; ok $? "stops in good order"
exactly_once acct
position_is_all
is "$(cut -f 3 "$dir/acct.read" | sort -u | tr '\n' ' ')" "0 1 2 " "three partitions have rows"
same_table acct
no_reports
done_testing
