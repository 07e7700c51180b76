#!/bin/bash
# load_partitions.sh - more than 4,096 partitions are all loaded, and a TRUNCATE in a topic of 70 is carried out whichever
# partition reaches it first, with less room than the rows after it take.
. "${top_srcdir:?}/tests/e2e/lib.sh"

# Kafka's murmur2 of a short text, as bash can: the partition of a key.
partition_of() # KEY PARTITIONS
{
	local key=$1 len=${#1} m=$((0x5bd1e995)) mask=$((0xffffffff)) i=0 h k b
	h=$(((0x9747b28c ^ len) & mask))
	for ((; i + 4 <= len; i += 4)); do
		k=0
		for ((b = 3; b >= 0; b--)); do printf -v c %d "'${key:i + b:1}"; k=$((k << 8 | c)); done
		k=$((k * m & mask)); k=$(((k ^ k >> 24) * m & mask))
		h=$(((h * m & mask) ^ k))
	done
	for ((b = len - i - 1; b >= 0; b--)); do printf -v c %d "'${key:i + b:1}"; h=$((h ^ c << 8 * b)); done
	[ $((len % 4)) = 0 ] || h=$((h * m & mask))
	h=$(((h ^ h >> 13) * m & mask))
	echo $((((h ^ h >> 15) & 0x7fffffff) % $2))
}

start_mysql
sql -e "CREATE DATABASE testdb"
conf() { printf '[kafka]\ntopic.prefix = mysql\nschemas.enable = false\ntopic.creation.default.partitions = %s\n[load]\nbuffer.bytes = 4M\n' "$1"; }

# ---- two topics of 2,200 partitions ----
conf 2200 | write_conf
for t in t1 t2; do
	echo "CREATE TABLE $t (id INT PRIMARY KEY, v INT);
	INSERT INTO $t WITH RECURSIVE n AS (SELECT 1 i UNION ALL SELECT i + 1 FROM n WHERE i < 150) SELECT i, i FROM n;"
done | sql testdb
start_millrace
wait_caught_up 90 "4,400 partitions"
for t in t1 t2; do echo "UPDATE $t SET v = v + 1;"; done | sql testdb
wait_caught_up 60 "changes of all of them"
for t in t1 t2; do same_table $t; done
grep -q 'reading 4400 partitions' "$dir/run.log"; ok $? "it reads 4,400 partitions"
stop_millrace
no_trouble

# ---- 70 partitions: number 69 reaches the TRUNCATE first, and the rows after it do not fit into the buffer ----
rm -rf "$dir/state"
sql -e "DROP DATABASE testdb; CREATE DATABASE testdb"
conf 70 | write_conf
last=() others=()
for ((id = 1; ${#last[@]} < 12; id++)); do
	if [ "$(partition_of "{\"id\":$id}" 70)" = 69 ]; then last+=("$id"); else others+=("$id"); fi
done
rows() { local list; printf -v list '(%s, REPEAT("x", 60000)),' "$@"; echo "${list%,}"; }
start_millrace --role capture
sql testdb -e "CREATE TABLE t (id INT PRIMARY KEY, v MEDIUMTEXT)"
for _ in 1 2; do echo "REPLACE INTO t VALUES $(rows "${others[@]:0:200}");"; done | sql testdb
sql testdb -e "TRUNCATE t"
for _ in {1..20}; do echo "REPLACE INTO t VALUES $(rows "${last[@]}");"; done | sql testdb
sql testdb -e "INSERT INTO t VALUES $(rows "${others[@]:0:20}")"
until_true 60 caught_up; ok $? "captured"
stop_millrace
start_millrace
wait_caught_up 90 "the TRUNCATE and what follows it"
same_table t
grep -q 'testdb.t: truncated' "$dir/run.log"; ok $? "it was carried out"
stop_millrace
no_trouble
done_testing
