noinst_LIBRARIES += src/remote/libremote.a
src_remote_libremote_a_SOURCES = \
	src/remote/control.h \
	src/remote/control_client.c \
	src/remote/control_server.c \
	src/remote/control_wire.c \
	src/remote/control_wire.h

check_PROGRAMS += tests/unit/test_control
tests_unit_test_control_SOURCES = tests/unit/test_control.c tests/tap.h
tests_unit_test_control_LDADD = src/remote/libremote.a $(ENGINE) $(ENGINE_LIBS)
check_PROGRAMS += tests/unit/test_sessions
tests_unit_test_sessions_SOURCES = tests/unit/test_sessions.c tests/tap.h
tests_unit_test_sessions_LDADD = src/remote/libremote.a $(ENGINE) $(ENGINE_LIBS)
