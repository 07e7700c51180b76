#!/bin/bash
# xa.sh - XA transactions: nothing is given out before the COMMIT, nothing of a ROLLBACK at all, and who is killed in
# between loses nothing and has nothing twice.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT);
CREATE TABLE marker (id INT PRIMARY KEY);
INSERT INTO t VALUES (1, 1), (2, 2);
S
write_conf < /dev/null
warehouse() { sqlite3 -cmd '.timeout 20000' "$dir/state/warehouse/testdb.db" "$1" 2>/dev/null; }
has_marker() { [ "$(warehouse "SELECT COUNT(*) FROM marker WHERE id = $1")" = 1 ]; }
markers=0
# Everything before it in the binlog has been read when it is there.
passed()
{
	markers=$((markers + 1))
	sql testdb -e "INSERT INTO marker VALUES ($markers)"
	until_true 60 has_marker $markers
	ok $? "$1" || what_is_wrong
}
rows() { warehouse 'SELECT id, v FROM t ORDER BY id' | tr '\n|' ' :'; }

start_millrace
wait_caught_up "the tables are read"
sql testdb -e "XA START 'one'; INSERT INTO t VALUES (3, 3); XA END 'one'; XA COMMIT 'one' ONE PHASE"
passed "a COMMIT in one phase"
is "$(rows)" "1:1 2:2 3:3 " "is there at once"

sql testdb -e "XA START 'keep'; INSERT INTO t VALUES (4, 4); UPDATE t SET v = 11 WHERE id = 1; XA END 'keep'; XA PREPARE 'keep'"
sql testdb -e "XA START 'drop','branch'; INSERT INTO t VALUES (5, 5); DELETE FROM t WHERE id = 2; XA END 'drop','branch'; XA PREPARE 'drop','branch'"
passed "two that are prepared"
is "$(rows)" "1:1 2:2 3:3 " "are not there"

kill_millrace
sql testdb -e "INSERT INTO t VALUES (6, 6)"
start_millrace
passed "after a kill"
is "$(rows)" "1:1 2:2 3:3 6:6 " "they are still not there, what came later is"
sql testdb -e "XA ROLLBACK 'drop','branch'; XA COMMIT 'keep'"
passed "a ROLLBACK and a COMMIT"
is "$(rows)" "1:11 2:2 3:3 4:4 6:6 " "one has happened, the other has not"
same_table t
wait_caught_up "the position has all of them"

kill_millrace
start_millrace
passed "once more from the start"
same_table t
wait_caught_up "nothing is asked for again"
stop_millrace
ok $? "stops"
no_trouble

# ---- prepared before the snapshot, committed after it ----

rm -rf "$dir/state"
sed -i '/^\[mysql\]/a snapshot.lock.timeout.ms = 500' "$dir/millrace.conf"
for mode in minimal none; do
	rm -rf "$dir/state"
	sed -i -e '/^snapshot.locking.mode/d' -e "/^\[mysql\]/a snapshot.locking.mode = $mode" "$dir/millrace.conf"
	sql testdb -e "DELETE FROM t WHERE id = 7; XA START 'early'; INSERT INTO t VALUES (7, 7); XA END 'early'; XA PREPARE 'early'"
	start_millrace
	until_true 30 status_is '.capture.error | test("XA transaction 0x6561726C79.* was prepared before the snapshot")'
	ok $? "$mode: the snapshot waits for one that is prepared, and names it" || jq -c .capture "$dir/status_is.json" | note
	sql testdb -e "XA COMMIT 'early'"
	wait_caught_up "$mode: it begins when that has ended"
	same_table t
	stop_millrace
done
done_testing
