noinst_LIBRARIES += src/log/liblog.a
src_log_liblog_a_SOURCES =
