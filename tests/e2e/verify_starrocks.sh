#!/bin/bash
# verify_starrocks.sh - verify.sh with StarRocks as the target.
target=starrocks
. "${top_srcdir:?}/tests/e2e/verify.sh"
