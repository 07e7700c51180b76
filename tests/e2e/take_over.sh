#!/bin/bash
# take_over.sh - millrace in the place of a running Debezium connector, and Debezium in the place of millrace: each goes on
# from the offset and the schema history that the other has left in Kafka, without a snapshot, with no change missing and
# none twice. docs/replace.md says how an operator does it.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
start_kafka
cleanups+=("'$top/tests/servers/debezium' stop '$dir/connect'")
sql <<'S'
CREATE DATABASE testdb CHARACTER SET latin1; USE testdb;
CREATE TABLE orders (id INT UNSIGNED PRIMARY KEY, v INT, name VARCHAR(20), kind ENUM('a','b') DEFAULT 'b', amount DECIMAL(10,2));
INSERT INTO orders VALUES (1, 1, 'é', 'a', 1.50), (2, 1, 'ü', 'b', NULL);
S

cat > "$dir/shop.properties" <<C
name=shop
connector.class=io.debezium.connector.mysql.MySqlConnector
tasks.max=1
database.hostname=127.0.0.1
database.port=$mysql_port
database.user=$mysql_user
database.password=$mysql_password
database.server.id=4711
database.include.list=testdb
driver.allowPublicKeyRetrieval=true
topic.prefix=mysql
topic.creation.default.partitions=3
topic.creation.default.replication.factor=1
schema.history.internal.kafka.bootstrap.servers=$bootstrap
schema.history.internal.kafka.topic=schemahistory.testdb
C
start_debezium()
{
	"$top/tests/servers/debezium" distributed "$dir/connect" "$bootstrap" "$dir/shop.properties" > "$dir/connect.out" 2>&1 ||
		{ note < "$dir/connect.out"; grep -E "ERROR|Caused by|Exception" "$dir/connect/debezium.log" | head -n 12 | cut -c 1-500 | note; bail "Debezium does not stream"; }
}
changes() { read_topic mysql.testdb.orders "$@"; }
has_change() { changes 2> /dev/null | cut -f 2 | jq -e -s --argjson v "$1" 'any(.payload.after.v == $v)' > /dev/null; }
# What has happened to a row, in order: its versions.
versions() { changes | cut -f 2 | jq -r --argjson id "$1" '.payload | select((.after // .before).id == $id) | "\(.op)\(.after.v // "")"' | paste -sd' '; }

# ---- Debezium begins ----
start_debezium
sql testdb <<'S'
UPDATE orders SET v = 2 WHERE id = 1;
ALTER TABLE orders ADD COLUMN note NATIONAL VARCHAR(10) AFTER name, MODIFY amount NUMERIC(12,3);
INSERT INTO orders VALUES (3, 3, 'ö', '€', 'a', 3.125);
CREATE TABLE later (id INT PRIMARY KEY, t TEXT CHARACTER SET utf8mb4);
UPDATE orders SET v = 10 WHERE id = 1;
S
until_true 120 has_change 10
ok $? "Debezium has written all until then"
"$top/tests/servers/debezium" stop "$dir/connect"
sql testdb -e "UPDATE orders SET v = 11, note = 'x' WHERE id = 1; INSERT INTO later VALUES (1, '€'); ALTER TABLE orders DROP COLUMN kind; UPDATE orders SET v = 12 WHERE id = 1"

# ---- millrace goes on ----
{ kafka_conf; echo "offset.storage.topic = connect-offsets"; echo "message.format = envelope"; echo "topic.creation.default.partitions = 3"; } | write_conf
sed -i 's/^name = e2e/name = shop/' "$dir/millrace.conf"
start_millrace --role capture
wait_caught_up 120 "millrace catches up"
grep -q "capture: resuming at" "$dir/run.log"
ok $? "it resumes at Debezium's offset" || note < "$dir/run.log"
! grep -q "source: snapshot of" "$dir/run.log"
ok $? "without a snapshot"
sql testdb -e "UPDATE orders SET v = 20 WHERE id = 1; DELETE FROM orders WHERE id = 2; ALTER TABLE later ADD n INT; INSERT INTO later VALUES (2, 'ß', 2)"
wait_caught_up "and streams"
is "$(versions 1)" "r1 u2 u10 u11 u12 u20" "each change of a row once, in order"
is "$(versions 2)" "r1 d" "and its end"
is "$(changes | cut -f 1,3 | grep -F '"payload":{"id":1}' | sort -u | wc -l)" 1 "one key, one partition, whoever wrote it"
is "$(changes | cut -f 2 | jq -c 'select(.payload.after.v == 11) | .payload.after')" '{"id":1,"v":11,"name":"é","note":"x","kind":"a","amount":"Bdw="}' \
	"rows are read by the schema that Debezium's history holds"
is "$(read_topic mysql.testdb.later | cut -f 2 | jq -r '.payload.after | "\(.t)\(.n // "")"' | paste -sd' ')" "€ ß2" "also those of a table that is new"
stop_millrace
ok $? "millrace stops"

# ---- and back ----
sql testdb -e "UPDATE orders SET v = 21 WHERE id = 1; ALTER TABLE orders ADD z INT; UPDATE orders SET v = 30, z = 5 WHERE id = 1"
# Debezium reads its history to the last offset and waits for that record; a transaction ends in a marker, which is none.
printf 'end\t' | kcat -b "$bootstrap" -P -t schemahistory.testdb -p 0 -Z -K '\t'
start_debezium
until_true 120 has_change 30
ok $? "Debezium goes on" || grep -E "ERROR|Caused by" "$dir/connect/debezium.log" | head -n 10 | note
is "$(versions 1)" "r1 u2 u10 u11 u12 u20 u21 u30" "still each change once, in order"
is "$(changes | cut -f 2 | jq -c 'select(.payload.after.v == 30) | .payload.after')" '{"id":1,"v":30,"name":"é","note":"x","amount":"Bdw=","z":5}' \
	"by the schema that millrace's history holds"
no_reports
done_testing
