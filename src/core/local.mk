noinst_LIBRARIES += src/core/libcore.a
src_core_libcore_a_SOURCES = \
	src/core/arena.c \
	src/core/arena.h \
	src/core/buf.c \
	src/core/buf.h \
	src/core/changes.c \
	src/core/changes.h \
	src/core/clock.c \
	src/core/clock.h \
	src/core/digest.c \
	src/core/digest.h \
	src/core/err.c \
	src/core/err.h \
	src/core/fnv.h \
	src/core/histogram.c \
	src/core/histogram.h \
	src/core/intern.c \
	src/core/intern.h \
	src/core/json.c \
	src/core/json.h \
	src/core/json_scan.h \
	src/core/json_text.c \
	src/core/lock_file.c \
	src/core/lock_file.h \
	src/core/logline.c \
	src/core/logline.h \
	src/core/must.c \
	src/core/must.h \
	src/core/name_map.c \
	src/core/name_map.h \
	src/core/process.c \
	src/core/process.h \
	src/core/queue.c \
	src/core/queue.h \
	src/core/report.c \
	src/core/report.h \
	src/core/text.c \
	src/core/text.h \
	src/core/unique.c \
	src/core/unique.h \
	src/core/xalloc.c \
	src/core/xalloc.h \
	src/core/conf/conf.c \
	src/core/conf/conf.h \
	src/core/conf/conf_changes.c \
	src/core/conf/conf_nearest.c \
	src/core/conf/conf_part.h \
	src/core/conf/conf_quote.c \
	src/core/conf/conf_secret.c \
	src/core/conf/conf_value.c \
	src/core/conf/endpoint.c \
	src/core/conf/endpoint.h \
	src/core/conf/pattern.c \
	src/core/conf/pattern.h \
	src/core/num/num.c \
	src/core/num/num.h \
	src/core/num/num_double.c \
	src/core/num/num_pow10.h \
	src/core/num/num_time.c

check_PROGRAMS += tests/unit/test_arena
tests_unit_test_arena_SOURCES = tests/unit/test_arena.c tests/tap.h
tests_unit_test_arena_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_changes
tests_unit_test_changes_SOURCES = tests/unit/test_changes.c tests/tap.h
tests_unit_test_changes_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_unique
tests_unit_test_unique_SOURCES = tests/unit/test_unique.c tests/tap.h
tests_unit_test_unique_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_buf
tests_unit_test_buf_SOURCES = tests/unit/test_buf.c tests/tap.h
tests_unit_test_buf_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c tests/tap.h
tests_unit_test_clock_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_endpoint
tests_unit_test_endpoint_SOURCES = tests/unit/test_endpoint.c tests/tap.h
tests_unit_test_endpoint_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_conf
tests_unit_test_conf_SOURCES = tests/unit/test_conf.c tests/tap.h
tests_unit_test_conf_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_digest
tests_unit_test_digest_SOURCES = tests/unit/test_digest.c tests/tap.h
tests_unit_test_digest_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_err
tests_unit_test_err_SOURCES = tests/unit/test_err.c tests/tap.h
tests_unit_test_err_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_histogram
tests_unit_test_histogram_SOURCES = tests/unit/test_histogram.c tests/tap.h
tests_unit_test_histogram_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_name_map
tests_unit_test_name_map_SOURCES = tests/unit/test_name_map.c tests/tap.h
tests_unit_test_name_map_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_intern
tests_unit_test_intern_SOURCES = tests/unit/test_intern.c tests/tap.h
tests_unit_test_intern_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c tests/tap.h
tests_unit_test_json_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_logline
tests_unit_test_logline_SOURCES = tests/unit/test_logline.c tests/tap.h
tests_unit_test_logline_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_num
tests_unit_test_num_SOURCES = tests/unit/test_num.c tests/tap.h
tests_unit_test_num_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_num_double
tests_unit_test_num_double_SOURCES = tests/unit/test_num_double.c tests/tap.h
tests_unit_test_num_double_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_num_time
tests_unit_test_num_time_SOURCES = tests/unit/test_num_time.c tests/tap.h
tests_unit_test_num_time_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_queue
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c tests/tap.h
tests_unit_test_queue_LDADD = $(CORE)

check_PROGRAMS += tests/unit/test_report
tests_unit_test_report_SOURCES = tests/unit/test_report.c tests/tap.h
tests_unit_test_report_LDADD = $(CORE)
