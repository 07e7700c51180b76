# Messages; each library below knows only those that follow it.
noinst_LIBRARIES += src/format/libformat.a
src_format_libformat_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_libformat_a_SOURCES = \
	src/format/format.h \
	src/format/format_conf.h \
	src/format/format_check.c \
	src/format/format_form.c

# Messages back to changes.
noinst_LIBRARIES += src/format/decode/libdecode.a
src_format_decode_libdecode_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_decode_libdecode_a_SOURCES = \
	src/format/decode/format_block.c \
	src/format/decode/format_block.h \
	src/format/decode/format_decode.c \
	src/format/decode/format_decoder.h \
	src/format/decode/format_layout.c \
	src/format/decode/format_layout.h \
	src/format/decode/format_payload.c \
	src/format/decode/format_recognise.c

# Changes to messages.
noinst_LIBRARIES += src/format/encode/libencode.a
src_format_encode_libencode_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_encode_libencode_a_SOURCES = \
	src/format/encode/format_add.c \
	src/format/encode/format_add_header.c \
	src/format/encode/format_change_topic.c \
	src/format/encode/format_ddl.c \
	src/format/encode/format_delete.c \
	src/format/encode/format_encode.c \
	src/format/encode/format_row.c \
	src/format/encode/format_encoder.h \
	src/format/encode/format_envelope.c \
	src/format/encode/format_flat.c \
	src/format/encode/format_header.c \
	src/format/encode/format_key.c \
	src/format/encode/format_key.h \
	src/format/encode/format_mapped.c \
	src/format/encode/format_mapped.h \
	src/format/encode/format_mapper.c \
	src/format/encode/format_mapper.h \
	src/format/encode/format_plan.c \
	src/format/encode/format_plan.h \
	src/format/encode/format_position_read.c \
	src/format/encode/format_position_write.c \
	src/format/encode/format_schema.c \
	src/format/encode/format_schema.h \
	src/format/encode/format_service.c \
	src/format/encode/format_service.h \
	src/format/encode/format_source.c \
	src/format/encode/format_source.h \
	src/format/encode/format_taken.c \
	src/format/encode/format_transaction.c \
	src/format/encode/format_transaction.h

# Positions and the schema history.
noinst_LIBRARIES += src/format/history/libhistory.a
src_format_history_libhistory_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_history_libhistory_a_SOURCES = \
	src/format/history/format_alter.c \
	src/format/history/format_alter.h \
	src/format/history/format_history.c \
	src/format/history/format_history.h \
	src/format/history/format_history_read.c \
	src/format/history/format_position.c \
	src/format/history/format_position.h \
	src/format/history/format_pretty.c \
	src/format/history/format_pretty.h

# One cell, one name.
noinst_LIBRARIES += src/format/cell/libcell.a
src_format_cell_libcell_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS)
src_format_cell_libcell_a_SOURCES = \
	src/format/cell/format_bigint.c \
	src/format/cell/format_bigint.h \
	src/format/cell/format_cell.c \
	src/format/cell/format_cell.h \
	src/format/cell/format_date.c \
	src/format/cell/format_date.h \
	src/format/cell/format_default.c \
	src/format/cell/format_default.h \
	src/format/cell/format_murmur2.c \
	src/format/cell/format_murmur2.h \
	src/format/cell/format_name.c \
	src/format/cell/format_name.h \
	src/format/cell/format_read.c \
	src/format/cell/format_read.h \
	src/format/cell/format_topic.c \
	src/format/cell/format_topic.h \
	src/format/cell/format_type.c \
	src/format/cell/format_type.h

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
