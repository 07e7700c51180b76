#!/bin/bash
# bench.sh - the figures of docs/benchmarks.md, each beside what it is compared with, measured back to back in one run.
#
#   bench.sh [--append] [a b c debezium d e f g h i j k l m n]    without letters: all but debezium, g, h, i, j and n
#
#   a, b      the binlog read and thrown away; to JSON into nowhere (sysbench, and multi-row inserts)
#   c         a backlog drained into Kafka with exactly once; debezium: the same by Debezium 3.0.8
#   d         a snapshot into nowhere against mysqldump, and into Kafka
#   e         the load half into the StarRocks double, without and with a one-line filter
#   f         latency at 1,000 rows/s, memory idle and in one large transaction
#   g         a snapshot of a large table by one, two and three connections, and what limits it
#   h         the first start and a later one with many tables, captured and not, against the server's own time
#   i         what scripts cost a row, against a table built for each row; a profile of lines; what rows wait for another version
#   j         200 and 1,000 tables that change once a second each, into the StarRocks double
#   k         rows of 24 tables among 10,000, against one table alone: what a row costs the log
#   l         `millrace messages` through all rows, in Kafka and in the embedded log: without a filter, with a text, with Lua; `lua run` over them
#   m         loading alone, commits of 0 and 80 ms: narrow and wide rows, bad rows, three rates, 1,000 tables (loading.sh); four minutes
#   n         the console: first frame, keys, at rest, beside a load, with 10,000 tables; the recorder (console.sh); six minutes
#
# Sizes: BENCH_EVENTS (sysbench transactions, 4 rows each), BENCH_ROWS (rows of the inserted table), BENCH_BIG (rows of
# the large transaction), BENCH_COMMIT (ms that a commit of the double takes, 80; take 0, too), BENCH_SECONDS (of latency), BENCH_TABLE (rows of the large table), BENCH_TABLES (many tables).
# --append adds the table to docs/benchmarks.md.
set -u
here=$(cd "$(dirname "$0")" && pwd)
export top_srcdir=${top_srcdir:-$(cd "$here/../.." && pwd)} top_builddir=${top_builddir:-$PWD}
# What is timed runs as in production, not as cheap to start as in the tests.
export KAFKA_JVM=${KAFKA_JVM:--XX:+UseG1GC -XX:MaxGCPauseMillis=20} DEBEZIUM_JVM=${DEBEZIUM_JVM:--XX:+UseG1GC}
. "$here/../e2e/lib.sh"
. "$here/loading.sh"
. "$here/console.sh"

events=${BENCH_EVENTS:-50000} rows=${BENCH_ROWS:-1000000} big=${BENCH_BIG:-1000000} seconds=${BENCH_SECONDS:-10} commit=${BENCH_COMMIT:-80}
append=no
[ "${1:-}" != --append ] || { append=yes; shift; }
parts=" ${*:-a b c d e f k l m} "
tools=$build/tests/bench
results=$dir/results
: > "$results"

wants() { case $parts in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
calc() { awk "BEGIN { printf \"$1\", $2 }"; }
# row LETTER WHAT FIGURE TARGET: one line of the table, printed at once and kept.
row() { printf '| %s | %s | %s | %s |\n' "$@" | tee -a "$results"; }

bail_log() { tail -n 5 "$dir/$1.log" | note; bail "$1 failed"; }
load() { cut -d' ' -f1 /proc/loadavg; }
heading()
{
	echo
	echo "### $(date -u +%F), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores," \
		"$(awk '/MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo)"
	echo
	echo "MySQL $(sql -N -e 'SELECT VERSION()'), Kafka 3.7.1 (one broker), librdkafka" \
		"$(pkg-config --modversion rdkafka), Linux $(uname -r | cut -d- -f1), $("$millrace" --version | head -n 1)." \
		"Load average of the machine when it began: $started_load."
	echo "sysbench: $((events * 4)) row changes in $events transactions; multi-row: $rows rows in one table."
	echo
	echo "| | what | figure | to reach |"
	echo "| --- | --- | --- | --- |"
}

# ---- data ----

# The table is made again behind the reset, so that the binlog holds its CREATE; its first rows are not in the binlog.
make_sysbench()
{
	local definition options=(--mysql-socket="$mysql_socket" --mysql-user=root --mysql-db=bench --tables=1
		--table-size=100000 --rand-type=uniform --db-ps-mode=disable --threads=4 --report-interval=0 --verbosity=1)

	sysbench oltp_write_only "${options[@]}" prepare > "$dir/sysbench.log" 2>&1 || bail_log sysbench
	definition=$(sql bench -N -r -e 'SHOW CREATE TABLE sbtest1' | sed 's/^sbtest1\t//')
	sql bench <<-SQL || bail "sysbench's table"
	SET sql_log_bin = 0; RENAME TABLE sbtest1 TO first_rows; RESET BINARY LOGS AND GTIDS;
	SET sql_log_bin = 1; $definition;
	SET sql_log_bin = 0; INSERT INTO sbtest1 SELECT * FROM first_rows; DROP TABLE first_rows;
	SQL
	if wants debezium; then debezium_before; fi
	sysbench oltp_write_only "${options[@]}" --events="$events" --time=0 run >> "$dir/sysbench.log" 2>&1 ||
		bail_log sysbench
}

columns='(id bigint PRIMARY KEY, customer_id int, status varchar(20), amount decimal(10,2), note varchar(120),
	created_at datetime(3))'

# Six columns of the usual kinds. The rows are made once, in a table that the binlog does not know.
make_source_rows()
{
	sql bench <<-SQL
	SET sql_log_bin = 0;
	SET SESSION cte_max_recursion_depth = 100000000;
	CREATE TABLE IF NOT EXISTS made $columns;
	INSERT INTO made WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		SELECT i, i % 5000, ELT(1 + i % 4, 'new', 'paid', 'shipped', 'cancelled'), (i % 100000) / 100,
		CONCAT('order number ', i, ' of the day'), '2024-01-01' + INTERVAL i SECOND FROM n;
	SQL
}

make_inserted()
{
	make_source_rows "$rows"
	sql bench <<-SQL
	RESET BINARY LOGS AND GTIDS;
	CREATE TABLE orders $columns;
	SQL
	for ((i = 0; i < rows; i += 100000)); do
		sql bench -e "INSERT INTO orders SELECT * FROM made WHERE id > $i AND id <= $((i + 100000))"
	done
}

# ---- a, b, d into nowhere ----

stream() { "$tools/bench_stream" "$dir/mysql" "$@" || bail "bench_stream $2"; }

rate() { calc '%.0f' "$1 / $2"; }
million() { awk "BEGIN { v = $1 / $2; printf(v >= 1e6 ? \"%.2f M\" : \"%.0f k\", v >= 1e6 ? v / 1e6 : v / 1e3) }"; }

rates() { echo "$(million "$n" "$s") rows/s, $(million "$n" "$cpu") rows per CPU s"; }
of_dump() { echo "$(calc '%.0f' "100 * $dumped / $s") % of mysqldump"; }

# compare_stream NAME TABLE TARGET: a and b on the binlog that is there.
compare_stream()
{
	local n s cpu kib rn rs rcpu ratio

	read -r rn rs rcpu kib <<< "$(stream "$2" raw)"
	row a "$1: binlog read and thrown away" \
		"$(million "$rn" "$rs") events/s, $(calc '%.2f' "$rcpu * 1e6 / $rn") CPU s per million" ""
	read -r n s cpu kib <<< "$(stream "$2" decode)"
	row b "$1: decoded" "$(rates)" ""
	read -r n s cpu kib <<< "$(stream "$2" json)"
	ratio="$(calc '%.0f' "100 * $rs / $s") % of (a) by the clock, $(calc '%.0f' "100 * $rcpu / $cpu") % by CPU"
	row b "$1: to JSON" "$(rates); events/s $ratio; $((kib / 1024)) MB" "$3"
}

bench_snapshot()
{
	local n s cpu kib start dumped

	start=$(date +%s.%N)
	mysqldump --no-defaults -uroot -S "$mysql_socket" --single-transaction --quick --skip-lock-tables bench orders \
		> /dev/null 2> "$dir/dump.log" || bail_log dump
	dumped=$(calc '%.3f' "$(date +%s.%N) - $start")
	row d "mysqldump of $rows rows into /dev/null" "$(million "$rows" "$dumped") rows/s" ""
	read -r n s cpu kib <<< "$(stream 'bench\.orders' snapshot)"
	row d "snapshot, decoded" "$(rates), $(of_dump)" ""
	read -r n s cpu kib <<< "$(stream 'bench\.orders' snapshot-json)"
	row d "snapshot to JSON, one core" "$(rates), $(of_dump); $((kib / 1024)) MB" "60 %"
}

# ---- g: several connections ----

server_cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$mysql_pid/stat"; }

# by_connections NAME TABLE TARGET: the best of three runs each, in turn, so that other work on the machine meets all of them.
by_connections()
{
	local n s cpu kib c before used
	declare -A best line

	for _ in 1 2 3; do
		for c in 1 2 3; do
			before=$(server_cpu)
			read -r n s cpu kib <<< "$(stream "$2" snapshot "$c")"
			used=$(calc '%.2f' "$(server_cpu) - $before")
			[ -z "${best[$c]:-}" ] || [ "$(calc '%d' "($s < ${best[$c]})")" = 1 ] || continue
			best[$c]=$s
			line[$c]="$(million "$n" "$s") rows/s; a million rows cost MySQL $(calc '%.2f' "$used * 1e6 / $n") and millrace \
$(calc '%.2f' "$cpu * 1e6 / $n") CPU s; $(calc '%.0f' "100 * ($used + $cpu) / ($s * $(nproc))") % of the machine; $((kib / 1024)) MB"
		done
	done
	row g "$1, 1 connection" "${line[1]}" ""
	row g "$1, 2 connections" "${line[2]}" "$3"
	row g "$1, 3 connections" "${line[3]}" ""
}

bench_connections()
{
	local table=${BENCH_TABLE:-10000000}

	sql bench -e "SET sql_log_bin = 0; DROP TABLE IF EXISTS made"
	make_source_rows "$table"
	sql bench -e "SET sql_log_bin = 0; ANALYZE TABLE made; CREATE TABLE pairs (a int, b bigint, note varchar(120), PRIMARY KEY (a, b));
		INSERT INTO pairs SELECT customer_id, id, note FROM made WHERE id <= $((table / 5)); ANALYZE TABLE pairs" > "$dir/analyze"
	by_connections "snapshot of $table rows, integer key" 'bench\.made' "faster than 1"
	by_connections "snapshot of $((table / 5)) rows, key of two columns" 'bench\.pairs' ""
}

# ---- h: many tables ----

streams() { grep -q 'streaming from' "$dir/run.log"; }

# start_among WHAT TARGET: from the start of the process until it streams; sets kib to its peak.
start_among()
{
	local from before s used

	: > "$dir/run.log"
	before=$(server_cpu)
	from=$(date +%s.%N)
	start_millrace --role capture
	until_true 300 streams || { tail -n 3 "$dir/run.log" | note; bail "$1: does not stream"; }
	s=$(calc '%.2f' "$(date +%s.%N -d "$(sed -n 's/ .*streaming from.*//p' "$dir/run.log" | head -n 1)") - $from")
	used=$(calc '%.1f' "$(server_cpu) - $before")
	kib=$(proc_kib VmHWM)
	row h "$1" "streams after $s s; MySQL used $used CPU s, millrace $(proc_cpu); peak $((kib / 1024)) MB\
${base:+, $(((kib - base) / 1024)) more}" "$2"
	stop_millrace
}

many_conf()
{
	rm -rf "$dir/state"
	write_conf
	sed -i '/^database.include.list/d' "$dir/millrace.conf"
}

# The server alone: each half by a client of its own, in a transaction, which is what costs it least.
show_all()
{
	local from before half clients=()

	before=$(server_cpu)
	from=$(date +%s.%N)
	for half in 0 1; do
		{ echo "START TRANSACTION READ ONLY;"; seq $((half + 1)) 2 "$1" | sed 's/.*/SHOW CREATE TABLE t&;/'; } | sql many > "$dir/shown.$half" &
		clients+=($!)
	done
	wait "${clients[@]}"
	row h "SHOW CREATE TABLE of all by two clients at once" \
		"$(calc '%.2f' "$(date +%s.%N) - $from") s; MySQL used $(calc '%.1f' "$(server_cpu) - $before") CPU s" ""
}

few_columns="(id int PRIMARY KEY, name varchar(40) NOT NULL DEFAULT 'x', amount decimal(10,2), made datetime(3), note text)"

bench_many()
{
	local tables=${BENCH_TABLES:-10000} base='' kib

	sql -e "SET sql_log_bin = 0; CREATE DATABASE many; CREATE TABLE many.t0 (id int PRIMARY KEY)"
	many_conf <<< $'database.include.list = many\nssl.mode = disabled'
	start_among "one table, first start" ""
	base=$kib
	{
		echo "SET sql_log_bin = 0;"
		seq 1 "$tables" | sed "s/.*/CREATE TABLE t& $few_columns;/"
	} | sql many || bail "many tables"
	show_all "$tables"
	many_conf <<< $'database.include.list = many\nssl.mode = disabled'
	start_among "$tables empty tables, first start (initial)" "2 s, 64 MB"
	start_among "the same, a later start" "2 s, 64 MB"
	many_conf <<< $'table.include.list = many.t0\nssl.mode = disabled'
	start_among "$tables tables that are not captured, first start" "2 s, 64 MB"
}

# ---- into Kafka ----

# conf NAME TABLE SNAPSHOT-MODE, more sections from stdin: a configuration of its own state and topics.
bench_conf()
{
	rm -rf "$dir/state"
	{
		echo "table.include.list = $2"
		echo "snapshot.mode = $3"
		echo "ssl.mode = disabled"
		kafka_conf
		echo "topic.prefix = $1"
		cat
	} | write_conf
	sed -i "/^database.include.list/d; /^topic.prefix = mysql$/d; s/^name = .*/name = $1/
		s/^\(schema.history.internal.kafka.topic = \).*/\1history.$1/" "$dir/millrace.conf"
}

# drain TOPIC MESSAGES PID [FROM]: figures in n first s cpu all kib
drain()
{
	read -r n first s cpu all kib <<< "$("$tools/bench_drain" "$bootstrap" "$@")"
	[ -n "$n" ] || { tail -n 3 "$dir/run.log" | note; bail "draining $1"; }
}
drained()
{
	echo "$(million "$n" "$s") rows/s, $(calc '%.2f' "$cpu * 1e6 / $n") CPU s per million rows, peak $((kib / 1024)) MB," \
		"first message after $first s"
}

# drain_once NAME TABLE SNAPSHOT-MODE ROWS: what it took is in the variables of drain()
drain_once()
{
	bench_conf "$1" "$2" "$3" < /dev/null
	start_millrace --role capture
	drain "$1.$2" "$4" "$pid"
	stop_millrace
}

# drain_millrace LETTER WHAT NAME TABLE SNAPSHOT-MODE ROWS TARGET
drain_millrace()
{
	drain_once "$3" "$4" "$5" "$6"
	row "$1" "$2" "$(drained)" "$7"
}

debezium_start()
{
	"$top/tests/servers/debezium" start "$dir/debezium" "$bootstrap" 127.0.0.1 "$mysql_port" \
		"$mysql_user" "$mysql_password" dbz bench.sbtest1 \
		snapshot.mode=no_data worker.producer.compression.type=lz4 \
		transforms=unwrap transforms.unwrap.type=io.debezium.transforms.ExtractNewRecordState \
		transforms.unwrap.delete.tombstone.handling.mode=rewrite > "$dir/debezium.log" 2>&1
}
debezium_sent() { [ -n "$(timeout 5 kcat -b "$bootstrap" -C -t dbz.bench.sbtest1 -o beginning -c 1 2>/dev/null)" ]; }
debezium_stop() { "$top/tests/servers/debezium" stop "$dir/debezium"; }

# Debezium can only begin where it has been before: it is shown one row, stopped, and finds the backlog when it is back.
debezium_before()
{
	cleanups+=(debezium_stop)
	debezium_start || { note < "$dir/debezium.log"; bail "Debezium does not start"; }
	sql bench -e 'UPDATE sbtest1 SET k = k + 1 WHERE id = 1'
	until_true 60 debezium_sent || { tail -n 5 "$dir/debezium/debezium.log" | note; bail "Debezium sends nothing"; }
	sleep 2		# Connect writes its offsets once a second
	debezium_stop
}

# drain_debezium ROWS MILLRACE-CPU
drain_debezium()
{
	debezium_start &
	until_true 30 test -s "$dir/debezium/debezium.pid"
	drain dbz.bench.sbtest1 "$1" "$(cat "$dir/debezium/debezium.pid")" 1
	debezium_stop
	row c "sysbench: Debezium 3.0.8 drains the same into Kafka, at least once" "$(drained)" ""
	row c "millrace against Debezium, rows per CPU second" \
		"$(calc '%.1f' "$cpu / $2") times (with Debezium's start-up: $(calc '%.1f' "$all / $2") times)" "12 times"
}

# ---- the load half ----

proc_cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$pid/stat"; }
proc_kib() { awk -v f="$1:" '$1 == f { print $2 }' "/proc/$pid/status"; }
loaded() { status | jq -s -e --argjson n "$1" '[.[].tables[] | .loaded + .dropped] | add >= $n' > /dev/null; }

# load_all WHAT NAME TARGET, [table] sections from stdin: the topic of (d), into the double
load_all()
{
	local start s cpu

	bench_conf d bench.orders never < <(starrocks_conf; echo "database = $2"; cat)
	sed -i "s/^name = .*/name = $2/" "$dir/millrace.conf"
	start=$(date +%s.%N)
	start_millrace --role load
	until_true 300 loaded "$rows" || { tail -n 5 "$dir/run.log" | note; bail "$1 does not end"; }
	s=$(calc '%.3f' "$(date +%s.%N) - $start")
	cpu=$(proc_cpu)
	row e "$1" \
		"$(million "$rows" "$cpu") rows per CPU s, $(million "$rows" "$s") rows/s by the clock; $(($(proc_kib VmHWM) / 1024)) MB" "$3"
	stop_millrace
}

bench_load()
{
	echo "function transform(row, event) if row.status == 'test' then return nil end return row end" > "$dir/filter.lua"
	load_all "load half, StarRocks double, commits of $commit ms, no script" e1 "" < /dev/null
	load_all "load half, StarRocks double, one-line filter" e2 "150 k per core" <<< "[table bench.orders]
transform = $dir/filter.lua"
}

# ---- latency and memory ----

executed() { sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d ' \n'; }
captured() { [ "$(status | jq -r '.capture.gtid' | tr -d ' \n')" = "$(executed)" ]; }
stage_ms()
{
	status | jq -r --arg s "$1" '.stages[] | select(.name == $s) |
		"p50 \(.p50_us / 1000 | round) ms, p99 \(.p99_us / 1000 | round) ms"'
}

bench_latency()
{
	local n p50 p99 i50 i99

	sql bench -e 'CREATE TABLE beat (id int PRIMARY KEY, note varchar(40)); CREATE TABLE large LIKE orders'
	bench_conf f bench.beat initial < <(starrocks_conf | sed '/load.interval/d')
	start_millrace
	until_true 60 captured || bail "millrace does not catch up: $(tail -n 2 "$dir/run.log")"
	sql bench -e "INSERT INTO beat VALUES (1000000, 'the first one makes the topic')"
	until_true 60 loaded 1
	sleep 2
	row f "memory idle, both halves" "$(($(proc_kib VmRSS) / 1024)) MB" "64 MB"
	read -r n p50 p99 i50 i99 <<< "$("$tools/bench_latency" "$mysql_socket" "$bootstrap" f.bench.beat 1000 "$seconds")"
	row f "commit to a read_committed reader of Kafka, 1,000 rows/s" \
		"p50 $p50 ms, p99 $p99 ms (the INSERT itself: $i50 and $i99 ms)" "10, 50 ms"
	row f "commit to the target, commits of $commit ms, 1,000 rows/s" "$(stage_ms sink)" "p99 1 s"
	stop_millrace
	bench_conf g 'bench.large' initial < <(starrocks_conf)
	start_millrace
	until_true 60 captured || bail "millrace does not catch up"
	sql bench -e "INSERT INTO large SELECT * FROM made LIMIT $big"
	until_true 300 captured || bail "the large transaction is not captured"
	row f "memory in a transaction of $big rows, both halves, captured" "peak $(($(proc_kib VmHWM) / 1024)) MB" "256 MB"
	until_true 300 loaded "$big" || bail "the large transaction is not loaded"
	row f "the same, loaded" "peak $(($(proc_kib VmHWM) / 1024)) MB" "256 MB"
	stop_millrace
}

bench_scripts()
{
	local name ns times goal

	while IFS='|' read -r name ns times goal; do
		row i "script: $name" "$ns ns a row, $times times cheaper than the reference" "${goal:+$goal ns}"
	done < <("$tools/bench_script" || bail "bench_script failed")
	while IFS='|' read -r name times; do
		row i "a profile of lines at work: $name" "a row takes $times % longer" "2 %"
	done < <("$tools/bench_script" profile)
	bench_swap
}

# Twenty versions of one script, one after the other, and what rows waited for each in the load half.
bench_swap()
{
	local n

	sql bench -e 'CREATE TABLE swapped (id INT PRIMARY KEY); INSERT INTO swapped VALUES (1)'
	rm -rf "$dir/state"
	printf '%s\n' "table.include.list = bench.swapped" "ssl.mode = disabled" "[table bench.swapped]" "transform = swapped.lua" | write_conf
	sed -i '/^database.include.list/d' "$dir/millrace.conf"
	swaps=0
	printf 'function transform(row, event)\n%s  return row\nend\n' "$(seq -f '  if row.id == %.0f then counter("some") end' 20)
" > "$dir/swapped.lua"
	start_millrace
	until_true 60 loaded 1 || bail "the row of bench.swapped is not loaded"
	for n in $(seq 20); do
		echo "-- version $n" >> "$dir/swapped.lua"
		kill -HUP "$pid"
		swaps=$n
		until_true 60 are_swapped || bail "version $n of the script does not run"
	done
	stop_millrace
	row i "rows wait for another version of a script of 20 lines" \
		"$(swap_times | sort -n | awk '{ t[NR] = $1 } END { printf "%d us, at most %d us of %d swaps", t[int((NR + 1) / 2)], t[NR], NR }')" "1 ms"
}
swap_times() { sed -n 's/.*rows waited \([0-9]*\) us while scripts were changed.*/\1/p' "$dir/run.log"; }
are_swapped() { [ "$(swap_times | wc -l)" -ge "$swaps" ]; }

# ---- j: many tables that change ----

# One change of each table a second, in ten slices, until the file is gone.
change_tables() # TABLES
{
	local i slice=$(($1 / 10))

	while [ -e "$dir/changing" ]; do
		for ((i = 0; i < $1; i++)); do
			echo "UPDATE t$i SET n = n + 1;"
			[ $((i % slice)) != $((slice - 1)) ] || echo "DO SLEEP(GREATEST(0, 0.1 * (1 + $i DIV $slice) - TIMESTAMPDIFF(MICROSECOND, @from, SYSDATE(6)) / 1e6));"
		done | { echo "SET @from = SYSDATE(6);"; cat; } | sql many
	done
}

bench_changing() # TABLES WORKERS [SECONDS-BEFORE LOOKS]
{
	local loads0 cpu0 loads cpu lag changer i before=${3:-15} looks=${4:-20}

	sql -e "DROP DATABASE IF EXISTS many; CREATE DATABASE many"
	for ((i = 0; i < $1; i++)); do echo "CREATE TABLE t$i (id INT PRIMARY KEY, n INT); INSERT INTO t$i VALUES (1, 0);"; done | sql many
	rm -rf "$dir/state"
	{ starrocks_conf | sed '/load.interval/d'; printf '[load]\nworkers = %s\n[kafka]\ntopic.prefix = mysql\nschemas.enable = false\n' "$2"; } | write_conf
	sed -i 's/^name = .*/name = many'"$1$2"'/; s/^database.include.list.*/database.include.list = many/' "$dir/millrace.conf"
	start_millrace
	until_true 120 status_is "[.tables[] | select(.loaded >= 1)] | length == $1" || bail "the snapshot is not loaded"
	touch "$dir/changing"
	change_tables "$1" &
	changer=$!
	sleep "$before"
	loads0=$(status | jq .load.loads) cpu0=$(proc_cpu)
	for ((i = 0; i < looks; i++)); do
		sleep 1
		status | jq -r '[.tables[].lag_ms] | max'
	done > "$dir/lags"
	loads=$(status | jq .load.loads) cpu=$(proc_cpu)
	lag=$(sort -n "$dir/lags" | tail -n 1)
	row "$letter" "$1 tables, one change a second each, commits of $commit ms, $2 load threads" \
		"$(((loads - loads0) / looks)) loads/s, $(stage_ms sink), the worst lag of a table $lag ms, $(calc '%.0f' "($cpu - $cpu0) * 100 / $looks") % of a core; $(($(proc_kib VmHWM) / 1024)) MB" "3 s"
	rm "$dir/changing"
	wait "$changer"
	stop_millrace
}

bench_tables()
{
	letter=j
	bench_changing 200 "${BENCH_WORKERS:-16}"
	bench_changing 1000 "${BENCH_WORKERS:-32}"
}

# ---- the run ----

started_load=$(load)
! ldd "$millrace" | grep -q asan || bail "a build with sanitizers measures the sanitizers: configure one without"
start_mysql --innodb-buffer-pool-size=1G --max-binlog-size=1G
sql -e 'CREATE DATABASE bench'
for part in c debezium d e f l; do
	if wants $part && [ -z "${bootstrap:-}" ]; then start_kafka; fi
done
if wants e || wants f || wants j; then start_starrocks --commit-ms "$commit"; fi
# ---- l: messages, looked through ----

# scan WHAT TARGET [arguments]: none of all the rows is what is looked for.
scan()
{
	local what=$1 target=$2 scanned us

	shift 2
	read -r scanned us < <(timeout 300 "$millrace" -c "$dir/millrace.conf" "do" messages topic=bench.orders seek=begin progress=yes "$@" |
		jq -r 'select(.progress.ended == true) | .progress | "\(.scanned) \(.us)"' | tail -n 1)
	[ "${scanned:-0}" -ge "$rows" ] || bail "$what: of $rows messages ${scanned:-none}"
	row l "$what" "$(million "$scanned" "($us / 1e6)") messages/s" "$target"
}

written() { status_is --argjson n "$rows" '[.tables[].captured] | add >= $n'; }

scan_all() # NAME TARGET
{
	start_millrace --role capture
	until_true 300 written || bail "millrace does not catch up: $(tail -n 2 "$dir/run.log")"
	scan "messages in $1, none shown" "$2" grep='no row has this'
	scan "messages in $1, none shown, filter in Lua" "100 k" filter='op == "x"'
	try_script "$1"
	stop_millrace
}

# try_script NAME: a script over the same rows
try_script()
{
	local tried ms

	echo "function transform(row, event) if row.status == 'test' then return nil end row.note = mask(row.note) return row end" > "$dir/tried.lua"
	read -r tried ms < <(timeout 300 "$millrace" -c "$dir/millrace.conf" lua run "$dir/tried.lua" --table bench.orders --from begin -n "$rows" --json |
		jq -r 'select(.kind == "summary") | "\(.rows) \(.ms)"')
	[ "${tried:-0}" -ge "$rows" ] || bail "lua run over $rows rows: of ${tried:-none}"
	row l "lua run over rows in $1, filter and mask" "$(million "$tried" "($ms / 1e3)") rows/s" "100 k"
}

bench_scan()
{
	bench_conf l bench.orders initial < /dev/null
	scan_all Kafka "300 k"
	rm -rf "$dir/state"
	printf '%s\n' "table.include.list = bench.orders" "ssl.mode = disabled" | write_conf
	sed -i '/^database.include.list/d' "$dir/millrace.conf"
	scan_all "the embedded log" "500 k"
}

bench_among()	# rows of few tables among many, against one table alone
{
	local log=$dir/among
	[ ! -w /dev/shm ] || log=$(mktemp -d /dev/shm/bench.XXXXXX)
	mkdir -p "$log"
	"$tools/bench_log" tables "$log" > "$dir/among.log" 2>&1 || bail_log among
	rm -rf "$log"
	row k "embedded log, written and read in a group, 24 of 10,000 tables" "$(cat "$dir/among.log")" "ratio to one table 1.10"
}
heading | tee "$dir/heading"
if wants a || wants b || wants c || wants debezium; then
	make_sysbench
	read -r sysbench_rows _ <<< "$(stream 'bench\.sbtest1' decode)"
	if wants a || wants b; then compare_stream sysbench 'bench\.sbtest1' "50 % of (a)"; fi
	if wants c || wants debezium; then
		# A broker's first seconds tell of its JVM: the backlog is drained once before.
		drain_once warm bench.sbtest1 never "$sysbench_rows"
		drain_millrace c "sysbench: backlog into Kafka, exactly once" c bench.sbtest1 never "$sysbench_rows" \
			"200 k rows/s, 1 s"
		! wants debezium || drain_debezium $((sysbench_rows - 1)) "$cpu"
	fi
fi
if wants a || wants b || wants c || wants d || wants e || wants f || wants l || wants n; then make_inserted; fi
if wants a || wants b; then compare_stream multi-row 'bench\.orders' "1.5 M rows/s"; fi
! wants c ||
	drain_millrace c "multi-row: backlog into Kafka, exactly once" m bench.orders never "$rows" "200 k rows/s, 1 s"
! wants d || bench_snapshot
if wants d || wants e; then
	drain_millrace d "snapshot into Kafka, exactly once" d bench.orders initial "$rows" "250 k rows/s"
fi
! wants e || bench_load
! wants f || bench_latency
! wants g || bench_connections
! wants h || bench_many
! wants i || bench_scripts
! wants j || bench_tables
! wants k || bench_among
! wants l || bench_scan
! wants m || bench_loading
! wants n || bench_console
[ $append = no ] || cat "$dir/heading" "$results" >> "$top/docs/benchmarks.md"
