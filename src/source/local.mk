noinst_LIBRARIES += src/source/libsource.a
src_source_libsource_a_SOURCES =
