#!/bin/bash
# loading.sh - part m of bench.sh, which sources it: the load half alone, from the embedded log into the StarRocks double, with commits of
# 0 and 80 ms. Sizes: BENCH_LOAD_ROWS (narrow rows of the backlog, a twentieth of it wide ones), BENCH_STEADY (seconds of each rate).

load_rows=${BENCH_LOAD_ROWS:-500000} steady=${BENCH_STEADY:-5}

double_stats() { curl -fsS "$control/stats" | jq -r "$1"; }
restart_double() # COMMIT-MS
{
	[ ! -d "$dir/starrocks" ] || "$top/tests/servers/starrocks" stop "$dir/starrocks"
	rm -rf "$dir/starrocks"
	start_starrocks --commit-ms "$1"
}

# m_conf NAME TABLE: of the log that the capture half has filled, or of a new one.
m_conf()
{
	{ cat; printf '[kafka]\ntopic.prefix = mysql\nschemas.enable = false\n'; } | write_conf
	sed -i "s/^name = .*/name = $1/; s/^database.include.list.*/table.include.list = $2/" "$dir/millrace.conf"
}
m_starrocks() { starrocks_conf | sed '/load.interval/d'; echo "database = $1"; }

make_backlog()
{
	local i wide='' values=''

	for ((i = 1; i < 100; i++)); do
		if ((i % 2)); then wide+=", c$i INT" values+=", i + $i"; else wide+=", c$i VARCHAR(20)" values+=", 'text of $i'"; fi
	done
	sql -e "DROP DATABASE IF EXISTS loading; CREATE DATABASE loading; USE loading; SET SESSION cte_max_recursion_depth = 100000000;
		CREATE TABLE narrow (id INT PRIMARY KEY, customer INT, status VARCHAR(20), amount DECIMAL(10,2), at DATETIME);
		INSERT INTO narrow WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $load_rows) SELECT i, i % 5000, 'shipped', i / 100, '2024-01-01' + INTERVAL i SECOND FROM n;
		CREATE TABLE wide (id INT PRIMARY KEY $wide);
		INSERT INTO wide WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $((load_rows / 20))) SELECT i $values FROM n"
	rm -rf "$dir/state"
	m_conf fill 'loading.narrow, loading.wide' < /dev/null
	start_millrace --role capture
	until_true 300 status_is "[.tables[].captured] | add >= $((load_rows + load_rows / 20))" || bail "the backlog is not captured"
	stop_millrace
}

# backlog TABLE ROWS WHAT TARGET: of one table that is in the log
backlog()
{
	local start s cpu before

	m_conf "$1$commit" "loading.$1" < <(m_starrocks "$1")
	before=$(double_stats '"\(.loads) \(.bytes)"')
	start=$(date +%s.%N)
	start_millrace --role load
	until_true 300 loaded "$2" || { tail -n 5 "$dir/run.log" | note; bail "$3: not loaded"; }
	s=$(calc '%.3f' "$(date +%s.%N) - $start") cpu=$(proc_cpu)
	row m "$3, commits of $commit ms" "$(million "$2" "$cpu") rows per CPU s, $(calc '%.0f' "($(double_stats .bytes) - ${before#* }) / 1e6 / $s") MB/s by the clock, $(($(double_stats .loads) - ${before% *})) loads; $(($(proc_kib VmHWM) / 1024)) MB" "$4"
	stop_millrace
}

# 1 and 50 rows of 100,000 that StarRocks alone finds bad: the sink's own test, which `make check` builds.
isolation()
{
	local test=$build/tests/e2e/sink_test n

	[ -x "$test" ] || { note <<< "isolation of bad rows is not measured: make check builds $test"; return; }
	"$test" "$fe_http" "$fe_mysql" "$control" | sed -n 's/^\(not \)*ok .* in at most 4 loads: //p' > "$dir/isolation"
	for n in 1 50; do
		row m "isolation of $n bad rows in 100,000, commits of $commit ms" "$(sed -n $((1 + n / 50))p "$dir/isolation") loads" "4 loads"
	done
}

# Twenty INSERTs a second.
write_steady() # RATE
{
	local at=0 slice=$(($1 / 20))

	while [ -e "$dir/changing" ]; do
		echo "INSERT INTO loading.beat WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $slice) SELECT $at + i, 'a note of thirty characters...' FROM n;"
		echo "DO SLEEP(GREATEST(0, 0.05 - TIMESTAMPDIFF(MICROSECOND, @from, SYSDATE(6)) / 1e6)); SET @from = SYSDATE(6);"
		at=$((at + slice))
	done | { echo "SET SESSION cte_max_recursion_depth = 1000000, @from = SYSDATE(6);"; cat; } | sql
}

rate_is() # RATE TARGET
{
	local before after writer

	sql -e "DROP TABLE IF EXISTS loading.beat; CREATE TABLE loading.beat (id BIGINT PRIMARY KEY, note VARCHAR(40)); INSERT INTO loading.beat VALUES (-1, '')"
	rm -rf "$dir/state"
	m_conf "rate$1c$commit" loading.beat < <(m_starrocks "rate$1")
	start_millrace
	until_true 60 loaded 1 || bail "millrace does not catch up"
	touch "$dir/changing"
	write_steady "$1" &
	writer=$!
	until_true 30 loaded "$(($1 * 2))" || bail "$1 rows/s: nothing is loaded"
	before=$(status | jq -r '"\(.load.loads) \([.tables[].loaded] | add)"')
	sleep "$steady"
	after=$(status | jq -r '"\(.load.loads) \([.tables[].loaded] | add)"')
	row m "$1 rows/s into one table, commits of $commit ms" "$(calc '%.2f' "(${after% *} - ${before% *}) / $steady") loads/s, $(calc '%.0f' "(${after#* } - ${before#* }) / (${after% *} - ${before% *})") rows/load, $(calc '%.0f' "(${after#* } - ${before#* }) / $steady") rows/s, $(stage_ms sink)" "$2"
	rm "$dir/changing"
	wait "$writer"
	stop_millrace
}

bench_loading()
{
	letter=m
	for commit in 0 80; do
		restart_double "$commit"
		make_backlog
		backlog narrow "$load_rows" "narrow rows (5 columns), a backlog of $load_rows" "1.0 M per CPU s"
		backlog wide $((load_rows / 20)) "wide rows (100 columns), a backlog of $((load_rows / 20))" "69 k per CPU s"
		isolation
		rate_is 100 "1 load/s"
		rate_is 1000 "1 load/s; p50 700, p99 1,200 ms"
		rate_is 20000 "1 load/s"
		bench_changing 1000 "${BENCH_WORKERS:-32}" 5 8
	done
}
