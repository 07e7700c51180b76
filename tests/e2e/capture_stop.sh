#!/bin/bash
# capture_stop.sh - SIGTERM in every state of the source and of Kafka: well, frozen, gone, never there, a lock that the
# snapshot waits for; each time the process ends by itself long before the drain time is over, and the next start makes it
# equal.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 0)"
kafka_conf | write_conf
sed -i "s/^name = e2e/&\ndrain.timeout = 120s/" "$dir/millrace.conf"
pid_of() { sed -n 's/^pid=//p' "$dir/$1/env"; }
change() { sql -e "UPDATE testdb.t SET v = v + 1"; }
# The process has a twentieth of the drain time.
stops() { ends_within 6 "$1"; } # STATE
goes_on() # STATE
{
	start_millrace
	wait_caught_up "$1: the next start catches up"
	same_table t
}
begin() { "$millrace" -c "$dir/millrace.conf" run > "$dir/run.log" 2>&1 & pid=$!; until_true 20 answers; ok $? "$1" || note < "$dir/run.log"; }
answers() { status > /dev/null; }

told() { status_is '.problems | length > 0'; }

start_millrace
wait_caught_up "snapshot"
change
stops "well"; goes_on "well"

# ---- frozen: the other side accepts, and does not answer ----
for which in kafka mysql "kafka mysql"; do
	pids=(); for server in $which; do pids+=("$(pid_of "$server")"); done
	[ "$which" != kafka ] || { kill -STOP "${pids[@]}"; change; sleep 1; }
	kill -STOP "${pids[@]}"
	stops "$which frozen"
	kill -CONT "${pids[@]}"
	goes_on "$which frozen"
	stop_millrace
	kill -STOP "${pids[@]}"
	begin "a start with $which frozen"
	stops "a start with $which frozen"
	kill -CONT "${pids[@]}"
	goes_on "a start with $which frozen"
done

# ---- a request that waits for its outcome ----
kill -STOP "$(pid_of mysql)"
until_true 60 told; ok $? "MySQL frozen: it is told" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" resume capture > "$dir/out" 2>&1 &
waiter=$!
sleep 1
stops "while a resume waits"
! wait "$waiter"; ok $? "the resume has not succeeded"
kill -CONT "$(pid_of mysql)"
goes_on "while a resume waits"

# ---- gone ----
for which in kafka mysql; do
	"$top/tests/servers/$which" kill "$dir/$which"
	until_true 60 told; ok $? "without $which: it is told" || what_is_wrong
	stops "without $which"
	begin "a start without $which"
	stops "a start without $which"
	case $which in
	kafka) "$top/tests/servers/kafka" restart "$dir/kafka" > "$dir/restart.log" 2>&1 || note < "$dir/restart.log" ;;
	mysql) "$top/tests/servers/mysql" start "$dir/mysql" > "$dir/restart.log" 2>&1 || note < "$dir/restart.log" ;;
	esac
	goes_on "without $which"
done

# ---- a lock ----
stop_millrace
sed -i 's/^name = e2e.*/name = other/; s/^topic.prefix = .*/topic.prefix = other/' "$dir/millrace.conf"
grep -q '^topic.prefix' "$dir/millrace.conf" || sed -i 's/^\[kafka\]/&\ntopic.prefix = other/' "$dir/millrace.conf"
sql -e "LOCK TABLES testdb.t WRITE; SELECT SLEEP(60)" > /dev/null &
locker=$!
locked() { [ "$(sql -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE state = 'User sleep'")" = 1 ]; }
waits() { [ "$(sql -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for%lock'")" -gt 0 ]; }
until_true 20 locked; ok $? "a table is locked"
begin "a start with a locked table"
until_true 20 waits; ok $? "the snapshot waits for the lock"
stops "the snapshot waits for a lock"
kill "$locker"; wait "$locker" 2> /dev/null
sql -N -e "SELECT CONCAT('KILL ', id) FROM information_schema.processlist WHERE state = 'User sleep'" | sql
done_testing
