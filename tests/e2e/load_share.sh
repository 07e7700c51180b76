#!/bin/bash
# load_share.sh - four load processes share the twelve partitions of each of twenty tables; they join, leave, are stopped and killed
# in an order that follows from a seed, while rows change. No partition stays without a reader, no row is missing, none is there
# twice.
#
#   SHARE_SEED=7    another order; SHARE_TURNS=40: a longer one
. "${top_srcdir:?}/tests/e2e/lib.sh"
seed=${SHARE_SEED:-1} turns=${SHARE_TURNS:-6}
RANDOM=$seed

start_mysql
start_kafka
start_starrocks
sql -e "CREATE DATABASE testdb"
for i in {1..20}; do echo "CREATE TABLE t$i (id INT PRIMARY KEY, n INT);"; done | sql testdb
{
	kafka_conf
	printf 'topic.creation.default.partitions = 12\nschemas.enable = false\n'
	starrocks_conf
	printf '[table testdb.t1]\ntarget.mode = append\n[table testdb.t2]\ntarget.mode = append\n'
} | write_conf

# Each process has a folder of its own, as on a host of its own; capture has the first one.
declare -A pids
process_conf() { sed "s|^state.dir = .*|state.dir = $dir/state.$1|" "$dir/millrace.conf" > "$dir/load.$1.conf"; }
begin() { "$millrace" -c "$dir/load.$1.conf" run --role load >> "$dir/load.$1.log" 2>&1 & pids[$1]=$!; }
finish() # PROCESS SIGNAL
{
	kill "-$2" "${pids[$1]}"
	wait "${pids[$1]}"
	local rc=$?
	unset "pids[$1]"
	[ "$2" = KILL ] || [ $rc -le 1 ] || { ok 1 "process $1 ends with $rc"; tail -n 5 "$dir/load.$1.log" | note; }
}
end_all() { kill -9 "${pids[@]}" 2> /dev/null; }
cleanups+=(end_all)

# t1 and t2 only get new rows: a load that happened twice would show there. The others change.
rows_come()
{
	local n=0 i
	until [ -e "$dir/enough" ]; do
		n=$((n + 1))
		echo "INSERT INTO t1 VALUES ($n, $n); INSERT INTO t2 VALUES ($n, $n);"
		for ((i = 3; i <= 20; i += 1)); do echo "REPLACE INTO t$i VALUES ($(((n * 7 + i) % 60)), $n);"; done
		[ $((n % 10)) != 0 ] || echo "DELETE FROM t$((3 + n % 18)) WHERE id % 5 = $((n % 5));"
		sleep 0.05
	done | sql testdb
}

# What the log has is read by whoever is there: every partition, by the group's offsets. Marks are taken from the log's ends.
ends() { "$millrace" -c "$dir/millrace.conf" topics --json 2> /dev/null | jq -c 'select(.topic | test("^mysql[.]testdb[.]")) | {t: .topic, p: .partition, h: .high, g: ([.groups[] | select(.group == "e2e-load") | .offset][0] // -1)}'; }
behind() # of the marks in $dir/marks: partitions whose group offset is before it
{
	ends > "$dir/now"
	[ -s "$dir/now" ] || { echo unknown; return; }
	jq -s -r --slurpfile m "$dir/marks" '(map({key: (.t + "/" + (.p | tostring)), value: .g}) | from_entries) as $g |
		[$m[] | select(.h > 0) | (.t + "/" + (.p | tostring)) | . as $k | select($g[$k] < ([$m[] | select((.t + "/" + (.p | tostring)) == $k)][0].h))] | length' "$dir/now"
}
all_read() { [ "$(behind)" = 0 ]; }
nobody_waits() # SECONDS NAME: everything that the log has now is loaded soon
{
	ends > "$dir/marks"
	until_true "$1" all_read
	ok $? "$2" || { behind | note; for i in "${!pids[@]}"; do tail -n 3 "$dir/load.$i.log" | note; done; }
}

for i in 1 2 3 4; do process_conf "$i"; done
start_millrace --role capture
for i in 1 2 3 4; do begin "$i"; done
rows_come &
coming=$!
written() { [ "$(ends | jq -s 'map(select(.h > 0)) | length')" -ge 200 ]; }
until_true 90 written; ok $? "200 and more of 240 partitions have rows" || what_is_wrong
nobody_waits 90 "four processes load them"
for ((turn = 1; turn <= turns; turn++)); do
	i=$((1 + RANDOM % 4))
	if [ -z "${pids[$i]:-}" ]; then
		begin "$i"
		what="$i joins"
	elif [ ${#pids[@]} = 1 ]; then
		finish "$i" KILL
		begin "$i"
		what="$i is killed and comes again"
	elif [ $((RANDOM % 2)) = 0 ]; then
		finish "$i" TERM
		what="$i leaves"
	else
		finish "$i" KILL
		what="$i is killed"
	fi
	[ $((RANDOM % 3)) = 0 ] || nobody_waits 90 "turn $turn: $what, ${#pids[@]} are there"
done
touch "$dir/enough"
wait $coming
captured() { [ "$(status | jq -r '.capture.gtid | gsub("[ \n]"; "")')" = "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" ]; }
until_true 60 captured; ok $? "all is captured"
nobody_waits 120 "all is loaded"
for i in {1..20}; do same_table "t$i"; done
for i in "${!pids[@]}"; do finish "$i" TERM; done
stop_millrace; ok $? "stops"
! grep -hE ' ERROR |runtime error|Sanitizer' "$dir"/run.log "$dir"/load.*.log > "$dir/trouble"
ok $? "no error in the logs" || head -n 20 "$dir/trouble" | note
done_testing
