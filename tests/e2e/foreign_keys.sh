#!/bin/bash
# foreign_keys.sh - rows of child tables that InnoDB changes by foreign keys, three levels of CASCADE and SET NULL, which no
# event tells (innodb_native_foreign_keys = ON, as every server before 9.6): check names the tables, they are read again, and
# are equal; with foreign.key.cascade = warn they are told.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --innodb-native-foreign-keys=ON
is "$(sql -N -e 'SELECT @@innodb_native_foreign_keys')" 1 "the engine carries foreign keys out"
sql -e "CREATE DATABASE testdb; CREATE DATABASE other; USE testdb;
	CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE other.far (id INT PRIMARY KEY);
	CREATE TABLE b (id INT PRIMARY KEY, a_id INT, x INT NOT NULL, UNIQUE (a_id, x), FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE);
	CREATE TABLE c (id INT PRIMARY KEY, a_id INT, x INT, FOREIGN KEY (a_id, x) REFERENCES b (a_id, x) ON DELETE CASCADE ON UPDATE CASCADE);
	CREATE TABLE d (id INT PRIMARY KEY, c_id INT, FOREIGN KEY (c_id) REFERENCES c (id) ON DELETE SET NULL);
	CREATE TABLE e (id INT PRIMARY KEY, far_id INT, FOREIGN KEY (far_id) REFERENCES other.far (id) ON DELETE SET NULL);
	CREATE TABLE plain (id INT PRIMARY KEY, a_id INT, FOREIGN KEY (a_id) REFERENCES a (id));
	SET cte_max_recursion_depth = 10000;
	INSERT INTO a WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400) SELECT i, i FROM n;
	INSERT INTO b SELECT id, id, id % 7 FROM a; INSERT INTO c SELECT id, a_id, x FROM b; INSERT INTO d SELECT id, id FROM c;
	INSERT INTO other.far VALUES (1), (2); INSERT INTO e VALUES (1, 1), (2, 2)"
write_conf < /dev/null
"$millrace" -c "$dir/millrace.conf" check > "$dir/check.out" 2>&1
for t in b c d e; do grep -q "testdb.$t.*changes rows without row events" "$dir/check.out"; ok $? "check names $t"; done
lacks -q "testdb.plain.*without row events" "$dir/check.out"; ok $? "and not what has no such rule" || note < "$dir/check.out"
start_millrace
wait_caught_up "snapshot"
is "$(sql testdb -N -e "SELECT count(*) FROM d WHERE c_id IS NULL")" 0 "nothing is NULL yet"

equal() { "$build/tests/e2e/compare_tables" "$mysql_socket" "testdb.$1" warehouse "$dir/state/warehouse/testdb.db" > /dev/null 2>&1; }
all_equal() { for t in a b c d e; do equal "$t" || return 1; done; }
sql testdb -e "DELETE FROM a WHERE id % 5 = 0"
until_true 40 all_equal; ok $? "rows deleted and set to NULL in three levels"
sql testdb -e "UPDATE a SET id = id + 1000 WHERE id % 3 = 0; UPDATE a SET v = v + 1"
until_true 40 all_equal; ok $? "keys updated, composite ones too"
sql -e "DELETE FROM other.far WHERE id = 1"
until_true 40 all_equal; ok $? "a parent that is not captured"
for i in 1 2 3 4 5 6 7 8; do sql testdb -e "DELETE FROM a WHERE id % 11 = $i"; done
until_true 60 all_equal; ok $? "parents that change time and again"
until_true 60 problem_is_over table-mending; ok $? "nothing is told any more"
sql testdb -e "CREATE TABLE f (id INT PRIMARY KEY, FOREIGN KEY (id) REFERENCES a (id) ON DELETE CASCADE); INSERT INTO f SELECT id FROM a; DELETE FROM a WHERE id % 13 = 0"
until_true 40 equal f; ok $? "a child that was made meanwhile"
until_true 40 all_equal; ok $? "and the others"

stop_millrace; ok $? "stops in good order"
sed -i 's/^\[mysql\]/[mysql]\nforeign.key.cascade = warn/' "$dir/millrace.conf"
start_millrace
wait_caught_up "started with foreign.key.cascade = warn"
sql testdb -e "UPDATE a SET v = 1"
sql testdb -e "DELETE FROM a WHERE id % 2 = 0"
until_true 20 has_problem table-different testdb.c; ok $? "a child is told as different"
problem_is_over table-different testdb.a; ok $? "the parent is not"
kill_millrace
start_millrace
until_true 20 has_problem table-different testdb.c; ok $? "after a crash, too"
for t in b c d f; do "$millrace" -c "$dir/millrace.conf" snapshot "testdb.$t" --truncate --wait > "$dir/out" 2>&1; ok $? "its command: $t" || note < "$dir/out"; done
until_true 20 problem_is_over table-different; ok $? "ends it"
until_true 20 all_equal; ok $? "all equal"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
