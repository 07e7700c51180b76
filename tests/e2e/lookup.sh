#!/bin/bash
# lookup.sh - lookup{ query = .. } against a real MySQL: rows by key, a table of rates that cannot be read for a while, a statement that is wrong.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<S
CREATE DATABASE testdb; CREATE DATABASE refs;
CREATE TABLE refs.rates (currency VARCHAR(3) PRIMARY KEY, rate DECIMAL(10,4), note VARCHAR(20)) CHARACTER SET utf8mb4;
INSERT INTO refs.rates VALUES ('EUR', 1.1, NULL), ('a''b', 2, 'quote'), ('é', 3, 'accent'), ('JPY', 4, NULL);
USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, currency VARCHAR(3), amount DECIMAL(10,2)) CHARACTER SET utf8mb4;
CREATE TABLE visits (id INT PRIMARY KEY);
INSERT INTO orders VALUES (1, 'EUR', 10), (2, 'a''b', 10), (3, 'é', 10), (4, NULL, 10), (5, 'XXX', 10), (6, 'EUR', 20);
S
cat > "$dir/rates.lua" <<'L'
fields = { total = "decimal(20,4)", note = "varchar(20)" }
local rates = lookup{ query = "SELECT rate, note FROM refs.rates WHERE currency = ?" }

function transform(row, event)
	local found = rates[row.currency]
	if found then
		row.total = row.amount * decimal(found.rate)
		row.note = found.note
	end
	return row
end
L
write_conf <<C
table.include.list = testdb[.].*
[table testdb.orders]
transform = rates.lua
C
m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }
rows() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT * FROM \"$1\" ORDER BY id"; } # TABLE
loaded() { [ "$(rows "$1")" = "$2" ]; } # TABLE ROWS
has_rows() { until_true 30 loaded "$1" "$2"; ok $? "$3" || { rows "$1" | note; what_is_wrong; } } # TABLE ROWS NAME

start_millrace
first=$'1|EUR|10.00||11.0000\n2|a\'b|10.00|quote|20.0000\n3|é|10.00|accent|30.0000\n4||10.00||\n5|XXX|10.00||\n6|EUR|20.00||22.0000'
has_rows orders "$first" "rows by key, whatever the key's text is; NULL and a key without a row give none"
known() { m status --json | python3 -c 'import json, sys; s = json.load(sys.stdin)["scripts"][0]; print(s["lookups"], s["lookups_known"], s["lookups_none"])'; }
told() { [ "$(known)" = "$1" ]; }
until_true 10 told "6 2 2"; ok $? "status tells how many were known" || known | note

# ---- the server does not answer ----

mkfifo "$dir/lock"
sql -n -N < "$dir/lock" > "$dir/locked" 2>&1 &
locker=$!
exec 9> "$dir/lock"
printf "LOCK TABLES refs.rates WRITE;\nSELECT 'locked';\n" >&9
is_locked() { grep -q locked "$dir/locked"; }
until_true 20 is_locked || bail "the rates are not locked"
sql testdb -e "INSERT INTO orders VALUES (7, 'JPY', 10); INSERT INTO visits VALUES (1)"
has_rows visits 1 "another table goes on meanwhile"
waits() { m status --json | grep -q "rates.lua: lookup: MySQL .*(1205)\|rates.lua: lookup: MySQL .*(3024)"; }
until_true 30 waits; ok $? "status says why the table waits" || m status | note
loaded orders "$first"; ok $? "its row is not loaded without"
exec 9>&-
wait "$locker"
has_rows orders "$first"$'\n7|JPY|10.00||40.0000' "it is loaded when the server answers"
is "$(m status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["dead_open"])')" 0 "no row has become a dead letter"

# ---- a statement that is wrong ----

sed -i 's/SELECT rate, note/SELECT rat, note/' "$dir/rates.lua"
m lua run "$dir/rates.lua" --table testdb.orders > "$dir/run.out" 2>&1
grep -q "dead .*rates.lua:5: lookup: MySQL .*Unknown column 'rat'" "$dir/run.out"; ok $? "lua run tells a statement that is wrong" || note < "$dir/run.out"

# ---- texts, comments, and a row that is too large ----

sql -e "SET GLOBAL sql_mode = CONCAT(@@GLOBAL.sql_mode, ',NO_BACKSLASH_ESCAPES')"
sql -e "ALTER TABLE refs.rates ADD COLUMN long_note LONGTEXT; UPDATE refs.rates SET long_note = REPEAT('x', 2000000) WHERE currency = 'EUR'"
cat > "$dir/strange.lua" <<'L'
local rates = lookup{ query = [[SELECT rate /* ' ? */ FROM refs.rates WHERE 'it\'s ?' <> "\"?" AND currency = ? # ?]] }
function transform(row, event)
	if rates[row.currency] then drop("found") end
	return row
end
L
cat > "$dir/large.lua" <<'L'
local rates = lookup{ query = "SELECT rate, long_note FROM refs.rates WHERE currency = ?" }
function transform(row, event)
	if rates[row.currency] then drop("found") end
	return row
end
L
m lua run "$dir/strange.lua" --table testdb.orders --json > "$dir/run.out" 2>&1
is "$(jq -c 'select(.kind == "summary") | [.rows, .deleted, .dead]' "$dir/run.out")" "[7,5,0]" "a ? in a text and in a comment is none, whatever sql_mode is" || note < "$dir/run.out"
m lua run "$dir/large.lua" --table testdb.orders --json > "$dir/run.out" 2>&1
is "$(jq -c 'select(.kind == "summary") | [.rows, .deleted, .dead]' "$dir/run.out")" "[7,3,2]" "a row of two megabytes is not read, others are" || note < "$dir/run.out"
grep -q "large.lua:3: lookup: expected rows of at most 1048576 bytes, found a larger one, which was not read" "$dir/run.out"; ok $? "which is told" || note < "$dir/run.out"
stop_millrace

# ---- two hosts, of which one is not there ----

sed -i 's/SELECT rat,/SELECT rate,/' "$dir/rates.lua"
sed -i 's/^host = .*/host = 127.0.0.1:1, 127.0.0.1/' "$dir/millrace.conf"
start_millrace
sql testdb -e "INSERT INTO orders VALUES (8, 'JPY', 20)"
has_rows orders "$first"$'\n7|JPY|10.00||40.0000\n8|JPY|20.00||80.0000' "of two hosts the one that answers is asked"
stop_millrace
done_testing
