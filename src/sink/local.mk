noinst_LIBRARIES += src/sink/libsink.a
src_sink_libsink_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS) $(CURL_CFLAGS) $(SQLITE_CFLAGS) $(JANSSON_CFLAGS) $(LZ4_CFLAGS) $(ZSTD_CFLAGS)
src_sink_libsink_a_SOURCES = \
	src/sink/sink.c \
	src/sink/sink.h \
	src/sink/sink_sources.c \
	src/sink/base/sink_cell.c \
	src/sink/base/sink_cell.h \
	src/sink/base/sink_common.c \
	src/sink/base/sink_ops.h \
	src/sink/base/sink_password.c \
	src/sink/base/sink_reader.c \
	src/sink/base/sink_reader.h \
	src/sink/base/sink_route.c \
	src/sink/local/sink_local.c \
	src/sink/local/sink_local.h \
	src/sink/local/sink_local_alter.c \
	src/sink/local/sink_local_check.c \
	src/sink/local/sink_local_ddl.c \
	src/sink/local/sink_local_file.c \
	src/sink/local/sink_local_read.c \
	src/sink/local/sink_local_rows.c \
	src/sink/local/sink_local_rows.h \
	src/sink/routine/routine.h \
	src/sink/routine/routine_column.c \
	src/sink/routine/routine_column.h \
	src/sink/routine/routine_jobs.c \
	src/sink/routine/routine_statement.c \
	src/sink/starrocks/starrocks.h \
	src/sink/starrocks/starrocks_alter.c \
	src/sink/starrocks/starrocks_body.c \
	src/sink/starrocks/starrocks_check.c \
	src/sink/starrocks/starrocks_check_table.c \
	src/sink/starrocks/starrocks_ddl.c \
	src/sink/starrocks/starrocks_fit.c \
	src/sink/starrocks/starrocks_follow.c \
	src/sink/starrocks/starrocks_http.c \
	src/sink/starrocks/starrocks_load.c \
	src/sink/starrocks/starrocks_load.h \
	src/sink/starrocks/starrocks_nodes.c \
	src/sink/starrocks/starrocks_nodes.h \
	src/sink/starrocks/starrocks_owner.c \
	src/sink/starrocks/starrocks_pack.c \
	src/sink/starrocks/starrocks_prepare.c \
	src/sink/starrocks/starrocks_read.c \
	src/sink/starrocks/starrocks_refused.c \
	src/sink/starrocks/starrocks_request.c \
	src/sink/starrocks/starrocks_request.h \
	src/sink/starrocks/starrocks_sink.c \
	src/sink/starrocks/starrocks_sql.c \
	src/sink/starrocks/starrocks_tables.c \
	src/sink/starrocks/starrocks_target.c \
	src/sink/starrocks/starrocks_types.c

check_PROGRAMS += tests/unit/test_sink_local
tests_unit_test_sink_local_SOURCES = tests/unit/test_sink_local.c tests/unit/sink_contract.h tests/tap.h
tests_unit_test_sink_local_LDADD = $(SINK) $(SINK_LIBS)

check_PROGRAMS += tests/unit/test_sink_cell
tests_unit_test_sink_cell_SOURCES = tests/unit/test_sink_cell.c tests/tap.h
tests_unit_test_sink_cell_LDADD = $(SINK) $(SINK_LIBS)

check_PROGRAMS += tests/unit/test_starrocks_types
tests_unit_test_starrocks_types_SOURCES = tests/unit/test_starrocks_types.c tests/tap.h
tests_unit_test_starrocks_types_LDADD = $(SINK) $(SINK_LIBS)

check_PROGRAMS += tests/unit/test_starrocks_body
tests_unit_test_starrocks_body_SOURCES = tests/unit/test_starrocks_body.c tests/tap.h
tests_unit_test_starrocks_body_LDADD = $(SINK) $(SINK_LIBS)

check_PROGRAMS += tests/unit/test_starrocks_nodes
tests_unit_test_starrocks_nodes_SOURCES = tests/unit/test_starrocks_nodes.c tests/tap.h
tests_unit_test_starrocks_nodes_LDADD = $(SINK) $(SINK_LIBS)

noinst_PROGRAMS += tests/bench/bench_sink
tests_bench_bench_sink_SOURCES = tests/bench/bench_sink.c
tests_bench_bench_sink_LDADD = $(SINK) $(SINK_LIBS)

noinst_PROGRAMS += tests/e2e/sink_test
tests_e2e_sink_test_SOURCES = tests/e2e/sink_test.c tests/unit/sink_contract.h tests/tap.h
tests_e2e_sink_test_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
tests_e2e_sink_test_LDADD = $(SINK) $(SINK_LIBS)
E2E_TESTS += tests/e2e/sink.sh
