#!/bin/bash
# masks.sh - what nobody is to see: values that a script masks, in dead letters and taps; and characters that change how a line
# is read (bidirectional overrides, C1 controls), in names, on the terminal.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
bidi=$'\xe2\x80\xae' c1=$'\xc2\x9b'
sql <<S
CREATE DATABASE testdb; USE testdb;
CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), v INT);
CREATE TABLE open (id INT PRIMARY KEY, email VARCHAR(60), v INT);
CREATE TABLE \`rev${bidi}txt${c1}\` (id INT PRIMARY KEY, v INT);
INSERT INTO people VALUES (1, 'ana@secret.example', 1), (2, 'bob@secret.example', -1);
INSERT INTO open VALUES (1, 'ana@open.example', 1);
INSERT INTO \`rev${bidi}txt${c1}\` VALUES (1, 1);
S
mkdir "$dir/lib"
cat > "$dir/lib/hide.lua" <<'L'
return { email = function(text) return mask(text) end }
L
cat > "$dir/people.lua" <<'L'
local hide = require("lib.hide") -- a file that is required masks, too
function transform(row, event)
	if row.v < 0 then error("negative") end
	row.email = hide.email(row.email)
	return row
end
L
write_conf <<C
[table testdb.people]
transform = people.lua
C
m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }
hidden() { ! grep -q "secret.example" "$1"; ok $? "$2" || note < "$1"; } # FILE NAME
start_millrace
until_true 60 status_is '[.tables[] | select(.table == "testdb.people" and .dead == 1)] | length == 1'; ok $? "a row that the script refuses is a dead letter" || what_is_wrong

# ---- dead letters ----

m dead list --json > "$dir/list"
id=$(jq -r '.id' "$dir/list" | head -n 1)
m dead show "$id" > "$dir/out"
grep -q "masks; --unmasked shows the row" "$dir/out"; ok $? "dead show says that the message is not shown" || note < "$dir/out"
hidden "$dir/out" "and does not show it"
hidden "$dir/list" "nor does dead list"
m dead show "$id" --unmasked > "$dir/out"
grep -q "bob@secret.example" "$dir/out"; ok $? "--unmasked does" || note < "$dir/out"

# ---- taps ----

tap() # STAGE TABLE [OPTION]: one row as it passes, into $dir/tap
{
	m tap "$1" "$2" -n 1 ${3:+"$3"} > "$dir/tap" &
	local tap=$! i
	for i in $(seq 1 100); do
		kill -0 "$tap" 2> /dev/null || break
		sql testdb -e "UPDATE ${2#testdb.} SET v = v + 1 WHERE id = 1"
		sleep 0.2
	done
	wait "$tap"; ok $? "tap $*"
}
for stage in source format read script sink; do
	tap $stage testdb.people
	hidden "$dir/tap" "tap $stage hides what the script masks"
done
tap source testdb.people --unmasked
grep -q "ana@secret.example" "$dir/tap"; ok $? "tap --unmasked shows it" || note < "$dir/tap"
tap source testdb.open
grep -q "ana@open.example" "$dir/tap"; ok $? "a table without a script is shown" || note < "$dir/tap"
echo "column.mask.with.5.chars = testdb.open.email" > "$dir/mask.line"
sed -i "/^\[mysql\]/r $dir/mask.line" "$dir/millrace.conf"
stop_millrace; start_millrace
until_true 30 status_is '.capture.state == "streaming"'; ok $? "again, with a mask in the messages" || what_is_wrong
tap source testdb.open
lacks -q "ana@open.example" "$dir/tap"; ok $? "tap masks what the messages mask" || note < "$dir/tap"

# ---- the terminal ----

sql testdb -e "UPDATE \`rev${bidi}txt${c1}\` SET v = 2"
until_true 30 status_is '[.tables[] | select(.table | startswith("testdb.rev")) | .loaded] | add > 0'; ok $? "the table with such a name is loaded" || what_is_wrong
raw() { LC_ALL=C grep -qP '\xe2\x80[\xaa-\xae]|\xc2[\x80-\x9f]|\x1b|\x7f' "$1"; }
for command in status "status --json" topics "topics --json" check ddl "snapshot --list"; do
	# shellcheck disable=SC2086
	case $command in
	ddl) m ddl "testdb.rev${bidi}txt${c1}" > "$dir/out" 2>&1 ;;
	*) m $command > "$dir/out" 2>&1 ;;
	esac
	! raw "$dir/out"; ok $? "$command prints no character that changes how a line is read" || od -c "$dir/out" | head -n 20 | note
done
m status > "$dir/out"; grep -qF 'rev\xe2\x80\xaetxt\xc2\x9b' "$dir/out"; ok $? "status shows them as bytes" || note < "$dir/out"
m status --json | jq -r '.tables[].table' | grep -qF "rev${bidi}txt${c1}"; ok $? "and status --json means the same name"
! raw "$dir/run.log"; ok $? "nor do the log's lines"

# ---- a bundle for a colleague ----

m bundle > "$dir/out" 2>&1; ok $? "millrace bundle" || note < "$dir/out"
bundle=$(tail -n 1 "$dir/out")
is "$(stat -c %a "$bundle") $(stat -c %a "$bundle"/* | sort -u)" "700 600" "its folder is for nobody else"
is "$(jq -r '.name' "$bundle/files.jsonl" | tr '\n' ' ')" \
	"status.json settings.jsonl topics.jsonl groups.jsonl loads.jsonl dead-groups.jsonl latency.jsonl history.json hour-ago.json scripts.jsonl " "the list names its files"
wrong=$(jq -r 'select(.error != "" or .cut) | .name' "$bundle/files.jsonl")
is "$wrong" hour-ago.json "all are there but what was an hour ago" || note < "$bundle/files.jsonl"
for f in status.json settings.jsonl history.json topics.jsonl latency.jsonl scripts.jsonl; do
	[ -s "$bundle/$f" ] && jq . "$bundle/$f" > /dev/null; ok $? "$f is JSON"
done
! grep -rE "secret\.example|open\.example|$mysql_password" "$bundle" > "$dir/found"; ok $? "no password and nothing that is masked is in it" || note < "$dir/found"
is "$(jq -r 'select(.section == "table testdb.people" and .key == "transform") | .value' "$bundle/settings.jsonl")" people.lua "the settings in force are"
m bundle --json | jq -s -e 'last | .kind == "bundle" and (.folder | length > 0)' > /dev/null; ok $? "for programs"
[ "$(find "$dir/state" -maxdepth 1 -name 'bundle-*' | wc -l)" = 2 ]; ok $? "each has a folder of its own"
stop_millrace
no_trouble
done_testing
