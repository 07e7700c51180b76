/* mysql_stream_table.c - see mysql_stream_table.h. Both hashes are open with linear probing and never more than half
 * full. */
#include "config.h"
#include "source/stream/mysql_stream_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/intern.h"
#include "core/xalloc.h"

enum { FIRST_CAP = 64, MAP_CHUNK = 1024, CREATE_MAX = 16 << 20 };

void stream_tables_init(struct stream_tables *ts, const struct mysql_filter *filter, struct catalog *catalog)
{
	*ts = (struct stream_tables){
		.filter = filter,
		.catalog = catalog,
		.names_cap = FIRST_CAP,
		.ids_cap = FIRST_CAP,
	};
	ts->names = xcalloc(ts->names_cap, sizeof(*ts->names));
	ts->ids = xcalloc(ts->ids_cap, sizeof(*ts->ids));
	event_format_init(&ts->format);
}

void stream_tables_done(struct stream_tables *ts)
{
	for (size_t i = 0; i < ts->count; i++) {
		row_decoder_free(ts->items[i]->decoder);
		arena_done(&ts->items[i]->arena);
		free(ts->items[i]->error);
		free(ts->items[i]->lost);
		free(ts->items[i]);
	}
	free(ts->items);
	free(ts->news);
	free(ts->names);
	free(ts->ids);
}

/* ---- by name ---- */

static size_t hash_name(const char *db, size_t db_len, const char *name, size_t name_len)
{
	uint64_t h = fnv_bytes(fnv_add(fnv_bytes(FNV_START, db, db_len), '.'), name, name_len);

	return (size_t)(h ^ h >> 32);
}

static bool is_named(const struct stream_table *t, const char *db, size_t db_len, const char *name, size_t name_len)
{
	return t->db_len == db_len && t->name_len == name_len && memcmp(t->db, db, db_len) == 0 &&
			memcmp(t->name, name, name_len) == 0;
}

/* The slot that holds the name, or the free one where it belongs. */
static struct stream_table **name_slot(const struct stream_tables *ts, const char *db, size_t db_len, const char *name,
		size_t name_len)
{
	size_t i = hash_name(db, db_len, name, name_len) & (ts->names_cap - 1);

	while (ts->names[i] && !is_named(ts->names[i], db, db_len, name, name_len))
		i = (i + 1) & (ts->names_cap - 1);
	return &ts->names[i];
}

static void grow_names(struct stream_tables *ts)
{
	free(ts->names);
	ts->names_cap *= 2;
	ts->names = xcalloc(ts->names_cap, sizeof(*ts->names));
	for (size_t i = 0; i < ts->count; i++) {
		struct stream_table *t = ts->items[i];

		*name_slot(ts, t->db, t->db_len, t->name, t->name_len) = t;
	}
}

static void tell_news(struct stream_tables *ts, struct stream_table *t)
{
	if (!t->wanted)
		return;
	xgrow(ts->news, ts->nnews, ts->cap_news, FIRST_CAP);
	ts->news[ts->nnews++] = t;
}

struct stream_table *stream_tables_by_name(struct stream_tables *ts, const char *db, size_t db_len, const char *name,
		size_t name_len)
{
	struct stream_table *t = *name_slot(ts, db, db_len, name, name_len);

	if (t)
		return t;
	t = xcalloc(1, sizeof(*t));
	*t = (struct stream_table){
		.db = intern_n(db, db_len),
		.name = intern_n(name, name_len),
		.db_len = db_len,
		.name_len = name_len,
	};
	t->wanted = mysql_filter_table(ts->filter, t->db, t->name);
	arena_init(&t->arena, MAP_CHUNK);
	tell_news(ts, t);
	xgrow(ts->items, ts->count, ts->cap, FIRST_CAP);
	ts->items[ts->count++] = t;
	if (ts->count * 2 > ts->names_cap)
		grow_names(ts);
	else
		*name_slot(ts, db, db_len, name, name_len) = t;
	return t;
}

/* ---- by id ---- */

static struct stream_id *id_slot(const struct stream_tables *ts, uint64_t id)
{
	size_t i = (size_t)(id * 0x9e3779b97f4a7c15u >> 32) & (ts->ids_cap - 1);

	while (ts->ids[i].table && ts->ids[i].id != id)
		i = (i + 1) & (ts->ids_cap - 1);
	return &ts->ids[i];
}

static void put_id(struct stream_tables *ts, uint64_t id, struct stream_table *t)
{
	struct stream_id *slot = id_slot(ts, id), *old = ts->ids;
	size_t old_cap = ts->ids_cap;

	ts->ids_count += slot->table == NULL;
	*slot = (struct stream_id){ .id = id, .table = t };
	if (ts->ids_count * 2 <= ts->ids_cap)
		return;
	ts->ids_cap *= 2;
	ts->ids = xcalloc(ts->ids_cap, sizeof(*ts->ids));
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].table)
			*id_slot(ts, old[i].id) = old[i];
	free(old);
}

struct stream_table *stream_tables_by_id(const struct stream_tables *ts, uint64_t id)
{
	return id_slot(ts, id)->table;
}

void stream_tables_clear_ids(struct stream_tables *ts)
{
	memset(ts->ids, 0, ts->ids_cap * sizeof(*ts->ids));
	ts->ids_count = 0;
}

/* ---- maps ---- */

void stream_table_stop(struct stream_tables *ts, struct stream_table *t, const char *why)
{
	if (t->error)
		return;
	t->error = xstrdup(why);
	tell_news(ts, t);
}

void stream_tables_forget(struct stream_tables *ts, const char *db, const char *name)
{
	struct stream_table *t = *name_slot(ts, db, strlen(db), name, strlen(name));

	if (t == NULL)
		return;
	row_decoder_free(t->decoder);
	t->decoder = NULL;
	t->held_schema = NULL;
}

void stream_tables_lose(struct stream_tables *ts, const char *db, const char *name, const char *why)
{
	struct stream_table *t = stream_tables_by_name(ts, db, strlen(db), name, strlen(name));

	stream_tables_forget(ts, db, name);
	catalog_forget(ts->catalog, db, name);
	free(t->lost);
	t->lost = xstrdup(why);
}

/* Neither the binlog nor the history has the columns' names. NULL: nor has the server, for sure. */
static struct schema *ask_schema(struct stream_tables *ts, struct stream_table *t, const char *file, uint64_t pos,
		struct err *err)
{
	struct table_place at = { .db = t->db, .table = t->name, .file = file, .pos = pos };
	struct schema *schema = NULL;
	struct buf create;

	buf_init(&create, CREATE_MAX);
	if (ts->ask && ts->ask(ts->ask_arg, &at, &create, err) == 0)
		schema = catalog_read_table(ts->catalog, t->db, create.data, create.len, 0, err);
	else if (ts->ask == NULL)
		err_set(err, ERR_DATA, 0, "there is no server to ask");
	buf_done(&create);
	t->asked = schema != NULL;
	return schema;
}

/* The schema as DDL said it; where nothing is known and the map has no names, as the server says it. */
static int known_schema(struct stream_tables *ts, struct stream_table *t, const char *file, uint64_t pos,
		struct schema **known, struct err *err)
{
	struct err why = { 0 };

	*known = catalog_find(ts->catalog, t->db, t->name);
	if (*known || t->map.has_names)
		return 0;
	*known = ask_schema(ts, t, file, pos, &why);
	if (*known)
		return 0;
	if (why.kind == ERR_RETRY || why.kind == ERR_UNREACHABLE) {
		*err = why;
		return -1;
	}
	return err_set(err, ERR_DATA, 0, "its columns are not known: %.110s; %.160s",
			t->lost ? t->lost : "the table is not in the schema history, and the binlog carries no names",
			why.msg);
}

/* What the binlog says and what DDL said, made into a decoder; the catalog learns what only the binlog knew. */
static int make_decoder(struct stream_tables *ts, struct stream_table *t, const struct event *e, const char *file,
		uint64_t pos, struct err *err)
{
	struct schema *known, *schema, *wanted;

	row_decoder_free(t->decoder);
	t->decoder = NULL;
	t->held_schema = NULL;
	arena_reset(&t->arena);
	if (table_map_parse(e, &t->arena, &t->map, err) < 0 || known_schema(ts, t, file, pos, &known, err) < 0)
		return -1;
	schema = schema_from_table_map(&t->map, known, err);
	if (schema == NULL)
		return -1;
	if (schema != known)
		catalog_put(ts->catalog, schema);
	wanted = mysql_filter_columns(ts->filter, schema);
	t->decoder = row_decoder_new(&t->map, schema, wanted, err);
	schema_unref(schema);
	schema_unref(wanted);
	return t->decoder ? 0 : -1;
}

/* A person reads this at night: what is wrong, and the commands that end it. */
static void stop_with_remedy(struct stream_tables *ts, struct stream_table *t, const char *file, uint64_t pos,
		const struct err *why)
{
	char text[sizeof(why->msg)];

	snprintf(text, sizeof(text),
			"%.280s (binlog %s, position %llu). To go on: set binlog_row_metadata = FULL, then `millrace resume %s.%s`, "
			"which reads the table again",
			why->msg, file, (unsigned long long)pos, t->db, t->name);
	stream_table_stop(ts, t, text);
}

int stream_tables_map(struct stream_tables *ts, const struct event *e, const char *file, uint64_t pos,
		struct stream_table **out, struct err *err)
{
	struct table_map_name n;
	struct stream_table *t;
	struct err why = { 0 };

	if (table_map_name_parse(e, &n, err) < 0)
		return -1;
	t = stream_tables_by_id(ts, n.table_id);
	if (t && !ts->format.checksum && !is_named(t, n.db, n.db_len, n.table, n.table_len))
		return err_set(err, ERR_FATAL, EVENT_DAMAGED,
				"TABLE_MAP event: table id %llu was %s.%s before: one of the two is damaged; the server writes no "
				"checksums: set binlog_checksum = CRC32",
				(unsigned long long)n.table_id, t->db, t->name);
	if (t == NULL || !is_named(t, n.db, n.db_len, n.table, n.table_len)) {
		t = stream_tables_by_name(ts, n.db, n.db_len, n.table, n.table_len);
		put_id(ts, n.table_id, t);
	}
	*out = t;
	if (!t->wanted || t->error || (t->decoder && table_map_same(&t->map, e)))
		return 0;
	if (make_decoder(ts, t, e, file, pos, &why) == 0)
		return 0;
	if (why.kind == ERR_RETRY || why.kind == ERR_UNREACHABLE) { /* the server could not be asked */
		*err = why;
		return -1;
	}
	stop_with_remedy(ts, t, file, pos, &why);
	return 0;
}
