/*
 * show_routine.c - SHOW ROUTINE LOAD: a job as StarRocks prints it, its maps as JSON in cells. 4.0 writes their keys in
 * another order than 3.x, as nobody may rely on it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "routine/double_routine.h"
#include "sql/double_sql.h"

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
enum { NAMES = sizeof(names) / sizeof(*names) };

static void member(struct buf *b, const char *key, const char *value)
{
	buf_puts(b, b->len > 1 ? "," : "");
	buf_json_str(b, key);
	buf_putc(b, ':');
	buf_json_str(b, value);
}

static const char *done(struct sql *q, struct buf *b)
{
	const char *text;

	buf_putc(b, '}');
	text = arena_dup(q->arena, b->data, b->len);
	buf_done(b);
	return text;
}

static void begin(struct buf *b)
{
	buf_init(b, 1 << 22);
	buf_putc(b, '{');
}

static const char *job_properties(struct sql *q, const struct routine *j)
{
	static const struct {
		const char *shown, *key, *preset;
	} all[] = {
		{ "dataFormat", "format", "csv" },
		{ "format", "format", "csv" },
		{ "maxErrorNum", "max_error_number", "0" },
		{ "maxFilterRatio", "max_filter_ratio", "1.0" },
		{ "maxBatchIntervalS", "max_batch_interval", "10" },
		{ "maxBatchRows", "max_batch_rows", "200000" },
		{ "desireTaskConcurrentNum", "desired_concurrent_number", "3" },
		{ "taskConsumeSecond", "task_consume_second", "15" },
		{ "taskTimeoutSecond", "task_timeout_second", "60" },
		{ "partial_update", "partial_update", "false" },
		{ "partial_update_mode", "partial_update_mode", "null" },
		{ "timezone", "timezone", "Asia/Shanghai" },
		{ "strict_mode", "strict_mode", "false" },
		{ "jsonpaths", "jsonpaths", "" },
		{ "json_root", "json_root", "" },
		{ "strip_outer_array", "strip_outer_array", "false" },
		{ "log_rejected_record_num", "log_rejected_record_num", "0" },
	};
	size_t n = sizeof(all) / sizeof(*all);
	struct buf b;

	begin(&b);
	member(&b, "partitions", "*");
	for (size_t i = 0; i < n; i++) {
		size_t at = q->server->version->number >= 40000 ? n - 1 - i : i;
		const char *value = routine_get(&j->job, all[at].key);

		member(&b, all[at].shown, value != NULL ? value : all[at].preset);
	}
	member(&b, "columnToColumnExpr", j->columns != NULL ? j->columns : "");
	member(&b, "whereExpr", j->where != NULL ? j->where : "*");
	member(&b, "currentTaskConcurrentNum", j->state == ROUTINE_RUNNING ? "1" : "0");
	return done(q, &b);
}

static const char *source_properties(struct sql *q, const struct routine *j)
{
	struct buf b, ids;

	begin(&b);
	buf_init(&ids, 1 << 16);
	for (unsigned i = 0; i < j->npartitions; i++)
		buf_printf(&ids, "%s%d", i ? "," : "", j->partitions[i].id);
	member(&b, "topic", routine_get(&j->kafka, "kafka_topic"));
	member(&b, "currentKafkaPartitions", ids.data != NULL ? ids.data : "");
	member(&b, "brokerList", routine_get(&j->kafka, "kafka_broker_list"));
	buf_done(&ids);
	return done(q, &b);
}

static const char *custom_properties(struct sql *q, const struct routine *j)
{
	struct buf b;

	begin(&b);
	for (unsigned i = 0; i < j->kafka.count; i++) {
		const struct routine_property *p = &j->kafka.items[i];
		bool secret = strcasestr(p->key, "password") != NULL || strcasestr(p->key, "secret") != NULL;

		if (strncmp(p->key, "property.", 9) == 0)
			member(&b, p->key + 9, secret ? "******" : p->value);
	}
	if (routine_get(&j->kafka, "property.group.id") == NULL)
		member(&b, "group.id", arena_printf(q->arena, "%s_%llu", j->name, (unsigned long long)j->id));
	return done(q, &b);
}

static const char *statistic(struct sql *q, const struct routine *j)
{
	unsigned long long loaded = j->total - j->errors - j->unselected, ms = j->task_ms > 0 ? j->task_ms : 1;

	return arena_printf(q->arena,
			"{\"receivedBytes\":%llu,\"errorRows\":%llu,\"committedTaskNum\":%llu,\"loadedRows\":%llu,\"loadRowsRate\":%llu,"
			"\"abortedTaskNum\":%llu,\"totalRows\":%llu,\"unselectedRows\":%llu,\"receivedBytesRate\":%llu,\"taskExecuteTimeMs\":%llu}",
			(unsigned long long)j->bytes, (unsigned long long)j->errors, (unsigned long long)j->committed,
			loaded, loaded * 1000 / ms, (unsigned long long)j->aborted, (unsigned long long)j->total,
			(unsigned long long)j->unselected, (unsigned long long)j->bytes * 1000 / ms,
			(unsigned long long)j->task_ms);
}

/* Before anything is consumed the word stands there; then the last offset that was. */
static const char *progress(struct sql *q, const struct routine *j, bool latest)
{
	struct buf b;

	begin(&b);
	for (unsigned i = 0; i < j->npartitions; i++) {
		const struct routine_partition *p = &j->partitions[i];
		const char *text = p->next == ROUTINE_OFFSET_BEGINNING ? "OFFSET_BEGINNING"
				: p->next == ROUTINE_OFFSET_END	       ? "OFFSET_END"
				: p->next == 0			       ? "OFFSET_ZERO"
					       : arena_printf(q->arena, "%lld", (long long)p->next - 1);

		if (latest && p->latest < 0)
			continue;
		member(&b, arena_printf(q->arena, "%d", p->id),
				latest ? arena_printf(q->arena, "%lld", (long long)p->latest) : text);
	}
	return done(q, &b);
}

static void add(struct rows *rows, struct sql *q, const struct routine *j)
{
	const char *texts[NAMES] = {
		sql_number(q, j->id),
		j->name,
		sql_time(q, j->created_ms),
		sql_time(q, j->paused_ms),
		sql_time(q, j->ended_ms),
		j->db_name,
		j->table_name,
		routine_state_name(j->state),
		"KAFKA",
		j->state == ROUTINE_RUNNING ? "1" : "0",
		job_properties(q, j),
		source_properties(q, j),
		custom_properties(q, j),
		statistic(q, j),
		progress(q, j, false),
		"{}",
		j->reason != NULL ? arena_printf(q->arena, "%s", j->reason) : "",
		j->error_url != NULL ? arena_printf(q->arena, "%s", j->error_url) : "",
		arena_printf(q->arena,
				"select tracking_log from information_schema.load_tracking_logs where job_id=%llu",
				(unsigned long long)j->id),
		j->other != NULL ? arena_printf(q->arena, "%s", j->other) : "",
		progress(q, j, true),
	};

	rows_add(rows, texts);
}

static void add_task(struct rows *rows, struct sql *q, const struct routine *j)
{
	const char *texts[] = { arena_printf(q->arena, "task-%llu", (unsigned long long)j->id), "-1", "UNKNOWN",
		sql_number(q, j->id), sql_time(q, j->created_ms), NULL, NULL, "60", "-1",
		arena_printf(q->arena, "Progress:%s,LatestOffset:null", progress(q, j, false)),
		"there is no new data in kafka/pulsar, wait for 10 seconds to schedule again" };

	rows_add(rows, texts);
}

static int show_tasks(struct sql *q)
{
	static const char *const task_names[] = { "TaskId", "TxnId", "TxnStatus", "JobId", "CreateTime",
		"LastScheduledTime", "ExecuteStartTime", "Timeout", "BeId", "DataSourceProperties", "Message" };
	const char *db = q->db, *name;
	struct rows rows;

	rows_init(&rows, q, task_names, sizeof(task_names) / sizeof(*task_names));
	if (lex_accept(&q->lex, "from") && (db = lex_name(&q->lex, q->err)) == NULL)
		return -1;
	if (lex_expect(&q->lex, "where", q->err) != 0 || lex_expect(&q->lex, "jobname", q->err) != 0 ||
			lex_expect(&q->lex, "=", q->err) != 0 || (name = lex_string(&q->lex, q->err)) == NULL)
		return -1;
	store_lock(q->store);
	for (const struct routine *j = q->store->routines; j != NULL; j = j->next)
		if (strcmp(j->db_name, db) == 0 && strcmp(j->name, name) == 0 && j->state == ROUTINE_RUNNING)
			add_task(&rows, q, j);
	store_unlock(q->store);
	return rows_print(&rows);
}

int sql_show_routine_load(struct sql *q)
{
	struct name name = { q->db, NULL };
	struct rows rows;
	unsigned found = 0;

	if (lex_accept(&q->lex, "task"))
		return show_tasks(q);
	rows_init(&rows, q, names, NAMES);
	if (lex_accept(&q->lex, "for")) {
		if (sql_table_name(q, &name) != 0)
			return -1;
	} else if (lex_accept(&q->lex, "from") && (name.db = lex_name(&q->lex, q->err)) == NULL) {
		return -1;
	}
	if (*name.db == '\0')
		return sql_fail(q, 1046, "No database selected");
	store_lock(q->store);
	for (const struct routine *j = q->store->routines; j != NULL; j = j->next) {
		if (strcmp(j->db_name, name.db) != 0 || (j->state >= ROUTINE_STOPPED && !q->all) ||
				(name.table != NULL && strcmp(j->name, name.table) != 0))
			continue;
		add(&rows, q, j);
		found++;
	}
	store_unlock(q->store);
	if (found == 0 && name.table != NULL)
		return sql_fail(q, 1064, "There is no job named %.100s in db %.100s", name.table, name.db);
	return rows_print(&rows);
}
