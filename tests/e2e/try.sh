#!/bin/bash
# try.sh - contrib/try as a newcomer starts it: without a terminal it says that all rows are equal; on one the console opens, q ends it, and a terminal
# that is lost ends it, too. Nothing is left running, and nothing is left on the disk.
. "${top_srcdir:?}/tests/e2e/lib.sh"
command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
export LC_ALL=C.UTF-8 TERM=xterm-256color MILLRACE=$millrace TMPDIR=$dir
unset TMUX
terminal=0
t() { tmux -S "$dir/tmux.$terminal" -f /dev/null "$@"; }
cleanups+=("t kill-server")
shows() { t capture-pane -p 2>/dev/null | grep -qF -- "$1"; }
left() { pgrep -f -- "$dir/millrace-try" || ls -d "$dir"/millrace-try.* 2> /dev/null; }
nothing_left() { [ -z "$(left)" ]; }

"$top/contrib/try" --seconds 5 > "$dir/out" 2>&1 < /dev/null; is $? 0 "without a terminal it ends well" || note < "$dir/out"
is "$(grep -cE '^try: (customers|orders): [1-9][0-9]* rows, equal$' "$dir/out")" 2 "and says that both tables are equal" || note < "$dir/out"
until_true 20 nothing_left; ok $? "nothing is left" || left | note

open() { terminal=$((terminal + 1)); t new-session -d -x 120 -y 40 "'$top/contrib/try'"; }
open
until_true 60 shows "nothing is wrong"; ok $? "on a terminal the console opens, and nothing is wrong" || t capture-pane -p | note
t send-keys q
until_true 20 shows "leave"; ok $? "q asks" || t capture-pane -p | note
stops() { t send-keys s 2> /dev/null; nothing_left; } # a key that comes too soon after a question is no answer to it
until_true 60 stops; ok $? "and when it is to stop, nothing is left" || left | note

open
until_true 60 shows "nothing is wrong"; ok $? "the console again" || t capture-pane -p | note
t kill-server
until_true 60 nothing_left; ok $? "its terminal is lost: nothing is left" || left | note
done_testing
