#!/bin/bash
# tables.sh - many tables, captured and not: what is told of each is what the server says of it, in order, though the
# questions go in bulk over two connections; a table that cannot be shown, one that is gone since an earlier attempt and
# names of every kind do not put the others out of step; the marks of first and last rows are where rows are; and the status
# lists them all, also after a restart.
. "${top_srcdir:?}/tests/e2e/lib.sh"
. "${top_srcdir:?}/tests/e2e/kafka_lib.sh"

start_mysql
start_kafka
{
	echo "CREATE DATABASE testdb; CREATE DATABASE other;"
	for ((i = 0; i < 230; i++)); do
		echo "CREATE TABLE testdb.t$i (id INT PRIMARY KEY, n$i VARCHAR($((i + 1))) DEFAULT 'n', KEY (n$i));"
		echo "CREATE TABLE other.o$i (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT, KEY (id)) COMMENT 'number $i; not captured';"
	done
	echo "CREATE TABLE testdb.\`a b\` (\`select\` INT); CREATE TABLE testdb.\`qu\`\`ote;\` (x INT COMMENT 'it''s; SELECT 1'); CREATE TABLE testdb.\`täble\` (\`ñ\` INT);"
	echo "CREATE TABLE testdb.parts (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;"
	echo "CREATE TABLE other.broken (id INT) ENGINE=MyISAM; CREATE VIEW testdb.v AS SELECT id FROM testdb.t1;"
	for t in t100 t22 t7 parts; do echo "INSERT INTO testdb.$t (id) VALUES (1), (2), (3);"; done
	echo "FLUSH TABLES"
} > "$dir/make.sql"
sql < "$dir/make.sql" || bail "the tables"
rm "$dir"/mysql/data/other/broken.MY?

# Database, and the definition on one line.
told() { read_topic schemahistory.testdb -f '%s\n' | jq -r 'select(.ddl | startswith("CREATE TABLE")) | .databaseName + "\t" + (.ddl | gsub("\n"; "\\n"))'; }
shown()
{
	sql -N -e "SELECT CONCAT('SHOW CREATE TABLE \`', REPLACE(table_schema, '\`', '\`\`'), '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\`;') FROM
		information_schema.tables WHERE table_schema = '$1' AND table_type = 'BASE TABLE' AND table_name <> 'broken'
		ORDER BY CAST(table_name AS BINARY)" > "$dir/show.sql"
	sql -N < "$dir/show.sql" | sed "s/^[^\t]*/$1/; s:\\\\n/\*!50100 PARTITION.*::"
}
marks() { read_topic "mysql.testdb.$1" -f '%s\n' | jq -r '(.payload // .) | .source.snapshot' | tr '\n' ' '; }

{ kafka_conf; echo "message.format = envelope"; } | write_conf
start_millrace --role capture
wait_caught_up "the snapshot ends, though one table that is not captured cannot be shown"
told > "$dir/told"
{ shown other; shown testdb; } > "$dir/shown"
is "$(wc -l < "$dir/told")" 464 "every other table is told"
cmp "$dir/told" "$dir/shown" > "$dir/cmp"; ok $? "each as the server shows it, by database and name" || { note < "$dir/cmp"; diff "$dir/told" "$dir/shown" | head -n 6 | note; }
is "$(marks parts)$(marks t100)$(marks t22)$(marks t7)" \
	"first true last_in_data_collection first_in_data_collection true last_in_data_collection first_in_data_collection true last_in_data_collection first_in_data_collection true last " \
	"the marks of rows"
is "$(sql -N -e "SELECT COUNT(*) FROM information_schema.processlist WHERE command <> 'Sleep' AND user = 'cdc'")" 1 "only the stream is left of its connections"

sql testdb -e "INSERT INTO t5 (id, n5) VALUES (1, 'after'); ALTER TABLE t6 ADD late INT; INSERT INTO t6 VALUES (1, 'x', 2); INSERT INTO \`täble\` VALUES (5)"
sql other -e "ALTER TABLE o9 ADD c INT; RENAME TABLE o9 TO testdb.came"
sql testdb -e "INSERT INTO came (c) VALUES (7)"
wait_caught_up "the stream goes on"
is "$(read_topic mysql.testdb.t6 -f '%s\n' | jq -c '(.payload // .).after')" '{"id":1,"n6":"x","late":2}' "rows have the columns of their time"
is "$(read_topic mysql.testdb.came -f '%s\n' | jq -c '(.payload // .).after')" '{"id":1,"c":7}' "a table that was not captured is known when it comes into view"
listed() { status_is --argjson n "$(sql -N -e "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'testdb' AND table_type = 'BASE TABLE'")" '(.tables | length) == $n and .all_tables == $n'; }
until_true 30 listed; ok $? "every captured table is listed, also those without a row" || jq -c '.all_tables' "$dir/status_is.json" | note
stop_millrace; ok $? "stops in good order"
start_millrace --role capture
until_true 60 listed; ok $? "and after a restart, before any row has come" || jq -c '.all_tables' "$dir/status_is.json" | note
status_is 'any(.tables[]; .table == "testdb.t0" and .state == "idle" and .captured == 0 and .lag_rows == -1)'; ok $? "nothing is said of it that nobody knows"
sql testdb -e "DROP TABLE t0"
until_true 30 listed; ok $? "one that is dropped is not listed any more" || jq -c '.all_tables' "$dir/status_is.json" | note
stop_millrace; ok $? "stops in good order once more"
start_millrace --role load
until_true 30 status_is 'any(.tables[]; .table == "testdb.t6" and .captured == 0 and .lag_rows == 0)'; ok $? "the load half lists the tables of the log, also without a row since the start" ||
	jq -c '.all_tables' "$dir/status_is.json" | note
stop_millrace; ok $? "stops in good order again"
no_trouble
done_testing
