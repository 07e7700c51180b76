# The history checker: python3 and no code of millrace. tests/history/run is for nights; the suite has a short run.

noinst_PROGRAMS += tests/history/wrong_clock.so
tests_history_wrong_clock_so_SOURCES = tests/history/wrong_clock.c
tests_history_wrong_clock_so_CFLAGS = $(WARN_CFLAGS) -fPIC
tests_history_wrong_clock_so_LDFLAGS = -shared
tests_history_wrong_clock_so_LDADD = -ldl
