#!/bin/bash
# load_added.sh - partitions are added while rows wait, and several load processes share them: rows are as they should be, and keys that moved
# between older partitions are told where they have, by whichever process it is, and nowhere else.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_kafka
start_starrocks
{ kafka_conf; echo "topic.creation.default.partitions = 2"; starrocks_conf; } | write_conf
libs=${MILLRACE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/millrace}/kafka-3.7.1
topics() { timeout 60 java -Xmx128m -cp "$libs/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$bootstrap" "$@" > "$dir/tool" 2>&1 || { note < "$dir/tool"; false; }; }
pids=()
finish() # SIGNAL
{
	[ ${#pids[@]} = 0 ] || { kill "-$1" "${pids[@]}"; wait "${pids[@]}"; } 2> /dev/null
	pids=()
}
cleanups+=("finish KILL")
process_status() { "$millrace" -c "$dir/load.$1.conf" status --json 2> /dev/null; }
told() { local i; for i in 1 2 3; do process_status $i | jq -e 'any(.problems[]; .code == "table-different")' > /dev/null && return; done; return 1; }
all_loaded() { "$millrace" -c "$dir/millrace.conf" topics --json 2> /dev/null | jq -s -e 'map(select(.topic == "mysql.testdb.q")) | length > 0 and all(.high == .low or any(.groups[]; .group == "e2e-load" and .lag == 0))' > /dev/null; }

sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.q (id INT PRIMARY KEY, v INT)"
sql testdb -e "INSERT INTO q WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT i, 0 FROM n"
start_millrace
wait_caught_up "the snapshot, in two partitions"
stop_millrace
for i in 1 2 3; do sed "s|^state.dir = .*|state.dir = $dir/state.$i|" "$dir/millrace.conf" > "$dir/load.$i.conf"; done

shared() # PARTITIONS: the three have them all, each some
{
	local i n sum=0
	for i in 1 2 3; do
		n=$(sed -n 's/.*reading \([0-9]*\) partition.*/\1/p' "$dir/load.$i.log" | tail -n 1)
		[ "${n:-0}" -gt 0 ] || return 1
		sum=$((sum + n))
	done
	[ "$sum" = "$1" ]
}
# Rows wait in the partitions that there are when others are added and three processes begin; then newer ones come in all of them.
more() # PARTITIONS VALUE
{
	local i
	start_millrace --role capture
	sql testdb -e "UPDATE q SET v = v + 1; UPDATE q SET v = v + 1"
	wait_caught_up "updates that are not loaded"
	stop_millrace
	topics --alter --topic mysql.testdb.q --partitions "$1"; ok $? "$1 partitions"
	for i in 1 2 3; do
		"$millrace" -c "$dir/load.$i.conf" run --role load > "$dir/load.$i.log" 2>&1 &
		pids+=($!)
	done
	until_true 60 shared "$1"; ok $? "$1 partitions: three processes share them" || grep -h reading "$dir"/load.?.log | note
	start_millrace --role capture
	sql testdb -e "UPDATE q SET v = $2"
	wait_caught_up "and more updates"
	until_true 90 all_loaded; ok $? "$1 partitions: all is loaded" || tail -n 3 "$dir"/load.?.log | note
}
more 6 600
! told; ok $? "three times as many: nothing has to be told" || process_status 1 | jq -c .problems | note
same_table q
finish TERM
stop_millrace
more 9 900
until_true 20 told; ok $? "half as many more: it is told" || tail -n 3 "$dir"/load.?.log | note
finish TERM
stop_millrace
done_testing
