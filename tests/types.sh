#!/bin/bash
# types.sh - a new MySQL type touches the files that docs/architecture.md names for one, at most eight, and no other: all
# others ask for the class of a type. Types that others may name too stand for something of their own: what scripts and
# messages without a schema make of their values, the type that is its class (JSON, ENUM ..), and those that one rule tells
# from the rest of their class (FLOAT from DOUBLE, CHAR from VARCHAR).
# shellcheck source=tests/rule.sh
. "$(dirname "$0")/rule.sh"
own=' TINYINT INT BIGINT FLOAT DOUBLE DECIMAL BIT YEAR DATE TIME DATETIME TIMESTAMP CHAR VARCHAR LONGTEXT BINARY VARBINARY LONGBLOB ENUM SET JSON UNKNOWN '

# The files of the row, by their names alone.
files=$(grep '^| a MySQL type |' "$top/docs/architecture.md" | grep -o '`[a-z_/]*\.[ch]`' | tr -d '`' | sed 's|.*/||')
types=$(sed -n 's/^	T(COL_\([A-Z]*\),.*/\1/p' "$top/src/row/column_type.h")

# Files of a tree that name a type or order types, and should not. $1: a src folder.
strangers()
{
	local type pattern=COL_COUNT

	for type in $types; do
		[[ $own == *" $type "* ]] || pattern="$pattern|COL_$type"
	done
	grep -rnE "\\b($pattern)\\b|[<>]=? COL_[A-Z]" "$1" --include='*.[ch]' | while IFS=: read -r file line text; do
		grep -qx "${file##*/}" <<<"$files" || echo "$file:$line:$text"
	done
}

[ "$(wc -w <<<"$types")" -ge 38 ] && few='' || few="column_type.h: expected the rows of at least 38 types, found $(wc -w <<<"$types")"
report 'the types are read' "$few"
number=$(wc -l <<<"$files")
[ "$number" -ge 2 ] && [ "$number" -le 8 ] && wrong='' || wrong="docs/architecture.md: expected 2 to 8 files for a MySQL type, found $number"
report 'a new type touches at most eight files' "$wrong"
missing=$(for file in $files; do [ "$(find "$top/src" -name "$file" | wc -l)" = 1 ] || echo "$file"; done)
report 'all of them are there' "$missing"
report 'no other file names a type or orders types' "$(strangers "$top/src")"

# One that does is seen.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf 'if (c->type <= COL_BIGINT)\n' >"$scratch/order.c"
printf 'case COL_MEDIUMINT: return 3;\n' >"$scratch/name.c"
printf 'return c->type == COL_JSON;\n' >"$scratch/good.c"
seen=$(strangers "$scratch" | sed 's|.*/||; s|:.*||' | sort | tr '\n' ' ')
[ "$seen" = 'name.c order.c ' ] && wrong='' || wrong="expected 'name.c order.c ', found '$seen'"
report 'a wrong file is noticed' "$wrong"
rule_end
