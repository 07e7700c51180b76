#!/bin/bash
# target_route.sh - tables with a target of another name, in StarRocks and in the embedded warehouse: rows, DDL, TRUNCATE,
# verify, ddl and check go there. Two tables with one target are refused by check and when they are loaded, and the others go on.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
warehouse() { sqlite3 -separator $'\t' "$dir/state/warehouse/$1.db" "$2"; }
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
sections() { printf '[kafka]\ntopic.prefix = mysql\n[table testdb.*]\ntarget = dw.ods_*\n[table testdb.special]\ntarget = other.one\n%s\n' "$1"; }
equal() { mr verify "testdb.$1" > "$dir/out" 2>&1; ok $? "$1: verify finds no difference" || note < "$dir/out"; }

round() # KIND QUERY
{
	sql testdb -e "DROP TABLE IF EXISTS a, special; CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE special (id INT PRIMARY KEY, v VARCHAR(9));
		INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO special VALUES (1, 'x')"
	start_millrace
	wait_caught_up "$1: the snapshot"
	is "$($2 dw "SELECT id, v FROM ods_a ORDER BY id" | tr '\t\n' '= ')" "1=1 2=2 " "$1: a pattern's target"
	is "$($2 other "SELECT v FROM one")" x "$1: a table's own"
	sql testdb -e "ALTER TABLE a ADD COLUMN w INT DEFAULT 7, RENAME COLUMN v TO vv; UPDATE a SET vv = 9 WHERE id = 1; DELETE FROM a WHERE id = 2; INSERT INTO a VALUES (3, 3, 3);
		TRUNCATE special; INSERT INTO special VALUES (2, 'y')"
	wait_caught_up "$1: DDL and TRUNCATE"
	for t in a special; do equal $t; done
	is "$($2 dw "SELECT id, vv, w FROM ods_a ORDER BY id" | tr '\t\n' '= ')" "1=9=7 3=3=3 " "$1: columns altered there"
	is "$($2 other "SELECT v FROM one")" y "$1: emptied there"
	mr snapshot testdb.a --truncate --wait > /dev/null; ok $? "$1: snapshot --truncate"
	wait_caught_up "$1: read again"
	equal a
	mr trace testdb.special 2 > "$dir/out"; grep -q 'target: there' "$dir/out"; ok $? "$1: trace finds the row" || note < "$dir/out"
	stop_millrace; ok $? "$1: stops"
}
in_starrocks() { starrocks "USE $1; $2"; }
sql -e "CREATE DATABASE testdb"
{ starrocks_conf; sections ''; } | write_conf
round starrocks in_starrocks
is "$(starrocks "SELECT COUNT(*) FROM information_schema.tables WHERE TABLE_SCHEMA = 'testdb'")" 0 "nothing is made under the source's names"
mr ddl testdb.a | grep -q 'CREATE TABLE IF NOT EXISTS `dw`.`ods_a`'; ok $? "ddl prints the target's name"
mr check > "$dir/out"; grep -q 'table other.one' "$dir/out"; ok $? "check looks at the target" || note < "$dir/out"

# ---- two tables, one target ----
{ starrocks_conf; sections "[table testdb.b]
target = dw.ods_a"; } | write_conf
sql testdb -e "CREATE TABLE b (id INT PRIMARY KEY, vv INT, w INT); INSERT INTO b VALUES (1, -1, -1)"
mr check > "$dir/out"; is $? 1 "check refuses two tables with one target"
grep -q 'testdb.a and testdb.b have the same target, dw.ods_a' "$dir/out"; ok $? "by name" || note < "$dir/out"
start_millrace
until_true 30 has_problem table-stopped testdb.b; ok $? "a table that appears later is stopped" || what_is_wrong
sql testdb -e "UPDATE a SET vv = 10; UPDATE special SET v = 'z'"
until_true 30 has_problem table-stopped testdb.a; ok $? "and so is the other one" || what_is_wrong
is "$(starrocks "SELECT COUNT(*) FROM dw.ods_a WHERE vv = -1")" 0 "nothing was overwritten"
z_there() { [ "$(starrocks 'SELECT v FROM other.one')" = z ]; }
until_true 30 z_there; ok $? "others go on"
stop_millrace; ok $? "stops"
{ starrocks_conf; sections "[table testdb.b]
target = dw.b"; } | write_conf
start_millrace
wait_caught_up "with a target of its own"
{ starrocks_conf; sections "[table testdb.b]
target = _statistics_.b"; } > "$dir/other"
(mv "$dir/millrace.conf" "$dir/kept"; write_conf < "$dir/other"; mr check > "$dir/out"; mv "$dir/kept" "$dir/millrace.conf")
grep -q "table _statistics_.b: StarRocks keeps its own tables in the database _statistics_" "$dir/out"; ok $? "check refuses a database of StarRocks itself" || note < "$dir/out"
for t in a b special; do equal $t; done
stop_millrace; ok $? "stops"

# ---- the same name with another target: another cluster, where a table of that name has rows ----
first=("$fe_http" "$fe_mysql")
goes_to() # FE_HTTP FE_MYSQL
{
	fe_http=$1 fe_mysql=$2
	sed -i "s/^fe.http = .*/fe.http = $1/; s/^fe.mysql = .*/fe.mysql = $2/" "$dir/millrace.conf"
	start_millrace
	until_true 30 has_problem target-lost testdb.a; ok $? "another target is told before anything is loaded" || what_is_wrong
	status_is 'any(.problems[]; .subject == "testdb.a" and (.text | contains("into another target before")))'; ok $? "as what it is" || what_is_wrong
	mr snapshot testdb.a,testdb.b,testdb.special --truncate --wait > "$dir/out" 2>&1; ok $? "its command" || note < "$dir/out"
	wait_caught_up "read again"
	for t in a b special; do equal $t; done
	until_true 20 problem_is_over target-lost; ok $? "it is no problem any more" || what_is_wrong
	stop_millrace; ok $? "stops"
}
"$top/tests/servers/starrocks" start "$dir/second" > "$dir/second.log" 2>&1 || bail "no second cluster"
cleanups+=("'$top/tests/servers/starrocks' stop '$dir/second'")
mapfile -t second < <(. "$dir/second/env"; printf '%s\n' "$fe_http" "$fe_mysql")
fe_mysql=${second[1]} starrocks "CREATE DATABASE dw; CREATE TABLE dw.ods_a (id INT NOT NULL, vv INT, w INT) PRIMARY KEY (id) DISTRIBUTED BY HASH (id)"
echo '1,-9,0' | curl -s --location-trusted -X PUT -u root: -H 'Expect: 100-continue' -H 'column_separator: ,' -T - "http://${second[0]}/api/dw/ods_a/_stream_load" | grep -q '"Success"'; ok $? "it has a row"
goes_to "${second[@]}"
goes_to "${first[@]}"

# ---- a pipeline of another name, from another server, with the same target ----
is "$(starrocks "SELECT TABLE_COMMENT FROM information_schema.tables WHERE TABLE_NAME = 'ods_a'")" "[millrace: e2e]" "the table says whose it is"
cp "$dir/millrace.conf" "$dir/e2e.conf"; before=$(starrocks "SELECT id, vv, w FROM dw.ods_a ORDER BY id")
sed -i "s/^name = .*/name = shard2/; s|^state.dir = .*|state.dir = $dir/state2|" "$dir/millrace.conf"
sql testdb -e "UPDATE a SET vv = -5"
start_millrace
until_true 30 has_problem table-stopped testdb.a; ok $? "a second pipeline is stopped before its snapshot empties the table" || what_is_wrong
status_is --arg t "target table dw.ods_a: the pipeline 'e2e' uses it, and this one is 'shard2'" 'any(.problems[]; .text | contains($t))'; ok $? "both are named" || what_is_wrong
is "$(starrocks "SELECT id, vv, w FROM dw.ods_a ORDER BY id")" "$before" "nothing has changed"
stop_millrace; ok $? "stops"
sed -i 's/^name = .*/&\ntake.over = e2e/' "$dir/millrace.conf"
start_millrace
taken() { [ "$(starrocks 'SELECT MAX(vv) FROM dw.ods_a')" = -5 ]; }
until_true 30 taken; ok $? "take.over lets it load" || what_is_wrong
is "$(starrocks "SELECT TABLE_COMMENT FROM information_schema.tables WHERE TABLE_NAME = 'ods_a'")" "[millrace: shard2]" "and the table is its own now"
stop_millrace; ok $? "stops"
cp "$dir/e2e.conf" "$dir/millrace.conf"
start_millrace
until_true 30 has_problem table-stopped testdb.a; ok $? "the first one is refused in turn" || what_is_wrong
stop_millrace; ok $? "stops"

# ---- SQL that can be piped ----
sql testdb -e "CREATE TABLE no_key (a INT); CREATE TABLE odd (id INT PRIMARY KEY, \`sp ace\` VARCHAR(9) COMMENT 'a\ttab; \"quoted\" -- and\nlines', j JSON, t TIME(3)) COMMENT='x;y'"
starrocks "DROP DATABASE dw; DROP DATABASE other"
mr ddl > "$dir/all.sql"; is $? 1 "ddl of all: one cannot be a target"
grep -q '^-- .*no_key: no primary key' "$dir/all.sql"; ok $? "a comment says why" || note < "$dir/all.sql"
mariadb --no-defaults -uroot -h "${fe_mysql%:*}" -P "${fe_mysql##*:}" < "$dir/all.sql" > "$dir/out" 2>&1; ok $? "what it prints can be piped" || note < "$dir/out"
is "$(starrocks "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.tables WHERE TABLE_SCHEMA IN ('dw', 'other') ORDER BY 2" | tr '\t\n' '. ')" "dw.b dw.ods_a dw.ods_odd other.one " "all tables are there"
sql testdb -e "DROP TABLE no_key, odd"
printf '[table testdb.a]\ntarget = nodot\n' | write_conf
mr check > "$dir/out" 2>&1; grep -q "target: expected DATABASE.TABLE" "$dir/out"; ok $? "a target without database is refused" || note < "$dir/out"

# ---- the embedded warehouse ----
rm -rf "$dir/state"; sql testdb -e "DROP TABLE b"
sections '' | write_conf
unset fe_mysql
round warehouse warehouse
no_trouble
done_testing
