#!/bin/bash
# install.sh - `make install` brings all that belongs to it into DESTDIR and `make uninstall` takes it away again; what `make dist` packs is
# whole: it configures out of tree, and nothing is missing to build it.
set -u
top=${top_srcdir:?}
build=${top_builddir:?}
export ASAN_OPTIONS=detect_leaks=0
unset MAKEFLAGS MAKELEVEL MFLAGS DESTDIR
work=$(mktemp -d "${TMPDIR:-/tmp}/millrace-install.XXXXXX") || exit 1
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
n=0 failed=0
ok() { n=$((n + 1)); if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; failed=1; fi; [ "$1" = 0 ]; }
told() { tail -n 20 "$work/log" | sed 's/^/# /'; }

make -C "$build" install DESTDIR="$work/root" > "$work/log" 2>&1; ok $? "make install DESTDIR=.." || told
find_one() { find "$work/root" -path "*/$1" | head -n 1; }
there() { [ -s "$(find_one "$1")" ]; ok $? "$1"; }

program=$(find_one bin/millrace)
[ -n "$program" ] && "$program" --version | grep -q '^millrace '; ok $? "the program, and it runs"
for file in man1/millrace.1 man5/millrace.conf.5 systemd/system/millrace.service bash-completion/completions/millrace \
		site-functions/_millrace vendor_completions.d/millrace.fish README.md CHANGELOG.md LICENSE; do
	there "$file"
done
prefix=${program#"$work/root"}
grep -q "^ExecStart=$prefix -c .*/millrace.conf run$" "$(find_one system/millrace.service)"; ok $? "the unit starts the program where it was installed"
! grep -nEv '^(#.*|\[[A-Z][a-z]+\]|[A-Z][A-Za-z]+=.+|)$' "$(find_one system/millrace.service)" > "$work/log"; ok $? "and is of settings only" || told
! grep -q '@[a-z]*@' "$(find_one system/millrace.service)"
ok $? "with every place put in"
docs=$(dirname "$(find_one README.md)")
diff -r "$top/docs" "$docs/docs" > "$work/log" 2>&1; ok $? "every page of docs/" || told
diff -r "$top/lua" "$docs/examples" > "$work/log" 2>&1; ok $? "every script of lua/" || told
diff -r "$top/themes" "$(find_one millrace/themes)" > "$work/log" 2>&1; ok $? "every theme" || told
for page in "$docs"/README.md "$docs"/docs/*.md; do	# links, but for those to the source
	grep -oE '\]\([a-z][A-Za-z0-9_./-]*\.md' "$page" | sed 's/^](//' | while read -r link; do
		[ -e "$(dirname "$page")/$link" ] || echo "$(basename "$page"): $link"
	done
done > "$work/log"
[ ! -s "$work/log" ]; ok $? "links between the pages lead somewhere" || told
make -C "$build" uninstall DESTDIR="$work/root" > "$work/log" 2>&1; ok $? "make uninstall" || told
find "$work/root" -type f > "$work/log"; [ ! -s "$work/log" ]; ok $? "leaves no file" || told

make -C "$build" distdir distdir="$work/millrace" > "$work/log" 2>&1; ok $? "make distdir" || told
chmod -R a-w "$work/millrace"		# as distcheck does: a build writes into its own folder only
mkdir "$work/build" && cd "$work/build" && "$work/millrace/configure" --quiet --prefix=/usr > "$work/log" 2>&1; ok $? "what is packed configures out of tree" || told
make -n all > "$work/plan" 2> "$work/log"; ok $? "and lacks nothing that is built from" || told
make -n install DESTDIR="$work/again" > /dev/null 2> "$work/log"; ok $? "or installed" || told
[ ! -e "$work/millrace/contrib/completion" ]; ok $? "nothing that is made is packed"
echo "1..$n"
exit $failed
