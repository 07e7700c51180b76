#!/bin/bash
# oncall_disk.sh - question 9 of docs/oncall.md on a small file system of its own (needs root): nearly full, full, and with room again. A full disk
# holds everything up, and is tried less and less often.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "$top/tests/e2e/oncall_lib.sh"

mkdir -m 700 "$dir/state"
mount -t tmpfs -o size=96m,mode=0700 millrace-e2e "$dir/state" 2> /dev/null || { echo "1..0 # SKIP no mount"; exit 0; }
cleanups+=("umount -l '$dir/state'")
start_mysql
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.t (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(1000)); INSERT INTO testdb.t VALUES (1, 'x')"
write_conf < /dev/null
start_millrace
wait_caught_up "the table is loaded"
until_true 60 has_problem disk-low "$dir/state"; ok $? "the disk is nearly full"
open_consoles
fill() { dd if=/dev/zero bs=1M count="$1" >> "$dir/state/filler" 2> /dev/null; }
# Looked at every ten seconds: two looks between which it grew say how long it takes.
grows() { fill 1; sleep 2; status_is '[.problems[] | select(.code == "disk-low")][0].left_ms > 0'; }
until_true 60 grows; ok $? "and it is known for how long"
question 9 "MiB are free" "until the disk is full"

fill 1000
until_true 60 has_problem disk-full "$dir/state"; ok $? "it is full"
rows() { sql testdb -e "SET SESSION cte_max_recursion_depth = 100000; INSERT INTO t (v) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT REPEAT('r', 900) FROM n"; }
rows
# A session that streams before the disk fails is no success: the pause grows all the same.
until_true 120 grep -qE "disk is full.*; retry in ([4-9]|[1-9][0-9])" "$dir/run.log"; ok $? "it is tried less and less often" || what_is_wrong
question 9 "are free" "disk-full"
rm "$dir/state/filler"
wait_caught_up 120 "with room again it goes on"
until_true 60 problem_is_over disk-full; ok $? "and is not full any more"
same_table t
stop_millrace; ok $? "it stops in good order"
done_testing
