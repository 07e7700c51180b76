# MySQL as a source of changes; each library below knows only those that follow it.
noinst_LIBRARIES += src/source/libsource.a
src_source_libsource_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_libsource_a_SOURCES = \
	src/source/source.c \
	src/source/source.h \
	src/source/source_fill.c \
	src/source/source_plan.c \
	src/source/source_foreign.c \
	src/source/source_lists.c \
	src/source/source_lists.h \
	src/source/source_names.c \
	src/source/source_new_tables.c \
	src/source/source_parts.h \
	src/source/source_past.c \
	src/source/source_progress.c \
	src/source/source_successor.c \
	src/source/source_progress.h \
	src/source/source_pulse.c \
	src/source/source_pulse.h \
	src/source/source_lookup.c \
	src/source/source_knows.c \
	src/source/source_reader.c \
	src/source/source_repair.c \
	src/source/source_resume.c \
	src/source/source_start.c \
	src/source/source_status.c

# What `millrace check` asks of a server, and counts in its tables.
noinst_LIBRARIES += src/source/check/libcheck.a
src_source_check_libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_check_libcheck_a_SOURCES = \
	src/source/check/mysql_check.c \
	src/source/check/mysql_check.h \
	src/source/check/mysql_check_table.c \
	src/source/check/mysql_check_table.h \
	src/source/check/mysql_check_question.c

# Tables that are read again, or for the first time, beside the stream.
noinst_LIBRARIES += src/source/incremental/libincremental.a
src_source_incremental_libincremental_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_incremental_libincremental_a_SOURCES = \
	src/source/incremental/mysql_fill.c \
	src/source/incremental/mysql_fill.h \
	src/source/incremental/mysql_fill_give.c \
	src/source/incremental/mysql_fill_keys.c \
	src/source/incremental/mysql_fill_keys.h \
	src/source/incremental/mysql_fill_order.c \
	src/source/incremental/mysql_fill_order.h \
	src/source/incremental/mysql_fill_parts.h \
	src/source/incremental/mysql_fill_plan.c \
	src/source/incremental/mysql_fill_plan.h \
	src/source/incremental/mysql_fill_read.c \
	src/source/incremental/mysql_fill_status.c \
	src/source/incremental/mysql_fill_view.c \
	src/source/incremental/mysql_fill_view.h

# The initial snapshot.
noinst_LIBRARIES += src/source/snapshot/libsnapshot.a
src_source_snapshot_libsnapshot_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_snapshot_libsnapshot_a_SOURCES = \
	src/source/snapshot/mysql_chunk.c \
	src/source/snapshot/mysql_chunk_bound.c \
	src/source/snapshot/mysql_chunk_parts.h \
	src/source/snapshot/mysql_chunk.h \
	src/source/snapshot/mysql_lane_plan.c \
	src/source/snapshot/mysql_lane_plan.h \
	src/source/snapshot/mysql_lanes.c \
	src/source/snapshot/mysql_lanes.h \
	src/source/snapshot/mysql_moment.c \
	src/source/snapshot/mysql_moment.h \
	src/source/snapshot/mysql_retention.c \
	src/source/snapshot/mysql_retention.h \
	src/source/snapshot/mysql_show.c \
	src/source/snapshot/mysql_show.h \
	src/source/snapshot/mysql_snapshot.c \
	src/source/snapshot/mysql_snapshot.h \
	src/source/snapshot/mysql_snapshot_begin.c \
	src/source/snapshot/mysql_snapshot_ddl.c \
	src/source/snapshot/mysql_snapshot_parts.h \
	src/source/snapshot/mysql_snapshot_place.c \
	src/source/snapshot/mysql_snapshot_wish.c \
	src/source/snapshot/mysql_tables.c

# Events to changes.
noinst_LIBRARIES += src/source/stream/libstream.a
src_source_stream_libstream_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_stream_libstream_a_SOURCES = \
	src/source/stream/mysql_order.c \
	src/source/stream/mysql_order.h \
	src/source/stream/mysql_reach.c \
	src/source/stream/mysql_reach.h \
	src/source/stream/mysql_resume.c \
	src/source/stream/mysql_resume.h \
	src/source/stream/mysql_same_binlog.c \
	src/source/stream/mysql_same_binlog.h \
	src/source/stream/mysql_stream.c \
	src/source/stream/mysql_stream.h \
	src/source/stream/mysql_stream_parts.h \
	src/source/stream/mysql_stream_query.c \
	src/source/stream/mysql_stream_rows.c \
	src/source/stream/mysql_stream_table.c \
	src/source/stream/mysql_stream_table.h \
	src/source/stream/mysql_stream_txn.c \
	src/source/stream/mysql_stream_xa.c \
	src/source/stream/mysql_xa.c \
	src/source/stream/mysql_xa.h

# What the tables are at a position, followed through DDL.
noinst_LIBRARIES += src/source/catalog/libcatalog.a
src_source_catalog_libcatalog_a_SOURCES = \
	src/source/catalog/mysql_catalog.c \
	src/source/catalog/mysql_catalog.h \
	src/source/catalog/mysql_catalog_apply.c \
	src/source/catalog/mysql_catalog_entry.h \
	src/source/catalog/mysql_catalog_table.c \
	src/source/catalog/mysql_catalog_column.c \
	src/source/catalog/mysql_catalog_column.h \
	src/source/catalog/mysql_catalog_table.h \
	src/source/catalog/mysql_ddl.c \
	src/source/catalog/mysql_ddl.h \
	src/source/catalog/mysql_ddl_column.c \
	src/source/catalog/mysql_default.c \
	src/source/catalog/mysql_default.h \
	src/source/catalog/mysql_default_time.c \
	src/source/catalog/mysql_default_time.h \
	src/source/catalog/mysql_ddl_lexer.c \
	src/source/catalog/mysql_ddl_lexer.h \
	src/source/catalog/mysql_ddl_names.c \
	src/source/catalog/mysql_ddl_names.h \
	src/source/catalog/mysql_effect.c \
	src/source/catalog/mysql_effect.h \
	src/source/catalog/mysql_ddl_parser.c \
	src/source/catalog/mysql_ddl_parser.h \
	src/source/catalog/mysql_ddl_table.c \
	src/source/catalog/mysql_filter.c \
	src/source/catalog/mysql_filter.h \
	src/source/catalog/mysql_statement.c \
	src/source/catalog/mysql_statement.h \
	src/source/catalog/mysql_temporary.c \
	src/source/catalog/mysql_temporary.h \
	src/source/catalog/mysql_touch.c \
	src/source/catalog/mysql_touch.h \
	src/source/catalog/mysql_undo.c \
	src/source/catalog/mysql_undo.h

# Connections, and what is asked through them.
noinst_LIBRARIES += src/source/server/libserver.a
src_source_server_libserver_a_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
src_source_server_libserver_a_SOURCES = \
	src/source/server/mysql_binlog.c \
	src/source/server/mysql_binlog.h \
	src/source/server/mysql_conf.h \
	src/source/server/mysql_conn.c \
	src/source/server/mysql_conn.h \
	src/source/server/mysql_definition.c \
	src/source/server/mysql_definition.h \
	src/source/server/mysql_foreign.c \
	src/source/server/mysql_foreign.h \
	src/source/server/mysql_identity.c \
	src/source/server/mysql_identity.h \
	src/source/server/mysql_refusal.c \
	src/source/server/mysql_refusal.h \
	src/source/server/mysql_scan.c \
	src/source/server/mysql_scan.h \
	src/source/server/mysql_side.c \
	src/source/server/mysql_kept.h \
	src/source/server/mysql_side.h \
	src/source/server/mysql_throttle.c \
	src/source/server/mysql_throttle.h \
	src/source/server/mysql_wire.c \
	src/source/server/mysql_wire.h

# Bytes in, values out: no connection, and not the MySQL client.
noinst_LIBRARIES += src/source/decode/libdecode.a
src_source_decode_libdecode_a_SOURCES = \
	src/source/decode/mysql_bytes.c \
	src/source/decode/mysql_bytes.h \
	src/source/decode/mysql_charset.c \
	src/source/decode/mysql_charset.h \
	src/source/decode/mysql_charset_table.c \
	src/source/decode/mysql_charset_table.h \
	src/source/decode/mysql_collation_table.c \
	src/source/decode/mysql_decimal.c \
	src/source/decode/mysql_decimal.h \
	src/source/decode/mysql_event.c \
	src/source/decode/mysql_event.h \
	src/source/decode/mysql_event_gtid.c \
	src/source/decode/mysql_event_query.c \
	src/source/decode/mysql_gtid.c \
	src/source/decode/mysql_gtid_text.c \
	src/source/decode/mysql_gtid_parts.h \
	src/source/decode/mysql_gtid.h \
	src/source/decode/mysql_jsonb.c \
	src/source/decode/mysql_jsonb.h \
	src/source/decode/mysql_jsonb_diff.c \
	src/source/decode/mysql_jsonb_read.c \
	src/source/decode/mysql_jsonb_read.h \
	src/source/decode/mysql_payload.c \
	src/source/decode/mysql_row.c \
	src/source/decode/mysql_row.h \
	src/source/decode/mysql_table_map.c \
	src/source/decode/mysql_table_map.h \
	src/source/decode/mysql_table_schema.c \
	src/source/decode/mysql_text.c \
	src/source/decode/mysql_text.h \
	src/source/decode/mysql_value.c \
	src/source/decode/mysql_value.h

noinst_PROGRAMS += tests/e2e/source_test
tests_e2e_source_test_SOURCES = tests/e2e/source_test.c tests/e2e/source_model.c tests/e2e/source_model.h tests/tap.h
tests_e2e_source_test_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_e2e_source_test_LDADD = $(SOURCE) $(SOURCE_LIBS)
E2E_TESTS += tests/e2e/source.sh

noinst_PROGRAMS += tests/e2e/fill_test
tests_e2e_fill_test_SOURCES = tests/e2e/fill_test.c tests/tap.h
tests_e2e_fill_test_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_e2e_fill_test_LDADD = $(SOURCE) $(SOURCE_LIBS)
E2E_TESTS += tests/e2e/fill_source.sh tests/e2e/fill.sh tests/e2e/fill_throttle.sh tests/e2e/fill_signal.sh

check_PROGRAMS += tests/unit/test_mysql_text tests/unit/test_mysql_chunk tests/unit/test_snapshot_place tests/unit/test_retention tests/unit/test_mysql_filter tests/unit/test_mysql_undo
check_PROGRAMS += tests/unit/test_mysql_fill
tests_unit_test_mysql_fill_SOURCES = tests/unit/test_mysql_fill.c tests/tap.h
tests_unit_test_mysql_fill_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_mysql_fill_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_mysql_text_SOURCES = tests/unit/test_mysql_text.c tests/tap.h
tests_unit_test_mysql_text_LDADD = $(DECODE) $(DECODE_LIBS)
tests_unit_test_mysql_chunk_SOURCES = tests/unit/test_mysql_chunk.c tests/tap.h
tests_unit_test_mysql_chunk_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_mysql_chunk_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_snapshot_place_SOURCES = tests/unit/test_snapshot_place.c tests/tap.h
tests_unit_test_snapshot_place_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_snapshot_place_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_retention_SOURCES = tests/unit/test_retention.c tests/tap.h
tests_unit_test_retention_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_retention_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_mysql_filter_SOURCES = tests/unit/test_mysql_filter.c tests/tap.h
tests_unit_test_mysql_filter_LDADD = $(SOURCE) $(SOURCE_LIBS)
check_PROGRAMS += tests/unit/test_mysql_resume tests/unit/test_source_pulse tests/unit/test_mysql_refusal
tests_unit_test_mysql_refusal_SOURCES = tests/unit/test_mysql_refusal.c tests/tap.h
tests_unit_test_mysql_refusal_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_mysql_resume_SOURCES = tests/unit/test_mysql_resume.c tests/tap.h
tests_unit_test_mysql_resume_LDADD = $(SOURCE) $(SOURCE_LIBS)
check_PROGRAMS += tests/unit/test_source_progress tests/unit/test_source_lists
tests_unit_test_source_lists_SOURCES = tests/unit/test_source_lists.c tests/tap.h
tests_unit_test_source_lists_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_source_progress_SOURCES = tests/unit/test_source_progress.c tests/tap.h
tests_unit_test_source_progress_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_source_progress_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_source_pulse_SOURCES = tests/unit/test_source_pulse.c tests/tap.h
tests_unit_test_source_pulse_LDADD = $(SOURCE) $(SOURCE_LIBS)
check_PROGRAMS += tests/unit/test_source_past tests/unit/test_definition
tests_unit_test_definition_SOURCES = tests/unit/test_definition.c tests/tap.h
tests_unit_test_definition_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_source_past_SOURCES = tests/unit/test_source_past.c tests/tap.h
tests_unit_test_source_past_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_mysql_undo_SOURCES = tests/unit/test_mysql_undo.c tests/tap.h
tests_unit_test_mysql_undo_LDADD = $(SOURCE) $(SOURCE_LIBS)
check_PROGRAMS += tests/unit/test_mysql_xa
tests_unit_test_mysql_xa_SOURCES = tests/unit/test_mysql_xa.c tests/tap.h
tests_unit_test_mysql_xa_LDADD = $(SOURCE) $(SOURCE_LIBS)

check_PROGRAMS += tests/unit/test_bombs
tests_unit_test_bombs_SOURCES = tests/unit/test_bombs.c tests/tap.h
tests_unit_test_bombs_LDADD = $(SOURCE) $(SOURCE_LIBS)

check_PROGRAMS += tests/unit/test_corrupt
tests_unit_test_corrupt_SOURCES = tests/unit/test_corrupt.c tests/unit/binlog_replay.h tests/tap.h
tests_unit_test_corrupt_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_unit_test_corrupt_LDADD = $(SOURCE) $(SOURCE_LIBS)

check_PROGRAMS += tests/unit/test_check_tables
tests_unit_test_check_tables_SOURCES = tests/unit/test_check_tables.c tests/tap.h
tests_unit_test_check_tables_LDADD = $(SOURCE) $(SOURCE_LIBS)

check_PROGRAMS += tests/unit/test_binlog
tests_unit_test_binlog_SOURCES = tests/unit/test_binlog.c tests/unit/binlog_text.h tests/tap.h
tests_unit_test_binlog_LDADD = $(SOURCE) $(SOURCE_LIBS) $(ZLIB_LIBS)

noinst_PROGRAMS += tests/bench/bench_decode
tests_bench_bench_decode_SOURCES = tests/bench/bench_decode.c tests/unit/binlog_text.h
tests_bench_bench_decode_LDADD = $(SOURCE) $(SOURCE_LIBS) $(ZLIB_LIBS)

# Fuzz targets: seeds and a fixed number of mutations of each (tests/fuzz/fuzz_main.c).
check_PROGRAMS += tests/fuzz/fuzz_event tests/fuzz/fuzz_row tests/fuzz/fuzz_jsonb tests/fuzz/fuzz_gtid tests/fuzz/fuzz_ddl tests/fuzz/fuzz_charset
check_PROGRAMS += tests/fuzz/fuzz_stream tests/fuzz/fuzz_payload tests/fuzz/fuzz_text tests/fuzz/fuzz_wire
FUZZ = tests/fuzz/fuzz_main.c tests/fuzz/fuzz_target.h
tests_fuzz_fuzz_event_SOURCES = tests/fuzz/fuzz_event.c $(FUZZ)
tests_fuzz_fuzz_event_LDADD = $(DECODE) $(DECODE_LIBS)
noinst_PROGRAMS += tests/fuzz/seed_split
tests_fuzz_seed_split_SOURCES = tests/fuzz/seed_split.c
tests_fuzz_seed_split_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_stream_SOURCES = tests/fuzz/fuzz_stream.c $(FUZZ)
tests_fuzz_fuzz_stream_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_fuzz_fuzz_stream_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c $(FUZZ)
tests_fuzz_fuzz_wire_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_fuzz_fuzz_wire_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_payload_SOURCES = tests/fuzz/fuzz_payload.c $(FUZZ)
tests_fuzz_fuzz_payload_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_text_SOURCES = tests/fuzz/fuzz_text.c $(FUZZ)
tests_fuzz_fuzz_text_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_row_SOURCES = tests/fuzz/fuzz_row.c $(FUZZ)
tests_fuzz_fuzz_row_LDADD = $(DECODE) $(DECODE_LIBS)
tests_fuzz_fuzz_jsonb_SOURCES = tests/fuzz/fuzz_jsonb.c $(FUZZ)
tests_fuzz_fuzz_jsonb_LDADD = $(DECODE) $(DECODE_LIBS)
tests_fuzz_fuzz_gtid_SOURCES = tests/fuzz/fuzz_gtid.c $(FUZZ)
tests_fuzz_fuzz_gtid_LDADD = $(DECODE) $(DECODE_LIBS)
tests_fuzz_fuzz_ddl_SOURCES = tests/fuzz/fuzz_ddl.c $(FUZZ)
tests_fuzz_fuzz_ddl_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_fuzz_fuzz_charset_SOURCES = tests/fuzz/fuzz_charset.c $(FUZZ)
tests_fuzz_fuzz_charset_LDADD = $(DECODE) $(DECODE_LIBS)

check_PROGRAMS += tests/unit/test_gtid tests/unit/test_jsonb tests/unit/test_charset tests/unit/test_ddl tests/unit/test_ddl_effect tests/unit/test_ddl_told tests/unit/test_default tests/unit/test_row tests/unit/test_event
tests_unit_test_gtid_SOURCES = tests/unit/test_gtid.c tests/tap.h
tests_unit_test_gtid_LDADD = $(DECODE) $(DECODE_LIBS)
tests_unit_test_jsonb_SOURCES = tests/unit/test_jsonb.c tests/tap.h
tests_unit_test_jsonb_LDADD = $(DECODE) $(DECODE_LIBS)
tests_unit_test_charset_SOURCES = tests/unit/test_charset.c tests/tap.h
tests_unit_test_charset_LDADD = $(DECODE) $(DECODE_LIBS)
tests_unit_test_ddl_SOURCES = tests/unit/test_ddl.c tests/tap.h
tests_unit_test_ddl_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_ddl_effect_SOURCES = tests/unit/test_ddl_effect.c tests/tap.h
tests_unit_test_ddl_effect_LDADD = $(SOURCE) $(SOURCE_LIBS) -lm
tests_unit_test_ddl_told_SOURCES = tests/unit/test_ddl_told.c tests/tap.h
tests_unit_test_default_SOURCES = tests/unit/test_default.c tests/tap.h
tests_unit_test_default_LDADD = $(SOURCE) $(SOURCE_LIBS) -lm
tests_unit_test_ddl_told_LDADD = $(SOURCE) $(SOURCE_LIBS)
tests_unit_test_row_SOURCES = tests/unit/test_row.c tests/unit/binlog_text.h tests/tap.h
tests_unit_test_row_LDADD = $(SOURCE) $(SOURCE_LIBS) $(ZLIB_LIBS)
tests_unit_test_event_SOURCES = tests/unit/test_event.c tests/unit/binlog_text.h tests/tap.h
tests_unit_test_event_LDADD = $(DECODE) $(DECODE_LIBS) $(ZLIB_LIBS)
