#!/bin/bash
# systemd.sh - `run` as a service of Type=notify, with a manager of our own at NOTIFY_SOCKET: READY when both halves have come up and not
# before, signs of life, STOPPING.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1)"
write_conf < /dev/null
"$top/tests/servers/mysql" kill "$dir/mysql"

python3 - "$dir/notify" "$dir/told" <<'P' &
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    with open(sys.argv[2], "ab", 0) as f:
        f.write(s.recv(4096))
P
manager=$!
cleanups+=("kill $manager")
until_true 20 test -S "$dir/notify" || bail "the manager does not start"
told() { grep -q "^$1" "$dir/told" 2> /dev/null; }
lives() { [ "$(grep -c '^WATCHDOG=1' "$dir/told" 2> /dev/null)" -ge "$1" ]; }

export NOTIFY_SOCKET=$dir/notify WATCHDOG_USEC=4000000
start_millrace
unset NOTIFY_SOCKET WATCHDOG_USEC
until_true 30 has_problem capture-retrying capture; ok $? "MySQL is not there"
until_true 20 lives 2; ok $? "signs of life"
told STATUS=starting; ok $? "it says that it is starting"
! told READY; ok $? "and not that it is ready"
"$top/tests/servers/mysql" start "$dir/mysql" > "$dir/mysql.log" 2>&1
before=$mysql_port
read_mysql_env
[ "$before" = "$mysql_port" ] || bail "MySQL came back on another port"
until_true 60 told READY=1; ok $? "ready when it is back" || what_is_wrong
wait_caught_up "the table is loaded"
is "$(grep -c '^READY=1' "$dir/told")" 1 "which is said once"
n=$(grep -c '^WATCHDOG=1' "$dir/told")
until_true 20 lives $((n + 2)); ok $? "signs of life go on"
n=$(grep -c '^WATCHDOG=1' "$dir/told")
! told STOPPING; ok $? "nothing was said of stopping"
stop_millrace; ok $? "it stops in good order"
told STOPPING=1; ok $? "and says so"
done_testing
