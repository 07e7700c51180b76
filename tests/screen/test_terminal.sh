#!/bin/sh
# The console in a real terminal (tmux): it starts, follows a new size, answers keys, and every way out leaves the
# terminal as it was. Waits for texts, never for time. Skipped where tmux or a UTF-8 locale is missing.
demo=${top_builddir:-.}/tests/screen/console_demo
command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
[ -x "$demo" ] || { echo "1..0 # SKIP no console_demo"; exit 0; }
folder=$(mktemp -d) || exit 1
count=0
failed=0
unset TMUX NO_COLOR
export LC_ALL=C.UTF-8 TERM=xterm-256color SHELL=/bin/sh ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0

t() { tmux -S "$folder/socket" -f /dev/null "$@"; }
screen() { t capture-pane -p -t 0; }
finish() { t kill-server 2>/dev/null; rm -rf "$folder"; }
trap finish EXIT

# Waits until the screen shows a text (a basic regular expression); up to 20 seconds.
shows() {
	tries=0
	while [ $tries -lt 200 ]; do
		screen | grep -q "$1" && return 0
		sleep 0.1
		tries=$((tries + 1))
	done
	return 1
}

report() {	# $1: what; $2: status
	count=$((count + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		screen | sed 's/^/# /'
	fi
}

# Starts the demo between two looks at the terminal's settings. $1: arguments; the end is told as "same" or "changed".
start() {
	t send-keys -t 0 C-l "clear; stty -a >$folder/before; $demo $1 2>/dev/null; stty -a >$folder/after; cmp -s $folder/before $folder/after && echo settings-are-the-same || echo settings-changed" Enter
	shows 'STREAMING'
}
demo_pid() { pgrep -f "^$demo" | head -n 1; }
ended_well() { shows '^settings-are-the-same' && ! screen | grep -q 'Topology'; }

t new-session -d -x 80 -y 24 "env PS1='$ ' ENV= sh"
start ""
report "the first screen comes" $?
t resize-window -t 0 -x 200 -y 50
shows 'p50 .*p99 .*p50'
report "a larger terminal is used" $?
t resize-window -t 0 -x 30 -y 5
shows 'need 40x10'
report "one that is too small is told" $?
t resize-window -t 0 -x 80 -y 24
shows 'events'
t send-keys -t 0 3
shows 'captured'
report "keys are answered" $?
t send-keys -t 0 ':'
t send-keys -t 0 'tap sink' Enter
shows '"id":3'
report "a request's answer is shown while it comes" $?
t send-keys -t 0 q
t send-keys -t 0 C-c
shows 'q leaves the console'
report "Ctrl-C does not leave" $?
t send-keys -t 0 q
shows 'stop and leave'
report "leaving asks" $?
sleep 0.4	# the dialog is deaf for 300 ms on purpose
t send-keys -t 0 s
ended_well
report "leaving gives the terminal back" $?
for signal in TERM HUP INT SEGV ABRT; do
	start ""
	kill -$signal "$(demo_pid)"
	ended_well
	report "SIG$signal gives the terminal back" $?
done
start attached
t send-keys -t 0 q
ended_well
report "attached, q leaves at once" $?
echo "1..$count"
exit $failed
