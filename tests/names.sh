#!/bin/bash
# names.sh - no two structs of src/ have one name, nor has a function of one file the name of a function that all may call: who
# reads or searches for it finds one thing. Static functions that are only read in their own file (tell, put, add) may.
# shellcheck source=tests/rule.sh
. "$(dirname "$0")/rule.sh"

# "kind name file" of each struct and function that is defined below a folder: struct, static or global. In the format of
# tests/format.sh a definition begins in the first column, and the brace of a function stands there alone.
names()
{
	find "$1" -name '*.[ch]' -print | LC_ALL=C sort | xargs awk '
		FNR == 1 { head = "" }
		/^struct [a-z_0-9]+ \{/ { print "struct", $2, FILENAME }
		match($0, /^[ \t]+struct [a-z_0-9]+ \{/) { print "struct", $2, FILENAME }
		/^\{/ && head ~ /\(/ {
			name = head
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
			print (head ~ /^static / ? "static" : "global"), name, FILENAME
		}
		/^[a-z]/ { head = $0; next }
		/^[ \t]/ { next }
		{ head = "" }'
}

twins()
{
	awk '$1 == "struct" { if ($2 in struct && struct[$2] != $3) print "struct " $2 ": " struct[$2] " " $3; struct[$2] = $3 }
		$1 == "static" { static[$2] = static[$2] " " $3 }
		$1 == "global" { global[$2] = $3 }
		END {
			for (name in global)
				if (name in static)
					print name "(): " global[name] static[name]
		}' | LC_ALL=C sort
}

all=$(names "$top/src")
[ "$(wc -l <<<"$all")" -gt 5000 ] && few='' || few="expected more than 5,000 names, found $(wc -l <<<"$all")"
report 'the names are read' "$few"
report 'no two structs or functions have one name' "$(twins <<<"$all")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
printf 'struct one {\n\tint a;\n};\n\nint take(int a,\n\t\tint b)\n{\n}\n' >"$scratch/a.c"
printf 'struct one {\n\tint b;\n};\n\nstatic void take(void)\n{\n}\n\nstatic void put(void)\n{\n}\n' >"$scratch/b.c"
seen=$(names "$scratch" | twins | sed "s|$scratch/||g" | tr '\n' ';')
want='struct one: a.c b.c;take(): a.c b.c;'
[ "$seen" = "$want" ] && wrong='' || wrong="expected '$want', found '$seen'"
report 'twins are noticed' "$wrong"
rule_end
