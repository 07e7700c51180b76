noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES = \
	src/cli/cli.c \
	src/cli/cli.h \
	src/cli/cli_ask.c \
	src/cli/cli_check.c \
	src/cli/cli_common.c \
	src/cli/cli_console.c \
	src/cli/cli_manual.c \
	src/cli/cli_run.c \
	src/cli/cli_status.c

bin_PROGRAMS += millrace
millrace_SOURCES = src/main.c
millrace_LDADD = src/cli/libcli.a src/console/libconsole.a src/remote/libremote.a $(ENGINE) \
	$(NCURSES_LIBS) $(ENGINE_LIBS)
