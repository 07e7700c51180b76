noinst_LIBRARIES += src/row/librow.a
src_row_librow_a_SOURCES = \
	src/row/batch.c \
	src/row/batch.h \
	src/row/change.h \
	src/row/collapse.c \
	src/row/collapse.h \
	src/row/column_fill.c \
	src/row/column_fill.h \
	src/row/column_type.c \
	src/row/column_type.h \
	src/row/table_check.c \
	src/row/table_check.h \
	src/row/form.h \
	src/row/position.c \
	src/row/position.h \
	src/row/record.h \
	src/row/schema.c \
	src/row/schema.h \
	src/row/value.c \
	src/row/value.h

check_PROGRAMS += tests/unit/test_batch
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c tests/tap.h
tests_unit_test_batch_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_collapse
tests_unit_test_collapse_SOURCES = tests/unit/test_collapse.c tests/tap.h
tests_unit_test_collapse_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_schema
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c tests/tap.h
tests_unit_test_schema_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_value
tests_unit_test_value_SOURCES = tests/unit/test_value.c tests/tap.h
tests_unit_test_value_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_column_fill
tests_unit_test_column_fill_SOURCES = tests/unit/test_column_fill.c tests/tap.h
tests_unit_test_column_fill_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_column_type
tests_unit_test_column_type_SOURCES = tests/unit/test_column_type.c tests/tap.h
tests_unit_test_column_type_LDADD = $(ROW)
