#!/bin/bash
# snapshot_keys.sh - every kind of key that tables are paged by, with values that fall on both sides of a chunk's end in any order that
# a server may think of: collations with and without case, accents and trailing spaces, prefixes that repeat, numbers at both ends of
# their type, times, bytes; and tables with no rows, with one wide row, and with keys that only one scan can follow. Chunks are as small as
# they can be. Each table is read beside the stream, and by an initial snapshot that is killed again and again.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --max-allowed-packet=64M
sql <<'S'
CREATE DATABASE testdb; USE testdb;
SET SESSION cte_max_recursion_depth = 10000;
CREATE TABLE n (i INT PRIMARY KEY);
INSERT INTO n WITH RECURSIVE n AS (SELECT 0 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 599) SELECT i FROM n;

-- texts: equal for the server does not mean equal bytes, and less does not mean less bytes
CREATE TABLE t_case (k VARCHAR(60) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY, v INT);
INSERT IGNORE INTO t_case SELECT CONCAT(ELT(1 + i % 9, 'a', 'A', 'á', 'Ä', 'ß', 'ss', 'æ', 'Z', 'ñ'), ELT(1 + i % 5, 'E', 'é', 'f', 'ﬁ', 'É'), i DIV 7), i FROM n;
CREATE TABLE t_bin LIKE t_case; ALTER TABLE t_bin MODIFY k VARCHAR(60) COLLATE utf8mb4_bin;
INSERT IGNORE INTO t_bin SELECT * FROM t_case; INSERT IGNORE INTO t_bin SELECT CONCAT(UPPER(k), '😀'), v FROM t_case;
CREATE TABLE t_pad (k VARCHAR(60) COLLATE utf8mb4_general_ci PRIMARY KEY, v INT);
INSERT IGNORE INTO t_pad SELECT CONCAT(CHAR(97 + i DIV 30), ELT(1 + i % 30, '', ' ', '\t', '\n', '!', ' a', '  ', 'a', 'A ', '\t ', '\0', '\0a', ' \t', '~', ' ', 'b', 'B', 'ä', 'é', 'ß', 's', 'ss', '  z', 'zz', 'Z', '-', '_', '%', '''', '\\')), i FROM n;
CREATE TABLE t_nopad (k VARCHAR(60) COLLATE utf8mb4_0900_as_cs PRIMARY KEY, v INT);
INSERT IGNORE INTO t_nopad SELECT k, v FROM t_pad;
INSERT IGNORE INTO t_nopad SELECT CONCAT(CHAR(97 + i DIV 30), REPEAT(' ', i % 30)), i FROM n;
CREATE TABLE t_char (k CHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci PRIMARY KEY, v INT);
INSERT IGNORE INTO t_char SELECT CONCAT(ELT(1 + i % 7, 'ä', 'ae', 'AE', 'ö', 'O', 'ß', 'ü'), i DIV 3), i FROM n;
CREATE TABLE t_utf16 (k VARCHAR(30) CHARACTER SET utf16 PRIMARY KEY, v INT);
INSERT IGNORE INTO t_utf16 SELECT k, v FROM t_case;
CREATE TABLE t_down (k VARCHAR(60), v INT, PRIMARY KEY (k DESC)); INSERT INTO t_down SELECT k, v FROM t_case;

-- numbers
CREATE TABLE n_top (k BIGINT UNSIGNED PRIMARY KEY, v INT); INSERT INTO n_top SELECT IF(i % 2, 18446744073709551615 - i, 9223372036854775500 + CAST(i AS UNSIGNED)), i FROM n;
CREATE TABLE n_below (k BIGINT PRIMARY KEY, v INT); INSERT INTO n_below SELECT IF(i % 2, -9223372036854775808 + i, i - 300), i FROM n; INSERT INTO n_below VALUES (9223372036854775807, 1);
CREATE TABLE n_decimal (k DECIMAL(40, 10) PRIMARY KEY, v INT); INSERT INTO n_decimal SELECT ((i - 300) * 1.0000000001 + (i % 4) * 0.0000000003) * 10000000, i FROM n; INSERT INTO n_decimal VALUES (999999999999999999999999999999.9999999999, 1), (-999999999999999999999999999999.9999999999, 2);
CREATE TABLE n_bit (k BIT(40) PRIMARY KEY, v INT); INSERT INTO n_bit SELECT i * 1832519379, i FROM n;
CREATE TABLE n_float (k FLOAT PRIMARY KEY, v INT); INSERT INTO n_float SELECT i * 0.1 - 30, i FROM n;
CREATE TABLE n_double (k DOUBLE PRIMARY KEY, v INT); INSERT INTO n_double SELECT i / 7 - 40, i FROM n;

-- times and bytes
CREATE TABLE d_time (k DATETIME(6) PRIMARY KEY, v INT); INSERT INTO d_time SELECT '2024-02-28 23:59:59.999990' + INTERVAL i MICROSECOND, i FROM n; INSERT INTO d_time VALUES ('1000-01-01', 1), ('9999-12-31 23:59:59.999999', 2);
CREATE TABLE d_stamp (k TIMESTAMP(3) PRIMARY KEY, v INT); SET time_zone = '+00:00'; INSERT INTO d_stamp SELECT '2038-01-19 03:00:00' + INTERVAL i * 100000 MICROSECOND, i FROM n;
CREATE TABLE d_span (k TIME(6) PRIMARY KEY, v INT); INSERT INTO d_span SELECT SEC_TO_TIME((i - 300) * 5400.000001), i FROM n;
CREATE TABLE b_fixed (k BINARY(16) PRIMARY KEY, v INT); INSERT INTO b_fixed SELECT UNHEX(LEFT(SHA2(i, 256), 32)), i FROM n WHERE i < 300; INSERT INTO b_fixed SELECT CONCAT(UNHEX(LPAD(HEX(i), 4, '0')), REPEAT('\0', i % 14)), i FROM n WHERE i >= 300;
CREATE TABLE b_long (k VARBINARY(40) PRIMARY KEY, v INT); INSERT IGNORE INTO b_long SELECT CONCAT(CHAR(255 - i DIV 30), REPEAT('\0', i % 30)), i FROM n;

-- composite, and keys that are none
CREATE TABLE c_equal (a VARCHAR(10) COLLATE utf8mb4_0900_ai_ci, b SMALLINT, c DATE, d VARBINARY(4), v INT, PRIMARY KEY (a, b, c, d));
INSERT INTO c_equal SELECT ELT(1 + i % 2, 'same', 'Same'), i DIV 200 - 1, '2024-01-01' + INTERVAL i DIV 50 DAY, CHAR(i % 256), i FROM n WHERE i % 2 = 0;
CREATE TABLE c_nulls (a INT, b INT, v INT, UNIQUE KEY (a, b)); INSERT INTO c_nulls SELECT NULLIF(i % 5, 0), NULLIF(i DIV 5, 3), i FROM n;
CREATE TABLE c_unique (a INT NOT NULL, b CHAR(4) NOT NULL, v INT, UNIQUE KEY (b, a)); INSERT INTO c_unique SELECT -i, CONCAT('k', i % 6), i FROM n;
CREATE TABLE c_prefix (k VARCHAR(100), v INT, UNIQUE KEY (k(4))); INSERT INTO c_prefix SELECT LPAD(i, 4, '0'), i FROM n;
CREATE TABLE c_enum (k ENUM('z', 'y', 'a') PRIMARY KEY, v INT); INSERT INTO c_enum VALUES ('z', 1), ('y', 2), ('a', 3);
CREATE TABLE c_none (k INT, v INT); INSERT INTO c_none SELECT i, i FROM n;

-- none, one, one that is wider than any buffer
CREATE TABLE w_none (k INT PRIMARY KEY, v INT);
CREATE TABLE w_one (k INT PRIMARY KEY, v INT); INSERT INTO w_one VALUES (0, 0);
CREATE TABLE w_wide (k INT PRIMARY KEY, v INT, t LONGTEXT); INSERT INTO w_wide SELECT i, i, 'short' FROM n WHERE i < 40; UPDATE w_wide SET t = CONCAT('<', REPEAT('wide ', 4194304), '>') WHERE k = 17;
S
tables=$(sql -N -e "SELECT table_name FROM information_schema.tables WHERE table_schema = 'testdb' AND table_name LIKE '%\_%' ORDER BY 1")
snapshot() { timeout 100 "$millrace" -c "$dir/millrace.conf" snapshot "$@" 2>&1; }
conf()
{
	write_conf <<-C
		table.exclude.list = testdb.n
		snapshot.mode = $1
		incremental.snapshot.chunk.size = 16
		max.batch.size = 10
		${2:-}
	C
}
all_equal() { local t; for t in $tables; do [ "$t" = w_none ] || same_table "$t"; done; }

# ---- beside the stream, in chunks of 16 rows ----

conf no_data
start_millrace
until_true 60 status_is '.capture.state == "idle" or .capture.state == "streaming"'; ok $? "streams, with nothing read" || what_is_wrong
snapshot 'testdb\..*' --wait > "$dir/out"; ok $? "every table is read beside the stream" || note < "$dir/out"
wait_caught_up 60 "loaded"
all_equal
until_true 20 grep -q "snapshot of testdb.w_none done: 0 rows" "$dir/run.log"; ok $? "a table without rows is done, too"
stop_millrace

# ---- the initial one on three connections, killed in one table after the other ----

rm -rf "$dir/state"
conf initial "snapshot.max.threads = 3
		snapshot.max.rows.per.second = 3000"
read_here() { status_is --argjson n "$1" '(([.tables[].captured] | add) // 0) >= $n or ((.capture.state | IN("idle", "streaming")) and .capture.snapshot.running == false and .capture.fill.tables == 0)'; }
start_millrace
for ((kills = 0; kills < 8; kills++)); do
	until_true 60 read_here $((900 + kills * 137)) || what_is_wrong
	kill_millrace
	start_millrace
done
until_true 30 snapshot --max-rows 0 > /dev/null
wait_caught_up 90 "killed $kills times: caught up"
places=$(grep -oE "resumes after row|by one scan" "$dir/run.log" | sort | uniq -c | tr -s '\n ' ' ')
[ "$(grep -c "resumes after row" "$dir/run.log")" -ge 1 ]; ok $? "it went on at a row:$places"
all_equal
sql testdb -e "INSERT INTO w_none VALUES (1, 1)"
wait_caught_up 60 "a row for the table that had none"
same_table w_none

# ---- without a key, killed between its rows ----

sql testdb -e "INSERT INTO c_none SELECT n.i, b.i FROM n, n AS b WHERE b.i < 60"
wait_caught_up 60 "36600 rows without key"
# It may be over before it is seen: then once more.
killed=no
for ((try = 0; try < 20; try++)); do
	lines=$(wc -l < "$dir/run.log")
	this_time() { tail -n +$((lines + 1)) "$dir/run.log" | grep -q "snapshot of testdb.c_none $1"; }
	done_or_under_way() { this_time "done" || status_is '.capture.fill.rows > 1000'; }
	snapshot testdb.c_none --truncate > /dev/null
	until_true 60 done_or_under_way
	kill_millrace
	this_time "done" || killed=yes
	[ $try -gt 0 ] || sql testdb -e "INSERT INTO c_none VALUES (-1, -1); DELETE FROM c_none WHERE k = 5 AND v = 5"
	start_millrace
	wait_caught_up 60 "killed while its rows passed: caught up"
	same_table c_none
	[ $killed = no ] || break
done
is $killed yes "it was killed in time"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
