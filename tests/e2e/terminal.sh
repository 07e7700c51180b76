#!/bin/bash
# terminal.sh - the console on the real engine: a terminal that goes away leaves the pipeline running, `attach` finds it,
# SIGHUP then reloads, SIGTERM ends it in good order, and a quit from the console does too.
. "${top_srcdir:?}/tests/e2e/lib.sh"
command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
export LC_ALL=C.UTF-8 TERM=xterm-256color ASAN_OPTIONS=detect_leaks=0
unset TMUX

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1);"
write_conf < /dev/null

terminal=0	# each has a server of its own: one that is being killed does not take the next
t() { tmux -S "$dir/tmux.$terminal" -f /dev/null "$@"; }
cleanups+=("t kill-server")
screen() { t capture-pane -p -t 0 2>/dev/null; }
shows() { screen | grep -q "$1"; }
opened() { terminal=$((terminal + 1)); t new-session -d -x 80 -y 24 "$*; echo console-ended: \$?; sleep 60"; }
status_pid() { pid=$("$millrace" -c "$dir/millrace.conf" status --json | jq -r .pid) && [ "$pid" -gt 1 ]; }
log_has() { grep -q "$1" "$dir/state/millrace.log"; }

opened "exec '$millrace' -c '$dir/millrace.conf'"
until_true 30 shows 'q quit'; ok $? "the console opens"
until_true 30 status_pid; ok $? "the control socket answers"
t kill-server
until_true 20 log_has 'the terminal is gone'; ok $? "the terminal goes away"
before=$pid
status_pid; is "$pid" "$before" "the pipeline goes on without it"
opened "'$millrace' -c '$dir/millrace.conf'"
until_true 20 shows 'Attach to it?'; ok $? "a second one on the same state directory offers to attach"
t send-keys -t 0 n Enter
until_true 20 shows 'console-ended: 2'; ok $? "no: it ends"
t kill-server
opened "'$millrace' -c '$dir/millrace.conf'"
until_true 20 shows 'Attach to it?'
t send-keys -t 0 Enter
until_true 20 shows 'Overview'; ok $? "yes: the console opens"
t send-keys -t 0 q
until_true 20 shows 'console-ended: 0'; ok $? "and leaves at once"
status_pid; is "$pid" "$before" "the pipeline goes on"
t kill-server
opened "'$millrace' -c '$dir/millrace.conf' attach"
until_true 20 shows 'Overview'; ok $? "attach finds it"
tty=$(t display-message -p -t 0 '#{pane_tty}')
is_attached() { status_is --arg me "$(id -un)" --arg tty "${tty#/dev/}" "[.sessions[] | select(.user == \$me and .terminal == \$tty and .read_only == $1)] | length == 1"; }
until_true 20 is_attached false; ok $? "it is known who is attached, and at which terminal" || status | jq -c .sessions | note
t send-keys -t 0 w
until_true 20 shows "${tty#/dev/}  *"; ok $? "one key shows it"
"$millrace" -c "$dir/millrace.conf" status | grep -q "^attached .*@${tty#/dev/}, for "; ok $? "and status tells it"
t send-keys -t 0 1
t send-keys -t 0 ':tap source table=no.such' Enter
sleep 1
t send-keys -t 0 ':pause load' Enter
until_true 20 has_problem load-paused load; ok $? "a tap that waits for rows holds up no other request"
t send-keys -t 0 ':resume load' Enter
until_true 20 problem_is_over load-paused; ok $? "nor the next one"
status_is 'any(.sessions[]; .acted == "resume what=load")'; ok $? "what was done from there last is known" || status | jq -c .sessions | note
for _ in 1 2 3 4 5 6 7 8 9 10; do t send-keys -t 0 ':tap source table=no.such' Enter; sleep 0.2; t send-keys -t 0 Escape; sleep 0.2; done
t send-keys -t 0 ':pause load' Enter
until_true 20 has_problem load-paused load; ok $? "and one that was closed ends, though no row comes"
t send-keys -t 0 ':resume load' Enter
await 20 problem_is_over load-paused
t send-keys -t 0 q
until_true 20 shows 'console-ended: 0'; ok $? "and leaves it at once"
until_true 20 status_is '.sessions == []'; ok $? "nobody is attached any more"
t kill-server
opened "'$millrace' -c '$dir/millrace.conf' attach --read-only --name release"
until_true 20 shows 'Overview'
tty=$(t display-message -p -t 0 '#{pane_tty}')
until_true 20 is_attached true; ok $? "a read-only one is known as such"
until_true 20 status_is --arg me "$(id -un)" --arg tty "${tty#/dev/}" '.sessions[0].who == "release (" + $me + "@" + $tty + ")"'; ok $? "by its name"
t kill-server
until_true 20 status_is '.sessions == []'; ok $? "a terminal that goes away takes its session with it"
kill -HUP "$pid"
until_true 20 log_has 'reloaded'; ok $? "SIGHUP reloads"
kill -TERM "$pid"
until_true 20 gone; ok $? "SIGTERM ends it"
log_has 'finishing what is in flight'; ok $? "in good order"
pid=
t kill-server

opened "'$millrace' -c '$dir/millrace.conf'"
until_true 30 shows 'q quit'; ok $? "it opens again"
t send-keys -t 0 q
until_true 10 shows 'stop and leave'; ok $? "q asks"
pressed() { t send-keys -t 0 s; shows 'console-ended: 0'; }
until_true 20 pressed; ok $? "s ends the process"
t kill-server

opened "'$millrace' -c '$dir/millrace.conf'"
until_true 30 shows 'q quit'; ok $? "once more"
status_pid
n=$(grep -c reloaded "$dir/state/millrace.log")
kill -HUP "$pid"
until_true 20 eval '[ "$(grep -c reloaded "$dir/state/millrace.log")" -gt "$n" ]'; ok $? "SIGHUP reloads, and the console stays"
pressed() { t send-keys -t 0 q; sleep 0.5; t send-keys -t 0 l; shows 'console-ended: 0'; }
until_true 20 pressed; ok $? "l leaves it: the shell is back"
shows "The pipeline goes on, in process $pid"; ok $? "and is told how to come back"
t kill-server
before=$pid
status_pid; is "$pid" "$before" "the pipeline goes on without terminal and shell"
sql -e "INSERT INTO testdb.t VALUES (2, 2)"
until_true 30 caught_up; ok $? "and carries rows"
is "$(ps -o tty= -p "$pid" | tr -d ' ')" '?' "it has no terminal"
kill -HUP "$pid"; until_true 20 eval '[ "$(grep -c reloaded "$dir/state/millrace.log")" -ge 3 ]'; ok $? "SIGHUP reloads"
kill -TERM "$pid"
until_true 20 gone; ok $? "SIGTERM ends it"
pid=
done_testing
