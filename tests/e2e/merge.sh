#!/bin/bash
# merge.sh - sixteen tables with the same keys are loaded into one, which has a column for the source (source.column), in
# StarRocks and in the embedded warehouse. Changes, DDL, TRUNCATE, DROP and snapshots of one of them touch its rows only.
# Sources that the column does not tell apart stay refused.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
shards=$(printf '%02d ' {0..15})
starrocks_db=dw
warehouse() { sqlite3 -separator $'\t' -nullvalue NULL "$dir/state/warehouse/dw.db" "$1"; }
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
all() { local s; for s in $shards; do [ "$s" = "${gone:-}" ] || printf '%s ' "${1//%s/$s}"; done; }
conf() { printf '[kafka]\ntopic.prefix = mysql\n[table testdb.orders_*]\ntarget = dw.orders\nsource.column = shard\n%s\n' "${1:-}"; }

# equal QUERY NAME [COLUMN [SHARD OWN [TARGET]]]: of all sources, as MySQL has them; one SHARD has OWN instead
equal()
{
	local s column=${3:-v} own=${4:-} target=${6:-${3:-v}} list='' there here
	for s in $shards; do
		[ "$s" = "${gone:-}" ] || list+="${list:+ UNION ALL }SELECT 'orders_$s' s, id, $([ "$s" = "$own" ] && echo "$5" || echo "$column") FROM orders_$s"
	done
	here=$(sql testdb -N -e "SELECT * FROM ($list) x ORDER BY s, id")
	there=$($1 "SELECT shard, id, $target FROM orders ORDER BY shard, id")
	[ -n "$here" ] && [ "$there" = "$here" ]; ok $? "$2" || diff <(echo "$there") <(echo "$here") | head -20 | note
}
verified() { mr verify > "$dir/out" 2>&1; ok $? "$1: verify finds no difference" || note < "$dir/out"; }

round() # KIND QUERY
{
	gone=
	sql -e "DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb"
	sql testdb -e "$(all "CREATE TABLE orders_%s (id INT PRIMARY KEY, v VARCHAR(40), w INT); INSERT INTO orders_%s VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3);")"
	sql testdb -e "UPDATE orders_07 SET v = 'seven'; UPDATE orders_11 SET w = 11"
	start_millrace
	wait_caught_up "$1: the snapshots"
	equal "$2" "$1: equal after the snapshots"
	sql testdb -e "UPDATE orders_01 SET v = 'changed' WHERE id = 2; DELETE FROM orders_02 WHERE id = 2; UPDATE orders_03 SET id = 9 WHERE id = 1; INSERT INTO orders_04 VALUES (10, 'it''s \"ten\"', NULL);
		TRUNCATE orders_05; INSERT INTO orders_05 VALUES (2, 'after', 2); TRUNCATE orders_06"
	wait_caught_up "$1: changes"
	equal "$2" "$1: changes and TRUNCATE touch one source's rows"
	verified "$1"
	sql testdb -e "ALTER TABLE orders_08 ADD COLUMN n INT DEFAULT 5; INSERT INTO orders_08 VALUES (20, 'n', 1, 6); ALTER TABLE orders_09 RENAME COLUMN v TO vv; INSERT INTO orders_09 VALUES (21, 'vv', 1);
		ALTER TABLE orders_10 DROP COLUMN w; INSERT INTO orders_10 VALUES (22, 'no w')"
	wait_caught_up "$1: schema changes of some"
	kill_millrace
	sql testdb -e "UPDATE orders_09 SET vv = 'down' WHERE id = 1; DELETE FROM orders_15; ALTER TABLE orders_10 ADD COLUMN w INT"
	start_millrace
	wait_caught_up "$1: after a kill"
	equal "$2" "$1: a column that one has renamed keeps the others' values" v 09 NULL
	equal "$2" "$1: and has its own under the new name" NULL 09 vv vv
	equal "$2" "$1: a column that one has dropped keeps the others' values, and shows no old ones when it is there again" w
	equal "$2" "$1: a column that one has added" NULL 08 n "CASE WHEN shard = 'orders_08' THEN n END"
	for s in 00 08 09 10 15; do mr verify "testdb.orders_$s" > "$dir/out" 2>&1; ok $? "$1: orders_$s is verified by itself" || note < "$dir/out"; done
	mr snapshot testdb.orders_11 --truncate --wait > /dev/null; ok $? "$1: snapshot --truncate of one"
	wait_caught_up "$1: read again"
	equal "$2" "$1: reading one again touches its rows only" w
	mr trace testdb.orders_07 2 > "$dir/out"; grep -q 'target: there' "$dir/out"; ok $? "$1: trace finds the row" || note < "$dir/out"
	sql testdb -e "DROP TABLE orders_12"; gone=12
	wait_caught_up "$1: one is dropped"
	no_12() { [ "$($1 "SELECT COUNT(*) FROM orders WHERE shard = 'orders_12'")" = 0 ]; }
	until_true 30 no_12 "$2"; ok $? "$1: its rows are gone" || what_is_wrong
	equal "$2" "$1: the others' are not" w
	stop_millrace; ok $? "$1: stops"
}

{ starrocks_conf; conf; } | write_conf
sql -e "CREATE DATABASE testdb"
round starrocks starrocks
is "$(starrocks "SELECT COUNT(*) FROM information_schema.columns WHERE TABLE_NAME = 'orders' AND COLUMN_KEY = 'PRI'")" 2 "the source is part of the key"
is "$(mr ddl testdb.orders_00 | grep -c 'PRIMARY KEY (`id`, `shard`)')" 1 "ddl says so"

# ---- by accident ----
{ starrocks_conf; conf "[table testdb.other]
target = dw.orders"; } | write_conf
sql testdb -e "CREATE TABLE other (id INT PRIMARY KEY, v VARCHAR(40))"
mr check > "$dir/out"; is $? 1 "a source without the column is refused"
grep -q 'testdb.other have the same target, dw.orders' "$dir/out"; ok $? "by name" || note < "$dir/out"
{ starrocks_conf; conf "source.value = database"; } | write_conf
mr check > "$dir/out"; is $? 1 "sources with the same value are refused"
grep -q 'testdb.orders_01 have the same target, dw.orders' "$dir/out"; ok $? "by name" || note < "$dir/out"
{ starrocks_conf; conf; } | sed "s/^source.column = shard/source.column = V/" | write_conf
mr check > "$dir/out"; is $? 1 "a column that the source has itself is refused"
grep -q 'source.column = v, and the source has a column of that name' "$dir/out"; ok $? "by name" || note < "$dir/out"

# ---- the embedded warehouse ----
rm -rf "$dir/state"
conf | write_conf
round warehouse warehouse
no_trouble
done_testing
