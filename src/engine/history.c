/*
 * history.c - the schema history as the log holds it: the last known schema of every table. Both halves read it:
 * capture to decode rows of servers that send no column names, load to know types that a message does not tell.
 */
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

struct history {
	struct schema **schemas;
	size_t count, cap;
	int64_t next;		/* offset to read from */
	struct err err;		/* of the record that was not understood */
};

struct history *history_new(void)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->next = -1;
	return h;
}

void history_free(struct history *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++)
		schema_unref(h->schemas[i]);
	free(h->schemas);
	free(h);
}

static void history_table(void *arg, const struct position *at, const char *db, const char *table, struct schema *schema)
{
	struct history *h = arg;
	const char *idb = intern(db), *itable = intern(table);
	size_t i = 0;

	(void)at;
	while (i < h->count && (h->schemas[i]->db != idb || h->schemas[i]->table != itable))
		i++;
	if (i < h->count)
		schema_unref(h->schemas[i]);
	if (schema == NULL) {
		if (i < h->count)
			h->schemas[i] = h->schemas[--h->count];
		return;
	}
	if (i == h->count) {
		if (h->count == h->cap) {
			h->cap = h->cap ? h->cap * 2 : 32;
			h->schemas = xrealloc(h->schemas, h->cap * sizeof(*h->schemas));
		}
		h->count++;
	}
	h->schemas[i] = schema_ref(schema);
}

static int history_record(void *arg, const struct record *r)
{
	struct history *h = arg;

	h->next = r->offset + 1;
	return format_history_decode(r, history_table, h, &h->err);
}

int history_read(struct history *h, struct log *log, const char *topic, struct err *err)
{
	if (log_scan(log, topic, 0, h->next, -1, history_record, h, err))
		return err_wrap(err, "schema history '%s'", topic);
	if (h->err.kind != ERR_NONE) {
		*err = h->err;
		return -1;
	}
	return 0;
}

struct schema *const *history_schemas(const struct history *h, size_t *count)
{
	*count = h->count;
	return h->schemas;
}
