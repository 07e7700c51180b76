#!/bin/bash
# reference.sh - real Debezium 3.0.8 and millrace on one MySQL at the same time, each into its own broker, every message
# compared. The cases are SQL files, the modes settings: tests/cases/README.md.
#
#   reference.sh [--case NAME] [--mode NAME] [--list] [--accept] [--keep] [--servers DIR [--stop]]
#
# --case, --mode     only this case, this mode (each may be given several times)
# --list             all differences, in the form of a .differs file
# --accept           writes the .expect files of the cases that only millrace can run, instead of comparing with them
# --keep             keeps the logs and says where they are
# --servers DIR      starts MySQL and the brokers there and leaves them running for the next time; --stop ends them
#
# All cases run once and every mode sees them, because what is dear is the start of a JVM, not a message.
# In memory where there is room: a thousand topics are made, and a broker waits for the disk at each.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 4000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"
cases=$top/tests/cases
only_cases=() modes=() compare_options=() servers='' keep='' accept='' stop_servers=''
while [ $# -gt 0 ]; do
	case $1 in
	--case) only_cases+=("$2"); shift ;;
	--mode) modes+=("$2"); shift ;;
	--list) compare_options+=(--list) ;;
	--accept) accept=--accept ;;
	--keep) keep=1 ;;
	--servers) mkdir -p "$2"; servers=$(cd "$2" && pwd); shift ;;
	--stop) stop_servers=1 ;;
	*) bail "usage: reference.sh [--case NAME] [--mode NAME] [--list] [--accept] [--keep] [--servers DIR [--stop]]" ;;
	esac
	shift
done
message_max=16777216		# a row, twice in an update, and the statement that made it
whole=
if [ ${#only_cases[@]} = 0 ] && [ ${#modes[@]} = 0 ]; then whole=--whole; fi
if [ ${#modes[@]} = 0 ]; then for f in "$cases"/modes/*.mode; do modes+=("$(basename "$f" .mode)"); done; fi

# ---- servers ----

start_all()
{
	local at=${servers:-$dir}
	"$top/tests/servers/mysql" start "$at/mysql" --binlog-rows-query-log-events=ON --local-infile=ON --max-allowed-packet=64M \
		--net-write-timeout=600 --net-read-timeout=600 \
		> "$dir/mysql.log" 2>&1 || { note < "$dir/mysql.log"; bail "MySQL does not start"; }
	eval "$(sed 's/^/mysql_/' "$at/mysql/env")"
	for side in debezium millrace; do
		"$top/tests/servers/kafka" start "$at/kafka-$side" message.max.bytes=$message_max > "$dir/kafka.log" 2>&1 || { note < "$dir/kafka.log"; bail "Kafka does not start"; }
	done
	debezium_broker=$(cat "$at/kafka-debezium/bootstrap") millrace_broker=$(cat "$at/kafka-millrace/bootstrap")
}
stop_all()
{
	local at=${servers:-$dir}
	"$top/tests/servers/mysql" stop "$at/mysql"
	"$top/tests/servers/kafka" stop "$at/kafka-debezium"
	"$top/tests/servers/kafka" stop "$at/kafka-millrace"
}
# One tagged GTID marks a server for good, so it is made anew and not only emptied.
empty_all()
{
	"$top/tests/servers/mysql" stop "$servers/mysql"
	rm -rf "$servers/mysql"
	"$build/tests/e2e/compare_topics" clear "$(cat "$servers/kafka-debezium/bootstrap")" "$(cat "$servers/kafka-millrace/bootstrap")"
}
millrace_pids=()
stop_millraces()
{
	[ ${#millrace_pids[@]} = 0 ] || kill "${millrace_pids[@]}" 2>/dev/null
	[ ${#millrace_pids[@]} = 0 ] || wait "${millrace_pids[@]}" 2>/dev/null
	millrace_pids=()
}
stop_debezium() { "$top/tests/servers/debezium" stop "$dir/connect"; }

[ -z "$stop_servers" ] || { stop_all; exit 0; }
[ -n "$servers" ] || cleanups+=("stop_all")
[ -z "$keep" ] || { cleanups+=("cp -r '$dir' '$dir.kept'"); echo "# the logs will be in $dir.kept"; }
cleanups+=("kill -9 \${millrace_pids[*]}" "stop_debezium")
[ ! -e "$servers/mysql" ] || empty_all
start_all

# ---- cases ----

is_alone() { grep -q '^-- alone:' "$cases/$1.sql"; }
case_names()
{
	local f name
	for f in "$cases"/*.sql; do
		name=$(basename "$f" .sql)
		[ ${#only_cases[@]} = 0 ] || [[ " ${only_cases[*]} " = *" $name "* ]] && echo "$name"
	done
}
# The lines of a case that belong to a phase, with {phase} filled in.
case_sql() # NAME before|after
{
	awk -v want="$2" -v phase="$([ "$2" = before ] && echo snapshot || echo stream)" -v cases="$cases" '
		/^-- (before|both|after)$/ { on = $2 == want || $2 == "both" }
		on { gsub(/\{phase\}/, phase); gsub(/\{cases\}/, cases); print }' "$cases/$1.sql"
}
run_case() # NAME before|after
{
	case_sql "$1" "$2" | sql --local-infile=1 --comments > "$dir/case.out" 2>&1 || { note < "$dir/case.out"; bail "case $1, $2: the SQL failed"; }
}
run_cases() # before|after shared|alone
{
	local name
	for name in $(case_names); do
		if is_alone "$name"; then [ "$2" = alone ] && run_case "$name" "$1"; else [ "$2" = shared ] && run_case "$name" "$1"; fi
	done
	true
}

# ---- modes ----

mode_lines() # MODE debezium|mysql|kafka
{
	awk -v want="$2" '$1 == want || ($1 == "both" && (want == "debezium" || want == "mysql")) { sub(/^[a-z]+ +/, ""); print }' "$cases/modes/$1.mode"
}
write_connector() # MODE
{
	cat <<-C
	name=$1
	connector.class=io.debezium.connector.mysql.MySqlConnector
	tasks.max=1
	database.hostname=127.0.0.1
	database.port=$mysql_port
	database.user=$mysql_user
	database.password=$mysql_password
	database.server.id=$((200000 + $2))
	driver.allowPublicKeyRetrieval=true
	topic.prefix=$1
	poll.interval.ms=50
	producer.override.max.request.size=$message_max
	producer.override.request.timeout.ms=300000
	producer.override.delivery.timeout.ms=600000
	key.converter=org.apache.kafka.connect.json.JsonConverter
	value.converter=org.apache.kafka.connect.json.JsonConverter
	topic.creation.groups=single
	topic.creation.single.include=.*nokey.*,$1
	topic.creation.single.partitions=1
	topic.creation.single.replication.factor=1
	topic.creation.default.partitions=3
	topic.creation.default.replication.factor=1
	schema.history.internal.kafka.bootstrap.servers=$debezium_broker
	schema.history.internal.kafka.topic=schemahistory.$1
	C
	mode_lines "$1" debezium
}
write_millrace() # MODE PREFIX [lines of [mysql]]
{
	cat <<-C
	[millrace]
	name = ref-$2
	state.dir = $dir/state-$2
	[mysql]
	host = 127.0.0.1
	port = $mysql_port
	user = $mysql_user
	password.file = $dir/mysql.pw
	schema.history.internal.kafka.topic = schemahistory.$2
	${3:-}
	$(mode_lines "$1" mysql)
	[kafka]
	bootstrap.servers = $millrace_broker
	topic.prefix = $2
	message.max.bytes = $message_max
	$(mode_lines "$1" kafka | grep '^topic.creation.default.partitions' || echo "topic.creation.default.partitions = 3")
	$(mode_lines "$1" kafka | grep -v '^topic.creation.default.partitions')
	C
}
launch_millrace() # PREFIX
{
	"$millrace" -c "$dir/$1.conf" run --role capture > "$dir/$1.log" 2>&1 &
	millrace_pids+=($!)
}
streams() { grep -q '^both snapshot.mode=initial_only' "$cases/modes/$1.mode" && return 1; true; }
has_row() # BROKER PREFIX ID
{
	timeout 20 kcat -b "$1" -C -q -e -t "$2.zz_end.sentinel" -o beginning -X isolation.level=read_committed -f '%k\n' 2>/dev/null | grep -qE "\"id\":$3\\b"
}
wait_for_row() # BROKER PREFIX ID NAME
{
	until_true "${REFERENCE_WAIT_S:-500}" has_row_or_failed "$@" && ! debezium_failed && return 0
	debezium_failed && grep -E ' ERROR |Caused by|java\.lang\.OutOfMemoryError' "$dir/connect/debezium.log" | head -n 8 | note
	[ ! -e "$dir/$2.log" ] || tail -n 5 "$dir/$2.log" | note
	tail -n 5 "$dir/connect/debezium.log" | note
	bail "$4: row $3 of the sentinel does not arrive in mode $2"
}
debezium_failed() { grep -qE 'Task threw an uncaught and unrecoverable exception|Going to restart connector|java\.lang\.OutOfMemoryError' "$dir/connect/debezium.log"; }
has_row_or_failed() { has_row "$@" || debezium_failed; }

# ---- the run ----

umask 077
printf '%s\n' "$mysql_password" > "$dir/mysql.pw"
number=0
for mode in "${modes[@]}"; do
	number=$((number + 1))
	write_connector "$mode" "$number" > "$dir/$mode.properties"
	write_millrace "$mode" "$mode" > "$dir/$mode.conf"
done
# First of all, because Debezium's GTID set is another one at the first transactions of a log.
sql -e "CREATE DATABASE zz_end; CREATE TABLE zz_end.sentinel (id INT PRIMARY KEY); INSERT INTO zz_end.sentinel VALUES (0)"
run_cases before shared
for mode in "${modes[@]}"; do launch_millrace "$mode"; done
files=("${modes[@]/#/$dir/}")
DEBEZIUM_HEAP=3g "$top/tests/servers/debezium" connect "$dir/connect" "$debezium_broker" "${files[@]/%/.properties}" > "$dir/connect.out" 2>&1 ||
	{ note < "$dir/connect.out"; grep -m 5 -E 'ERROR|Caused by' "$dir/connect/debezium.log" | note; bail "Debezium does not stream"; }
for mode in "${modes[@]}"; do
	grep -qE '^both snapshot.mode=(no_data|never)' "$cases/modes/$mode.mode" || wait_for_row "$millrace_broker" "$mode" 0 millrace
done
run_cases after shared
sql -e "INSERT INTO zz_end.sentinel VALUES (1)"
for mode in "${modes[@]}"; do
	wait_for_row "$debezium_broker" "$mode" "$(streams "$mode" && echo 1 || echo 0)" Debezium
	wait_for_row "$millrace_broker" "$mode" "$(streams "$mode" && echo 1 || echo 0)" millrace
done
stop_debezium
stop_millraces

# ---- what only millrace can do ----

alone=$(for name in $(case_names); do is_alone "$name" && { echo "$name"; sed -n 's/^-- database: *//p' "$cases/$name.sql"; }; done | paste -sd,)
if [ -n "$alone" ]; then
	write_millrace plain alone "database.include.list = $alone, zz_end" > "$dir/alone.conf"
	run_cases before alone
	launch_millrace alone
	wait_for_row "$millrace_broker" alone 1 millrace
	run_cases after alone
	sql -e "INSERT INTO zz_end.sentinel VALUES (2)"
	wait_for_row "$millrace_broker" alone 2 millrace
	stop_millraces
fi

# ---- the comparison ----

numbered() # turns the comparer's lines into numbered TAP
{
	while IFS= read -r line; do
		case $line in
		"ok - "*) ok 0 "${line#ok - }" ;;
		"not ok - "*) ok 1 "${line#not ok - }" ;;
		*) echo "$line" ;;
		esac
	done
}
"$build/tests/e2e/compare_topics" compare "$cases" "$debezium_broker" "$millrace_broker" $whole "${compare_options[@]}" "${modes[@]}" > "$dir/compared"
[ $? -lt 2 ] || bail "the topics cannot be compared"
numbered < "$dir/compared"
if [ -n "$alone" ]; then
	only=()
	[ ${#only_cases[@]} != 1 ] || only=(--case "${only_cases[0]}")
	"$build/tests/e2e/compare_topics" expect "$cases" "$millrace_broker" alone $accept "${only[@]}" > "$dir/compared"
	[ $? -lt 2 ] || bail "the topics cannot be compared"
	numbered < "$dir/compared"
fi
! grep -hE ' ERROR |runtime error|Sanitizer' "$dir"/*.log > "$dir/trouble"
ok $? "no error in millrace's logs" || head -n 10 "$dir/trouble" | note
done_testing
