noinst_LIBRARIES += src/format/libformat.a
src_format_libformat_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_libformat_a_SOURCES = \
	src/format/format.h \
	src/format/format_add.c \
	src/format/format_add_header.c \
	src/format/format_bigint.c \
	src/format/format_bigint.h \
	src/format/format_block.c \
	src/format/format_block.h \
	src/format/format_cell.c \
	src/format/format_cell.h \
	src/format/format_change_topic.c \
	src/format/format_date.c \
	src/format/format_date.h \
	src/format/format_ddl.c \
	src/format/format_decode.c \
	src/format/format_decoder.h \
	src/format/format_default.c \
	src/format/format_default.h \
	src/format/format_delete.c \
	src/format/format_encode.c \
	src/format/format_encoder.h \
	src/format/format_envelope.c \
	src/format/format_exam.c \
	src/format/format_flat.c \
	src/format/format_header.c \
	src/format/format_history.c \
	src/format/format_history.h \
	src/format/format_history_read.c \
	src/format/format_key.c \
	src/format/format_key.h \
	src/format/format_layout.c \
	src/format/format_layout.h \
	src/format/format_mapped.c \
	src/format/format_mapped.h \
	src/format/format_mapper.c \
	src/format/format_mapper.h \
	src/format/format_murmur2.c \
	src/format/format_murmur2.h \
	src/format/format_name.c \
	src/format/format_name.h \
	src/format/format_payload.c \
	src/format/format_plan.c \
	src/format/format_plan.h \
	src/format/format_position.c \
	src/format/format_position.h \
	src/format/format_position_read.c \
	src/format/format_pretty.c \
	src/format/format_pretty.h \
	src/format/format_read.c \
	src/format/format_read.h \
	src/format/format_recognise.c \
	src/format/format_schema.c \
	src/format/format_schema.h \
	src/format/format_service.c \
	src/format/format_service.h \
	src/format/format_source.c \
	src/format/format_source.h \
	src/format/format_topic.c \
	src/format/format_topic.h \
	src/format/format_transaction.c \
	src/format/format_transaction.h \
	src/format/format_type.c \
	src/format/format_type.h

check_PROGRAMS += tests/unit/test_format_bombs
tests_unit_test_format_bombs_SOURCES = tests/unit/test_format_bombs.c tests/tap.h
tests_unit_test_format_bombs_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_cell
tests_unit_test_format_cell_SOURCES = tests/unit/test_format_cell.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_cell_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_message
tests_unit_test_format_message_SOURCES = tests/unit/test_format_message.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_message_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_mapper
tests_unit_test_format_mapper_SOURCES = tests/unit/test_format_mapper.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_mapper_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_transaction
tests_unit_test_format_transaction_SOURCES = tests/unit/test_format_transaction.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_transaction_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_name
tests_unit_test_format_name_SOURCES = tests/unit/test_format_name.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_name_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_decode
tests_unit_test_format_decode_SOURCES = tests/unit/test_format_decode.c tests/unit/format_random.h tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_decode_LDADD = $(FORMAT) $(FORMAT_LIBS)

noinst_PROGRAMS += tests/bench/bench_format
tests_bench_bench_format_SOURCES = tests/bench/bench_format.c
tests_bench_bench_format_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_history
tests_unit_test_format_history_SOURCES = tests/unit/test_format_history.c tests/unit/format_random.h tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_history_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/unit/test_format_position
tests_unit_test_format_position_SOURCES = tests/unit/test_format_position.c tests/unit/format_fixture.h tests/tap.h
tests_unit_test_format_position_LDADD = $(FORMAT) $(FORMAT_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_format_decode
tests_fuzz_fuzz_format_decode_SOURCES = tests/fuzz/fuzz_format_decode.c tests/fuzz/fuzz_main.c tests/fuzz/fuzz_target.h
tests_fuzz_fuzz_format_decode_LDADD = $(FORMAT) $(FORMAT_LIBS)
