#!/bin/bash
# load_trouble.sh - what is wrong with one table stops that table alone, is told by name, and is over as soon as the cause
# is: a script that does not compile when the table's first row comes; a schema history that does not have it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.a (id INT PRIMARY KEY, v INT); CREATE TABLE testdb.b (id INT PRIMARY KEY, v INT);
	INSERT INTO testdb.a VALUES (1, 1)"
conf() { printf '[kafka]\ntopic.prefix = mysql\nschemas.enable = false\n[table testdb.b]\ntransform = b.lua\n'; }
conf | write_conf
echo 'function transform(row, event) row.v = row.v + 1; return row end' > "$dir/b.lua"
problem() { status | jq -e --arg c "$1" --arg s "$2" 'any(.problems[]; .code == $c and .subject == $s)' > /dev/null; }
row() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT v FROM $1 WHERE id = $2" 2> /dev/null; }
has() { [ "$(row "$1" "$2")" = "$3" ]; }

start_millrace
wait_caught_up "snapshot"
echo 'function transform(row' > "$dir/b.lua"
sql testdb -e "INSERT INTO b VALUES (1, 10); INSERT INTO a VALUES (2, 2)"
until_true 30 problem table-stopped testdb.b; ok $? "a script that does not compile stops its table"
until_true 30 has a 2 2; ok $? "the other table goes on"
echo 'function transform(row, event) row.v = row.v + 2; return row end' > "$dir/b.lua"
"$millrace" -c "$dir/millrace.conf" resume testdb.b > /dev/null; ok $? "resumed"
until_true 30 has b 1 12; ok $? "its row is loaded by the mended script"
no_problem() { ! problem "$@" && status_is .problems; }
until_true 20 no_problem table-stopped testdb.b; ok $? "the problem is over"
stop_millrace; ok $? "stops"

# The last record of the schema history is lost.
start_millrace --role capture
sql testdb -e "ALTER TABLE a ADD COLUMN w DECIMAL(6,2); INSERT INTO a VALUES (3, 3, 1.25)"
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }
until_true 30 captured; ok $? "captured"
sql testdb -e "INSERT INTO b VALUES (2, 20)"
until_true 30 captured; ok $? "and what follows"
stop_millrace
cp "$dir/state/log.db" "$dir/whole.db"
sqlite3 "$dir/state/log.db" "DELETE FROM chunk WHERE id = (SELECT max(chunk.id) FROM chunk JOIN part ON part.id = chunk.id >> 40
	JOIN topic ON topic.id = part.topic WHERE topic.name = 'schemahistory.testdb')"
start_millrace --role load
until_true 30 problem schema-unknown testdb.a; ok $? "rows that no definition fits wait, and a problem says so"
until_true 30 has b 2 22; ok $? "the other table goes on"
is "$(row a 3)" "" "nothing was guessed"
stop_millrace; ok $? "stops"
cp "$dir/whole.db" "$dir/state/log.db"
start_millrace --role load
until_true 30 has a 3 3; ok $? "with the history, the rows are loaded"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT w FROM a WHERE id = 3')" 1.25 "as they are"
stop_millrace
done_testing
