#!/bin/bash
# faults_starrocks.sh - StarRocks fails in each way that the double can, while rows stream through millrace: the status names the
# trouble while it lasts, and the table is right when it is over.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --alter-delay-ms 200
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v VARCHAR(40), n INT); INSERT INTO testdb.t VALUES (1, 'first', 1)"
starrocks_conf | write_conf
sed -i 's/^load.interval.*/load.interval = 50ms/' "$dir/millrace.conf"
start_millrace
wait_caught_up "the first row is there"

control() { curl -sS --max-time 5 "$control/$1"; }
armed() { control faults | jq -e ".$1 // empty" > /dev/null; }
taken() { ! control faults | grep -q "\"$1\""; }
table_error() { status | jq -r '.tables[] | select(.table == "testdb.t") | .error'; }
half_tells() { status_is --arg w "$1" '.load | .state == "retrying" and (.error | startswith("testdb.t: ")) and (.error | test($w; "i")) and .error_kind != "" and .tries >= 1 and .retry_ms >= 0'; }
has_error() { [ -n "$(table_error)" ]; }
step=0
rows()
{
	step=$((step + 1))
	sql testdb -e "INSERT INTO t (id, v, n) VALUES ($((step * 10)), '$1', 0), ($((step * 10 + 1)), '$1', 1), ($((step * 10 + 2)), '$1', 2);
		UPDATE t SET n = n + 1, v = CONCAT(v, '.') WHERE id % 5 = $((step % 5)); DELETE FROM t WHERE id = $((step * 10 - 9))"
}

# lasting FAULT PATTERN [ARG]: as long as it lasts nothing gets through, and the status says what it is.
lasting()
{
	control "fault?name=$1&count=-1${3:+&arg=$3}" > /dev/null
	rows "$1"
	until_true 20 has_error; ok $? "$1: the status has an error"
	table_error | grep -qiE "$2"; ok $? "$1: $(table_error | cut -c 1-150)"
	until_true 20 half_tells "$2"; ok $? "$1: so does the load half, with its tries" || jq -c .load "$dir/status_is.json" | note
	control clear > /dev/null
	wait_caught_up 40 "$1: over"
	same_table t
}

# once FAULT [ARG]: it happens, and then everything is right.
once()
{
	control "fault?name=$1&count=1${2:+&arg=$2}" > /dev/null
	rows "$1"
	until_true 20 taken "$1"; ok $? "$1: happened"
	rows "after $1"
	wait_caught_up 40 "$1: caught up"
	same_table t
	control clear > /dev/null
}

lasting no_backend 'backend'
lasting redirect_unreachable 'backend|redirect|connect'
lasting fe_error '500|HTTP|Internal error'
lasting too_many_versions 'Too many versions'
lasting shutting_down 'shutting down'
lasting busy 'concurrent|cuncurrent'
lasting memory 'Memory'
lasting strange_status 'status'
lasting cut_body 'connection|reply|closed|reset' 10
for fault in "cut_body 10" "cut_before_commit 300" cut_after_commit "slow_answer 700" "publish_timeout 400" fail_committed no_json \
	"slow_continue 1200" too_many_filtered "json_too_big 30"; do
	# shellcheck disable=SC2086	# words on purpose
	once $fault
done

# An FE that is not the leader cannot tell the state of a label; the other one can.
control "fault?name=not_leader&count=2" > /dev/null
once cut_after_commit

# New columns wait for the schema change.
control "fault?name=alter_cancelled&count=1" > /dev/null
sql testdb -e "ALTER TABLE t ADD COLUMN w DECIMAL(9,2); UPDATE t SET w = id / 4 WHERE id % 2 = 0"
until_true 20 taken alter_cancelled; ok $? "alter_cancelled: happened"
wait_caught_up 40 "alter_cancelled: the column comes all the same"
same_table t
control "fault?name=mysql_cut&count=2" > /dev/null
sql testdb -e "ALTER TABLE t ADD COLUMN x VARCHAR(9); UPDATE t SET x = 'x' WHERE id % 3 = 0; CREATE TABLE fresh (id INT PRIMARY KEY); INSERT INTO fresh VALUES (1)"
until_true 20 taken mysql_cut; ok $? "mysql_cut: happened"
wait_caught_up 40 "mysql_cut: caught up"
same_table t; same_table fresh

# The whole of it goes away and comes back.
"$top/tests/servers/starrocks" kill "$dir/starrocks"
rows "while it is dead"
until_true 20 has_error; ok $? "killed: $(table_error | cut -c 1-120)"
"$top/tests/servers/starrocks" restart "$dir/starrocks" > /dev/null
wait_caught_up 40 "killed and restarted: caught up"
same_table t
sql testdb -e "TRUNCATE TABLE t; INSERT INTO t (id, v) VALUES (5, 'five')"
wait_caught_up 40 "truncated"
same_table t
"$millrace" -c "$dir/millrace.conf" dead list --json > "$dir/dead"
is "$(grep -c . "$dir/dead")" 0 "no fault has made a dead letter" || note < "$dir/dead"
is "$(status | jq -r .load.state)" "$(status | jq -r '.load.state | select(test("streaming|idle"))')" "the load half is well"
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
