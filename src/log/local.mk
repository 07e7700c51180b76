noinst_LIBRARIES += src/log/liblog.a
src_log_liblog_a_SOURCES = \
	src/log/log.c \
	src/log/log.h \
	src/log/log_index.c \
	src/log/log_index.h \
	src/log/log_kafka.c \
	src/log/log_kafka.h \
	src/log/log_kafka_admin.c \
	src/log/log_kafka_check.c \
	src/log/log_kafka_fault.c \
	src/log/log_kafka_fault.h \
	src/log/log_kafka_group.c \
	src/log/log_kafka_read.c \
	src/log/log_kafka_place.c \
	src/log/log_kafka_reader.h \
	src/log/log_kafka_scan.c \
	src/log/log_kafka_window.c \
	src/log/log_kafka_window.h \
	src/log/log_kafka_write.c \
	src/log/log_kafka_write_fault.c \
	src/log/log_kafka_writer.h \
	src/log/log_local.c \
	src/log/log_local.h \
	src/log/log_local_admin.c \
	src/log/log_local_chunk.c \
	src/log/log_local_group.c \
	src/log/log_local_keep.c \
	src/log/log_local_read.c \
	src/log/log_local_write.c \
	src/log/log_ops.h

check_PROGRAMS += tests/unit/test_log_index
tests_unit_test_log_index_SOURCES = tests/unit/test_log_index.c tests/tap.h
tests_unit_test_log_index_LDADD = $(LOG) $(LOG_LIBS)

check_PROGRAMS += tests/e2e/log_test
tests_e2e_log_test_SOURCES = tests/e2e/log_test.c tests/tap.h
tests_e2e_log_test_LDADD = $(LOG) $(LOG_LIBS)
E2E_TESTS += tests/e2e/log.sh

check_PROGRAMS += tests/unit/test_log_kafka_fault
tests_unit_test_log_kafka_fault_SOURCES = tests/unit/test_log_kafka_fault.c tests/tap.h
tests_unit_test_log_kafka_fault_LDADD = $(LOG) $(LOG_LIBS)

check_PROGRAMS += tests/unit/test_log_local
tests_unit_test_log_local_SOURCES = tests/unit/test_log_local.c tests/tap.h
tests_unit_test_log_local_LDADD = $(LOG) $(LOG_LIBS)

check_PROGRAMS += tests/unit/test_log_kafka_window
tests_unit_test_log_kafka_window_SOURCES = tests/unit/test_log_kafka_window.c tests/tap.h
tests_unit_test_log_kafka_window_LDADD = $(LOG) $(LOG_LIBS)

noinst_PROGRAMS += tests/bench/bench_log
tests_bench_bench_log_SOURCES = tests/bench/bench_log.c
tests_bench_bench_log_LDADD = $(LOG) $(LOG_LIBS)
