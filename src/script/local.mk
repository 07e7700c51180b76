noinst_LIBRARIES += src/script/libscript.a
src_script_libscript_a_SOURCES =
