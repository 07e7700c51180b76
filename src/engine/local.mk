noinst_LIBRARIES += src/engine/libengine.a
src_engine_libengine_a_SOURCES = \
	src/engine/capture/capture.c \
	src/engine/capture/capture_dead.c \
	src/engine/capture/capture_first.c \
	src/engine/capture/capture_different.c \
	src/engine/capture/capture_lists.c \
	src/engine/capture/capture_orders.c \
	src/engine/capture/capture_parcel.c \
	src/engine/capture/capture_parts.h \
	src/engine/capture/capture_publish.c \
	src/engine/capture/capture_reach.c \
	src/engine/capture/capture_reading.c \
	src/engine/capture/capture_sections.c \
	src/engine/capture/capture_signal.c \
	src/engine/capture/capture_snapshot.c \
	src/engine/capture/capture_status.c \
	src/engine/capture/capture_stopped.c \
	src/engine/capture/capture_topics.c \
	src/engine/base/dead.c \
	src/engine/dead/dead_edit.c \
	src/engine/dead/dead_edit_text.c \
	src/engine/dead/dead_edit.h \
	src/engine/dead/dead_ledger.c \
	src/engine/dead/dead_ledger.h \
	src/engine/base/dead_letter.c \
	src/engine/base/dead_letter.h \
	src/engine/dead/dead_list.c \
	src/engine/dead/dead_list.h \
	src/engine/dead/dead_mark.c \
	src/engine/dead/dead_mark.h \
	src/engine/dead/dead_requests.c \
	src/engine/dead/dead_retry.c \
	src/engine/dead/dead_retry.h \
	src/engine/dead/dead_retry_parts.h \
	src/engine/dead/dead_wish.c \
	src/engine/dead/dead_wish.h \
	src/engine/requests/engine_requests.c \
	src/engine/requests/request_ask.c \
	src/engine/requests/request_ask.h \
	src/engine/requests/request_bundle.c \
	src/engine/requests/request_messages.c \
	src/engine/requests/request_process.c \
	src/engine/requests/request_scripts.c \
	src/engine/requests/request_tables.c \
	src/engine/engine.c \
	src/engine/engine.h \
	src/engine/control/engine_check.c src/engine/control/engine_ddl.c \
	src/engine/control/engine_check_names.c \
	src/engine/control/engine_columns.c \
	src/engine/control/engine_check_names.h \
	src/engine/control/engine_check_topics.c \
	src/engine/control/engine_check_topics.h \
	src/engine/control/engine_check_tables.c \
	src/engine/control/engine_check_tables.h \
	src/engine/control/engine_check_words.c \
	src/engine/control/engine_check_words.h \
	src/engine/control/engine_inspect.c \
	src/engine/routine/engine_routine.c \
	src/engine/routine/engine_routine.h \
	src/engine/routine/handover.c \
	src/engine/routine/handover.h \
	src/engine/routine/handover_old.c \
	src/engine/routine/handover_steps.c \
	src/engine/routine/routine_convert.c \
	src/engine/routine/routine_convert.h \
	src/engine/routine/routine_lua.c \
	src/engine/routine/routine_lua.h \
	src/engine/routine/routine_parse.c \
	src/engine/routine/routine_parse.h \
	src/engine/control/engine_inspect.h \
	src/engine/engine_parts.h \
	src/engine/control/engine_reload.c \
	src/engine/control/engine_groups.c \
	src/engine/control/engine_rules.c \
	src/engine/base/request_doc.c \
	src/engine/watch/engine_latency.c \
	src/engine/control/script_eval.c \
	src/engine/control/script_eval.h \
	src/engine/control/script_show.c \
	src/engine/control/script_show.h \
	src/engine/control/script_apply.c \
	src/engine/control/script_apply.h \
	src/engine/control/script_shadow.c \
	src/engine/control/script_shadow.h \
	src/engine/control/script_try.c \
	src/engine/control/script_watch.c \
	src/engine/control/script_watch.h \
	src/engine/control/script_trial.c \
	src/engine/control/script_trial.h \
	src/engine/control/script_trial_part.h \
	src/engine/control/script_trial_row.c \
	src/engine/watch/engine_complete.c \
	src/engine/watch/engine_problems.c \
	src/engine/watch/engine_limits.c \
	src/engine/control/group_reset.c \
	src/engine/control/group_reset.h \
	src/engine/control/problem_checks.c \
	src/engine/control/problem_checks.h \
	src/engine/control/problem_page.c \
	src/engine/control/problem_page.h \
	src/engine/base/reach.c \
	src/engine/base/reach.h \
	src/engine/control/engine_topic.c \
	src/engine/control/engine_settings.c \
	src/engine/watch/engine_series.c \
	src/engine/watch/engine_recorder.c \
	src/engine/watch/engine_scripts.c \
	src/engine/watch/engine_sections.c \
	src/engine/recorder/recording.c \
	src/engine/recorder/recording.h \
	src/engine/recorder/recording_file.c \
	src/engine/recorder/recording_parts.h \
	src/engine/watch/engine_status.c \
	src/engine/watch/endpoint_watch.c \
	src/engine/watch/routine_watch.c \
	src/engine/base/half.c \
	src/engine/base/half.h \
	src/engine/base/history.c \
	src/engine/base/owner.c \
	src/engine/base/initial.c \
	src/engine/base/loader.h \
	src/engine/base/log_from.c \
	src/engine/base/worker.c \
	src/engine/base/worker.h \
	src/engine/load/load.c \
	src/engine/load/load_assign.c \
	src/engine/load/load_dead.c \
	src/engine/load/load_done.c \
	src/engine/load/load_done.h \
	src/engine/load/load_due.c \
	src/engine/load/load_end.c \
	src/engine/load/load_gate.c \
	src/engine/load/load_history.c \
	src/engine/load/load_interval.c \
	src/engine/load/load_owner.c \
	src/engine/load/load_pace.c \
	src/engine/load/load_part.c \
	src/engine/load/load_parts.h \
	src/engine/load/load_pass.c \
	src/engine/load/load_password.c \
	src/engine/load/load_read.c \
	src/engine/load/load_sched.c \
	src/engine/load/load_script.c \
	src/engine/load/load_send.c \
	src/engine/load/load_stage.c \
	src/engine/load/load_tables.c \
	src/engine/load/load_target.c \
	src/engine/load/load_truncate.c \
	src/engine/load/load_truncate_at.c \
	src/engine/load/load_wait.c \
	src/engine/load/load_worker.c \
	src/engine/load/load_worker_parts.h \
	src/engine/load/place/load_item.c \
	src/engine/load/place/load_lend.c \
	src/engine/load/place/load_order.c \
	src/engine/load/place/load_place.c \
	src/engine/load/place/load_place.h \
	src/engine/load/place/load_range.c \
	src/engine/load/place/load_replay.c \
	src/engine/load/place/load_verify.c \
	src/engine/load/script/load_guard.c \
	src/engine/load/script/load_guard.h \
	src/engine/load/script/load_profile.c \
	src/engine/load/script/load_profile.h \
	src/engine/load/script/load_script_cost.c \
	src/engine/load/script/load_script_drops.c \
	src/engine/load/script/load_script_parts.h \
	src/engine/load/script/load_state.c \
	src/engine/load/script/load_table_script.c \
	src/engine/messages/filter.c \
	src/engine/messages/filter.h \
	src/engine/messages/latest.c \
	src/engine/messages/latest.h \
	src/engine/messages/message.c \
	src/engine/messages/message.h \
	src/engine/messages/message_print.c \
	src/engine/messages/message_print.h \
	src/engine/messages/messages.c \
	src/engine/messages/messages.h \
	src/engine/messages/messages_topics.c \
	src/engine/messages/outcome.c \
	src/engine/messages/outcome.h \
	src/engine/messages/readable.c \
	src/engine/messages/rows.c \
	src/engine/messages/rows.h \
	src/engine/messages/search.c \
	src/engine/messages/search.h \
	src/engine/messages/seek.c \
	src/engine/messages/seek.h \
	src/engine/messages/trace.c \
	src/engine/messages/trace.h \
	src/engine/messages/trace_key.c \
	src/engine/messages/trace_key.h \
	src/engine/messages/trace_parts.h \
	src/engine/messages/trace_tell.c \
	src/engine/status/complete.c \
	src/engine/status/complete.h \
	src/engine/status/meter.c \
	src/engine/status/meter.h \
	src/engine/settings/settings.c \
	src/engine/settings/settings_check.c \
	src/engine/settings/settings.h \
	src/engine/settings/settings_convert.c \
	src/engine/settings/settings_convert.h \
	src/engine/settings/settings_debezium.c \
	src/engine/settings/settings_debezium.h \
	src/engine/settings/settings_http.c \
	src/engine/settings/settings_lookup.c \
	src/engine/settings/settings_script.c \
	src/engine/settings/settings_table.c \
	src/engine/scripts/script_diff.c \
	src/engine/scripts/script_diff.h \
	src/engine/scripts/script_store.c \
	src/engine/scripts/script_store.h \
	src/engine/scripts/script_store_file.c \
	src/engine/scripts/script_store_file.h \
	src/engine/scripts/script_text.c \
	src/engine/scripts/script_text.h \
	src/engine/scripts/script_told.c \
	src/engine/scripts/script_told.h \
	src/engine/base/sessions.c \
	src/engine/base/sessions.h \
	src/engine/base/shared.c \
	src/engine/base/state_dir.c \
	src/engine/status/problem_table.c \
	src/engine/status/problems.c \
	src/engine/status/problems.h \
	src/engine/status/script_meter.c \
	src/engine/status/script_meter.h \
	src/engine/status/problem_left.c \
	src/engine/status/problem_left.h \
	src/engine/status/latency_ring.c \
	src/engine/status/latency_ring.h \
	src/engine/status/series.c \
	src/engine/status/series.h \
	src/engine/status/table_series.c \
	src/engine/status/table_series.h \
	src/engine/status/status.c \
	src/engine/status/status.h \
	src/engine/status/status_cut.c \
	src/engine/status/status_fields.c src/engine/status/status_fields.h \
	src/engine/status/status_json.c \
	src/engine/status/status_page.c \
	src/engine/verify/verify.c \
	src/engine/verify/verify_compare.c \
	src/engine/verify/verify_compare.h \
	src/engine/verify/verify_fence.c \
	src/engine/verify/verify_job.c \
	src/engine/verify/verify_loop.c \
	src/engine/verify/verify_parts.h \
	src/engine/verify/verify_pipe.c \
	src/engine/verify/verify_print.c \
	src/engine/verify/verify_repair.c \
	src/engine/verify/verify_run.c \
	src/engine/verify/verify_settle.c \
	src/engine/verify/verify_table.c \
	src/engine/base/row_mask.c \
	src/engine/base/row_mask.h \
	src/engine/base/tap.c \
	src/engine/control/trace_now.c \
	src/engine/control/trace_now.h

check_PROGRAMS += tests/unit/test_must
tests_unit_test_must_SOURCES = tests/unit/test_must.c tests/tap.h
tests_unit_test_must_LDADD = $(ENGINE) $(ENGINE_LIBS)
check_PROGRAMS += tests/unit/test_load_truncate
tests_unit_test_load_truncate_SOURCES = tests/unit/test_load_truncate.c tests/tap.h
tests_unit_test_load_truncate_LDADD = $(ENGINE) $(ENGINE_LIBS)
check_PROGRAMS += tests/unit/test_worker
tests_unit_test_worker_SOURCES = tests/unit/test_worker.c src/engine/base/worker.c tests/tap.h
tests_unit_test_worker_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_half
tests_unit_test_half_SOURCES = tests/unit/test_half.c src/engine/base/half.c
tests_unit_test_half_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_load_place
tests_unit_test_load_place_SOURCES = tests/unit/test_load_place.c src/engine/load/place/load_place.c tests/tap.h
tests_unit_test_load_place_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_load_range tests/unit/test_meter tests/unit/test_settings tests/unit/test_status_json
tests_unit_test_meter_SOURCES = tests/unit/test_meter.c src/engine/status/meter.c src/engine/status/script_meter.c
tests_unit_test_meter_LDADD = $(CORE)
tests_unit_test_load_range_SOURCES = tests/unit/test_load_range.c src/engine/load/place/load_range.c
tests_unit_test_load_range_LDADD = $(ROW)
check_PROGRAMS += tests/unit/test_script_meter
tests_unit_test_script_meter_SOURCES = tests/unit/test_script_meter.c src/engine/status/script_meter.c tests/unit/script_rows.h
tests_unit_test_script_meter_LDADD = $(SCRIPT) $(SCRIPT_LIBS)
check_PROGRAMS += tests/unit/test_load_pace
tests_unit_test_load_pace_SOURCES = tests/unit/test_load_pace.c src/engine/load/load_pace.c
tests_unit_test_load_pace_LDADD = $(ROW)

check_PROGRAMS += tests/unit/test_script_guard
tests_unit_test_script_guard_SOURCES = tests/unit/test_script_guard.c src/engine/load/script/load_guard.c src/engine/scripts/script_diff.c
tests_unit_test_script_guard_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_load_due
tests_unit_test_load_due_SOURCES = tests/unit/test_load_due.c src/engine/load/load_due.c
tests_unit_test_load_due_LDADD = $(ROW)
E2E_TESTS += tests/e2e/load_partitions.sh tests/e2e/load_shapes.sh tests/e2e/load_trouble.sh tests/e2e/load_stop.sh tests/e2e/stop_states.sh
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c src/engine/settings/settings.c src/engine/settings/settings_check.c src/engine/settings/settings_debezium.c \
	src/engine/settings/settings_table.c src/engine/settings/settings_http.c src/engine/settings/settings_lookup.c
tests_unit_test_settings_LDADD = $(FORMAT_PARTS) $(SOURCE_PARTS) $(SINK) $(SOURCE_LIBS) $(SINK_LIBS) $(FORMAT_LIBS)
check_PROGRAMS += tests/unit/test_settings_convert
tests_unit_test_settings_convert_SOURCES = tests/unit/test_settings_convert.c src/engine/settings/settings.c src/engine/settings/settings_check.c src/engine/settings/settings_table.c \
	src/engine/settings/settings_convert.c src/engine/settings/settings_debezium.c src/engine/settings/settings_http.c \
	src/engine/settings/settings_lookup.c
tests_unit_test_settings_convert_LDADD = $(FORMAT_PARTS) $(SOURCE_PARTS) $(SINK) $(SOURCE_LIBS) $(SINK_LIBS) $(FORMAT_LIBS)
tests_unit_test_status_json_SOURCES = tests/unit/test_status_json.c src/engine/status/status.c \
	src/engine/status/status_fields.c src/engine/status/status_json.c
tests_unit_test_status_json_LDADD = $(CORE) $(JANSSON_LIBS)
E2E_TESTS += tests/e2e/problems.sh tests/e2e/check_names.sh tests/e2e/latency_stages.sh tests/e2e/long_names.sh tests/e2e/flat_names.sh
check_PROGRAMS += tests/unit/test_routine
tests_unit_test_routine_SOURCES = tests/unit/test_routine.c tests/tap.h
tests_unit_test_routine_LDADD = $(ENGINE) $(ENGINE_LIBS)
# getaddrinfo_a() makes its threads where ThreadSanitizer does not see it, and crashes there.
if !TSAN
check_PROGRAMS += tests/unit/test_reach
endif
tests_unit_test_reach_SOURCES = tests/unit/test_reach.c src/engine/base/reach.c tests/tap.h
tests_unit_test_reach_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_status_cut
tests_unit_test_status_cut_SOURCES = tests/unit/test_status_cut.c src/engine/status/status.c src/engine/status/status_cut.c src/engine/status/status_fields.c \
	src/engine/status/status_json.c tests/tap.h
tests_unit_test_status_cut_LDADD = $(CORE) $(JANSSON_LIBS) -lm
check_PROGRAMS += tests/unit/test_problems
tests_unit_test_problems_SOURCES = tests/unit/test_problems.c src/engine/status/problems.c src/engine/status/problem_table.c src/engine/status/problem_left.c
tests_unit_test_problems_LDADD = $(CORE) -lm
check_PROGRAMS += tests/unit/test_request_doc
tests_unit_test_request_doc_SOURCES = tests/unit/test_request_doc.c src/engine/base/request_doc.c
tests_unit_test_request_doc_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_messages
tests_unit_test_messages_SOURCES = tests/unit/test_messages.c src/engine/messages/message.c src/engine/messages/message_print.c \
	src/engine/messages/readable.c src/engine/messages/search.c src/engine/messages/seek.c src/engine/messages/trace_key.c \
	src/engine/messages/latest.c
tests_unit_test_messages_LDADD = $(FORMAT_PARTS) $(LOG) $(FORMAT_LIBS) $(LOG_LIBS)
check_PROGRAMS += tests/unit/test_dead
tests_unit_test_dead_SOURCES = tests/unit/test_dead.c tests/tap.h
tests_unit_test_dead_LDADD = $(ENGINE) $(ENGINE_LIBS)
check_PROGRAMS += tests/unit/test_verify_compare
tests_unit_test_verify_compare_SOURCES = tests/unit/test_verify_compare.c src/engine/verify/verify_compare.c tests/tap.h
tests_unit_test_verify_compare_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_complete
tests_unit_test_complete_SOURCES = tests/unit/test_complete.c src/engine/status/complete.c
tests_unit_test_complete_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_series
tests_unit_test_series_SOURCES = tests/unit/test_series.c src/engine/status/series.c src/engine/status/meter.c src/engine/status/script_meter.c \
	src/engine/status/table_series.c src/engine/status/latency_ring.c
tests_unit_test_series_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_recording
tests_unit_test_recording_SOURCES = tests/unit/test_recording.c src/engine/recorder/recording.c src/engine/recorder/recording_file.c
tests_unit_test_recording_LDADD = $(CORE) $(ZSTD_LIBS)

check_PROGRAMS += tests/unit/test_load_done
tests_unit_test_load_done_SOURCES = tests/unit/test_load_done.c src/engine/load/load_done.c
tests_unit_test_load_done_LDADD = $(ROW) $(JANSSON_LIBS)
