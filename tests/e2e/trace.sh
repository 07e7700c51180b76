#!/bin/bash
# trace.sh - `millrace trace TABLE KEY`: for every fate of a row the hops and the verdict, from the log alone.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
cat > "$dir/orders.lua" <<'L'
function transform(row, event)
	if row.status == "test" then
		return nil
	end
	if row.amount < 0 then error("negative amount") end
	row.note = "seen"
	return row
end
L
echo 'function transform(row) row.email = mask(row.email) return row end' > "$dir/mask.lua"
write_conf <<C
[kafka]
message.format = envelope
[table testdb.orders]
transform = orders.lua
[table testdb.secret]
transform = mask.lua
C
t() { timeout 60 "$millrace" -c "$dir/millrace.conf" trace "$@" 2> "$dir/err"; }
says() # TEXT TABLE KEY...: the text stands in the answer
{
	local text=$1
	shift
	t "$@" > "$dir/out"
	grep -qF -- "$text" "$dir/out"; ok $? "trace $*: $text" || note < "$dir/out"
}

start_millrace
until_true 60 status_is '.capture.state == "streaming"'; ok $? "capture streams" || what_is_wrong
sql <<S
CREATE DATABASE testdb; USE testdb;
CREATE TABLE orders (id INT PRIMARY KEY, status VARCHAR(20), amount DECIMAL(10,2), note VARCHAR(40));
CREATE TABLE plain (a INT, b VARCHAR(20), v INT, PRIMARY KEY (a, b));
CREATE TABLE nokey (a INT, v INT);
CREATE TABLE secret (id INT PRIMARY KEY, email VARCHAR(60));
INSERT INTO orders VALUES (1, 'new', 1, NULL), (2, 'test', 1, NULL), (3, 'new', -1, NULL), (4, 'new', 1, NULL), (5, 'new', 1, NULL), (11, 'new', 1, NULL);
INSERT INTO plain VALUES (1, 'x y', 1), (1, 'z', 1), (2, 'x y', 1);
INSERT INTO nokey VALUES (7, 1), (8, 1);
INSERT INTO secret VALUES (1, 'ana@secret.example');
UPDATE orders SET status = 'test' WHERE id = 4;
DELETE FROM orders WHERE id = 5;
UPDATE plain SET v = 2 WHERE a = 1 AND b = 'x y';
S
wait_caught_up "all is loaded"

says "verdict: the target has the row as of" testdb.orders 1
says ", changed by the script" testdb.orders 1
says "1 message of this row among" testdb.orders id=1
says "script  changed: changes note (version $("$millrace" -c "$dir/millrace.conf" lua versions --table testdb.orders --json | jq -r .version))" testdb.orders 1
says "load    done: the group is at offset" testdb.orders 1
gtid=$(sql -N -e 'SELECT @@server_uuid')
says "commit  gtid $gtid:" testdb.orders 1
says "now: MySQL: there; target: there" testdb.orders 1
says "now: MySQL: there; target: not there" testdb.orders 2
says "now: MySQL: not there; target: not there" testdb.orders 5
says "now: MySQL: there; target: there" testdb.plain 'a=1 b="x y"'
says "now: MySQL: not asked: the key of the table has 2 columns, and 1 are given" testdb.plain a=1
says "verdict: the change of" testdb.orders 2
says "script  dropped: orders.lua:3: not loaded" testdb.orders 2
says "because the script says so (orders.lua:3" testdb.orders 2
says "is a dead letter: " testdb.orders 3
says "orders.lua:5: negative amount" testdb.orders 3
says "script  dropped: orders.lua:3: not loaded, so the row is deleted at the target" testdb.orders 4
says "verdict: the row is not at the target, because the script says so" testdb.orders 4
says 'u  status "new">"test"' testdb.orders 4
says "verdict: the row was deleted at" testdb.orders 5
says "verdict: no message of this row among the" testdb.orders 99
says '2 messages of this row' testdb.plain 'a=1 b="x y"'
says 'u  v 1>2' testdb.plain 'a=1 b="x y"'
says '1 message of this row' testdb.plain 'a=1,b=z'
says '1 message of this row' testdb.nokey a=7
says '(masked)' testdb.secret 1
lacks -q secret.example "$dir/out"; ok $? "what a script masks is not shown" || note < "$dir/out"
says 'ana@secret.example' testdb.secret 1 --unmasked
t testdb.orders 1 --json > "$dir/out"
is "$(jq -rs '.[0] | [.topic, .op, .script, .loaded] | join(" ")' "$dir/out")" "$(jq -rs '.[0].topic' "$dir/out") c changed true" "as JSON"
is "$(jq -rs '.[-1].found' "$dir/out")" 1 "with the verdict last"
t testdb.orders "" ; is $? 2 "an empty key is refused"
t testdb.nothing 1; is $? 2 "an unknown table, too"

"$millrace" -c "$dir/millrace.conf" pause testdb.plain
sql testdb -e "UPDATE plain SET v = 3 WHERE a = 2"
waits() { t testdb.plain 'a=2 b="x y"' > "$dir/out" && grep -q "v 1>3" "$dir/out"; }
until_true 30 waits; ok $? "a change of a paused table is found" || note < "$dir/out"
says "load    waits: the group is at offset" testdb.plain 'a=2 b="x y"'
says "is in the log and waits to be loaded; the load of testdb.plain is paused" testdb.plain 'a=2 b="x y"'
"$millrace" -c "$dir/millrace.conf" resume testdb.plain
wait_caught_up "it goes on"
says "verdict: the target has the row as of" testdb.plain 'a=2 b="x y"'
stop_millrace
says "verdict: the target has the row as of" testdb.orders 1
no_trouble
done_testing
