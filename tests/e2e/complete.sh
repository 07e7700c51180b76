#!/bin/bash
# complete.sh - "complete to": no commit up to that time is missing at the target, for all tables and for each; what is not known is -1.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<S
CREATE DATABASE testdb; CREATE DATABASE other; USE testdb;
CREATE TABLE a (id INT PRIMARY KEY, v INT); CREATE TABLE b (id INT PRIMARY KEY, v INT); CREATE TABLE other.x (id INT PRIMARY KEY);
INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);
S
write_conf < /dev/null
now() { sql -N -r -e "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS UNSIGNED)"; }
all() { status | jq .complete_us; }
of() { status | jq --arg t "testdb.$1" '.tables[] | select(.table == $t) | .complete_us'; }
past() { [ "$(all)" -gt "$1" ]; }
table_past() { [ "$(of "$1")" -gt "$2" ]; }

start_millrace
wait_caught_up "the snapshot is loaded"
t=$(now)
until_true 40 past "$t"; ok $? "an idle source that is read to its end is complete to now" || what_is_wrong
for i in a b; do table_past $i "$t"; ok $? "and so is $i"; done
uuid=$(sql -N -e 'SELECT @@server_uuid')
[[ "$(status | jq -r .complete_gtid)" == *"$uuid"* ]]; ok $? "with its GTIDs"
"$millrace" -c "$dir/millrace.conf" status | grep -q '^complete to 20..-..-.. .* UTC, .* ago'; ok $? "status says so"

"$millrace" -c "$dir/millrace.conf" pause testdb.b
sleep 1
sql -e "INSERT INTO testdb.b VALUES (2, 2); INSERT INTO testdb.a VALUES (2, 2); INSERT INTO other.x VALUES (1)"
after=$(now)
until_true 40 table_past a "$after"; ok $? "a table that loads goes on" || what_is_wrong
sql testdb -e "UPDATE a SET v = v + 1"
later=$(now)
until_true 40 table_past a "$later"; ok $? "and on"
held=$(of b) overall=$(all)
[ "$held" -gt 0 ] && [ "$held" -lt "$after" ]; ok $? "one that is paused stays where it was: $held < $after"
[ "$overall" -le "$held" ] && [ "$overall" -gt 0 ]; ok $? "and all of them are no further: $overall"
"$millrace" -c "$dir/millrace.conf" resume testdb.b
until_true 40 past "$later"; ok $? "resumed, all are complete again" || what_is_wrong

# What is claimed is there: while rows come, nothing that was committed up to the time is missing.
(for i in $(seq 3 400); do echo "INSERT INTO testdb.a VALUES ($i, $i); INSERT INTO testdb.b VALUES ($i, $i); DO SLEEP(0.01);"; done | sql) &
writer=$!
bad=0 looks=0
while kill -0 $writer 2> /dev/null; do
	us=$(all)
	n=$(sqlite3 -readonly "$dir/state/warehouse/testdb.db" 'SELECT count(*) FROM a' 2> /dev/null) || continue
	[ "${us:-0}" -gt 0 ] && looks=$((looks + 1)) && echo "$us $n" >> "$dir/seen"
	sleep 0.2
done
wait $writer
[ $looks -gt 3 ]; ok $? "it is known while rows come ($looks looks)"
# The commit times of a's rows are in the log.
"$millrace" -c "$dir/millrace.conf" messages testdb.a --json --seek begin 2> /dev/null | jq -r .timestamp_ms > "$dir/commits"
while read -r us n; do
	due=$(awk -v us="$us" '$1 * 1000 + 999 < us' "$dir/commits" | wc -l)
	due=$((due - 2))	# one update and one snapshot row are no new rows
	[ "$n" -ge "$due" ] || { bad=$((bad + 1)); echo "# complete to $us, of $due rows $n are there"; }
done < "$dir/seen"
is $bad 0 "no look found fewer rows than were committed by then"

sql testdb -e "CREATE TABLE later (id INT PRIMARY KEY); INSERT INTO later VALUES (1)"
wait_caught_up "a new table"
t=$(now)
until_true 40 past "$t"; ok $? "counts, too"
stop_millrace
no_trouble
done_testing
