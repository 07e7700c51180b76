#!/bin/bash
# kill.sh - kill -9 at random moments, over the snapshot and the stream, again and again; in the end the tables are equal,
# and a reader of the log has seen each committed change exactly once.
#
#   KILLS=50 (default)   how often; LOG=local|kafka   where the rows lie between
. "${top_srcdir:?}/tests/e2e/lib.sh"
kills=${KILLS:-50}
RANDOM=${SEED:-4711}

start_mysql --binlog-row-metadata=MINIMAL
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, n BIGINT NOT NULL, txt VARCHAR(60), at DATETIME(6));
CREATE TABLE pair (a INT, b VARCHAR(20), v DECIMAL(12,3), PRIMARY KEY (a, b));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i, i * 7, REPEAT('t', i % 50), NOW(6) FROM n;
INSERT INTO pair WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, CONCAT('k', i % 7), i / 8 FROM n;
S
[ "${LOG:-local}" = local ] || start_kafka
{ [ "${LOG:-local}" = local ] || kafka_conf; } | write_conf

# Changes that move, delete and insert keys all the time, in transactions of every size.
workload()
{
	local i=0 base=100000
	while :; do
		i=$((i + 1))
		echo "UPDATE acct SET n = n + 1, txt = CONCAT('r', $i) WHERE id BETWEEN $((RANDOM * 2)) AND $((RANDOM * 2 + 40));" || exit
		echo "BEGIN; INSERT INTO acct VALUES ($((base + i)), $i, 'new', NOW(6)); DELETE FROM acct WHERE id = $((base + i - 30)); UPDATE pair SET v = v + 0.125 WHERE a = $((RANDOM % 20000)); COMMIT;"
		echo "UPDATE IGNORE pair SET b = CONCAT('m', $((RANDOM % 9))) WHERE a = $((RANDOM % 20000));"
		[ $((i % 50)) != 0 ] || echo "UPDATE acct SET n = n + 1000 WHERE id % 20 = $((i / 50 % 20));"
		sleep 0.01
	done
}
mariadb --no-defaults -uroot -S "$mysql_socket" testdb < <(trap '' PIPE; workload 2>/dev/null) &
work=$!
cleanups+=("kill $work")

started=0
for ((k = 1; k <= kills; k++)); do
	start_millrace
	# Half of the kills come early, while opening, fencing and the snapshot are under way.
	sleep "0.$(printf '%03d' $((RANDOM % (k % 2 ? 1000 : 300))))"
	kill -0 "$pid" 2>/dev/null && started=$((started + 1))
	kill_millrace
done
is "$started" "$kills" "killed while running, $kills times"
start_millrace
sleep 1
kill "$work"; wait "$work" 2>/dev/null
wait_caught_up 120 "goes on after the last kill and catches up"
same_table acct
same_table pair
stop_millrace; ok $? "stops in good order"
if grep -E 'ERROR|runtime error|Sanitizer' "$dir/run.log" | note | grep .; then ok 1 "no sanitizer report"; else ok 0 "no sanitizer report"; fi
done_testing
