#!/bin/bash
# oncall.sh - questions of docs/oncall.md on a pipeline in which each situation is real: the keys that stand there, pressed in consoles of 80x24 and
# 120x40 that are attached to it, lead to the words that stand there. (tests/screen/test_oncall.c walks all thirty, on answers that are made.)
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/oncall_lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
cat > "$dir/shop.lua" <<'L'
function transform(row)
	if row.status == "test" then return drop("a test") end
	if row.amount < 0 then error("negative amount") end
	return row
end
L
write_conf <<C
[table testdb.*]
transform = shop.lua
C
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.items (id INT PRIMARY KEY, status VARCHAR(10), amount INT); CREATE TABLE testdb.orders LIKE testdb.items;
	INSERT INTO testdb.items VALUES (1, 'new', 1), (4711, 'test', 5); INSERT INTO testdb.orders VALUES (1, 'new', 7), (2, 'new', 8)"
start_millrace
until_true 60 status_is '[.tables[] | select(.loaded > 0)] | length == 2'; ok $? "rows flow"
until_true 20 status_is '.problems == []'; ok $? "and nothing is wrong" || status | jq -c .problems | note

open_consoles
question 1 "nothing is wrong" "complete to"
question 3 "attached" "$(id -un)" "last request"
question 12 "This costs" "group-reset"
question 15 "verdict:" "shop.lua"
question 16 "version"
question 19 "FOLLOW"
question 20 "<'4711>" "1/1"
question 21 "save"
question 25 "settings in force"
question 26 "purge" "catch up"
question 27 "This costs" "snapshot"
question 29 "This costs" "replay"

sql -e "INSERT INTO testdb.orders VALUES (3, 'new', -1)"
until_true 60 status_is '.dead_open == 1'; ok $? "a row becomes a dead letter"
status_is 'any(.events[]; .level == "warning" and (.msg | test("^testdb.orders: rows became dead letters, shop.lua:3;")))'; ok $? "which is an event" || status | jq -c .events | note
question 17 "reason" "negative am"
question 18 "This costs" "dead-retry"
question 14 "failed"
sed -i 's/if row.amount < 0.*/if row.amount < 0 then row.amount = 0 end/' "$dir/shop.lua"
press '`7` `a`' 80x24
until_true 30 shows 80x24 "a runs them"; ok $? "the script is mended: what it would do otherwise" || screen 80x24 | note
press '`a`' 80x24
until_true 30 status_is 'any(.events[]; .msg | test("takes the place of"))'; ok $? "and it runs"
question 22 "takes the pl"
press '`D` `r`' 80x24
until_true 20 shows 80x24 "This costs"
press '`y`' 80x24
until_true 60 status_is '.dead_open == 0'; ok $? "the row is retried by keys" || { screen 80x24; status | jq -c .events; } | note
home 80x24

"$millrace" -c "$dir/millrace.conf" pause testdb.items > /dev/null
told warning testdb.items
question 13 "paused on request of $(id -un)"
sql -e "INSERT INTO testdb.items VALUES (7, 'new', 1), (8, 'new', 1), (9, 'new', 1)"
until_true 20 status_is 'any(.tables[]; .table == "testdb.items" and .lag_rows == 3)'; ok $? "its rows wait"
question 10 "lag rows" "testdb.items"
"$millrace" -c "$dir/millrace.conf" resume testdb.items > /dev/null
await 20 problem_is_over table-paused

sql -e "SET sql_log_bin = 0; ALTER TABLE testdb.items ADD w INT; SET sql_log_bin = 1; INSERT INTO testdb.items VALUES (10, 'new', 1, 1)"
until_true 30 has_problem table-stopped testdb.items; ok $? "a DDL outside the binlog stops a table"
told error testdb.items
question 4 "what to do" "r does it: resume what=testdb.items"
question 11 "error:"
sql -e "SET sql_log_bin = 0; ALTER TABLE testdb.items DROP w; SET sql_log_bin = 1"
press '`!` `Enter` `r`' 80x24
until_true 30 problem_is_over table-stopped testdb.items; ok $? "the cause is corrected, and a key lets it go on" || screen 80x24 | note
home 80x24

"$top/tests/servers/mysql" kill "$dir/mysql"
until_true 60 has_problem capture-retrying capture; ok $? "MySQL is gone"
for size in 80x24 120x40; do
	until_true 20 shows "$size" "1 PROBLEM"; ok $? "the header of $size says so" || screen "$size" | note
done
question 2 "Nothing is lost"
question 5 "mysql tcp" "refused"

stop_millrace; ok $? "it stops in good order"
done_testing
