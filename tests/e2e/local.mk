# End to end, on real servers.

E2E_TESTS += tests/e2e/replaced_log.sh tests/e2e/replaced_kafka.sh
E2E_TESTS += tests/e2e/verify.sh tests/e2e/verify_starrocks.sh
E2E_TESTS += tests/e2e/stopped.sh tests/e2e/dead_capture.sh tests/e2e/snapshot.sh tests/e2e/stream.sh tests/e2e/kill.sh tests/e2e/faults_mysql.sh tests/e2e/faults_starrocks.sh
E2E_TESTS += tests/e2e/snapshot_faults.sh tests/e2e/snapshot_keys.sh tests/e2e/snapshot_replica.sh tests/e2e/snapshot_binlog.sh tests/e2e/snapshot_position.sh tests/e2e/snapshot_session.sh
E2E_TESTS += tests/e2e/capture_stop.sh tests/e2e/truncate_clock.sh tests/e2e/ddl_rows.sh tests/e2e/ddl_rows_starrocks.sh tests/e2e/ddl_target.sh tests/e2e/foreign_keys.sh tests/e2e/foreign_keys_many.sh tests/e2e/ddl_target_starrocks.sh
E2E_TESTS += tests/e2e/tables.sh tests/e2e/check_tables.sh tests/e2e/corrupt.sh
E2E_TESTS += tests/e2e/scripts.sh tests/e2e/xa.sh tests/e2e/load_hangs.sh tests/e2e/load_down.sh tests/e2e/load_versions.sh tests/e2e/target_gone.sh tests/e2e/target_rows.sh tests/e2e/target_route.sh tests/e2e/merge.sh tests/e2e/merge_kinds.sh tests/e2e/addresses.sh tests/e2e/tables_there.sh tests/e2e/schema_change.sh tests/e2e/schema_refused.sh tests/e2e/column_empty.sh tests/e2e/columns.sh tests/e2e/try.sh tests/e2e/terminal.sh tests/e2e/terminal_unread.sh tests/e2e/oncall.sh tests/e2e/wrong_input.sh tests/e2e/add_column.sh
E2E_TESTS += tests/e2e/script_versions.sh tests/e2e/script_refill.sh tests/e2e/lookup.sh

noinst_PROGRAMS += tests/e2e/compare_tables
tests_e2e_compare_tables_SOURCES = tests/e2e/compare_tables.c
tests_e2e_compare_tables_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_e2e_compare_tables_LDADD = $(CORE) $(MYSQL_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS)

E2E_TESTS += tests/e2e/mysql_silence.sh tests/e2e/mysql_failover.sh tests/e2e/mysql_position.sh tests/e2e/mysql_restored.sh tests/e2e/mysql_semisync.sh tests/e2e/mysql_refused.sh

noinst_PROGRAMS += tests/e2e/mysql_proxy
tests_e2e_mysql_proxy_SOURCES = tests/e2e/mysql_proxy.c
tests_e2e_mysql_proxy_LDADD = $(CORE)

E2E_TESTS += tests/e2e/load_nodes.sh tests/e2e/load_share.sh tests/e2e/load_added.sh

# The schema at a position.
E2E_TESTS += tests/e2e/ddl_differential.sh tests/e2e/schema_history.sh tests/e2e/ddl_unknown.sh
noinst_PROGRAMS += tests/e2e/ddl_differential
tests_e2e_ddl_differential_SOURCES = tests/e2e/ddl_differential.c tests/e2e/ddl_random.c tests/e2e/ddl_random.h \
	tests/e2e/ddl_compare.c tests/e2e/ddl_compare.h tests/tap.h
tests_e2e_ddl_differential_CPPFLAGS = $(AM_CPPFLAGS) $(MYSQL_CFLAGS)
tests_e2e_ddl_differential_LDADD = $(SOURCE) $(SOURCE_LIBS) -lm

E2E_TESTS += tests/e2e/dead_letters.sh tests/e2e/dead_roles.sh
E2E_TESTS += tests/e2e/resume.sh tests/e2e/messages.sh tests/e2e/trace.sh tests/e2e/complete.sh
E2E_TESTS += tests/e2e/new_tables.sh tests/e2e/fill_waits.sh
E2E_TESTS += tests/e2e/take_over.sh tests/e2e/routine.sh tests/e2e/routine_rows.sh tests/e2e/sdk.sh tests/e2e/docs.sh
E2E_TESTS += tests/e2e/kafka_refused.sh
E2E_TESTS += tests/e2e/kafka_wire.sh tests/e2e/kafka_zookeeper.sh tests/e2e/kafka_fence.sh tests/e2e/kafka_broker.sh tests/e2e/kafka_once.sh tests/e2e/kafka_tls.sh

noinst_PROGRAMS += tests/e2e/compare_topics
tests_e2e_compare_topics_SOURCES = tests/e2e/compare_topics.c tests/e2e/compare_topics.h tests/e2e/compare_topics_cases.c \
	tests/e2e/compare_topics_json.c tests/e2e/compare_topics_pair.c tests/e2e/compare_topics_read.c
tests_e2e_compare_topics_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS)
tests_e2e_compare_topics_LDADD = $(CORE) $(KAFKA_LIBS)

# Servers that mean harm.
E2E_TESTS += tests/e2e/rogue.sh tests/e2e/doors.sh tests/e2e/files.sh tests/e2e/masks.sh
noinst_PROGRAMS += tests/e2e/rogue
tests_e2e_rogue_SOURCES = tests/e2e/rogue.c

E2E_TESTS += tests/e2e/oncall_systems.sh tests/e2e/oncall_disk.sh tests/e2e/oncall_time.sh
noinst_PROGRAMS += tests/e2e/older_recording
tests_e2e_older_recording_SOURCES = tests/e2e/older_recording.c
tests_e2e_older_recording_LDADD = $(ENGINE) $(ENGINE_LIBS) -lm

E2E_TESTS += tests/e2e/stop_requests.sh
