#!/bin/bash
# ddl_differential.sh - the tracked schemas against information_schema after thousands of generated statements, see
# ddl_differential.c. DDL_SEED and DDL_STATEMENTS choose others.
# In memory where there is room: the time goes into the server's fsyncs otherwise.
[ "$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)" -lt 2000000 ] || export TMPDIR=/dev/shm
. "${top_srcdir:?}/tests/e2e/lib.sh"

start_mysql --binlog-row-metadata=MINIMAL
"$build/tests/e2e/ddl_differential" "$dir/mysql" "${DDL_SEED:-1}" "${DDL_STATEMENTS:-3000}" "$top/tests/e2e/ddl_corpus.sql"
