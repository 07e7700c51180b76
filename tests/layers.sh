#!/bin/sh
# Reads the include lines of src/ and fails on one that goes up the house, or on a library header outside its room; on a folder with
# too many files, and on a file with too many lines.
# The same eyes then look at a small house that is wrong on purpose, so that a blind test is noticed.
# shellcheck source=tests/rule.sh
. "$(dirname "$0")/rule.sh"
src=$top/src

# Prints "rule: file: what" for every line that breaks a rule. $1: a src folder.
violations() {
	(cd "$1" && find . -name '*.[ch]' | sed 's|^\./||' | LC_ALL=C sort | xargs awk '
	function allow(room, list) { below[room] = " " list " " }
	function keep(header, list, not_in) {
		owner[++libraries] = " " list " "; library[libraries] = header; without[libraries] = " " not_in " "
	}
	function floor(place, list) { parts[place] = " " list " " }
	function door(place, headers) { doors[place] = " " headers " " }
	function folder_of(path) { sub("/[^/]*$", "", path); return path }
	function complain(rule, what) { print rule ": " FILENAME ": " what }
	BEGIN {
		allow("core", "core")
		allow("row", "row core")
		allow("mysql", "mysql core")
		rooms = "source format log script sink"
		n = split(rooms, room_name, " ")
		for (i = 1; i <= n; i++)
			allow(room_name[i], room_name[i] " row core")
		allow("source", "source mysql row core")
		allow("sink", "sink mysql row core")
		allow("engine", "engine " rooms " row core")
		allow("console", "console engine core")
		allow("remote", "remote engine core")
		allow("http", "http engine core")
		allow("cli", "cli console remote http engine " rooms " row core")
		allow("main.c", "cli console remote engine core")

		# Sub-folders: what each knows of its own room, besides the headers at the door of the room.
		floor("core/conf", "conf num")
		floor("core/num", "num")
		door("core/conf", " buf.h clock.h err.h intern.h json.h logline.h report.h text.h xalloc.h ")
		floor("script/zone", "zone")
		floor("script/query", "query")
		floor("script/memory", "memory")
		floor("source/decode", "decode")
		floor("source/server", "server decode")
		floor("source/catalog", "catalog server decode")
		floor("source/stream", "stream catalog server decode")
		floor("source/snapshot", "snapshot catalog server decode")
		floor("source/incremental", "incremental snapshot catalog server decode")
		floor("source/check", "check snapshot catalog server decode")
		floor("format/cell", "cell")
		floor("format/history", "history cell")
		floor("format/encode", "encode history cell")
		floor("format/decode", "decode encode history cell")
		door("source/check", "source.h")
		door("format", "format.h format_conf.h")
		floor("sink/base", "base")
		floor("sink/local", "local base")
		floor("sink/starrocks", "starrocks base")
		floor("sink/routine", "routine starrocks base")
		door("sink", "sink.h")
		floor("engine/status", "status")
		floor("engine/settings", "settings")
		floor("engine/scripts", "scripts settings")
		floor("engine/recorder", "recorder")
		floor("engine/base", "base status settings")
		floor("engine/capture", "capture status base settings")
		floor("engine/load", "load load/script load/place scripts status base settings")
		floor("engine/load/script", "load/script load/place load scripts status base settings")
		floor("engine/load/place", "load/place load status base settings")
		floor("engine/messages", "messages scripts base settings")
		floor("engine/routine", "routine status base settings")
		floor("engine/control", "control routine messages scripts status base settings")
		floor("engine/requests", "requests control routine messages scripts status base settings")
		floor("engine/verify", "verify control scripts status base settings")
		floor("engine/dead", "dead verify control messages scripts status base settings")
		floor("engine/watch", "watch recorder base status settings")
		door("engine", "engine.h engine_parts.h")
		floor("console/canvas", "canvas")
		floor("console/term", "term canvas")
		floor("console/widget", "widget canvas")
		floor("console/keys", "keys canvas")
		floor("console/view", "view keys widget canvas")

		keep("^n?cursesw?([.]h|/)", "console", "console console/canvas console/widget console/keys console/view")
		keep("^(mysql|mariadb)([.]h|/)|^errmsg[.]h|^mysqld_error[.]h|^ma_", "mysql source sink", "source/decode source/catalog")
		keep("^(librdkafka/)?rdkafka", "log")
		keep("^curl/", "sink")
		keep("^(lua|lualib|lauxlib)[.]h|^lua[0-9.]*/", "script")
		keep("^microhttpd[.]h", "http")
		keep("^sqlite3[.]h", "log sink")
		keep("^ini[.]h", "core")
		keep("^zstd[.]h|^zlib[.]h", "source log engine sink", "engine engine/capture engine/load engine/load/place engine/load/script engine/messages engine/control engine/verify engine/status engine/settings")
		keep("^lz4frame[.]h", "sink")
		keep("^openssl/", "mysql core")
		keep("^jansson[.]h", "format script sink engine console remote http cli")
	}
	FNR == 1 {
		room = FILENAME
		sub("/.*", "", room)
		place = FILENAME
		sub("/[^/]*$", "", place)
		if (place != room && !(place in parts))
			complain("room", "is in a sub-folder that this test does not know")
		name = FILENAME
		sub(".*/", "", name)
		if (name in seen)
			complain("name", "there is also " seen[name])
		seen[name] = FILENAME
		if (!(room in below))
			complain("room", "is in no room that this test knows")
	}
	/^[ \t]*#[ \t]*include[ \t]*[<"]/ {
		header = $0
		sub("^[ \t]*#[ \t]*include[ \t]*", "", header)
		quoted = header ~ "^\""
		header = substr(header, 2)
		sub("[>\"].*", "", header)
		if (quoted && header == "config.h")
			next
		if (!quoted) {
			for (i = 1; i <= libraries; i++)
				if (header ~ library[i] && (!index(owner[i], " " room " ") || index(without[i], " " place " ")))
					complain("library", "<" header "> belongs to:" owner[i])
			next
		}
		if (header !~ "/") {
			complain("path", "\"" header "\" has no path from src/")
			next
		}
		other = header
		sub("/.*", "", other)
		part = header
		sub("^[^/]*/", "", part)
		if (!index(below[room], " " other " "))
			complain("direction", room " may not know \"" header "\"")
		else if (other == room && place != room && part !~ "/" && !index(doors[room] doors[place], " " part " "))
			complain("direction", place " may not know \"" header "\"")
		else if (other == room && place != room && part ~ "/" && !index(parts[place], " " folder_of(part) " "))
			complain("direction", place " may not know \"" header "\"")
		else if ((room == "console" || room == "remote" || room == "http") && other == "engine" && header !~ "^engine/(engine|status/status)[.]h$")
			complain("direction", room " sees the engine through engine.h and status.h only, not \"" header "\"")
	}')
}

most_files=45 most_lines=600
tables=' source/decode/mysql_charset_table.c ' # rows of data, which a list of MySQL's gives

# Prints "size: what" for every folder with too many files and every C file with too many lines. $1: a src folder.
sizes() {
	(cd "$1" && find . -type f | sed 's|^\./||; s|/*[^/]*$||' | LC_ALL=C sort | uniq -c |
		awk -v most=$most_files '$1 > most { print "size: " ($2 == "" ? "src" : $2) ": " $1 " files, and a folder has " most " at most" }'
	find . -name '*.c' | sed 's|^\./||' | LC_ALL=C sort | while read -r file; do
		lines=$(wc -l <"$file")
		case $tables in *" $file "*) continue ;; esac
		[ "$lines" -le $most_lines ] || echo "size: $file: $lines lines, and a file has $most_lines at most"
	done)
}

found=$(violations "$src")
of_rule() { echo "$found" | grep "^$1: "; }
report "includes go down the house only" "$(of_rule direction)"
report "library headers stay in their rooms" "$(of_rule library)"
report "includes carry the path from src/" "$(of_rule path)"
report "file names are unique" "$(of_rule name)"
report "every file is in a room" "$(of_rule room)"
report "no folder and no file is too large to find one's way in" "$(sizes "$src")"

house=$(mktemp -d) || exit 1
trap 'rm -rf "$house"' EXIT
mkdir -p "$house/core" "$house/row" "$house/source/decode" "$house/source/server" "$house/source/cellar" "$house/sink" "$house/console" "$house/attic"
echo '#include "row/value.h"' >"$house/core/up.c"
echo '#include "sink/sink.h"' >"$house/source/sideways.c"
echo '#include "engine/pipeline.h"' >"$house/console/deep.c"
echo '#include <mysql/mysql.h>' >"$house/row/library.c"
echo '#  include	<ncursesw/curses.h>' >"$house/sink/screen.c"
echo '#include "value.h"' >"$house/row/bare.c"
echo >"$house/sink/bare.c"
echo >"$house/attic/lost.c"
echo '#include "source/server/conn.h"' >"$house/source/decode/climbs.c"
echo '#include <mysql.h>' >"$house/source/decode/client.c"
echo '#include "source/source.h"' >"$house/source/server/door.c"
echo >"$house/source/cellar/unknown.c"
for expected in 'direction: core/up.c' 'direction: source/sideways.c' 'direction: console/deep.c' 'library: row/library.c' \
		'library: sink/screen.c' 'direction: source/decode/climbs.c' 'library: source/decode/client.c' \
		'direction: source/server/door.c' 'room: source/cellar/unknown.c' 'path: row/bare.c' 'name: sink/bare.c' 'room: attic/lost.c'; do
	missing=$expected
	violations "$house" | grep -q "^$expected: " && missing=
	report "a wrong house is noticed: $expected" "$missing"
done
[ "$(violations "$house" | wc -l)" -eq 12 ] && extra= || extra=$(violations "$house")
report "nothing else is complained about there" "$extra"
report "it is not too large" "$(sizes "$house")"
seq 601 >"$house/row/long.c"
for i in $(seq 46); do echo >"$house/attic/box$i.h"; done
rm "$house/attic/lost.c"
for expected in 'size: row/long.c: 601 lines' 'size: attic: 46 files'; do
	missing=$expected
	sizes "$house" | grep -q "^$expected" && missing=
	report "a large house is noticed: $expected" "$missing"
done
rule_end
