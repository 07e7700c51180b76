dist_check_SCRIPTS += tests/layers.sh tests/circles.sh tests/words.sh tests/types.sh tests/names.sh tests/findings.sh
# Once, not in each build.
E2E_TESTS += tests/shell.sh tests/format.sh
