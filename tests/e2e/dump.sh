#!/bin/bash
# dump.sh - everything that the console shows and does is there without a terminal: each view by `dump`, the same as an attached console
# shows it; each request by `do`, done or refused with how it is written.
. "${top_srcdir:?}/tests/e2e/lib.sh"
export LC_ALL=C.UTF-8 TERM=xterm-256color ASAN_OPTIONS=detect_leaks=0
unset TMUX

start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v INT); INSERT INTO testdb.t VALUES (1, 1), (2, 2);
	CREATE TABLE testdb.\`esc$(printf '\033')[31m\` (id INT PRIMARY KEY); INSERT INTO testdb.\`esc$(printf '\033')[31m\` VALUES (1)"
write_conf < /dev/null
ask() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@" > "$dir/out" 2> "$dir/err"; }

ask dump; is $? 0 "dump: the names of the views need no process"
mapfile -t views < "$dir/out"
[ "${#views[@]}" -ge 7 ]; ok $? "there are ${#views[@]}"
ask dump tables; is $? 3 "nobody answers: exit 3"
start_millrace
wait_caught_up "the tables are loaded"

# ---- each view ----

views=("${views[@]/TOPIC/mysql.testdb.t}" metrics/load.rows metrics/sink.p99)
ask pause load; is $? 0 "a problem, to be looked at"
until_true 30 ask problem load-paused; ok $? "problem: the page of one" || note < "$dir/err"
views=("${views[@]/CODE/load-paused}")
for view in "${views[@]%%[*}"; do	# dead[/TABLE], metrics[/SERIES]: also without
	ask dump "$view" --size 80x24; is $? 0 "dump $view" || note < "$dir/err"
	is "$(wc -l < "$dir/out")" 24 "24 lines"
	[ "$(wc -L < "$dir/out")" -le 80 ]; ok $? "of at most 80 columns"
	lacks -q "$(printf '\033')" "$dir/out"; ok $? "without escape sequences"
	ask dump "$view" --json; jq -e --arg v "${view%/*}" '.view == $v and (.rows | type) == "array"' "$dir/out" > /dev/null; ok $? "and as JSON" || note < "$dir/out"
done
ask dump problems/load-paused --size 120x40; grep -q "r does it: resume what=load" "$dir/out"; ok $? "the page of a problem, by the list that it stands in" || note < "$dir/out"
ask problem load-paused/load --json; jq -es 'map(.part) | index("what") == 0 and index("left") and index("do") and index("check")' "$dir/out" > /dev/null; ok $? "the same without a screen" || note < "$dir/out"
jq -es 'map(select(.part == "check")) | all(.state != "problem") and length >= 2' "$dir/out" > /dev/null; ok $? "what is checked is well" || note < "$dir/out"
jq -es 'map(select(.part == "before" and (.text | test("paused")))) | length >= 1' "$dir/out" > /dev/null; ok $? "and what made it is told" || note < "$dir/out"
! ask problem table-paused; ok $? "a problem that is not there: refused"
ask resume load; is $? 0 "it is over"
ask dump tables --json; jq -e '[.rows[] | select(.table == "testdb.t")][0].loaded == "2"' "$dir/out" > /dev/null; ok $? "a table's rows" || note < "$dir/out"
ask dump messages/mysql.testdb.t --json; jq -e '.rows | length == 2' "$dir/out" > /dev/null; ok $? "a topic's messages" || note < "$dir/out"
ask dump messages/mysql.testdb.t; grep -q 'id=2' "$dir/out"; ok $? "and as text" || note < "$dir/out"
ask dump metrics --json; jq -e '[.rows[] | select(.series == "sink.rate")] | length == 1 and (.[0] | has("now") and has("before"))' "$dir/out" > /dev/null; ok $? "a figure over time" || note < "$dir/out"
ask dump metrics/no.such; is $? 2 "a figure that is not there: exit 2"; grep -q "millrace history" "$dir/err"; ok $? "says where they are listed" || note < "$dir/err"
ask dump messages; is $? 2 "messages of no topic: exit 2"
! ask dump messages/no.such.topic; ok $? "of a topic that is not there: refused"
ask dump tables/x; is $? 2 "a subject where there is none: exit 2"
ask dump tables "$dir/state/control.sock" --size 60x12; is $? 0 "by its socket"
ask dump tabels; is $? 2 "a view that is not there: exit 2"; grep -q "nearest: tables" "$dir/err"; ok $? "names the nearest"
ask dump tables --json --filter esc; jq -e '.rows | length == 1' "$dir/out" > /dev/null; ok $? "--filter: the rows that have a text" || note < "$dir/out"
ask dump events --filter notice --save "$dir/events.jsonl"; is $? 0 "--save: events in a file" || note < "$dir/err"
jq -es 'length > 0 and all(.level == "notice" and (.time | endswith("Z")))' "$dir/events.jsonl" > /dev/null; ok $? "those that the filter leaves" || note < "$dir/events.jsonl"
ask dump events --save "$dir/events.jsonl"; is $? 2 "a file that is there is not written over: exit 2"
for size in 80 0x0 80x 9999x24 80x24x1 x; do ask dump tables --size "$size"; is $? 2 "--size $size: exit 2"; done

# ---- another level of log lines, at once ----

level() { ask dump config --json && jq -e --arg v "$1" '[.rows[] | select(.setting == "log.level")][0].value == $v' "$dir/out" > /dev/null; }
level info; ok $? "log.level as it is set" || note < "$dir/out"
ask "do" log-level level=debug; is $? 0 "another one, without a change of the file" || note < "$dir/err"
grep -q 'notice  *engine: log.level is debug on request of ' "$dir/run.log"; ok $? "is told, with who it was" || note < "$dir/run.log"
level debug; ok $? "and is in force" || note < "$dir/out"
ask "do" log-level level=loud; is $? 2 "one that is none: exit 2"
ask "do" reload; is $? 0 "a reload"
level info; ok $? "takes the file's again" || note < "$dir/out"

# ---- the same as a console shows ----

if command -v tmux > /dev/null; then
	t() { tmux -S "$dir/tmux" -f /dev/null "$@"; }
	cleanups+=("t kill-server")
	t new-session -d -x 80 -y 24 "'$millrace' -c '$dir/millrace.conf' attach; sleep 60"
	shown() { t capture-pane -p -t 0 2> /dev/null; }
	plain() { sed '1d; $d' | sed 's/[0-9][0-9.,]*/#/g; s/ [a-zµ]\{1,2\} / /g; s/[[:space:]]\{1,\}/ /g; s/ $//'; }	# header and hints apart
	same() { ask dump "$1" --size 80x24 && diff <(plain < "$dir/out") <(shown | plain) > "$dir/diff"; }
	declare -A key_of=([stages]=W [topics]=3 [lag]=4 [tables]=5 [scripts]=7 [snapshots]=9 [config]=0 [problems]="!")
	until_true 20 grep -q Overview <(shown)
	for view in stages topics tables lag scripts snapshots config problems; do
		key=${key_of[$view]}
		t send-keys -t 0 "$key"
		until_true 20 same "$view"; ok $? "key $key shows what dump $view prints" || note < "$dir/diff"
	done
fi

# ---- each request ----

ask "do"; grep -oE '^[a-z][a-z-]*' "$dir/out" > "$dir/requests"
[ "$(wc -l < "$dir/requests")" -ge 10 ]; ok $? "do: $(wc -l < "$dir/requests") requests"
while read -r request; do
	if grep -qE "^$request( .*)? ([a-z_]+)=|^$request [a-z_]+=" <(sed 's/\[[^]]*\]//g' "$dir/out"); then
		ask "do" "$request"; is $? 2 "do $request: an argument is missing"
		grep -q "expected" "$dir/err"; ok $? "and it says which" || note < "$dir/err"
	fi
	ask "do"
	ask "do" "$request" no_such_argument=1; is $? 2 "do $request: an unknown argument is refused"
	grep -qE "unknown" "$dir/err"; ok $? "as one" || note < "$dir/err"
	ask "do"
done < "$dir/requests"
for request in status topics groups loads "loads n=1 table=testdb.t" reload-check "replay-plan table=testdb.t" dead latency settings "history series=load.rows from=30s" "pause what=load" "resume what=load" "snapshot action=list"; do
	# shellcheck disable=SC2086	# words on purpose
	ask "do" $request; is $? 0 "do $request" || note < "$dir/err"
done
ask history; is $? 0 "history: the names of what is measured"; mapfile -t series < <(awk '!/latency|TABLE/ { print $1 }' "$dir/out")
[ "${#series[@]}" -ge 40 ]; ok $? "there are ${#series[@]}"
ask history all --from 30s --json; is "$(jq -s -r '[.[].series] | join(" ")' "$dir/out")" "${series[*]}" "each of them can be asked for" || note < "$dir/err"
ask history log.rate --from 60s --step 10; is "$(wc -l < "$dir/out")" 6 "a line for each value"
measured() { ask history "$1" --from 20s --step 1; grep -qE ' [0-9.e+]+$' "$dir/out"; }
for figure in process.cpu process.memory source.quiet; do until_true 30 measured "$figure"; ok $? "$figure is measured" || note < "$dir/out"; done
latency() { ask history sink.latency --json; jq -e '.values | map(select(. != null)) | length >= 1 and all(length == 24)' "$dir/out" > /dev/null; }	# a step is ten seconds
until_true 60 latency; ok $? "rows by their latency" || note < "$dir/out"
ask history loaded testdb.t --from 60s --json; jq -e '.table == "testdb.t" and (.values | length == 6)' "$dir/out" > /dev/null; ok $? "a table's figures" || note < "$dir/err"
ask history no.such; is $? 2 "a figure that is not there: exit 2"
ask history log.rate --from 5m --to 10m; is $? 2 "a time before its beginning: exit 2"
ask "do" loads; jq -es 'map(select(.table == "testdb.t")) | .[0].result == "loaded" and .[0].rows == 2' "$dir/out" > /dev/null; ok $? "the loads tell what they carried" || note < "$dir/out"
ask "do" replay-plan table=testdb.t; grep -q "from 2 back to 0, 2 messages are loaded again" "$dir/out"; ok $? "replay-plan tells what a replay would do" || note < "$dir/out"
same_table t
ask "do" replay-plan table=testdb.none; is $? 2 "of a table that is not there it says so"
sed -i 's/^name = e2e/name = e2e\ndrain.timeout = 7s\nlog.level = debug/' "$dir/millrace.conf"
ask "do" reload-check; grep -q "log.level: now 'info', in the file 'debug': a reload applies it" "$dir/out"; ok $? "reload-check tells what the changed file would do" || note < "$dir/out"
ask "do" settings; grep -q '"key":"log.level","value":"info"' "$dir/out"; ok $? "and changes nothing"
ask "do" reload; is $? 0 "do reload" || note < "$dir/err"
ask "do" settings; grep -q '"key":"log.level","value":"debug"' "$dir/out"; ok $? "applies it"
echo "no.such.key = 1" >> "$dir/millrace.conf"
ask "do" reload-check; is $? 2 "a file that is wrong is refused"
sed -i '/^no.such.key/d' "$dir/millrace.conf"
stop_millrace; ok $? "it stops in good order"
no_trouble
done_testing
