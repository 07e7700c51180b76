#!/bin/bash
# check_names.sh - `check` makes nothing; what is wrong with a configuration is refused by `run` in the words of `check`;
# names that match nothing (sections, lists, masks) are told by `check` and while it runs, until they are corrected.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --lower-case-table-names=0
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.orders (id INT PRIMARY KEY, email VARCHAR(40));
	CREATE TABLE testdb.items (id INT PRIMARY KEY, v INT); INSERT INTO testdb.orders VALUES (1, 'a@b.c'); INSERT INTO testdb.items VALUES (1, 1)"
check() { "$millrace" -c "$dir/millrace.conf" check "$@" > "$dir/check.out" 2>&1; }
told() { grep -qF -- "$1" "$dir/check.out"; ok $? "told: $1" || note < "$dir/check.out"; }

# ---- nothing is made ----
write_conf < /dev/null
check; is $? 0 "check: exit 0" || note < "$dir/check.out"
test ! -e "$dir/state"; ok $? "check makes no state.dir"
check --role load; test ! -e "$dir/state"; ok $? "nor with --role load"
told "will be made at the start"
mkdir -m 0500 "$dir/closed"
write_conf < /dev/null; sed -i "s|^state.dir = .*|state.dir = $dir/closed/state|" "$dir/millrace.conf"
if [ "$(id -u)" != 0 ]; then check; is $? 1 "a folder that cannot be made"; told "cannot be written"; fi

# ---- what run refuses, check tells in the same words ----
refused() # NAME LINES
{
	printf '%s\n' "$2" | write_conf
	"$millrace" -c "$dir/millrace.conf" run > "$dir/run.out" 2>&1
	is $? 2 "$1: run exits with 2" || note < "$dir/run.out"
	check; is $? 1 "$1: check exits with 1"
	words=$(tail -n 1 "$dir/run.out" | sed 's/^millrace: //')
	test -n "$words" && grep -qF -- "$words" "$dir/check.out"; ok $? "$1: the same words" || note < "$dir/check.out"
	test ! -e "$dir/state"; ok $? "$1: nothing was made"
}
refused "time.zone" $'[starrocks]\ntime.zone = Europe/Berlin'
refused "load topics" $'[load]\ntopics = ^mysql.(a'
refused "lists that exclude each other" $'database.exclude.list = mysql'
refused "an expression" $'column.exclude.list = testdb.(a'
refused "snapshot.max.load" $'snapshot.max.load = many'
refused "a script" $'[table testdb.orders]\ntransform = nothing.lua'

# ---- names that match nothing ----
printf 'function transform(row) row.email = "masked" return row end\n' > "$dir/mask.lua"
names() { printf '%s\n' "column.mask.with.3.chars = testdb.orders.emial" "table.include.list = testdb\\.orders, testdb\\.items, testdb\\.itmes" \
	"[table $1]" "transform = $dir/mask.lua" | write_conf; sed -i '/^database.include/d' "$dir/millrace.conf"; }
names testdb.order
check; is $? 1 "check: exit 1"
told "no captured table is called testdb.order; nearest is testdb.orders"
told "'testdb.orders.emial' matches nothing that is captured"
told "'testdb\\.itmes' matches nothing that is captured"
names TestDB.Orders
check; told "no captured table is called TestDB.Orders; nearest is testdb.orders"
names testdb.orders; sed -i 's/emial/email/; s/, testdb..itmes//' "$dir/millrace.conf"
check; is $? 0 "corrected: exit 0" || note < "$dir/check.out"

# ---- and while it runs ----
names testdb.order; sed -i '/column.mask/d; s/, testdb..itmes//' "$dir/millrace.conf"
start_millrace
wait_caught_up "the rows are loaded"
until_true 20 has_problem section-unknown testdb.order; ok $? "a section without a table is a problem" || status | jq -c .problems | note
status_is '.problems[] | select(.code == "section-unknown") | .text | test("nearest is testdb.orders")'; ok $? "with the nearest name"
sed -i 's/^\[table .*/[table testdb.orders]/' "$dir/millrace.conf"
kill -HUP "$pid"
until_true 20 problem_is_over section-unknown; ok $? "corrected: it is over"
sql -e "INSERT INTO testdb.orders VALUES (2, 'd@e.f')"
wait_caught_up "another row"
is "$(sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT email FROM orders WHERE id = 2')" masked "the script is applied"
check; told "in use by a running millrace"
sql -e "RENAME TABLE testdb.orders TO testdb.sales"
until_true 20 has_problem section-unknown testdb.orders; ok $? "the table has another name now"
stop_millrace

# ---- a load half alone: the topics of the log ----
sed -i 's/^\[table .*/[table testdb.itms]/' "$dir/millrace.conf"
start_millrace --role load
until_true 30 has_problem section-unknown testdb.itms; ok $? "a load half compares with the topics"
until_true 15 status_is '.problems[] | select(.code == "section-unknown") | .text | test("nearest is testdb.items")'; ok $? "with the nearest one" || status | jq -c .problems | note
stop_millrace
no_trouble
done_testing
