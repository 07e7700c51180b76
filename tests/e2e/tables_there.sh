#!/bin/bash
# tables_there.sh - tables that StarRocks has already, as Flink CDC and people make them, with table.create = false: each is
# taken as it is, rows arrive equal, and a value that does not fit its column is a dead letter that says which column, what
# type and what kind of value; its neighbours are loaded. Tables of other models, and tables without a key: rows are added
# with target.mode = append, after a crash once each, also when StarRocks has forgotten the label of the load that was cut off; without it they stop.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
columns() { starrocks "DESC testdb.$1"; }
equal() { mr verify "testdb.$1" > "$dir/out" 2>&1; ok $? "$1: verify finds no difference" || note < "$dir/out"; }

# TABLE | in MySQL | in StarRocks | rows that fit | rows that do not, each with a key of 90 or more | why not
tables=(
"varchar3n|id INT PRIMARY KEY, v VARCHAR(4)|id INT NOT NULL, v VARCHAR(12)|(1, 'abcd'), (2, 'äöüß'), (3, NULL)|(90, '😀😀😀😀')|column v: a value of 16 bytes, but it is VARCHAR(12) in StarRocks"
"char3n|id INT PRIMARY KEY, v CHAR(2)|id INT NOT NULL, v CHAR(6)|(1, 'ab'), (2, '€€')|(90, '😀😀')|column v: a value of 8 bytes, but it is CHAR(6) in StarRocks"
"string|id INT PRIMARY KEY, v TEXT|id INT NOT NULL, v STRING|(1, 'long'), (2, REPEAT('x', 65533))|(90, REPEAT('x', 65534))|column v: a value of 65534 bytes, but it is VARCHAR(65533) in StarRocks"
"ubig|id INT PRIMARY KEY, v BIGINT UNSIGNED|id INT NOT NULL, v DECIMAL(20,0)|(1, 0), (2, 18446744073709551615)||"
"ubigkey|id BIGINT UNSIGNED PRIMARY KEY, v INT|id VARCHAR(21) NOT NULL, v INT|(1, 0), (18446744073709551615, 1)||"
"deckey|id DECIMAL(10,2) PRIMARY KEY, v INT|id VARCHAR(12) NOT NULL, v INT|(-12345678.25, 0), (0.5, 1)||"
"textkey|id VARCHAR(20) PRIMARY KEY, v INT|id VARCHAR(60) NOT NULL, v INT|('a', 0), ('äöü', 1)|(REPEAT('😀', 20), 90)|column id: a value of 80 bytes, but it is VARCHAR(60) in StarRocks"
"notnull|id INT PRIMARY KEY, v INT NOT NULL DEFAULT 7, w VARCHAR(9)|id INT NOT NULL, v INT NOT NULL DEFAULT '7', w VARCHAR(36) NOT NULL DEFAULT 'x'|(1, 8, 'a'), (2, 7, '')|(90, 1, NULL)|column w: NULL (NOT NULL there), but it is VARCHAR(36) in StarRocks"
"bool|id INT PRIMARY KEY, v TINYINT(1), b BIT(1)|id INT NOT NULL, v BOOLEAN, b BOOLEAN|(1, 1, b'1'), (2, 0, b'0'), (3, NULL, NULL)|(90, 5, b'1'), (91, -1, b'0')|column v: a number other than 0 and 1, but it is BOOLEAN in StarRocks"
"json|id INT PRIMARY KEY, v JSON, y YEAR|id INT NOT NULL, v VARCHAR(1048576), y INT|(1, '{\"a\": [1, 2]}', 2001), (2, NULL, NULL)||"
"exact|id INT PRIMARY KEY, d DATE, t DATETIME(6), j JSON|id INT NOT NULL, d DATE, t DATETIME, j JSON|(1, '0001-01-01', '0001-01-01 00:00:00', 'null'), (2, '0001-02-03', '0001-02-03 04:05:06.000007', '[null]'), (3, '0069-12-31', '0070-01-01', NULL), (4, '0099-12-31', '0099-12-31 23:59:59.999999', '\"null\"'), (5, '9999-12-31', '9999-12-31 23:59:59.999999', '{}'), (6, '0000-01-01', '0000-12-31 23:59:59.999999', '1'), (7, '0000-03-01', '0000-01-01 00:00:00', '2')||"
"narrow|id BIGINT PRIMARY KEY, n INT, d DECIMAL(10,2), f DOUBLE|id INT NOT NULL, n SMALLINT, d DECIMAL(6,1), f FLOAT|(1, -32768, 99999.9, 0.1), (2, 32767, -0.5, 1e30)|(3000000000, 90, 0, 0), (90, 32768, 0, 0), (91, 0, 100000, 0), (92, 0, 0.25, 0), (93, 0, 0, 0.12345678912)|column n: a number outside its range, but it is SMALLINT in StarRocks"
"numbers|id INT PRIMARY KEY, d DECIMAL(20,4), n BIGINT, t DATETIME(6)|id INT NOT NULL, d DOUBLE, n VARCHAR(8), t VARCHAR(26)|(1, 1.25, -1234567, '2001-01-01 01:02:03'), (2, 12345678901.1234, 0, NULL)|(90, 1234567890123456.7891, 0, NULL), (91, 0, 123456789, NULL)|column n: a value of 9 bytes, but it is VARCHAR(8) in StarRocks"
)

sql -e "CREATE DATABASE testdb"
starrocks "CREATE DATABASE testdb"
for t in "${tables[@]}"; do
	IFS='|' read -r name in_mysql in_starrocks good bad why <<< "$t"
	sql testdb -e "CREATE TABLE $name ($in_mysql)"
	starrocks "CREATE TABLE testdb.$name ($in_starrocks) PRIMARY KEY(id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES('replication_num' = '1')"
	columns "$name" > "$dir/$name.before"
done
{ starrocks_conf; printf 'table.create = false\n[mysql]\nenable.time.adjuster = false\n[kafka]\ntopic.prefix = mysql\n'; } | write_conf
mr check > "$dir/check"; is $? 0 "check takes all of them" || grep -v ' ok ' "$dir/check" | note
grep -q 'table testdb.bool: takes rows; a value that does not fit becomes a dead letter: v is BOOLEAN there, for tinyint(1)' "$dir/check"; ok $? "and says what may not fit" || note < "$dir/check"
curl -fsS "$control/fault?name=bare_columns&count=-1" > /dev/null; ok $? "backends that know little of columns"
start_millrace
for t in "${tables[@]}"; do
	IFS='|' read -r name _ _ good _ _ <<< "$t"
	sql testdb -e "INSERT INTO $name VALUES $good; UPDATE $name SET id = id; DELETE FROM $name WHERE 0"
done
wait_caught_up "rows that fit"
is "$(status | jq -c '[.problems[].code]')" '[]' "no problem"
for t in "${tables[@]}"; do equal "${t%%|*}"; done
# As text: a load in JSON cannot tell JSON's null from SQL's.
is "$(starrocks "SELECT id, d, t, j FROM testdb.exact ORDER BY id" | tr '\t' '|')" "$(printf '%s\n' '1|0001-01-01|0001-01-01 00:00:00|NULL' \
	'2|0001-02-03|0001-02-03 04:05:06.000007|[null]' '3|0069-12-31|0070-01-01 00:00:00|NULL' '4|0099-12-31|0099-12-31 23:59:59.999999|"null"' '5|9999-12-31|9999-12-31 23:59:59.999999|{}' \
	'6|0000-01-01|0000-12-31 23:59:59.999999|1' '7|0000-03-01|0000-01-01 00:00:00|2')" \
	"years below 100 exactly, the year 0 too, and JSON null as SQL's"

for t in "${tables[@]}"; do
	IFS='|' read -r name _ _ _ bad _ <<< "$t"
	[ -z "$bad" ] || sql testdb -e "INSERT INTO $name VALUES $bad"
done
wait_caught_up "rows that do not"
for t in "${tables[@]}"; do
	IFS='|' read -r name _ _ _ bad why <<< "$t"
	[ -n "$bad" ] || continue
	wanted=$(sql testdb -N -e "SELECT COUNT(*) FROM $name") there=$(starrocks "SELECT COUNT(*) FROM testdb.$name")
	mr dead list "testdb.$name" --json > "$dir/dead"
	is "$((there + $(wc -l < "$dir/dead")))" "$wanted" "$name: each row is there or a dead letter"
	grep -qF "$why" "$dir/dead"; ok $? "$name: $why" || note < "$dir/dead"
done
for t in "${tables[@]}"; do
	columns "${t%%|*}" | cmp -s - "$dir/${t%%|*}.before" || echo "${t%%|*}"
done > "$dir/changed"
is "$(cat "$dir/changed")" "" "no table was altered"

# ---- what they need, printed and carried out ----
mr ddl testdb.narrow --alter > "$dir/out"; is $? 0 "ddl --alter"
is "$(grep -v '^--' "$dir/out" | tr -d '\140' | xargs)" "ALTER TABLE testdb.narrow MODIFY COLUMN n INT NULL;" "prints the statement" || note < "$dir/out"
grep -q '^-- a value that does not fit becomes a dead letter: id is INT there, for bigint' "$dir/out"; ok $? "and what stays" || note < "$dir/out"
mr ddl testdb.ubig --alter > "$dir/out"; grep -q '^-- takes the rows of the source as it is' "$dir/out"; ok $? "or that nothing is needed" || note < "$dir/out"
mr ddl testdb.narrow --apply > "$dir/out" 2>&1; is $? 2 "--apply alone does nothing"
grep -q 'nothing was done' "$dir/out"; ok $? "and says so" || note < "$dir/out"
sql testdb -e "UPDATE narrow SET f = 0.5 WHERE id = 1"
wait_caught_up "the process that runs has just looked at the table"
mr ddl testdb.narrow --apply --yes > "$dir/out" 2>&1; is $? 0 "--apply --yes" || note < "$dir/out"
is "$(starrocks "SELECT COLUMN_TYPE FROM information_schema.columns WHERE TABLE_NAME = 'narrow' AND COLUMN_NAME = 'n'")" "int(11)" "has made the column wider"
sql testdb -e "UPDATE narrow SET n = 70000 WHERE id = 1"
wait_caught_up "a value that fits now"
is "$(starrocks 'SELECT n FROM testdb.narrow WHERE id = 1') $(mr dead list testdb.narrow --json | grep -c '"n":70000')" "70000 0" "the process that runs has seen it at once: the next load takes the value"
stop_millrace; ok $? "stops"
no_trouble

curl -fsS "$control/clear" > /dev/null

# ---- rows are added ----
round() # KIND, with `there DB QUERY`
{
	sql testdb -e "CREATE TABLE history (id INT PRIMARY KEY, v VARCHAR(9), b BLOB); CREATE TABLE sums (id INT PRIMARY KEY, n BIGINT, last VARCHAR(9)); CREATE TABLE events (a INT, v VARCHAR(9)); CREATE TABLE last (id INT PRIMARY KEY, v VARCHAR(9));
		INSERT INTO history VALUES (1, 'a', 'x'); INSERT INTO sums VALUES (1, 10, 'x'); INSERT INTO events VALUES (1, 'e'), (1, 'e'); INSERT INTO last VALUES (1, 'a'), (2, 'b')"
	start_millrace
	wait_caught_up 20 "$1: the snapshot"
	sql testdb -e "UPDATE history SET v = 'b'; DELETE FROM history; INSERT INTO history VALUES (1, 'c', NULL), (2, 'c', NULL); UPDATE sums SET n = 5, last = 'y'; INSERT INTO events VALUES (1, 'e'); UPDATE events SET v = 'f'; UPDATE last SET v = 'c' WHERE id = 1; DELETE FROM last WHERE id = 2"
	wait_caught_up "$1: changes"
	kill_millrace
	start_millrace
	sql testdb -e "INSERT INTO history VALUES (3, 'd', NULL)"
	wait_caught_up "$1: after kill -9"
	is "$(there testdb "SELECT id, v FROM history ORDER BY id, v" | tr '\t\n' '= ')" "1=a 1=b 1=c 2=c 3=d " "$1: every version of a row, once; a DELETE adds nothing"
	is "$(status | jq -c '[.tables[] | select(.table == "testdb.history")][0] | [.captured, .loaded, .dropped]')" '[1,1,0]' "$1: counted" || status | jq -c '.tables[] | select(.table == "testdb.history")' | note
	mr verify testdb.history > "$dir/out" 2>&1; grep -q 'target.mode = append' "$dir/out"; ok $? "$1: verify says that there is nothing to compare" || note < "$dir/out"
	no_trouble
}
: > "$dir/run.log"; rm -rf "$dir/state"
for t in "${tables[@]}"; do sql testdb -e "DROP TABLE ${t%%|*}"; done
starrocks "CREATE TABLE testdb.sums (id INT NOT NULL, n BIGINT SUM, last VARCHAR(36) REPLACE) AGGREGATE KEY(id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES('replication_num' = '1')"
starrocks "CREATE TABLE testdb.last (id INT NOT NULL, v VARCHAR(36)) UNIQUE KEY(id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES('replication_num' = '1')"
sections() { printf '[kafka]\ntopic.prefix = mysql\n'; for t in history sums events last; do printf '[table testdb.%s]\ntarget.mode = append\n' $t; done; }
there() { starrocks "USE $1; $2"; }
{ starrocks_conf; sections; } | write_conf
round starrocks
is "$(starrocks 'SELECT id, v FROM testdb.last ORDER BY id' | tr '\t\n' '= ')" '1=c 2=b ' "a Unique Key table has the last row of each key, deleted ones too"
is "$(starrocks "SELECT n, last FROM testdb.sums")" "15	y" "an Aggregate table sums up"
is "$(starrocks "SELECT COUNT(*), MIN(v), MAX(v) FROM testdb.events")" "6	e	f" "a table without a key: 3 rows, and 3 again after the UPDATE"
starrocks "SHOW CREATE TABLE testdb.history" | grep -q 'DUPLICATE KEY'; ok $? "millrace makes a Duplicate Key table"
mr ddl testdb.history | mariadb --no-defaults -uroot -h "${fe_mysql%:*}" -P "${fe_mysql##*:}" > "$dir/out" 2>&1; ok $? "ddl prints it" || note < "$dir/out"
# Killed between a load and its offset, and down for longer than StarRocks keeps labels.
forgotten() # TABLE ID HISTORY
{
	curl -fsS "$control/fault?name=slow_answer&count=-1&arg=60000" > /dev/null
	sql testdb -e "INSERT INTO $1 (id, v) VALUES ($2, 'cut')"
	until_true 30 eval "[ \"\$(starrocks 'SELECT COUNT(*) FROM testdb.$1 WHERE id = $2')\" = 1 ]"; ok $? "$1: a load is committed" || what_is_wrong
	kill_millrace
	curl -fsS "$control/clear" > /dev/null
	curl -fsS "$control/forget?history=$3" > /dev/null
	start_millrace
	wait_caught_up "$1: its label is forgotten, history $3"
}
forgotten history 5 0
is "$(starrocks 'SELECT COUNT(*) FROM testdb.history WHERE id = 5')" 1 "the history of loads has it: the row is there once"
is "$(status | jq -c '[.problems[].code]')" '[]' "and nothing is wrong"
forgotten last 5 1
is "$(starrocks 'SELECT id, v FROM testdb.last ORDER BY id' | tr '\t\n' '= ')" '1=c 2=b 5=cut ' "a Unique Key table takes the load again, and has the row once"
is "$(status | jq -c '[.problems[].code]')" '[]' "so that nothing is told"
forgotten history 6 1
until_true 30 has_problem table-different testdb.history; ok $? "without the history it is told" || what_is_wrong
status | jq -r '.problems[] | select(.subject == "testdb.history") | .text' | grep -q 'StarRocks has forgotten its label'; ok $? "and why"
mr snapshot testdb.history --truncate --wait > "$dir/out" 2>&1; ok $? "the command that the problem names" || note < "$dir/out"
until_true 30 problem_is_over table-different testdb.history; ok $? "ends it"
is "$(starrocks 'SELECT id FROM testdb.history ORDER BY id' | xargs)" "1 2 3 5 6" "with each row once"
sql testdb -e "ALTER TABLE history ADD COLUMN w INT DEFAULT 7; INSERT INTO history (id, v) VALUES (4, 'w')"
wait_caught_up "a new column"
is "$(starrocks 'SELECT w FROM testdb.history WHERE id = 4')" 7 "is added"
sql testdb -e "ALTER TABLE sums ADD COLUMN w INT"
until_true 30 has_problem table-stopped testdb.sums; ok $? "not to an Aggregate table" || what_is_wrong
status | jq -r '.problems[] | select(.subject == "testdb.sums") | .text' | grep -q 'add it there, with its aggregate function'; ok $? "which says why"
stop_millrace; ok $? "stops"
# Without the setting nothing is guessed.
{ starrocks_conf; printf '[kafka]\ntopic.prefix = mysql\n'; } | write_conf
mr check > "$dir/check"; is $? 1 "check refuses other models without the setting"
grep -q "testdb.history: StarRocks' table is a Duplicate Key table, which takes no UPDATE and no DELETE: set target.mode = append" "$dir/check"; ok $? "a Duplicate Key table" || note < "$dir/check"
grep -q "testdb.sums: StarRocks' table is an Aggregate table" "$dir/check"; ok $? "an Aggregate table"
grep -q "testdb.last: StarRocks' table is a Unique Key table" "$dir/check"; ok $? "a Unique Key table"
grep -q "testdb.events: no primary key.* set target.mode = append" "$dir/check"; ok $? "and a table without a key"
starrocks "CREATE TABLE testdb.keyed (id INT NOT NULL) PRIMARY KEY(id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES('replication_num' = '1')"
sql testdb -e "CREATE TABLE keyed (id INT PRIMARY KEY)"
{ starrocks_conf; sections; printf '[table testdb.keyed]\ntarget.mode = append\n'; } | write_conf
mr check > "$dir/check"; grep -q "testdb.keyed: target.mode = append adds rows, and StarRocks' table is a Primary Key table" "$dir/check"; ok $? "nor the other way round" || note < "$dir/check"

# ---- the embedded warehouse ----
: > "$dir/run.log"; rm -rf "$dir/state"; unset fe_mysql
sql testdb -e "DROP TABLE history, sums, events, last, keyed"
sections | write_conf
there() { sqlite3 -separator $'\t' "$dir/state/warehouse/$1.db" "$2"; }
round warehouse
stop_millrace; ok $? "stops"
done_testing
