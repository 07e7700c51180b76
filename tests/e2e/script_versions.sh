#!/bin/bash
# script_versions.sh - another version of a script takes the place of the one that runs: tried beside it, noted, taken back by a person or by
# script.guard, and what a restart makes of it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<S
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), n INT);
INSERT INTO orders WITH RECURSIVE s AS (SELECT 1 i UNION ALL SELECT i + 1 FROM s WHERE i < 400) SELECT i, 'new', 0 FROM s;
S
script() { printf 'function transform(row, event)\n%s\nreturn row\nend\n' "$1" > "$dir/orders.lua"; } # LINE
script 'row.status = "one"'
write_conf <<C
[load]
script.guard.rows = 200
[table testdb.orders]
transform = orders.lua
C
m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }
version() { status | jq -r '.tables[] | select(.table == "testdb.orders") | .script'; }
statuses() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT status, count(*) FROM orders GROUP BY status" | tr '\n' ' '; }
loaded() { [ "$(statuses)" = "$1" ]; } # STATUSES
has_rows() { until_true 20 loaded "$1"; ok $? "$2" || { statuses | note; what_is_wrong; } } # STATUSES NAME
told() { m lua versions --table testdb.orders --json | jq -r '[.how, .version, .runs] | join(" ")'; }
is_version() { [ "$(version)" = "$1" ]; } # VERSION
runs() { until_true 20 is_version "$1"; ok $? "$2" || what_is_wrong; } # VERSION NAME

start_millrace
wait_caught_up "the rows are loaded"
has_rows "one|400 " "through the script"
one=$(version)
is "$(told)" "start $one true" "the version that began to run is noted"
m lua versions > "$dir/out"; grep -qE "^$one  .* start      runs  testdb.orders  .* configuration$" "$dir/out"; ok $? "told for a person" || note < "$dir/out"

# ---- apply ----

script 'row.status = "two"'
m lua apply --table testdb.orders --dry-run > "$dir/out" 2>&1; is $? 0 "a dry run" || note < "$dir/out"
grep -q "is not applied, $one runs; in the last 400 rows of 1 table: dropped 0 -> 0, dead 0 -> 0, 400 different in all" "$dir/out"; ok $? "tells what would be otherwise" || note < "$dir/out"
grep -q 'status one -> two' "$dir/out"; ok $? "with rows" || note < "$dir/out"
is "$(told)" "start $one true" "and nothing has changed"
m lua apply > "$dir/out" 2>&1; is $? 0 "apply" || note < "$dir/out"
two=$(told | head -n 1 | cut -d ' ' -f 2)
is "$(told)" "apply $two true"$'\n'"start $one false" "the new version runs"
runs "$two" "the status tells it"
m lua apply | grep -q "version $two runs already"; ok $? "again: nothing to do"
sql testdb -e "UPDATE orders SET n = 1"
has_rows "two|400 " "rows go through it"
m lua diff "$one" "$two" > "$dir/out"; is $? 1 "diff: they differ"
grep -qxF -- '- row.status = "one"' "$dir/out" && grep -qxF -- '+ row.status = "two"' "$dir/out"; ok $? "line by line" || note < "$dir/out"
m "do" script-show table=testdb.orders > "$dir/out" 2>&1; is $? 0 "all about a table's scripts" || note < "$dir/out"
is "$(jq -r 'select(.kind == "script" or .kind == "files") | [.name, .path, .version] | map(. // "-") | join(" ")' "$dir/out")" "orders.lua $dir/orders.lua -"$'\n'"- - $two" "its file, which is what runs" || note < "$dir/out"
is "$(jq -r 'select(.kind == "version" and .runs) | [.version, .how] | join(" ")' "$dir/out")" "$two apply" "its versions"
is "$(jq -r 'select(.kind == "line" and .line == 2) | .text' "$dir/out")" 'row.status = "two"' "its text"
m dump scripts > "$dir/out" 2>&1; grep -q "testdb.orders *orders.lua *$two" "$dir/out"; ok $? "the console's list" || note < "$dir/out"
m dump scripts/orders.lua --size 120x40 > "$dir/out" 2>&1
grep -q "testdb.orders > orders.lua" "$dir/out" && grep -q " version $two" "$dir/out" && grep -q 'row.status = "two"' "$dir/out" && grep -q "$one .* start" "$dir/out"; ok $? "its page of one script" || note < "$dir/out"
m dump scripts/nothing.lua > "$dir/out" 2>&1; grep -q "nothing.lua: expected a script or a table whose script runs" "$dir/out"; ok $? "and of none" || note < "$dir/out"
script 'if row.id > 100 then return nil end'
m lua apply > "$dir/out" 2>&1; is $? 2 "a version that drops many more rows is refused"
grep -q "script.guard = 20 percent, found one: in the last 800 rows of 1 table: dropped 0 -> 600, dead 0 -> 0" "$dir/out"; ok $? "with what it would drop" || note < "$dir/out"
script 'row.staus = 1'
m lua apply > "$dir/out" 2>&1; is $? 2 "so is one whose rows fail" || note < "$dir/out"
grep -q "dead 0 -> 800" "$dir/out"; ok $? "with how many" || note < "$dir/out"
script 'retrun row'
m lua apply > "$dir/out" 2>&1; is $? 2 "what does not compile is refused"
is "$(told | wc -l)" 2 "and not noted"

# ---- rollback ----

m lua rollback --table testdb.orders > "$dir/out" 2>&1; is $? 0 "rollback to the version before" || note < "$dir/out"
runs "$one" "which runs again"
m lua rollback "$two" --table testdb.orders > "$dir/out" 2>&1; is $? 0 "rollback to a version" || note < "$dir/out"
runs "$two" "which runs"
m lua rollback 0123456789ab --table testdb.orders > "$dir/out" 2>&1; is $? 2 "one that never was"
grep -q "version '0123456789ab': expected one that .millrace lua versions. lists" "$dir/out"; ok $? "is told" || note < "$dir/out"
m lua rollback "$one" --table testdb.orders > "$dir/out" 2>&1
sql testdb -e "UPDATE orders SET n = 2"
has_rows "one|400 " "rows go through the old version"
script 'row.status = "two"'
kill_millrace
printf '{"at":1,"section":"testdb.orders","vers' >> "$dir/state/scripts/index"
is "$(told | head -n 1)" "rollback $one false" "what has run is told without a process, too, and by an index whose last line was cut"
start_millrace
sql testdb -e "UPDATE orders SET n = 3"
until_true 20 grep -q "version $two of the files was taken back, $one runs" "$dir/run.log"; ok $? "a restart does not bring back what was taken back" || what_is_wrong
wait_caught_up "rows after the restart"
has_rows "one|400 " "go through the version that was put in its place"

# ---- script.guard ----

script 'if row.n > 3 then drop("too many") end if row.n > 1000000 then row.staus = 1 end row.status = "three"'
kill -HUP "$pid"
other() { [ "$(told | head -n 1 | cut -d ' ' -f 1)" = "$1" ]; } # HOW
until_true 20 other reload; ok $? "a reload takes it" || what_is_wrong
grep -q "\[table testdb.orders\]: orders.lua:[0-9]*: row.staus: expected a column of testdb.orders, found none; nearest is 'status'" "$dir/run.log"; ok $? "with what lua check finds in it" || grep script "$dir/run.log" | note
grep -q "takes the place of $one on request of SIGHUP (reload); in the last 1000 rows of 1 table: dropped 0 -> 0, dead 0 -> 0, 1000 different" "$dir/run.log"; ok $? "and says what is otherwise" || grep script "$dir/run.log" | note
sql testdb -e "UPDATE orders SET n = 3, status = 'x'"
wait_caught_up "rows that it takes"
until_true 20 status_is '.problems | length == 0'; ok $? "nobody minds" || what_is_wrong
sql testdb -e "UPDATE orders SET n = 4, status = 'y'"
until_true 20 has_problem script-taken-back testdb.orders; ok $? "one that drops many more rows than the one before is taken back" || what_is_wrong
runs "$one" "the version before runs again"
is "$(told | head -n 1)" "guard $one true" "noted as script.guard's doing"
m lua diff running files --table testdb.orders > "$dir/out"; grep -q '^+ if row.n > 3' "$dir/out"; ok $? "the remedy shows what is otherwise" || note < "$dir/out"
kill -HUP "$pid"
until_true 20 grep -q "of the files was taken back and stays so" "$dir/run.log"; ok $? "a reload leaves it so" || what_is_wrong
has_no_problem() { ! has_problem script-taken-back testdb.orders; }
script 'row.status = "one"'
kill -HUP "$pid"
until_true 20 has_no_problem; ok $? "with the files of the version that runs the problem ends" || what_is_wrong
script 'row.status = "four"'
m lua apply --table testdb.orders > "$dir/out" 2>&1; is $? 0 "files that were corrected are applied" || note < "$dir/out"
m replay testdb.orders --from begin > "$dir/out" 2>&1
has_rows "four|400 " "with the rows loaded again"
m lua rollback "$one" --table testdb.orders > "$dir/out" 2>&1; is $? 0 "back once more" || note < "$dir/out"
stop_millrace; is $? 0 "stops"
head -c 20 "$dir/state/scripts/$one" > "$dir/cut"; cp "$dir/cut" "$dir/state/scripts/$one"
start_millrace
sql testdb -e "UPDATE orders SET n = 5"
until_true 20 grep -q "version $one of \[table testdb.orders\]: expected the texts of a script, found a file that is damaged; the files are used as they are" "$dir/run.log"; ok $? "a version whose text is damaged is told" || what_is_wrong
wait_caught_up "and the table goes on"
has_rows "four|400 " "with the files"

# ---- files that are watched ----

sed -i 's/^script.guard.rows/script.watch = true\n&/' "$dir/millrace.conf"
kill -HUP "$pid"
mkdir "$dir/lib"
echo 'return { word = "six" }' > "$dir/lib/words.lua"
printf 'local words = require("lib.words")\nfunction transform(row, event)\nrow.status = words.word\nreturn row\nend\n' > "$dir/fresh"
mv "$dir/fresh" "$dir/orders.lua"
until_true 20 other watch; ok $? "a file that an editor puts in the place of the old one is taken" || what_is_wrong
echo 'return { word = "seven" ' > "$dir/lib/words.lua"
until_true 20 has_problem script-not-taken testdb.orders; ok $? "what it requires does not compile: a problem" || what_is_wrong
m problem script-not-taken/testdb.orders | grep -q "lib.words.lua:"; ok $? "with file and line" || m problem script-not-taken/testdb.orders | note
is "$(told | grep -c watch)" 1 "and the version before runs"
echo 'return { word = "seven" }' > "$dir/lib/words.lua"
taken() { [ "$(told | grep -c watch)" = "$1" ]; } # HOW_OFTEN
until_true 20 taken 2; ok $? "corrected in place, it is taken" || what_is_wrong
no_refusal() { ! has_problem script-not-taken testdb.orders; }
until_true 20 no_refusal; ok $? "and the problem ends" || what_is_wrong
sql testdb -e "UPDATE orders SET n = 6"
has_rows "seven|400 " "rows go through it"
script 'if row.id > 100 then return nil end'
until_true 20 has_problem script-not-taken testdb.orders; ok $? "one that drops many more rows is a problem" || what_is_wrong
m problem script-not-taken/testdb.orders > "$dir/out"; grep -q "script.guard = 20 percent, found one" "$dir/out"; ok $? "with what it would drop" || note < "$dir/out"
is "$(told | grep -c watch)" 2 "and is not taken"
m lua apply --table testdb.orders --force > "$dir/out" 2>&1; is $? 0 "but on purpose" || note < "$dir/out"
until_true 20 no_refusal; ok $? "which ends the problem" || what_is_wrong
script 'row.status = "four"'
until_true 20 taken 3; ok $? "and the next one is taken" || what_is_wrong
sed -i '/^script.watch/d' "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 grep -q "script.watch is off" "$dir/run.log"; ok $? "off again" || what_is_wrong

# ---- by the console, with an editor ----

if command -v tmux > /dev/null; then
	printf '#!/bin/sh\nsed -i "s/four/five/" "$1"\n' > "$dir/editor"; chmod +x "$dir/editor"
	t() { LC_ALL=C.UTF-8 TERM=xterm-256color ASAN_OPTIONS=detect_leaks=0 TMUX='' tmux -S "$dir/tmux" -f /dev/null "$@"; }
	cleanups+=("t kill-server")
	t new-session -d -x 120 -y 40 "VISUAL='$dir/editor' '$millrace' -c '$dir/millrace.conf' attach; sleep 60"
	shows() { t capture-pane -p -t 0 2> /dev/null | grep -q "$1"; } # TEXT
	press() { t send-keys -t 0 "$1"; until_true 20 shows "$2"; ok $? "$3" || t capture-pane -p -t 0 | note; } # KEY TEXT NAME
	until_true 20 shows Overview
	press 7 "testdb.orders *orders.lua" "7 lists the scripts"
	press Enter 'row.status = "four"' "Enter shows the text that runs"
	press e "would take the place of" "e edits it, and tells what it would do"
	grep -q five "$dir/orders.lua"; ok $? "the file is what the editor made"
	press a "runs now instead of" "a lets it run"
	until_true 20 other apply; ok $? "which is noted" || told | note
	t kill-server
fi

# ---- lines ----

m lua profile --table testdb.orders --seconds 2 --json > "$dir/profile" 2> "$dir/out" & profile=$!
until_true 20 grep -q "a profile of its lines begins" "$dir/run.log"; ok $? "a profile of what runs begins" || what_is_wrong
while kill -0 "$profile" 2> /dev/null; do sql testdb -e "UPDATE orders SET n = 1 + n"; done
wait "$profile"; is $? 0 "it ends by itself" || note < "$dir/out"
is "$(jq -c 'select(.kind == "line") | [.script, .line, .runs > 0, .ns > 0]' "$dir/profile" | tr '\n' ' ')" '["orders.lua",2,true,true] ["orders.lua",3,true,true] ' "and has measured each line" || note < "$dir/profile"
stop_millrace
done_testing
