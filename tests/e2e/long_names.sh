#!/bin/bash
# long_names.sh - the longest names that MySQL takes (its file names have 255 bytes), of three bytes a character: through the snapshot,
# the stream, the embedded log and the warehouse, and in status, check, problems and requests without a byte missing.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
rep() { printf "%.0s$1" $(seq "$2"); }
db=$(rep 漢 49) table=$(rep 字 48)x1 other=$(rep 字 48)x2 column=$(rep 列 64)
write_conf < /dev/null
sed -i "s/^database.include.list.*/database.include.list = $db/" "$dir/millrace.conf"
sql -e "CREATE DATABASE $db; USE $db; CREATE TABLE $table (id INT PRIMARY KEY, $column INT); CREATE TABLE $other LIKE $table;
	INSERT INTO $table VALUES (1, 10), (2, 20); INSERT INTO $other VALUES (1, 1)"
ask() { "$millrace" -c "$dir/millrace.conf" "$@" > "$dir/out" 2>&1; }
warehouse() { sqlite3 "$dir/state/warehouse/$db.db" "$1"; }

ask check --json; jq -e --arg t "table $db.$table" 'any(.items[]; .subject == $t)' "$dir/out" > /dev/null; ok $? "check has the whole name"
start_millrace
has_rows() { [ "$(warehouse "SELECT id, \"$column\" FROM \"$1\" ORDER BY id" 2>/dev/null | tr '\n' ' ')" = "$2" ]; }
until_true 15 has_rows "$table" "1|10 2|20 "; ok $? "the snapshot is in the warehouse" || { tail -n 5 "$dir/run.log"; ls "$dir/state/warehouse"; status | jq -c ".tables[]"; warehouse .tables; } | note
sql -e "USE $db; UPDATE $table SET $column = 11 WHERE id = 1; INSERT INTO $table VALUES (3, 30); DELETE FROM $table WHERE id = 2; ALTER TABLE $table ADD COLUMN ${column:1}y INT DEFAULT 5"
sql -e "INSERT INTO $db.$table VALUES (4, 40, 6)"
until_true 15 has_rows "$table" "1|11 3|30 4|40 "; ok $? "and the changes" || { tail -n 5 "$dir/run.log"; ls "$dir/state/warehouse"; status | jq -c ".tables[]"; warehouse .tables; } | note
until_true 15 has_rows "$other" "1|1 "; ok $? "the other table, whose name differs in its last byte, has its own rows"
status_is --arg a "$db.$table" --arg b "$db.$other" '[.tables[].table] | index($a) != null and index($b) != null'; ok $? "status has both names whole" || status | jq -c '[.tables[].table]' | note
ask pause "$db.$table"; is $? 0 "a request finds the table" || note < "$dir/out"
until_true 10 has_problem table-paused "$db.$table"; ok $? "the problem has the whole name" || status | jq -c .problems | note
sql -e "INSERT INTO $db.$table VALUES (5, 50, 7); INSERT INTO $db.$other VALUES (2, 2)"
until_true 15 has_rows "$other" "1|1 2|2 "; ok $? "the other one goes on"
has_rows "$table" "1|11 3|30 4|40 "; ok $? "and this one waits"
ask resume "$db.$table"; is $? 0 "it goes on"
until_true 15 has_rows "$table" "1|11 3|30 4|40 5|50 "; ok $? "with its row"
ask snapshot "$db.$table" --wait; is $? 0 "an incremental snapshot of it" || note < "$dir/out"
stop_millrace; is $? 0 "it stops"
start_millrace
sql -e "INSERT INTO $db.$table VALUES (6, 60, 8)"
until_true 15 has_rows "$table" "1|11 3|30 4|40 5|50 6|60 "; ok $? "after a restart" || { tail -n 5 "$dir/run.log"; ls "$dir/state/warehouse"; status | jq -c ".tables[]"; warehouse .tables; } | note
no_trouble
done_testing
