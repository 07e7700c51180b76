#!/bin/bash
# mysql_silence.sh - nothing comes: idle, slow or stuck? A quiet server, one that is alive and sends heartbeats but no events, a
# connection that a NAT table forgot; the status says which. And heartbeat.action.query: runs, fails without harm, and may hang.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_proxy "$mysql_port"
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(100));
CREATE DATABASE beats; CREATE TABLE beats.beat (id INT PRIMARY KEY, n INT);
S
rows() { sql testdb -e "INSERT INTO t (v) VALUES ('$1'), ('$1'), ('$1'); UPDATE t SET v = CONCAT(v, '+') WHERE id % 3 = 0"; }
capture_says() { status_is --arg s "$1" --arg w "$2" '.capture | (.state == $s) and (.why | test($w))'; }
reconnects() { status | jq .capture.reconnects; }
logged() { grep -q -- "$1" "$dir/run.log"; }

write_conf <<C
host = 127.0.0.1:$proxy_port
ssl.mode = disabled
connect.heartbeat.ms = 1s
heartbeat.interval.ms = 1s
heartbeat.action.query = INSERT INTO beats.beat VALUES (1, 1) ON DUPLICATE KEY UPDATE n = n + 1
C
sed -i '/^host = 127.0.0.1$/d' "$dir/millrace.conf"

# ---- heartbeats ----

start_millrace
rows "one"
wait_caught_up "streams through the proxy"
beats() { [ "$(sql -N -e 'SELECT COALESCE(MAX(n), 0) FROM beats.beat')" -ge "$1" ]; }
until_true 30 beats 3; ok $? "heartbeat.action.query runs again and again"
sql -e "DROP TABLE beats.beat"
until_true 30 logged "heartbeat.action.query fails"; ok $? "its failure is told"
rows "two"
wait_caught_up "and capture goes on without it"
is "$(grep -c 'heartbeat.action.query fails' "$dir/run.log")" 1 "told once, not each second"
sql -e "CREATE TABLE beats.beat (id INT PRIMARY KEY, n INT)"
until_true 30 beats 1; ok $? "it runs again when it can"
sql -e "BEGIN; SELECT * FROM beats.beat FOR UPDATE; SELECT SLEEP(14)" > "$dir/lock.log" 2>&1 &
rows "three"
wait_caught_up 20 "a heartbeat that hangs holds nothing up"
until_true 30 logged "no answer within 10 s"; ok $? "its time limit is told"
wait $!
stop_millrace

# ---- idle, stuck, dead ----

sed -i '/^heartbeat/d' "$dir/millrace.conf"
start_millrace
until_true 30 capture_says idle "^idle: all that the server has is read"; ok $? "a quiet server: idle, in words"
before=$(reconnects)
kill -USR2 "$proxy_pid"
rows "held back"
until_true 60 capture_says stuck "^stuck: the server is .* further, but has sent nothing"; ok $? "heartbeats and no events while the server goes on: stuck, in words" || what_is_wrong
logged "stuck: the server is"; ok $? "and logged"
"$millrace" -c "$dir/millrace.conf" status | grep -q "stuck: the server is"; ok $? "and shown by status"
is "$(reconnects)" "$before" "heartbeats keep the connection"
kill -HUP "$proxy_pid"
wait_caught_up "what was held back comes"
logged "no longer stuck"; ok $? "and that it is over is logged"
same_table t

before=$(reconnects)
kill -USR1 "$proxy_pid"
since=$SECONDS
rows "in the dark"
more() { [ "$(reconnects)" -gt "$before" ]; }
until_true 30 more; ok $? "a connection that is open and silent is noticed ($((SECONDS - since)) s)"
logged "no heartbeat for"; ok $? "by the missing heartbeats"
kill -HUP "$proxy_pid"
wait_caught_up 60 "and capture goes on"
same_table t
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
