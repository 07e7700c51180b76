# What `make bench` runs beside millrace itself; the programs of single rooms stand in their rooms' local.mk.
noinst_PROGRAMS += tests/bench/bench_stream tests/bench/bench_drain tests/bench/bench_latency tests/bench/bench_console

tests_bench_bench_stream_SOURCES = tests/bench/bench_stream.c
tests_bench_bench_stream_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_bench_bench_stream_LDADD = $(SOURCE_PARTS) $(FORMAT_PARTS) $(LOGIN) $(ROW) $(SOURCE_LIBS) $(FORMAT_LIBS)

tests_bench_bench_drain_SOURCES = tests/bench/bench_drain.c
tests_bench_bench_drain_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS)
tests_bench_bench_drain_LDADD = $(CORE) $(KAFKA_LIBS) $(CORE_LIBS)

tests_bench_bench_latency_SOURCES = tests/bench/bench_latency.c
tests_bench_bench_latency_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS) $(KAFKA_CFLAGS)
tests_bench_bench_latency_LDADD = $(CORE) $(MYSQL_LIBS) $(KAFKA_LIBS) $(CORE_LIBS) -lpthread

tests_bench_bench_console_SOURCES = tests/bench/bench_console.c
tests_bench_bench_console_LDADD = $(CORE) $(CORE_LIBS) -lutil
