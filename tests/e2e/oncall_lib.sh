# oncall_lib.sh - what the tests of docs/oncall.md share: consoles of 80x24 and 120x40 in tmux that are attached to a running millrace, and the keys
# of a question pressed in both, as they stand in the document. Sourced after lib.sh.
#
# After the keys of a question nothing more is pressed: the waits are for answers that come one after the other.

command -v tmux >/dev/null || { echo "1..0 # SKIP no tmux"; exit 0; }
export LC_ALL=C.UTF-8 TERM=xterm-256color ASAN_OPTIONS=detect_leaks=0
unset TMUX
sizes=(80x24 120x40)

terminal=0	# each round of consoles has a terminal server of its own: one that is being ended does not take the next
t() { tmux -S "$dir/tmux.$terminal" -f /dev/null "$@"; }
new_terminal() { terminal=$((terminal + 1)); }
close_consoles() { t kill-server; }
cleanups+=(close_consoles)
# open_console SIZE COMMAND...: in a terminal of that name
open_console() { t new-session -d -s "$1" -x "${1%x*}" -y "${1#*x}" "${*:2}"; }
open_consoles() # [NAME=value in their environment]
{
	local size
	new_terminal
	for size in "${sizes[@]}"; do
		open_console "$size" "${1:-} '$millrace' -c '$dir/millrace.conf' attach"
		until_true 60 shows "$size" "complete to"; ok $? "a console of $size" || screen "$size" | note
	done
}
screen() { t capture-pane -p -t "$1" 2>/dev/null; }
shows() { screen "$1" | grep -qF -- "$2"; }
cell() { awk -F ' [|] ' -v n="| $1" -v c="$2" '$1 == n { print $c }' "$top/docs/oncall.md"; } # NUMBER COLUMN

# press KEYS CONSOLE...: as they are written; what stands without backticks is typed
press()
{
	local key keys=$1 size
	shift
	while read -r key; do
		for size; do
			case $key in
			'`Esc`') t send-keys -t "$size" Escape ;;
			'`PgDn`') [ "$size" != 80x24 ] || t send-keys -t "$size" PageDown ;; # a larger screen has it without
			'`Ctrl-S`') t send-keys -t "$size" C-s ;;
			'`'*) t send-keys -t "$size" "${key//\`/}" ;;
			*) t send-keys -t "$size" -l -- "$key" ;;
			esac
		done
		# As fingers would: a dialog takes no key that was on its way before it was there. Esc opens none, but is no part of the key after it.
		if [ "$key" = '`Esc`' ]; then sleep 0.1; else sleep 0.3; fi
	done < <(tr ' ' '\n' <<< "$keys")
}

# told LEVEL SUBJECT: both consoles have the problem on their first screen. They ask once a second, so status may know it before them.
has_line() { screen "$1" | grep -qE "^.$2 +[^ ]+ +$3"; }
told()
{
	local size
	for size in "${sizes[@]}"; do
		until_true 20 has_line "$size" "$1" "$2"; ok $? "$size: $1 of $2 is on the first screen" || screen "$size" | note
	done
}

# Back to the first screen, with nothing open and no filter.
home() { press '`Esc` `Esc` `Esc` `Esc` `1`' "$@"; }

# question NUMBER WORD...: the keys of that question lead to a screen with each of the words
question()
{
	local n=$1 size word
	shift
	press "$(cell "$n" 3)" "${sizes[@]}"
	for word; do
		for size in "${sizes[@]}"; do
			until_true 20 shows "$size" "$word"; ok $? "$size: $(cell "$n" 2) '$word'" || { cell "$n" 3; screen "$size"; } | note
		done
	done
	home "${sizes[@]}"
}
