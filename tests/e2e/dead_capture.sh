#!/bin/bash
# dead_capture.sh - rows that have no form as a message: a dead letter each, their neighbours pass, before and after a kill, and
# the letters show no value that messages mask.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; SET sql_mode = 'ALLOW_INVALID_DATES';
	CREATE TABLE testdb.t (id INT PRIMARY KEY, d DATE, secret VARCHAR(20), bin VARBINARY(4));
	INSERT INTO testdb.t VALUES (1, '2021-02-28', 'hunter2', NULL), (2, '2021-02-30', 'hunter2', NULL), (3, NULL, 'hunter2', x'ff00')"
write_conf <<< "column.mask.with.5.chars = testdb.t.secret"
# The last section of the file is not [mysql].
sed -i '/^column.mask.with.5.chars/d; s/^\[mysql\]$/&\ncolumn.mask.with.5.chars = testdb.t.secret/' "$dir/millrace.conf"
start_millrace
wait_caught_up "snapshot"
letters() { "$millrace" -c "$dir/millrace.conf" dead list --json | jq -s -c "$1"; }
is "$(letters 'map([.stage, .table])')" '[["format","testdb.t"]]' "one letter, of the row that no calendar has"

# Each in a transaction of its own, so that what follows a dead row has not been read yet when it is found.
for i in 11 14 17; do
	sql testdb -e "SET sql_mode = 'ALLOW_INVALID_DATES'; INSERT INTO t VALUES ($i, '2021-04-31', 'hunter2', x'00ff')"
	sql testdb -e "INSERT INTO t VALUES ($i + 1, '2021-04-30', 'x', NULL)"
	sql testdb -e "INSERT INTO t VALUES ($i + 2, NULL, 'x', x'')"
done
wait_caught_up "the stream"
loaded() { sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)'; }
is "$(loaded)" "1,3,12,13,15,16,18,19" "all neighbours are loaded"
is "$(letters length)" 4 "each of the others is a letter"
is "$(status | jq -c '.tables[] | select(.table == "testdb.t") | [.state, .dead]')" '["streaming",4]' "status counts them; the table goes on"
is "$(letters 'map(.reason | test("d")) | all')" true "the reason names the column: $(letters '.[0].reason')"
"$millrace" -c "$dir/millrace.conf" dead show 1 --json > "$dir/letter"
is "$(jq -r '.message | fromjson | .after.id, .after.d, .after.secret' "$dir/letter" | paste -sd' ')" "11 2021-04-31 (masked)" \
	"a letter holds the row, and no masked value"
is "$(grep -c hunter2 "$dir/run.log")" 0 "nor does the log"
is "$(grep -c 'skipped as dead letter' "$dir/run.log" | awk '{ print ($1 >= 1 && $1 <= 4) }')" 1 "the log says so, and not per row"

kill_millrace
sql testdb -e "SET sql_mode = 'ALLOW_INVALID_DATES'; INSERT INTO t VALUES (21, '2021-02-30', 'x', NULL); UPDATE t SET d = '2021-06-31' WHERE id = 1"
sql testdb -e "INSERT INTO t VALUES (22, NULL, 'x', NULL)"
start_millrace
wait_caught_up "after the kill"
is "$(loaded)" "1,3,12,13,15,16,18,19,22" "the neighbours again"
is "$(letters length)" 6 "and no letter twice"
stop_millrace; ok $? "stops in good order"
done_testing
