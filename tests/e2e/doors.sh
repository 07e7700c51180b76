#!/bin/bash
# doors.sh - the right server behind every address: `localhost` with a port is TCP, a target must be StarRocks and not a MySQL
# server, above all not the source; and the ways a password takes to a real server with and without TLS.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --tls-version=		# no TLS at all
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);
S
write_conf < /dev/null
cp "$dir/millrace.conf" "$dir/plain.conf"
with() # LINE...: the configuration with other lines in [mysql]
{
	cp "$dir/plain.conf" "$dir/millrace.conf"
	for line; do
		sed -i "/^${line%% *} *=/d" "$dir/millrace.conf"
		sed -i "s#^\[mysql\]#[mysql]\n$line#" "$dir/millrace.conf"
	done
}
check() { timeout 60 "$millrace" -c "$dir/millrace.conf" check "$@" > "$dir/out" 2>&1; }
says() { grep -qE -- "$1" "$dir/out"; ok $? "$2" || note < "$dir/out"; }
forget() { sql -e 'FLUSH PRIVILEGES'; }	# the server's cache of passwords

# ---- a server without TLS ----

forget; with "ssl.mode = preferred"; check
says "^ok +mysql connection" "preferred, no TLS, nothing cached: the password by the server's RSA key"
check
says "^ok +mysql connection" "and again, by the cache"
forget; with "server.public.key = $dir/mysql/data/public_key.pem"; check
says "^ok +mysql connection" "by a key that is known"
openssl genrsa 2048 2> /dev/null | openssl rsa -pubout -out "$dir/other.pem" 2> /dev/null
forget; with "server.public.key = $dir/other.pem"; check
says "PROBLEM mysql.*(Access denied|1045|ERROR)" "another server's key: no password for who has the other half"
with "server.public.key = $dir/mysql.pw"; forget; check
says "is no RSA public key in PEM form" "a file that is no key"
with "server.public.key = $dir/nowhere.pem"; check
says "server.public.key: expected a readable file, found '$dir/nowhere.pem'" "a file that is not there, when the configuration is read"
with "ssl.mode = required"; check
says "offers no TLS, and \[mysql\] ssl.mode = required asks for it; nothing secret was sent" "required: refused"

# ---- addresses ----

export MYSQL_UNIX_PORT=$mysql_socket	# the library's default socket is this server
dead=$((mysql_port == 65000 ? 64999 : 65000))
with "host = localhost" "port = $dead"; check
says "PROBLEM mysql.*localhost:$dead: cannot connect" "localhost with a port where nobody listens: not another server by the default socket"
with "host = localhost:$mysql_port"; check
says "^ok +mysql connection: localhost:$mysql_port" "localhost with the server's port"
with "socket = $mysql_socket" "user = root" "password.file = /dev/null"; sed -i '/^password.file/d' "$dir/millrace.conf"; check
says "^ok +mysql connection: $mysql_socket" "the socket by its own setting"
with "host = [::1]:$mysql_port"; check
says "\[::1\]:$mysql_port" "IPv6 in brackets is an address"
lacks -q "Unknown server host" "$dir/out"; ok $? "and no name"
for wrong in "host = 127.0.0.1:99999" "host = 127.0.0.1:0" "host = [::1" "host = a:b"; do
	with "$wrong"; check
	is $? 2 "$wrong: exit 2"
	says "millrace.conf:[0-9]+: \[mysql\] host: expected .*, found" "$wrong: told where it stands"
done

# ---- the target is StarRocks ----

for address in "localhost:$mysql_port" "127.0.0.1:$mysql_port"; do
	with
	printf '[starrocks]\nfe.http = 127.0.0.1:1\nfe.mysql = %s\nuser = %s\npassword = %s\nauth.plugins = caching_sha2_password\n' \
		"$address" "$mysql_user" "$mysql_password" >> "$dir/millrace.conf"
	check
	says "PROBLEM target.*this is a MySQL server \(.*server_uuid [0-9a-f-]{36}\), not StarRocks; nothing was written" "fe.mysql = $address, the source: check refuses it"
done
start_millrace
until_true 30 status_is '.load.state == "failed" or ([.tables[] | select(.state == "failed")] | length) > 0'; ok $? "run: the load half stops" || what_is_wrong
"$millrace" -c "$dir/millrace.conf" status --json | grep -q "this is a MySQL server"; ok $? "and says why"
is "$(sql -N -e 'SELECT COUNT(*) FROM testdb.t')" 2 "the source has its rows"
stop_millrace
no_trouble

# ---- redirects: the cluster's nodes only ----

start_starrocks
redirect() # WHERE: a frontend that redirects there; sets thief to what arrived
{
	printf 'HTTP/1.1 307 Temporary Redirect\r\nLocation: %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1" > "$dir/redirect"
	timeout 30 nc -l -N 127.0.0.1 "$fe_port" < "$dir/redirect" > "$dir/asked" &
	fe_pid=$!
	timeout 30 nc -l -N 127.0.0.2 "$thief_port" < /dev/null > "$dir/stolen" &
	thief_pid=$!
	until_true 10 sh -c "ss -tln | grep -q '127.0.0.1:$fe_port ' && ss -tln | grep -q '127.0.0.2:$thief_port '"
	with
	printf '[starrocks]\nfe.http = 127.0.0.1:%s\nfe.mysql = %s\nuser = root\n%s\n' "$fe_port" "$fe_mysql" "${2:-}" >> "$dir/millrace.conf"
	check
	kill "$fe_pid" "$thief_pid" 2> /dev/null; wait "$fe_pid" "$thief_pid" 2> /dev/null
}
fe_port=$((mysql_port + 1)) thief_port=$((mysql_port + 2))
redirect "http://127.0.0.2:$thief_port/api/x/get_load_state"
grep -aqi '^authorization:' "$dir/asked"; ok $? "the frontend gets the password"
[ ! -s "$dir/stolen" ]; ok $? "a host that is no node of the cluster gets nothing" || note < "$dir/stolen"
says "redirects to 127.0.0.2, which is no node of the cluster .*be.map" "and that is told"
redirect "http://127.0.0.2:$thief_port/api/x/get_load_state" "be.map = 127.0.0.2"
grep -aqi '^authorization:' "$dir/stolen"; ok $? "one that be.map names does"
done_testing
