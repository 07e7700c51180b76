noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES = \
	src/cli/cli.c \
	src/cli/cli.h \
	src/cli/cli_ask.c \
	src/cli/cli_check.c \
	src/cli/cli_common.c \
	src/cli/cli_console.c \
	src/cli/cli_convert.c \
	src/cli/cli_do.c \
	src/cli/cli_dump.c \
	src/cli/cli_doctor.c \
	src/cli/cli_doctor.h \
	src/cli/cli_lua.c \
	src/cli/cli_lua_new.c \
	src/cli/cli_lua_run.c \
	src/cli/cli_manual.c \
	src/cli/cli_messages.c \
	src/cli/cli_problems.c \
	src/cli/cli_progress.c \
	src/cli/cli_progress.h \
	src/cli/cli_run.c \
	src/cli/cli_serve.c \
	src/cli/cli_snapshot.c \
	src/cli/cli_status.c \
	src/cli/cli_verify.c \
	src/cli/cli_version.c \
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

dist_doc_DATA = README.md docs/architecture.md docs/format.md docs/lua.md docs/starrocks.md docs/warehouse.md docs/millrace.conf
examplesdir = $(docdir)/examples
dist_examples_DATA = lua/currency.lua lua/currency.cases \
	lua/customers.lua lua/customers.cases \
	lua/enrich.lua lua/enrich.cases \
	lua/fanout.lua lua/fanout.cases \
	lua/filter.lua lua/filter.cases \
	lua/json_pick.lua lua/json_pick.cases \
	lua/orders.lua lua/orders.cases \
	lua/soft_delete.lua lua/soft_delete.cases \
	lua/split_name.lua lua/split_name.cases \
	lua/tags.lua lua/tags.cases \
	lua/validate.lua lua/validate.cases

dist_check_SCRIPTS += tests/lua.sh
