#!/bin/bash
# rogue.sh - a server that means harm, as MySQL and as a frontend of StarRocks: the password never leaves in clear text, nothing
# secret leaves where TLS is required, plugins that are not allowed are refused by name, and no answer breaks the program.
. "${top_srcdir:?}/tests/e2e/lib.sh"

password='S3cretPw!long-enough'
rogue_pid=
start_rogue() # LOGIN ANSWERS [SEED]
{
	[ -z "$rogue_pid" ] || { kill "$rogue_pid"; wait "$rogue_pid" 2> /dev/null; }
	rm -f "$dir/record"
	[ -p "$dir/rogue.port" ] || mkfifo "$dir/rogue.port"
	"$build/tests/e2e/rogue" "$dir/record" "$@" > "$dir/rogue.port" &
	rogue_pid=$!
	read -r port < "$dir/rogue.port" || bail "the rogue does not start"
}
cleanups+=('kill $rogue_pid')
mysql_conf() # [lines of [mysql]...]
{
	umask 077
	{ printf '[millrace]\nname = rogue\nstate.dir = %s/state\n[mysql]\nhost = 127.0.0.1:%s\nuser = cdc\npassword = %s\nconnect.timeout.ms = 3s\n' "$dir" "$port" "$password"
	  printf '%s\n' "$@"; } > "$dir/rogue.conf"
}
starrocks_rogue() # [lines of [starrocks]...]
{
	umask 077
	{ printf '[millrace]\nname = rogue\nstate.dir = %s/state\n' "$dir"
	  printf '[starrocks]\nfe.http = 127.0.0.1:1\nfe.mysql = 127.0.0.1:%s\nuser = root\npassword = %s\nload.timeout = 5s\n' "$port" "$password"
	  printf '%s\n' "$@"; } > "$dir/rogue.conf"
}
try() { timeout 60 "$millrace" -c "$dir/rogue.conf" check "$@" > "$dir/out" 2>&1; rc=$?; }
# 0 to 3 are answers; a signal or a report of a sanitizer is none.
sound() { [ "$rc" -le 3 ] && ! grep -qE "Sanitizer|runtime error" "$dir/out"; ok $? "$1" || { echo "# exit $rc"; note < "$dir/out"; }; }
silent() { ! grep -aqF "${password:0:8}" "$dir/record"; ok $? "$1: the password's bytes never leave"; }
says() { grep -qE -- "$1" "$dir/out"; ok $? "$2" || note < "$dir/out"; }

# ---- ways to ask for the password ----

for login in full sha256 clear greeted-clear dialog old no-plugins path part empty long short error false-tls; do
	for mode in disabled preferred required; do
		start_rogue $login none
		mysql_conf "ssl.mode = $mode"
		try
		silent "MySQL, $login, ssl.mode = $mode"
		sound "MySQL, $login, ssl.mode = $mode: told"
	done
done
for login in full clear dialog; do
	start_rogue $login none
	starrocks_rogue
	try --role load
	silent "StarRocks, $login"
	sound "StarRocks, $login: told"
done

# ---- TLS that is asked for and not offered ----

touch "$dir/ca.pem"
for mode in required "verify_ca" "verify_identity"; do
	start_rogue full none
	mysql_conf "ssl.mode = $mode" "ssl.ca = $dir/ca.pem"
	try
	silent "ssl.mode = $mode"
	[ ! -s "$dir/record" ]; ok $? "ssl.mode = $mode and no TLS: not one byte was sent" || od -c "$dir/record" | note
	says "$([ $mode = required ] && echo 'offers no TLS.*ssl.mode = required.*nothing secret was sent' || echo 'TLS|SSL|certificate')" "and the reason is told"
	starrocks_rogue "ssl.mode = $mode" "ssl.ca = $dir/ca.pem"
	rm -f "$dir/record"
	try --role load
	[ ! -s "$dir/record" ]; ok $? "the same towards StarRocks"
done
start_rogue no-plugins none
mysql_conf "ssl.mode = required"
try
! grep -aq caching_sha2 "$dir/record"; ok $? "a server without plugins gets no proof"

# ---- plugins by a list ----

start_rogue clear none
mysql_conf "ssl.mode = preferred"
try
says "asks for the authentication plugin 'mysql_clear_password', which \[mysql\] auth.plugins does not name" "a plugin that is not allowed is named"
mysql_conf "auth.plugins = mysql_clear_password"
try
is "$rc" 2 "clear text without verified TLS is a wrong configuration"
says "mysql_clear_password sends the password in clear text: expected ssl.mode = verify_ca" "and says what belongs to it"
start_rogue full none
mysql_conf "auth.plugins = mysql_native_password"
try
says "cannot connect|auth.plugins does not name" "the greeting's plugin that is not allowed"
head -c 4096 "$dir/record" | grep -aq 'cdc'; ok $? "gets a name"
[ "$(wc -c < "$dir/record")" -lt 300 ]; ok $? "and nothing that depends on the password"

# ---- answers ----

for answers in nulls one one-null none empty many words error liar columns cut infile mysql:nulls mysql:one mysql:one-null mysql:none mysql:empty \
	mysql:many mysql:words mysql:error mysql:liar mysql:columns mysql:cut mysql:infile; do
	start_rogue accept $answers
	mysql_conf "ssl.mode = disabled"
	try
	sound "MySQL answers $answers"
	! grep -aq "root:" "$dir/record"; ok $? "MySQL answers $answers: no file was sent"
done
for answers in nulls one none many words error liar columns cut infile starrocks:nulls starrocks:one starrocks:none starrocks:empty starrocks:many \
	starrocks:words starrocks:error starrocks:liar starrocks:cut starrocks:infile; do
	start_rogue accept-native $answers
	starrocks_rogue
	try --role load
	sound "StarRocks answers $answers"
	! grep -aq "root:" "$dir/record"; ok $? "StarRocks answers $answers: no file was sent"
done
bad=0
for seed in $(seq 1 "${ROGUE_SEEDS:-20}"); do
	start_rogue accept mysql:chance "$seed"
	mysql_conf "ssl.mode = disabled"
	try
	if [ "$rc" -gt 3 ] || grep -qE "Sanitizer|runtime error" "$dir/out"; then bad=1; echo "# seed $seed: exit $rc"; note < "$dir/out"; fi
done
ok $bad "answers by chance: none breaks it"
done_testing
