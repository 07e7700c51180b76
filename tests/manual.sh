#!/bin/sh
# The manual pages are whole, and mandoc has nothing against them but style. Every setting and every command is in them.
millrace=${top_builddir:-.}/millrace
command -v mandoc >/dev/null || { echo "1..0 # SKIP no mandoc"; exit 0; }
[ -x "$millrace" ] || { echo "1..0 # SKIP no millrace"; exit 0; }
export ASAN_OPTIONS=detect_leaks=0
failed=0

page() {	# $1: number; $2: name; $3: a word that it must have; the rest: arguments
	number=$1 name=$2 has=$3
	shift 3
	text=$("$millrace" manual "$@")
	lint=$(printf '%s\n' "$text" | mandoc -T lint -W warning)
	if [ -z "$lint" ] && printf '%s\n' "$text" | mandoc -T html | grep -q -- "$has"; then
		echo "ok $number - $name"
	else
		failed=1
		echo "not ok $number - $name"
		printf '%s\n' "$lint" | sed 's/^/# /'
	fi
}

page 1 millrace.1 'resume'
page 2 millrace.conf.5 'table.include.list' --settings
document() {	# $1: number; $2: the page in docs; $3: the option that prints it
	if "$millrace" manual "$3" | diff - "${top_srcdir:-.}/docs/$2" > "/tmp/page.$$"; then
		echo "ok $1 - docs/$2 is the program's own table"
	else
		failed=1
		echo "not ok $1 - docs/$2 is the program's own table: millrace manual $3 > docs/$2"
		sed 's/^/# /' "/tmp/page.$$"
	fi
	rm -f "/tmp/page.$$"
}

document 3 problems.md --problems
document 4 metrics.md --metrics
document 5 status.md --status

# The commands of docs/oncall.md, with their options, exist.
bad=$(grep -o '`millrace [^`]*`' "${top_srcdir:-.}/docs/oncall.md" | tr -d '`' | sort -u | while read -r _ command words; do
	help=$("$millrace" help "$command" 2>&1) || { echo "$command"; continue; }
	for word in $words; do
		case $word in --*) printf '%s\n' "$help" | grep -q -e "^ *$word\b" || echo "$command $word" ;; esac
	done
	case $command in do) "$millrace" "do" | grep -q "^${words%% *}\b" || echo "do $words" ;; esac
	case $command in dump) "$millrace" dump | grep -q "^${words%% *}\b" || echo "dump $words" ;; esac
done)
if [ -z "$bad" ]; then
	echo "ok 6 - the commands of docs/oncall.md exist"
else
	failed=1
	printf 'not ok 6 - the commands of docs/oncall.md exist\n%s\n' "$bad" | sed '2,$s/^/# /'
fi
echo "1..6"
exit $failed
