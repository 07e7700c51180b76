#!/bin/sh
# fill_source.sh - snapshots beside the stream against a real server, see fill_test.c.
set -eu

here=${top_srcdir:-.}
dir=$(mktemp -d)
finish()
{
	"$here/tests/servers/mysql" stop "$dir" >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap finish EXIT INT TERM

"$here/tests/servers/mysql" start "$dir" "$@" >/dev/null
"${top_builddir:-.}/tests/e2e/fill_test" "$dir"
