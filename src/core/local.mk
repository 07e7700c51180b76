noinst_LIBRARIES += src/core/libcore.a
src_core_libcore_a_SOURCES = \
	src/core/arena.c \
	src/core/arena.h \
	src/core/buf.c \
	src/core/buf.h \
	src/core/clock.c \
	src/core/clock.h \
	src/core/conf.h \
	src/core/err.c \
	src/core/err.h \
	src/core/histogram.c \
	src/core/histogram.h \
	src/core/intern.c \
	src/core/intern.h \
	src/core/json.h \
	src/core/logline.c \
	src/core/logline.h \
	src/core/num.h \
	src/core/queue.c \
	src/core/queue.h \
	src/core/report.c \
	src/core/report.h \
	src/core/text.c \
	src/core/text.h \
	src/core/xalloc.c \
	src/core/xalloc.h
