noinst_LIBRARIES += src/console/libconsole.a
src_console_libconsole_a_SOURCES = \
	src/console/canvas/canvas.c \
	src/console/canvas/canvas.h \
	src/console/canvas/canvas_width.c \
	src/console/canvas/canvas_width.h \
	src/console/cast.c \
	src/console/cast.h \
	src/console/console.c \
	src/console/console.h \
	src/console/term/console_term.c \
	src/console/term/console_term.h \
	src/console/term/term_child.c \
	src/console/term/term_child.h \
	src/console/term/term_errors.c \
	src/console/term/term_mouse.c \
	src/console/term/term_paint.c \
	src/console/term/term_parts.h \
	src/console/term/term_sync.c \
	src/console/term/term_text.c \
	src/console/dump.c \
	src/console/dump.h \
	src/console/feed.c \
	src/console/feed.h \
	src/console/settle.h \
	src/console/widget/chart.c \
	src/console/widget/chart.h \
	src/console/widget/grid.c \
	src/console/widget/grid.h \
	src/console/view/asked.c \
	src/console/view/asked.h \
	src/console/keys/keymap.c \
	src/console/keys/keymap_file.c \
	src/console/keys/keymap.h \
	src/console/view/menu.c \
	src/console/view/menu.h \
	src/console/keys/request_line.c \
	src/console/keys/request_line.h \
	src/console/screen.c \
	src/console/screen.h \
	src/console/screen_draw.c \
	src/console/screen_keys.c \
	src/console/screen_line.c \
	src/console/screen_menu.c \
	src/console/screen_mouse.c \
	src/console/screen_page.c \
	src/console/screen_past.c \
	src/console/screen_request.c \
	src/console/screen_save.c \
	src/console/screen_window.c \
	src/console/screen_parts.h \
	src/console/widget/heat.c \
	src/console/widget/heat.h \
	src/console/widget/input.c \
	src/console/widget/input.h \
	src/console/widget/rule.c \
	src/console/widget/rule.h \
	src/console/widget/sheet.c \
	src/console/widget/sheet.h \
	src/console/widget/show.c \
	src/console/widget/show.h \
	src/console/widget/spark.c \
	src/console/widget/spark.h \
	src/console/widget/stack.c \
	src/console/widget/stack.h \
	src/console/widget/timeline.c \
	src/console/widget/timeline.h \
	src/console/widget/wrap.c \
	src/console/widget/wrap.h \
	src/console/canvas/keycode.h \
	src/console/canvas/theme.c \
	src/console/canvas/theme.h \
	src/console/canvas/theme_default.c \
	src/console/view/marks.c \
	src/console/view/marks.h \
	src/console/view/messages_detail.c \
	src/console/view/messages_difference.c \
	src/console/view/messages_page.h \
	src/console/view/messages_rows.c \
	src/console/view/messages_save.c \
	src/console/view/metrics_ask.c \
	src/console/view/metrics_chart.c \
	src/console/view/metrics_page.h \
	src/console/view/metrics_series.c \
	src/console/view/overview_charts.c \
	src/console/view/overview_parts.h \
	src/console/view/view.c \
	src/console/view/view.h \
	src/console/keys/view_id.h \
	src/console/view/view_config.c \
	src/console/view/view_lag.c \
	src/console/view/scripts_answer.c \
	src/console/view/scripts_draw.c \
	src/console/view/scripts_page.h \
	src/console/view/view_script.c \
	src/console/view/view_scripts.c \
	src/console/view/view_load.c \
	src/console/view/view_sessions.c \
	src/console/view/view_snapshots.c \
	src/console/view/view_events.c \
	src/console/view/view_help.c \
	src/console/view/view_dead.c \
	src/console/view/view_messages.c \
	src/console/view/view_metrics.c \
	src/console/view/view_overview.c \
	src/console/view/view_page.h \
	src/console/view/view_problems.c \
	src/console/view/view_problem.c \
	src/console/view/view_reading.c \
	src/console/view/view_stages.c \
	src/console/view/view_tables.c \
	src/console/view/view_topic.c \
	src/console/view/view_topics.c

themesdir = $(pkgdatadir)/themes
dist_themes_DATA = themes/deuteranopia.theme themes/harbor.theme themes/harbor-light.theme themes/high-contrast.theme themes/mono.theme \
	themes/tritanopia.theme

# What screens know of the engine.
SCREEN_ENGINE = src/engine/status/status.c src/engine/status/status_cut.c src/engine/status/status_fields.c src/engine/status/status_json.c src/engine/base/request_doc.c \
	src/engine/dead/dead_edit_text.c

check_PROGRAMS += tests/unit/test_theme
tests_unit_test_theme_SOURCES = tests/unit/test_theme.c tests/tap.h
tests_unit_test_theme_LDADD = src/console/libconsole.a $(CORE) -lm

check_PROGRAMS += tests/unit/test_widget
tests_unit_test_widget_SOURCES = tests/unit/test_widget.c src/engine/status/status.c tests/tap.h
tests_unit_test_widget_LDADD = src/console/libconsole.a $(CORE) $(JANSSON_LIBS) -lm

# The engine is a fake in these.
check_PROGRAMS += tests/screen/test_console
tests_screen_test_console_SOURCES = $(SCREEN_ENGINE) tests/screen/test_console.c tests/screen/fake_status.c tests/screen/fake_status.h tests/screen/screen_svg.c tests/screen/screen_svg.h tests/screen/screen_text.h tests/tap.h
tests_screen_test_console_LDADD = src/console/libconsole.a $(CORE) $(JANSSON_LIBS)

noinst_PROGRAMS += tests/screen/console_demo
tests_screen_console_demo_SOURCES = $(SCREEN_ENGINE) tests/screen/console_demo.c tests/screen/fake_status.c tests/screen/fake_status.h
tests_screen_console_demo_LDADD = src/console/libconsole.a $(CORE) $(NCURSES_LIBS) $(JANSSON_LIBS)

dist_check_SCRIPTS += tests/screen/test_terminal.sh
E2E_TESTS += tests/e2e/dump.sh tests/e2e/recorder.sh
check_PROGRAMS += tests/unit/test_dump
tests_unit_test_dump_SOURCES = tests/unit/test_dump.c $(SCREEN_ENGINE) \
	tests/screen/fake_status.c tests/screen/fake_status.h tests/tap.h
tests_unit_test_dump_LDADD = src/console/libconsole.a $(CORE) $(JANSSON_LIBS)

# docs/oncall.md as printed; its problems are made by the engine's own table.
check_PROGRAMS += tests/screen/test_oncall
tests_screen_test_oncall_SOURCES = tests/screen/test_oncall.c $(SCREEN_ENGINE) \
	src/engine/status/problems.c src/engine/status/problem_table.c src/engine/status/problem_left.c \
	tests/screen/fake_status.c tests/screen/fake_status.h tests/screen/screen_text.h tests/tap.h
tests_screen_test_oncall_LDADD = src/console/libconsole.a $(CORE) $(JANSSON_LIBS) -lm
