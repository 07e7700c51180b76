#!/bin/bash
# circles.sh - who calls whom, as the linker sees it: no circle between folders of src/, and none between files, except
# among those that are one subject in several files. Such a family stands below with its reason, and one that is not
# needed any more fails too. And nothing is given to other files that none of them takes. tests/layers.sh reads the include
# lines; this reads the objects of the build.
build=${top_builddir:-.} sources=${top_srcdir:-.}/src
# shellcheck source=tests/rule.sh
. "$(dirname "$0")/rule.sh"

# Files by their names in src/; what follows the bar is why they may call each other.
families='
log_*, log | the front picks one of two implementations by their tables of functions
sink, sink_*, starrocks_* | the same
http_* connect_* | the table of calls and the functions that it names
script, script_chain, script_open | a chain of states, each opened and run like one
script_number, script_time, script_time_math, script_value | one value type for Lua, by kind
script_exact, script_string | formatting of exact values
script_freeze, script_sandbox | one environment
script_lint, script_lint_idle | one linter, its findings
script_budget, script_lines, script_lint | the hook that charges a step also counts its line
mysql_auth, mysql_login | one login
mysql_conn, mysql_identity | a connection knows who answers
mysql_fill, mysql_fill_read | one state machine, its states
mysql_snapshot, mysql_snapshot_begin | the same
mysql_stream, mysql_stream_query, mysql_stream_xa | the same
source, source_fill, source_start, source_status | the same
screen, screen_line, screen_menu, screen_page, screen_past, screen_request | screens on top of each other
cli_lua, cli_lua_* | a table of subcommands and one file each
cli, cli_completion, cli_manual | the table of commands, and two of them that print it
'

# "user symbol U" and "owner symbol T" of every object, the file as src/ names it.
symbols()
{
	(cd "$build/src" && find . -name '*.o' -exec nm -A {} +) | sed -n \
		-e 's|^\./||; s|/[a-z_]*lib[a-z]*_a-|/|; s|^\([^:]*\)\.o:[0-9a-f ]*\([A-Za-z]\) \([A-Za-z_0-9.]*\)$|\1 \3 \2|p' | LC_ALL=C sort |
		while read -r file rest; do
			if [ "$file" != "$last" ]; then here='' last=$file; [ -f "$sources/$file.c" ] && here=1; fi
			[ -z "$here" ] || echo "$file $rest" # an object of a file that was moved since may still lie there
		done
}

# Reads symbols; prints what is wrong: "file: ..", "folder: ..", "family: ..".
circles()
{
	awk -v families="$families" '
	function trim(text) { gsub(/^[ \t]+|[ \t]+$/, "", text); return text }
	# Takes away what nobody calls or what calls nobody until nothing changes. What is left is a circle, or between two.
	function leftovers(edges, left,    e, ends, changed, from, to) {
		delete left
		for (e in edges)
			left[e] = 1
		do {
			changed = 0
			delete from
			delete to
			for (e in left) {
				split(e, ends, SUBSEP)
				from[ends[1]] = to[ends[2]] = 1
			}
			for (e in left) {
				split(e, ends, SUBSEP)
				if (!(ends[1] in to) || !(ends[2] in from)) {
					delete left[e]
					changed = 1
				}
			}
		} while (changed)
	}
	function is_of(file, family,    name) {
		name = file
		sub(".*/", "", name)
		return name ~ ("^(" pattern[family] ")$")
	}
	BEGIN {
		n = split(families, lines, "\n")
		for (i = 1; i <= n; i++) {
			if (trim(lines[i]) == "")
				continue
			names = lines[i]
			sub("[|].*", "", names)
			names = trim(names)
			known[++nfamilies] = names
			gsub("[*]", ".*", names)
			gsub("[, ]+", "|", names)
			pattern[nfamilies] = names
		}
	}
	$3 ~ /[TDBRVWC]/ && !($2 in owner) { owner[$2] = $1 }
	$3 == "U" { uses[$1 SUBSEP $2] = 1 }
	END {
		for (u in uses) {
			split(u, pair, SUBSEP)
			if (!(pair[2] in owner) || owner[pair[2]] == pair[1])
				continue
			a = pair[1]
			b = owner[pair[2]]
			calls[a SUBSEP b] = pair[2]
			kin = 0
			for (f = 1; f <= nfamilies && !kin; f++)
				if (is_of(a, f) && is_of(b, f)) {
					inside[f SUBSEP a SUBSEP b] = 1
					kin = 1
				}
			if (!kin)
				between[a SUBSEP b] = 1
			sub("/?[^/]*$", "", a)
			sub("/?[^/]*$", "", b)
			if (a != b && a != "") {
				folders[a SUBSEP b] = 1
				why[a SUBSEP b] = pair[1] " calls " pair[2]
			}
		}
		leftovers(between, left)
		for (e in left) {
			split(e, pair, SUBSEP)
			print "file: " pair[1] " -> " pair[2] " (" calls[e] ")"
		}
		leftovers(folders, left)
		for (e in left) {
			split(e, pair, SUBSEP)
			print "folder: " pair[1] " -> " pair[2] " (" why[e] ")"
		}
		for (f = 1; f <= nfamilies; f++) {
			delete own
			for (e in inside) {
				split(e, pair, SUBSEP)
				if (pair[1] == f)
					own[pair[2] SUBSEP pair[3]] = 1
			}
			leftovers(own, left)
			some = 0
			for (e in left)
				some = 1
			if (!some)
				print "family: " known[f] ": there is no circle among them"
		}
	}' | LC_ALL=C sort
}

# What tests alone look at, or set: a figure, a name, the clock.
instruments='catalog_count clock_fake recording_frames table_series_rings theme_role_name'

# Reads symbols; prints "file: symbol" of each that no other object uses. Tests may call what its own file calls too; what they
# alone call is code of nobody, except the instruments. What begins with __ is the compiler's, as AddressSanitizer's __odr_asan.
unused()
{
	awk '$2 ~ /^__/ { next }
	$3 ~ /[TDBRC]/ { owner[$2] = $1 } $3 == "U" { used[$2] = 1 } END {
		for (s in owner)
			if (!(s in used) && s != "main")
				print owner[s] ": " s
	}' | LC_ALL=C sort | while IFS=': ' read -r file symbol; do
		case " $instruments " in *" $symbol "*) least=1 ;; *) least=2 ;; esac
		[ "$(grep -cw "$symbol" "$sources/$file.c" 2>/dev/null)" -ge "$least" ] 2>/dev/null &&
			grep -rqw --include='*.[ch]' "$symbol" "${top_srcdir:-.}/tests" || echo "$file: $symbol"
	done
}

table=$(symbols)
[ "$(printf '%s\n' "$table" | cut -d ' ' -f 1 | uniq | wc -l)" -gt 300 ] && few='' || few='fewer than 300 objects were read'
report "the objects of the build were read" "$few"
found=$(printf '%s\n' "$table" | circles)
report "no circle between files of different subjects" "$(printf '%s\n' "$found" | grep '^file: ')"
report "no circle between folders" "$(printf '%s\n' "$found" | grep '^folder: ')"
report "every family is one" "$(printf '%s\n' "$found" | grep '^family: ')"

report "what a file gives to others is used: else it is static, or goes" "$(printf '%s\n' "$table" | unused)"
seen=$(printf '%s\nrow/batch batch_of_nobody T\n' "$table" | unused)
[ "$seen" != "${seen/batch_of_nobody/}" ] && missing='' || missing="expected row/batch: batch_of_nobody, found '$seen'"
report "a function of nobody is noticed" "$missing"
seen=$(printf '%s\ncore/err clock_fake T\n' "$table" | unused)
[ "$seen" != "${seen/core\/err: clock_fake/}" ] && missing='' || missing="expected core/err: clock_fake, found '$seen'"
report "and one that tests alone call" "$missing"

# A circle that is put in is seen: load_range would call load_send, which calls it; and row would call sink.
wrong=$(printf '%s\n%s\n%s\n' "$table" 'engine/load/place/load_range part_load U' 'row/batch sink_open U' | circles)
for expected in 'file: engine/load/place/load_range -> engine/load/load_send' 'file: engine/load/load_send -> engine/load/place/load_range' 'folder: row -> sink'; do
	missing=$expected
	printf '%s\n' "$wrong" | grep -q "^$expected " && missing=
	report "a wrong house is noticed: $expected" "$missing"
done
rule_end
