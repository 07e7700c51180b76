#!/bin/bash
# completion.sh - what bash itself makes of the completion that the program prints: commands, options, choices, requests with their
# arguments. zsh and fish look at theirs where they are there.
millrace=${top_builddir:-.}/millrace
[ -x "$millrace" ] || { echo "1..0 # SKIP no millrace"; exit 0; }
export ASAN_OPTIONS=detect_leaks=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
n=0 failed=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi; }
is() { [ "$1" = "$2" ]; ok $? "$3" || :; [ "$1" = "$2" ] || { echo "#  got: $1"; echo "# want: $2"; }; }

"$millrace" manual --completion bash > "$work/bash" && bash -n "$work/bash"; ok $? "bash reads it"
# shellcheck disable=SC1091
. "$work/bash"
# complete_words WORD...: as bash calls it with the cursor at the end of the last word; = is a word of its own
complete_words() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _millrace 2> /dev/null; printf '%s\n' "${COMPREPLY[@]}" | sort | tr '\n' ' ' | sed 's/ $//'; }

is "$(complete_words millrace sta)" "status" "a command"
is "$(complete_words millrace "")" "$({ "$millrace" --help | sed -n '/^usage/,/^  -c/s/^  \([a-z][a-z-]*\) .*/\1/p'; echo "--help"; echo "--version"; echo "-c"; } | sort | tr '\n' ' ' | sed 's/ $//')" "all that --help lists"
is "$(complete_words millrace -c x.conf run --ro)" "--role" "an option, after -c FILE"
is "$(complete_words millrace run --role "")" "all capture load" "an option's choices"
is "$(complete_words millrace pause "")" "--help capture load" "fixed words"
is "$(complete_words millrace tap "s")" "script sink source" "choices of the request with the command's name"
is "$(complete_words millrace dump problems)" "problems" "a view"
is "$(complete_words millrace help ac)" "acknowledge" "help of a command"
is "$(complete_words millrace "do" pau)" "pause" "a request"
is "$(complete_words millrace "do" pause "")" "what=" "its arguments"
is "$(complete_words millrace "do" pause what "=")" "capture load" "values of an argument"
is "$(complete_words millrace "do" snapshot action = st)" "start stop" "the beginning of a value"
touch "$work/a.json"
is "$(cd "$work" && complete_words millrace convert a.)" "a.json" "a file"
is "$(complete_words millrace "do" no-such-request "")" "" "nothing where there is nothing"
for command in $("$millrace" --help | sed -n '/^usage/,/^  -c/s/^  \([a-z][a-z-]*\) .*/\1/p'); do
	want=$("$millrace" help "$command" | sed -n 's/^  \(-[-a-z]*\) .*/\1/p'; echo "--help")
	is "$(complete_words millrace "$command" -)" "$(sort <<< "$want" | tr '\n' ' ' | sed 's/ $//')" "$command: the options of its help"
done

"$millrace" manual --completion zsh > "$work/_millrace"; ok $? "zsh's is printed"
if command -v zsh > /dev/null; then
	zsh -n "$work/_millrace"; ok $? "and zsh reads it"
fi
"$millrace" manual --completion fish > "$work/fish"; ok $? "fish's is printed"
if command -v fish > /dev/null; then
	fish --no-execute "$work/fish"; ok $? "and fish reads it"
	fish_words() { HOME=$work fish -c "source $work/fish; complete -C '$1'" | cut -f1 | sort | tr '\n' ' ' | sed 's/ $//'; }
	is "$(fish_words 'millrace sta')" "status" "fish: a command"
	is "$(fish_words 'millrace run --role ')" "all capture load" "fish: an option's choices"
	is "$(fish_words 'millrace do pause wh')" "what=" "fish: an argument"
fi
"$millrace" manual --completion tcsh > /dev/null 2> "$work/err"; is $? 2 "another shell is refused"
echo "1..$n"
exit $failed
