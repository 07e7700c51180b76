#!/bin/bash
# schema_history.sh - rows are decoded with the schema of their own place in the binlog: DDL and rows alternate on the same
# tables while millrace is away, is killed in the middle, and comes back to old positions. Every row carries its values once
# more as text ("name=value;..."), and a script compares the two: what differs is a dead letter.
. "${top_srcdir:?}/tests/e2e/lib.sh"

cat > "$dir/compare.lua" <<'LUA'
function transform(row, event)
  local told, have = 0, 0
  for name, value in string.gmatch(row.told, "([^=;]+)=([^=;]*)") do
    told = told + 1
    if row[name] == nil then error(name .. " is missing in row " .. tostring(row.id)) end
    if tostring(row[name]) ~= value then error(name .. " is " .. tostring(row[name]) .. ", told " .. value) end
  end
  for name in pairs(row) do have = have + 1 end
  if have ~= told + 2 then error("row " .. tostring(row.id) .. " has " .. have .. " fields, told " .. told) end
  return nil
end
LUA

# fill TABLE ROWS COLUMNS VALUES TOLD: one transaction; values and text are expressions of n.
fill()
{
	echo "INSERT INTO $1 (told, $3) WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < $2) SELECT $5, $4 FROM r;"
	expected=$((expected + $2))
}
# Changes that the types in a table map cannot show: labels in another order, names and tables that change places.
round() # NUMBER ROWS
{
	local t=t$1 rows=$2

	echo "CREATE TABLE $t (id BIGINT PRIMARY KEY AUTO_INCREMENT, told VARCHAR(400));"
	echo "ALTER TABLE $t ADD a INT FIRST, ADD e ENUM('x','ü','z') CHARACTER SET latin1;"
	fill "$t" "$rows" "a, e" "n, ELT(1 + n % 3, 'x', 'ü', 'z')" "CONCAT('a=', n, ';e=', ELT(1 + n % 3, 'x', 'ü', 'z'))"
	echo "ALTER TABLE $t MODIFY e ENUM('z','ü','x','w') CHARACTER SET latin1, CHANGE a b INT AFTER e;"
	fill "$t" "$rows" "b, e" "-n, ELT(1 + n % 3, 'x', 'w', 'z')" "CONCAT('b=-', n, ';e=', ELT(1 + n % 3, 'x', 'w', 'z'))"
	echo "ALTER TABLE $t ADD c INT DEFAULT 5 AFTER b; ALTER TABLE $t RENAME COLUMN b TO c, RENAME COLUMN c TO b;"
	fill "$t" "$rows" "b, c, e" "n, n + 1, 'z'" "CONCAT('b=', n, ';c=', n + 1, ';e=z')"
	echo "RENAME TABLE $t TO tmp; CREATE TABLE $t (id INT PRIMARY KEY AUTO_INCREMENT, told VARCHAR(400), c INT, b INT);"
	fill "$t" 100 "b, c" "n, n + 7" "CONCAT('b=', n, ';c=', n + 7)"
	fill tmp 100 "b, c, e" "n, n + 1, 'x'" "CONCAT('b=', n, ';c=', n + 1, ';e=x')"
	echo "RENAME TABLE $t TO other, tmp TO $t, other TO tmp;"
	fill "$t" 100 "b, c, e" "n, n + 2, 'ü'" "CONCAT('b=', n, ';c=', n + 2, ';e=ü')"
	fill tmp 100 "b, c" "n, n + 8" "CONCAT('b=', n, ';c=', n + 8)"
	echo "CREATE TABLE copy$1 AS SELECT id, told, c, b FROM tmp; ALTER TABLE copy$1 ADD PRIMARY KEY (id); DROP TABLE tmp;"
	expected=$((expected + 200 + markers))
}
markers=6	# messages that stand for the statements of a round that change rows without an event (docs/ddl.md)
in_log()
{
	"$millrace" -c "$dir/millrace.conf" topics --json 2>/dev/null | jq -s '[.[] | select(.topic | test("^mysql\\.testdb\\.")) | .high] | add // 0'
}
streams() { [ "$(grep -c 'streaming from' "$dir/run.log")" -ge "$1" ]; }
dead() { "$millrace" -c "$dir/millrace.conf" dead list --json 2>/dev/null | grep -c 'compare.lua'; }
check_rows() # NAME
{
	wait_caught_up 120 "$1: catches up"
	is "$(in_log)" "$expected" "$1: every row once"
	is "$(dead)" 0 "$1: every value is what it was, with the names of its time" ||
		"$millrace" -c "$dir/millrace.conf" dead list --json | head -n 5 | note
}

start_mysql --binlog-row-metadata=MINIMAL --cte-max-recursion-depth=1000000
sql -e "CREATE DATABASE testdb; CREATE TABLE testdb.first (id INT PRIMARY KEY, told VARCHAR(400))"
# What is repaired is read again, and this test counts what the stream brings.
printf '%s\n' "max.batch.size = 500" "ddl.repair = warn" | write_conf
for t in t1 t2 t3 t4 tmp other copy1 copy2 copy3 copy4 first; do printf '[table testdb.%s]\ntransform = %s\n' $t "$dir/compare.lua"; done >> "$dir/millrace.conf"
start_millrace
wait_caught_up "snapshot"
stop_millrace

expected=0
{ round 1 20000; round 2 40000; } > "$dir/away.sql"
sql testdb < "$dir/away.sql" || bail "the workload"
for life in 1 2 3 4; do		# each is killed a moment after it has begun to stream
	start_millrace
	until_true 60 streams $((life + 1))
	kill_millrace
	echo "# killed with $(in_log) of $expected rows in the log"
done
{ round 3 1000; } > "$dir/more.sql"
sql testdb < "$dir/more.sql" || bail "the workload"
start_millrace
check_rows "MINIMAL, killed on the way"

# The history knows something else: with FULL, what the binlog says counts.
sql -e "SET GLOBAL binlog_row_metadata = FULL"
{ round 4 500; } > "$dir/full.sql"
sql testdb < "$dir/full.sql" || bail "the workload"
fill t4 50 "b, d, e" "n, 'é', 'ü'" "CONCAT('b=', n, ';d=é;e=ü')" > "$dir/full.sql"
sql testdb -e "SET sql_log_bin = 0; ALTER TABLE t4 DROP c, ADD d VARCHAR(9) CHARACTER SET latin1 AFTER b, MODIFY e ENUM('ü','x','z','w')
	CHARACTER SET utf16 FIRST; SET sql_log_bin = 1; $(cat "$dir/full.sql")"
check_rows "FULL, with a change that the binlog does not have"

# And the comparison itself is one that can fail.
sql testdb -e "INSERT INTO first VALUES (1, 'id=2')"
wait_caught_up "the last row"
is "$(dead)" 1 "a value that is told wrong is noticed"
stop_millrace
no_trouble
done_testing
