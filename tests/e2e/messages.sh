#!/bin/bash
# messages.sh - `millrace messages`: what is in the log is what another client reads there, from every place, searched and filtered; the
# load's reader does not notice. Embedded log, then Kafka, where the other client is kcat.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "${top_srcdir:?}/tests/e2e/kafka_lib.sh"

m() { timeout 60 "$millrace" -c "$dir/millrace.conf" messages "$@" 2> "$dir/err"; }
j() { m "$topic" --json "$@"; }
lines() { j "$@" | wc -l; }
offsets() { j "$@" | jq -c '[.partition, .offset]'; }
failed() { sed -n 's/.* \([0-9]*\) for which the filter failed.*/\1/p' "$dir/err"; } # of the last run
refused() # TEXT ARGUMENTS...: exit 2 with the text
{
	local text=$1
	shift
	m "$@" > "$dir/out"; is $? 2 "refused: $*"
	grep -qF -- "$text" "$dir/err"; ok $? "and says: $text" || note < "$dir/err"
}

fill()
{
	sql <<-S
	CREATE DATABASE IF NOT EXISTS testdb; USE testdb;
	CREATE TABLE orders (id INT PRIMARY KEY, customer INT, status VARCHAR(20), note VARCHAR(60));
	CREATE TABLE secret (id INT PRIMARY KEY, email VARCHAR(60));
	INSERT INTO secret VALUES (1, 'ana@secret.example');
	S
	for i in $(seq 1 60); do echo "INSERT INTO testdb.orders VALUES ($i, $((i % 7)), 'new', NULL); "; done | sql
	sql testdb -e "UPDATE orders SET status = 'paid' WHERE id <= 20; UPDATE orders SET note = '=cmd \"x\", needle' WHERE id = 33; DELETE FROM orders WHERE id > 55"
}

# What must hold for every log. 60 inserts, 21 updates, 5 deletes with a tombstone each.
check_log()
{
	j --seek begin > "$dir/all"
	is "$(wc -l < "$dir/all")" 91 "all messages"
	is "$(jq -r .op "$dir/all" | sort | uniq -c | tr -s ' \n' ' ')" " 5 - 60 c 5 d 21 u " "operations"
	is "$(m testdb.orders --json --seek begin | jq -cS . | sort | md5sum)" "$(jq -cS . "$dir/all" | sort | md5sum)" "the table's name stands for its topic"
	is "$(lines)" "$(((parts == 1 ? 1 : parts) * 10))" "without --seek the newest ten of each partition"
	offsets --seek -7 > "$dir/got"
	jq -s -c 'group_by(.partition)[] | .[-7:][] | [.partition, .offset]' "$dir/all" > "$dir/want"
	cmp -s "$dir/got" "$dir/want"; ok $? "-7: exactly seven of each partition, markers do not count" || diff "$dir/got" "$dir/want" | note
	for o in 0 3 1000000; do
		is "$(offsets --seek o:$o)" "$(jq -c --argjson o $o 'select(.offset >= $o) | [.partition, .offset]' "$dir/all")" "o:$o"
	done
	local ms
	ms=$(jq -s 'sort_by(.timestamp_ms)[60].timestamp_ms' "$dir/all")
	local second=$(((ms + 999) / 1000))
	is "$(offsets --seek "@$(date -u -d "@$second" +%Y-%m-%dT%H:%M:%SZ)" | wc -l)" \
		"$(jq -c --argjson s $second 'select(.timestamp_ms >= $s * 1000)' "$dir/all" | wc -l)" "@TIME"
	is "$(lines --seek @1h)" 91 "@ how long ago"
	is "$(lines --seek begin --partition 0)" "$(jq -c 'select(.partition == 0)' "$dir/all" | wc -l)" "--partition"
	is "$(lines --seek begin --limit 5)" 5 "--limit"
	is "$(lines --grep needle)" 1 "--grep searches from the begin"
	is "$(lines --grep '"field"')" 0 "and not in the schema block"
	is "$(lines --regex '"id":(1|2)[^0-9].*paid')" 2 "--regex"
	is "$(lines --filter 'op == "u" and after.customer == 3')" "$(jq -r 'select(.op == "u") | .value | fromjson | (.payload // .) | select(.after.customer == 3) | .after.id' "$dir/all" | wc -l)" "--filter on the row after"
	is "$(lines --filter 'op == "d" and before.id == 57')" 1 "and before"
	is "$(lines --filter 'before.status == "new" and row.status == "paid"')" 20 "and both"
	is "$(lines --filter 'op == "d"' --grep '"id":5')" 4 "together with a text"
	is "$(lines --filter 'after.status:upper() == "PAID"')" 20 "an expression that fails for some"
	is "$(failed)" 5 "says for how many, and goes on" || note < "$dir/err"
	grep -q "attempt to index a nil value" "$dir/err"; ok $? "with the reason" || note < "$dir/err"
	m "$topic" --csv --seek begin --grep needle > "$dir/out"
	is "$(head -n 1 "$dir/out")" "topic,partition,offset,time,op,table,key,value" "CSV names its columns"
	python3 - "$dir/out" <<-P; ok $? "and is CSV"
	import csv, json, sys
	r = list(csv.DictReader(open(sys.argv[1])))
	v = json.loads(r[0]["value"]); v = v.get("payload", v)
	assert len(r) == 1 and r[0]["table"] == "testdb.orders" and v["after"]["note"] == '=cmd "x", needle', r
	P
	m "$topic" --grep needle > "$dir/out"
	grep -q 'u testdb.orders .*id=33 .*note null>"=cmd' "$dir/out"; ok $? "a line for people says what has changed" || note < "$dir/out"
	refused "expected a topic that exists" no.such.topic
	refused "seek: expected o:OFFSET" "$topic" --seek yesterday
	refused "partition: expected one of the" "$topic" --partition 99
	refused "filter:2: unexpected symbol" "$topic" --filter 'op =='
	refused "without back references" "$topic" --regex '(a)\1'
	is "$(lines --filter 'os.exit() or true')" 0 "the sandbox holds"
	refused "its rows are not searched" testdb.secret --grep ana
	! m testdb.secret --json | grep -q secret.example; ok $? "a row that its script masks is not shown"
	m testdb.secret --json --unmasked | grep -q secret.example; ok $? "--unmasked shows it"
	jq -s -c 'group_by([.partition, .key])[] | map(select(.value != null))[-1] | [.partition, .offset]' "$dir/all" | sort > "$dir/want"
	offsets --latest | sort > "$dir/got"
	is "$(wc -l < "$dir/want")" 60 "60 keys"
	cmp -s "$dir/got" "$dir/want"; ok $? "--latest: the newest message of each, of a row that was deleted the deletion" || diff "$dir/got" "$dir/want" | note
	is "$(lines --latest --filter 'op == "u"')" 21 "what else is asked for chooses among these"
	is "$(lines --latest --grep needle)" 1 "also a text"
	refused "latest: expected an end, found follow" "$topic" --latest --follow
	m "$topic,testdb.secret" --json --seek begin > "$dir/out"
	is "$(jq -r .topic "$dir/out" | sort | uniq -c | tr -s ' \n' ' ')" " 91 $topic 1 ${topic%orders}secret " "several topics, by either name"
	lacks -q secret.example "$dir/out"; ok $? "each masked as by itself"
	is "$(m 'testdb.o*' --json --seek begin | wc -l)" 91 "a pattern"
	is "$(m '*orders,testdb.orders' --json --seek begin | wc -l)" 91 "each topic once"
	refused "its rows are not searched" 'testdb.*' --grep needle
	refused "expected a topic that exists" "$topic,no.such"
	refused "expected a topic that exists" 'no.such*'
	is "$(lines --filter 'while true do end' 2>/dev/null)" 0 "an expression is an expression"
	timeout 30 "$millrace" -c "$dir/millrace.conf" messages "$topic" --json --seek end > "$dir/followed" 2> /dev/null &
	local follower=$! i
	for i in $(seq 1 50); do	# it has to be there before the row comes
		sql testdb -e "UPDATE orders SET customer = customer + 100 WHERE id = 44"
		[ -s "$dir/followed" ] && break
		sleep 0.3
	done
	is "$(head -n 1 "$dir/followed" | jq -r '.value | fromjson | (.payload // .) | .after.id')" 44 "--seek end tells what comes"
	kill $follower 2> /dev/null; wait $follower 2> /dev/null
}

secret_conf() { echo "[table testdb.secret]"; echo "transform = mask.lua"; }
echo 'function transform(row) row.email = mask(row.email) return row end' > "$dir/mask.lua"

# ---- the embedded log ----

start_mysql
write_conf < <(echo "[kafka]"; echo "message.format = envelope"; secret_conf)
start_millrace
until_true 60 status_is '.capture.state == "streaming"'; ok $? "capture streams" || what_is_wrong
fill
wait_caught_up "all is loaded"
topic=$(m testdb.orders --json --limit 1 | jq -r .topic) parts=1
check_log
wait_caught_up "the load has not noticed"
stop_millrace
is "$(lines --seek begin --limit 91)" 91 "without a process the log is read directly"
timeout 20 "$millrace" -c "$dir/millrace.conf" messages testdb.orders --follow > "$dir/out" 2>&1; is $? 2 "but nobody waits in it: millrace could not start"
grep -q 'nothing comes into its embedded log' "$dir/out"; ok $? "and it is said why" || note < "$dir/out"
same_table orders
no_trouble
sql -e "DROP DATABASE testdb"

# ---- Kafka ----

start_kafka
write_conf < <(kafka_conf; echo "message.format = envelope"; echo "topic.creation.default.partitions = 3"; secret_conf)
sed -i "s|^state.dir = .*|state.dir = $dir/state2|" "$dir/millrace.conf"
start_millrace
until_true 60 status_is '.capture.state == "streaming"'; ok $? "capture streams to Kafka" || what_is_wrong
fill
wait_caught_up "all is loaded"
topic=mysql.testdb.orders parts=3
check_log
wait_caught_up "the load has not noticed"
j --seek begin | jq -c '[.partition, .offset, .key, .value]' | sort > "$dir/ours"
timeout 60 kcat -b "$bootstrap" -C -q -e -t "$topic" -o beginning -X isolation.level=read_committed -J |
	jq -c '[.partition, .offset, .key, .payload]' | sort > "$dir/theirs"
[ "$(wc -l < "$dir/theirs")" -gt 91 ] && cmp -s "$dir/ours" "$dir/theirs"; ok $? "every message is what kcat reads: partition, offset, key, value" ||
	diff "$dir/ours" "$dir/theirs" | head -n 6 | note
stop_millrace
no_trouble
done_testing
