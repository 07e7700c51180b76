#!/bin/bash
# kafka_tls.sh - a broker that wants TLS and a password: both halves work through it; a certificate that nobody has signed and a
# wrong password are refused with what to do; the password is in no log, status or process list.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka --tls
sql -e 'CREATE DATABASE testdb; CREATE TABLE testdb.orders (id INT PRIMARY KEY, note TEXT); INSERT INTO testdb.orders VALUES (1, "a"), (2, "b")'

# conf CA PASSWORD
conf()
{
	printf '%s\n' "$2" > "$dir/kafka.pw"
	write_conf <<-S
	[kafka]
	bootstrap.servers = $tls_bootstrap
	topic.prefix = mysql
	admin.timeout.ms = 3s
	security.protocol = sasl_ssl
	ssl.ca.location = $dir/kafka/tls/$1.pem
	sasl.mechanism = PLAIN
	sasl.username = cdc
	sasl.password.file = $dir/kafka.pw
	S
}

# refused WORD NAME: check says so in one line and names a way out.
refused()
{
	timeout 60 "$millrace" -c "$dir/millrace.conf" check > "$dir/check.out" 2>&1
	rc=$?
	[ $rc = 1 ] || [ $rc = 3 ]
	ok $? "$2: check fails (exit $rc)"
	grep -iE "$1" "$dir/check.out" > "$dir/said"
	ok $? "$2: and says why" || note < "$dir/check.out"
}

conf stranger cdc-secret
refused 'certificate' "a broker that a stranger has signed for"
conf ca wrong-secret
refused 'authentication' "a wrong password"
! grep -q wrong-secret "$dir/check.out"
ok $? "the wrong password is not shown"

conf ca cdc-secret
timeout 60 "$millrace" -c "$dir/millrace.conf" check > "$dir/check.out" 2>&1
is $? 0 "the right ones: check is content" || note < "$dir/check.out"
start_millrace
wait_caught_up "snapshot through TLS"
sql testdb -e "UPDATE orders SET note = 'c' WHERE id = 1; DELETE FROM orders WHERE id = 2; INSERT INTO orders VALUES (3, 'd')"
wait_caught_up "stream through TLS"
same_table orders
status > "$dir/status.json"
tr '\0' ' ' < "/proc/$pid/cmdline" > "$dir/cmdline"
! grep -q cdc-secret "$dir/run.log" "$dir/status.json" "$dir/cmdline"
ok $? "the password is in no log, status or process list"
stop_millrace
is $? 0 "ends in good order"
no_trouble
done_testing
