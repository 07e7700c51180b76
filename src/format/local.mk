noinst_LIBRARIES += src/format/libformat.a
src_format_libformat_a_SOURCES =
