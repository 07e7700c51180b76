#!/bin/bash
# files.sh - the files of a process: links that are not followed, secrets that others can read, core dumps, a state directory
# that cannot be written or goes away.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 1), (2, 2);
S
write_conf < /dev/null
says() { grep -qE -- "$1" "$dir/out"; ok $? "$2" || note < "$dir/out"; }

# ---- links ----

echo precious > "$dir/precious"
for name in lock log.db; do
	rm -rf "$dir/state"; mkdir "$dir/state"; ln -s "$dir/precious" "$dir/state/$name"
	timeout 30 "$millrace" -c "$dir/millrace.conf" run > "$dir/out" 2>&1
	is $? 2 "$name is a link: exit 2"
	says "symbolic link" "and told"
	is "$(cat "$dir/precious")" precious "what it leads to is as it was"
done
rm -rf "$dir/state"; mkdir -p "$dir/state/warehouse"; : > "$dir/empty"; ln -s "$dir/empty" "$dir/state/warehouse/testdb.db"
start_millrace
until_true 30 grep -q "testdb.db: it is a symbolic link" "$dir/run.log"; ok $? "the warehouse's file is a link: told" || note < "$dir/run.log"
[ ! -s "$dir/empty" ]; ok $? "and nothing is written there"
stop_millrace
rm -rf "$dir/state" "$dir/run.log"

# ---- secrets that others can read ----

"$millrace" -c "$dir/millrace.conf" check > "$dir/out" 2>&1
lacks -q "holds a password" "$dir/out"; ok $? "check: no word about files of their owner"
chmod o+r "$dir/mysql.pw"
"$millrace" -c "$dir/millrace.conf" check > "$dir/out" 2>&1
says "^warning secrets: $dir/mysql.pw holds a password" "check names the password's file"
start_millrace
until_true 30 status_is '[.problems[] | select(.code == "secret-readable" and (.subject | endswith("mysql.pw")))] | length == 1'
ok $? "run: a problem" || what_is_wrong
chmod o-r "$dir/mysql.pw"
until_true 30 status_is '[.problems[] | select(.code == "secret-readable")] | length == 0'; ok $? "that ends with its cause" || what_is_wrong
sed "/^password/d; s/^user = .*/&\npassword = 'p;w'/" "$dir/millrace.conf" > "$dir/inline.conf"
chmod 644 "$dir/inline.conf"
"$millrace" -c "$dir/inline.conf" check > "$dir/out" 2>&1
says "^warning secrets: $dir/inline.conf holds a password" "check names a configuration with a password in it"

# ---- the state directory goes away ----

mv "$dir/state" "$dir/state.away"
mkdir "$dir/state"; ln -s "$dir/state.away/control.sock" "$dir/state/control.sock"
until_true 30 status_is '[.problems[] | select(.code == "state-dir-gone")] | length == 1'; ok $? "another state directory under a running process is told" || what_is_wrong
rm -rf "$dir/state"; mv "$dir/state.away" "$dir/state"
until_true 30 status_is '[.problems[] | select(.code == "state-dir-gone")] | length == 0'; ok $? "until it is back" || what_is_wrong
stop_millrace

# ---- one that cannot be written ----

sed "s#^state.dir = .*#state.dir = $dir/precious/state#" "$dir/millrace.conf" > "$dir/try.conf"
"$millrace" -c "$dir/try.conf" check > "$dir/out" 2>&1
lacks -q "Start the broker" "$dir/out"; ok $? "a state directory that cannot be made is no broker that is down" || note < "$dir/out"
says "precious" "it is named"
timeout 30 "$millrace" -c "$dir/try.conf" run > "$dir/out" 2>&1
is $? 2 "run: exit 2"

# ---- a property that the Kafka client does not know ----

printf '[millrace]\nstate.dir = %s\n[kafka]\nbootstrap.servers = 127.0.0.1:1\nno.such.thing = 1\n' "$dir/property" > "$dir/try.conf"
"$millrace" -c "$dir/try.conf" check --role load > "$dir/out" 2>&1
is $? 1 "check with a wrong property: exit 1"
is "$(grep -c "no\.such\.thing" "$dir/out")" 1 "it is told once" || note < "$dir/out"
lacks -q "Start the broker" "$dir/out"; ok $? "a wrong property is no broker that is down" || note < "$dir/out"

# ---- core dumps ----

# The kernel gives the files of a process that may not be dumped to root.
owner_of_run() # CONF
{
	local owner
	setpriv --reuid=65534 --regid=65534 --clear-groups "$millrace" -c "$1" run > "$dir/out" 2>&1 &
	pid=$!
	until_true 20 test -S "$dir/other/control.sock" || note < "$dir/out"
	owner=$(stat -c %u "/proc/$pid/stat")
	kill -TERM "$pid"; wait "$pid"; pid=
	echo "$owner"
}
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	mkdir "$dir/other"; chown 65534 "$dir/other" "$dir/mysql.pw"; chmod o+x "$dir"
	sed "s#^state.dir = .*#state.dir = $dir/other#" "$dir/millrace.conf" > "$dir/other.conf"
	chmod o+r "$dir/other.conf"
	is "$(owner_of_run "$dir/other.conf")" 0 "no core dump, no debugger of the same user"
	sed -i 's/^\[millrace\]/&\ncore.dumps = true/' "$dir/other.conf"
	is "$(owner_of_run "$dir/other.conf")" 65534 "core.dumps = true allows them"
fi
no_trouble
done_testing
