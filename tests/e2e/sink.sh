#!/bin/sh
# sink.sh - the StarRocks sink against the double, see sink_test.c. Needs no other server.
set -eu

here=${top_srcdir:-.}
dir=$(mktemp -d)
trap '"$here/tests/servers/starrocks" stop "$dir" >/dev/null 2>&1; rm -rf "$dir"' EXIT INT TERM

"$here/tests/servers/starrocks" start "$dir" >/dev/null
. "$dir/env"
"${top_builddir:-.}/tests/e2e/sink_test" "$fe_http" "$fe_mysql" "$control"
