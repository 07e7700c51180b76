noinst_LIBRARIES += src/remote/libremote.a
src_remote_libremote_a_SOURCES = \
	src/remote/control.h \
	src/remote/control_client.c \
	src/remote/control_server.c \
	src/remote/control_wire.c \
	src/remote/control_wire.h
