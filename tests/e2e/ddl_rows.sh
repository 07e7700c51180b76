#!/bin/bash
# ddl_rows.sh - statements that change rows, or names of tables and columns, without a row event (docs/ddl.md): the target is
# equal afterwards, by itself; with ddl.repair = warn the table is told as different until it is read again.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

# gone TABLE: the target has none of that name
gone()
{
	if [ -n "${fe_mysql:-}" ]; then
		[ "$(mariadb --no-defaults -uroot -h "${fe_mysql%:*}" -P "${fe_mysql##*:}" -N -e "SELECT TABLE_NAME FROM information_schema.tables WHERE TABLE_NAME = '$1'")" = "" ]
	else
		[ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*) FROM sqlite_master WHERE name = '$1'")" = 0 ]
	fi
}
# case STATEMENTS TABLES...: carried out, all tables equal
case_is()
{
	local statements=$1 t
	shift
	sql testdb -e "$statements" || bail "MySQL refuses: $statements"
	wait_caught_up "$(echo "$statements" | tr -s '\n\t ' ' ' | cut -c 1-100)"
	for t; do same_table "$t"; done
}

start_mysql --secure-file-priv=
sql -e "CREATE DATABASE testdb; CREATE DATABASE other; USE testdb;
	CREATE TABLE p (id INT PRIMARY KEY, v INT) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS THAN (20), PARTITION p2 VALUES LESS THAN (30));
	CREATE TABLE x (id INT PRIMARY KEY, v INT);
	CREATE TABLE c (id INT PRIMARY KEY, a INT, b INT, t VARCHAR(20));
	CREATE TABLE dr (id INT PRIMARY KEY, v INT); CREATE TABLE rn LIKE dr; CREATE TABLE rn2 LIKE dr; CREATE TABLE k (a INT, b INT, v INT, PRIMARY KEY (a));
	INSERT INTO p VALUES (1, 1), (11, 2), (21, 3); INSERT INTO x VALUES (12, 9); INSERT INTO c VALUES (1, 10, 20, '1'), (2, 11, 21, '2');
	INSERT INTO dr VALUES (1, 1), (2, 2); INSERT INTO rn VALUES (1, 1), (3, 3); INSERT INTO rn2 VALUES (1, 7), (4, 4); INSERT INTO k VALUES (1, 2, 3), (2, 3, 4)"
[ "${target:-}" != starrocks ] || start_starrocks --alter-delay-ms 20
if [ -n "${fe_mysql:-}" ]; then starrocks_conf; fi | write_conf
start_millrace
wait_caught_up "snapshot"

case_is "ALTER TABLE p DROP PARTITION p0" p
case_is "ALTER TABLE p EXCHANGE PARTITION p1 WITH TABLE x" p x
case_is "ALTER TABLE p TRUNCATE PARTITION p1" p
case_is "DROP TABLE dr; CREATE TABLE dr (id INT, w VARCHAR(5), v DATE, PRIMARY KEY (id, w)); INSERT INTO dr VALUES (5, 'x', '2020-01-01')" dr
case_is "RENAME TABLE rn TO rn_old, rn2 TO rn; INSERT INTO rn VALUES (9, 9)" rn rn_old
gone rn2; ok $? "a name that is no longer there is no longer at the target"
case_is "SET SESSION binlog_format = 'STATEMENT'; CREATE TEMPORARY TABLE c (id INT PRIMARY KEY, z INT); TRUNCATE TABLE c; ALTER TABLE c ADD COLUMN q INT DEFAULT 5; DROP TABLE c" c
case_is "RENAME TABLE rn TO tmp, rn_old TO rn, tmp TO rn_old; UPDATE rn SET v = 5 WHERE id = 1" rn rn_old
case_is "RENAME TABLE rn_old TO other.rn_old; RENAME TABLE other.rn_old TO testdb.back" back rn
gone rn_old; ok $? "a table that leaves the captured databases leaves the target"
case_is "ALTER TABLE back RENAME TO back2, ADD COLUMN w INT DEFAULT 3" back2

case_is "ALTER TABLE c RENAME COLUMN a TO b, RENAME COLUMN b TO a; INSERT INTO c VALUES (3, 1, 2, '3')" c
case_is "ALTER TABLE c RENAME COLUMN a TO d; UPDATE c SET t = '5' WHERE id = 1" c
case_is "ALTER TABLE c DROP COLUMN d, ADD COLUMN d VARCHAR(5) DEFAULT 'x'" c
case_is "ALTER TABLE c DROP COLUMN d; ALTER TABLE c ADD COLUMN d INT" c
case_is "ALTER TABLE c ADD COLUMN e INT DEFAULT (7 + 1), ADD COLUMN g INT AS (b + 1) STORED, ADD COLUMN n DATETIME DEFAULT CURRENT_TIMESTAMP" c
case_is "ALTER TABLE c MODIFY t INT" c
case_is "ALTER TABLE c DROP PRIMARY KEY, ADD PRIMARY KEY (id, b)" c
case_is "ALTER TABLE k CHANGE a z INT; UPDATE k SET v = 8 WHERE z = 1; INSERT INTO k VALUES (5, 5, 5)" k
case_is "CREATE TABLE sel (PRIMARY KEY (z)) AS SELECT * FROM k" sel
[ -n "${fe_mysql:-}" ] || case_is "CREATE TABLE bare AS SELECT * FROM k; ALTER TABLE bare ADD PRIMARY KEY (z)" bare
problem_is_over table-mending; ok $? "no table is told as different"
problem_is_over table-different; ok $? "in any way"

# gh-ost and pt-osc
sql testdb -e "CREATE TABLE _k_gho LIKE k; ALTER TABLE _k_gho ADD COLUMN n INT NOT NULL DEFAULT 4, MODIFY v VARCHAR(10);
	INSERT INTO _k_gho (z, b, v) SELECT z, b, v FROM k; RENAME TABLE k TO _k_del, _k_gho TO k; DROP TABLE _k_del; UPDATE k SET v = 'nine' WHERE z = 2"
wait_caught_up "an online change"
same_table k

# told, and across a restart
stop_millrace; ok $? "stops in good order"
sed -i 's/^\[mysql\]/[mysql]\nddl.repair = warn/' "$dir/millrace.conf"
start_millrace
wait_caught_up "started with ddl.repair = warn"
sql testdb -e "INSERT INTO p VALUES (22, 4); ALTER TABLE p TRUNCATE PARTITION p2; RENAME TABLE rn TO rn9"
until_true 20 has_problem table-different testdb.p; ok $? "a table is told as different"
until_true 20 has_problem table-different testdb.rn9; ok $? "and one that has another name"
stop_millrace
start_millrace
until_true 20 has_problem table-different testdb.p; ok $? "it is told after a restart, too"
"$millrace" -c "$dir/millrace.conf" snapshot testdb.p --truncate --wait > "$dir/out" 2>&1; ok $? "its command" || note < "$dir/out"
until_true 20 problem_is_over table-different testdb.p; ok $? "ends it"
wait_caught_up "all is there"
same_table p
has_problem table-different testdb.rn9; ok $? "the other one is still told"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
