#!/bin/bash
# findings.sh - what a check may find is a row of a table (core/report.h), from which docs/problems.md is printed: no
# remedy is written where the finding is told.
# shellcheck source=tests/rule.sh
. "$(dirname "$0")/rule.sh"

# "file: call" of each report_add() below a folder whose fourth argument, the remedy, is written there.
inline()
{
	find "$1" -name '*.c' -print | LC_ALL=C sort | while read -r file; do
		tr '\n\t' '  ' <"$file" | grep -oE 'report_add\([^;]*;' |
			grep -E '^report_add\([^,]+, [^,]+, *("([^"\\]|\\.)*"|[^,"]+), *([^,"?]+\? *)?"' | cut -c1-120 | sed "s|^|$file: |"
	done
}

report 'remedies are in tables' "$(inline "$top/src")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf 'report_add(r, REPORT_NOTE, "a, b",\n\t\t"do this", "%%s", x);\n' >"$scratch/a.c"
printf 'report_add(r, level, subject, good ? "do" : NULL, "%%s", x);\n' >"$scratch/b.c"
printf 'report_add(r, level, subject, row->remedy, "%%s", x);\nreport_add(r, level, "a", NULL, "b");\n' >"$scratch/c.c"
seen=$(inline "$scratch" | sed 's|.*/||; s|:.*||' | tr '\n' ' ')
[ "$seen" = 'a.c b.c ' ] && wrong='' || wrong="expected 'a.c b.c ', found '$seen'"
report 'one that is not is noticed' "$wrong"
rule_end
