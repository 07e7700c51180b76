#!/bin/bash
# load_stop.sh - SIGTERM in every state of the target: well, down, hung before and in the body, slow to answer, refusing, its
# SQL side hung; each time the process ends by itself long before the drain time is over, and the next start makes it equal.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks
control() { curl -sS --max-time 5 "$control/$1" > /dev/null; }
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 0)"
{ echo '[kafka]'; echo 'topic.prefix = mysql'; starrocks_conf; echo 'load.timeout = 120s'; } | write_conf
sed -i "s/^name = e2e/&\ndrain.timeout = 120s/" "$dir/millrace.conf"
start_millrace
wait_caught_up "snapshot"

v=0
trouble() { status | jq -e '.load.state != "streaming" and .load.state != "idle" or any(.tables[]; .state == "retrying" or .state == "failed")' > /dev/null; }
read_all() { status | jq -e --arg g "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" '(.capture.gtid | gsub("[ \n]"; "")) == $g' > /dev/null; }
# A change is on its way when the signal comes. The process has a tenth of the drain time.
stops() # STATE
{
	v=$((v + 1))
	sql -e "UPDATE testdb.t SET v = $v"
	until_true 20 read_all; ok $? "$1: captured"
	[ -z "${wait_for:-}" ] || { until_true 20 "$wait_for"; ok $? "$1: it shows"; }
	ends_within 12 "$1"
}
goes_on()
{
	control clear
	start_millrace
	wait_caught_up "$1: the next start catches up"
	same_table t
}

stops "well"; goes_on "well"
for fault in "slow_continue 9000" "slow_answer 100000" "publish_timeout 100000" "too_many_versions" "memory" "cut_body 10" "mysql_cut"; do
	# shellcheck disable=SC2086	# words on purpose
	set -- $fault
	control "fault?name=$1&count=-1${2:+&arg=$2}"
	case $fault in slow_*) wait_for=;; publish*|mysql_cut) wait_for=;; *) wait_for=trouble;; esac
	stops "$1"; goes_on "$1"
done
kill -STOP "$(sed -n 's/^pid=//p' "$dir/starrocks/env")"
wait_for=; stops "frozen"
kill -CONT "$(sed -n 's/^pid=//p' "$dir/starrocks/env")"
goes_on "frozen"
"$top/tests/servers/starrocks" kill "$dir/starrocks"
wait_for=trouble; stops "down"
start_millrace
until_true 20 trouble; ok $? "a start without a target"
wait_for=; stops "never up"
"$top/tests/servers/starrocks" restart "$dir/starrocks" > /dev/null
goes_on "down"
stop_millrace
! grep -E 'runtime error|Sanitizer' "$dir/run.log"; ok $? "nothing that a sanitizer calls wrong"
done_testing
