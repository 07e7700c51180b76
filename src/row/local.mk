noinst_LIBRARIES += src/row/librow.a
src_row_librow_a_SOURCES = \
	src/row/batch.c \
	src/row/batch.h \
	src/row/change.h \
	src/row/collapse.c \
	src/row/collapse.h \
	src/row/position.c \
	src/row/position.h \
	src/row/record.h \
	src/row/schema.c \
	src/row/schema.h \
	src/row/value.c \
	src/row/value.h
