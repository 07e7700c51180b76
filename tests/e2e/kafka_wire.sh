#!/bin/bash
# kafka_wire.sh - what is on the wire: names of topics, their settings, keys, deletes, tombstones, partitions as Kafka's own
# partitioner chooses them, the position in Connect's form; and properties of librdkafka, right and wrong.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
# As brokers are by default: who asks for a topic that is not there gets one, and not the one that was configured.
start_kafka auto.create.topics.enable=true num.partitions=5 log.retention.hours=1
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, customer VARCHAR(20), note TEXT);
CREATE TABLE pair (a INT, b VARCHAR(20), v INT, PRIMARY KEY (a, b));
SET SESSION cte_max_recursion_depth = 2000;
INSERT INTO orders WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT i, CONCAT('c', i), NULL FROM n;
INSERT INTO pair VALUES (1, 'ä', 1), (2, 'x', 2);
S
settings()
{
	kafka_conf
	echo "topic.creation.default.partitions = 5"
	echo "topic.creation.default.retention.ms = 3d"
	echo "topic.creation.default.cleanup.policy = ${1:-delete}"
	echo "compression.type = zstd"
}
settings | write_conf
start_millrace --role capture
wait_caught_up "reads the tables"
sql testdb -e "UPDATE orders SET note = 'n' WHERE id = 7; DELETE FROM orders WHERE id = 8; ALTER TABLE pair ADD COLUMN w INT"
wait_caught_up "follows"

# ---- topics ----
topics=$(kcat -b "$bootstrap" -L -J | jq -r '.topics[] | "\(.topic) \(.partitions | length)"' | grep -v '^__' | sort | tr '\n' ';')
is "$topics" "e2e.offsets 1;mysql 1;mysql.testdb.orders 5;mysql.testdb.pair 5;schemahistory.testdb 1;" "topics and their partitions"
# The broker's own log says what a topic was created with.
created() { grep -o "Created log for partition $1-0 in [^ ]* with properties {[^}]*}" "$dir/kafka/kafka.log" | sed 's/.*{//; s/}.*//' | tail -n 1; }
is "$(created mysql.testdb.orders | tr -d ' ' | tr ',' '\n' | grep -v retention.bytes | sort | tr '\n' ' ')" "cleanup.policy=delete retention.ms=259200000 " "rows: retention as configured"
is "$(created schemahistory.testdb | tr -d ' ' | tr ',' '\n' | sort | tr '\n' ' ')" "cleanup.policy=delete max.message.bytes=67108864 retention.bytes=-1 retention.ms=-1 " "history: kept forever, with room for large statements"
is "$(created e2e.offsets)" "cleanup.policy=compact" "positions: compacted"

# ---- messages ----
read_topic mysql.testdb.orders > "$dir/orders.read"
message() { awk -F '\t' -v k="\"payload\":{\"id\":$1}" 'index($1, k)' "$dir/orders.read" | tail -n 1; }
is "$(message 7 | cut -f 1 | jq -c .payload)" '{"id":7}' "the key's payload"
is "$(message 7 | cut -f 1 | jq -c '[.schema.name, .schema.fields[0].type]')" '["mysql.testdb.orders.Key","int32"]' "the key's schema"
is "$(message 7 | cut -f 2 | jq -c .payload)" '{"id":7,"customer":"c7","note":"n","__deleted":"false"}' "an update"
is "$(message 8 | cut -f 2 | jq -c .payload)" '{"id":8,"customer":"c8","note":null,"__deleted":"true"}' "a delete keeps the row and says so"
is "$(read_topic mysql.testdb.pair | cut -f 1 | jq -c .payload | sort -u | tr '\n' ' ')" '{"a":1,"b":"ä"} {"a":2,"b":"x"} ' "a key of two columns"
read_topic schemahistory.testdb -f '%s\n' > "$dir/history.read"
jq -s -e 'map(select(.source.server == "mysql") | .ddl // "") | any(test("CREATE TABLE.*orders"; "s")) and any(test("ADD COLUMN w"))' \
	"$dir/history.read" > /dev/null
ok $? "the schema history has the tables and the change" || head -c 600 "$dir/history.read" | note
position_is_all
is "$(read_topic e2e.offsets | tail -n 1 | cut -f 2 | jq -c '[(.file | type), (.pos | type), (.ts_sec | type)]')" '["string","number","number"]' "the position's value is Connect's"

# ---- partitions: the same keys through another implementation of murmur2 ----
grep -v '^	' "$dir/orders.read" | cut -f 1,3 | sort -u > "$dir/ours"
cut -f 1 "$dir/ours" | sort -u > "$dir/keys"
sed 's/$/\tx/' "$dir/keys" | kcat -b "$bootstrap" -P -t theirs -K '	' -X topic.partitioner=murmur2_random
read_topic theirs | cut -f 1,3 | sort -u > "$dir/theirs"
is "$(wc -l < "$dir/ours")" 500 "one partition for each key"
cmp "$dir/ours" "$dir/theirs" | note
cmp -s "$dir/ours" "$dir/theirs"; ok $? "partitions are those of Kafka's murmur2 partitioner"
stop_millrace; ok $? "stops"

# ---- envelope: tombstones; compaction as configured ----
sed -i 's/^name = e2e/name = env/; s/^schema.history.*/schema.history.internal.kafka.topic = schemahistory.env/' "$dir/millrace.conf"
sed -i 's/^topic.prefix = mysql/topic.prefix = env\nmessage.format = envelope/; s/cleanup.policy = delete/cleanup.policy = compact,delete/' "$dir/millrace.conf"
start_millrace --role capture
wait_caught_up "envelope: reads the tables"
sql testdb -e "UPDATE orders SET note = 'm' WHERE id = 9; DELETE FROM orders WHERE id = 10"
wait_caught_up "envelope: follows"
timeout 60 kcat -b "$bootstrap" -C -q -e -t env.testdb.orders -o beginning -X isolation.level=read_committed -f '%k\t%S\t%s\n' > "$dir/orders.read"
message() { awk -F '\t' -v k="\"payload\":{\"id\":$1}" 'index($1, k)' "$dir/orders.read"; }
is "$(message 9 | tail -n 1 | cut -f 3 | jq -c '.payload | [.op, .before.note, .after.note, .source.table, .source.connector]')" '["u",null,"m","orders","mysql"]' "an update's envelope"
is "$(message 10 | tail -n 2 | head -n 1 | cut -f 3 | jq -c '.payload | [.op, .before.id, .after]')" '["d",10,null]' "a delete's envelope"
is "$(message 10 | tail -n 1 | cut -f 2)" "-1" "and its tombstone: a null value"
is "$(created env.testdb.orders | grep -o 'cleanup.policy=[a-z,]*' | sed 's/,$//')" "cleanup.policy=compact,delete" "compaction as configured"
stop_millrace

# ---- properties ----
wrong() # LINE TEXT NAME
{
	local rc
	{ kafka_conf; echo "$1"; } | write_conf
	timeout 20 "$millrace" -c "$dir/millrace.conf" run --role capture > "$dir/wrong.log" 2>&1
	rc=$?
	is "$rc" 2 "$3: exit code 2"
	grep -qF -- "$2" "$dir/wrong.log"
	ok $? "$3: named" || note < "$dir/wrong.log"
}
wrong "linger.mss = 5" "linger.mss" "a property that does not exist"
wrong "linger.ms = soon" "linger.ms" "a property with a wrong value"
wrong "acks = 0" "acks" "a property that breaks the promise"
wrong "transactional.id = x" "transactional.id" "a property that is ours"
no_reports
done_testing
