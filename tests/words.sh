#!/bin/bash
# words.sh - words that do not come back in what a user reads: strings of the program, docs, README. docs and README are in
# the terms of MySQL's, Kafka's and StarRocks' manuals; "behind" is for lag only ("bytes behind the server").
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
bad='anew|presets?|given out|put aside|(pass|passes|passed) over|whoever|lent|asks? again'
lag='behind_|behind (the server|MySQL|[0-9]|every|by)|(bytes|rows|B|kB|MB|GB|far|further|is|was) behind|behind:|%s behind|"behind "'
n=0 failed=0

# Lines FILE:LINE:TEXT of stdin that are not allowed; those of the words' own table are.
found() { grep -iE "\\b($bad)\\b" <<< "$1"; grep -E '\bbehind\b' <<< "$1" | grep -vE "$lag"; }
check() # NAME LINES
{
	local hits
	n=$((n + 1))
	hits=$(found "$2")
	if [ -z "$hits" ]; then echo "ok $n - $1"; else echo "not ok $n - $1"; sed 's/^/# /' <<< "$hits" | cut -c1-200; failed=1; fi
}

# Strings only: a line without its comments, names of files and what lies between quotes.
strings() { grep -rnoE --include='*.c' --include='*.h' '"([^"\\]|\\.)*"' "$top/src" | grep -vE '^[^:]+:[0-9]+:"[a-z_/]+\.h"$'; }
check "strings of the program" "$(strings)"
check "docs and README" "$(grep -nE '' "$top"/docs/*.md "$top"/docs/millrace.conf "$top"/README.md)"
# A comment says what is so, without announcing it.
announced() { grep -rniE --include='*.c' --include='*.h' 'what is hard|hard about it' "$@"; }
n=$((n + 1))
if hits=$(announced "$top/src" "$top/tests"); then echo "not ok $n - comments"; sed 's/^/# /' <<< "$hits" | cut -c1-200; failed=1; else echo "ok $n - comments"; fi

n=$((n + 1))			# it sees what it is for
[ -n "$(found 'x:1:"the table is read anew"')" ] && [ -n "$(found 'x:1:"a point behind the digits"')" ] && [ -z "$(found 'x:1:"5 kB behind the server"')" ]
rc=$?
if [ $rc = 0 ]; then echo "ok $n - a bad word is seen, lag is not one"; else echo "not ok $n - a bad word is seen"; failed=1; fi
echo "1..$n"
exit $failed
