#!/bin/bash
# check_tables.sh - check: a database with each question that it asks (check_tables.sql), and the exact number of rows that
# raise it; a sample of a large table; a table that cannot be counted; names that are meant for the terminal.
. "${top_srcdir:?}/tests/e2e/lib.sh"

m() { timeout 60 "$millrace" -c "$dir/millrace.conf" "$@"; }
start_mysql
sql < "$top/tests/e2e/check_tables.sql" || bail "check_tables.sql is refused"
sql -e 'ANALYZE TABLE testdb.large' > /dev/null
start_starrocks
starrocks_conf | write_conf
m check --json > "$dir/check.json"; is $? 1 "tables that would stop: exit 1"

# ---- every question, and its count ----

jq -r '.findings[] | [.table, .column // "-", .question, .count // "-", .rows // "-", .level] | map(tostring) | join(" ")' "$dir/check.json" | LC_ALL=C sort > "$dir/got"
LC_ALL=C sort > "$dir/want" <<'W'
testdb.evil a[31mred tinyint1 1 1 warning
testdb.evil a[31mred refused 1 1 problem
testdb.evil e label_odd 1 1 note
testdb.t+x - topic_shared - - problem
testdb.t_decimal wide decimal_wide 1 2 note
testdb.t_floatkey f key_float 2 2 warning
testdb.t_int b bits 5 6 note
testdb.t_int big bigint_near 2 6 note
testdb.t_int big bigint_wraps 2 6 warning
testdb.t_int flag tinyint1 3 6 warning
testdb.t_int y year_zero 3 6 note
testdb.t_json j json_number 2 5 warning
testdb.t_label e label_none 1 5 warning
testdb.t_label e label_odd 3 5 note
testdb.t_label plain label_none 1 5 warning
testdb.t_label s label_odd 2 5 note
testdb.t_latin a latin1_holes 1 6 warning
testdb.t_latin a latin1_utf8 2 6 warning
testdb.t_nokey - no_key 3 3 warning
testdb.t_nokey - refused 3 3 problem
testdb.t_nokey a key_null 2 3 warning
testdb.t_odd __op refused 0 2 problem
testdb.t_odd g geometry 1 2 note
testdb.t_odd gen generated 2 2 note
testdb.t_odd hid invisible 1 2 note
testdb.t_odd p geometry 1 2 note
testdb.t_odd vec vector 1 2 note
testdb.t_text l wide 2 3 warning
testdb.t_text m wide 1 3 warning
testdb.t_time d impossible_date 1 7 warning
testdb.t_time d partial_date 2 7 warning
testdb.t_time d short_year 1 7 warning
testdb.t_time d zero_date 1 7 warning
testdb.t_time dt impossible_date 1 7 warning
testdb.t_time dt partial_date 1 7 warning
testdb.t_time dt short_year 1 7 warning
testdb.t_time dt zero_date 2 7 warning
testdb.t_time t time_range 3 7 note
testdb.t_time ts zero_date 2 7 warning
testdb.t_widekey - key_wide 2 4 warning
W
sed -i "s/^testdb.evil a/&$(printf '\033')/" "$dir/want"
grep -v '^testdb.large ' "$dir/got" > "$dir/small"
diff "$dir/want" "$dir/small" > "$dir/diff"; ok $? "every question with its count, and no other" || note < "$dir/diff"
mapping=$(jq -c '.findings[] | select(.table == "testdb.t_time" and .column == "d" and .question == "short_year") | [.type, .mapping.message, .mapping.target, .setting]' "$dir/check.json")
is "$mapping" '["date","int32 Date","DATE","[mysql] enable.time.adjuster = false"]' "the mapping and the setting"
is "$(jq -r '.tables[] | select(.table == "testdb.plain") | .columns | length' "$dir/check.json")" 0 "no column without a question"
is "$(jq -r '[.findings[] | select(.decision == null)] | length' "$dir/check.json")" 0 "each says what will be done"

# ---- a sample, and all rows ----

large() { jq -r '.findings[] | select(.table == "testdb.large") | [.count, .rows, .sampled] | join(" ")' "$1"; }
is "$(large "$dir/check.json")" "66666 200000 true" "a large table: both ends of its key"
m check --json --full > "$dir/full.json"
is "$(large "$dir/full.json")" "70000 210000 false" "--full: all rows"

# ---- settings and targets change the questions ----

question() { jq -r --arg t "testdb.$1" --arg c "$2" --arg q "$3" '[.findings[] | select(.table == $t and .column == $c and .question == $q) | .level] | join(",")' "$dir/other.json"; }
printf '[mysql]\nbigint.unsigned.handling.mode = precise\ntime.precision.mode = connect\nenable.time.adjuster = false\n' | write_conf
m check --json > "$dir/other.json"
is "$(question t_int big bigint_wraps)" "" "precise: no number wraps"
is "$(question t_time t time_range)" warning "connect: times are lost"
is "$(question t_time d short_year)" "" "no adjuster: years stay"
is "$(question t_text l wide)" "" "the warehouse takes long texts"
is "$(question t_json j json_number)" note "and every digit of JSON"
printf '[kafka]\nbootstrap.servers = 127.0.0.1:1\nmessage.max.bytes = 1100000\nadmin.timeout.ms = 1s\n' | write_conf
m check --json > "$dir/other.json"; is $? 3 "a broker that does not answer: exit 3, and all else is told"
is "$(jq -c '.findings[] | select(.question == "row_wide") | [.table, .count]' "$dir/other.json")" '["testdb.t_text",2]' "a row that is larger than a message"
printf 'message.format = envelope\n' >> "$dir/millrace.conf"
m check --json > "$dir/other.json"
is "$(jq -c '.findings[] | select(.question == "row_wide") | .count' "$dir/other.json")" 3 "an envelope holds it twice"

# ---- what cannot be counted ----

sql -e "CREATE USER half@'%' IDENTIFIED BY 'half'; GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO half@'%'; GRANT SELECT (id) ON testdb.t_int TO half@'%'; GRANT REFERENCES ON testdb.t_int TO half@'%'; GRANT SELECT ON testdb.plain TO half@'%'"
mysql_user=half mysql_password=half write_conf < /dev/null
m check --json > "$dir/other.json"; is $? 0 "a column that may not be read: no reason to stop"
jq -e '.tables[] | select(.table == "testdb.t_int") | .rows == null and (.uncounted | test("denied"))' "$dir/other.json" > /dev/null; ok $? "it says so" || note < "$dir/other.json"
is "$(question t_int flag tinyint1)" note "the question stays"
read_mysql_env
printf '[mysql]\ntable.include.list = testdb.large\n' | write_conf
mkfifo "$dir/hold"
sql < "$dir/hold" > "$dir/held" 2>&1 &
exec 3> "$dir/hold"
echo "LOCK TABLES testdb.large WRITE; SELECT 'locked';" >&3
until_true 20 eval 'sql -e "SHOW OPEN TABLES FROM testdb WHERE In_use > 0" | grep -q large'; ok $? "a table is locked"
script -qec "'$millrace' -c '$dir/millrace.conf' check" /dev/null < /dev/null > "$dir/tty" 2>&1
grep -q 'counting rows: testdb.large (0 of 1)' "$dir/tty"; ok $? "on a terminal a line tells what it waits for"
tr -d '\r' < "$dir/tty" | grep -q 'not counted: it takes longer than the time limit'; ok $? "and it does not wait for ever"
echo "UNLOCK TABLES;" >&3
exec 3>&-

# ---- for people ----

{ starrocks_conf; echo "table.create.replication.num = 1"; } | write_conf
m check > "$dir/out"
! LC_ALL=C grep -q "$(printf '[\033\007]')" "$dir/out"; ok $? "no control character reaches the terminal"
is "$(awk 'length > 80' "$dir/out" | grep -cv '^ok \|^PROBLEM \|^  *-> SET\|^note ')" 0 "no line of it is wider than 80 columns" || awk 'length > 80' "$dir/out" | note
lacks -q '^table testdb.plain' "$dir/out"; ok $? "nothing of a table without a question"
is "$(grep '^table testdb' "$dir/out" | head -n 1 | cut -d: -f 1)" "table testdb.evil" "the worst comes first"
m check --all > "$dir/out"
grep -q '  column  amount: decimal(10,2) -> bytes Decimal -> DECIMAL(10,2)' "$dir/out"; ok $? "--all: each column's mapping"
sql -e "SET GLOBAL binlog_checksum = NONE"
m check > "$dir/out"; grep -A 2 'warning mysql binlog_checksum: NONE' "$dir/out" | grep -q 'SET PERSIST binlog_checksum'; ok $? "checksums off: said, with the remedy"
done_testing
