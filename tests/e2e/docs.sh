#!/bin/bash
# docs.sh - what the documentation prints runs. Of docs/tutorial.md every block: `sh` once, with exit code 0; `console` until its command
# (which only asks) prints the lines that stand below it, where * is any text. Of all pages, README and docs/millrace.conf: each `ini` block is a
# configuration that is taken, each `sql` block runs on a server, and each `millrace ...` of a block, of a sentence or of a manual page is a command with options,
# actions and views that it has. tests/lua.sh runs the scripts of docs/lua.md.
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql
sql -e "DROP USER IF EXISTS '$mysql_user'@'%'"		# the tutorial makes it
mkdir "$dir/bin" "$dir/blocks"
ln -s "$millrace" "$dir/bin/millrace"
# The server of the pages is on the default port, and its root has no password.
printf '#!/bin/sh\nexec mariadb --no-defaults --default-character-set=utf8mb4 -uroot -S %s "$@"\n' "$mysql_socket" > "$dir/bin/mariadb-root"
cat > "$dir/bin/mysql" <<'S'
#!/bin/bash
while [ $# -gt 0 ]; do case $1 in -h | -P | -u) shift 2 ;; *) break ;; esac; done
exec mariadb-root "$@"
S
chmod +x "$dir/bin/mysql" "$dir/bin/mariadb-root"

# blocks PAGE KINDS: writes blocks of these kinds to blocks/NNN.KIND, in their order.
blocks()
{
	rm -f "$dir"/blocks/*
	awk -v kinds=" $2 " -v to="$dir/blocks" '
		/^```/ { if (out) { close(out); out = ""; next }
			kind = substr($0, 4); if (kind != "" && index(kinds, " " kind " ")) { out = sprintf("%s/%03d.%s", to, ++n, kind); printf "" > out }
			else if (kind != "" || !skip) { skip = !skip }
			next }
		out { print > out }' "$1"
}

# ---- configurations ----

for page in "$top"/README.md "$top"/docs/*.md; do
	blocks "$page" ini
	for block in "$dir"/blocks/*.ini; do
		[ -e "$block" ] || continue
		# Files that a block names are somebody else's; a part of a file is completed with what every configuration needs.
		sed -E 's|^([a-z.]+)\.file *=.*|\1 = 0123456789abcdef|; s|^transform *=.*||' "$block" > "$dir/block.conf"
		grep -q '^\[millrace\]' "$dir/block.conf" || printf '[millrace]\nstate.dir = %s\n' "$dir/none" >> "$dir/block.conf"
		grep -q '^\[mysql\]' "$dir/block.conf" || printf '[mysql]\nuser = cdc\n' >> "$dir/block.conf"
		"$millrace" -c "$dir/block.conf" pause load > "$dir/out" 2>&1
		is $? 3 "$(basename "$page"): $(grep -m 1 -v '^\[millrace\]' "$block" | cut -c1-50): taken" || { note < "$block"; note < "$dir/out"; }
	done
done
"$millrace" -c "$top/docs/millrace.conf" pause load > "$dir/out" 2>&1; is $? 3 "docs/millrace.conf is taken" || note < "$dir/out"

# ---- statements ----

for page in "$top"/README.md "$top"/docs/*.md; do
	blocks "$page" sql
	for block in "$dir"/blocks/*.sql; do
		[ -e "$block" ] || continue
		sql < "$block" > "$dir/out" 2>&1
		ok $? "$(basename "$page"): $(head -n 1 "$block" | cut -c1-50): runs" || note < "$dir/out"
	done
done
sql -e "DROP USER IF EXISTS '$mysql_user'@'%'"

# ---- commands ----

# Those of PAGE: in a block, what follows a prompt; in a sentence, what stands between backticks; all without a comment, up to where the shell goes on.
commands()
{
	{
		awk '/^```/ { on = !on; next } on { print }' "$1" | sed -n -E 's/^(\$ )?(sudo( -u millrace)? )?millrace( |$)/millrace /p'
		grep -o '`millrace [^`]*`' "$1" | tr -d '`'
		case $1 in *.roff) sed -n -E 's/\\-/-/g; s/^ *(\$ )?millrace ([a-z-].*[^.,])$/millrace \2/p' "$1" ;; esac
	} | sed -E 's/ +#.*//; s/[|<>&;].*//' | sort -u
}
# What one command of a page has that the program has not; what is written in capitals stands for something.
unknown() # COMMAND [WORDS...]
{
	local command=$1 first=${2:-} word
	case $command in -* | [A-Z]*) return ;; esac
	shift
	timeout 20 "$millrace" "$command" --help > "$dir/help" 2>&1 || { echo "'$command'"; return; }
	case $command-$first in
	*- | *--* | *-[A-Z]*) ;;
	do-* | dump-*) "$millrace" "$command" 2> /dev/null | grep -q "^${first%%/*}\b" || echo "'$command $first'" ;;
	esac
	for word; do
		case $word in --help) ;; --*) grep -q -e "^ *${word%%=*}\b" "$dir/help" || echo "'$command $word'" ;; esac
	done
}
"$millrace" manual > "$dir/millrace.1.roff"
"$millrace" manual --settings > "$dir/millrace.conf.5.roff"
for page in "$top"/README.md "$top"/CONTRIBUTING.md "$top"/docs/*.md "$top"/docs/millrace.conf "$dir"/*.roff; do
	commands "$page" > "$dir/lines"
	bad=$(set -f; while read -r _ line; do
		# shellcheck disable=SC2086
		set -- $line
		[ "${1:-}" != -c ] || shift 2
		[ $# = 0 ] || unknown "$@"
	done < "$dir/lines")
	is "$bad" "" "$(basename "$page"): its $(wc -l < "$dir/lines") commands, options, actions and views exist"
done
unknown status --jsn > "$dir/out"; unknown dump nothing >> "$dir/out"; unknown stauts >> "$dir/out"
is "$(tr '\n' ' ' < "$dir/out")" "'status --jsn' 'dump nothing' 'stauts' " "and one that does not exist is noticed"

# ---- the tutorial ----

matches() # FILE: the last output has each line of it, in their order
{
	local want
	exec 4< "$dir/shown"
	while IFS= read -r want; do
		while :; do
			IFS= read -r got <&4 || return 1
			# shellcheck disable=SC2053
			[[ $got != $want ]] || break
		done
	done < "$1"
}
asked() { eval "$command" < /dev/null > "$dir/shown" 2> "$dir/err"; matches "$dir/expected"; }

PATH=$dir/bin:$PATH
cd "$dir" || bail "no folder"
set -m
blocks "$top/docs/tutorial.md" "sh console"
for block in "$dir"/blocks/*; do
	# shellcheck disable=SC2016
	name=$(grep -v -m 1 '^mkdir' "$block" | cut -c1-60)
	case $block in
	*.sh)
		sed -i "s/port = 3306/port = $mysql_port/" "$block"
		# shellcheck disable=SC1090
		. "$block" > "$dir/shown" 2>&1
		ok $? "tutorial: $name" || note < "$dir/shown"
		;;
	*)
		command=$(sed -n '1s/^\$ //p' "$block")
		sed 1d "$block" > "$dir/expected"
		until_true 60 asked
		ok $? "tutorial: $name" || { note < "$dir/shown"; note < "$dir/err"; }
		;;
	esac
done
cp "$dir/shop-pipeline/run.log" "$dir/run.log"
no_trouble
done_testing
