#!/bin/bash
# merge_kinds.sh - several sources in one table, otherwise than merge.sh: keys that are in one source only (source.in.key = false), rows that
# are only added (target.mode = append), columns that swap their names, a type that changes in one source after the other, and how
# often all of them together load the table.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
running=
starrocks_db=dw
warehouse() { sqlite3 -separator $'\t' -nullvalue NULL "$dir/state/warehouse/dw.db" "$1"; }
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
conf() { [ "$1" != starrocks ] || starrocks_conf; shift; printf '[kafka]\ntopic.prefix = mysql\n[table testdb.orders_*]\ntarget = dw.orders\nsource.column = shard\n'; printf '%s\n' "$@"; }
each() { local s; for s in 0 1 2; do printf '%s ' "${1//%s/$s}"; done; }
here() { sql testdb -N -e "SELECT * FROM ($(each "SELECT 'orders_%s' s, id, $1 FROM orders_%s UNION ALL ")SELECT NULL, NULL, $2) x WHERE s IS NOT NULL ORDER BY s, id"; }
there() { $kind "SELECT shard, id, $1 FROM orders ORDER BY shard, id"; }
same() { local a b; a=$(here "$1" "$2") b=$(there "$1"); [ -n "$a" ] && [ "$a" = "$b" ]; }
equal() # NAME COLUMNS NULLS
{
	until_true 30 same "$2" "$3"; ok $? "$kind: $1" || diff <(there "$2") <(here "$2" "$3") | note
}
verified() { local s; for s in 0 1 2; do mr verify "testdb.orders_$s" > "$dir/out" 2>&1; ok $? "$kind: $1: orders_$s is equal" || note < "$dir/out"; done; }
begin() # KIND SETTING...
{
	kind=$1
	[ -z "$running" ] || stop_millrace
	rm -rf "$dir/state"
	sql -e "DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb"
	sql testdb -e "$(each "CREATE TABLE orders_%s (id INT PRIMARY KEY, v VARCHAR(40), w VARCHAR(40), n INT); INSERT INTO orders_%s VALUES (1%s, 'v1', 'w1', 1), (2%s, 'v2', 'w2', 2), (3%s, 'v3', NULL, -3);")"
	[ "$kind" != starrocks ] || starrocks_db='' starrocks "DROP DATABASE IF EXISTS dw"
	conf "$@" | write_conf
	start_millrace
	running=1
	wait_caught_up "$kind: the snapshots"
}

for target in warehouse starrocks; do
	# ---- no key is in two sources ----
	begin $target "source.in.key = false"
	equal "source.in.key = false: the snapshots" "v, w, n" "NULL, NULL, NULL"
	sql testdb -e "UPDATE orders_0 SET v = 'changed' WHERE id = 10; DELETE FROM orders_1 WHERE id = 21; UPDATE orders_2 SET id = 92 WHERE id = 12; TRUNCATE orders_0; INSERT INTO orders_0 VALUES (50, 'after', NULL, 0)"
	wait_caught_up "$target: changes"
	equal "source.in.key = false: changes, TRUNCATE of one" "v, w, n" "NULL, NULL, NULL"
	verified "source.in.key = false"
	kill_millrace
	sql testdb -e "INSERT INTO orders_1 VALUES (61, 'down', 'w', 6); DELETE FROM orders_2 WHERE id = 22"
	start_millrace
	wait_caught_up "$target: after a kill"
	equal "source.in.key = false: after a kill" "v, w, n" "NULL, NULL, NULL"
	if [ $target = starrocks ]; then
		is "$(starrocks "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_NAME = 'orders' AND COLUMN_KEY = 'PRI'")" id "the source is no part of the key"
	else
		is "$(warehouse "SELECT name FROM pragma_table_info('orders') WHERE pk > 0")" id "the source is no part of the key"
	fi

	# ---- two columns swap their names in one statement ----
	sql testdb -e "ALTER TABLE orders_1 RENAME COLUMN v TO w, RENAME COLUMN w TO v; INSERT INTO orders_1 (id, v, w) VALUES (71, 'new v', 'new w')"
	wait_caught_up "$target: columns that swap their names"
	equal "a swap of two columns of one source" "v, w, n" "NULL, NULL, NULL"
	verified "after the swap"

	# ---- rows are only added ----
	begin $target "target.mode = append"
	sql testdb -e "UPDATE orders_0 SET v = 'again' WHERE id = 10; DELETE FROM orders_1; INSERT INTO orders_1 VALUES (11, 'v1', 'w1', 1)"
	wait_caught_up "$target: rows that are added"
	is "$($target "SELECT shard, id, v FROM orders ORDER BY shard, id, v" | tr '\t\n' '= ')" \
		"orders_0=10=again orders_0=10=v1 orders_0=20=v2 orders_0=30=v3 orders_1=11=v1 orders_1=11=v1 orders_1=21=v2 orders_1=31=v3 orders_2=12=v1 orders_2=22=v2 orders_2=32=v3 " \
		"$target: append: every version of a row, with its source"
	kill_millrace
	start_millrace
	sql testdb -e "TRUNCATE orders_1; INSERT INTO orders_1 VALUES (41, 'v4', NULL, 4)"
	wait_caught_up "$target: TRUNCATE of one"
	is "$($target "SELECT shard FROM orders ORDER BY shard" | uniq -c | awk '{ printf "%s=%s ", $2, $1 }')" "orders_0=4 orders_1=1 orders_2=3 " "$target: append: TRUNCATE of one source takes its rows, each row is there once"
	# Of rows that are there none can be changed: the table is read again by itself, after its rows of before are taken away.
	sql testdb -e "ALTER TABLE orders_2 RENAME COLUMN v TO w, RENAME COLUMN w TO v"
	until_true 30 grep -q "source: testdb.orders_2 is read again: ALTER TABLE" "$dir/run.log"; ok $? "$target: append: a swap of two columns is told" || what_is_wrong
	wait_caught_up "$target: append: a swap of two columns"
	is "$($target "SELECT id, v, w FROM orders WHERE shard = 'orders_2' ORDER BY id, v")" "$(sql testdb -N -e "SELECT id, v, w FROM orders_2 ORDER BY id")" "$target: append: its rows are as MySQL has them, each once"
	is "$($target "SELECT v FROM orders WHERE shard = 'orders_0' AND id = 20")" v2 "$target: append: those of another source as they were"
	until_true 20 problem_is_over column-empty testdb.orders_2; ok $? "$target: append: nothing is told any more" || what_is_wrong
	no_trouble
done

# ---- a type changes in one source after the other: the warehouse ----
begin warehouse
type_is() { is "$(warehouse "SELECT type FROM pragma_table_info('orders') WHERE name = 'n'")" "$1" "$2"; }
type_is INTEGER "whole numbers in all sources"
sql testdb -e "ALTER TABLE orders_1 MODIFY n VARCHAR(20); UPDATE orders_1 SET n = '007' WHERE id = 11; UPDATE orders_0 SET n = 8 WHERE id = 10"
wait_caught_up "one has text"
equal "one source has text, the others numbers" n NULL
type_is TEXT "the column is text"
verified "one has text"
stop_millrace
start_millrace
for s in 0 2; do
	sql testdb -e "ALTER TABLE orders_$s MODIFY n VARCHAR(20); UPDATE orders_$s SET n = CONCAT('0', n) WHERE id < 20; INSERT INTO orders_2 (id, n) VALUES (8$s, '5')"
	wait_caught_up "orders_$s has text, too"
	equal "the next one, orders_$s" n NULL
done
verified "all have text"
sql testdb -e "UPDATE orders_2 SET n = '3'; ALTER TABLE orders_2 MODIFY n DOUBLE; UPDATE orders_2 SET n = 0.1 WHERE id = 22"
wait_caught_up "one has floating point"
type_is ANY "text and floating point"
verified "text and floating point"
is "$(status | jq -c '[.problems[].code]')" '[]' "no problem"
no_trouble

# ---- how often ----
begin starrocks "load.interval = 1s"
for i in {1..40}; do
	sql testdb -e "$(each "UPDATE orders_%s SET v = 'round $i';")"
	sleep 0.1
done
wait_caught_up "changes of three sources"
equal "changes of all" "v, w, n" "NULL, NULL, NULL"
mr 'do' loads > "$dir/loads"
# From the first of them that began to the last one: so many as seconds, and one more.
jq -s -e 'sort_by(.at_us) | ((.[-1].at_us - .[0].at_us) / 1000000 + 2.5) as $most | length > 3 and length <= $most' "$dir/loads" > /dev/null
ok $? "three busy sources load their table once a second together" || jq -c .at_us "$dir/loads" | note
no_trouble
stop_millrace; ok $? "stops"
done_testing
