#!/bin/bash
# flat_names.sh - what flat messages cannot hold: a column named like a field that they add stops its table, by name, and
# the others go on; an UPDATE of a table without key leaves its old row at the target and is told; `check` tells both.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; USE testdb; CREATE TABLE marked (id INT PRIMARY KEY, __deleted INT); CREATE TABLE added (id INT PRIMARY KEY, __op INT);
	CREATE TABLE nokey (a INT, b INT); CREATE TABLE good (id INT PRIMARY KEY, __x INT); INSERT INTO marked VALUES (1, 1);
	INSERT INTO added VALUES (1, 1); INSERT INTO nokey VALUES (1, 1); INSERT INTO good VALUES (1, 1)"
conf() { printf '%s\n' "[kafka]" "message.format = $1" "$2" | write_conf; }
check_has() # TABLE QUESTION
{
	"$millrace" -c "$dir/millrace.conf" check --json > "$dir/check.json" 2>/dev/null
	jq -e --arg t "$1" --arg q "$2" 'any(.findings[]; .table == $t and .question == $q and .level == "problem")' "$dir/check.json" > /dev/null
}

conf flat "add.fields = op, table"
check_has testdb.marked name_taken; ok $? "check: __deleted is taken" || jq -c '.findings[]' "$dir/check.json" | note
check_has testdb.added name_taken; ok $? "check: __op is taken, by add.fields"
! check_has testdb.good name_taken; ok $? "check: __x is not"
conf flat "add.fields = op, op"
"$millrace" -c "$dir/millrace.conf" run > "$dir/out" 2>&1; is $? 2 "add.fields with one name twice is refused"
grep -q "found __op twice" "$dir/out"; ok $? "by name" || note < "$dir/out"

conf flat "add.fields = op, table"
start_millrace
for t in marked added; do
	until_true 30 has_problem table-stopped "testdb.$t"; ok $? "testdb.$t is stopped" || status | jq -c .problems | note
done
status_is 'any(.problems[]; .subject == "testdb.marked" and (.text | test("column __deleted.*column.exclude.list.*envelope")))'; ok $? "with column and remedy" ||
	status | jq -c .problems | note
sql -e "INSERT INTO testdb.good VALUES (2, 2); UPDATE testdb.nokey SET b = 2"
has_rows() { [ "$(sqlite3 "$dir/state/warehouse/testdb.db" "$1" 2>/dev/null | tr '\n' ' ')" = "$2" ]; }
until_true 30 has_rows "SELECT id, __x FROM good ORDER BY id" "1|1 2|2 "; ok $? "the others go on"
until_true 30 has_problem update-without-key testdb.nokey; ok $? "an UPDATE without key is told" || status | jq -c .problems | note
stop_millrace

rm -rf "$dir/state"
conf envelope ""
! check_has testdb.marked name_taken; ok $? "envelopes hold every name"
start_millrace
sql -e "UPDATE testdb.nokey SET b = 3; UPDATE testdb.marked SET __deleted = 2"
until_true 30 has_rows "SELECT id, __deleted FROM marked" "1|2 "; ok $? "and it is loaded"
until_true 30 has_rows "SELECT a, b FROM nokey" "1|3 "; ok $? "an UPDATE without key takes its old row away"
status_is 'all(.problems[]; .code != "update-without-key")'; ok $? "and is no problem"
stop_millrace
done_testing
