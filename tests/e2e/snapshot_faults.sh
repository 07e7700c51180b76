#!/bin/bash
# snapshot_faults.sh - an initial snapshot on four connections, and what happens to it half way: one of its connections is killed, the
# server is restarted, tables that wait and tables that are being read are altered, dropped and renamed; with locks, and without the
# grants for them. A limit holds the snapshot still while each of it happens. In the end every table is equal.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE USER plain@'%' IDENTIFIED BY 'cdc-secret';
GRANT SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO plain@'%';
S

make_tables()
{
	sql > /dev/null <<-'S'
		DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb; USE testdb;
		SET SESSION cte_max_recursion_depth = 200000;
		CREATE TABLE a_read (id INT PRIMARY KEY, n INT NOT NULL, pad VARCHAR(400) NOT NULL);
		INSERT INTO a_read WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, i % 1000, REPEAT('p', 250 + i % 150) FROM n;
		CREATE TABLE b_read (name VARCHAR(40) PRIMARY KEY, n INT NOT NULL, pad VARCHAR(400) NOT NULL);
		INSERT INTO b_read SELECT CONCAT('name ', id), n, pad FROM a_read;
		CREATE TABLE c_added (id INT PRIMARY KEY, n INT NOT NULL, pad VARCHAR(400) NOT NULL);
		INSERT INTO c_added SELECT * FROM a_read WHERE id <= 3000;
		CREATE TABLE d_lost LIKE c_added; INSERT INTO d_lost SELECT * FROM c_added;
		CREATE TABLE e_gone LIKE c_added; INSERT INTO e_gone SELECT * FROM c_added;
		CREATE TABLE f_old LIKE c_added; INSERT INTO f_old SELECT * FROM c_added;
		CREATE TABLE g_emptied LIKE c_added; INSERT INTO g_emptied SELECT * FROM c_added;
		CREATE TABLE h_wider LIKE c_added; INSERT INTO h_wider SELECT * FROM c_added;
		CREATE TABLE i_rekeyed LIKE c_added; INSERT INTO i_rekeyed SELECT * FROM c_added;
		ANALYZE TABLE a_read, b_read;
	S
}
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" > /dev/null 2>&1; }
rows_done() { status_is --argjson n "$1" '.capture.snapshot.running and .capture.snapshot.rows_done >= $n'; }
held() { status_is '.capture.fill.throttled | test("Threads_running")'; }
conf()
{
	write_conf <<-C
		snapshot.max.threads = 4
		max.batch.size = 200
		snapshot.max.load = Threads_running=0
	C
}
begin_half_way() # ROWS: a new pipeline, held when so many rows are read
{
	rm -rf "$dir/state"
	conf
	start_millrace
	until_true 30 held || { what_is_wrong; bail "the snapshot does not begin"; }
	snapshot --max-rows 4000; snapshot --max-load ""
	until_true 30 rows_done "$1"; ok $? "$1 rows are read" || what_is_wrong
	snapshot --max-load "Threads_running=0"
	until_true 30 held
}
go_on() { snapshot --max-rows 0; snapshot --max-load ""; }
changes() { sql testdb -e "UPDATE $1 SET pad = 'changed' WHERE n % 100 = 3; DELETE FROM $1 WHERE n % 100 = 7; REPLACE INTO $1 (${2:-id}, n, pad) VALUES (900001, 1, 'new'), (900002, 2, 'new')"; }
equal() { local t; for t in "$@"; do same_table "$t"; done; }
connections() { sql -N -e "SELECT id FROM information_schema.processlist WHERE user = '$mysql_user' AND command NOT LIKE 'Binlog%' ORDER BY id"; }
resumes() { grep -c "the snapshot goes on at table" "$dir/run.log"; }
resumed() { [ "$(resumes)" -gt "$1" ]; }

# ---- a connection is killed: the one that asks, one that reads ----

make_tables
for which in 1 3; do
	begin_half_way 4000
	n=$(resumes)
	sql -e "KILL $(connections | sed -n "${which}p")"
	changes a_read; changes b_read name
	go_on
	until_true 30 resumed "$n"; ok $? "connection $which killed: goes on behind its row"
	wait_caught_up 60 "caught up"
	equal a_read b_read c_added
	stop_millrace
done

# ---- the server is restarted ----

begin_half_way 4000
"$top/tests/servers/mysql" stop "$dir/mysql"
"$top/tests/servers/mysql" start "$dir/mysql" >> "$dir/mysql.log" 2>&1; read_mysql_env
sql testdb -e "UPDATE a_read SET pad = 'later' WHERE n % 10 = 5; DELETE FROM a_read WHERE n % 10 = 6; UPDATE c_added SET n = n + 1"
go_on
wait_caught_up 60 "restarted: goes on"
equal a_read b_read c_added
stop_millrace

# ---- tables are altered, dropped, renamed: those that wait, and one that is being read ----

# All that can happen to a table between the moment of the snapshot and its turn.
ddl_of_waiting()
{
	changes c_added; changes d_lost
	sql testdb <<-'S'
		ALTER TABLE c_added ADD COLUMN more INT NOT NULL DEFAULT 7, ALGORITHM=INSTANT;
		ALTER TABLE d_lost DROP COLUMN n, ALGORITHM=INSTANT;
		DROP TABLE e_gone;
		RENAME TABLE f_old TO f_renamed;
		TRUNCATE TABLE g_emptied;
		ALTER TABLE h_wider MODIFY n BIGINT NOT NULL, ADD COLUMN more VARCHAR(20) DEFAULT 'x';
		ALTER TABLE i_rekeyed DROP PRIMARY KEY, ADD PRIMARY KEY (n, id);
		INSERT INTO c_added VALUES (900003, 3, 'new', 8);
		INSERT INTO d_lost VALUES (900003, 'new');
		UPDATE f_renamed SET pad = 'after' WHERE n < 10;
		INSERT INTO g_emptied VALUES (1, 1, 'after');
		UPDATE h_wider SET n = n + 5000000000 WHERE id < 10;
		UPDATE i_rekeyed SET pad = 'after' WHERE n < 10;
	S
}
waits_for_lock() { sql -N -e "SELECT 1 FROM information_schema.processlist WHERE state = 'Waiting for table metadata lock'" | grep -q 1; }
ddl_of_read() # STATEMENT: waits for a connection of the snapshot, and others of it wait behind the statement
{
	sql testdb -e "$1" &
	ddl_pid=$!
	until_true 20 waits_for_lock; ok $? "waits: $1"
}

make_tables
begin_half_way 19500
ddl_of_waiting
ddl_of_read "RENAME TABLE b_read TO b_renamed"
go_on
wait "$ddl_pid"; ok $? "and is carried out"
changes b_renamed name
wait_caught_up 60 "with locks: caught up"
equal a_read b_renamed c_added d_lost f_renamed g_emptied h_wider i_rekeyed
stop_millrace
lacks "gave nothing for" "$dir/run.log"; ok $? "nobody has waited for long behind a statement that waits for us"

make_tables
mysql_user=plain
begin_half_way 4000
ddl_of_waiting
ddl_of_read "ALTER TABLE a_read ADD COLUMN more INT NOT NULL DEFAULT 7"
go_on
wait "$ddl_pid"; ok $? "and is carried out"
changes a_read
wait_caught_up 60 "without locks: caught up"
equal a_read b_read c_added d_lost f_renamed g_emptied h_wider i_rekeyed
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
