#!/bin/bash
# dead_letters.sh - letters are counted from the log, listed, discarded, and tried again through a mended script: no row is lost, none
# goes back in time, and what is closed stays closed behind restarts and a kill.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT, name VARCHAR(40));
CREATE TABLE pair (a VARCHAR(20), b BINARY(2), v INT, PRIMARY KEY (a, b));
CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60));
INSERT INTO t VALUES (1, 1, 'one'), (2, -2, 'two'), (3, -3, 'three'), (4, -4, 'four');
INSERT INTO pair VALUES ('it''s', x'00ff', -1), ('ü', x'4142', 2);
INSERT INTO people VALUES (1, 'ana@secret.example');
S
bad='function transform(row, event)
	if row.v < 0 then error("negative: " .. row.v) end
	return row
end'
echo "$bad" > "$dir/t.lua"
cp "$dir/t.lua" "$dir/pair.lua"
cat > "$dir/people.lua" <<'L'
function transform(row, event)
	error("no " .. row.email .. mask(row.email))
end
L
write_conf <<C
[table testdb.t]
transform = t.lua
[table testdb.pair]
transform = pair.lua
[table testdb.people]
transform = people.lua
C
m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }
dead() { m dead "$@" --json; }
open_are() { status_is --argjson n "$1" '.dead_open == $n'; }
version() { status | jq -c '.tables[] | select(.table == "testdb.t") | .script'; }
reload() # SCRIPT
{
	local before
	before=$(version)
	printf '%s\n' "$1" > "$dir/t.lua"
	kill -HUP "$pid"
	until_true 20 status_is --argjson b "$before" '.tables[] | select(.table == "testdb.t") | .script != $b'; ok $? "the script is another one now" || what_is_wrong
}
good='function transform(row, event) return row end'
start_millrace
wait_caught_up "the snapshot"
until_true 20 open_are 5; ok $? "five letters are open" || what_is_wrong

# ---- what is told ----

is "$(dead list testdb.t | jq -s -c '[.[] | [.table, .key.id, .open]]')" '[["testdb.t","2",true],["testdb.t","3",true],["testdb.t","4",true]]' "list of a table, with keys"
is "$(dead list --reason 'NEGATIVE: -3' | jq -c '.key')" '{"id":"3"}' "by reason"
is "$(dead list testdb.pair | jq -c '.key')" '{"a":"it'"'"'s","b":"00ff"}' "a key of two columns"
is "$(dead list --since 1h | wc -l) $(dead list --before 1h | wc -l)" "5 0" "by time"
status_is '[.tables[] | select(.table == "testdb.t")][0] | .dead == 3 and .dead_open == 3 and .captured == .loaded + .dropped + .dead'; ok $? "status counts them: captured = loaded + filtered + dead" || what_is_wrong
has_problem dead-letters testdb.t; ok $? "a problem of its table"
{ m dead list; m dead groups; m status; dead list testdb.people; cat "$dir/run.log"; } > "$dir/out"
lacks -q "secret.example" "$dir/out"; ok $? "what a masking script has said of a row is nowhere" || grep "secret.example" "$dir/out" | note
dead list testdb.people --unmasked | grep -q 'no ana@secret.example'; ok $? "but with --unmasked"
is "$(dead show "$(dead list testdb.t -n 1 | jq .id)" | jq -c '[.stage[0:12], (.reason | startswith("t.lua:2: negative: -2")), (.message | fromjson | .payload.after.name // .payload.name // .after.name // .name), .topic, .partition, .offset >= 0]')" \
	'["script t.lua",true,"two","mysql.testdb.t",0,true]' "show: script and line, value, message, place"

is "$(m dump dead --json | jq -c '[.rows[] | [.table, .letters]] | sort')" '[["testdb.pair","1"],["testdb.people","1"],["testdb.t","1"],["testdb.t","1"],["testdb.t","1"]]' "the console's groups"
m dump dead/testdb.t | grep -q 'negative: -3'; ok $? "and its letters of a table"

# ---- discarded ----

is "$(dead discard testdb.pair --dry-run | jq -s -c '[length, .[-1].dry_run]')" '[2,true]' "a dry run says which"
open_are 5; ok $? "and changes nothing"
dead discard > "$dir/out" 2>&1; is $? 2 "nothing in particular is not all: exit 2"
is "$(dead discard testdb.pair | jq -c .)" '{"result":"discarded","letters":1,"failed":0}' "discard"
open_are 4; ok $? "it is closed at once"
stop_millrace; start_millrace
until_true 30 open_are 4; ok $? "also behind a restart, which has forgotten none" || what_is_wrong
is "$(dead list --closed | jq -s -c '[.[] | select(.open | not) | .table]')" '["testdb.pair"]' "--closed lists it"

# ---- tried again ----

wait_caught_up "after the restart"
dead retry testdb.t > "$dir/out"; is $? 0 "retry through the same script" || note < "$dir/out"
is "$(jq -r '.result // empty' "$dir/out" | sort | uniq -c | xargs)" "3 dead again 1 retried" "all are dead again" || note < "$dir/out"
open_are 4; ok $? "each once" || m dead list | note
sql testdb -e "UPDATE t SET name = 'newer' WHERE id = 3; DELETE FROM t WHERE id = 4"
wait_caught_up "changes of these rows"
reload "$good"
sql testdb -e "UPDATE t SET v = v - 1 WHERE id = 1"
dead retry testdb.t > "$dir/out"; is $? 0 "retry through the mended one" || note < "$dir/out"
until_true 20 open_are 1; ok $? "all are closed" || m dead list | note
same_table t
# A row is loaded with other values: the key stays, the letter says who, what MySQL has changed since is not overwritten.
reload "$bad"
sql testdb -e "INSERT INTO t VALUES (12, -12, 'edited'), (13, -13, 'changes')"
wait_caught_up "two more"
letter() { dead list testdb.t | jq -r "select(.key.id == \"$1\") | .id"; }
edit() { dead edit "$@" > "$dir/out" 2>&1; }
edit "$(letter 12)" --row - <<< '{"v": -5}'; grep -q 'new letter' "$dir/out"; ok $? "edit: a row that the script refuses is dead again" || note < "$dir/out"
first=$(letter 12)
edit "$first" --row - <<< '{"id": 99}'; grep -q 'is of the key' "$dir/out"; ok $? "the key stays" || note < "$dir/out"
edit "$first" --row - <<< '{"w": 1}'; grep -q "found 'w'" "$dir/out"; ok $? "a column that the table has not is refused" || note < "$dir/out"
edit "$first" --row - <<< '{"v": "many"}'; grep -q 'not understood' "$dir/out"; ok $? "so is a value of another type" || note < "$dir/out"
printf '#!/bin/sh\nsed -i "s/-5/12/" "$1"\n' > "$dir/editor"; chmod +x "$dir/editor"
EDITOR=$dir/editor edit "$first"; is $? 0 "edit, in an editor" || note < "$dir/out"
is "$(dead show "$first" | jq -c '[.open, .closed, (.by | length > 0), (.message | contains("-5"))]')" '[false,"edited",true,true]' "the letter keeps its message, and who has edited it"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT v, name FROM t WHERE id = 12')" "12|edited" "the row is loaded with the other value"
edit "$first" --row - <<< '{"v": 1}'; grep -q 'one open letter' "$dir/out"; ok $? "a letter that is closed is not edited" || note < "$dir/out"
sql testdb -e "UPDATE t SET v = 13 WHERE id = 13"
wait_caught_up "MySQL's row changes"
edit "$(letter 13)" --row - <<< '{"v": 1}'; grep -q "is not the letter's any more" "$dir/out"; ok $? "a row that has changed since is not edited" || note < "$dir/out"
dead discard testdb.t > /dev/null
sql testdb -e "UPDATE t SET v = 12 WHERE id = 12"
wait_caught_up "as MySQL has it"
# A DELETE that the script refused, with a row that came again meanwhile.
sql testdb -e "INSERT INTO t VALUES (10, 1, 'goes'), (11, 1, 'comes again')"
wait_caught_up "two rows"
reload "$good
function delete(row, event) error('kept') end"
sql testdb -e "DELETE FROM t WHERE id IN (10, 11); INSERT INTO t VALUES (11, 2, 'is there')"
wait_caught_up "their DELETEs"
is "$(dead list testdb.t | jq -s -c '[.[].key.id]')" '["10","11"]' "are letters"
reload "$good"
dead retry testdb.t > "$dir/out"; is $? 0 "retry of DELETEs" || note < "$dir/out"
same_table t

# ---- policies ----

policy() # LINE: of testdb.pair
{
	sed -i "/^\\[table testdb.pair\\]/,/^transform/{/^dead/d}; s/^\\[table testdb.pair\\]$/&\\n$1/" "$dir/millrace.conf"
	kill -HUP "$pid"
	until_true 20 takes "$1"; ok $? "reload: $1"
}
takes() { m "do" settings | grep 'table testdb.pair' | grep "\"${1%% *}\"" | grep -q "\"${1##* }\""; }
pair() { status | jq -c "[.tables[] | select(.table == \"testdb.pair\")][0] | [.state, .dropped, .dead_open]"; }
pair_is() { [ "$(pair)" = "$1" ]; }
policy "dead.policy = skip"
sql testdb -e "INSERT INTO pair VALUES ('skip', x'0001', -5)"
until_true 20 pair_is '["streaming",1,0]'; ok $? "skip: a row is left out and counted" || note <<< "$(pair)"
policy "dead.policy = stop"
sql testdb -e "INSERT INTO pair VALUES ('stop', x'0001', 4), ('stop', x'0002', -6), ('stop', x'0003', -7), ('behind', x'0001', 6)"
until_true 20 pair_is '["failed",1,1]'; ok $? "stop: a row is a letter, and its table stops after it" || note <<< "$(pair)"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" "SELECT a, hex(b) FROM pair WHERE a IN ('stop', 'behind')")" "stop|0001" "rows of the same statement that come behind it wait"
has_problem table-stopped testdb.pair; ok $? "which is a problem"
sql testdb -e "INSERT INTO t VALUES (15, 1, 'passes')"
until_true 20 status_is '[.tables[] | select(.table == "testdb.t" and .lag_rows == 0)] | length == 1'; ok $? "the other table goes on"
dead retry testdb.pair > "$dir/out" 2>&1; grep -q 'resume testdb.pair' "$dir/out"; ok $? "a retry says that it is stopped" || note < "$dir/out"
dead discard testdb.pair > /dev/null
until_true 30 status_is '[.tables[] | select(.table == "testdb.pair" and .dead == 2 and .state == "failed")] | length == 1'; ok $? "discarded: it goes on by itself, to the next one" || note <<< "$(pair)"
dead discard testdb.pair > /dev/null
until_true 30 pair_is '["streaming",1,0]'; ok $? "and to the end" || note <<< "$(pair)"
policy "dead.max = 1"
sql testdb -e "INSERT INTO pair VALUES ('max', x'0001', -6)"
sql testdb -e "INSERT INTO pair VALUES ('max', x'0002', 6)"
wait_caught_up "one letter is allowed"
sql testdb -e "INSERT INTO pair VALUES ('max', x'0003', -6)"
until_true 20 status_is '[.tables[] | select(.table == "testdb.pair" and .dead == 4)] | length == 1'; ok $? "and another"
sql testdb -e "INSERT INTO pair VALUES ('max', x'0004', 6)"
until_true 20 pair_is '["failed",1,2]'; ok $? "two are not" || note <<< "$(pair)"
m resume testdb.pair > /dev/null; ok $? "resume"
wait_caught_up "lets it go on"
dead discard testdb.pair > /dev/null; ok $? "and they are discarded"

# ---- killed between the load and the mark ----

reload "$bad"
sql testdb -e "INSERT INTO t VALUES (20, -20, 'x'), (21, -21, 'y')"
wait_caught_up "two more"
reload "$good"
there() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT count(*) FROM t WHERE id = 20')" = 1 ]; }
dead retry --reason negative > /dev/null 2>&1 &
retry=$!
until_true 30 there; kill_millrace; wait $retry
start_millrace
wait_caught_up "after the kill"
dead retry --reason negative > "$dir/out"; is $? 0 "retry again" || note < "$dir/out"
until_true 20 open_are 1; ok $? "no letter is left but the one of the other table" || m dead list | note
same_table t
until_true 20 problem_is_over dead-letters testdb.t; ok $? "the problem is over"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
