#!/bin/bash
# ddl_rows_starrocks.sh - ddl_rows.sh with StarRocks as the target.
target=starrocks
. "${top_srcdir:?}/tests/e2e/ddl_rows.sh"
