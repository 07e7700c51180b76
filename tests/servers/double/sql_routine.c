/*
 * sql_routine.c - Routine Load, as far as the double goes: it has the columns of SHOW and no jobs. It does not read
 * Kafka, so a job would stand there as RUNNING and load nothing; a test that believed it would pass for no reason.
 * Hence CREATE, ALTER, PAUSE, RESUME and STOP are refused in plain words.
 */
#include "double_sql.h"

int sql_routine_load(struct sql *q, const char *verb)
{
	return sql_fail(q, 1064, "the double does not run routine load: %s ROUTINE LOAD is not supported", verb);
}

int sql_show_routine_load(struct sql *q)
{
	static const char *const names[] = {
		"Id",
		"Name",
		"CreateTime",
		"PauseTime",
		"EndTime",
		"DbName",
		"TableName",
		"State",
		"DataSourceType",
		"CurrentTaskNum",
		"JobProperties",
		"DataSourceProperties",
		"CustomProperties",
		"Statistic",
		"Progress",
		"TimestampProgress",
		"ReasonOfStateChanged",
		"ErrorLogUrls",
		"TrackingSQL",
		"OtherMsg",
		"LatestSourcePosition",
	};
	static const char *const task_names[] = {
		"TaskId",
		"TxnId",
		"TxnStatus",
		"JobId",
		"CreateTime",
		"LastScheduledTime",
		"ExecuteStartTime",
		"Timeout",
		"BeId",
		"DataSourceProperties",
		"Message",
	};
	struct rows rows;
	struct name name;

	if (lex_accept(&q->lex, "task"))
		rows_init(&rows, q, task_names, sizeof(task_names) / sizeof(*task_names));
	else
		rows_init(&rows, q, names, sizeof(names) / sizeof(*names));
	if (lex_accept(&q->lex, "for")) {
		if (sql_table_name(q, &name) != 0)
			return -1;
		return sql_fail(q, 1064, "There is no job named %.100s in db %.100s", name.table, name.db);
	}
	if (lex_accept(&q->lex, "from") && lex_name(&q->lex, q->err) == NULL)
		return -1;
	return rows_print(&rows);
}
