#!/bin/bash
# verify.sh - `millrace verify` against both targets: every type is equal while rows change, and each kind of difference is
# found by key, shown with both rows, and nothing else is. What cannot be compared is said.
target=${target:-}		# starrocks: verify_starrocks.sh
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql < "$top/tests/e2e/types.sql"
sql <<'S'
USE testdb;
CALL types_rows(0);
CREATE TABLE orders (id INT PRIMARY KEY, v INT, note VARCHAR(200));
INSERT INTO orders SELECT n, n, REPEAT(CHAR(97 + n % 26), 100) FROM (SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n FROM
	(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) a,
	(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) b,
	(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) c,
	(SELECT 0 d UNION SELECT 1 UNION SELECT 2) e) x;
CREATE TABLE words (w VARCHAR(40) PRIMARY KEY, v INT) COLLATE utf8mb4_0900_ai_ci;
INSERT INTO words VALUES ('zebra', 1), ('Apple', 2), ('äpfel', 3), ('it''s', 4), ('back\\slash', 5), ('', 6), ('日本', 7);
CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), v INT);
INSERT INTO people VALUES (1, 'ana@secret.example', 1), (2, 'bob@secret.example', 2), (3, 'eve@secret.example', -1);
CREATE TABLE emptied (id INT PRIMARY KEY);
SET sql_mode = '';
CREATE TABLE filled (id DATETIME PRIMARY KEY, e ENUM('a') NOT NULL, s SET('x') NOT NULL, j JSON NOT NULL, g POINT NOT NULL, t MEDIUMTEXT NOT NULL, b TINYBLOB NOT NULL,
	i BIT(3) NOT NULL, d DATE NOT NULL, m TIMESTAMP NOT NULL DEFAULT '2000-01-01', h TIME(1) NOT NULL, y YEAR NOT NULL, c DECIMAL(5,2) NOT NULL, f FLOAT NOT NULL, w VARCHAR(5) NOT NULL, k BINARY(2) NOT NULL);
INSERT INTO filled (id, g) VALUES ('2001-02-03 04:05:06', POINT(1, 1));
S
cat > "$dir/people.lua" <<'L'
function transform(row, event)
	if row.v < 0 then return nil end
	row.email = mask(row.email)
	return row
end
L
[ "$target" != starrocks ] || start_starrocks
write_conf <<C
[millrace]
verify.rate = 50
$([ "$target" != starrocks ] || starrocks_conf)
[table testdb.people]
transform = people.lua
C
m() { timeout 100 "$millrace" -c "$dir/millrace.conf" "$@"; }
verify() { m verify "$@" > "$dir/out" 2> "$dir/err"; rc=$?; cat "$dir/err" >> "$dir/out"; }
is_rc() { [ $rc = "$1" ]; ok $? "$2" || { echo "# exit $rc"; note < "$dir/out"; tail -n 5 "$dir/run.log" | note; }; }
says() { grep -qF -- "$1" "$dir/out"; ok $? "$2" || note < "$dir/out"; }
# Rows at the target, changed behind the back of millrace: write_row TABLE COLUMN=VALUE..., the key first; delete_row TABLE KEY=VALUE
json_row() { local o={} p; for p; do o=$(jq -c --arg k "${p%%=*}" --arg v "${p#*=}" '. + {($k): $v}' <<< "$o"); done; echo "$o"; }
write_row()
{
	local table=$1 columns
	shift
	columns=$(printf '%s,' "${@%%=*}")
	if [ "$target" = starrocks ]; then
		stream_load "$table" "$(json_row "$@")" -H 'partial_update: true' -H "columns: ${columns%,}"
	else
		at_warehouse "INSERT INTO $table (${columns%,}) VALUES ($(for p; do printf "'%s'," "${p#*=}"; done | sed 's/,$//')) ON CONFLICT DO UPDATE SET
			$(for p; do printf '%s = excluded.%s,' "${p%%=*}" "${p%%=*}"; done | sed 's/,$//')"
	fi
}
delete_row()
{
	if [ "$target" = starrocks ]; then
		stream_load "$1" "$(json_row "$2" __op=1)" -H "columns: ${2%%=*}, __op"
	else
		at_warehouse "DELETE FROM $1 WHERE ${2%%=*} = '${2#*=}'"
	fi
}
stream_load() # TABLE BODY OPTIONS...
{
	local table=$1 body=$2
	shift 2
	printf '%s' "$body" | curl -sS --max-time 20 --location-trusted -u root: -H 'Expect: 100-continue' -H 'format: json' "$@" -T - \
		"http://$fe_http/api/testdb/$table/_stream_load" > "$dir/load.json"
	jq -e '.Status == "Success"' "$dir/load.json" > /dev/null || note < "$dir/load.json"
}
at_warehouse() { sqlite3 "$dir/state/warehouse/testdb.db" ".timeout 10000" "$1"; }
start_millrace
wait_caught_up "all is loaded"
sql testdb -e 'CALL types_rows(100)'
wait_caught_up "the stream's rows, too"

# ---- equal ----

tables=testdb.numbers,testdb.texts,testdb.times,testdb.shapes,testdb.many_keys,testdb.words,testdb.people,testdb.emptied
verify "$tables"; is_rc 0 "every type, keys of every kind, a script and an empty table are equal"
is "$(grep -c ' equal: ' "$dir/out")" 8 "each table says so"
verify testdb.orders; is_rc 0 "three thousand rows"
says "orders  equal: 3000 rows" "all of them were looked at"

changes()		# by one client, one row in twenty at a time: some are on their way at every moment, and each rests between
{
	for ((n = 0; ; n++)); do
		[ ! -e "$dir/enough" ] || break
		echo "UPDATE orders SET v = v + 1 WHERE id <= 1500 AND id % 20 = $((n % 20)); DO SLEEP(0.02);"
		[ $((n % 20)) != 0 ] || echo "DELETE FROM orders WHERE id BETWEEN 100 AND 110; INSERT INTO orders SELECT id + 99, v, note FROM orders WHERE id BETWEEN 1 AND 11;
			DELETE FROM words WHERE w = 'zebra'; INSERT INTO words VALUES ('zebra', 9);"
	done
}
sql testdb < <(changes) &
writer=$!
verify testdb.orders,testdb.words --json; is_rc 0 "rows on their way are no difference"
some_looked() { verify testdb.orders,testdb.words --json; jq -se 'any(.[]; .result and .looked_again > 0)' "$dir/out" > /dev/null; }
until_true 30 some_looked; ok $? "some are looked at again" || note < "$dir/out"
is_rc 0 "and are no difference either"

# ---- a row that is on its way for seconds: another writer holds the warehouse ----

locked() { ! sqlite3 "$dir/state/warehouse/testdb.db" "BEGIN IMMEDIATE; ROLLBACK" 2> /dev/null; }
held()
{
	mkfifo "$dir/hold"
	sqlite3 "$dir/state/warehouse/testdb.db" ".timeout 10000" ".read $dir/hold" &
	exec 9> "$dir/hold"
	echo "BEGIN IMMEDIATE;" >&9
	until_true 20 locked
	sql testdb -e 'UPDATE orders SET v = v + 1 WHERE id = 2900'
	verify testdb.orders --json 9>&- & local verify=$!
	sleep 3
	exec 9>&-
	wait "$verify"
	rm "$dir/hold"
	jq -s 'map(select(.result)) | .[0] | [.result, .looked_again > 0]' -c "$dir/out"
}
late_rows() { late=$(held); [ "$late" != '["equal",false]' ]; }	# false: the comparison came too late to see it
if [ "$target" != starrocks ]; then
	until_true 60 late_rows
	is "$late" '["equal",true]' "is waited for, and is no difference"
fi

# ---- different, while rows change ----

write_row orders id=2001 note=flipped
delete_row orders id=2501
write_row orders id=1000000 v=1 note=extra
write_row words w=ZEBRA v=1
sql testdb -e 'UPDATE orders SET v = 0 WHERE id = 1' 	# none of the three
verify testdb.orders,testdb.words --json; touch "$dir/enough"; wait $writer || note <<< "the writer ended with $?"
is_rc 1 "differences: exit 1"
is "$(jq -c 'select(.difference) | select(.table == "testdb.orders") | [.difference, .key.id, (.columns | join(","))]' "$dir/out" | sort | tr '\n' ' ')" \
	'["columns","2001","note"] ["extra","1000000",""] ["missing","2501",""] ' "the three, and no other"
is "$(jq -c 'select(.difference) | select(.table == "testdb.words") | [.difference, .key.w]' "$dir/out")" '["extra","ZEBRA"]' "a key that MySQL's collation takes for another one"
is "$(jq -r 'select(.key.id == "2001") | .target.note' "$dir/out" | head -n 1)" flipped "the target's row is shown"
[ "$(jq -r 'select(.key.id == "2001") | .mysql.note | length' "$dir/out" | head -n 1)" = 100 ]; ok $? "and MySQL's"
verify testdb.orders; is_rc 1 "the same as text"
says "orders  id='2501'  missing" "missing"
says "orders  id='1000000'  extra" "extra"
says "target 'flipped'" "another value"
verify testdb.orders --limit 1; is_rc 1 "a limit"
says "or more" "is told"

# ---- repaired, through the log ----

write_row orders id=1000001 note=soon	# MySQL has it by the time it is looked at
sql testdb -e "INSERT INTO orders VALUES (1000001, 1, 'here'), (1000002, 1, 'went'); DELETE FROM orders WHERE id = 1000002"
verify testdb.orders,testdb.words --repair; is_rc 0 "repair: what only the target has is deleted, too: exit 0"
says "3 repaired" "the three rows"
is "$(sql -N testdb -e "SELECT COUNT(*) FROM words WHERE w = 'zebra'")" 1 "MySQL's row of the like key stays"
verify testdb.orders,testdb.words; is_rc 0 "there and at the target"
if [ "$target" = starrocks ]; then
	write_row many_keys a=18446744073709551000 b=Ö c=2020-02-29 d=1.50 v=9
	write_row filled "id=2002-02-03 04:05:06" w=x
else
	at_warehouse "INSERT INTO many_keys SELECT a, 'Ö', c, d, v FROM many_keys ORDER BY a DESC LIMIT 1; UPDATE filled SET id = replace(id, '2001', '2002')"
fi
verify testdb.many_keys,testdb.filled --repair; is_rc 0 "a key of many columns, and columns that are never NULL"
[ "$(grep -c "repaired" "$dir/out")" = 2 ]; ok $? "are deleted, too" || note < "$dir/out"
write_row orders id=1000000 v=1 note=extra
verify testdb.orders --repair --truncate; is_rc 0 "which reads the table again into an emptied target: exit 0"
says "1 repaired" "and says so"
verify testdb.orders; is_rc 0 "the table is equal"
delete_row orders id=7
write_row orders id=8 note=again
verify testdb.orders --repair; is_rc 0 "repair of all that differs: exit 0" 

# ---- continuously ----

verified() { status_is --arg t "$1" 'any(.tables[]; .table == $t and .verified_us > 0 and .differences == 0)'; }
delete_row orders id=9
m verify --continuous; ok $? "all tables in turn, in the running process"
until_true 60 has_problem rows-different testdb.orders; ok $? "a row that is missing is a problem" || what_is_wrong
status_is 'any(.problems[]; .code == "rows-different" and (.text | test("1 rows differ.*missing.*\"9\"")))'; ok $? "with its key" || what_is_wrong
status_is 'any(.tables[]; .table == "testdb.orders" and .differences == 1)'; ok $? "and counted by table"
write_row orders id=9 v="$(sql -N testdb -e 'SELECT v FROM orders WHERE id = 9')" note="$(sql -N testdb -e 'SELECT note FROM orders WHERE id = 9')"
until_true 60 problem_is_over rows-different testdb.orders; ok $? "that ends when it is equal" || what_is_wrong
until_true 60 verified testdb.orders; ok $? "and when it was compared is in the status" || what_is_wrong
m status | grep -q 'testdb.orders .*equal, .* ago'; ok $? "in words, too"
m verify --stop; ok $? "until told to end"

# ---- what a script masks, hostile bytes ----

write_row people id=1 email=ana@secret.example
write_row people id=3 email=eve@secret.example v=5
verify testdb.people; is_rc 1 "a row that is not masked, and one that the script leaves out"
is "$(grep -c "^testdb.people  id='[13]'" "$dir/out")" 2 "are both told"
lacks -q secret.example "$dir/out"; ok $? "and nothing of them is shown" || note < "$dir/out"
write_row texts id=2 v="$(printf '\033[31mred\302\233')"
verify testdb.texts; is_rc 1 "characters that steer a terminal"
lacks -q "$(printf '\033')" "$dir/out"; ok $? "are escaped" || note < "$dir/out"
says '\x1b[31mred' "and readable"

# ---- what cannot be compared ----

no_trouble
sql testdb -e 'CREATE TABLE nokey (a INT, b INT); INSERT INTO nokey VALUES (1, 1), (1, 1)'
verify testdb.nokey; is_rc 2 "a table without a key: exit 2"
grep -qE "no (primary )?key" "$dir/out"; ok $? "and why" || note < "$dir/out"
m pause testdb.orders; verify testdb.orders; is_rc 2 "a table whose load is paused: exit 2"
says "paused" "and why"
m resume testdb.orders
m pause capture; verify testdb.orders; is_rc 2 "capture is paused: exit 2"
m resume capture
verify testdb.nothing; is_rc 2 "a table that is not captured: exit 2"
says "no captured table matches" "and why"
done_testing
