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

cat > "$dir/cover.lua" <<'L'
local limit = 10
function transform(row, event)
  if row.n > limit then
    row.n = limit
  end
  if row.n < 0 then
    return reject("negative & <small>")
  end
  return row
end
L
cat > "$dir/cover.cases" <<'J'
{"table": "shop.t", "columns": {"id": "int", "n": "int"}, "key": ["id"]}
{"name": "small", "row": {"id": 1, "n": 1}, "expect": {"n": 1}}
{"name": "\"large\" & wrong", "row": {"id": 1, "n": 11}, "expect": {"n": 11}}
J
"$millrace" lua test "$dir/cover.lua" --coverage > "$dir/out" 2>&1; [ $? = 1 ]; ok $? "coverage: the exit code is that of the cases"
grep -qxF 'cover.lua:7: no case comes here: return reject("negative & <small>")' "$dir/out" && [ "$(grep -c 'no case comes here' "$dir/out")" = 1 ] &&
	grep -qxF '4 of 5 lines of its functions were run' "$dir/out"; rc=$?; [ $rc = 0 ] || sed 's/^/# /' "$dir/out"
ok $rc "the lines that no case comes to"
"$millrace" lua test "$dir/cover.lua" --json --coverage > "$dir/out" 2>&1; [ $? = 1 ]; ok $? "JSON: the same exit code"
[ "$(jq -c 'select(.kind == "case") | [.line, .passed]' "$dir/out" | tr '\n' ' ')" = "[2,true] [3,false] " ] &&
	[ "$(jq -c 'select(.kind == "line") | [.line, .runs]' "$dir/out" | tr '\n' ' ')" = "[3,2] [4,1] [6,2] [7,0] [9,2] " ] &&
	[ "$(jq -c 'select(.kind == "summary") | [.passed, .failed]' "$dir/out")" = "[1,1]" ]; rc=$?; [ $rc = 0 ] || sed 's/^/# /' "$dir/out"
ok $rc "a line for each case, line and the sum"
"$millrace" lua test "$dir/cover.lua" --junit > "$dir/out" 2>&1; [ $? = 1 ]; ok $? "JUnit: the same exit code"
python3 - "$dir/out" <<'P'; rc=$?; [ $rc = 0 ] || sed 's/^/# /' "$dir/out"
import sys, xml.etree.ElementTree as e
s = e.parse(sys.argv[1]).getroot()
assert s.get("tests") == "2" and s.get("failures") == "1", s.attrib
assert [c.find("failure") is None for c in s] == [True, False]
assert "cover.cases:3: n: expected" in s[1].find("failure").get("message"), s[1].find("failure").get("message")
P
ok $rc "as XML that is well-formed"

cp "$top/lua/filter.lua" "$dir/good.lua"
cp "$top/lua/filter.cases" "$dir/good.cases"
cp "$top/lua/filter.lua" "$dir/without.lua"
printf '[table shop.*]\ntransform = good.lua, cover.lua\n[table shop.b]\ntransform = good.lua, without.lua\n' > "$dir/all.conf"
"$millrace" -c "$dir/all.conf" lua test > "$dir/out" 2> "$dir/err"; [ $? = 2 ]; ok $? "without FILE: the exit code is the worst of all scripts of the configuration"
[ "$(grep -c 'good.lua: [1-9][0-9]* passed, 0 failed$' "$dir/out")" = 1 ] && grep -q 'cover.lua: 1 passed, 1 failed$' "$dir/out" &&
	grep -q 'without.cases: expected a file of cases beside the script' "$dir/err"; rc=$?; [ $rc = 0 ] || sed 's/^/# /' "$dir/out" "$dir/err"
ok $rc "each of them once, and one without cases is named"
"$millrace" -c "$dir/all.conf" lua test --junit > "$dir/out" 2> /dev/null
[ "$(python3 -c 'import sys, xml.etree.ElementTree as e; print(len(e.parse(sys.argv[1]).getroot()))' "$dir/out")" = 2 ]; ok $? "as one document"
printf '[table shop.*]\nfilter = true\n' > "$dir/none.conf"
"$millrace" -c "$dir/none.conf" lua test 2> "$dir/err"; [ $? = 2 ] && grep -q 'found none' "$dir/err"; ok $? "a configuration without scripts is told"

cp "$top/lua/filter.lua" "$top/lua/filter.cases" "$dir"
sed -i 's/row.status ==/row.staus ==/; s/return row/return rw/' "$dir/filter.lua"
"$millrace" lua check "$dir/filter.lua" > "$dir/out"; [ $? = 1 ]; ok $? "a misspelled script: exit 1"
grep -q "filter.lua:4: error: row.staus: expected a column of shop.orders, found none; nearest is 'status'" "$dir/out"; ok $? "the column, with its line"
grep -q "filter.lua:5: error: global rw: expected a name that is defined, found none; nearest is 'row'" "$dir/out"; ok $? "the global, with its line"
"$millrace" lua test "$dir/filter.lua" > "$dir/out"; [ $? = 1 ]; ok $? "its cases fail: exit 1"
grep -q 'filter.cases:2: a paid order passes: expected a row that passes, found a dead letter: filter.lua:4: row.staus' "$dir/out"; ok $? "with file, line and reason"
# ---- the page: every script in it is well, the cases in it are those of the script before them, sections are read ----
page=$top/docs/lua.md
# snippets KIND: the code blocks of that kind, into $dir/KIND.1, $dir/KIND.2, ..; with the line that each begins at in $dir/KIND.N.line
snippets() { awk -v kind="$1" -v dir="$dir" '/^```/ && on { on = 0; close(file); next } $0 == "```" kind { on = 1; file = dir "/" kind "." ++n; print FNR > (file ".line"); close(file ".line"); printf "" > file; next } on { print > file }' "$page"; }
snippets lua; snippets json; snippets ini
i=0
while i=$((i + 1)); [ -e "$dir/lua.$i" ]; do
	cp "$dir/lua.$i" "$dir/page.lua"
	head -n 1 "$top/lua/orders.cases" > "$dir/page.cases"
	grep -q '^function' "$dir/page.lua" || echo 'function transform(row, event) return row end' >> "$dir/page.lua"
	"$millrace" lua check "$dir/page.lua" > "$dir/out" 2>&1 && grep -q ': 0 errors, 0 warnings$' "$dir/out"; rc=$?
	[ $rc = 0 ] || sed 's/^/# /' "$dir/out"
	ok $rc "docs/lua.md:$(cat "$dir/lua.$i.line"): the script is well"
done
[ $i -gt 3 ]; ok $? "the page has scripts"
cp "$dir/json.1" "$dir/page.cases"
i=0
while i=$((i + 1)); [ -e "$dir/lua.$i" ] && [ "$(cat "$dir/lua.$i.line")" -lt "$(cat "$dir/json.1.line")" ]; do cp "$dir/lua.$i" "$dir/page.lua"; done
"$millrace" lua test "$dir/page.lua" > "$dir/out" 2>&1; rc=$?
[ $rc = 0 ] || sed 's/^/# /' "$dir/out"
ok $rc "docs/lua.md:$(cat "$dir/json.1.line"): $(tail -n 1 "$dir/out")"
i=0
while i=$((i + 1)); [ -e "$dir/ini.$i" ]; do
	cp "$dir/ini.$i" "$dir/page.conf"
	"$millrace" -c "$dir/page.conf" lua check "$dir/page.lua" > "$dir/out" 2>&1; rc=$?
	[ $rc = 0 ] || sed 's/^/# /' "$dir/out"
	ok $rc "docs/lua.md:$(cat "$dir/ini.$i.line"): the sections are read"
done
[ $i -gt 2 ]; ok $? "the page has sections"

rm "$dir/filter.cases"
"$millrace" lua test "$dir/filter.lua" 2> "$dir/out"; [ $? = 2 ]; ok $? "no cases: exit 2"
"$millrace" lua tset "$dir/filter.lua" 2> "$dir/out"; [ $? = 2 ]; ok $? "another action: exit 2"
echo "1..$n"
