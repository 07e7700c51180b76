noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES = \
	src/cli/cli.c \
	src/cli/cli.h \
	src/cli/cli_ask.c src/cli/cli_ddl.c \
	src/cli/cli_check.c \
	src/cli/cli_common.c \
	src/cli/cli_print.c \
	src/cli/cli_completion.c \
	src/cli/cli_console.c \
	src/cli/cli_convert.c \
	src/cli/cli_dead.c src/cli/cli_dead_edit.c \
	src/cli/cli_do.c \
	src/cli/cli_dump.c \
	src/cli/cli_history.c \
	src/cli/cli_check_tables.c \
	src/cli/cli_check_tables.h \
	src/cli/cli_lua.c \
	src/cli/cli_lua_new.c \
	src/cli/cli_lua_repl.c \
	src/cli/cli_lua_run.c \
	src/cli/cli_lua.h \
	src/cli/cli_lua_test.c \
	src/cli/cli_lua_versions.c \
	src/cli/cli_manual.c \
	src/cli/cli_messages.c \
	src/cli/cli_problem.c \
	src/cli/cli_problems.c \
	src/cli/cli_progress.c \
	src/cli/cli_progress.h \
	src/cli/cli_routine.c \
	src/cli/cli_run.c \
	src/cli/cli_serve.c \
	src/cli/cli_snapshot.c \
	src/cli/cli_status.c \
	src/cli/cli_verify.c \
	src/cli/cli_version.c \
	src/cli/keeper.c \
	src/cli/keeper.h \
	src/cli/notify.c \
	src/cli/notify.h \
	src/cli/cli_status_snapshot.c

bin_PROGRAMS += millrace
millrace_SOURCES = src/main.c
millrace_LDADD = src/cli/libcli.a src/console/libconsole.a src/remote/libremote.a src/http/libhttp.a $(ENGINE) \
	$(MICROHTTPD_LIBS) $(NCURSES_LIBS) $(ENGINE_LIBS)

# The manual pages are printed from the tables that the program runs on.
nodist_man_MANS = man/millrace.1 man/millrace.conf.5
CLEANFILES += $(nodist_man_MANS)
man/millrace.1: millrace$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && ASAN_OPTIONS=detect_leaks=0 ./millrace$(EXEEXT) manual > $@.new && mv $@.new $@
man/millrace.conf.5: millrace$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) man && ASAN_OPTIONS=detect_leaks=0 ./millrace$(EXEEXT) manual --settings > $@.new && mv $@.new $@

dist_check_SCRIPTS += tests/manual.sh

# Completion is printed from the same tables.
bashcompletiondir = $(datadir)/bash-completion/completions
zshcompletiondir = $(datadir)/zsh/site-functions
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_bashcompletion_DATA = contrib/completion/millrace
nodist_zshcompletion_DATA = contrib/completion/_millrace
nodist_fishcompletion_DATA = contrib/completion/millrace.fish
COMPLETIONS = $(nodist_bashcompletion_DATA) $(nodist_zshcompletion_DATA) $(nodist_fishcompletion_DATA)
CLEANFILES += $(COMPLETIONS)
COMPLETE = $(AM_V_GEN)$(MKDIR_P) contrib/completion && ASAN_OPTIONS=detect_leaks=0 ./millrace$(EXEEXT) manual --completion
contrib/completion/millrace: millrace$(EXEEXT)
	$(COMPLETE) bash > $@.new && mv $@.new $@
contrib/completion/_millrace: millrace$(EXEEXT)
	$(COMPLETE) zsh > $@.new && mv $@.new $@
contrib/completion/millrace.fish: millrace$(EXEEXT)
	$(COMPLETE) fish > $@.new && mv $@.new $@

systemdunitdir = $(prefix)/lib/systemd/system
nodist_systemdunit_DATA = contrib/millrace.service
CLEANFILES += $(nodist_systemdunit_DATA)
contrib/millrace.service: $(srcdir)/contrib/millrace.service.in
	$(AM_V_GEN)$(MKDIR_P) contrib && sed -e 's|@bindir[@]|$(bindir)|; s|@sysconfdir[@]|$(sysconfdir)|' $(srcdir)/contrib/millrace.service.in > $@.new && mv $@.new $@

# README links to docs/, docs to each other; whole folders, so that no new page or script is forgotten.
dist_doc_DATA = README.md CHANGELOG.md LICENSE
install-data-local:
	for file in `cd $(srcdir) && find docs lua -type f`; do \
		to="$(DESTDIR)$(docdir)/`echo "$$file" | sed 's|^lua/|examples/|'`"; \
		$(MKDIR_P) "`dirname "$$to"`" && $(INSTALL_DATA) "$(srcdir)/$$file" "$$to" || exit 1; \
	done
uninstall-local:
	rm -rf '$(DESTDIR)$(docdir)/docs' '$(DESTDIR)$(docdir)/examples'

dist_check_SCRIPTS += tests/completion.sh
E2E_TESTS += tests/e2e/install.sh
dist_check_SCRIPTS += tests/lua.sh

check_PROGRAMS += tests/unit/test_notify
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c src/cli/notify.c tests/tap.h
tests_unit_test_notify_LDADD = $(CORE)
check_PROGRAMS += tests/unit/test_cli_status
tests_unit_test_cli_status_SOURCES = tests/unit/test_cli_status.c src/cli/cli_status.c src/cli/cli_print.c tests/tap.h \
	$(SCREEN_ENGINE)
tests_unit_test_cli_status_LDADD = $(CORE) $(JANSSON_LIBS)
E2E_TESTS += tests/e2e/systemd.sh
