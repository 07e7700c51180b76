#!/bin/bash
# corrupt.sh - a byte of a real server's binlog file is damaged on disk: nothing wrong gets into the log, the error names file,
# position and remedy, and the way out works. With checksums; with a damaged length; without checksums.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO testdb.t VALUES (1, 'first')"
write_conf < /dev/null
start_millrace
wait_caught_up "snapshot"
stop_millrace

ids() { sqlite3 "$dir/state/warehouse/testdb.db" 'SELECT group_concat(id) FROM (SELECT id FROM t ORDER BY id)'; }
error() { status | jq -r '.capture.error'; }
failed() { status_is '.capture.state == "failed"'; }

# Three transactions in a file of their own; sets file, and pos: where the rows event of the second lies.
write_three() # FIRST-ID
{
	sql -e "FLUSH BINARY LOGS"
	for i in "$1" $(($1 + 1)) $(($1 + 2)); do sql -e "INSERT INTO testdb.t VALUES ($i, 'good')"; done
	file=$(sql -N -e "SHOW BINARY LOG STATUS" | cut -f 1)
	pos=$(sql -N -e "SHOW BINLOG EVENTS IN '$file'" | awk '$3 == "Write_rows"' | sed -n 2p | cut -f 2)
	sql -e "FLUSH BINARY LOGS"
}
damage() # OFFSET BITS: flips them in one byte
{
	local path byte
	path=$(find "$dir/mysql" -name "$file")
	byte=$(od -An -tu1 -j "$1" -N 1 "$path")
	# shellcheck disable=SC2059	# the format is one escaped byte
	printf "\\$(printf %03o $((byte ^ $2)))" | dd of="$path" bs=1 seek="$1" conv=notrunc 2> /dev/null
}
# The half stands with an error that matches; what came before the damage is there, nothing behind it.
stands() # NAME IDS PATTERN...
{
	local name=$1 want=$2
	shift 2
	start_millrace
	until_true 60 failed; ok $? "$name: capture stands" || what_is_wrong
	error > "$dir/error"
	for pattern in "$@"; do grep -q -- "$pattern" "$dir/error"; ok $? "$name: it says $pattern" || note < "$dir/error"; done
	stop_millrace
	is "$(ids)" "$want" "$name: nothing that is wrong came through"
}
# The remedy: a new snapshot when it is needed.
recovers() # NAME
{
	echo "snapshot.mode = when_needed" | { echo "[mysql]"; cat; } | write_conf
	start_millrace
	wait_caught_up "$1: a new snapshot when it is needed"
	same_table t
	stop_millrace
	write_conf < /dev/null
}

write_three 10
damage $((pos + 30)) 255
stands "a value" "1,10" "binlog $file" "position [0-9]" "checksum" "new snapshot"
recovers "a value"
write_three 20
damage $((pos + 11)) 255
stands "a length" "1,10,11,12,20" "$file" "truncated"
recovers "a length"
sql -e "SET GLOBAL binlog_checksum = NONE"
write_three 30
damage $((pos + 4)) 2	# WRITE_ROWS becomes an event that is passed over
stands "a type, without checksums" "1,10,11,12,20,21,22,30" "binlog $file" "position [0-9]" "no checksums"
recovers "a type"
done_testing
