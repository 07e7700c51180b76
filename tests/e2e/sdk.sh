#!/bin/bash
# sdk.sh - a stranger loads into the double: StarRocks' own Stream Load SDK, as its Flink and Kafka connectors use it. Stream Load and
# transactions, JSON and CSV, compressed; what it does with answers that are no clear yes; what it tells of bad rows. What it
# sees is what it would see of StarRocks, so the double is not only what millrace expects of it.
. "${top_srcdir:?}/tests/e2e/lib.sh"

load() { "$top/tests/servers/sdk" run "$dir/sdk" "$fe_http" "$fe_mysql" "$@" > "$dir/out" 2>&1 || note < "$dir/out"; }
said() # STEP TEXT NAME
{
	grep "^$1: " "$dir/out" | grep -qF -- "$2"
	ok $? "$3" || note < "$dir/out"
}
rows() { starrocks "SELECT * FROM d.t ORDER BY id" | tr '\t\n' ',;'; }

mkdir "$dir/sdk"
command -v javac > /dev/null || { echo "1..0 # SKIP needs a JDK"; exit 0; }
"$top/tests/servers/sdk" fetch || bail "the SDK is not to be had"
start_starrocks
starrocks "CREATE DATABASE d; CREATE TABLE d.t (id INT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id) DISTRIBUTED BY HASH (id) PROPERTIES ('replication_num' = '1')"

load json upsert lz4 csv transaction commit abort bad password missing
for step in json upsert lz4 csv transaction; do said $step "loaded" "$step"; done
said commit "prepared true, 1 transaction" "a transaction is prepared"
said commit "ended true" "and committed"
said abort "ended true" "another one is taken back"
said bad "too many filtered rows" "a row that its column does not take fails the load"
said bad "Row: {\"id\": \"no number\"" "and the error log, which the SDK reads, has the row"
said password "401 Unauthorized" "an unknown user is refused"
said missing "unknown table" "so is a table that is not there"
is "$(rows)" "1,uno;3,json;10,packed;20,twenty;21,NULL;30,thirty;40,commit;" "the table has what was loaded, and nothing else"

# Answers that are no clear yes: the SDK tries again or asks for the label, as it does with StarRocks.
faults="busy cut_after_commit fail_committed publish_timeout redirect_unreachable no_backend"
args=()
for f in $faults; do args+=("$control/fault?name=$f&count=1" retry); done
load "${args[@]}" "$control/fault?name=txn_in_processing&count=1" commit
line=0
for f in $faults; do
	line=$((line + 1))
	case $(grep '^retry: ' "$dir/out" | sed -n "${line}p") in
	"retry: loaded") [ "$f" != no_backend ]; ok $? "$f: the SDK comes to a good end" ;;
	*"No backend alive"*) [ "$f" = no_backend ]; ok $? "$f: it gives up, although a retry would do" ;;
	*) ok 1 "$f"; note < "$dir/out" ;;
	esac
done
said commit "TXN_IN_PROCESSING" "txn_in_processing: a prepare that is refused so is its end"
is "$(rows)" "1,one;2,zwei é 🚀;3,retry;10,packed;20,twenty;21,NULL;30,thirty;40,commit;" "each was loaded once"
done_testing
