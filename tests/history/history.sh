#!/bin/bash
# history.sh - the history checker's short run: a seed for each pipeline, all three at the same time. docs/testing.md says what
# the lines mean, and how to run many seeds for hours.
#
#   HISTORY_SEEDS=3,4,5   other seeds (seed modulo 3: embedded, Kafka + warehouse, Kafka + StarRocks)
. "${top_srcdir:?}/tests/e2e/lib.sh"
seeds=${HISTORY_SEEDS:-3,4,5}

TMPDIR=/tmp python3 "$top/tests/history/run" --seeds "$seeds" --jobs 3 --seconds 8 --patience 120 --harm 0 --ddl 0 --settled 1 --keep "$dir/kept" > "$dir/lines"
while read -r word seed verdict pipeline rest; do
	[ "$word" = seed ] || continue
	[ "$verdict" = ok ]
	ok $? "$pipeline, seed $seed: ${rest%%|*}" || { echo "$rest"; cat "$dir/kept/seed-$seed-${pipeline%:}"/{findings,broken}.txt; } 2>/dev/null | note
	grep -o '| .* planted [0-9/]*' <<< "$rest" | note
done < "$dir/lines"
is "$(grep -c '^seed' "$dir/lines")" "$(tr ',' '\n' <<< "$seeds" | grep -c .)" "every seed has its line" || note < "$dir/lines"
done_testing
