#!/bin/bash
# ddl_target.sh - the target against MySQL after generated DDL and DML: columns that come, go, swap and change their types,
# tables that are renamed, swapped, rotated, dropped and made again, partitions that are dropped and exchanged, online
# changes as gh-ost and pt-online-schema-change end them. Nothing counts but equal or told (docs/ddl.md).
#
#   ddl_target.sh [SEEDS [STATEMENTS]]        1 round a seed, "1-20" or "7"; statements in each
#
# Statements are drawn blindly: one that MySQL refuses changes nothing.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

seeds=${1:-1-8} statements=${2:-12}
tables=(t0 t1 t2 t3 t4 p0)
types=(INT BIGINT SMALLINT 'INT UNSIGNED' 'VARCHAR(8)' 'VARCHAR(20)' 'CHAR(6)' TEXT 'DECIMAL(8,2)' 'DECIMAL(10,3)' DATE 'DATETIME(3)' DATETIME
	DOUBLE "ENUM('1','2','x')" "ENUM('x','1','2','3')" 'VARCHAR(10) CHARACTER SET latin1' JSON 'VARBINARY(6)')
values=(NULL 0 1 2 7 "'1'" "'x'" "'12'" "'2020-01-02'" "'2021-05-06 07:08:09.5'" "'{\"a\": 1}'" 3.25 "'long text here'" id 'id % 5')
defaults=('' '' 'NULL' 'DEFAULT 5' "DEFAULT '7'" 'NOT NULL' "NOT NULL DEFAULT '2'" 'DEFAULT (1 + 2)' 'DEFAULT CURRENT_TIMESTAMP')

pick() { local n=$#; shift $((RANDOM % n)); picked=$1; }
table() { pick "${tables[@]}"; t=$picked; }
column() { pick a b c d e; c=$picked; }
another_column() { pick a b c d e; c2=$picked; }
type() { pick "${types[@]}"; ty=$picked; }

dml()
{
	table; column; pick "${values[@]}"
	case $((RANDOM % 8)) in
	0 | 1 | 2) echo "INSERT IGNORE INTO $t (id) VALUES ($((RANDOM % 40))), ($((RANDOM % 40)))" ;;
	3) echo "DELETE FROM $t WHERE id % 7 = $((RANDOM % 7))" ;;
	4) echo "UPDATE IGNORE $t SET id = id + 1 WHERE id = $((RANDOM % 40))" ;;
	*) echo "UPDATE IGNORE $t SET $c = $picked WHERE id % 3 = $((RANDOM % 3))" ;;
	esac
}

columns_change()
{
	table; column; another_column; type; pick "${defaults[@]}"
	case $((RANDOM % 12)) in
	0 | 1) echo "ALTER TABLE $t ADD COLUMN $c $ty $picked" ;;
	2) echo "ALTER TABLE $t DROP COLUMN $c" ;;
	3) echo "ALTER TABLE $t DROP COLUMN $c, ADD COLUMN $c $ty $picked" ;;
	4) echo "ALTER TABLE $t RENAME COLUMN $c TO $c2" ;;
	5) echo "ALTER TABLE $t RENAME COLUMN $c TO $c2, RENAME COLUMN $c2 TO $c" ;;
	6) echo "ALTER TABLE $t CHANGE $c $c2 $ty $picked" ;;
	7 | 8) echo "ALTER TABLE $t MODIFY $c $ty $picked" ;;
	9) echo "ALTER TABLE $t DROP COLUMN $c2, RENAME COLUMN $c TO $c2" ;;
	10) echo "ALTER TABLE $t ADD COLUMN $c INT AS (id * $((RANDOM % 9))) STORED" ;;
	11) echo "ALTER TABLE $t ALTER $c SET DEFAULT 3, COMMENT 'x$RANDOM'" ;;
	esac
}

names_change()
{
	local other
	column; table; other=$t; table
	case $((RANDOM % 9)) in
	0) echo "RENAME TABLE $t TO tmp, $other TO $t, tmp TO $other" ;;
	1) echo "RENAME TABLE $t TO $other" ;;
	2) echo "RENAME TABLE $t TO side.$t" ;;
	3) echo "RENAME TABLE side.$t TO $t" ;;
	4) echo "DROP TABLE $t" ;;
	5) echo "CREATE TABLE $t (id INT PRIMARY KEY, $c INT, d VARCHAR(9))" ;;
	6) echo "CREATE TABLE $t LIKE $other" ;;
	7) echo "ALTER TABLE $t RENAME TO $other, ADD COLUMN e INT DEFAULT 1" ;;
	8) echo "CREATE TABLE $t (PRIMARY KEY (id)) AS SELECT * FROM $other" ;;
	esac
}

rows_change()
{
	pick '' STRICT_TRANS_TABLES
	table
	case $((RANDOM % 9)) in
	0) echo "TRUNCATE TABLE $t" ;;
	1) echo "ALTER TABLE p0 TRUNCATE PARTITION q$((RANDOM % 3))" ;;
	2) echo "ALTER TABLE p0 DROP PARTITION q$((RANDOM % 3))" ;;
	3) echo "ALTER TABLE p0 EXCHANGE PARTITION q$((RANDOM % 3)) WITH TABLE $t WITHOUT VALIDATION" ;;
	4) echo "DROP TABLE IF EXISTS p0; CREATE TABLE p0 (id INT PRIMARY KEY, a INT, b VARCHAR(8)) PARTITION BY RANGE (id) (PARTITION q0 VALUES LESS THAN (10), PARTITION q1 VALUES LESS THAN (20), PARTITION q2 VALUES LESS THAN MAXVALUE); INSERT INTO p0 VALUES (1, 1, 'x'), (11, 2, 'y'), (25, 3, 'z')" ;;
	5) echo "ALTER TABLE $t CONVERT TO CHARACTER SET latin1" ;;
	6) echo "ALTER TABLE $t DROP PRIMARY KEY, ADD PRIMARY KEY (id, a)" ;;
	7) echo "ALTER TABLE $t DROP PRIMARY KEY, ADD PRIMARY KEY (id)" ;;
	8) echo "SET SESSION sql_mode = '$picked'" ;;
	esac
}

# The copy has another form and the same rows; writes go on while it is made.
online_change()
{
	table; column; type
	echo "CREATE TABLE _${t}_gho LIKE $t"
	echo "ALTER TABLE _${t}_gho ADD COLUMN $c $ty"
	echo "INSERT IGNORE INTO _${t}_gho (id) SELECT id FROM $t"
	echo "UPDATE IGNORE _${t}_gho SET $c = 4 WHERE id % 2 = 0"
	echo "RENAME TABLE $t TO _${t}_del, _${t}_gho TO $t"
	echo "DROP TABLE IF EXISTS _${t}_del, _${t}_gho"
}

generate() # SEED
{
	RANDOM=$1
	for ((i = 0; i < statements; i++)); do
		case $((RANDOM % 20)) in
		0 | 1 | 2 | 3 | 4) columns_change ;;
		5 | 6) names_change ;;
		7 | 8) rows_change ;;
		9) online_change ;;
		*) dml ;;
		esac
	done
}

# What a round begins with, whatever the one before has left.
base()
{
	local name
	for name in t0 t1 t2 t3 t4; do
		echo "DROP TABLE IF EXISTS side.$name"
		echo "CREATE TABLE IF NOT EXISTS $name (id INT PRIMARY KEY, a INT, b VARCHAR(8), c DECIMAL(8,2))"
		echo "INSERT IGNORE INTO $name (id, a, b) VALUES (1, 10, '1'), (2, 20, 'x'), (3, NULL, NULL), (14, 7, '7'), (25, 8, 'long')"
		echo "INSERT IGNORE INTO $name (id) VALUES (5), (6), (16), (27)"
	done
}

in_mysql() { sql -N -e "SELECT table_name FROM information_schema.tables WHERE table_schema = 'testdb'"; }
ask_target()
{
	if [ -n "${fe_mysql:-}" ]; then
		mariadb --no-defaults -uroot -h "${fe_mysql%:*}" -P "${fe_mysql##*:}" -N -e "${1//FROM /FROM testdb.}"
	else
		sqlite3 "$dir/state/warehouse/testdb.db" ".timeout 2000" "$1"
	fi
}
has_rows() { [ -n "$(ask_target "SELECT 1 FROM $1 LIMIT 1" 2>/dev/null)" ]; }
is_told() { jq -e --arg t "testdb.$1" 'any(.problems[]; .subject == $t and (.code | IN("table-different", "table-stopped", "table-retrying", "column-empty")))' "$dir/told.json" > /dev/null; }
compare()
{
	local where=(warehouse "$dir/state/warehouse/testdb.db")
	[ -z "${fe_mysql:-}" ] || where=(starrocks "$fe_mysql")
	[ -n "$(sql -N -e "SELECT 1 FROM testdb.$1 LIMIT 1")" ] || { ! has_rows "$1"; return; }
	"$build/tests/e2e/compare_tables" "$mysql_socket" "testdb.$1" "${where[@]}" > "$dir/compare" 2>&1 && return
	# A date that is none is NULL in messages, as Debezium has it.
	! grep -v 'MySQL 0000-00-00' "$dir/compare" | grep -q '^row\|^compare_tables\|has .* and' && grep -q 'MySQL 0000-00-00' "$dir/compare"
}

# All tables equal, or told: names of those that are neither.
wrong_tables()
{
	local name
	status > "$dir/told.json"
	told=0
	for name in $(in_mysql); do
		compare "$name" && continue
		if is_told "$name"; then told=$((told + 1)); else echo "$name"; cp "$dir/compare" "$dir/compare.$name"; fi
	done
	for name in "${tables[@]}"; do
		in_mysql | grep -qx "$name" || ! has_rows "$name" || is_told "$name" || echo "$name(gone)"
	done
}
settled() { [ -z "$(wrong_tables)" ]; }

round() # SEED
{
	local wrong
	{ base; generate "$1"; } > "$dir/seed"	# not a pipe: a shell of its own would draw otherwise
	sed 's/$/;/' "$dir/seed" > "$dir/seed.$1.sql"
	sql testdb --force < "$dir/seed.$1.sql" > "$dir/sql.out" 2>&1
	until_true 40 caught_up
	until_true 40 settled
	wrong=$(wrong_tables)
	[ -z "$wrong" ]
	ok $? "seed $1: $(wc -l < "$dir/seed.$1.sql") statements, $(grep -c ^ERROR "$dir/sql.out") refused by MySQL; all tables are equal or told" && return
	echo "# neither equal nor told: $wrong"
	cp "$dir/seed.$1.sql" "${TMPDIR:-/tmp}/ddl_target.$1.sql"
	head -n 12 "$dir"/compare.* 2>/dev/null | note
	tail -n 12 "$dir/run.log" | note
	return 1
}

start_mysql
sql -e "CREATE DATABASE testdb; CREATE DATABASE side;"
[ "${target:-}" != starrocks ] || start_starrocks --alter-delay-ms 5
if [ -n "${fe_mysql:-}" ]; then starrocks_conf; fi | write_conf
start_millrace
until_true 30 caught_up; ok $? "streaming"
for seed in $(seq "${seeds%-*}" "${seeds#*-}"); do
	round "$seed" || [ "${keep_going:-}" = 1 ] || break
done
stop_millrace; ok $? "stops in good order"
done_testing
