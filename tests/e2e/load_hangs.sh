#!/bin/bash
# load_hangs.sh - loads that hang hold up their own tables and nobody else: neither the table of one that hangs, with more
# rows than the buffer has room for, nor seven of eight threads. Judged by offsets: what is loaded, what is not.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
tables=(big orders_{0..9} t{1..60})
sql -e "CREATE DATABASE testdb"
for t in "${tables[@]}"; do echo "CREATE TABLE $t (id INT PRIMARY KEY, n INT, v MEDIUMTEXT); INSERT INTO $t VALUES (1, 1, 'first');"; done | sql testdb
{ starrocks_conf; printf '[starrocks]\nload.timeout = 30m\n[load]\nbuffer.bytes = 4M\n[kafka]\ntopic.prefix = mysql\nschemas.enable = false\n'; } | write_conf
start_millrace
wait_caught_up "the snapshot of ${#tables[@]} tables"

hang() { curl -sS --max-time 5 "$control/fault?name=slow_answer&count=$1&arg=3000000" > /dev/null; }
hung() { ! curl -sS --max-time 5 "$control/faults" | grep -q slow_answer; }
lag() { "$millrace" -c "$dir/millrace.conf" topics --json | jq -r --arg t "mysql.testdb.$1" 'select(.topic == $t) | [.groups[] | select(.group == "e2e-load") | .lag] | add'; }
# others_loaded PATTERN: every table but those that match has all its rows at the target.
others_loaded()
{
	"$millrace" -c "$dir/millrace.conf" topics --json | jq -s -e --arg p "$1" 'map(select((.topic | test("^mysql\\.testdb\\.")) and (.topic | test($p) | not))) |
		length > 0 and all(any(.groups[]; .group == "e2e-load" and .lag == 0))' > /dev/null
}
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }
change() { local t; for t in "$@"; do echo "UPDATE $t SET n = n + 1; INSERT INTO $t VALUES ($RANDOM$RANDOM % 2000000000 + 10, 2, 'x');"; done | sql testdb; }

# ---- one, and its rows are more than the buffer takes ----
hang 1
change big
until_true 30 hung; ok $? "a load of big hangs"
for round in {1..12}; do sql testdb -e "INSERT INTO big SELECT 1000 * $round + i, i, REPEAT('y', 100000) FROM (WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n) x"; done
change "${tables[@]:1}"
until_true 60 captured; ok $? "12 MB of its rows are in the log, and those of ${#tables[@]} tables behind them"
until_true 60 others_loaded '\.big$'; ok $? "all others are loaded"
[ "$(lag big)" -gt 100 ]; ok $? "while its own wait"
until_true 30 has_problem load-slow testdb.big; ok $? "a problem says so"
change "${tables[@]:1}"
until_true 60 captured && until_true 60 others_loaded '\.big$'; ok $? "and again"

# ---- six more: one thread is left ----
hang 6
change t1 t2 t3 t4 t5 t6
until_true 30 hung; ok $? "six more loads hang"
change "${tables[@]:1}"
until_true 60 captured && until_true 60 others_loaded '\.(big|t[1-6])$'; ok $? "the others go on with the eighth thread"
for t in big t1 t2 t3 t4 t5 t6; do [ "$(lag $t)" -gt 0 ] || echo "# $t has no lag"; done > "$dir/lags"
[ ! -s "$dir/lags" ]; ok $? "seven tables wait" || cat "$dir/lags"

# What was committed without an answer is found by its label.
stop_millrace
[ $? -le 1 ]; ok $? "it stops without them"
start_millrace
wait_caught_up "everything is loaded"
problem_is_over load-slow; ok $? "no load is slow"
for t in big orders_0 t1 t6 t60; do same_table $t; done
no_trouble
stop_millrace; ok $? "stops"
done_testing
