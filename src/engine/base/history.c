/*
 * history.c - the schema history as the log holds it: the last known schema of every table, each version of it for
 * whoever asks, and the default collation of every database. Both halves read it: capture to decode rows of servers
 * that send no column names, load to know types that a message does not tell. Capture wants it as of its position.
 * Debezium writes the history ahead of its offsets, and a position may be set back by hand: what came after it will be
 * read from the binlog again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

struct history {
	struct schema **schemas;
	size_t count, cap;
	struct name_map places; /* by table: its index in schemas, plus one */
	struct history_database *databases;
	size_t ndatabases;
	struct name_map pipelines; /* by topic.prefix: the name of the one that wrote last, interned */
	struct source_past *past;  /* NULL: everything is wanted */
	history_version *version;  /* NULL: only the last state of each table is of interest */
	void *version_arg;
	int64_t next;	/* offset to read from */
	struct err err; /* of the record that was not understood */
};

struct history *history_new(void)
{
	struct history *h = xcalloc(1, sizeof(*h));

	h->next = -1;
	return h;
}

void history_each_version(struct history *h, history_version *version, void *arg)
{
	h->version = version;
	h->version_arg = arg;
}

void history_free(struct history *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->count; i++)
		schema_unref(h->schemas[i]);
	name_map_done(&h->places);
	name_map_done(&h->pipelines);
	free(h->schemas);
	free(h->databases);
	free(h);
}

/* Names may hold any character but NUL. */
static void **place_of(struct history *h, const char *db, const char *table)
{
	size_t db_len = strlen(db), len = strlen(table);
	char key[1024];

	if (db_len + len + 1 > sizeof(key))
		return NULL;
	memcpy(key, db, db_len + 1);
	memcpy(key + db_len + 1, table, len);
	return name_map_at(&h->places, intern_n(key, db_len + 1 + len));
}

/* The last one moves into the gap. */
static void drop_at(struct history *h, size_t i)
{
	struct schema *gone = h->schemas[i], *last = h->schemas[--h->count];

	h->schemas[i] = last;
	*place_of(h, last->db, last->table) = (void *)(i + 1);
	*place_of(h, gone->db, gone->table) = NULL;
	schema_unref(gone);
}

static void add(struct history *h, struct schema *schema, void **place)
{
	xgrow(h->schemas, h->count, h->cap, 32);
	h->schemas[h->count++] = schema_ref(schema);
	*place = (void *)h->count;
}

static void history_table(void *arg, const struct position *at, int64_t commit_us, const char *db, const char *table,
		struct schema *schema)
{
	struct history *h = arg;
	void **place = place_of(h, db, table);
	size_t i = place ? (size_t)*place : 0;

	(void)at;
	if (schema && h->version)
		h->version(h->version_arg, schema, commit_us);
	if (place == NULL)
		return;
	if (schema && i) {
		schema_unref(h->schemas[i - 1]);
		h->schemas[i - 1] = schema_ref(schema);
	} else if (schema) {
		add(h, schema, place);
	} else if (i) {
		drop_at(h, i - 1);
	}
}

static void drop_tables(struct history *h, const char *db)
{
	for (size_t i = h->count; i-- > 0;)
		if (strcmp(h->schemas[i]->db, db) == 0)
			drop_at(h, i);
}

static void history_database(void *arg, const char *db, unsigned collation)
{
	struct history *h = arg;
	const char *name = intern(db);
	size_t i = 0;

	while (i < h->ndatabases && h->databases[i].name != name)
		i++;
	if (collation == 0) {
		drop_tables(h, db);
		if (i < h->ndatabases)
			h->databases[i] = h->databases[--h->ndatabases];
		return;
	}
	if (i == h->ndatabases)
		h->databases = xrealloc(h->databases, ++h->ndatabases * sizeof(*h->databases));
	h->databases[i] = (struct history_database){ .name = name, .collation = collation };
}

static void history_written(void *arg, const char *name, const char *prefix)
{
	struct history *h = arg;

	*name_map_at(&h->pipelines, intern(prefix)) = (void *)intern(name);
}

static bool history_wants(void *arg, const struct position *at, const char *gtid)
{
	struct history *h = arg;

	return h->past == NULL || source_past_has(h->past, at, gtid);
}

static int history_record(void *arg, const struct record *r)
{
	struct history *h = arg;
	struct format_history_reader to = {
		.arg = h,
		.pipeline = history_written,
		.wants = history_wants,
		.table = history_table,
		.database = history_database,
	};

	if (format_history_decode(r, &to, &h->err))
		return -1;
	h->next = r->offset + 1;
	return 0;
}

int history_read(struct history *h, struct log *log, const char *topic, const struct position *until, struct err *err)
{
	int rc;

	err_clear(&h->err);
	h->past = until && position_is_set(until) ? source_past_new(until, err) : NULL;
	if (h->past == NULL && until && position_is_set(until))
		return -1;
	rc = log_scan(log, topic, 0, h->next, -1, history_record, h, err);
	source_past_free(h->past);
	h->past = NULL;
	if (rc)
		return err_wrap(err, "schema history '%s'", topic);
	if (h->err.kind != ERR_NONE) {
		*err = h->err;
		return -1;
	}
	return 0;
}

const char *history_pipeline(struct history *h, const char *prefix)
{
	return *name_map_at(&h->pipelines, intern(prefix));
}

struct schema *const *history_schemas(const struct history *h, size_t *count)
{
	*count = h->count;
	return h->schemas;
}

const struct history_database *history_databases(const struct history *h, size_t *count)
{
	*count = h->ndatabases;
	return h->databases;
}
