noinst_LIBRARIES += src/script/libscript.a
src_script_libscript_a_CFLAGS = $(AM_CFLAGS) $(LUA_CFLAGS)
src_script_libscript_a_SOURCES = \
	src/script/script.c \
	src/script/script_budget.c \
	src/script/script.h \
	src/script/script_case.c \
	src/script/script_case_file.c \
	src/script/script_chain.c \
	src/script/script_code.c \
	src/script/script_code.h \
	src/script/script_cost.c \
	src/script/script_columns.c \
	src/script/script_decimal.c \
	src/script/script_decimal.h \
	src/script/script_declared.c \
	src/script/script_exact.c \
	src/script/script_freeze.c \
	src/script/script_helpers.c \
	src/script/script_json.c \
	src/script/script_json_pick.c \
	src/script/script_keep.c \
	src/script/script_label.c \
	src/script/script_lines.c \
	src/script/script_lint.c \
	src/script/script_lint.h \
	src/script/script_lint_idle.c \
	src/script/script_lookup.c \
	src/script/script_match.c \
	src/script/script_match.h \
	src/script/script_names.c \
	src/script/script_number.c \
	src/script/script_open.c \
	src/script/script_part.h \
	src/script/script_pattern.c \
	src/script/script_query.c \
	src/script/script_require.c \
	src/script/script_route.c \
	src/script/script_row.c \
	src/script/script_sandbox.c \
	src/script/script_state.c \
	src/script/script_state.h \
	src/script/script_string.c \
	src/script/script_table.c \
	src/script/script_time.c \
	src/script/script_time_math.c \
	src/script/script_value.c \
	src/script/memory/keys.c \
	src/script/memory/keys.h \
	src/script/memory/pool.c \
	src/script/memory/pool.h \
	src/script/memory/reuse.c \
	src/script/memory/reuse.h \
	src/script/memory/texts.c \
	src/script/memory/texts.h \
	src/script/query/query_cache.c \
	src/script/query/query_cache.h \
	src/script/query/query_sql.c \
	src/script/query/query_sql.h \
	src/script/query/query_wait.c \
	src/script/query/query_wait.h \
	src/script/zone/zone.c \
	src/script/zone/zone.h \
	src/script/zone/zone_rule.c \
	src/script/zone/zone_rule.h

check_PROGRAMS += tests/unit/test_zone
tests_unit_test_zone_SOURCES = tests/unit/test_zone.c tests/tap.h
tests_unit_test_zone_LDADD = src/script/libscript.a src/core/libcore.a

check_PROGRAMS += tests/unit/test_script
tests_unit_test_script_SOURCES = tests/unit/test_script.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_exact
tests_unit_test_script_exact_SOURCES = tests/unit/test_script_exact.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_exact_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_json
tests_unit_test_script_json_SOURCES = tests/unit/test_script_json.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_json_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_query
tests_unit_test_script_query_SOURCES = tests/unit/test_script_query.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_query_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_require
tests_unit_test_script_require_SOURCES = tests/unit/test_script_require.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_require_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_chain
tests_unit_test_script_chain_SOURCES = tests/unit/test_script_chain.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_chain_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_declared
tests_unit_test_script_declared_SOURCES = tests/unit/test_script_declared.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_declared_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_reuse
tests_unit_test_script_reuse_SOURCES = tests/unit/test_script_reuse.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_reuse_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_route
tests_unit_test_script_route_SOURCES = tests/unit/test_script_route.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_route_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_state
tests_unit_test_script_state_SOURCES = tests/unit/test_script_state.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_state_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_decimal
tests_unit_test_script_decimal_SOURCES = tests/unit/test_script_decimal.c tests/tap.h
tests_unit_test_script_decimal_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

noinst_PROGRAMS += tests/bench/bench_script
tests_bench_bench_script_SOURCES = tests/bench/bench_script.c tests/unit/script_rows.h
tests_bench_bench_script_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

tests_unit_test_script_hostile_SOURCES = tests/unit/test_script_hostile.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_hostile_LDADD = $(SCRIPT) $(SCRIPT_LIBS)
tests_unit_test_script_hostile_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_mono_us

tests_fuzz_fuzz_script_SOURCES = tests/fuzz/fuzz_script.c tests/fuzz/fuzz_main.c tests/fuzz/fuzz_target.h tests/unit/script_rows.h
tests_fuzz_fuzz_script_LDADD = $(SCRIPT) $(SCRIPT_LIBS)

check_PROGRAMS += tests/unit/test_script_lint
tests_unit_test_script_lint_SOURCES = tests/unit/test_script_lint.c tests/unit/script_rows.h tests/tap.h
tests_unit_test_script_lint_LDADD = $(SCRIPT) $(SCRIPT_LIBS)
