#!/bin/bash
# fill_signal.sh - Debezium's signal topic on a real Kafka: what it orders is done once, whatever is killed; what nobody
# can follow is told.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_kafka
start_mysql
sql -e "CREATE DATABASE testdb"
sql testdb <<'S'
CREATE TABLE orders (id INT PRIMARY KEY, v INT NOT NULL);
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO orders WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 1 FROM n;
S
{ echo "snapshot.mode = no_data"; echo "signal.enabled.channels = source, kafka"; kafka_conf; } | write_conf
signal() { printf '%s\t%s\n' "${2:-mysql}" "$1" | kcat -b "$bootstrap" -P -t mysql-signal -K '	'; }
order() { signal "{\"id\": \"$1\", \"type\": \"$2\", \"data\": $3}"; }
logged() { grep -q "$1" "$dir/run.log"; }
reads() { read_topic mysql.testdb.orders | wc -l; }
stored() { kcat -b "$bootstrap" -C -q -e -t e2e.offsets -o beginning -X isolation.level=read_committed -f '%s\n' | tail -n 1 | grep -q "$1"; }
none_planned() { status_is '.capture.fill.tables == 0 and .capture.fill.orders == 0'; }

start_millrace --role capture
until_true 60 status_is '.capture.state == "idle" or .capture.state == "streaming"'; ok $? "streams"
until_true 30 stored mark; ok $? "how far the topic is read stands in the log"
order k1 execute-snapshot '{"data-collections": ["testdb\\.ord.*"], "type": "INCREMENTAL", "additional-conditions": [{"data-collection": "testdb.orders", "filter": "id <= 1000"}]}'
until_true 60 logged "snapshot of testdb.orders done: 1000 rows"; ok $? "a signal orders a snapshot with a condition"
signal '{"id": "other", "type": "log", "data": {"message": "not ours"}}' theirs
signal 'nonsense'
order k2 dance '{}'
order k3 log '{"message": "hello from a topic"}'
until_true 30 logged "signal k3: hello from a topic"; ok $? "log"
logged "signal k2.*not known" && logged "a signal is skipped: signal: expected a JSON object" && ! logged "not ours"; ok $? "broken ones are told, another connector's is left alone"
order k4 pause-snapshot '{}'
order k5 execute-snapshot '{"data-collections": ["testdb.orders"]}'
until_true 30 status_is '.capture.fill.paused and .capture.fill.tables == 1'; ok $? "pause-snapshot holds the next one"
await 30 logged "signal k5"
until_true 30 stored k5; ok $? "what waits stands in the log"
kill_millrace
order k6 resume-snapshot '{}'
start_millrace --role capture
until_true 60 logged "snapshots resumed by signal k6"; ok $? "a signal that came while it was down"
await 60 none_planned
until_true 30 logged "snapshot of testdb.orders done: 5000 rows"; ok $? "all is read"
is "$(grep -c 'by signal k5' "$dir/run.log")" 1 "each signal is taken once"
all_there() { [ "$(reads)" = 6000 ]; }
until_true 30 all_there; is "$(reads)" 6000 "each row that was ordered is in the topic, once"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
