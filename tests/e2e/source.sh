#!/bin/sh
# source.sh - the source against a real MySQL server, see source_test.c.
set -eu

here=${top_srcdir:-.}
dir=$(mktemp -d)
finish()
{
	for server in "$dir" "$dir.primary" "$dir.replica"; do
		"$here/tests/servers/mysql" stop "$server" >/dev/null 2>&1 || true
		rm -rf "$server"
	done
}
trap finish EXIT INT TERM

"$here/tests/servers/mysql" start "$dir" >/dev/null
"${top_builddir:-.}/tests/e2e/source_test" "$dir" "$here/tests/servers/mysql" "$@"
