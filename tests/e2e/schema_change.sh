#!/bin/bash
# schema_change.sh - schema.change of a table in StarRocks: what each setting makes of columns that are dropped, added and come
# back. A new column never shows the values of a dropped one. Tables that stop say what they would do, and go on by resume.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
equal() { mr verify "testdb.$1" > "$dir/out" 2>&1; ok $? "$1: verify finds no difference" || note < "$dir/out"; }
columns() { starrocks "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = 'testdb' AND TABLE_NAME = '$1' ORDER BY 1" | xargs; }
rows() { starrocks "SELECT $2 FROM testdb.$1 ORDER BY id" | tr '\t\n' ', '; }
text_of() { status | jq -r --arg s "testdb.$1" '.problems[] | select(.subject == $s) | .text'; }
has_rows() { [ "$(starrocks "SELECT COUNT(*) FROM testdb.$1")" = "$2" ]; }

all="p_evolve p_lenient p_ignore p_exception p_ask"
sql -e "CREATE DATABASE testdb"
for t in $all; do echo "CREATE TABLE $t (id INT PRIMARY KEY, a INT, b INT); INSERT INTO $t VALUES (1, 11, 12), (2, 21, 22);"; done | sql testdb
# So many columns at once StarRocks' double refuses.
sql testdb -e "CREATE TABLE p_try_evolve (id INT PRIMARY KEY, a INT$(printf ', c%d INT' {1..70})); INSERT INTO p_try_evolve (id, a) VALUES (1, 11)"
starrocks "CREATE DATABASE testdb; CREATE TABLE testdb.p_try_evolve (id INT NOT NULL, a INT) PRIMARY KEY(id) DISTRIBUTED BY HASH(id) PROPERTIES('replication_num' = '1')"
{
	starrocks_conf
	printf '[kafka]\ntopic.prefix = mysql\n'
	for t in $all p_try_evolve; do printf '[table testdb.%s]\nschema.change = %s\n' "$t" "${t#p_}"; done
} | write_conf
start_millrace
wait_caught_up "the snapshot"
is "$(rows p_try_evolve id,a)" "1,11 " "try_evolve: what StarRocks refuses is left out"
grep -q 'testdb.p_try_evolve: does not follow its source' "$dir/run.log"; ok $? "and told"
equal p_try_evolve

for t in $all; do echo "ALTER TABLE $t DROP COLUMN a, ADD COLUMN c INT DEFAULT 7; INSERT INTO $t (id, b, c) VALUES (3, 32, 33);"; done | sql testdb
for t in p_exception p_ask; do until_true 20 has_problem table-stopped testdb.$t; ok $? "$t: stops" || what_is_wrong; done
for t in p_evolve p_lenient p_ignore; do until_true 20 has_rows $t 3; ok $? "$t: goes on" || what_is_wrong; done
is "$(columns p_evolve)" "b c id" "evolve: dropped and added"
is "$(columns p_lenient)" "a__dropped_1 b c id" "lenient: the dropped column has another name"
is "$(rows p_lenient id,a__dropped_1,c)" "1,11,7 2,21,7 3,NULL,33 " "and its values"
is "$(columns p_ignore)" "a b id" "ignore: nothing is done"
is "$(rows p_ignore id,a,b)" "1,11,12 2,21,22 3,NULL,32 " "rows are loaded into what is there"
for t in p_evolve p_lenient p_ignore; do equal $t; done
is "$(columns p_exception) $(columns p_ask)" "a b id a b id" "exception, ask: nothing is done"
text_of p_exception | grep -qF 'run ALTER TABLE `testdb`.`p_exception` DROP COLUMN `a`'; ok $? "exception: says what to run" || text_of p_exception | note
text_of p_ask | grep -qF 'ALTER TABLE `testdb`.`p_ask` DROP COLUMN `a`'; ok $? "ask: says what it would do" || text_of p_ask | note
mr resume testdb.p_ask > /dev/null
until_true 20 has_rows p_ask 3; ok $? "ask: goes on by resume" || what_is_wrong
is "$(columns p_ask)" "b c id" "and has followed"
equal p_ask
mr resume testdb.p_exception > /dev/null; until_true 20 has_problem table-stopped testdb.p_exception; ok $? "exception: resume alone does not help"
is "$(columns p_exception)" "a b id" "nothing is done"
starrocks 'ALTER TABLE testdb.p_exception DROP COLUMN a; ALTER TABLE testdb.p_exception ADD COLUMN c INT NULL DEFAULT "7"'
mr resume testdb.p_exception > /dev/null
until_true 20 has_rows p_exception 3; ok $? "but once a person has done it" || what_is_wrong
equal p_exception

# ---- the name comes back ----
for t in $all; do echo "ALTER TABLE $t ADD COLUMN a INT; INSERT INTO $t (id, a) VALUES (4, 44);"; done | sql testdb
for t in p_ask p_ignore p_exception; do until_true 20 has_problem table-stopped testdb.$t; ok $? "$t: stops again" || what_is_wrong; done
for t in p_evolve p_lenient; do
	until_true 20 has_rows $t 4; ok $? "$t: goes on"
	is "$(rows $t id,a)" "1,NULL 2,NULL 3,NULL 4,44 " "$t: the new column has no old value"
	equal $t
done
text_of p_ignore | grep -q 'the target has one of that name with values of before'; ok $? "ignore: says why" || text_of p_ignore | note
starrocks 'ALTER TABLE testdb.p_ignore RENAME COLUMN a TO a_old; ALTER TABLE testdb.p_exception ADD COLUMN a INT NULL'
for t in p_ask p_ignore p_exception; do
	mr resume testdb.$t > /dev/null
	until_true 20 has_rows $t 4; ok $? "$t: goes on by resume" || what_is_wrong
	equal $t
done
wait_caught_up "all"
stop_millrace; ok $? "stops"
printf '[table testdb.p_ask]\nschema.change = ask\n' | write_conf
mr check > "$dir/out" 2>&1; grep -q 'the embedded warehouse always follows its source' "$dir/out"; ok $? "of the warehouse it is refused" || note < "$dir/out"
done_testing
