#!/bin/bash
# load_nodes.sh - nodes of the cluster die, hang, are drained or full, one after the other and in the middle of loads, and the leader
# changes, while rows come all the time: rows go on, or are told why not; in the end every row is there, and none of them twice.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --backends 2 --user loader:secret
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY, n INT); CREATE TABLE testdb.added (id INT PRIMARY KEY, n INT)"
(umask 077; echo secret > "$dir/starrocks.pw")
{
	starrocks_conf | sed "s/^user = .*/user = loader/; s/^fe.http = .*/fe.http = $fe_http, $fe2_http/; s/^fe.mysql = .*/fe.mysql = $fe_mysql, $fe2_mysql/"
	printf 'password.file = %s\nload.timeout = 3s\nconnect.timeout = 1s\n[kafka]\ntopic.prefix = mysql\n[table testdb.added]\ntarget.mode = append\n' "$dir/starrocks.pw"
} | write_conf
start_millrace

# A row every few milliseconds: one of a hundred keys in t, and a new one in added.
rows_come()
{
	local n=0
	until [ -e "$dir/enough" ]; do
		n=$((n + 1))
		echo "REPLACE INTO t VALUES ($((n % 100)), $n); INSERT INTO added VALUES ($n, $n);"
		echo $n >> "$dir/written"
		sleep 0.01
	done | sql testdb
}
node() { curl -sS --max-time 5 "$control/node?name=$1&state=$2" > /dev/null; }
rows_there() { curl -sS --max-time 5 "$control/dump?table=testdb.added" | wc -l; }
written() { tail -n 1 "$dir/written"; }
there() { [ "$(rows_there)" -ge "$1" ]; }
# Rows that come from now on are there while the node is so, and after.
flows() # SECONDS NAME
{
	until_true "$1" there "$(($(written) + 50))"
	ok $? "$2" || what_is_wrong
}
in_state() # NODE STATE NAME
{
	node "$1" "$2"
	flows 40 "$3"
	node "$1" well
}

rows_come &
coming=$!
until_true 30 test -s "$dir/written"
flows 30 "rows come and are loaded"
in_state be1 dead "a backend dies: the other one has the loads"
in_state be2 lost "one dies, and the frontends do not know it yet"
in_state be1 hangs "one hangs"
in_state be2 drained "one is drained"
in_state be1 full "a disk is full"
in_state fe1 dead "the leader dies"
in_state fe2 lost "the new one does, and nobody knows it yet"
in_state fe1 hangs "a frontend hangs"
for leader in fe1 fe2 fe1; do
	curl -sS --max-time 5 "$control/leader?name=$leader&ms=500" > /dev/null
	flows 40 "the leader is $leader now"
done

# Nothing is well: it is told, and what waited is there soon after.
node be1 full
node be2 full
until_true 30 status_is 'any(.tables[]; .error | test("exceed limit usage"))'; ok $? "all disks full: the table says so" || what_is_wrong
until_true 30 status_is '.problems | length > 0'; ok $? "and it is a problem"
node be1 well
node be2 well
flows 40 "then rows go on"

# A right that is taken away stops nothing for ever.
curl -sS --max-time 5 "$control/rights?user=loader&rights=SELECT" > /dev/null
until_true 30 has_problem table-denied; ok $? "no INSERT any more: a problem" || what_is_wrong
status_is 'any(.problems[]; .code == "table-denied" and (.text | test("INSERT")))'; ok $? "that names the privilege" || status | jq -c .problems | note
curl -sS --max-time 5 "$control/rights?user=loader&rights=SELECT,INSERT,CREATE%20TABLE,ALTER,DELETE,UPDATE,OPERATE" > /dev/null
flows 60 "granted again, rows go on"

touch "$dir/enough"
wait $coming
wait_caught_up "the rest"
for t in t added; do same_table $t; done
is "$(rows_there)" "$(sql -N -e 'SELECT COUNT(*) FROM testdb.added')" "no row is there twice"
stop_millrace; ok $? "stops"
done_testing
