#!/bin/bash
# latency_stages.sh - the stages of a half count the same rows, without those of the snapshot: after a snapshot of many
# rows and a burst of changes no stage is faster than the one before it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
{ echo "[kafka]"; echo "message.format = envelope"; } | write_conf
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); SET cte_max_recursion_depth = 20000;
	INSERT INTO testdb.t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 0 FROM n"
start_millrace
wait_caught_up "the snapshot is loaded"
is "$(status | jq -c '[.stages[].p50_us // -1] | unique')" "[-1]" "rows of a snapshot have no latency" || status | jq -c .stages | note
for i in $(seq 200); do echo "UPDATE testdb.t SET v = $i WHERE id % 20 = $((i % 20));"; done | sql
wait_caught_up "the changes are loaded"
status | jq -c '[.stages[] | [.stage // .name, .p50_us, .p99_us]]' | note
in_order() { status | jq -e --arg k "$1" '[.stages[0:3], .stages[3:6]] | all(map(.[$k]) | (. == sort) and (min >= 0))' > /dev/null; }
in_order p50_us; ok $? "p50: no stage is faster than the one before it"
in_order p99_us; ok $? "p99 likewise"
stop_millrace
no_trouble
done_testing
