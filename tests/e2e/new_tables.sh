#!/bin/bash
# new_tables.sh - tables that come to table.include.list between two runs: their rows from before are read beside the
# stream, once, also when the program is killed meanwhile and when their definition changed while nobody looked; tables
# that were made while capture ran are not read again. With a snapshot.mode that reads no rows it is told what to do.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE first (id INT PRIMARY KEY, t VARCHAR(30));
CREATE TABLE added (id INT PRIMARY KEY, a VARCHAR(30), b VARCHAR(30));
CREATE TABLE big (id INT PRIMARY KEY, pad VARCHAR(200));
INSERT INTO first VALUES (1, 'before'); INSERT INTO added VALUES (1, 'a', 'b'), (2, 'a', 'b');
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i, REPEAT('p', 150) FROM n;
S
conf() # MODE LIST [more]
{
	{ echo "snapshot.mode = $1"; echo "table.include.list = $2"; shift 2; for line; do echo "$line"; done; } | write_conf
}
logged() { grep -q "$1" "$dir/run.log"; }
told() { grep -c "captured from now on" "$dir/run.log"; }
restart() { stop_millrace; start_millrace; }

conf initial 'testdb.first, testdb.live.*'
start_millrace
wait_caught_up "the first run"
sql testdb -e "CREATE TABLE live1 (id INT PRIMARY KEY, t VARCHAR(30)); INSERT INTO live1 VALUES (1, 'streamed')"
wait_caught_up "a table is made while capture runs"
stop_millrace

# ---- two tables more, of which one was changed, and one made, while nobody looked ----

sql testdb <<'S'
INSERT INTO added VALUES (3, 'before', 'the change');
ALTER TABLE added RENAME COLUMN a TO x, RENAME COLUMN b TO a, ADD COLUMN n INT DEFAULT 5 FIRST;
INSERT INTO added VALUES (1, 4, 'behind', 'the change'); UPDATE added SET x = 'updated' WHERE id = 1;
CREATE TABLE made (id INT PRIMARY KEY, t VARCHAR(30)); INSERT INTO made VALUES (1, 'one'), (2, 'two');
INSERT INTO live1 VALUES (2, 'meanwhile'); INSERT INTO first VALUES (2, 'meanwhile');
S
conf initial 'testdb.first, testdb.live.*, testdb.added, testdb.made'
start_millrace
wait_caught_up "two tables were added before a restart"
for table in first live1 added made; do same_table $table; done
logged "2 tables are captured from now on, and read beside the stream: testdb.added,testdb.made"; ok $? "one line tells it" || grep captured "$dir/run.log" | note
! logged "snapshot of testdb.live1"; ok $? "a table that was made while capture ran is not read again"
restart
wait_caught_up "another restart"
is "$(told)" 1 "nothing is read again"

# ---- killed while it is read ----

stop_millrace
conf initial 'testdb.first, testdb.live.*, testdb.added, testdb.made, testdb.big' 'snapshot.max.rows.per.second = 20000'
start_millrace
half_way() { status_is '.capture.reading | any(.table == "testdb.big" and .rows > 5000)'; }
until_true 60 half_way; ok $? "a large one is being read"
kill_millrace
sql testdb -e "DELETE FROM big WHERE id % 5 = 0; UPDATE big SET pad = 'changed' WHERE id % 7 = 0"
conf initial 'testdb.first, testdb.live.*, testdb.added, testdb.made, testdb.big'
start_millrace
wait_caught_up "killed in between: caught up"
same_table big
logged "table testdb.big is captured from now on, and read"; ok $? "it was told"
restart
wait_caught_up "and a restart"
is "$(told)" 2 "reads nothing again"
stop_millrace

# ---- taken away, and there again: what happened in between is read ----

conf initial 'testdb.first, testdb.live.*'
start_millrace
sql testdb -e "UPDATE added SET n = 77; DELETE FROM added WHERE id = 2; UPDATE first SET t = 'still'"
wait_caught_up "tables are taken away"
logged "3 tables are no longer captured: testdb.added,testdb.big,testdb.made"; ok $? "which is told"
same_table first
stop_millrace
conf initial 'testdb.first, testdb.live.*, testdb.added'
start_millrace
wait_caught_up "one is there again"
same_table added
stop_millrace

# ---- the same of a column: with ddl.repair = warn it is told, else the table is read again ----

conf initial 'testdb.first, testdb.live.*, testdb.added' 'column.exclude.list = testdb.added.n'
start_millrace
sql testdb -e "UPDATE added SET n = n + 100, b = 'while n is not captured'"
wait_caught_up "a column is taken away"
stop_millrace
conf initial 'testdb.first, testdb.live.*, testdb.added' 'ddl.repair = warn'
start_millrace
until_true 60 has_problem table-different testdb.added; ok $? "it is there again: the table is told as different" || what_is_wrong
problem_is_over table-different testdb.first; ok $? "no other one is"
restart
until_true 60 has_problem table-different testdb.added; ok $? "also after a restart" || what_is_wrong
stop_millrace
conf initial 'testdb.first, testdb.live.*, testdb.added' 'column.exclude.list = testdb.added.n'
start_millrace
wait_caught_up "taken away once more"
stop_millrace
conf initial 'testdb.first, testdb.live.*, testdb.added'
start_millrace
until_true 60 logged 'testdb.added is read again: a column is captured from now on'; ok $? "there again: the table is read again" || what_is_wrong
until_true 60 problem_is_over table-different; ok $? "nothing is told any more"
wait_caught_up "it is read"
same_table added
stop_millrace

# ---- modes that read no rows; initial_only, which ends ----

conf no_data 'testdb.first, testdb.live.*, testdb.added, testdb.made'
start_millrace
until_true 60 logged 'table testdb.made is captured from now on, without the rows from before (snapshot.mode = no_data); `millrace snapshot testdb.made` reads them'
ok $? "no_data: told that no rows are read, and which command does" || tail -n 5 "$dir/run.log" | note
sql testdb -e "INSERT INTO made VALUES (3, 'three'); UPDATE made SET t = 'gone by' WHERE id = 1"
wait_caught_up "no_data: caught up"
"$millrace" -c "$dir/millrace.conf" snapshot testdb.made --wait > /dev/null; ok $? "the command"
wait_caught_up "reads them"
same_table made
stop_millrace
rm -rf "$dir/state"
conf initial_only 'testdb.first'
start_millrace
until_true 60 status_is '.capture.state == "stopped"'; ok $? "initial_only: ends"
stop_millrace
conf initial_only 'testdb.first, testdb.big'
start_millrace
until_true 60 status_is '.capture.state == "stopped" and any(.tables[]; .table == "testdb.big" and .captured > 40000)'; ok $? "initial_only: reads the table that was added, and ends"
await 60 status_is 'any(.tables[]; .table == "testdb.big" and .loaded > 40000)'
same_table big
stop_millrace

# ---- the first snapshot is interrupted, and the list changes: the new table sorts before the place that was reached ----

rm -rf "$dir/state"
conf initial 'testdb.big, testdb.first' 'snapshot.max.rows.per.second = 20000'
start_millrace
until_true 60 status_is '.capture.snapshot.running and .capture.snapshot.rows_done > 5000 and .tables[0].captured > 5000'; ok $? "half way through the first snapshot"
kill_millrace
conf initial 'testdb.big, testdb.first, testdb.added'
start_millrace
wait_caught_up "a table more after a snapshot that was interrupted"
for table in added big first; do same_table $table; done
stop_millrace
no_trouble
done_testing
