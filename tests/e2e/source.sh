#!/bin/sh
# source.sh - the source against a real MySQL server, see source_test.c.
set -eu

here=${top_srcdir:-.}
dir=$(mktemp -d)
trap '"$here/tests/servers/mysql" stop "$dir" >/dev/null 2>&1; rm -rf "$dir"' EXIT INT TERM

"$here/tests/servers/mysql" start "$dir" >/dev/null
"${top_builddir:-.}/tests/e2e/source_test" "$dir" "$here/tests/servers/mysql" "$@"
