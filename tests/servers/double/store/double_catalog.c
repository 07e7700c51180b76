/*
 * double_catalog.c - databases, tables, schemas and schema changes. A schema change is a job: it waits, it runs, and
 * only when it is finished do new loads see the new columns. Until then a loader that does not wait loses data, as it
 * would with StarRocks; that is the point of having the delay.
 */
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "store/double_store.h"

struct db *store_db(struct store *s, const char *name)
{
	for (struct db *db = s->dbs; db != NULL; db = db->next)
		if (!db->dropped && strcmp(db->name, name) == 0)
			return db;
	return NULL;
}

struct db *store_db_create(struct store *s, const char *name)
{
	struct db *db = xcalloc(1, sizeof(*db)), **at = &s->dbs;

	db->id = s->next_id++;
	db->name = xstrdup(name);
	while (*at != NULL)
		at = &(*at)->next;
	*at = db;
	return db;
}

struct table *store_table(struct db *db, const char *name)
{
	for (struct table *t = db->tables; t != NULL; t = t->next)
		if (!t->dropped && strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

struct table *store_table_add(struct store *s, struct db *db, const char *name)
{
	struct table *t = xcalloc(1, sizeof(*t)), **at = &db->tables;

	t->id = s->next_id++;
	t->name = xstrdup(name);
	t->db = db;
	t->created_ms = store_now_ms(s);
	while (*at != NULL)
		at = &(*at)->next;
	*at = t;
	return t;
}

struct schema *schema_make(unsigned ncolumns)
{
	struct schema *s = xcalloc(1, sizeof(*s));

	s->columns = xcalloc(ncolumns + 1, sizeof(*s->columns));
	return s;
}

struct schema *schema_copy(const struct schema *from, unsigned room)
{
	struct schema *s = schema_make(from->ncolumns + room);

	s->ncolumns = from->ncolumns;
	s->nkey = from->nkey;
	s->model = from->model;
	memcpy(s->columns, from->columns, from->ncolumns * sizeof(*from->columns));
	return s;
}

int schema_find(const struct schema *s, const char *name, size_t len)
{
	for (unsigned i = 0; i < s->ncolumns; i++)
		if (strncasecmp(s->columns[i].name, name, len) == 0 && s->columns[i].name[len] == '\0')
			return (int)i;
	return -1;
}

void table_set_schema(struct table *t, struct schema *s)
{
	s->index = (uint16_t)t->nschemas;
	t->schemas[t->nschemas++] = s;
	t->schema = s;
}

uint64_t table_versions(struct store *s, struct table *t)
{
	int64_t now_ms = store_now_ms(s), ms = now_ms - t->compacted_ms;
	uint64_t merged = ms > 0 ? (uint64_t)ms * s->compactions / 1000 : 0;

	if (merged == 0)
		return t->versions;
	t->versions -= merged < t->versions ? merged : t->versions;
	t->compacted_ms = now_ms;
	return t->versions;
}

int table_crowded(struct store *s, struct table *t, struct err *err)
{
	uint64_t versions = table_versions(s, t);

	if (versions < s->max_versions)
		return 0;
	return err_set(err, ERR_DATA, 0,
			"Too many versions. tablet_id: %llu, version_count: %llu, limit: %llu, replica_state: 0: be:127.0.0.1",
			(unsigned long long)t->id, (unsigned long long)versions + 1,
			(unsigned long long)s->max_versions);
}

struct alter *store_alter_add(struct store *s, struct table *t, struct schema *schema, int64_t delay_ms)
{
	struct alter *a = xcalloc(1, sizeof(*a));

	a->id = s->next_id++;
	a->txn = s->next_txn++;
	a->table = t;
	a->schema = schema;
	a->created_ms = store_now_ms(s);
	a->due_ms = a->created_ms + delay_ms;
	a->message = xstrdup("");
	a->next = s->alters;
	s->alters = a;
	return a;
}

struct alter *store_alter_running(struct store *s, const struct table *t)
{
	for (struct alter *a = s->alters; a != NULL; a = a->next)
		if (a->table == t && a->state < ALTER_FINISHED)
			return a;
	return NULL;
}

int store_alter_done(struct store *s, uint64_t id, bool good)
{
	uint64_t record[2] = { id, good };
	struct iovec iov = { record, sizeof(record) };
	struct err err = { 0 };
	struct alter *a = s->alters;

	while (a != NULL && a->id != id)
		a = a->next;
	if (a == NULL || a->state >= ALTER_FINISHED ||
			(!s->replaying && wal_append(&s->wal, WAL_ALTER_DONE, &iov, 1, &err) != 0))
		return 0;
	if (good)
		table_set_schema(a->table, a->schema);
	a->state = good ? ALTER_FINISHED : ALTER_CANCELLED;
	a->finished_ms = store_now_ms(s);
	return 0;
}

void store_alter_settle(struct store *s, int64_t now_ms)
{
	for (struct alter *a = s->alters; a != NULL; a = a->next) {
		if (a->state >= ALTER_FINISHED)
			continue;
		if (a->table->dropped)
			a->state = ALTER_CANCELLED;
		else if (now_ms >= a->due_ms)
			store_alter_done(s, a->id, *a->message == '\0');
		else
			a->state = now_ms - a->created_ms < (a->due_ms - a->created_ms) / 4	   ? ALTER_PENDING
					: now_ms - a->created_ms < (a->due_ms - a->created_ms) / 2 ? ALTER_WAITING
												   : ALTER_RUNNING;
	}
}

const char *alter_state_name(enum alter_state state)
{
	static const char *const names[] = { "PENDING", "WAITING_TXN", "RUNNING", "FINISHED", "CANCELLED" };

	return names[state];
}
