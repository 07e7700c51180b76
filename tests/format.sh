#!/bin/bash
# format.sh - every C file is as .clang-format wants it; version 14 of clang-format, the one of Debian 12, is asked: others format otherwise.
top=${top_srcdir:-$(cd "$(dirname "$0")/.." && pwd)}
format=$(command -v clang-format-14 || command -v clang-format)
case $("${format:-false}" --version 2> /dev/null) in
*"version 14."*) ;;
*) echo "1..0 # SKIP no clang-format 14"; exit 0 ;;
esac
clean() { "$format" --style=file:"$top"/.clang-format --dry-run -Werror "$@"; }

mapfile -t all < <(find "$top"/src "$top"/tests -name '*.[ch]')
failed=0
if found=$(clean "${all[@]}" 2>&1) && [ ${#all[@]} -gt 700 ]; then
	echo "ok 1 - ${#all[@]} files"
else
	echo "not ok 1 - ${#all[@]} files; clang-format -i FILE mends one"
	grep 'error:' <<< "$found" | head -n 20 | sed 's/^/# /'
	failed=1
fi
bad=$(mktemp --suffix=.c)	# it sees what it is for
printf 'int main(void) {\n    return 0;\n}\n' > "$bad"
if clean "$bad" > /dev/null 2>&1; then echo "not ok 2 - a brace at the wrong place is seen"; failed=1; else echo "ok 2 - a brace at the wrong place is seen"; fi
rm -f "$bad"
echo "1..2"
exit $failed
