#!/bin/bash
# console.sh - part n of bench.sh, which sources it: how soon a console shows something, what it costs at rest and beside a load, and what the
# recorder costs. The embedded log and warehouse. Sizes: BENCH_PAIRS (runs with and without a console), BENCH_REST (seconds at rest).

pairs=${BENCH_PAIRS:-3} at_rest=${BENCH_REST:-20}

n_conf() # TABLES
{
	rm -rf "$dir/state"
	printf '%s\n' "table.include.list = $1" "ssl.mode = disabled" | write_conf
	sed -i '/^database.include.list/d' "$dir/millrace.conf"
}
console() { "$tools/bench_console" "$@" || bail "bench_console"; }
attached() { console "$1" "$2" "$3" "$millrace" -c "$dir/millrace.conf" attach; }
# Nanoseconds of CPU of all threads that are there, in seconds.
engine_cpu() { cat "/proc/$pid/task/"*/schedstat | awk '{ s += $1 } END { printf "%.4f", s / 1e9 }'; }

# at_rest_of SECONDS: what the process takes, in percent of a core
at_rest_of()
{
	local before
	before=$(engine_cpu)
	sleep "$1"
	calc '%.3f' "($(engine_cpu) - $before) * 100 / $1"
}

# load_beside KEYS: seconds and CPU seconds for all rows, with a console on that view; without KEYS: with none
load_beside()
{
	local from watcher=

	n_conf bench.orders
	from=$(date +%s.%N)
	start_millrace
	if [ -n "${1:-}" ]; then
		until_true 20 status_is true || bail "no answer"
		"$tools/bench_console" "$1" 0 0 "$millrace" -c "$dir/millrace.conf" attach &
		watcher=$!
	fi
	until_true 300 loaded "$rows" || { tail -n 5 "$dir/run.log" | note; bail "not loaded"; }
	echo "$(calc '%.3f' "$(date +%s.%N) - $from") $(engine_cpu)"
	[ -z "$watcher" ] || { kill "$watcher"; wait "$watcher"; }
	stop_millrace
}

# What the console shows of many tables: bytes of a status, and what asking once a second costs both sides.
many_tables()
{
	local i rest cpu wakes out size alone both tables=${BENCH_TABLES:-10000}

	sql -e "SET sql_log_bin = 0; CREATE DATABASE many"
	{ echo "SET sql_log_bin = 0;"; for ((i = 0; i < tables; i++)); do echo "CREATE TABLE t$i (id INT PRIMARY KEY, n INT);"; done; } | sql many
	n_conf 'many\..*'
	start_millrace
	until_true 600 status_is ".tables | length == $tables" || bail "no $tables tables"
	size=$("$millrace" -c "$dir/millrace.conf" "do" status list=tables limit=200 others=60 | wc -c)
	alone=$(at_rest_of "$at_rest")
	attached 5 1 $((2 * at_rest)) > "$dir/rest" &
	i=$!
	sleep 5
	both=$(at_rest_of "$at_rest")
	wait "$i"
	read -r _ _ _ _ cpu wakes out < "$dir/rest"
	row n "$tables tables: a console on the list of tables" "$cpu % of a core, $wakes wakeups/s, $((size / 1024)) KB/s from the engine, $out B/s to the terminal; the engine takes $both % with it, $alone % without" ""
	stop_millrace
	sql -e "SET sql_log_bin = 0; DROP DATABASE many"
}

bench_console()
{
	local first painted p50 p99 cpu wakes out s c i with=() without=()

	n_conf bench.orders
	read -r first painted p50 p99 _ <<< "$(console 5124W 1 0 "$millrace" -c "$dir/millrace.conf")"
	row n "console of a new process, until its first byte and its first frame" "$first and $painted ms" "50 ms"
	until_true 30 status_is true && pid=$(status | jq .pid)
	read -r first painted p50 p99 _ <<< "$(attached 5124W 200 0)"
	row n "attach, until its first byte and its first frame, beside a snapshot" "$first and $painted ms" "100 ms"
	row n "from a key to its first byte on the terminal, beside a snapshot" "p50 $p50 ms, p99 $p99 ms" "2, 16 ms"
	until_true 300 loaded "$rows" || bail "not loaded"
	read -r first painted p50 p99 cpu wakes out <<< "$(attached 5124W 200 "$at_rest")"
	row n "the same, and a console at rest, when nothing is loaded" \
		"painted after $painted ms, keys p50 $p50 ms, p99 $p99 ms; $cpu % of a core, $wakes wakeups/s, $out B/s" "0.5 %, 5/s"
	row n "the process at rest, with its recorder" "$(at_rest_of "$at_rest") % of a core" ""
	kill -TERM "$pid"
	until_true 30 eval '! kill -0 "$pid" 2> /dev/null'
	sed -i 's/^name = .*/&\nrecorder.bytes = 0/' "$dir/millrace.conf"
	start_millrace
	until_true 60 loaded 0
	row n "the same without a recorder" "$(at_rest_of "$at_rest") % of a core" "1 % less"
	stop_millrace
	for ((i = 0; i < pairs; i++)); do
		without+=("$(load_beside)") with+=("$(load_beside 2)")
	done
	printf '%s\n' "${without[@]}" | sort -n | sed -n $(((pairs + 1) / 2))p > "$dir/without"
	printf '%s\n' "${with[@]}" | sort -n | sed -n $(((pairs + 1) / 2))p > "$dir/with"
	read -r s c < "$dir/without"
	row n "$rows rows from MySQL into the warehouse, without a console, median of $pairs" "$(million "$rows" "$s") rows/s, $c CPU s" ""
	read -r first cpu < "$dir/with"
	row n "the same with a console on the figures over time" \
		"$(million "$rows" "$first") rows/s, $cpu CPU s: $(calc '%.1f' "100 * $s / $first") % by the clock, $(calc '%.1f' "100 * $c / $cpu") % by CPU" "99 %"
	many_tables
}
