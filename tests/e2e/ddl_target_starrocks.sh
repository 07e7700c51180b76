#!/bin/bash
# ddl_target_starrocks.sh - ddl_target.sh with StarRocks as the target.
target=starrocks
. "${top_srcdir:?}/tests/e2e/ddl_target.sh"
