#!/bin/sh
# The console in a real terminal (tmux): it starts, follows a new size, answers keys, and every way out leaves the
# terminal as it was. Waits for what the screen shows, never for time. Skipped where tmux or a UTF-8 locale is missing.
demo=${top_builddir:-.}/tests/screen/console_demo
command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
[ -x "$demo" ] || { echo "1..0 # SKIP no console_demo"; exit 0; }
folder=$(mktemp -d) || exit 1
count=0
failed=0
run=0
unset TMUX NO_COLOR
export VISUAL="sh $folder/editor" TMPDIR="$folder" HOME="$folder"
export LC_ALL=C.UTF-8 TERM=xterm-256color SHELL=/bin/sh ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0

t() { tmux -S "$folder/socket" -f /dev/null "$@"; }
screen() { t capture-pane -p -t 0; }
keys() { t send-keys -t 0 "$@"; }
finish() { t kill-server 2>/dev/null; rm -rf "$folder"; }
trap finish EXIT

# The demo between two looks at the terminal's settings. $1: which run it is; the rest: arguments.
cat >"$folder/editor" <<'END'
cp "$1" "${0%/*}/edited"
sed -i s/one/two/ "$1"
END
chmod +x "$folder/editor"
cat >"$folder/run" <<END
run=\$1
shift
stty -a >"$folder/before"
sh -c 'echo \$\$ >"$folder/pid"; exec "\$0" "\$@"' "$demo" "\$@" 2>/dev/null
stty -a >"$folder/after"
cmp -s "$folder/before" "$folder/after" && echo "run \$run: settings are the same" || echo "run \$run: settings changed"
END

# Waits until the screen shows a text (a basic regular expression); up to a minute. $2: a key to press at every look.
shows() {
	tries=0
	while [ $tries -lt 600 ]; do
		screen | grep -q "$1" && return 0
		[ -z "${2-}" ] || keys "$2"
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

start() {	# the demo's arguments
	run=$((run + 1))
	keys C-u "${with-} sh $folder/run $run $*" Enter
	shows '2 PROBLEMS'
}
told() { t display-message -p -t 0 '#{mouse_any_flag}'; }	# 1: the terminal tells of the mouse
ended_well() { shows "^run $run: settings are the same" "${1-}" && ! screen | grep -q 'Overview' && [ "$(told)" = 0 ]; }
column() { screen | sed -n 2p | awk -v what="$1" '{ print index($0, what) }'; }

t new-session -d -x 80 -y 24 "env PS1='$ ' ENV= sh"
start
report "the first screen comes" $?
t resize-window -t 0 -x 200 -y 50
shows 'tables, the worst first'
report "a larger terminal is used" $?
t resize-window -t 0 -x 30 -y 5
shows 'need 40x10'
report "one that is too small is told" $?
t resize-window -t 0 -x 80 -y 24
shows 'events'
keys 5
shows 'captured'
report "keys are answered" $?
[ "$(told)" = 1 ]
report "the terminal tells of the mouse" $?
keys -l "$(printf '\033[<0;%d;2M\033[<0;%d;2m' "$(column '3 Top')" "$(column '3 Top')")"
shows 'committed'
report "a click on a tab opens it" $?
keys ':'
keys 'theme none' Enter
shows "theme 'none': no such file"
report "a theme that is none is told" $?
keys 5
shows 'captured'
keys ':'
keys 'tap sink' Enter
shows '"id":3'
report "a request's answer is shown while it comes" $?
keys q
keys C-c	# at once: the request that q ended has nothing more to say
shows 'q leaves the console'
report "Ctrl-C does not leave" $?
keys D
shows 'too long'
keys Enter
keys Enter
shows 'stage  *sink'
keys e
shows 'load it with other values'
report "a row comes back from the editor" $?
screen | grep -q 'two' && cat "$folder/edited" | grep -q '"v": "one"'
report "which had it as it was, and what was changed is asked about" $?
[ -n "$(ls "$folder"/millrace.* 2>/dev/null)" ]
report "and no file is left" $((! $?))
keys Escape
keys 5
shows 'captured'
keys q
shows 'stop and leave'
report "leaving asks" $?
ended_well s	# again and again: a dialog is deaf for a moment after it opened
report "leaving gives the terminal back" $?
start
kill -HUP "$(cat "$folder/pid")"
keys q
shows 'stop and leave'
report "SIGHUP reloads: the console stays, and takes keys" $?
keys Escape
kill -TERM "$(cat "$folder/pid")"
ended_well
for signal in TERM INT SEGV ABRT; do
	start
	kill -$signal "$(cat "$folder/pid")"
	ended_well
	report "SIG$signal gives the terminal back" $?
done
t pipe-pane -t 0 "cat >>'$folder/raw'"	# what the program writes, as it writes it
asked() { LC_ALL=C tr '\033' '~' <"$folder/raw" | grep -qF "$1"; }
until_asked() { tries=0; until asked "$1"; do tries=$((tries + 1)); [ $tries -lt 300 ] || return 1; sleep 0.1; done; }
start
until_asked '~[?2026$p'
report "the terminal is asked whether it shows frames at once" $?
! asked '~[?2026h'
report "until it has said so, frames are written without" $?
keys -l "$(printf '\033[?2026;0$y')"
keys 5
shows 'captured'
! asked '~[?2026h'
report "nor where it says that it does not" $?
keys -l "$(printf '\033[?2026;2$y')"
keys 4
shows 'positions'
until_asked '~[?2026h' && until_asked '~[?2026l'
report "once it has, each frame is" $?
keys q
ended_well s
report "what it said was no key" $?
t pipe-pane -t 0
with=NO_MOUSE=1
start
[ "$(told)" = 0 ]
report "where it is left to the terminal, nothing is told" $?
keys q
ended_well s
with=RECORD=$folder/session.cast
start attached
keys 5
shows 'captured'
keys ':'
keys 'tap unmasked=yes' Enter
shows 'stays masked'
report "while it is recorded nothing is unmasked" $?
keys q
ended_well
report "a session that is recorded ends as others do" $?
grep -q '"width":80,"height":24' "$folder/session.cast" && grep -q 'Overview' "$folder/session.cast" && grep -q 'captured' "$folder/session.cast"
report "what was shown is in the file" $?
[ "$(LC_ALL=C tr -d '\n' <"$folder/session.cast" | LC_ALL=C tr -cd '\000-\037' | wc -c)" = 0 ]
report "without a byte that acts in a terminal" $?
keys C-u "$with sh $folder/run again attached" Enter
shows 'console ended: -1'
report "a file that is there is not written over" $?
with=
start attached
keys q
ended_well
report "attached, q leaves at once" $?
echo "1..$count"
exit $failed
