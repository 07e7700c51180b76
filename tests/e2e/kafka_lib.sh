# kafka_lib.sh - what the tests on a real Kafka share: topics read by a stranger (kcat, read_committed), each change of a
# key proved to be there once and in order, states of a running millrace. Sourced after lib.sh.
#
# The proof needs no list of what was written. Every row carries a version v that each change of its key raises by one:
# behind a read come u (v + 1), d (v as it was) and c (v + 1 when the key has been there, else 1). A snapshot that goes on after
# a crash reads what is left beside the stream: a key may change before it is read, and the read is then as it stands; no key
# is read twice. One that has to begin anew empties the table first (a message without key and value in each partition).
# A lost change leaves a hole, a doubled one a step back.

# read_topic TOPIC [kcat arguments]: key, value, partition and offset of every committed message, tabs between.
read_topic()
{
	local topic=$1
	shift
	timeout 60 kcat -b "$bootstrap" -C -q -e -t "$topic" -o beginning -X isolation.level=read_committed -X check.crcs=true \
		-f '%k\t%s\t%p\t%o\n' "$@"
}

# check_versions FILE ID: FILE as read_topic prints it, flat messages with __op; prints the keys that are left with their
# versions, sorted, to FILE.left, and what is wrong to stdout. ID is the key column's name.
check_versions()
{
	awk -F '\t' -v id="$2" '
	function field(name,    at, rest)
	{
		at = index($2, "\"" name "\":")
		if (at == 0)
			return ""
		rest = substr($2, at + length(name) + 3)
		match(rest, /^("[^"]*"|[^,}]*)/)
		rest = substr(rest, 1, RLENGTH)
		gsub(/"/, "", rest)
		return rest
	}
	function bad(why) { if (++nbad <= 10) print "partition " $3 " offset " $4 " key " k ": " why ": " substr($0, 1, 200) }
	{
		k = field(id); v = field("v") + 0; op = field("__op")
		if ($1 == "" && $2 == "") {
			n["t"]++
			for (x in alive)
				if (home[x] == $3) {
					alive[x] = 0
					delete reads[x]
				}
			if ($3 in changed) bad("the table is emptied after a change")
			next
		}
		n[op]++
		if (k in home && home[k] != $3)
			bad("was in partition " home[k] " before")
		home[k] = $3
		if ($3 in last && $4 <= last[$3])
			bad("offsets go back")
		last[$3] = $4
		if (op == "r") {
			if (k in reads) bad("read twice")
			if (k in streamed && !(alive[k] && v == at[k])) bad("read as " v " after " at[k] (alive[k] ? "" : " (not there)"))
			if (k in at && v < at[k]) bad("snapshot went back from " at[k] " to " v)
			at[k] = v; reads[k] = alive[k] = 1
			next
		}
		known = k in at
		streamed[k] = changed[$3] = 1
		if (op == "u" && known && !(alive[k] && v == at[k] + 1)) bad("update to " v " after " at[k] (alive[k] ? "" : " (not there)"))
		if (op == "d" && known && !(alive[k] && v == at[k])) bad("delete of " v " after " at[k] (alive[k] ? "" : " (not there)"))
		if (op == "c" && (alive[k] || v != at[k] + 1)) bad("insert of " v " after " at[k] (alive[k] ? " (still there)" : ""))
		if ((op == "d") != (field("__deleted") == "true")) bad("__deleted does not match op " op)
		at[k] = v; alive[k] = op != "d"
	}
	END {
		for (k in alive)
			if (alive[k])
				print k "\t" at[k] | "sort > " out
		printf "%d reads (begun anew %d times), %d inserts, %d updates, %d deletes\n", n["r"], n["t"] / 3, n["c"], n["u"], n["d"]
		exit nbad > 0
	}' out="$1.left" "$1"
}

# exactly_once TABLE: the topic of testdb.TABLE (id, v, ..) against its own rule and against what MySQL holds in the end.
exactly_once()
{
	local table=$1 out
	read_topic "mysql.testdb.$table" > "$dir/$table.read"
	out=$(check_versions "$dir/$table.read" id)
	ok $? "$table: each change once and in order per key ($(echo "$out" | tail -n 1))" || echo "$out" | note
	sql -N -e "SELECT id, v FROM testdb.$table" | sort > "$dir/$table.mysql"
	touch "$dir/$table.read.left"
	cmp "$dir/$table.mysql" "$dir/$table.read.left" > "$dir/cmp" 2>&1
	ok $? "$table: the last versions in the topic are those of MySQL ($(wc -l < "$dir/$table.mysql") keys)" || note < "$dir/cmp"
}

# The position that the log holds is all that the server has executed.
position_is_all()
{
	local last executed
	executed=$(sql -N -r -e 'SELECT @@global.gtid_executed' | tr -d '\n ')
	last=$(read_topic "${1:-e2e}.offsets" | tail -n 1)
	is "$(cut -f 1 <<< "$last")" '["e2e",{"server":"mysql"}]' "the position's key is Connect's"
	is "$(cut -f 2 <<< "$last" | jq -r .gtids)" "$executed" "the last position is all that MySQL has executed"
}

state_is() { [ "$(status | jq -r "$1")" = "$2" ]; }		# JQ-PATH VALUE
log_has() { grep -qE -- "$1" "$dir/${2:-run.log}"; }		# REGEX [FILE]
no_reports()
{
	local found
	found=$(grep -hE 'Sanitizer|runtime error:' "$dir"/*.log)
	[ -z "$found" ]
	ok $? "no sanitizer report" || echo "$found" | note
}
