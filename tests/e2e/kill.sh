#!/bin/bash
# kill.sh - kill -9 at random moments, over the snapshot and the stream, again and again, while rows are written; in the end
# the tables are equal.
#
#   KILLS=50          how often with the embedded warehouse (half of them in the snapshot)
#   DOUBLE_KILLS=15   how often with StarRocks
#   LOG=local|kafka   where the rows lie between
#   SEED=N            other moments
. "${top_srcdir:?}/tests/e2e/lib.sh"
kills=${KILLS:-50} double_kills=${DOUBLE_KILLS:-15}
RANDOM=${SEED:-4711}

start_mysql --binlog-row-metadata=MINIMAL
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, n BIGINT NOT NULL, txt VARCHAR(60), at DATETIME(6));
CREATE TABLE pair (a INT, b VARCHAR(20), v DECIMAL(12,3), PRIMARY KEY (a, b));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, i * 7, REPEAT('t', i % 50), NOW(6) FROM n;
INSERT INTO pair WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, CONCAT('k', i % 7), i / 8 FROM n;
S
[ "${LOG:-local}" = local ] || start_kafka

# Changes that move, delete and insert keys all the time, in transactions of every size.
workload()
{
	local i=0 base=$1
	while :; do
		i=$((i + 1))
		echo "UPDATE acct SET n = n + 1, txt = CONCAT('r', $i) WHERE id BETWEEN $((RANDOM * 2)) AND $((RANDOM * 2 + 40));" || exit
		echo "BEGIN; INSERT INTO acct VALUES ($((base + i)), $i, 'new', NOW(6)); DELETE FROM acct WHERE id = $((base + i - 30)); UPDATE pair SET v = v + 0.125 WHERE a = $((RANDOM % 20000)); COMMIT;" || exit
		echo "UPDATE IGNORE pair SET b = CONCAT('m', $((RANDOM % 9))) WHERE a = $((RANDOM % 20000)); DELETE FROM acct WHERE id = $((RANDOM * 3));" || exit
		[ $((i % 50)) != 0 ] || echo "UPDATE acct SET n = n + 1000 WHERE id % 20 = $((i / 50 % 20));" || exit
		sleep 0.01
	done
}
# A server carries out what it has begun, also when the client is gone.
alone() { [ "$(sql -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE db = 'testdb' AND user = 'root'")" = 0 ]; }
stop_workload() { stop_writer; until_true 60 alone; }
snapshot_over() { status_is '.capture.state == "streaming" or .capture.state == "idle"'; }

# kill_often TIMES MILLISECONDS: each time at a random moment within that many.
kill_often()
{
	local k ms
	for ((k = 1; k <= $1; k++)); do
		start_millrace
		ms=$((RANDOM % $2))
		sleep "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))"
		kill -0 "$pid" 2>/dev/null && alive=$((alive + 1))
		kill_millrace
	done
}

# How long a snapshot takes here and now tells when to kill one.
measure_snapshot()
{
	local from
	rm -rf "$dir/state"
	from=$(date +%s%3N)
	start_millrace
	until_true 60 snapshot_over || bail "the first snapshot does not end"
	snapshot_ms=$(($(date +%s%3N) - from))
	kill_millrace
	rm -rf "$dir/state"
	echo "# a snapshot takes about $snapshot_ms ms"
}

in_the_end() # NAME
{
	start_millrace
	until_true 60 snapshot_over; ok $? "$1: the snapshot ends after all"
	stop_workload
	wait_caught_up 120 "$1: goes on after the last kill and catches up"
	same_table acct
	same_table pair
	stop_millrace; ok $? "$1: stops in good order"
}

{ [ "${LOG:-local}" = local ] || kafka_conf; } | write_conf
if [ "${LOG:-local}" != local ]; then snapshot_ms=1500; else measure_snapshot; fi
start_writer workload 200000
alive=0
kill_often $((kills / 2)) "$snapshot_ms"
interrupted=$(grep -c 'capture: starting without a position' "$dir/run.log")
start_millrace; until_true 60 snapshot_over; ok $? "the snapshot ends when it is let be"
kill_millrace
kill_often $((kills - kills / 2)) 900
is "$alive" "$kills" "killed while running, $kills times; $interrupted starts had no whole snapshot before them"
in_the_end "embedded warehouse"

if [ "$double_kills" -gt 0 ]; then
	rm -rf "$dir/state"
	start_starrocks
	{ [ "${LOG:-local}" = local ] || kafka_conf; starrocks_conf; } | write_conf
	start_writer workload 400000
	alive=0
	kill_often $((double_kills / 3)) "$snapshot_ms"
	start_millrace; until_true 60 snapshot_over; ok $? "StarRocks: the snapshot ends when it is let be"
	kill_millrace
	kill_often $((double_kills - double_kills / 3)) 2000
	is "$alive" "$double_kills" "StarRocks: killed while running, $double_kills times"
	in_the_end "StarRocks"
fi
no_trouble
done_testing
