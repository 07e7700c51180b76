noinst_LIBRARIES += src/sink/libsink.a
src_sink_libsink_a_SOURCES =
