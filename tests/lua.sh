#!/bin/sh
# lua.sh - the examples in lua/: `lua check` says nothing against them, their cases pass, and what is wrong is told.
top=${top_srcdir:?} millrace=${top_builddir:?}/millrace n=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi; }

for script in "$top"/lua/*.lua; do
	name=$(basename "$script")
	"$millrace" lua check "$script" > "$dir/out" 2>&1 && grep -q ': 0 errors, 0 warnings$' "$dir/out"; ok $? "check $name: nothing is told"
	"$millrace" lua test "$script" > "$dir/out" 2>&1; rc=$?
	[ $rc = 0 ] || sed 's/^/# /' "$dir/out"
	ok $rc "test $name: $(tail -n 1 "$dir/out")"
done

cp "$top/lua/filter.lua" "$top/lua/filter.cases" "$dir"
sed -i 's/row.status ==/row.staus ==/; s/return row/return rw/' "$dir/filter.lua"
"$millrace" lua check "$dir/filter.lua" > "$dir/out"; [ $? = 1 ]; ok $? "a misspelled script: exit 1"
grep -q "filter.lua:4: error: row.staus: expected a column of shop.orders, found none; nearest is 'status'" "$dir/out"; ok $? "the column, with its line"
grep -q "filter.lua:5: error: global rw: expected a name that is defined, found none; nearest is 'row'" "$dir/out"; ok $? "the global, with its line"
"$millrace" lua test "$dir/filter.lua" > "$dir/out"; [ $? = 1 ]; ok $? "its cases fail: exit 1"
grep -q 'filter.cases:2: a paid order passes: expected a row that passes, found a dead letter: filter.lua:4: row.staus' "$dir/out"; ok $? "with file, line and reason"
rm "$dir/filter.cases"
"$millrace" lua test "$dir/filter.lua" 2> "$dir/out"; [ $? = 2 ]; ok $? "no cases: exit 2"
"$millrace" lua tset "$dir/filter.lua" 2> "$dir/out"; [ $? = 2 ]; ok $? "another action: exit 2"
echo "1..$n"
