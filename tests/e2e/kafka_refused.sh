#!/bin/bash
# kafka_refused.sh - one message that is too large, a topic that is denied, one that is compacted, a topic that two tables share, a
# statement that the history cannot hold: the table that it is about is stopped by name and with what mends it, the others flow,
# and `millrace resume TABLE` makes it equal again, in the same process.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer allow.everyone.if.no.acl.found=true \
	message.max.bytes=1048588
admin() { local class=$1; shift; java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/kafka-3.7.1/*" "kafka.admin.$class" "$@" > "$dir/admin.txt" 2>&1 || note < "$dir/admin.txt"; }
acl() { admin AclCommand --bootstrap-server "$bootstrap" "$@"; }
topic_config() { admin ConfigCommand --bootstrap-server "$bootstrap" --entity-type topics --alter "$@"; }
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60));
CREATE TABLE big (id INT PRIMARY KEY, v INT NOT NULL, b MEDIUMBLOB);
CREATE TABLE shut (id INT PRIMARY KEY, v INT NOT NULL);
CREATE TABLE packed (id INT PRIMARY KEY, v INT NOT NULL);
INSERT INTO acct VALUES (1, 1, 'a'), (2, 1, 'a'); INSERT INTO big VALUES (1, 1, 'small'); INSERT INTO shut VALUES (1, 1); INSERT INTO packed VALUES (1, 1);
S
{
	kafka_conf
	echo "schemas.enable = false"
	echo "add.fields = op"
} | write_conf
sed -i 's#^database.include.list.*#database.include.list = testdb,a/b,a_b#' "$dir/millrace.conf"
start_millrace
first=$pid
wait_caught_up "the tables are read"
says() { "$millrace" -c "$dir/millrace.conf" status > "$dir/status.txt"; grep -A 3 "table-stopped $1\|$1" "$dir/status.txt" | grep -q -- "$2"; }
stopped() { status_is --arg t "$1" --arg w "$2" '.problems[] | select(.code == "table-stopped" and .subject == $t) | .text | test($w)'; }
resume() { "$millrace" -c "$dir/millrace.conf" resume "$1" > "$dir/resume.txt" 2>&1; ok $? "resume $1" || note < "$dir/resume.txt"; }
turn=0
others_flow()
{
	turn=$((turn + 1))
	sql -e "UPDATE testdb.acct SET v = v + 1; INSERT INTO testdb.acct VALUES (10 + $turn, 1, 'n')"
	wait_caught_up 40 "$1: the others flow" || bail "what follows needs it"
	same_table acct
}

# ---- a second start by mistake ----

timeout 20 "$millrace" -c "$dir/millrace.conf" run > "$dir/second.txt" 2>&1
is $? 2 "a second start ends at once"
grep -q "in use by process $first: .millrace attach" "$dir/second.txt"; ok $? "and says who has the directory" || note < "$dir/second.txt"
others_flow "after it"

# ---- one message that is larger than the topic takes ----

sql -e "INSERT INTO testdb.big VALUES (2, 1, REPEAT('x', 3000000))"
others_flow "3 MB that can be compressed"
sql -e "INSERT INTO testdb.big VALUES (3, 1, NULL); UPDATE testdb.acct SET v = v + 1"
head -c 1500000 /dev/urandom | base64 -w 0 > "$dir/blob"
{ printf "UPDATE testdb.big SET v = 2, b = '"; cat "$dir/blob"; echo "' WHERE id = 3;"; } | sql
until_true 30 stopped testdb.big 'message of .* bytes for topic mysql.testdb.big, key .*3.*, from .*binlog.*max.message.bytes of the topic = 1048588'
ok $? "a message that is too large stops its table, with what, where and the limit" || what_is_wrong
others_flow "one message too large"
topic_config --entity-name mysql.testdb.big --add-config max.message.bytes=20000000
sql -e "DELETE FROM testdb.big WHERE id = 2"
resume testdb.big
wait_caught_up "it is read again"
same_table big
! stopped testdb.big .; ok $? "and is no problem any more"

# ---- requests larger than a topic takes, of messages that are not ----

topic_config --entity-name mysql.testdb.acct --add-config max.message.bytes=60000
sql testdb -e "SET SESSION cte_max_recursion_depth = 100000; INSERT INTO acct WITH RECURSIVE n AS (SELECT 1000 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9000)
	SELECT i, 1, HEX(RANDOM_BYTES(30)) FROM n"
others_flow "a topic with a small limit"

# ---- a topic that is denied ----

acl --add --allow-principal User:ANONYMOUS --operation Read --operation Describe --topic mysql.testdb.shut	# and nothing else
sql -e "INSERT INTO testdb.shut VALUES (2, 1); UPDATE testdb.acct SET v = v + 1"
until_true 30 stopped testdb.shut 'topic mysql.testdb.shut cannot be written to: .*authorization'; ok $? "a topic that is denied stops its table" || what_is_wrong
others_flow "one topic denied"
acl --remove --topic mysql.testdb.shut --force
resume testdb.shut
wait_caught_up "and after the grant"
same_table shut

# ---- a compacted topic takes no TRUNCATE ----

topic_config --entity-name mysql.testdb.packed --add-config cleanup.policy=compact
"$millrace" -c "$dir/millrace.conf" check > "$dir/out" 2>&1
grep -q 'mysql.testdb.packed.*a TRUNCATE of testdb.packed would stop the table' "$dir/out"; ok $? "check tells it before" || note < "$dir/out"
! grep -q 'would stop' <(grep -v packed "$dir/out"); ok $? "and of no other topic" || note < "$dir/out"
sql -e "TRUNCATE testdb.packed; INSERT INTO testdb.packed VALUES (5, 1)"
until_true 30 stopped testdb.packed 'compacted .cleanup.policy. and takes no message without key'; ok $? "a TRUNCATE for a compacted topic stops its table" || what_is_wrong
others_flow "a compacted topic"
topic_config --entity-name mysql.testdb.packed --add-config cleanup.policy=delete
resume testdb.packed
wait_caught_up "and when the topic is not compacted"
same_table packed

# ---- two tables with one topic ----

sql -e "CREATE DATABASE \`a/b\`; CREATE DATABASE a_b; CREATE TABLE \`a/b\`.x (id INT PRIMARY KEY); CREATE TABLE a_b.x (id INT PRIMARY KEY); INSERT INTO \`a/b\`.x VALUES (1); INSERT INTO a_b.x VALUES (2)"
until_true 30 stopped a_b.x 'mysql.a_b.x is also that of a/b.x'; ok $? "the second table of a topic is stopped" || what_is_wrong
others_flow "a topic that two tables share"
is "$(read_topic mysql.a_b.x | cut -f 2 | jq -c .id)" 1 "rows of one table only"
kill_millrace
start_millrace
until_true 30 stopped a_b.x 'is also that of a/b.x'; ok $? "after a crash it is still stopped"
others_flow "after a crash"

# ---- a statement that the history cannot hold ----

topic_config --entity-name schemahistory.testdb --add-config max.message.bytes=3000
sql -e "CREATE DATABASE other"; columns=$(seq -s ', ' -f 'column_with_a_long_name_%g INT' 1 400)
sql -e "CREATE TABLE other.wide ($columns)"
others_flow "a statement about a table that is not captured, too large for the history"
status_is '.problems[] | select(.code == "history-lacks")'; ok $? "it is told"
stop_millrace; ok $? "stops in good order"
exactly_once acct
no_reports
done_testing
