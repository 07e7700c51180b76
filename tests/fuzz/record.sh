#!/bin/bash
# record.sh - records the seeds of the fuzz targets anew from a real server: every type, DDL, row images, partial JSON,
# compression, XA, tagged GTIDs, and rows as the text protocol has them. Run by hand when a server brings something new:
#
#   top_srcdir=. top_builddir=build tests/fuzz/record.sh
#
# What it writes begins with r; seeds written by hand keep their names.
. "${top_srcdir:?}/tests/e2e/lib.sh"

seeds=$top/tests/fuzz/seeds
mkdir -p "$seeds/stream" "$seeds/payload" "$seeds/text"
rm -f "$seeds"/{stream,payload,text,row,event}/r[0-9a-z]*

start_mysql --binlog-checksum=NONE --binlog-rows-query-log-events=ON --binlog-row-metadata=FULL
n=0
keep() # NAME: the binlog so far
{
	local file
	file=$(sql -N -e "SHOW BINARY LOG STATUS" | cut -f 1)
	sql -e "FLUSH BINARY LOGS"
	"$build/tests/fuzz/seed_split" "$(find "$dir/mysql" -name "$file")" "$seeds" "r$1"
}
small="CREATE TABLE s (id INT PRIMARY KEY, v VARCHAR(20) NOT NULL, j JSON, e ENUM('a', 'b'), b BLOB, d DECIMAL(10, 2), t TIMESTAMP(3) NULL)"
change() # statements on a small table
{
	sql testdb -e "DROP TABLE IF EXISTS s; $small; INSERT INTO s VALUES (1, 'one', '{\"a\": [1, 2.5, \"x\"], \"b\": null}', 'a', 0x00ff, 1.5, '2020-01-01 00:00:00.5'),
		(2, 'two', NULL, NULL, NULL, NULL, NULL); UPDATE s SET v = 'three', j = JSON_SET(j, '$.a[1]', 7, '$.c', 'new') WHERE id = 1; DELETE FROM s WHERE id = 2"
}
sql -e "FLUSH BINARY LOGS"
sql < "$top/tests/e2e/types.sql"
sql testdb -e "CALL types_rows(0); CALL types_rows(100)"
keep types
change; keep full
sql -e "SET GLOBAL binlog_row_metadata = MINIMAL"
change; keep names
sql -e "SET GLOBAL binlog_row_metadata = FULL"
for image in MINIMAL NOBLOB; do
	sql -e "SET GLOBAL binlog_row_image = $image"
	change; keep "${image,,}"
done
sql -e "SET GLOBAL binlog_row_image = FULL, GLOBAL binlog_row_value_options = PARTIAL_JSON"
change; keep partial
sql -e "SET GLOBAL binlog_row_value_options = '', GLOBAL binlog_transaction_compression = ON"
change; keep packed
sql -e "SET GLOBAL binlog_transaction_compression = OFF"
sql testdb -e "XA START 'x'; INSERT INTO s VALUES (9, 'xa', NULL, NULL, NULL, NULL, NULL); XA END 'x'; XA PREPARE 'x'; XA COMMIT 'x';
	SAVEPOINT a; CREATE TABLE c AS SELECT * FROM s; RENAME TABLE c TO d; ALTER TABLE d ADD COLUMN n INT, DROP COLUMN v; TRUNCATE d; DROP TABLE d"
keep ddl
sql testdb -e "SET GTID_NEXT = 'AUTOMATIC:tag'; INSERT INTO s VALUES (10, 'tagged', NULL, NULL, NULL, NULL, NULL)" 2> /dev/null
keep tag

# Rows as the text protocol has them, texts of at most 250 bytes.
for table in $(sql -N -e "SELECT table_name FROM information_schema.tables WHERE table_schema = 'testdb' AND table_type = 'BASE TABLE'"); do
	cell='CONCAT("IF(`", column_name, "` IS NULL, 0xFB, CONCAT(CHAR(LENGTH(LEFT(CONCAT(`", column_name, "`), 60))), LEFT(CONCAT(`", column_name, "`), 60)))")'
	cells=$(sql -N -r -e "SET group_concat_max_len = 1000000; SELECT GROUP_CONCAT($cell ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'testdb' AND table_name = '$table'")
	for row in $(sql -N -r testdb -e "SELECT HEX(CONCAT($cells)) FROM \`$table\` LIMIT 3" 2> /dev/null); do
		n=$((n + 1))
		{
			sql -N -r testdb -e "SHOW CREATE TABLE \`$table\`" | cut -f 2- | tr '\n' ' '
			echo
			printf '%s' "$row" | xxd -r -p
		} > "$seeds/text/r$n"
	done
done
for kind in stream payload text row event; do echo "$kind: $(ls "$seeds/$kind" | wc -l) seeds, $(du -cb "$seeds/$kind"/* | tail -n 1 | cut -f 1) bytes"; done
