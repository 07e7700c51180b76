#!/bin/bash
# mysql_refused.sh - servers and accounts that capture cannot work with are refused by name and with the remedy: MariaDB and its
# relatives, old versions, locked and expired accounts, a second reader of the same name. And what a server may change while rows
# flow is followed: checksums, encryption, compression, row images and statements of single sessions.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100));
CREATE TABLE img (id INT PRIMARY KEY, a INT, b VARCHAR(20), c TEXT, d BLOB);
CREATE TABLE stm (id INT PRIMARY KEY, n INT);
CREATE DATABASE elsewhere; CREATE TABLE elsewhere.e (id INT PRIMARY KEY);
CREATE USER poor@'%' IDENTIFIED BY 'poor-secret'; GRANT SELECT, RELOAD, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO poor@'%';
S
rows() { sql testdb -e "INSERT INTO t (v) VALUES ('$1'), ('$1'), ('$1'); UPDATE t SET v = CONCAT(v, '+') WHERE id % 3 = 0"; }
logged() { grep -q -- "$1" "$dir/run.log"; }
error_is() { status_is --arg w "$1" '.capture | (.state == "failed") and (.error | test($w))'; }
in_config() { sed -i "/^${1%% *} *=/d" "$dir/millrace.conf"; sed -i "s/^\[mysql\]/[mysql]\n$1/" "$dir/millrace.conf"; }

# ---- other servers, by their greeting ----

write_conf < /dev/null
greets() # GREETING WORDS NAME
{
	start_proxy "$mysql_port" "$1"
	in_config "port = $proxy_port"; in_config "ssl.mode = disabled"
	"$millrace" -c "$dir/millrace.conf" check > "$dir/check.txt" 2>&1
	grep -q "$2" "$dir/check.txt"; ok $? "$3 is refused" || note < "$dir/check.txt"
	kill -9 "$proxy_pid"; wait "$proxy_pid" 2> /dev/null
}
greets "5.5.5-10.11.6-MariaDB-log" "this is MariaDB" "MariaDB"
greets "11.4.2-MariaDB" "this is MariaDB" "a new MariaDB"
greets "8.0.11-TiDB-v8.5.0" "this is TiDB" "TiDB"
greets "8.0.30-Vitess" "this is Vitess" "Vitess"
greets "8.0.35-cluster" "this is MySQL NDB Cluster" "NDB Cluster"
in_config "port = $mysql_port"

# ---- accounts ----

in_config "user = poor"; sed -i '/^password/d' "$dir/millrace.conf"; in_config "password = poor-secret"
start_millrace
rows "one"
wait_caught_up "a user with the least grants, over TCP without TLS"
stop_millrace
refused() # SQL WORDS NAME
{
	sql -e "$1"
	"$millrace" -c "$dir/millrace.conf" run > "$dir/refused.txt" 2>&1 &
	pid=$!
	until_true 30 eval 'status_is ".capture.state | IN(\"failed\", \"retrying\")"'
	kill -TERM "$pid" 2> /dev/null; wait "$pid"; pid=
	grep -q -- "$2" "$dir/refused.txt"; ok $? "$3" || note < "$dir/refused.txt"
}
refused "ALTER USER poor@'%' ACCOUNT LOCK" "ACCOUNT UNLOCK" "a locked account, and what unlocks it"
refused "ALTER USER poor@'%' ACCOUNT UNLOCK PASSWORD EXPIRE" "PASSWORD EXPIRE NEVER" "an expired password"
refused "ALTER USER poor@'%' IDENTIFIED BY 'another' PASSWORD EXPIRE NEVER" "see \[mysql\] user and password" "a wrong password"
refused "ALTER USER poor@'%' IDENTIFIED BY 'poor-secret'; REVOKE REPLICATION SLAVE ON *.* FROM poor@'%'" "REPLICATION SLAVE" "no grant for the binlog"
sql -e "GRANT REPLICATION SLAVE ON *.* TO poor@'%'; ALTER USER poor@'%' WITH MAX_USER_CONNECTIONS 1"
start_millrace
rows "two"
until_true 30 logged "how far the server is cannot be asked"; ok $? "a second connection that is refused is told" || what_is_wrong
sql -e "ALTER USER poor@'%' WITH MAX_USER_CONNECTIONS 0"
wait_caught_up "and not needed"

# ---- a second reader of the same name ----

sed "s#^state.dir = .*#state.dir = $dir/state2#" "$dir/millrace.conf" > "$dir/second.conf"
"$millrace" -c "$dir/second.conf" run > "$dir/second.log" 2>&1 &
second=$!
until_true 30 error_is "another reader took over our server id: give each its own"; ok $? "a second reader of the same name: the first says so and stops, they do not fight" || what_is_wrong
error_is "read the binlog now: (127.0.0.1|localhost):"; ok $? "and from where the other one reads" || what_is_wrong
kill -TERM "$second"; wait "$second"
lacks -q "another reader" "$dir/second.log"; ok $? "the second one stays"
stop_millrace

# ---- what changes while rows flow ----

start_millrace
sql -e "SET GLOBAL binlog_checksum = NONE"; rows "three"
sql -e "SET GLOBAL binlog_checksum = CRC32"; rows "four"
sql -e "SET GLOBAL binlog_rows_query_log_events = ON"; rows "five"
sql -e "SET GLOBAL binlog_transaction_compression = ON"; rows "six"
sql -e "SET GLOBAL binlog_transaction_compression = OFF; FLUSH BINARY LOGS"; rows "seven"
wait_caught_up "checksums, statements in the log, compression and rotation are followed"
same_table t
sql testdb <<'S'
INSERT INTO img VALUES (1, 1, 'one', 'text', 'blob'), (2, 2, NULL, NULL, NULL), (3, 3, 'three', 'text', 'blob');
SET SESSION binlog_row_image = NOBLOB; UPDATE img SET a = 10 WHERE id = 1; INSERT INTO img VALUES (4, 4, 'four', 't', 'b');
SET SESSION binlog_row_image = MINIMAL; UPDATE img SET b = 'changed' WHERE id = 1; DELETE FROM img WHERE id = 2; INSERT INTO img (id, a) VALUES (5, 5);
S
wait_caught_up "sessions with other row images: streams on"
status_is '.tables[] | select(.table == "testdb.img") | .state == "streaming" and .dead > 0'; ok $? "what lacks a value is a dead letter"
"$millrace" -c "$dir/millrace.conf" snapshot testdb.img --truncate --wait > "$dir/out" 2>&1; ok $? "the way out: it is read anew" || note < "$dir/out"
wait_caught_up "read anew"
same_table img
sql testdb -e "INSERT INTO stm VALUES (1, 1); SET SESSION binlog_format = STATEMENT; INSERT INTO elsewhere.e VALUES (1); UPDATE stm SET n = n + 1" 2> /dev/null
rows "eight"
wait_caught_up "a statement on a captured table: its neighbours stream on"
status_is '.tables[] | select(.table == "testdb.stm" and .state == "failed") | .error | test("logged as a statement")'; ok $? "its table is stopped by name" || what_is_wrong
logged "skipped a change that was logged as a statement and names no captured table (INSERT INTO elsewhere.e"; ok $? "one that names no captured table is skipped and told"
same_table t
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
