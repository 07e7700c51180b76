#!/bin/bash
# target_rows.sh - the target has rows of a log that is gone: the first load of the new one empties the table, also when the process was
# stopped or killed after it had stored what it was about to load, and before it had looked at the target.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
start_starrocks --user loader:right-secret
sql -e "CREATE DATABASE testdb"
sql testdb -e "CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO a VALUES (1, 'stays'), (2, 'goes'), (3, 'goes');
	CREATE TABLE b (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO b VALUES (1, 'stays'), (2, 'goes')"
password() { (umask 077; echo "$1" > "$dir/starrocks.pw"); }
password right-secret
{ starrocks_conf | sed 's/^user = .*/user = loader/'; echo "password.file = $dir/starrocks.pw"; printf '[kafka]\ntopic.prefix = mysql\n'; } | write_conf
start_millrace
wait_caught_up "the first log"
stop_millrace
for t in a b; do same_table $t; done

# ---- the log is lost, rows are deleted meanwhile ----

rm -r "$dir/state"
sql testdb -e "DELETE FROM a WHERE id > 1; DELETE FROM b WHERE id > 1; INSERT INTO b VALUES (7, 'new')"
password wrong-secret
for how in stop_millrace kill_millrace; do
	start_millrace
	until_true 60 has_problem table-denied testdb.a; ok $? "a load that cannot look at its target: $how" || what_is_wrong
	until_true 60 has_problem table-denied testdb.b; ok $? "nor can the other" || what_is_wrong
	$how
done
password right-secret
start_millrace
wait_caught_up "the second log"
is "$(grep -c 'the target had rows; emptied for the initial snapshot' "$dir/run.log")" 2 "both tables were emptied, once each"
for t in a b; do same_table $t; done

# ---- what was loaded from this log is not taken for rows of before ----

kill_millrace
sql testdb -e "INSERT INTO a VALUES (8, 'later'); DELETE FROM b WHERE id = 7"
start_millrace
wait_caught_up "after a kill"
for t in a b; do same_table $t; done
is "$(grep -c 'emptied for the initial snapshot' "$dir/run.log")" 2 "nothing is emptied again"
stop_millrace
done_testing
