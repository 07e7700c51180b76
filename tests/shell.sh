#!/bin/bash
# shell.sh - shellcheck has nothing against any shell script of the project (.shellcheckrc says what it does not look for).
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
scripts() { cd "$top" && grep -lE '^#!/bin/(ba)?sh' autogen.sh .ci/run contrib/* tests/run-all tests/*.sh tests/e2e/*.sh tests/servers/* tests/history/* tests/bench/* 2> /dev/null; }
clean() { (cd "$top" && shellcheck -x -f gcc "$@"); }

command -v shellcheck > /dev/null || { echo "1..0 # SKIP no shellcheck"; exit 0; }
mapfile -t all < <(scripts)
failed=0
if found=$(clean "${all[@]}" 2>&1) && [ ${#all[@]} -gt 50 ]; then
	echo "ok 1 - ${#all[@]} scripts"
else
	echo "not ok 1 - ${#all[@]} scripts"
	sed 's/^/# /' <<< "$found"
	failed=1
fi
bad=$(mktemp)			# it sees what it is for
printf '#!/bin/bash\nfiles=$1\nrm $files\n' > "$bad"
if clean "$bad" > /dev/null 2>&1; then echo "not ok 2 - a word that is split is seen"; failed=1; else echo "ok 2 - a word that is split is seen"; fi
rm -f "$bad"
echo "1..2"
exit $failed
