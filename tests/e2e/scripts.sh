#!/bin/bash
# scripts.sh - sections [table NAME] at work: a filter in a line, patterns, scripts in a row, and what a reload makes of them.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<S
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), email VARCHAR(60), amount DECIMAL(10,2));
CREATE TABLE people (id INT PRIMARY KEY, status VARCHAR(20), email VARCHAR(60), amount DECIMAL(10,2));
CREATE TABLE visits (id INT PRIMARY KEY, status VARCHAR(20), email VARCHAR(60), amount DECIMAL(10,2));
INSERT INTO orders VALUES (1, 'paid', 'ana@b.c', 1.25), (2, 'test', 'bob@b.c', 2.50), (3, NULL, 'eve@b.c', 3.75);
INSERT INTO people SELECT * FROM orders; INSERT INTO visits SELECT * FROM orders;
S
cat > "$dir/mask.lua" <<'L'
function transform(row, event)
	row.email = mask(row.email)
	return row
end
L
cat > "$dir/cents.lua" <<'L'
fields = { cents = "bigint" }
function transform(row, event)
	row.cents = row.amount:scale(2)
	return row
end
L
write_conf <<C
[table *]
transform = mask.lua
[table testdb.p*]
filter = row.status ~= 'test'
transform = mask.lua, cents.lua
[table testdb.orders]
filter = row.status ~= 'test'
C
rows() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT * FROM \"$1\" ORDER BY id"; } # TABLE
loaded() { [ "$(rows "$1")" = "$2" ]; } # TABLE ROWS
has_rows() { until_true 20 loaded "$1" "$2"; ok $? "$3" || { rows "$1" | note; what_is_wrong; } } # TABLE ROWS NAME
m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }

# ---- what a section means ----

m check > "$dir/check.out"; is $? 0 "check: exit 0" || note < "$dir/check.out"
start_millrace
wait_caught_up "the rows are loaded"
has_rows orders $'1|paid|ana@b.c|1.25\n3||eve@b.c|3.75' "a filter in a line; NULL is not 'test'"
has_rows people $'1|paid|a**@*.*|1.25|125\n3||e**@*.*|3.75|375' "a pattern: filter and scripts in a row"
has_rows visits $'1|paid|a**@*.*|1.25\n2|test|b**@*.*|2.50\n3||e**@*.*|3.75' "the pattern for all others"
sql testdb -e "UPDATE orders SET status = 'test' WHERE id = 1; UPDATE orders SET status = 'new' WHERE id = 2"
has_rows orders $'2|new|bob@b.c|2.50\n3||eve@b.c|3.75' "a row that leaves the filter is deleted, one that enters it is loaded"

# ---- a reload ----

line=$(grep -n "^filter" "$dir/millrace.conf" | tail -n 1 | cut -d : -f 1)
sed -i "$line s/.*/filter = row.status ~= 'x' andd true/" "$dir/millrace.conf"
m check > "$dir/check.out"; is $? 1 "a filter that is no Lua: exit 1"
grep -q "millrace.conf:$line: " "$dir/check.out"; ok $? "told with the line of the configuration" || note < "$dir/check.out"
sed -i "$line s/.*/filter = row.staus ~= 'x'/" "$dir/millrace.conf"
m check > "$dir/check.out"; is $? 1 "a filter over a column that the table lacks: exit 1"
grep -q "millrace.conf:$line: row.staus: expected a column of testdb.orders" "$dir/check.out"; ok $? "told with the line and the nearest" || note < "$dir/check.out"
sed -i "$line s/.*/filter = row.id > 2/; s/^\[table testdb.p\*\]/[table testdb.people]/" "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 grep -q "testdb.people through \[table testdb.people\]" "$dir/run.log"; ok $? "a table whose section is another now" || what_is_wrong
sql testdb -e "UPDATE orders SET status = 'old'; INSERT INTO people VALUES (4, 'paid', 'kim@b.c', 4)"
has_rows orders $'3|old|eve@b.c|3.75' "the filter of the new configuration"
has_rows people $'1|paid|a**@*.*|1.25|125\n3||e**@*.*|3.75|375\n4|paid|k**@*.*|4.00|400' "the scripts of the section that is called otherwise"
sed -i "$line s/.*/filter = row.id/" "$dir/millrace.conf"
kill -HUP "$pid"
sql testdb -e "UPDATE orders SET status = 'older'"
until_true 20 status_is '[.tables[] | select(.table == "testdb.orders" and .dead > 0)] | length == 1'; ok $? "a filter that is neither true nor false is told for each row" || what_is_wrong
m dead list | grep -q "millrace.conf:$line: filter: expected true or false, found "; ok $? "with the line" || m dead list | note
echo "[table testdb.nothing*]" >> "$dir/millrace.conf"
m check > "$dir/check.out"
grep -q "testdb.nothing\*\].* is the section of no captured table" "$dir/check.out"; ok $? "check names a section that matches no table" || note < "$dir/check.out"
stop_millrace; is $? 0 "stops"
no_trouble
done_testing
