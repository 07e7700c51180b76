noinst_LIBRARIES += src/row/librow.a
src_row_librow_a_SOURCES =
