# rule.sh - what the scripts that hold a rule over the tree share: a line of TAP for each part of it. Sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034 # top is the script's
top=${top_srcdir:-$(dirname "$0")/..}
count=0 failed=0

report() # WHAT WRONG: nothing is wrong when WRONG is empty, else it says what, a line each
{
	count=$((count + 1))
	if [ -z "$2" ]; then
		echo "ok $count - $1"
	else
		failed=1
		echo "not ok $count - $1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

rule_end() # the last command of the script
{
	echo "1..$count"
	exit $failed
}
