#!/bin/bash
# terminal_unread.sh - a terminal that nobody reads for a minute, until its buffer is full and the console waits: the pipeline of the same process goes
# on, requests are answered, and afterwards the screen shows what is now.
. "${top_srcdir:?}/tests/e2e/lib.sh"
command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
export LC_ALL=C.UTF-8 TERM=xterm-256color ASAN_OPTIONS=detect_leaks=0
unset TMUX

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1)"
write_conf < /dev/null
t() { tmux -S "$dir/tmux.sock" -f /dev/null "$@"; }
cleanups+=("t kill-server")
screen() { t capture-pane -p -t 0; }
shows() { screen | grep -q -- "$1"; }
t new-session -d -x 200 -y 50 "'$millrace' -c '$dir/millrace.conf'; sleep 600"
until_true 60 shows "complete to"; ok $? "a console" || screen | note
pid=$(status | jq .pid)
wait_caught_up "the snapshot"
t send-keys -t 0 W
reader=$(t display-message -p '#{pid}')
cleanups+=("kill -CONT $reader")
kill -STOP "$reader"
for i in {2..61}; do
	sql testdb -e "INSERT INTO t VALUES ($i, $i); UPDATE t SET v = v + 1"
	sleep 1
done
wait_caught_up "nobody reads the terminal for a minute, and everything is loaded"
same_table t
"$millrace" -c "$dir/millrace.conf" status > /dev/null; is $? 0 "a request is answered, and nothing is wrong"
kill -CONT "$reader"
t send-keys -t 0 5
until_true 30 shows "testdb.t .* 1,951 "; ok $? "the screen shows what is now" || screen | note
kill -TERM "$pid"
until_true 30 gone; ok $? "it ends"
pid=
done_testing
