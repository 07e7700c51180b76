noinst_LIBRARIES += src/cli/libcli.a
src_cli_libcli_a_SOURCES =

bin_PROGRAMS += millrace
millrace_SOURCES = src/main.c
millrace_LDADD = src/cli/libcli.a src/console/libconsole.a src/remote/libremote.a $(ENGINE) \
	$(NCURSES_LIBS) $(MHD_LIBS) $(ENGINE_LIBS)
