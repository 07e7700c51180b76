#!/bin/bash
# stream.sh - what the binlog carries: 200,000 changes by sysbench, DDL between rows, keys that move and swap, transactions
# over several tables, compressed ones, and one of a million rows in bounded memory.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
sql -e "CREATE DATABASE testdb"
bench() { sysbench oltp_write_only --db-driver=mysql --mysql-socket="$mysql_socket" --mysql-user=root --mysql-db=testdb --tables=2 --table-size=10000 "$@" > "$dir/sysbench.log" 2>&1; }
bench prepare; ok $? "sysbench prepares" || note < "$dir/sysbench.log"

# ---- 200,000 changes: each sysbench event is four ----

write_conf < /dev/null
start_millrace
wait_caught_up "what sysbench has prepared"		# what it writes from here on comes by the stream, all of it
bench --events=50000 --time=0 --threads=8 run; ok $? "sysbench writes" || note < "$dir/sysbench.log"
wait_caught_up 120 "200,000 changes: caught up"
same_table sbtest1
same_table sbtest2
captured=$(status | jq '[.tables[].captured] | add')
[ "$captured" -ge 200000 ]; ok $? "captured $captured row changes"

# ---- keys that move ----

sql testdb <<'S'
CREATE TABLE keyed (id INT PRIMARY KEY, n INT, t VARCHAR(20));
CREATE TABLE pairs (a INT, b VARCHAR(20) COLLATE utf8mb4_bin, n INT, PRIMARY KEY (a, b));
INSERT INTO keyed VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three'), (4, 4, 'four'), (5, 5, 'five');
INSERT INTO pairs VALUES (1, 'a', 1), (1, 'b', 2), (2, 'a', 3);
UPDATE keyed SET id = 100 WHERE id = 5;
BEGIN; UPDATE keyed SET id = -1 WHERE id = 1; UPDATE keyed SET id = 1 WHERE id = 2; UPDATE keyed SET id = 2 WHERE id = -1; COMMIT;
UPDATE keyed SET id = id + 1 WHERE id < 50 ORDER BY id DESC;
BEGIN; DELETE FROM keyed WHERE id = 2; INSERT INTO keyed VALUES (2, 22, 'again'); UPDATE keyed SET id = 7 WHERE id = 2; INSERT INTO keyed VALUES (2, 222, 'third'); COMMIT;
UPDATE pairs SET b = UPPER(b);
BEGIN; UPDATE pairs SET a = 9 WHERE a = 1 AND b = 'A'; UPDATE pairs SET a = 1 WHERE a = 2; UPDATE pairs SET a = 2 WHERE a = 9; COMMIT;
REPLACE INTO keyed VALUES (3, 33, 'replaced');
BEGIN; INSERT INTO keyed VALUES (50, 1, 'gone'); ROLLBACK;
BEGIN; INSERT INTO keyed VALUES (51, 1, 'kept'); SAVEPOINT s; INSERT INTO keyed VALUES (52, 1, 'gone'); ROLLBACK TO s; COMMIT;
S

# ---- transactions over several tables, compressed ones ----

sql testdb <<'S'
CREATE TABLE ledger (id INT AUTO_INCREMENT PRIMARY KEY, who INT, amount DECIMAL(12,2));
CREATE TABLE totals (who INT PRIMARY KEY, amount DECIMAL(12,2));
CREATE TABLE parent (id INT PRIMARY KEY, n INT) ENGINE = InnoDB;
CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id));
DELIMITER //
CREATE PROCEDURE pay(n INT)
BEGIN
  DECLARE i INT DEFAULT 0;
  WHILE i < n DO
    START TRANSACTION;
    INSERT INTO ledger (who, amount) VALUES (i % 17, i / 4);
    INSERT INTO totals VALUES (i % 17, i / 4) ON DUPLICATE KEY UPDATE amount = amount + VALUES(amount);
    UPDATE keyed SET n = n + 1 WHERE id = i % 5;
    COMMIT;
    SET i = i + 1;
  END WHILE;
END//
DELIMITER ;
CALL pay(500);
INSERT INTO parent VALUES (1, 1), (2, 2); INSERT INTO child VALUES (1, 1), (2, 2), (3, 2);
UPDATE parent JOIN child ON child.p = parent.id SET parent.n = parent.n + 10, child.id = child.id + 100;
DELETE child, parent FROM child JOIN parent ON child.p = parent.id WHERE child.id = 101;
SET SESSION binlog_transaction_compression = ON;
CALL pay(500);
INSERT INTO ledger (who, amount) SELECT who, amount + 1 FROM ledger;
S
wait_caught_up 60 "moved keys, many tables, compressed: caught up"
for table in keyed pairs ledger totals parent child; do same_table "$table"; done

# ---- DDL between rows ----

sql testdb <<'S'
CREATE TABLE ddl (id INT PRIMARY KEY, a INT, b VARCHAR(10), c INT, name VARCHAR(20));
INSERT INTO ddl VALUES (1, 1, 'x', 1, 'n1'), (2, 2, 'y', 2, 'n2');
ALTER TABLE ddl ADD COLUMN d DECIMAL(8,3), ADD COLUMN first_one INT FIRST;
INSERT INTO ddl VALUES (10, 3, 3, 'z', 3, 'n3', 1.125);
UPDATE ddl SET first_one = 5 WHERE id = 1;
ALTER TABLE ddl ADD COLUMN filled INT NOT NULL DEFAULT 42 AFTER a;
INSERT INTO ddl (id, filled) VALUES (4, 43);
ALTER TABLE ddl DROP COLUMN c, MODIFY COLUMN b VARCHAR(100), MODIFY COLUMN a BIGINT;
INSERT INTO ddl (id, a, b) VALUES (5, 9007199254740993, REPEAT('long', 20));
ALTER TABLE ddl RENAME COLUMN name TO title, ALGORITHM = INPLACE;
UPDATE ddl SET title = CONCAT(title, '!'), b = 'touched';
INSERT INTO ddl (id, title) VALUES (6, 'six');
CREATE TABLE made LIKE ddl;
INSERT INTO made SELECT * FROM ddl;
CREATE TABLE picked (PRIMARY KEY (id)) AS SELECT id, title FROM ddl;
CREATE TABLE emptied (id INT PRIMARY KEY, t TEXT);
INSERT INTO emptied VALUES (1, 'a'), (2, 'b');
TRUNCATE TABLE emptied;
INSERT INTO emptied VALUES (2, 'c');
CREATE TABLE gone (id INT PRIMARY KEY); INSERT INTO gone VALUES (1); DROP TABLE gone;
CREATE TABLE gone (id VARCHAR(10) PRIMARY KEY, other INT); INSERT INTO gone VALUES ('text', 1); DROP TABLE gone;
CREATE TABLE old_name (id INT PRIMARY KEY, v INT); INSERT INTO old_name VALUES (1, 1);
RENAME TABLE old_name TO new_name;
INSERT INTO new_name VALUES (2, 2);
CREATE TABLE swap_a (id INT PRIMARY KEY, a INT); CREATE TABLE swap_b (id INT PRIMARY KEY, b VARCHAR(10));
INSERT INTO swap_a VALUES (1, 1); INSERT INTO swap_b VALUES (1, 'one');
CREATE VIEW seen AS SELECT * FROM ddl;
CREATE INDEX by_title ON ddl (title);
ALTER TABLE ddl COMMENT = 'a ; comment /* with */ traps -- here', ADD COLUMN `odd ``name; --` INT;
UPDATE ddl SET `odd ``name; --` = 1;
CREATE TABLE parted (id INT PRIMARY KEY, v INT) PARTITION BY HASH (id) PARTITIONS 3;
INSERT INTO parted VALUES (1, 1), (2, 2), (3, 3), (4, 4);
ALTER TABLE parted TRUNCATE PARTITION p0;
S
wait_caught_up 60 "DDL: caught up"
for table in ddl made picked emptied; do same_table "$table"; done
same_table new_name
status_is '[.tables[] | select(.error != "")] == []'; ok $? "no table has an error" || status | jq -c '[.tables[] | select(.error != "")]' | note

# ---- a row that cannot be told whole is a dead letter, and nothing else waits for it ----

sql testdb -e "CREATE TABLE partial (id INT PRIMARY KEY, v INT, w INT); INSERT INTO partial VALUES (1, 1, 1), (2, 2, 2)"
sql testdb -e "SET SESSION binlog_row_image = MINIMAL; UPDATE partial SET v = 5 WHERE id = 1; INSERT INTO new_name VALUES (3, 3)"
wait_caught_up 60 "a partial row image: caught up"
sql testdb -e "INSERT INTO partial VALUES (3, 3, 3)"
wait_caught_up 60 "rows behind it pass"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT id, v, w FROM partial ORDER BY id' | paste -sd' ')" "1|1|1 2|2|2 3|3|3" "its neighbours are loaded"
status_is '.tables[] | select(.table == "testdb.partial") | .state == "streaming" and .dead == 1'
ok $? "a partial row image is counted" || status | jq -c '.tables[] | select(.table == "testdb.partial")' | note
"$millrace" -c "$dir/millrace.conf" dead list --json | grep -q '"reason":"column w: .*binlog_row_image.*"table":"testdb.partial"'
ok $? "and its letter says why" || "$millrace" -c "$dir/millrace.conf" dead list --json | note
same_table new_name

# ---- a million rows in one transaction ----

sql testdb -e "CREATE TABLE million (id INT PRIMARY KEY, n BIGINT, t VARCHAR(60), at DATETIME(6))"
wait_caught_up 60 "before the million"
sql testdb <<'S'
SET SESSION cte_max_recursion_depth = 1000000;
INSERT INTO million WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
  SELECT i, i * 1000003, CONCAT('row number ', i, ' of a million'), '2026-01-01 00:00:00.123456' FROM n;
S
wait_caught_up 180 "a million rows: caught up"
peak=$(awk '/^VmHWM/ { print int($2 / 1024) }' "/proc/$pid/status")
[ "$peak" -lt 256 ]; ok $? "peak memory $peak MB, under 256"
same_table million
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
