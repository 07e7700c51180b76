#!/bin/bash
# resume.sh - `millrace resume` starts again what has failed, without a restart of the process, or says why it cannot.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1)"
resume() { "$millrace" -c "$dir/millrace.conf" resume "$@" > "$dir/resume.txt" 2>&1; }
says() { grep -q -- "$1" "$dir/resume.txt"; ok $? "$2" || note < "$dir/resume.txt"; }
capture_is() { status_is --arg s "$1" '.capture.state == $s'; }
cut_off() # as if the network had gone for a moment: capture connects again
{
	sql -N -e "SELECT id FROM information_schema.processlist WHERE user = '$mysql_user'" | while read -r id; do sql -e "KILL $id" 2> /dev/null; done
}

# ---- a setting of the server that nothing but a person mends ----

echo 'connect.timeout.ms = 30000' | write_conf
start_millrace
wait_caught_up "snapshot"
first=$pid
sql -e "SET GLOBAL binlog_row_image = MINIMAL"
cut_off
until_true 40 capture_is failed; ok $? "capture stops: a setting of the server is wrong" || what_is_wrong
resume capture; is $? 1 "resume before it is mended: exit code 1"
says "capture does not go on: .*binlog_row_image" "and what is wrong"
capture_is failed; ok $? "it is still stopped"
sql -e "SET GLOBAL binlog_row_image = FULL; INSERT INTO testdb.t VALUES (2, 2)"
resume capture; is $? 0 "resume when it is mended: exit code 0" || note < "$dir/resume.txt"
wait_caught_up "and it goes on"
same_table t
is "$pid" "$first" "in the same process"
resume capture; is $? 0 "resume of what works: exit code 0"

# ---- a password that is changed in MySQL first, then in its file ----

sql -e "ALTER USER $mysql_user IDENTIFIED BY 'another-secret'; INSERT INTO testdb.t VALUES (3, 3)"
cut_off
until_true 40 capture_is retrying; ok $? "a password that is refused is retried" || what_is_wrong
resume capture; is $? 1 "resume before the file has the new one: exit code 1"
says "Access denied" "and why"
echo another-secret > "$dir/mysql.pw"
resume capture; is $? 0 "resume reads the password again" || note < "$dir/resume.txt"
wait_caught_up "and goes on"
same_table t
stop_millrace; is $? 0 "stops in good order"

# ---- a stop while the server does not answer ----

kill -STOP "$mysql_pid"
start_millrace --role capture
until_true 20 capture_is starting; ok $? "the server is silent: capture waits for it"
kill -TERM "$pid"
until_true 6 gone; ok $? "SIGTERM does not wait for the server, which has thirty seconds to answer"
kill -CONT "$mysql_pid"
wait "$pid"; is $? 0 "and ends in good order"
pid=
done_testing
