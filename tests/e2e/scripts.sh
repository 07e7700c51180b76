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
cat > "$dir/share.lua" <<'L'
return { hide = function(text) return mask(text) end }
L
cat > "$dir/people.lua" <<'L'
local share, column = require("share")
function init(config) column = config.column end
function transform(row, event)
	row[column] = share.hide(row[column])
	log.info("row " .. row.id)
	counter("hidden")
	return row
end
L
write_conf <<C
[load]
script.instructions = 40000000
[table *]
transform = mask.lua
[table testdb.p*]
filter = row.status ~= 'test'
transform = people.lua, cents.lua
script.column = email
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
m dead list --json | grep -q "millrace.conf:$line: filter: expected true or false, found "; ok $? "with the line" || m dead list | note
echo "[table testdb.nothing*]" >> "$dir/millrace.conf"
m check > "$dir/check.out"
grep -q "testdb.nothing\*\].* is the section of no captured table" "$dir/check.out"; ok $? "check names a section that matches no table" || note < "$dir/check.out"

# ---- a version, and one that its cases do not let in ----

version() { status | jq -r '.tables[] | select(.table == "testdb.visits") | .script'; }
before=$(version)
printf %s "$before" | grep -qE '^[0-9a-f]{12}$'; ok $? "status tells the version of a table's script: $before"
until_true 20 status_is '.tables[] | select(.table == "testdb.people") | .script_rows > 2 and .script_ns > 0 and .counts == "hidden 3"'; ok $? "what it costs and counts" || status | jq -c .tables | note
until_true 20 status_is '[.scripts[] | select(.table == "testdb.people") | .script] | . == ["millrace.conf", "people.lua", "cents.lua"]'; ok $? "each script of the row" || status | jq -c .scripts | note
status_is '.scripts[] | select(.table == "testdb.people" and .script == "people.lua") | .rows > 0 and .out > 0 and .ns > 0 and .p50_ns > 0 and .p99_ns >= .p50_ns and .bytes > 0 and .memory > 10000 and .section == "testdb.people"'; ok $? "and what each costs" || status | jq -c .scripts | note
status_is '.scripts[] | select(.table == "testdb.orders") | .dead > 0 and .failed_key == "{\"id\":\"3\"}" and (.failed | startswith("millrace.conf:'"$line"': filter: expected true or false, found ")) and .failed_line == '"$line"; ok $? "the last row that failed, and where" || status | jq -c .scripts | note
row_cost() { m history script.row --from 5m --step 1 --json | jq -e '[.values[] | select(. != null and . > 0)] | length > 0' > /dev/null; }
until_true 20 row_cost; ok $? "and over time"
m status > "$dir/out"; grep -qE '^    script people.lua [0-9a-f]{12}, [0-9]+ rows/s, [0-9]+ ns a row \(p50 [0-9]+, p99 [0-9]+\)' "$dir/out"; ok $? "told for a person" || note < "$dir/out"
sed -i "s/^filter = row.id > 2/filter = row.id > 2/; $line s/.*/filter = row.status ~= 'x'/" "$dir/millrace.conf"
cat > "$dir/mask.lua" <<'L'
function transform(row, event)
	if row.status == "test" then drop("a test") end
	row.email = truncate(row.email, 3)
	return row
end
L
cat > "$dir/mask.cases" <<'J'
{"table": "testdb.visits", "columns": {"id": "int", "status": "varchar(20)", "email": "varchar(60)"}, "key": ["id"]}
{"name": "an address is masked", "row": {"id": 1, "email": "a@b.c"}, "expect": {"email": "*@*.*"}}
J
kill -HUP "$pid"
until_true 20 grep -q "mask.cases:2: case 'an address is masked': email: expected " "$dir/run.log"; ok $? "a reload whose cases fail is refused, with the case" || what_is_wrong
is "$(version)" "$before" "and the version before it stays"
grep -q "script: people.lua:5: row 1$" "$dir/run.log"; ok $? "log.info writes into the log, with its line" || note < "$dir/run.log"
sed -i 's/truncate(row.email, 3)/mask(row.email)/; s/return row$/return rw/' "$dir/mask.lua"
kill -HUP "$pid"
until_true 20 grep -q "mask.lua:4: global rw: expected a name that is defined" "$dir/run.log"; ok $? "so is one with a name that nothing defines" || what_is_wrong
is "$(version)" "$before" "still the version before"
sed -i 's/return rw/return row/; s/expect/expect/' "$dir/mask.lua"; sed -i 's/"\*@\*\.\*"/"a@*.*"/' "$dir/mask.cases"
kill -HUP "$pid"
other_version() { [ "$(version)" != "$before" ]; }
until_true 20 other_version; ok $? "one whose cases pass is taken, without waiting for a row" || what_is_wrong
sql testdb -e "UPDATE visits SET status = 'test' WHERE id = 1; INSERT INTO visits VALUES (5, 'test', NULL, 1)"
until_true 20 status_is '.tables[] | select(.table == "testdb.visits") | .drops == "a test 2"'; ok $? "status tells dropped rows by reason" || status | jq -c .tables | note
status_is '[.scripts[] | select(.table == "testdb.visits") | .drops[] | [.reason, .rows]] == [["a test", 2]]'; ok $? "of each script" || status | jq -c .scripts | note
m dead list --json | jq -r .stage | grep -qE '^script millrace.conf [0-9a-f]{12}$'; ok $? "a dead letter tells the version" || m dead list | note

# ---- rows for a table that is captured itself ----

cat > "$dir/route.lua" <<'L'
to = { "testdb.visits", "testdb.archive" }
function transform(row, event)
	return event:to(row.id == 1 and "testdb.visits" or "testdb.archive", row)
end
L
printf '[table testdb.routes]\ntransform = route.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.routes; ok $? "a section with tables to send rows to" || what_is_wrong
visits=$(rows visits)
sql testdb -e "CREATE TABLE routes (id INT PRIMARY KEY, email VARCHAR(60)); INSERT INTO routes VALUES (1, 'a'), (2, 'b')"
has_rows archive '2|b' "a row goes to a table that nobody has"
until_true 20 status_is '[.tables[] | select(.table == "testdb.routes" and .dead == 1)] | length == 1'; ok $? "one for a captured table is a dead letter" || what_is_wrong
m dead list --json | grep -q "route.lua:3: event:to: expected a table that is not captured, found 'testdb.visits'"; ok $? "with the reason" || m dead list | note
m lua run "$dir/route.lua" --table testdb.routes > "$dir/out" 2>&1; is $? 1 "lua run knows it, too"
grep -q "dead  *1  route.lua:3: event:to: expected a table that is not captured, found 'testdb.visits'" "$dir/out"; ok $? "with the same reason" || note < "$dir/out"
sql testdb -e "DELETE FROM routes; INSERT INTO routes VALUES (3, 'c')"
has_rows archive '3|c' "a delete reaches the table that it sends rows to"
is "$(rows visits)" "$visits" "and not the captured one"

# ---- a script over what is in the log ----

printf '[table testdb.parts]\nfilter = row.id > 0\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.parts; ok $? "a section whose table is still to come" || what_is_wrong
sql testdb -e "CREATE TABLE parts (id INT PRIMARY KEY, status VARCHAR(20), n TINYINT, price DECIMAL(10,2), seen DATETIME, tags JSON)
	; INSERT INTO parts VALUES (1, 'new', 1, 1.5, '2024-01-01 10:00:00', '[]'), (2, 'test', 2, NULL, NULL, NULL), (3, 'new', 100, 3, NULL, NULL)
	; UPDATE parts SET status = 'test' WHERE id = 3; DELETE FROM parts WHERE id = 1"
wait_caught_up "a table to try scripts on"
( cd "$dir" && m lua new parts.lua --table testdb.parts > out 2>&1 ); is $? 0 "lua new" || note < "$dir/out"
grep -q "^--   price     decimal(10,2)          may be null; exact" "$dir/parts.lua"; ok $? "a start with the table's columns" || note < "$dir/parts.lua"
m lua test "$dir/parts.lua" > "$dir/out" 2>&1; is $? 0 "its cases pass" || note < "$dir/out"
m lua check "$dir/parts.lua" --table testdb.parts > "$dir/out" 2>&1; is $? 0 "check has nothing against it" || note < "$dir/out"
m lua new "$dir/parts.lua" --table testdb.parts > "$dir/out" 2>&1; is $? 2 "a script that is there is not written over"
try() { m lua run "$@" --table testdb.parts --json > "$dir/run.json" 2> "$dir/out"; } # FILE [OPTIONS]; exit code in $?
sum() { jq -c 'select(.kind == "summary") | [.messages, .rows, .passed, .changed, .dropped, .deleted, .dead]' "$dir/run.json"; }
try "$dir/parts.lua"; is $? 0 "lua run" || note < "$dir/out"
is "$(sum)" "[5,5,5,0,0,0,0]" "every row passes as it came"
cat > "$dir/parts.lua" <<'L'
fields = { cents = "bigint" }
function transform(row, event)
	if row.status == "test" then drop("test part") end
	row.cents = row.price:scale(2)
	row.n = row.n + 30
	return row
end
L
try "$dir/parts.lua"; is $? 1 "a dead row: exit 1" || note < "$dir/out"
is "$(sum)" "[5,5,1,1,0,2,1]" "passed, changed, dropped, deleted, dead"
is "$(jq -c 'select(.kind == "drop") | [.script, .reason, .rows]' "$dir/run.json")" '["parts.lua","test part",2]' "drops by reason"
is "$(jq -c 'select(.kind == "dead") | [.reason[0:30], .keys[0]]' "$dir/run.json")" '["parts.lua:5: column n: expecte","{\"id\":\"3\"}"]' "dead rows by reason, with keys"
is "$(jq -c 'select(.kind == "changed") | [.key, .before, .after]' "$dir/run.json")" '[{"id":"1"},{"n":"1"},{"n":"31","cents":"150"}]' "before and after of changed rows"
jq -s -e '.[-1].p50_ns > 0 and .[-1].p99_ns >= .[-1].p50_ns' "$dir/run.json" > /dev/null; ok $? "nanoseconds per row" || note < "$dir/run.json"
m lua profile "$dir/parts.lua" --table testdb.parts --json > "$dir/out" 2>&1; is $? 0 "lua profile" || note < "$dir/out"
is "$(jq -c 'select(.kind == "line") | [.line, .runs, .ns > 0]' "$dir/out" | tr '\n' ' ')" "[3,4,true] [4,2,true] [5,2,true] [6,1,true] " "how often each line was run, and how long" || note < "$dir/out"
m lua profile "$dir/parts.lua" --table testdb.parts > "$dir/out"; grep -qE '^ *[0-9.]+% +2 +[0-9]+  parts.lua:4  row.cents = row.price:scale\(2\)$' "$dir/out"; ok $? "told for a person" || note < "$dir/out"
sed 's/return row/return rw/' "$dir/parts.lua" > "$dir/slip.lua"
try "$dir/slip.lua" --against "$dir/parts.lua"; is $? 1 "what another script does otherwise: exit 1"
is "$(jq -c 'select(.kind == "different") | [.key, .was, .is]' "$dir/run.json")" '[{"id":"1"},"changed","dead"]' "which row, and what becomes of it"
try "$dir/parts.lua" --against running; is $? 1 "against what runs"
is "$(jq -c 'select(.kind == "different") | .was' "$dir/run.json" | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 4 "passed";' "rows that it does otherwise with"
try "$dir/parts.lua" --from 3; is "$(sum)" "[2,2,1,0,0,1,0]" "from an offset on"
try "$dir/parts.lua" --from begin -n 1; is "$(sum)" "[1,1,0,1,0,0,0]" "and so many"
try "$dir/parts.lua" --from yesterday; is $? 2 "an unknown time: exit 2"
grep -q "expected begin, an offset, a time" "$dir/out"; ok $? "says what is expected" || note < "$dir/out"
m lua run "$dir/nothing.lua" --table testdb.parts > "$dir/out" 2>&1; is $? 2 "no script: exit 2"
sed -i 's/row.cents = .*/row.status = mask(row.status)/' "$dir/parts.lua"
try "$dir/parts.lua"
lacks -q '"before":{[^}]*new' "$dir/run.json"; ok $? "what a script masks is not shown" || note < "$dir/run.json"
grep -q '"reason":"parts.lua:5: column n: expected a number in its range (tinyint)"' "$dir/run.json"; ok $? "nor what was found in a row that fails" || note < "$dir/run.json"
try "$dir/parts.lua" --unmasked
grep -q '"before":{"status":"new"' "$dir/run.json"; ok $? "--unmasked shows it" || note < "$dir/run.json"
m lua run "$dir/parts.lua" --table testdb.parts > "$dir/out"
grep -q "^testdb.parts: 5 messages of mysql.testdb.parts, 5 rows" "$dir/out"; ok $? "told for a person" || note < "$dir/out"
{ cat "$dir/parts.lua"; echo 'function delete(row, event) return row.staus and row end'; } > "$dir/slip.lua"
m lua run "$dir/slip.lua" --table testdb.parts > "$dir/out" 2>&1
grep -q "^slip.lua:.*: error: row.staus: expected a column of testdb.parts, found none; nearest is 'status'" "$dir/out"; ok $? "with what lua check finds in it" || note < "$dir/out"
repl() { m lua repl --table testdb.parts "$@" > "$dir/out" 2> "$dir/err"; }
printf '%s\n' 'row.id + 1' '' 'event.op' 'local n = row.n return n and n * 2' '{ row.status, row.price }' | repl -n 1; is $? 0 "lua repl" || note < "$dir/err"
is "$(cat "$dir/out")" $'0:4 {"id":"1"}  2\n0:4 {"id":"1"}  "d"\n0:4 {"id":"1"}  2\n0:4 {"id":"1"}  { 1 = "new", 2 = 1.50 }' "expressions and statements on the newest row"
echo 'tostring(event.op) .. tostring(event.file) .. tostring(event.pos) .. tostring(event.row)' | repl -n 1
is "$(cat "$dir/out")" $'0:4 {"id":"1"}  "dnilnilnil"' "what a flat message does not tell is nil" || note < "$dir/err"
printf 'row.staus\n1 +* 2\nrow.id\n' | repl --json; is $? 1 "what fails: exit 1"
jq -s -e '.[0].kind == "error" and (.[0].reason | contains("nearest is '"'status'"'")) and ([.[1:][].value] | length == 3)' "$dir/out" > /dev/null && grep -q "^repl:1: " "$dir/err"; ok $? "is told, and the next line is evaluated" || note < "$dir/out"
echo row.id | m lua repl --table testdb.people > "$dir/out" 2>&1; is $? 1 "a table whose script masks"
grep -q "its script masks" "$dir/out"; ok $? "is not shown" || note < "$dir/out"
has_rows parts $'2|test|2|||\n3|test|100|3.00||' "nothing has changed"
# ---- what a script declares of the target's table ----

cp "$top_srcdir/lua/history.lua" "$dir/history.lua"
printf '[table testdb.prices]\ntransform = history.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.prices; ok $? "a section for a history table" || what_is_wrong
sql testdb -e "CREATE TABLE prices (id INT PRIMARY KEY, price DECIMAL(10,2)); INSERT INTO prices VALUES (1, 1.5), (2, 2.5)"
versions() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT id, price, gone FROM prices ORDER BY id, valid_from" 2> /dev/null; }
has_versions() { [ "$(versions)" = "$1" ]; }
until_true 20 has_versions $'1|1.50|0\n2|2.50|0'; ok $? "the first versions" || what_is_wrong # of one millisecond the last one stays
sql testdb -e "UPDATE prices SET price = 3.5 WHERE id = 1; DELETE FROM prices WHERE id = 2"
until_true 20 has_versions $'1|1.50|0\n1|3.50|0\n2|2.50|0\n2|2.50|1'; ok $? "an update and a delete are versions" || what_is_wrong
sql testdb -e "UPDATE prices SET id = 3 WHERE id = 1"
until_true 20 has_versions $'1|1.50|0\n1|3.50|0\n1|3.50|1\n2|2.50|0\n2|2.50|1\n3|3.50|0'; ok $? "every version of a row stays, and its end" || { versions | note; what_is_wrong; }
m ddl testdb.prices > "$dir/out"; grep -q 'PRIMARY KEY ("id", "valid_from")' "$dir/out"; ok $? "ddl: the script's key" || note < "$dir/out"
m verify testdb.prices > "$dir/out" 2>&1; grep -q "a key of their own (id, valid_from)" "$dir/out"; ok $? "verify says why it does not compare" || note < "$dir/out"
sed -i 's/, "valid_from" }/, "valid_frm" }/' "$dir/history.lua"
m check > "$dir/check.out"; is $? 1 "a key that the table lacks: exit 1"
grep -q "history.lua:[0-9]*: key: expected columns of testdb.prices or of .fields., found 'valid_frm', which is none; nearest is 'valid_from'" "$dir/check.out"; ok $? "told with the line" || note < "$dir/check.out"
cp "$top_srcdir/lua/history.lua" "$dir/history.lua"

sed -e 's/rename = .*/rename = { price = "amount" }/; s/internal_note/note/' "$top_srcdir/lua/rename.lua" > "$dir/rename.lua"
printf '[table testdb.costs]\ntransform = rename.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.costs; ok $? "a section for a table with other names" || what_is_wrong
sql testdb -e "CREATE TABLE costs (id INT PRIMARY KEY, price DECIMAL(10,2), note TEXT); INSERT INTO costs VALUES (1, 1.5, 'a'), (2, 2.5, 'do not export'), (3, 3.5, 'c')"
costs() { sqlite3 -header "$dir/state/warehouse/testdb.db" "SELECT * FROM costs ORDER BY id" 2> /dev/null; }
are_costs() { [ "$(costs)" = "$1" ]; }
costs_are() { until_true 20 are_costs "$1"; ok $? "$2" || { costs | note; what_is_wrong; }; } # ROWS NAME
costs_are $'id|amount\n1|1.50\n3|3.50' "columns get other names or are left out"
m verify testdb.costs > "$dir/out" 2>&1; is $? 0 "verify compares by the target's names" || note < "$dir/out"
sql testdb -e "DELETE FROM costs WHERE id = 1; ALTER TABLE costs DROP COLUMN note, RENAME COLUMN price TO value, ADD COLUMN n INT"
sed -i 's/^  if row.*/  if row:has("note") and row.note == "do not export" then drop("not for the warehouse") end/' "$dir/rename.lua"
kill -HUP "$pid"
sql testdb -e "INSERT INTO costs VALUES (4, 4.5, 4)"
costs_are $'id|value|n\n3|3.50|\n4|4.50|4' "a column that MySQL renames follows, one that was left out is dropped without a trace"

# ---- rows that go to other tables ----

sed -e 's/shop[.]/testdb./g' "$top_srcdir/lua/route.lua" > "$dir/route.lua"
printf '[table testdb.sales]\ntransform = route.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.sales; ok $? "a section for a table whose rows go elsewhere" || what_is_wrong
sql testdb -e "CREATE TABLE sales (id INT PRIMARY KEY, region VARCHAR(2)); INSERT INTO sales VALUES (1, 'EU'), (2, 'US'), (3, 'XX'), (4, 'EU')"
everywhere() { for t in sales orders_eu orders_us; do sqlite3 "$dir/state/warehouse/testdb.db" "SELECT '$t', id, region FROM $t ORDER BY id" 2> /dev/null; done; }
are_rows() { [ "$(everywhere)" = "$1" ]; }
are_there() { until_true 20 are_rows "$1"; ok $? "$2" || { everywhere | note; what_is_wrong; }; } # ROWS NAME
are_there $'sales|3|XX\norders_eu|1|EU\norders_eu|4|EU\norders_us|2|US' "rows go to the tables that the script says"
sql testdb -e "UPDATE sales SET region = 'US' WHERE id = 1; UPDATE sales SET region = 'EU' WHERE id = 3; DELETE FROM sales WHERE id = 2"
are_there $'orders_eu|3|EU\norders_eu|4|EU\norders_us|1|US' "a row that moves leaves its table, and a delete finds it"
m ddl testdb.sales > "$dir/out"; is "$(grep -cE '^CREATE TABLE .*"(sales|orders_eu|orders_us)"' "$dir/out")" 3 "ddl: all of the tables" || note < "$dir/out"
m verify testdb.sales > "$dir/out" 2>&1; is $? 0 "verify compares the table's own rows" || note < "$dir/out"
trial() { m lua run "$dir/route.lua" --table testdb.sales --json | jq -c 'select(.kind == "changed") | .to' | sort | uniq -c | tr -s ' ' | tr '\n' ';'; }
is "$(trial)" ' 3 "testdb.orders_eu"; 2 "testdb.orders_us";' "lua run tells where rows go"
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "INSERT INTO sales VALUES (%d, \"%s\"); UPDATE sales SET region = \"%s\" WHERE id = %d;\n", i + 10, i % 2 ? "EU" : "XX", i % 3 ? "US" : "EU", i / 2 + 10 }' > "$dir/many.sql"
( sql testdb < "$dir/many.sql" ) & feeder=$!
some_are_there() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*) > $1 FROM orders_us" 2> /dev/null)" = 1 ]; }
for rows in 50 400; do
	until_true 20 some_are_there $rows
	kill_millrace; start_millrace
done
wait $feeder; is $? 0 "rows come while it is killed"
sqlite3 "$dir/state/warehouse/testdb.db" .tables > /dev/null
expected() { sql testdb -N -B -e "SELECT CASE region WHEN 'EU' THEN 'orders_eu' WHEN 'US' THEN 'orders_us' ELSE 'sales' END t, id, region FROM sales ORDER BY FIELD(t, 'sales', 'orders_eu', 'orders_us'), id" | tr '\t' '|'; }
all_are_there() { [ "$(everywhere)" = "$(expected)" ]; }
until_true 60 all_are_there; ok $? "killed twice, each row is in its table once and in no other" || { diff <(expected) <(everywhere) | head -20 | note; what_is_wrong; }

# ---- a table whose rows take all the time that they may, and another one ----

cat > "$dir/slow.lua" <<'L'
function transform(row, event)
	counter("tried")
	if row.id == 2 then drop("two") end
	while row.id > 3 do end
	return row
end
L
printf '[table testdb.slow]\ntransform = slow.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.slow; ok $? "a section for a slow table" || what_is_wrong
sql testdb -e "CREATE TABLE slow (id INT PRIMARY KEY); INSERT INTO slow WITH RECURSIVE s AS (SELECT 1 i UNION ALL SELECT i + 1 FROM s WHERE i < 60) SELECT i FROM s"
slow_rows() { status | jq '[.scripts[] | select(.table == "testdb.slow") | .dead] | add // 0'; }
is_at_work() { [ "$(slow_rows)" -gt 0 ]; }
until_true 30 is_at_work; ok $? "its rows come to their limit, one after the other" || what_is_wrong
sql testdb -e "INSERT INTO prices VALUES (77, 7)"
has_price() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT price FROM prices WHERE id = 77" 2> /dev/null)" = 7.00 ]; }
until_true 30 has_price; ok $? "a row of another table is loaded" || what_is_wrong
rows=$(slow_rows); [ "$rows" -gt 0 ] && [ "$rows" -lt 60 ]; ok $? "before the slow ones are through" || note <<< "$rows"
sed -i 's/^\[table testdb.slow\]/[table testdb.slo*]/; s/^transform = slow.lua/filter = row.id > 0/' "$dir/millrace.conf"
kill -HUP "$pid"
all_slow() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*) FROM slow" 2> /dev/null)" = 60 ]; }
until_true 30 all_slow; ok $? "a reload does not wait for them: the whole batch goes through what is in force now" || what_is_wrong
status_is '.tables[] | select(.table == "testdb.slow") | .dropped == 0 and .drops == "" and .counts == ""'; ok $? "what the version before has dropped and counted of it is not told" ||
	status | jq -c '.tables[] | select(.table == "testdb.slow")' | note

# ---- what a script keeps from row to row ----

cat > "$dir/running.lua" <<'L'
fields = { nth = "bigint", total = "bigint" }
function transform(row, event)
	if state.get("seen " .. row.word) then drop("again") end
	state.set("seen " .. row.word, true)
	row.nth = (state.get("n") or 0) + 1
	row.total = (state.get("total") or 0) + row.id
	state.set("n", row.nth)
	state.set("total", row.total)
	return row
end
L
printf '[table testdb.words]\ntransform = running.lua\n' >> "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 has_problem section-unknown testdb.words; ok $? "a section for a table with a running sum" || what_is_wrong
sql testdb -e "CREATE TABLE words (id INT PRIMARY KEY, word VARCHAR(20))"
awk 'BEGIN { for (i = 1; i <= 4000; i++) printf "INSERT INTO words VALUES (%d, \"w%d\");\n", i, i % 2000 }' > "$dir/words.sql"
( sql testdb < "$dir/words.sql" ) & feeder=$!
words() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*), max(id), max(nth), max(total), sum(total = id * (id + 1) / 2 AND nth = id) FROM words" 2> /dev/null; }
some_words() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT count(*) > $1 FROM words" 2> /dev/null)" = 1 ]; }
for rows in 100 700 1500; do
	until_true 30 some_words $rows
	kill_millrace; start_millrace
done
wait $feeder; is $? 0 "rows come while it is killed"
wait_caught_up "all words are loaded"
is "$(words)" "2000|2000|2000|2001000|2000" "killed three times, each row finds what the rows before it have kept, once"
m verify testdb.words > "$dir/out" 2>&1; grep -q "depends on the rows before it (state)" "$dir/out"; ok $? "verify says why it does not compare" || note < "$dir/out"

! has_problem script-state-empty testdb.words; ok $? "nothing is said of what is kept while it is whole"
stop_millrace; is $? 0 "stops"
cp -r "$dir/state/scripts/state" "$dir/older"
start_millrace
sql testdb -e "INSERT INTO words VALUES (9000, 'new'), (9001, 'newer')"
wait_caught_up "rows that an older file does not know"
! has_problem script-state-empty testdb.words; ok $? "it goes on with what was kept" || what_is_wrong
stop_millrace; is $? 0 "stops once more"
cp "$dir/older"/* "$dir/state/scripts/state"
start_millrace
sql testdb -e "INSERT INTO words VALUES (9002, 'new')"
until_true 30 has_problem script-state-empty testdb.words; ok $? "the file of before is noticed" || what_is_wrong
m problem script-state-empty/testdb.words > "$dir/out"; grep -q "is not what the rows before had left: it is older, or another machine's" "$dir/out"; ok $? "and told" || note < "$dir/out"
is "$(find "$dir/state/scripts/state" -name '*words*.other' | wc -l)" 1 "it is kept for a person"
stop_millrace; is $? 0 "stops for the last but one time"
rm -r "$dir/state/scripts/state"
start_millrace
sql testdb -e "INSERT INTO words VALUES (9003, 'w1')"
until_true 30 has_problem script-state-empty testdb.words; ok $? "what a script keeps is gone: a problem" || what_is_wrong
stop_millrace; is $? 0 "stops again"
echo row.id | repl -n 1; is "$(cat "$dir/out")" '0:4 {"id":"1"}  1' "lua repl without a running process" || note < "$dir/err"
try "$dir/parts.lua"; is "$(jq -c 'select(.kind == "summary") | .rows' "$dir/run.json")" 5 "without a running process from the log itself" || note < "$dir/out"
no_trouble
done_testing
