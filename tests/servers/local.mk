# Servers for tests. The StarRocks double is ours and is built; the others are fetched and started by scripts.
noinst_PROGRAMS += tests/servers/double/starrocks-double
tests_servers_double_starrocks_double_SOURCES = \
	tests/servers/double/double_control.c tests/servers/double/double_fault.c tests/servers/double/double_fault.h \
	tests/servers/double/double_fe.c tests/servers/double/double_http.c tests/servers/double/double_http.h \
	tests/servers/double/double_json.c tests/servers/double/double_json.h tests/servers/double/double_main.c \
	tests/servers/double/double_mysql.c tests/servers/double/double_mysql.h tests/servers/double/double_node.c \
	tests/servers/double/double_node.h tests/servers/double/double_port.c tests/servers/double/double_server.h \
	tests/servers/double/load/be_answer.c tests/servers/double/load/be_transaction.c \
	tests/servers/double/load/double_be.c tests/servers/double/load/double_be.h \
	tests/servers/double/load/double_label.c tests/servers/double/load/double_load.h \
	tests/servers/double/load/fe_transaction.c tests/servers/double/load/fe_transaction.h \
	tests/servers/double/load/load_csv.c tests/servers/double/load/load_json.c \
	tests/servers/double/load/load_plan.c tests/servers/double/load/load_row.c \
	tests/servers/double/load/load_unpack.c \
	tests/servers/double/routine/double_routine.h tests/servers/double/routine/routine_job.c \
	tests/servers/double/routine/routine_task.c tests/servers/double/routine/show_routine.c \
	tests/servers/double/routine/sql_routine.c \
	tests/servers/double/sql/double_aggregate.c tests/servers/double/sql/double_expr.c \
	tests/servers/double/sql/double_expr.h tests/servers/double/sql/double_lex.c \
	tests/servers/double/sql/double_lex.h tests/servers/double/sql/double_sql.c \
	tests/servers/double/sql/double_sql.h tests/servers/double/sql/expr_function.c \
	tests/servers/double/sql/expr_function.h tests/servers/double/sql/sql_alter.c \
	tests/servers/double/sql/sql_column.c tests/servers/double/sql/sql_ddl.c \
	tests/servers/double/sql/sql_information.c tests/servers/double/sql/sql_query.c \
	tests/servers/double/sql/sql_rows.c tests/servers/double/sql/sql_select.c tests/servers/double/sql/sql_show.c \
	tests/servers/double/store/double_catalog.c tests/servers/double/store/double_rows.c \
	tests/servers/double/store/double_spare.c tests/servers/double/store/double_spare.h \
	tests/servers/double/store/double_store.c tests/servers/double/store/double_store.h \
	tests/servers/double/store/double_type.c tests/servers/double/store/double_type.h \
	tests/servers/double/store/double_wal.c tests/servers/double/store/double_wal.h \
	tests/servers/double/store/type_number.c tests/servers/double/store/type_time.c
tests_servers_double_starrocks_double_CPPFLAGS = $(AM_CPPFLAGS) $(KAFKA_CFLAGS) -I$(top_srcdir)/tests/servers/double
tests_servers_double_starrocks_double_LDADD = $(CORE) $(KAFKA_LIBS) $(ZSTD_LIBS) $(ZLIB_LIBS) $(CRYPTO_LIBS)
