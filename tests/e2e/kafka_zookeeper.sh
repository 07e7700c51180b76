#!/bin/bash
# kafka_zookeeper.sh - the plain way once on a broker that is run by ZooKeeper: snapshot, changes while it runs, a restart.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka --zookeeper
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE acct (id INT PRIMARY KEY, v INT NOT NULL, txt VARCHAR(60));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO acct WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, 1, 'old' FROM n;
S
{ kafka_conf; echo "topic.creation.default.partitions = 3"; echo "schemas.enable = false"; echo "add.fields = op"; } | write_conf
start_millrace
wait_caught_up "reads the tables"
for i in 1 2 3 4 5; do echo "UPDATE testdb.acct SET v = v + 1, txt = 'n$i' WHERE id % 5 < $i; DELETE FROM testdb.acct WHERE id % 1000 = $i;"; done | sql
wait_caught_up "follows changes"
same_table acct
kill_millrace
sql -e "UPDATE testdb.acct SET v = v + 1, txt = 'later'"
start_millrace
wait_caught_up "goes on after a kill"
stop_millrace; ok $? "stops in good order"
exactly_once acct
position_is_all
same_table acct
no_reports
done_testing
