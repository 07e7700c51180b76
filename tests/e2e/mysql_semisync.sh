#!/bin/bash
# mysql_semisync.sh - a server that sends a transaction before it counts as executed: while it waits for the answer of a
# semisynchronous replica, for a disk, for anything between its binlog and its engine. A start in that moment must not
# take it for a server that was reset.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1)"
sql -e "INSTALL PLUGIN rpl_semi_sync_source SONAME 'semisync_source.so'" || { echo "1..0 # SKIP this MySQL has no plugin for semisynchronous replication"; exit 0; }
write_conf < /dev/null
start_millrace
wait_caught_up "streams"

# No replica answers, so the commit waits; the binlog has it already.
sql -e "SET GLOBAL rpl_semi_sync_source_timeout = 3600000; SET GLOBAL rpl_semi_sync_source_enabled = 1"
sql testdb -e "INSERT INTO t VALUES (2, 2)" &
writer=$!
sql testdb -e "INSERT INTO t VALUES (5, 5)" &
other=$!
cleanups+=("kill $writer $other")
captured() { status_is --argjson n "$1" '.tables[] | select(.table == "testdb.t") | .captured >= $n'; }
until_true 60 captured 3; ok $? "two transactions are captured before they count as executed"
sql -N -e "SELECT @@GLOBAL.gtid_owned" | grep -q '#'; ok $? "and are under way still: $(sql -N -e "SELECT @@GLOBAL.gtid_owned")"
stop_millrace; ok $? "stops in good order"

start_millrace
waits() { status_is '.capture | .state == "retrying" and (.error | test("has not yet finished what it has sent already: 2 transactions"))'; }
until_true 60 waits; ok $? "a start in that moment waits, and says for what" || status | jq -c .capture | note
sql -e "SET GLOBAL rpl_semi_sync_source_enabled = 0"
wait "$writer" "$other"; ok $? "the transactions end"
sql testdb -e "INSERT INTO t VALUES (3, 3)"
wait_caught_up "and capture goes on"
same_table t
is "$(grep -c 'snapshot of' "$dir/run.log")" 1 "without another snapshot"

# The same server with its binlog reset is told from it.
stop_millrace
sql -e "RESET BINARY LOGS AND GTIDS"
sql testdb -e "INSERT INTO t VALUES (4, 4)"
start_millrace
until_true 60 status_is '.capture | .state == "failed" and (.error | test("no longer knows what it had"))'; ok $? "a server that was reset is told from it"
stop_millrace
sed -i '/no longer knows what it had/d' "$dir/run.log"
no_trouble
done_testing
