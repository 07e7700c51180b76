#!/bin/bash
# mysql_restored.sh - a server that is put back to a backup, keeps its server_uuid, and goes on: the same GTIDs for other transactions. Once it has
# overtaken the position its GTID set lacks nothing; its binlog tells.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

error_is() { status_is --arg w "$1" '.capture | (.state == "failed") and (.error | test($w))'; }
start_mysql
sql -e "CREATE DATABASE testdb; USE testdb; CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(100)); INSERT INTO t VALUES (1, 'of before')"
write_conf < /dev/null
start_millrace
wait_caught_up "snapshot"
stop_millrace
"$top/tests/servers/mysql" stop "$dir/mysql"
cp -r "$dir/mysql/data" "$dir/backup"
"$top/tests/servers/mysql" start "$dir/mysql" >> "$dir/mysql.log" 2>&1; read_mysql_env
start_millrace
sql testdb -e "INSERT INTO t VALUES (901, 'in no backup'); INSERT INTO t VALUES (902, 'in no backup')"
wait_caught_up "rows behind the backup"
stop_millrace; ok $? "stops in good order"
"$top/tests/servers/mysql" stop "$dir/mysql"
rm -r "$dir/mysql/data"; mv "$dir/backup" "$dir/mysql/data"
"$top/tests/servers/mysql" start "$dir/mysql" >> "$dir/mysql.log" 2>&1; read_mysql_env
for i in 911 912 913 914; do sql testdb -e "INSERT INTO t VALUES ($i, 'another history')"; done
start_millrace
until_true 60 error_is "is not what it was: binlog .* has no event that begins at .* it was restored from a backup"
ok $? "a server that was put back and has overtaken the position is refused" || what_is_wrong
until_true 20 has_problem capture-stopped; ok $? "which is told" || what_is_wrong
stop_millrace
sed -i 's/^\[mysql\]/[mysql]\nsnapshot.mode = when_needed/' "$dir/millrace.conf"
start_millrace
wait_caught_up "when_needed takes a new snapshot"
same_table t
stop_millrace; ok $? "stops in good order"
start_millrace
sql testdb -e "FLUSH BINARY LOGS; INSERT INTO t VALUES (920, 'rotated')"
wait_caught_up "goes on from its own binlog"
stop_millrace; ok $? "stops in good order"
"$top/tests/servers/mysql" kill "$dir/mysql"
"$top/tests/servers/mysql" start "$dir/mysql" >> "$dir/mysql.log" 2>&1; read_mysql_env
start_millrace
sql testdb -e "INSERT INTO t VALUES (921, 'behind a crash')"
wait_caught_up "a crash of the server is none of that"
same_table t
stop_millrace; ok $? "stops in good order"
done_testing
