noinst_LIBRARIES += src/console/libconsole.a
src_console_libconsole_a_SOURCES =
