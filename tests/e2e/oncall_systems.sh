#!/bin/bash
# oncall_systems.sh - the questions of docs/oncall.md about Kafka, StarRocks and the disk, while each of them is down, hangs, or is full.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/oncall_lib.sh"

start_mysql
start_kafka
start_starrocks
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.items (id INT PRIMARY KEY, v INT, w MEDIUMTEXT); CREATE TABLE testdb.orders LIKE testdb.items;
	INSERT INTO testdb.items VALUES (1, 1, ''); INSERT INTO testdb.orders VALUES (1, 1, '')"
{ starrocks_conf; echo "load.timeout = 30m"; kafka_conf; printf '[load]\nbuffer.bytes = 4M\n'; } | write_conf
start_millrace
until_true 60 status_is '[.tables[] | select(.loaded > 0)] | length == 2'; ok $? "rows flow"
until_true 20 status_is '.problems == []'; ok $? "and nothing is wrong" || status | jq -c .problems | note
open_consoles
rows() { for t in items orders; do echo "UPDATE $t SET v = v + 1;"; done | sql testdb; }

# ---- a load hangs ----
curl -sS --max-time 5 "$control/fault?name=slow_answer&count=1&arg=3000000" > /dev/null
sql testdb -e "UPDATE orders SET v = v + 1"
until_true 60 has_problem load-slow testdb.orders; ok $? "a load hangs"
told warning testdb.orders
question 8 "one load has been under way for" "load-slow"
# What waits for it stands in front of the target, not in front of the script.
for _ in {1..6}; do sql testdb -e "INSERT INTO orders SELECT (SELECT MAX(id) FROM orders) + i, i, REPEAT('y', 100000) FROM (WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n) x"; done
fill() { status_is "[.stages[] | select(.name == \"$1\")][0].queue_fill $2"; }
until_true 60 fill sink "> 0.5"; ok $? "the rows that wait stand in front of the target" || status | jq -c .stages | note
for size in "${sizes[@]}"; do
	until_true 20 eval 'screen "$size" | grep -qE "─▶│.*─▶│.*─▶│.*═▶│"'; ok $? "$size: and the first screen shows it there" || screen "$size" | note
done
stop_millrace
[ $? -le 1 ]; ok $? "it stops without that load"
curl -sS --max-time 5 "$control/clear" > /dev/null
start_millrace
wait_caught_up "another process has loaded it"

# ---- StarRocks is down ----
"$top/tests/servers/starrocks" kill "$dir/starrocks"
rows
for t in items orders; do until_true 60 has_problem table-retrying testdb.$t; ok $? "StarRocks is down: $t" || what_is_wrong; done
told warning testdb.items
question 7 "starrocks tcp" "refused"
"$top/tests/servers/starrocks" restart "$dir/starrocks" > /dev/null
wait_caught_up "it is back"
until_true 60 status_is '.problems == []'; ok $? "and nothing is wrong" || status | jq -c .problems | note

# ---- Kafka is down ----
"$top/tests/servers/kafka" kill "$dir/kafka"
rows
until_true 90 has_problem load-retrying load; ok $? "Kafka is down" || what_is_wrong
told error load
question 6 "kafka tcp" "refused"
"$top/tests/servers/kafka" restart "$dir/kafka" > /dev/null
wait_caught_up 120 "it is back"

stop_millrace; ok $? "it stops in good order"
done_testing
