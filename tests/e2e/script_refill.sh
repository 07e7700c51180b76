#!/bin/bash
# script_refill.sh - a new filter and a new value for rows that were loaded long ago: `millrace snapshot TABLE` reads them again, and the target
# ends the same whatever the format of the messages and whatever the target.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks

make_rows()
{
	sql <<-S
	DROP DATABASE IF EXISTS testdb; CREATE DATABASE testdb; USE testdb;
	CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), email VARCHAR(60));
	INSERT INTO orders VALUES (1, 'paid', 'ana@b.c'), (2, 'test', 'bob@b.c'), (3, 'old', 'eve@b.c'), (4, 'paid', 'kim@b.c'), (5, 'late', 'pia@b.c');
	S
}
warehouse() { sqlite3 "$dir/state/warehouse/testdb.db" "SELECT id, status, email FROM $1 ORDER BY id" 2> /dev/null | tr '\n' ' '; }
double() { starrocks "SELECT id, status, email FROM testdb.$1 ORDER BY id" 2> /dev/null | tr '\t\n' '| '; }
is_there() { [ "$($target orders)" = "$1" ] && [ "$($target late)" = "$2" ]; }
are_there() { until_true 30 is_there "$1" "$2"; ok $? "$what: $3" || { { $target orders; echo; $target late; echo; } | note; what_is_wrong; }; } # ROWS LATE NAME
m() { timeout 100 "$millrace" -c "$dir/millrace.conf" "$@"; }

try() # TARGET FORMAT [LINE]
{
	target=$1 what="$1, $2${3:+, $3}"
	rm -rf "$dir/state"
	make_rows
	[ "$target" = warehouse ] || starrocks "DROP DATABASE IF EXISTS testdb FORCE" > /dev/null 2>&1
	cat > "$dir/orders.lua" <<-L
	to = { "testdb.late" }
	function transform(row, event)
	  if row.status == "test" then drop("a test") end
	  return row
	end
	L
	{
		printf '%s\n' "[kafka]" "message.format = $2" "${3:-}" "[table testdb.orders]" "transform = orders.lua"
		[ "$target" = warehouse ] || starrocks_conf
	} | write_conf
	start_millrace
	wait_caught_up "$what: the first snapshot"
	are_there "1|paid|ana@b.c 3|old|eve@b.c 4|paid|kim@b.c 5|late|pia@b.c " "" "what the first version loads"
	cat > "$dir/orders.lua" <<-L
	to = { "testdb.late" }
	function transform(row, event)
	  if row.status == "old" or row.status == "test" then drop("not wanted") end
	  row.email = mask(row.email)
	  if row.status == "late" then return event:to("testdb.late", row) end
	  return row
	end
	L
	m lua apply --table testdb.orders --force > "$dir/out" 2>&1; is $? 0 "$what: another version is taken" || note < "$dir/out"
	m snapshot testdb.orders --wait > "$dir/out" 2>&1; is $? 0 "$what: the table is read again" || note < "$dir/out"
	are_there "1|paid|a**@*.* 4|paid|k**@*.* " "5|late|p**@*.* " "old rows are what the new version makes of them"
	m verify testdb.orders > "$dir/out" 2>&1; is $? 0 "$what: verify finds no difference" || note < "$dir/out"
	stop_millrace; is $? 0 "$what: stops"
}

for target in warehouse double; do
	try "$target" flat
	try "$target" flat "add.fields = op"
	try "$target" envelope
done
no_trouble
done_testing
