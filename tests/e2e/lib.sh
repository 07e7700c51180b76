# lib.sh - what the end-to-end tests share: servers, a configuration, millrace started, killed and waited for, whole
# tables compared, TAP printed. Sourced by bash scripts; everything that it starts is ended when the script ends.
#
# Waiting is always for a state (caught up, a line in a file), with a ceiling; never for a time to pass.

set -u
top=${top_srcdir:?}
build=${top_builddir:?}
millrace=$build/millrace
dir=$(mktemp -d "${TMPDIR:-/tmp}/millrace-e2e.XXXXXX")
tap_n=0 tap_bad=0
pid=
cleanups=()

cleanup()
{
	trap - EXIT INT TERM HUP
	[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null
	for ((i = ${#cleanups[@]} - 1; i >= 0; i--)); do eval "${cleanups[i]}" >/dev/null 2>&1; done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

ok() # CONDITION-STATUS NAME
{
	tap_n=$((tap_n + 1))
	if [ "$1" = 0 ]; then echo "ok $tap_n - $2"; else echo "not ok $tap_n - $2"; tap_bad=$((tap_bad + 1)); fi
	[ "$1" = 0 ]
}
is() { [ "$1" = "$2" ]; ok $? "$3" || { echo "#  got: $1"; echo "# want: $2"; }; }
note() { sed 's/^/# /'; }
done_testing() { echo "1..$tap_n"; exit $((tap_bad > 0)); }
bail() { echo "Bail out! $*"; exit 1; }

# until_true SECONDS COMMAND...: tries every tenth of a second.
until_true()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# For a wait that is no test of its own: the script fails when it ends without what it waits for.
await() # SECONDS COMMAND...
{
	until_true "$@" || ok 1 "waited $1 s for: ${*:2}"
}

# lacks [grep's options] PATTERN FILE...: none of the files has it. A file that is missing, or empty, is none that was looked at.
lacks()
{
	grep "$@"
	[ $? = 1 ] && [ -s "${!#}" ]
}

# ---- servers ----

start_mysql() # [mysqld options...]; sets mysql_port mysql_socket mysql_user mysql_password mysql_pid
{
	"$top/tests/servers/mysql" start "$dir/mysql" "$@" > "$dir/mysql.log" 2>&1 || { note < "$dir/mysql.log"; bail "MySQL does not start"; }
	cleanups+=("'$top/tests/servers/mysql' stop '$dir/mysql'")
	read_mysql_env
}
read_mysql_env()
{
	eval "$(sed 's/^/mysql_/' "$dir/mysql/env")"
}
# More servers beside the first one: start_server NAME [mysqld options...], then `on NAME` runs SQL there; port_of, uuid_of.
start_server()
{
	local name=$1
	shift
	"$top/tests/servers/mysql" start "$dir/$name" "$@" > "$dir/$name.log" 2>&1 || { note < "$dir/$name.log"; bail "MySQL $name does not start"; }
	cleanups+=("'$top/tests/servers/mysql' stop '$dir/$name'")
}
port_of() { sed -n 's/^port=//p' "$dir/$1/env"; }
on() { local socket; socket=$(sed -n 's/^socket=//p' "$dir/$1/env"); shift; mariadb --no-defaults -uroot -S "$socket" --default-character-set=utf8mb4 "$@"; }
executed_on() { on "$1" -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n '; }
uuid_of() { on "$1" -N -e 'SELECT @@server_uuid'; }
follow() # REPLICA SOURCE
{
	on "$1" -e "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = $(port_of "$2"), SOURCE_USER = '$mysql_user',
		SOURCE_PASSWORD = '$mysql_password', SOURCE_AUTO_POSITION = 1, GET_SOURCE_PUBLIC_KEY = 1; START REPLICA"
}

# A proxy that goes wrong on request (mysql_proxy.c): sets proxy_port and proxy_pid.
start_proxy() # SERVER_PORT [GREETING]
{
	rm -f "$dir/proxy.port"
	"$build/tests/e2e/mysql_proxy" "$@" > "$dir/proxy.port" &
	proxy_pid=$!
	cleanups+=("kill -9 $proxy_pid")
	until_true 20 test -s "$dir/proxy.port" || bail "the proxy does not start"
	proxy_port=$(cat "$dir/proxy.port")
}

# What FUNCTION prints runs in testdb beside the test, by a client of its own, until stop_writer: sets writer_pid.
start_writer() # FUNCTION [arguments]
{
	mariadb --no-defaults -uroot -S "$mysql_socket" testdb < <(trap '' PIPE; "$@" 2>/dev/null) &
	writer_pid=$!
	cleanups+=("kill $writer_pid")
}
stop_writer() { kill "$writer_pid" 2>/dev/null; wait "$writer_pid" 2>/dev/null; }

starrocks() # SQL; starrocks_db: the database of names without one
{
	mariadb --no-defaults -uroot -h "${fe_mysql%:*}" -P "${fe_mysql##*:}" --default-character-set=utf8mb4 -N -B -e "${starrocks_db:+USE $starrocks_db; }$1"
}
sql() { mariadb --no-defaults -uroot -S "$mysql_socket" --default-character-set=utf8mb4 "$@"; }

start_kafka() # [--zookeeper] [broker properties]; sets bootstrap
{
	"$top/tests/servers/kafka" start "$dir/kafka" "$@" > "$dir/kafka.log" 2>&1 || { note < "$dir/kafka.log"; bail "Kafka does not start"; }
	cleanups+=("'$top/tests/servers/kafka' stop '$dir/kafka'")
	. "$dir/kafka/env"
}

start_starrocks() # [options]; sets fe_http fe_mysql control
{
	"$top/tests/servers/starrocks" start "$dir/starrocks" "$@" > "$dir/starrocks.log" 2>&1 || { note < "$dir/starrocks.log"; bail "the StarRocks double does not start"; }
	cleanups+=("'$top/tests/servers/starrocks' stop '$dir/starrocks'")
	. "$dir/starrocks/env"
}

# ---- millrace ----

# write_conf [name=value sections from stdin]: a configuration for testdb; what stdin holds is appended.
write_conf()
{
	umask 077
	printf '%s\n' "$mysql_password" > "$dir/mysql.pw"
	{
		echo "[millrace]"
		echo "name = e2e"
		echo "state.dir = $dir/state"
		echo "[mysql]"
		echo "host = 127.0.0.1"
		echo "port = $mysql_port"
		echo "user = $mysql_user"
		echo "password.file = $dir/mysql.pw"
		echo "database.include.list = testdb"
		echo "schema.history.internal.kafka.topic = schemahistory.testdb"
		cat
	} > "$dir/millrace.conf"
}
kafka_conf() { echo "[kafka]"; echo "bootstrap.servers = $bootstrap"; echo "topic.prefix = mysql"; }
starrocks_conf() { echo "[starrocks]"; echo "fe.http = $fe_http"; echo "fe.mysql = $fe_mysql"; echo "user = root"; echo "load.interval = 200ms"; }

start_millrace() # [arguments of run]; sets pid
{
	"$millrace" -c "$dir/millrace.conf" run "$@" >> "$dir/run.log" 2>&1 &
	pid=$!
}
# The build with AddressSanitizer instead, where there is one that is no older than the sources.
under_asan()
{
	local asan=$top/build-asan/millrace

	[ -x "$asan" ] && [ -z "$(find "$top/src" -name '*.[ch]' -newer "$asan" -print -quit)" ] || return 0
	millrace=$asan
	export ASAN_OPTIONS=abort_on_error=0:detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1
	echo "# with AddressSanitizer"
}
stop_millrace() # exit code in $?
{
	local rc
	kill -TERM "$pid" 2>/dev/null
	wait "$pid"
	rc=$?
	pid=
	return $rc
}
gone() { ! kill -0 "$pid" 2> /dev/null; }
# ends_within SECONDS STATE: SIGTERM in that state: it ends by itself within so many seconds, and in good order.
ends_within()
{
	local begun=${EPOCHREALTIME/./}
	kill -TERM "$pid"
	until_true "$1" gone; ok $? "$2: ends" || { what_is_wrong; kill -9 "$pid"; }
	echo "# $2: $(((${EPOCHREALTIME/./} - begun) / 1000)) ms"
	wait "$pid" 2> /dev/null
	is $? 0 "$2: in good order" || tail -n 30 "$dir/run.log" | note
	pid=
}
kill_millrace()
{
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	pid=
}
# Exit code 1 only says that the answer holds a problem.
status() { "$millrace" -c "$dir/millrace.conf" status --json 2>/dev/null || [ $? = 1 ]; }
# has_problem CODE [SUBJECT]; problem_is_over CODE [SUBJECT]
has_problem() { status_is --arg c "$1" --arg s "${2:-}" 'any(.problems[]; .code == $c and ($s == "" or .subject == $s))'; }
problem_is_over() { status_is --arg c "$1" --arg s "${2:-}" 'any(.problems[]; .code == $c and ($s == "" or .subject == $s)) | not'; }

# status_is JQ_ARGUMENTS...: a running process says so. (jq -e alone is content with no input at all.)
status_is() { status > "$dir/status_is.json" && [ -s "$dir/status_is.json" ] && jq -e "$@" "$dir/status_is.json" > /dev/null; }

# Everything that the server has executed is in the log, and everything in the log is loaded. The order of the two
# questions matters: what is asked second is at least as new. Before its source is open a process does not know yet whether
# a snapshot is to go on.
caught_up()
{
	local executed
	executed=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')
	status > "$dir/status.json" || return 1
	jq -e --arg g "$executed" '(.capture.state | IN("starting", "retrying") | not) and .capture.snapshot.running == false and ((.capture.fill.tables // 0) + (.capture.fill.orders // 0)) == 0 and (.capture.gtid | gsub("[ \n]"; "")) == $g' "$dir/status.json" > /dev/null || return 1
	[ "$(jq -r .load.enabled "$dir/status.json")" = true ] || return 0
	"$millrace" -c "$dir/millrace.conf" topics --json > "$dir/topics.json" 2>/dev/null || return 1
	jq -s -e 'map(select(.topic | test("^mysql\\.[^.]+\\..+")) | select(.high > .low)) | all(any(.groups[]; .group == "e2e-load" and .lag == 0))' \
		"$dir/topics.json" > /dev/null
}
# wait_caught_up [SECONDS] NAME
wait_caught_up()
{
	local seconds=60
	[ $# = 1 ] || { seconds=$1; shift; }
	until_true "$seconds" caught_up
	ok $? "$1" || what_is_wrong
}
what_is_wrong()
{
	tail -n 20 "$dir/run.log" | note
	kill -0 "$pid" 2>/dev/null || { echo "# millrace has ended"; return; }
	status | jq -c '{problems: [.problems[] | {code, subject, text}], capture: .capture, load: .load, tables: .tables, stages: .stages}' | note
	command -v gdb > /dev/null && timeout 20 gdb -p "$pid" -batch -ex "thread apply all bt 12" 2>/dev/null | grep -E '^(Thread|#)' | note
}

# ---- tables ----

same_table() # TABLE [compare_tables options]: MySQL's testdb.TABLE against the target
{
	local table=$1 where out
	shift
	if [ -n "${fe_mysql:-}" ]; then where=(starrocks "$fe_mysql"); else where=(warehouse "$dir/state/warehouse/testdb.db"); fi
	out=$("$build/tests/e2e/compare_tables" "$mysql_socket" "testdb.$table" "${where[@]}" "$@" 2>&1)
	ok $? "$table: $(echo "$out" | tail -n 1)" || echo "$out" | note
}

# Last test of most scripts: nothing that a sanitizer calls wrong stands in the log. (Errors that the program tells are what many scripts are about.)
no_trouble()
{
	lacks -E 'runtime error|Sanitizer' "$dir/run.log" > "$dir/trouble"
	ok $? "nothing that a sanitizer calls wrong is in the log" || head -n 20 "$dir/trouble" | note
}
