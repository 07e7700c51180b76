#!/bin/bash
# addresses.sh - where loads go and what goes along: body headers to the backend only, two frontends before it, be.http without any,
# compressed bodies, the warehouse of a shared-data cluster. And check: every backend answers, rights, replicas;
# DELETE and UPDATE where several sources have one table.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --reader look:only
mr() { "$millrace" -c "$dir/millrace.conf" "$@"; }
conf() { { starrocks_conf; printf '%s\n' "$@"; } | write_conf; }
says() { grep -Eq "$1" "$dir/out"; ok $? "$2" || note < "$dir/out"; }
be_port=$(starrocks "SHOW BACKENDS" | cut -f5)
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, v VARCHAR(200)); INSERT INTO testdb.t VALUES (1, REPEAT('a', 200)), (2, REPEAT('b', 200))"

# ---- loads ----
n=2
round() # NAME
{
	n=$((n + 1))
	sql testdb -e "INSERT INTO t VALUES ($n, REPEAT('c', 200)), ($n + 100, REPEAT('d', 200)); DELETE FROM t WHERE id = $n - 1"
	start_millrace
	wait_caught_up "$1"
	mr verify testdb.t > "$dir/out" 2>&1; ok $? "$1: equal" || note < "$dir/out"
	bytes=$(mr 'do' loads | jq '[.. | objects | select(has("bytes")) | .bytes] | max')
	stop_millrace; ok $? "$1: stops"
}
conf
round plain
plain=$bytes
for compression in lz4_frame zstd; do
	conf "load.compression = $compression"
	round "$compression"
	[ "$bytes" -gt 0 ] && [ "$bytes" -lt $((plain / 2)) ]; ok $? "$compression: $bytes instead of $plain bytes"
done
conf "be.http = 127.0.0.1:1, 127.0.0.1:$be_port"
curl -sS "$control/fault?name=fe_error&count=-1&arg=500" > /dev/null
round "be.http, the second of two, while no frontend says where"
curl -sS "$control/fault?name=fe_error&count=0" > /dev/null

# ---- headers: a frontend that names another one, which names the backend ----
fe_port=$((mysql_port + 1)) other_port=$((mysql_port + 2)) be=$((mysql_port + 3))
answer() # PORT LOCATION FILE
{
	printf 'HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:%s/api/testdb/t/_stream_load\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$2" > "$dir/answer.$1"
	timeout 60 nc -l -N 127.0.0.1 "$1" < "$dir/answer.$1" > "$dir/$3" &
	cleanups+=("kill $!")
	until_true 10 sh -c "ss -tln | grep -q '127.0.0.1:$1 '"
}
answer $fe_port $other_port first
answer $other_port $be second
timeout 60 nc -l 127.0.0.1 $be < /dev/null > "$dir/third" &
cleanups+=("kill $!")
conf "fe.http = 127.0.0.1:$fe_port, 127.0.0.1:$other_port" "be.map = 127.0.0.1" "warehouse = wh_7" "load.compression = zstd"
sed -i "/^fe.http = $fe_http/d" "$dir/millrace.conf"
sql testdb -e "INSERT INTO t VALUES (50, 'x')"
start_millrace
until_true 30 grep -aq '^columns:' "$dir/third"; ok $? "the body goes to the third, with its columns" || what_is_wrong
for who in first second; do
	grep -aq '^Expect: 100-continue' "$dir/$who" && grep -aq '^Content-Length: 0' "$dir/$who"; ok $? "$who: a frontend is asked without a body"
	! grep -aqE '^(columns|format|strict_mode):' "$dir/$who"; ok $? "$who: and without the headers of a body" || note < "$dir/$who"
	grep -aq '^warehouse: wh_7' "$dir/$who"; ok $? "$who: the warehouse"
done
grep -aq '^warehouse: wh_7' "$dir/third" && grep -aq '^compression: zstd' "$dir/third"; ok $? "the backend is told warehouse and compression"
kill_millrace

# ---- check ----
conf
mr check > "$dir/out"; says "^ok +starrocks backend: 1 answers" "check: the backend answers"
says "^warning +starrocks replicas: .*3 replicas by default; 1 backend is alive" "check: the cluster's default of replicas"
conf "table.create.replication.num = 2"
mr check > "$dir/out"; is $? 1 "check refuses more replicas than backends"
says "^PROBLEM +starrocks replicas: .*2 replicas; 1 backend is alive" "check: by number"
conf "be.map = 127.0.0.1:$be_port=127.0.0.1:1"
mr check > "$dir/out"; is $? 1 "check refuses a backend that is not reached"
says "^PROBLEM +starrocks backend: .*127.0.0.1:1" "check: by its address"
conf "user = look" "password = only" "table.create = false"
sed -i '/^user = root/d' "$dir/millrace.conf"
mr check > "$dir/out"; is $? 1 "check refuses a user who may only read"
says "^PROBLEM +table testdb.t: .*cannot be loaded: .*INSERT" "check: the right that is missing"

# ---- check: a frontend that speaks https; its backends' ports for that are not told, so the one that it names for a load is asked ----
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout "$dir/fe.key" -out "$dir/fe.pem" 2> /dev/null
cat > "$dir/tls.py" <<-'EOF'
	import socket, ssl, sys, threading
	tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
	tls.load_cert_chain(sys.argv[3], sys.argv[4])
	def pour(a, b):
	    try:
	        while data := a.recv(65536):
	            if len(sys.argv) > 5:
	                data = data.replace(sys.argv[5].encode(), sys.argv[6].encode())
	            b.sendall(data)
	        b.shutdown(socket.SHUT_WR)
	    except OSError:
	        pass
	def serve(plain):
	    try:
	        client = tls.wrap_socket(plain, server_side=True)
	        server = socket.create_connection(("127.0.0.1", int(sys.argv[2])))
	    except OSError:
	        return
	    threading.Thread(target=pour, args=(client, server), daemon=True).start()
	    pour(server, client)
	    client.close()
	listener = socket.create_server(("127.0.0.1", int(sys.argv[1])))
	while True:
	    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
EOF
tls() # PORT TO [FROM TO]: what comes there in https goes to a port without
{
	python3 "$dir/tls.py" "$1" "$2" "$dir/fe.pem" "$dir/fe.key" "${@:3}" &
	cleanups+=("kill $!")
	until_true 10 sh -c "ss -tln | grep -q '127.0.0.1:$1 '"; ok $? "https at port $1"
}
tls_port=$((mysql_port + 4)) tls_be=$((mysql_port + 5)) half_port=$((mysql_port + 6))
tls $tls_port "${fe_http##*:}" "Location: http://127.0.0.1:$be_port" "Location: https://127.0.0.1:$tls_be"
tls $tls_be "$be_port"
tls $half_port "${fe_http##*:}"
https_conf() { conf "fe.http = https://127.0.0.1:$1" "ssl.ca = $dir/fe.pem" "ssl.mode = disabled" "${@:2}"; sed -i "/^fe.http = $fe_http/d" "$dir/millrace.conf"; }
https_conf $tls_port
mr check > "$dir/out"; says "^ok +starrocks fe.http: https://127.0.0.1:$tls_port answers" "check: https"
says "^ok +starrocks backend: 1 answers" "check: the backend that it names answers"
https_conf $tls_port "be.map = 127.0.0.1:$tls_be=127.0.0.1:1"
mr check > "$dir/out"; is $? 1 "check refuses one that is not reached"
says "^PROBLEM +starrocks backend: .*127.0.0.1:1" "check: by its address"
https_conf $half_port
mr check > "$dir/out"; is $? 1 "check refuses a frontend with https that names a backend without"
says "^PROBLEM +table testdb.t: it cannot be loaded: .*redirects from https to http" "check: and says why"

# ---- a table of several sources: rows of one are changed by DELETE and UPDATE ----
starrocks "CREATE TABLE testdb.all_t (id INT NOT NULL, shard VARCHAR(516) NOT NULL, v VARCHAR(800)) PRIMARY KEY(id, shard) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES('replication_num' = '1')"
conf "user = look" "password = only" "table.create = false" "[table testdb.t]" "target = testdb.all_t" "source.column = shard"
sed -i '/^user = root/d' "$dir/millrace.conf"
curl -fsS "$control/rights?user=look&rights=SELECT,INSERT" > /dev/null
mr check > "$dir/out"; is $? 1 "check refuses a user who may only add rows to a table of several sources"
for right in DELETE UPDATE; do says "^PROBLEM +table testdb.all_t: .*by $right, which this user may not" "check: $right is missing"; done
curl -fsS "$control/rights?user=look&rights=SELECT,INSERT,DELETE" > /dev/null
mr check > "$dir/out"; is $? 1 "check refuses a user without UPDATE"
is "$(grep -c 'which this user may not' "$dir/out")" 1 "check: and names it alone"
curl -fsS "$control/rights?user=look&rights=SELECT,INSERT,DELETE,UPDATE" > /dev/null
mr check > "$dir/out"; is $? 0 "check takes a user who has all four" || note < "$dir/out"
is "$(starrocks "SELECT COUNT(*) FROM testdb.all_t")" 0 "check has changed nothing"
done_testing
