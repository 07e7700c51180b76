#!/bin/bash
# foreign_keys_many.sh [CHANGES] - many random changes of parents whose children InnoDB changes by foreign keys, three levels of CASCADE and SET NULL, which no
# event tells: keys change, families go and come, while the tables are read again. Everything is equal in the end; and what repair costs beside warn is printed: of
# a second pipeline beside it with foreign.key.cascade = warn, while rows come; and on the same binlog, while both catch up. While one catches up, nothing is read again.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"
changes=${1:-20000}
target=${target:-}		# starrocks: into StarRocks' double

start_mysql --innodb-native-foreign-keys=ON
sql <<'S'
CREATE DATABASE testdb; USE testdb;
CREATE TABLE a (id INT PRIMARY KEY, v INT NOT NULL);
CREATE TABLE b (id INT PRIMARY KEY, a_id INT, FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE c (id INT PRIMARY KEY, b_id INT, a_id INT, FOREIGN KEY (b_id) REFERENCES b (id) ON DELETE CASCADE, FOREIGN KEY (a_id) REFERENCES a (id) ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE d (id INT PRIMARY KEY, c_id INT, FOREIGN KEY (c_id) REFERENCES c (id) ON DELETE SET NULL);
DELIMITER //
CREATE PROCEDURE family(n INT)
BEGIN
	INSERT INTO a VALUES (n, 0);
	INSERT INTO b VALUES (2 * n, n), (2 * n + 1, n);
	INSERT INTO c VALUES (4 * n, 2 * n, n), (4 * n + 1, 2 * n, n), (4 * n + 2, 2 * n + 1, NULL);
	INSERT INTO d VALUES (4 * n, 4 * n), (4 * n + 1, 4 * n + 2);
END //
CREATE PROCEDURE families(n INT)
BEGIN
	DECLARE i INT DEFAULT 1;
	START TRANSACTION;
	WHILE i <= n DO CALL family(i); SET i = i + 1; END WHILE;
	COMMIT;
END //
-- Each change takes a parent by chance: its key changes, or it goes and another family comes, or only a value of its own changes.
CREATE PROCEDURE parents(n INT, seed INT)
BEGIN
	DECLARE i INT DEFAULT 0;
	DECLARE x, k, top INT;
	SELECT MAX(id) INTO top FROM a;
	SET x = FLOOR(RAND(seed) * 1000);
	START TRANSACTION;
	WHILE i < n DO
		SET i = i + 1, x = FLOOR(RAND() * 10), k = NULL;
		SELECT id INTO k FROM a WHERE id >= FLOOR(RAND() * top) ORDER BY id LIMIT 1;
		IF k IS NULL THEN SELECT MIN(id) INTO k FROM a; END IF;
		IF x < 3 THEN SET top = top + 1; UPDATE a SET id = top WHERE id = k;
		ELSEIF x < 5 THEN DELETE FROM a WHERE id = k; SET top = top + 1; CALL family(top);
		ELSE UPDATE a SET v = v + 1 WHERE id = k; END IF;
		IF i % 50 = 0 THEN COMMIT; START TRANSACTION; END IF;
	END WHILE;
	COMMIT;
END //
DELIMITER ;
CALL families(1000);
S
[ "$target" != starrocks ] || start_starrocks --alter-delay-ms 20
if [ -n "${fe_mysql:-}" ]; then starrocks_conf; fi | write_conf
tables="a b c d"
if [ -n "${fe_mysql:-}" ]; then where=(starrocks "$fe_mysql"); else where=(warehouse "$dir/state/warehouse/testdb.db"); fi
equal() { "$build/tests/e2e/compare_tables" "$mysql_socket" "testdb.$1" "${where[@]}" > /dev/null 2>&1; }
all_equal() { for t in $tables; do equal "$t" || return 1; done; }
captured() { local g; g=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n '); status_is --arg g "$g" '(.capture.gtid | gsub("[ \n]"; "")) == $g'; }
# Reads what was written while it was stopped; sets took (ms until all is captured) and cpu (ms of the process until then).
catch_up() # NAME
{
	local begun=${EPOCHREALTIME/./}
	start_millrace
	until_true 900 captured; ok $? "$1: all is captured" || what_is_wrong
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	cpu=$(cpu_of "$pid")
}
cpu_of() { awk '{ print ($14 + $15) * 10 }' "/proc/$1/stat"; }	# PID: ms

start_millrace
wait_caught_up "snapshot"
all_equal; ok $? "equal before"

if [ "$target" = starrocks ]; then	# its tables have one pipeline: no other beside it, nor one that goes back
	sql testdb -e "CALL parents($((changes / 2)), 1)"; ok $? "$((changes / 2)) changes while it runs"
	until_true 300 all_equal; ok $? "equal" || what_is_wrong
	stop_millrace; ok $? "stops in good order"
	sql testdb -e "CALL parents($((changes / 2)), 2)"; ok $? "$((changes / 2)) changes while it is stopped"
	catch_up "starrocks"
	until_true 600 all_equal; ok $? "equal" || what_is_wrong
	until_true 300 problem_is_over table-mending; ok $? "nothing is told any more"
	for t in $tables; do same_table "$t"; done
	stop_millrace; ok $? "stops in good order"
	no_trouble
	done_testing
fi

# ---- while it runs ----
sed "s/^name = .*/name = warn/; s|^state.dir = .*|state.dir = $dir/warn|; s/^\[mysql\]/&\nforeign.key.cascade = warn/" "$dir/millrace.conf" > "$dir/warn.conf"
"$millrace" -c "$dir/warn.conf" run > "$dir/warn.log" 2>&1 &
warn_pid=$!
cleanups+=("kill -9 $warn_pid")
warns() { "$millrace" -c "$dir/warn.conf" status --json 2> /dev/null | jq -e --argjson n "$1" '[.tables[].loaded] | add >= $n' > /dev/null; }
until_true 60 warns 8000; ok $? "a second pipeline warns" || note < "$dir/warn.log"
begun=$(cpu_of "$pid") warn_begun=$(cpu_of "$warn_pid")
sql testdb -e "CALL parents($((changes / 2)), 1)"; ok $? "$((changes / 2)) changes while it runs"
until_true 300 all_equal; ok $? "equal" || what_is_wrong
until_true 300 problem_is_over table-mending; ok $? "nothing is told any more"
echo "# $((changes / 2)) changes while both run, repair against warn: $(($(cpu_of "$pid") - begun)) and $(($(cpu_of "$warn_pid") - warn_begun)) ms of CPU, to the end of mending"
kill -9 "$warn_pid"; wait "$warn_pid" 2> /dev/null
stop_millrace; ok $? "stops in good order"

# ---- the same binlog twice ----
cp -r "$dir/state" "$dir/other"
sql testdb -e "CALL parents($((changes / 2)), 2)"; ok $? "$((changes / 2)) changes while it is stopped"
mv "$dir/state" "$dir/kept"; mv "$dir/other" "$dir/state"
sed -i 's/^\[mysql\]/[mysql]\nforeign.key.cascade = warn/' "$dir/millrace.conf"
catch_up "warn"
warn_took=$took warn_cpu=$cpu
until_true 20 has_problem table-different testdb.c; ok $? "it is told"
kill_millrace
rm -r "$dir/state"; mv "$dir/kept" "$dir/state"
sed -i '/^foreign.key.cascade/d' "$dir/millrace.conf"
catch_up "repair"
echo "# $((changes / 2)) changes, repair against warn: $took and $warn_took ms, $cpu and $warn_cpu ms of CPU"
until_true 300 all_equal; ok $? "equal" || what_is_wrong
until_true 300 problem_is_over table-mending; ok $? "nothing is told any more"
echo "# with mending: $(cpu_of "$pid") ms of CPU"
for t in $tables; do same_table "$t"; done
stop_millrace; ok $? "stops in good order"
no_trouble
done_testing
