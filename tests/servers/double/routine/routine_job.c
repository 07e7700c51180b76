/*
 * routine_job.c - what a Routine Load job is: its properties, its offsets, its states and how they change. Pure, under
 * the store's lock.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "routine/double_routine.h"

const char *routine_state_name(enum routine_state state)
{
	static const char *const names[] = { "NEED_SCHEDULE", "RUNNING", "PAUSED", "STOPPED", "CANCELLED" };

	return names[state];
}

const char *routine_get(const struct routine_properties *p, const char *key)
{
	for (unsigned i = 0; i < p->count; i++)
		if (strcasecmp(p->items[i].key, key) == 0)
			return p->items[i].value;
	return NULL;
}

/* The old value stays: the job's thread may still look at it. */
void routine_put(struct routine_properties *p, const char *key, const char *value)
{
	for (unsigned i = 0; i < p->count; i++)
		if (strcasecmp(p->items[i].key, key) == 0) {
			p->items[i].value = xstrdup(value);
			return;
		}
	if (p->count < ROUTINE_PROPERTIES)
		p->items[p->count++] = (struct routine_property){ xstrdup(key), xstrdup(value) };
}

int64_t routine_number(const struct routine *j, const char *key, int64_t otherwise)
{
	const char *text = routine_get(&j->job, key);
	int64_t v;

	return text != NULL && num_parse_i64(text, strlen(text), &v) ? v : otherwise;
}

struct routine_partition *routine_partition(struct routine *j, int32_t id)
{
	for (unsigned i = 0; i < j->npartitions; i++)
		if (j->partitions[i].id == id)
			return &j->partitions[i];
	if (j->npartitions == ROUTINE_PARTITIONS_MAX)
		return NULL;
	j->partitions[j->npartitions] = (struct routine_partition){ id, ROUTINE_OFFSET_END, -1 };
	return &j->partitions[j->npartitions++];
}

/* The same plan as a Stream Load's with these headers. */
int routine_plan(struct routine *j, struct table *table, struct plan *p, struct err *err)
{
	static const char *const as_header[] = { "format", "jsonpaths", "json_root", "strip_outer_array", "strict_mode",
		"partial_update", "merge_condition", "trim_space", "enclose", "escape" };
	struct http_request r = { 0 };

	for (size_t i = 0; i < sizeof(as_header) / sizeof(*as_header); i++) {
		const char *value = routine_get(&j->job, as_header[i]);

		if (value != NULL && *value != '\0')
			r.headers[r.nheaders++] = (struct http_header){ as_header[i], value };
	}
	if (j->columns != NULL)
		r.headers[r.nheaders++] = (struct http_header){ "columns", j->columns };
	if (j->where != NULL)
		r.headers[r.nheaders++] = (struct http_header){ "where", j->where };
	return plan_make(p, &r, table, err);
}

static void set_reason(struct routine *j, int code, const char *text)
{
	free(j->reason);
	j->reason = xasprintf("ErrorReason{errCode = %d, msg='%s'}", code, text);
}

/* What no statement has said goes into the log as one that only the replay understands. */
static void log_pause(struct store *s, const struct routine *j, int code, const char *text)
{
	struct err err = { 0 };
	struct buf sql;

	buf_init(&sql, 1 << 20);
	buf_puts(&sql, "PAUSE ROUTINE LOAD FOR ");
	buf_put_quoted(&sql, j->db_name, '`');
	buf_putc(&sql, '.');
	buf_put_quoted(&sql, j->name, '`');
	buf_printf(&sql, " BECAUSE %d ", code);
	buf_put_quoted(&sql, text, '\'');
	if (store_log_sql(s, j->db_name, sql.data, &err) != 0)
		fprintf(stderr, "starrocks-double: %s\n", err.msg);
	buf_done(&sql);
}

void routine_pause(struct store *s, struct routine *j, int code, const char *text)
{
	j->state = ROUTINE_PAUSED;
	j->paused_ms = store_now_ms(s);
	j->window_rows = j->window_errors = 0;
	set_reason(j, code, text);
	log_pause(s, j, code, text);
}

void routine_cancel(struct store *s, struct routine *j, int code, const char *text)
{
	j->state = ROUTINE_CANCELLED;
	j->ended_ms = store_now_ms(s);
	set_reason(j, code, text);
}

void routine_progress_take(struct store *s, const char *text)
{
	char *end;
	uint64_t id = strtoull(text, &end, 10);
	struct routine *j;

	for (j = s->routines; j != NULL && j->id != id; j = j->next)
		;
	while (j != NULL && *end == ' ') {
		int32_t partition = (int32_t)strtol(end + 1, &end, 10);
		struct routine_partition *p = routine_partition(j, partition);
		int64_t next = strtoll(end + 1, &end, 10);

		if (p != NULL)
			p->next = next;
	}
}
