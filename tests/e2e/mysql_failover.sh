#!/bin/bash
# mysql_failover.sh - a list of hosts, and servers that die, lag, lose transactions, or have some of their own: capture goes on where
# it can by GTIDs (with tags, too), waits for a replica that lags, and stops with the exact GTIDs where transactions are lost.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_server b --server-id=2 --replica-net-timeout=5 --binlog-transaction-compression=ON
start_server c --server-id=3 --replica-net-timeout=5
follow b mysql; follow c mysql
on mysql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100));
S
rows() { on "$1" testdb -e "INSERT INTO t (v) VALUES ('$2'), ('$2'), ('$2'); UPDATE t SET v = CONCAT(v, '+') WHERE id % 3 = 0"; }
tagged() { on "$1" testdb -e "SET gtid_next = 'AUTOMATIC:$2'; INSERT INTO t (v) VALUES ('tag $2'); SET gtid_next = 'AUTOMATIC'"; }
has_all() { on "$1" -N -e "SELECT GTID_SUBSET('$(executed_on "$2")', @@global.gtid_executed)" | grep -q 1; }
captured() { status > "$dir/now.json" && [ "$(jq -r '.capture.gtid | gsub("[ \n]"; "")' "$dir/now.json")" = "$(executed_on "$1")" ]; }
error_is() { status_is --arg w "$1" '.capture.error | test($w)'; }
logged() { grep -q -- "$1" "$dir/run.log"; }
same_as() { mysql_socket=$(sed -n 's/^socket=//p' "$dir/$1/env"); same_table t; }
hosts() { sed -i '/^host = /d; /^port = /d' "$dir/millrace.conf"; sed -i "s/^\[mysql\]/[mysql]\nhost = $*/" "$dir/millrace.conf"; }
at() { echo "127.0.0.1:$(port_of "$1")"; }

write_conf <<C
connect.heartbeat.ms = 1s
C
hosts "$(at mysql), $(at b)"

# ---- a primary dies, its replica is promoted ----

start_millrace
rows mysql "one"; tagged mysql red; tagged mysql green; rows mysql "two"
until_true 60 captured mysql; ok $? "captured from the primary, tags and all"
jq -e '.capture.gtid | test(":red:1")' "$dir/now.json" > /dev/null; ok $? "the tag is part of the position"
await 60 has_all b mysql; await 60 has_all c mysql
on b -e "STOP REPLICA; RESET REPLICA ALL"
on b testdb -e "INSERT INTO t (v) VALUES ('errant')"
"$top/tests/servers/mysql" kill "$dir/mysql"
follow_b() { on c -e "STOP REPLICA; RESET REPLICA ALL"; follow c b; }
follow_b
rows b "three"; tagged b red
until_true 60 captured b; ok $? "goes on at the replica" || what_is_wrong
logged "going on at another server: MySQL $(at b) (server_uuid $(uuid_of b)) has all that was captured"; ok $? "and says which, and what it has more"
same_as b

# ---- a replica that lags: waited for ----

await 60 has_all c b
on c -e "STOP REPLICA SQL_THREAD"
rows b "four"
await 60 captured b
relayed() { on c -N -e "SHOW REPLICA STATUS\G" | tr -d ' \n' | grep -q "$(on b -N -e 'SELECT @@server_uuid'):1-$(executed_on b | grep -o "$(uuid_of b):1-[0-9]*" | sed 's/.*-//')"; }
await 30 relayed
stop_millrace; hosts "$(at b), $(at c)"; start_millrace
await 30 captured b
uuid_b=$(uuid_of b)
"$top/tests/servers/mysql" kill "$dir/b"
until_true 30 logged "MySQL $(at c) has not yet applied what was captured from another server: [0-9]* transactions* ($uuid_b:"; ok $? "a replica that lags is waited for, and the missing GTIDs are named"
on c -e "START REPLICA SQL_THREAD"
rows c "five"
until_true 60 captured c; ok $? "and gone on at when it has caught up" || what_is_wrong
same_as c

# ---- transactions that were captured are lost with their server ----

"$top/tests/servers/mysql" start "$dir/b" --server-id=2 >> "$dir/b.log" 2>&1
on b -e "STOP REPLICA; RESET REPLICA ALL" 2> /dev/null
follow b c
await 60 has_all b c
on b -e "STOP REPLICA; RESET REPLICA ALL"
rows c "never seen again"
await 60 captured c
uuid_c=$(uuid_of c)
"$top/tests/servers/mysql" kill "$dir/c"
until_true 30 logged "MySQL $(at b) lost transactions, or is another server: it lacks .* ($uuid_c:"; ok $? "a server that lost transactions: the exact GTIDs"
until_true 30 status_is '.capture.state == "retrying"'; ok $? "while another host may come back it is tried again"
stop_millrace; hosts "$(at b)"
start_millrace
until_true 30 status_is '.capture.state == "failed"'; ok $? "alone, it stops capture"
error_is "take a new snapshot"; ok $? "with the choices"
stop_millrace
sed -i 's/^\[mysql\]/[mysql]\nsnapshot.mode = when_needed/' "$dir/millrace.conf"
rows b "new life"
start_millrace
until_true 60 captured b; ok $? "when_needed takes a new snapshot" || what_is_wrong
same_as b

# ---- sources left out ----

stop_millrace
sed -i "s/^\[mysql\]/[mysql]\ngtid.source.excludes = $(uuid_of b)/" "$dir/millrace.conf"
start_millrace
until_true 30 status_is '.capture.state == "idle"'
on b testdb -e "CREATE TABLE u (id INT PRIMARY KEY); SET gtid_next = '11111111-2222-3333-4444-555555555555:1'; BEGIN; INSERT INTO u VALUES (1); COMMIT; SET gtid_next = AUTOMATIC; INSERT INTO u VALUES (2);
	SET gtid_next = '11111111-2222-3333-4444-555555555555:2'; BEGIN; INSERT INTO u VALUES (3); COMMIT"
two() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT group_concat(id) FROM u' 2> /dev/null)" = "1,3" ]; }
until_true 60 two; ok $? "rows of an excluded source are left out, others come" || what_is_wrong
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
