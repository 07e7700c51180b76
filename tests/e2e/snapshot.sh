#!/bin/bash
# snapshot.sh - the snapshot and what is written meanwhile: every type with its extremes, through the snapshot and through
# the stream, into both targets; every snapshot mode; a snapshot that is killed half way.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
sql < "$top/tests/e2e/types.sql"
sql testdb <<'S'
CALL types_rows(0);
CREATE TABLE big (id INT PRIMARY KEY, n INT NOT NULL, pad VARCHAR(200) NOT NULL, KEY (n));
SET SESSION cte_max_recursion_depth = 200000;
INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i, i % 1000, REPEAT('p', 50 + i % 150) FROM n;
S
types="numbers texts times shapes many_keys"

# Moves, deletes and inserts rows on both sides of where the snapshot reads.
writer()
{
	for ((i = 1; ; i++)); do
		echo "UPDATE big SET pad = CONCAT('w', $i) WHERE n = $((i * 37 % 1000)); DELETE FROM big WHERE id = $((i * 7919 % 100000));" || exit
		echo "REPLACE INTO big VALUES ($((200000 + i)), $((i % 1000)), 'new'); UPDATE IGNORE big SET id = id + 1000000 WHERE id = $((i * 104729 % 100000));" || exit
		sleep 0.02
	done
}

# The log holds some rows of the table, and the snapshot goes on.
half_way() { status_is '.capture.snapshot.running and (.tables[] | select(.table == "testdb.big") | .captured > 1000)'; }
snapshot_over() { status_is '.capture.state == "streaming" or .capture.state == "idle"'; }
fresh() { rm -rf "$dir/state"; }

# round NAME BASE [settings]: a snapshot under load, then the same values again through the stream
round()
{
	local name=$1 base=$2 table
	shift 2
	fresh
	start_writer writer
	start_millrace
	until_true 60 snapshot_over; ok $? "$name: the snapshot ends"
	sql testdb -e "CALL types_rows($base)"
	sql testdb -e "UPDATE numbers SET de = de WHERE id < 1000; UPDATE texts SET c = 'moved', id = id + 50 WHERE id BETWEEN $base AND $((base + 5))"
	stop_writer
	wait_caught_up 90 "$name: caught up"
	for table in $types big; do same_table "$table"; done
}

# A small buffer fills while tables come up one by one, so partitions are paused when the reader gets new ones.
write_conf <<< $'[load]\nbuffer.bytes = 1M'
round "embedded, MINIMAL" 100
stop_millrace; ok $? "stops in good order"

# ---- the modes ----

sql -e "SET GLOBAL binlog_row_metadata = FULL"
mode() { echo "snapshot.mode = $1" | write_conf; }

mode initial_only
fresh
start_millrace
until_true 60 status_is '.capture.state == "stopped" or .capture.state == "idle"'; ok $? "initial_only: ends idle"
wait_caught_up 60 "initial_only: loaded"
same_table numbers
sql testdb -e "INSERT INTO numbers (id) VALUES (9000)"
stop_millrace
same_table numbers --where "id <> 9000"
mode initial
start_millrace
wait_caught_up 60 "initial after initial_only: goes on in the stream"
same_table numbers
stop_millrace

mode no_data
fresh
start_millrace
until_true 60 status_is '.capture.snapshot.running == false and .capture.gtid != ""'
sql testdb -e "INSERT INTO numbers (id, i) VALUES (9001, 1); INSERT INTO big VALUES (3000001, 1, 'x')"
wait_caught_up 60 "no_data: caught up"
same_table numbers --where "id = 9001"
same_table big --where "id = 3000001"
stop_millrace

# Whose rows are read, and which of them; the stream passes on all.
write_conf <<'C'
snapshot.include.collection.list = testdb.b.*
snapshot.select.statement.overrides = testdb.big
snapshot.select.statement.overrides.testdb.big = SELECT * FROM testdb.big WHERE n < 10 -- some
C
fresh
start_millrace
until_true 60 snapshot_over; ok $? "overrides: the snapshot ends"
sql testdb -e "UPDATE numbers SET i = 5 WHERE id = 1; UPDATE big SET pad = 'streamed' WHERE n = 11"
wait_caught_up 60 "overrides: caught up"
same_table numbers --where "id = 1"
same_table big --where "n < 10 OR n = 11"
stop_millrace

# never: the binlog from its beginning, which here holds everything since the server began.
mode never
fresh
sql -e "RESET BINARY LOGS AND GTIDS"
sql testdb -e "CREATE TABLE whole (id INT PRIMARY KEY, t VARCHAR(9)); INSERT INTO whole VALUES (1, 'a'), (2, 'b'); UPDATE whole SET id = 3 WHERE id = 1"
start_millrace
wait_caught_up 60 "never: caught up"
same_table whole
stop_millrace

# when_needed: what was not yet read is purged meanwhile, so the tables are read again, and what was deleted meanwhile goes.
mode when_needed
fresh
start_millrace
wait_caught_up 60 "when_needed: caught up"
stop_millrace
sql testdb -e "DELETE FROM many_keys WHERE b = 'Ä'; UPDATE numbers SET i = 77; FLUSH BINARY LOGS"
sql -N -e "SHOW BINARY LOGS" | tail -n 1 | cut -f 1 > "$dir/last"
sql -e "PURGE BINARY LOGS TO '$(cat "$dir/last")'"
start_millrace
wait_caught_up 60 "when_needed: caught up after a purge"
same_table many_keys
same_table numbers
stop_millrace
mode initial
sql testdb -e "UPDATE numbers SET i = 78; FLUSH BINARY LOGS"
sql -N -e "SHOW BINARY LOGS" | tail -n 1 | cut -f 1 > "$dir/last"
sql -e "PURGE BINARY LOGS TO '$(cat "$dir/last")'"
start_millrace
until_true 30 status_is '.capture.state == "failed" and (.capture.error | test("purged.*snapshot.mode = when_needed"))'
ok $? "initial: capture stops when its position is purged, and says what to do" || note < "$dir/run.log"
stop_millrace
rm "$dir/run.log"

# ---- killed half way, rows deleted before it starts again ----

fresh
write_conf < /dev/null
sql testdb -e "SET SESSION cte_max_recursion_depth = 200000;
	INSERT INTO big WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 150000) SELECT i + 4000000, i % 1000, REPEAT('q', 150) FROM n"
sql -e "SET GLOBAL binlog_expire_logs_seconds = 86400"
start_millrace
until_true 60 half_way; ok $? "half way through the snapshot"
jq -e '.capture.snapshot | .table == "testdb.big" and .rows_done > 0 and .keeps_ms > 86000000 and .keeps_ms <= 86400000' "$dir/status_is.json" > /dev/null ||
	status_is '.capture.snapshot.running | not'
ok $? "status tells the table, and how long the binlog is kept"
status_is '.capture.snapshot.running | not' || jq -e '.capture | (.reading | length) == .snapshot.tables_total and
	any(.reading[]; .table == "testdb.big" and .rows > 0 and .total > 1000 and (.state | IN("running", "done")))' "$dir/status_is.json" > /dev/null
ok $? "status lists the tables" || jq -c .capture.reading "$dir/status_is.json" | note
kill_millrace
sql testdb -e "DELETE FROM big WHERE id % 3 = 0; DELETE FROM numbers WHERE id < 3; UPDATE big SET id = id + 5000000 WHERE n = 7"
start_millrace
wait_caught_up 90 "killed half way: caught up"
same_table big
same_table numbers
stop_millrace

# ---- the same into StarRocks, with full metadata ----

start_starrocks
starrocks_conf | write_conf
round "StarRocks, FULL" 200
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
