#!/bin/bash
# http.sh - what is asked by HTTP of a real pipeline: metrics that are documented and counted as `status` does, health, Kafka Connect's calls,
# tokens and refusals; and that clients who are slow or silent change nothing for the pipeline.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
port=$((42000 + $$ % 20000))
printf 'a-token-of-some-length\n' > "$dir/http.token"; chmod 600 "$dir/http.token"
write_conf << C
column.mask.hash.v2.SHA-256.with.salt.pepper-and-salt = testdb.t.s
[kafka]
sasl.password = 'kafka-secret'
[table testdb.t]
filter = row.id > 0
[http]
listen = $port
token.file = $dir/http.token
metrics.tables = 2
max.connections = 4
request.timeout = 1s
C
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, s VARCHAR(20)); INSERT INTO testdb.t VALUES (1, 'a'), (2, 'b');
	CREATE TABLE testdb.\`q\"\\u\` (id INT PRIMARY KEY); INSERT INTO testdb.\`q\"\\u\` VALUES (1); CREATE TABLE testdb.z (id INT PRIMARY KEY); INSERT INTO testdb.z VALUES (1)"

# call [curl options] PATH: the answer in $dir/answer, prints the code
call() { local path=${*: -1}; curl -s -g --max-time 30 -o "$dir/answer" -D "$dir/headers" -w '%{http_code}' "${@:1:$#-1}" "http://127.0.0.1:$port$path"; }
token=(-H "Authorization: Bearer a-token-of-some-length")
answer_is() { jq -e "$@" "$dir/answer" > /dev/null; ok $? "it says: ${*: -1}" || note < "$dir/answer"; }
error_is() { is "$(call "${@:2}")" "$1" "$1: ${*:2}"; jq -e --argjson c "$1" '.error_code == $c and (.message | type) == "string"' "$dir/answer" > /dev/null; ok $? "with its JSON" || note < "$dir/answer"; }
sample() { awk -v n="$1" '$1 == n { print $2 }' "$dir/answer"; }

start_millrace
wait_caught_up "the tables are loaded"
grep -q "listening on 127.0.0.1 port $port" "$dir/run.log"; ok $? "it says where it listens"

# ---- metrics ----

metrics_are() { call /metrics > /dev/null; [ "$(sample 'millrace_table_loaded_rows_total{table="testdb.t"}')" = "$1" ]; }
until_true 20 metrics_are 2; ok $? "/metrics: rows of a table" || note < "$dir/answer"
grep -qi '^content-type: text/plain; version=0.0.4' "$dir/headers"; ok $? "in Prometheus' format"
is "$(sample 'millrace_state{half="load",state="failed"}')" 0 "the state of a half"
is "$(sample millrace_tables_without_metrics)" 1 "tables beyond the bound are told"
is "$(sample 'millrace_stage_latency_seconds_count{stage="log"}')" "$(sample 'millrace_stage_latency_seconds_bucket{stage="log",le="+Inf"}')" "a histogram's count is its last bucket"
grep '^# TYPE ' "$dir/answer" | awk '{ print $3 }' | sort > "$dir/served"
grep -oE '^\| `[a-z_]+`' "$top/docs/metrics.md" | tr -d '|` ' | sort > "$dir/documented"
diff "$dir/documented" "$dir/served" > "$dir/diff"; ok $? "names are those of docs/metrics.md" || note < "$dir/diff"
grep -qF 'millrace_table_captured_rows_total{table="testdb.q\"\\u"} 1' "$dir/answer"; ok $? "a hostile name is escaped" || grep captured "$dir/answer" | note
awk '!/^#/ && !/^[a-z_]+(\{([a-z]+="([^"\\]|\\.)*",?)+\})? -?[0-9.e+-]+$/' "$dir/answer" > "$dir/odd"
[ ! -s "$dir/odd" ]; ok $? "every line is a sample" || note < "$dir/odd"

# ---- health, status ----

is "$(call /health)" 200 "/health: nothing is wrong"
answer_is '.status == "healthy" and .problems == []'
is "$(call /status)" 200 "/status"
answer_is '.name == "e2e" and (.tables | length) == 3'

# ---- Kafka Connect's calls ----

is "$(call /connectors)" 200 "/connectors"; answer_is '. == ["e2e", "e2e-load"]'
is "$(call '/connectors?expand=status&expand=info')" 200 "expand"
answer_is '.e2e.status.tasks == [{"id": 0, "state": "RUNNING", "worker_id": "127.0.0.1:'$port'"}] and .["e2e-load"].info.type == "sink"'
is "$(call /connectors/e2e/config)" 200 "config"; answer_is --arg p "$mysql_port" '.["mysql.port"] == $p and .["mysql.password"] == "(set)" and .["kafka.sasl.password"] == "(set)"'
! grep -qE "$mysql_password|kafka-secret|pepper" "$dir/answer"; ok $? "no secret and no salt is in it"
call /connectors/e2e-load/config > /dev/null; jq -e '.["table testdb.t.filter"] == "row.id > 0"' "$dir/answer" > /dev/null; ok $? "sections of tables are in the load's" || note < "$dir/answer"
! grep -qE "$mysql_password|kafka-secret|pepper|a-token" "$dir/answer"; ok $? "nor in the other's"
"$millrace" -c "$dir/millrace.conf" "do" settings > "$dir/settings"; ! grep -qE "$mysql_password|kafka-secret|pepper-and|a-token" "$dir/settings"
ok $? "nor in the settings that are asked of the engine"
sed -i "s/^\[mysql\]/[mysql]\nincremental.snapshot.chunk.size = 777\nmax.batch.size = 555/" "$dir/millrace.conf"
kill -HUP "$pid"
in_force() { call /connectors/e2e/config > /dev/null; jq -e '.["mysql.incremental.snapshot.chunk.size"] == "777"' "$dir/answer" > /dev/null; }
until_true 20 in_force; ok $? "a setting that a reload changes is told as it is in force"
answer_is '.["mysql.max.batch.size"] == "1024"'
is "$(call /connectors/e2e/offsets)" 200 "offsets of capture"
answer_is --arg g "$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')" '.offsets[0].partition.server == "mysql" and (.offsets[0].offset.gtids | gsub("[ \n]"; "")) == $g'
is "$(call /connectors/e2e-load/offsets)" 200 "offsets of the load"
load_offset() { call /connectors/e2e-load/offsets > /dev/null; jq -e '[.offsets[] | select(.partition.kafka_topic == "mysql.testdb.t")][0].offset.kafka_offset > 0' "$dir/answer" > /dev/null; }
until_true 20 load_offset; ok $? "of each partition" || note < "$dir/answer"

is "$(call "${token[@]}" -X PUT /connectors/e2e-load/pause)" 202 "pause"
until_true 10 has_problem load-paused load; ok $? "the load is paused"
is "$(call /connectors/e2e-load/status)" 200 "its status"; answer_is '.connector.state == "PAUSED" and .tasks[0].state == "PAUSED"'
is "$(call /health)" 503 "/health: a half that is paused needs a person"; answer_is '.problems[0].code == "load-paused"'
call /metrics > /dev/null; is "$(sample 'millrace_problems{code="load-paused",severity="'"$(status | jq -r '.problems[0].severity')"'",fails="true"}')" 1 "and is counted"
is "$(call "${token[@]}" -X POST /connectors/e2e-load/restart)" 204 "restart"; has_problem load-paused load; ok $? "does not end a pause"
is "$(call -u "ana:a-token-of-some-length" -X PUT /connectors/e2e-load/resume)" 202 "resume"
until_true 10 problem_is_over load-paused; ok $? "and the load goes on"
grep -q "load resumed on request of http:ana@127.0.0.1" "$dir/run.log"; ok $? "the event says who it was"

"$top/tests/servers/mysql" kill "$dir/mysql"
state_is() { call /connectors/e2e/status > /dev/null; jq -e --arg s "$1" '.tasks[0].state == $s' "$dir/answer" > /dev/null; }
until_true 30 state_is RESTARTING; ok $? "MySQL gone: the task is not RUNNING"; answer_is '.tasks[0].trace | length > 0'
is "$(call "${token[@]}" -X POST '/connectors/e2e/restart?includeTasks=true')" 500 "a restart that fails"; answer_is '.error_code == 500 and (.message | length) > 10'
"$top/tests/servers/mysql" start "$dir/mysql" > "$dir/mysql.log" 2>&1
read_mysql_env

# ---- refusals ----

error_is 404 /nothing
error_is 404 /connectors/other
error_is 405 -X DELETE /connectors/e2e
grep -qi '^allow: GET' "$dir/headers"; ok $? "says what is allowed"
error_is 405 -X POST -d '{"name":"x"}' /connectors
error_is 401 -X PUT /connectors/e2e/pause
error_is 401 -H "Authorization: Bearer wrong-wrong-wrong-wrong" -X PUT /connectors/e2e/pause
head -c 100000 /dev/zero > "$dir/zeros"
error_is 413 "${token[@]}" -X PUT -H "Expect:" --data-binary "@$dir/zeros" /connectors/e2e/pause

# ---- slow, silent and many ----

for i in 1 2 3 4 5 6 7 8; do exec {fd}<>"/dev/tcp/127.0.0.1/$port"; done
printf 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' >&"$fd"	# and never takes its answer
answered() { [ "$(call /connectors)" = 200 ]; }
until_true 20 answered; ok $? "silent clients keep nobody out"
closed() { ! ss -Htn state established "( sport = :$port )" | grep -q .; }
until_true 20 closed; ok $? "and are closed when their time is over" || ss -tn "( sport = :$port )" | note

stop_millrace; ok $? "it stops in good order"
refused() { sed "/^\[http\]/,\$d" "$dir/millrace.conf" > "$dir/bad.conf"; printf '[http]\n%s\n' "$@" >> "$dir/bad.conf"; "$millrace" -c "$dir/bad.conf" run > "$dir/out" 2>&1; is $? 2 "refused: $*"; }
refused "listen = 0.0.0.0:$port"; grep -q "can be reached by others: expected a token" "$dir/out"; ok $? "with what to do" || note < "$dir/out"
refused "token = short"
refused "listen = somewhere:80"
done_testing
