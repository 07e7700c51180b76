#!/bin/bash
# schema_refused.sh - schema.change = try_evolve, and StarRocks refuses RENAME COLUMN, MODIFY COLUMN and ADD COLUMN, because the right is
# missing: the tables go on without and say so, and a value that the column does not take is a dead letter. A column that can be neither renamed nor
# dropped stops its table, until the right is there.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --user app:pw
rights() { curl -sS "$control/rights?user=app&rights=$1" > /dev/null; }
rows() { starrocks "SELECT $2 FROM testdb.$1 ORDER BY id" | tr '\t\n' ', '; }
has_rows() { [ "$(starrocks "SELECT COUNT(*) FROM testdb.$1")" = "$2" ]; }

sql -e "CREATE DATABASE testdb"
for t in renamed modified added; do echo "CREATE TABLE $t (id INT PRIMARY KEY, a INT, b INT); INSERT INTO $t VALUES (1, 11, 12);"; done | sql testdb
{
	starrocks_conf | sed 's/^user = .*/user = app\npassword = pw/'
	printf '[kafka]\ntopic.prefix = mysql\n[table testdb.*]\nschema.change = try_evolve\n'
} | write_conf
start_millrace
wait_caught_up "the snapshot"
rights SELECT,INSERT
sql testdb -e "ALTER TABLE renamed RENAME COLUMN a TO aa; INSERT INTO renamed VALUES (2, 21, 22);
	ALTER TABLE modified MODIFY COLUMN a BIGINT; INSERT INTO modified VALUES (2, 21, 22), (3, 4000000000, 32);
	ALTER TABLE added ADD COLUMN c INT; INSERT INTO added VALUES (2, 21, 22, 23)"
for t in modified added; do until_true 30 has_rows $t 2; ok $? "$t: goes on" || what_is_wrong; done
until_true 30 has_problem table-stopped testdb.renamed; ok $? "renamed: stops" || what_is_wrong
is "$(rows renamed id,a,b)" "1,11,12 " "renamed: nothing has changed"
is "$(rows modified id,a,b)" "1,11,12 2,21,22 " "modified: values that fit are loaded"
is_dead() { "$millrace" -c "$dir/millrace.conf" dead list --json | jq -e 'select(.table == "testdb.modified")' > /dev/null; }
until_true 30 is_dead; ok $? "and the other one is a dead letter"
is "$(rows added id,a,b)" "1,11,12 2,21,22 " "added: the column is left out"
for t in modified added; do grep -q "testdb.$t: does not follow its source" "$dir/run.log"; ok $? "$t: told"; done
rights SELECT,INSERT,ALTER
"$millrace" -c "$dir/millrace.conf" resume testdb.renamed > /dev/null
until_true 30 has_rows renamed 2; ok $? "renamed: goes on by resume, once the right is there" || what_is_wrong
is "$(rows renamed id,aa,b)" "1,11,12 2,21,22 " "and has its values under the new name"
kill_millrace
start_millrace
sql testdb -e "UPDATE renamed SET b = 99; UPDATE added SET b = 99"
on_99() { [ "$(rows "$1" b)" = "99 99 " ]; }
for t in renamed added; do until_true 30 on_99 $t; ok $? "$t: goes on after a kill" || what_is_wrong; done
stop_millrace; ok $? "stops"
done_testing
