/*
 * starrocks_tables.c - what is known of the tables of one StarRocks: how rows of each schema version are written. Shared by
 * all handles that were opened beside each other, because any of them loads any table, and each table is to be asked for
 * once. Under one lock, which is taken for a load or a statement, never for a row.
 *
 * StarRocks takes a load that names a column which the table has no more, and says nothing. So what is known is held
 * against the cluster: before the first load of a table after a pause, every minute, and after a refusal. One query asks for
 * all tables, and serves all of them; a table of another form than before is forgotten, and prepared again.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/intern.h"
#include "core/must.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks.h"

/* Rows of so many versions of one source may be under way at one time; of more, the oldest is asked for again. */
enum { VERSIONS_MAX = 8 };
enum { LOOK_MS = 60000, PAUSE_MS = 5000, SQL_MAX = 1 << 20 };

struct known_table {
	struct starrocks_target **targets; /* most recently used first; of each source VERSIONS_MAX at the most */
	unsigned ntargets, cap;
	const char *db;	     /* interned */
	uint64_t form, seen; /* of its columns: when the targets were made; as the query that runs has found it */
	int64_t used_us,
			looked_us; /* monotonic: when it was last loaded, and looked at; looked 0: a load was refused */
};

struct starrocks_tables {
	pthread_mutex_t looking; /* held by the one that asks; before lock */
	pthread_mutex_t lock;
	/* under lock */
	unsigned refs;
	struct name_map by_name; /* struct known_table by "database\ntable" */
};

struct starrocks_tables *starrocks_tables_new(void)
{
	struct starrocks_tables *t = xcalloc(1, sizeof(*t));

	lock_init(&t->lock);
	lock_init(&t->looking);
	t->refs = 1;
	return t;
}

struct starrocks_tables *starrocks_tables_ref(struct starrocks_tables *t)
{
	pthread_mutex_lock(&t->lock);
	t->refs++;
	pthread_mutex_unlock(&t->lock);
	return t;
}

static void known_clear(struct known_table *k)
{
	for (unsigned i = 0; i < k->ntargets; i++)
		starrocks_target_free(k->targets[i]);
	k->ntargets = 0;
}

static void known_free(void *value, void *arg)
{
	(void)arg;
	known_clear(value);
	free(((struct known_table *)value)->targets);
	free(value);
}

void starrocks_tables_unref(struct starrocks_tables *t)
{
	bool last;

	pthread_mutex_lock(&t->lock);
	last = --t->refs == 0;
	pthread_mutex_unlock(&t->lock);
	if (!last)
		return;
	name_map_each(&t->by_name, known_free, NULL);
	name_map_done(&t->by_name);
	pthread_mutex_destroy(&t->lock);
	pthread_mutex_destroy(&t->looking);
	free(t);
}

/* Under lock; made when new. */
static struct known_table *known_get(struct starrocks_tables *t, const char *db, const char *table)
{
	char *name = xasprintf("%s\n%s", db, table);
	void **place = name_map_at(&t->by_name, intern(name));

	must_hold(&t->lock);
	free(name);
	if (*place == NULL) {
		struct known_table *k = xcalloc(1, sizeof(*k));

		k->db = intern(db);
		*place = k;
	}
	return *place;
}

struct starrocks_target *starrocks_tables_find(struct starrocks_tables *t, const char *db, const struct schema *schema)
{
	struct starrocks_target *found = NULL;
	struct known_table *k;
	unsigned at = 0;

	pthread_mutex_lock(&t->lock);
	k = known_get(t, db, schema->table);
	while (at < k->ntargets && k->targets[at]->version != schema->version)
		at++;
	if (at < k->ntargets) {
		found = starrocks_target_ref(k->targets[at]);
		memmove(k->targets + 1, k->targets, at * sizeof(k->targets[0]));
		k->targets[0] = found;
	}
	pthread_mutex_unlock(&t->lock);
	return found;
}

/* Under lock: room for one more of this source. */
static void make_room(struct known_table *k, const char *source)
{
	unsigned n = 0, last = 0;

	for (unsigned i = 0; i < k->ntargets; i++)
		if (k->targets[i]->schema->at_target.source == source) {
			n++;
			last = i;
		}
	if (n == VERSIONS_MAX) {
		starrocks_target_free(k->targets[last]);
		memmove(k->targets + last, k->targets + last + 1, (--k->ntargets - last) * sizeof(k->targets[0]));
	}
	if (k->ntargets == k->cap) {
		k->cap = k->cap ? 2 * k->cap : 2;
		k->targets = xrealloc(k->targets, k->cap * sizeof(k->targets[0]));
	}
}

void starrocks_tables_put(struct starrocks_tables *t, const char *db, struct starrocks_target *target,
		const struct starrocks_columns *have)
{
	struct known_table *k;

	pthread_mutex_lock(&t->lock);
	k = known_get(t, db, target->schema->table);
	k->form = have->form ? have->form : starrocks_columns_form(have);
	k->looked_us = k->used_us = clock_mono_us();
	make_room(k, target->schema->at_target.source);
	memmove(k->targets + 1, k->targets, k->ntargets++ * sizeof(k->targets[0]));
	k->targets[0] = starrocks_target_ref(target);
	pthread_mutex_unlock(&t->lock);
}

void starrocks_tables_drop(struct starrocks_tables *t, const char *db, const char *table)
{
	pthread_mutex_lock(&t->lock);
	known_clear(known_get(t, db, table));
	pthread_mutex_unlock(&t->lock);
}

/* ---- held against the cluster ---- */

/* It is due for this table. Under lock. */
static bool is_due(const struct known_table *k, int64_t now)
{
	if (k->ntargets == 0)
		return false; /* it will be asked for by itself */
	return k->looked_us == 0 || now - k->looked_us > LOOK_MS * 1000LL ||
			(now - k->used_us > PAUSE_MS * 1000LL && now - k->looked_us > PAUSE_MS * 1000LL);
}

struct tables_look { /* one query */
	struct starrocks_tables *tables;
	struct buf sql;
	const char *last; /* database that was put in */
	bool first;
};

static void take_column(void *context, const struct starrocks_record *r)
{
	struct tables_look *look = context;
	const char *db = starrocks_record_get(r, "TABLE_SCHEMA"), *table = starrocks_record_get(r, "TABLE_NAME");
	struct starrocks_columns one = { 0 };

	if (db == NULL || table == NULL)
		return;
	starrocks_column_take(&one, r);
	pthread_mutex_lock(&look->tables->lock);
	known_get(look->tables, db, table)->seen += starrocks_columns_form(&one);
	pthread_mutex_unlock(&look->tables->lock);
	starrocks_columns_done(&one);
}

static void begin_one(void *value, void *arg)
{
	struct known_table *k = value;
	struct tables_look *look = arg;

	k->seen = 0;
	if (k->ntargets == 0 || k->db == look->last)
		return;
	buf_puts(&look->sql, look->last ? ", " : "");
	starrocks_string(&look->sql, k->db);
	look->last = k->db;
}

static void end_one(void *value, void *arg)
{
	struct known_table *k = value;

	if (k->ntargets && k->seen != k->form)
		known_clear(k);
	k->looked_us = *(const int64_t *)arg;
}

static int look_at_all(struct starrocks_tables *t, struct starrocks_sql *sql, struct err *err)
{
	struct tables_look look = { .tables = t };
	int64_t now = clock_mono_us();
	int result;

	buf_init(&look.sql, SQL_MAX);
	buf_puts(&look.sql,
			"SELECT TABLE_SCHEMA, TABLE_NAME, " STARROCKS_COLUMN_FIELDS
			" FROM information_schema.columns WHERE TABLE_SCHEMA IN (");
	pthread_mutex_lock(&t->lock);
	name_map_each(&t->by_name, begin_one, &look);
	pthread_mutex_unlock(&t->lock);
	buf_putc(&look.sql, ')');
	result = look.last ? starrocks_sql_run(sql, look.sql.data, take_column, &look, err) : 0;
	if (result == 0) {
		pthread_mutex_lock(&t->lock);
		name_map_each(&t->by_name, end_one, &now);
		pthread_mutex_unlock(&t->lock);
	}
	buf_done(&look.sql);
	return result;
}

/* Under lock. What of it is due is looked at from now on, by the caller or by the one who looks already. */
static bool use(struct starrocks_tables *t, const char *db, const char *table)
{
	struct known_table *k = known_get(t, db, table);
	int64_t now = clock_mono_us();
	bool due = is_due(k, now);

	if (!due)
		k->used_us = now;
	return due;
}

int starrocks_tables_refresh(struct starrocks_tables *t, struct starrocks_sql *sql, const char *db, const char *table,
		struct err *err)
{
	int result = 0;
	bool due;

	pthread_mutex_lock(&t->lock);
	due = use(t, db, table);
	pthread_mutex_unlock(&t->lock);
	if (!due)
		return 0;
	pthread_mutex_lock(&t->looking);
	pthread_mutex_lock(&t->lock);
	due = use(t, db, table); /* another one may have asked meanwhile */
	pthread_mutex_unlock(&t->lock);
	if (due)
		result = look_at_all(t, sql, err);
	pthread_mutex_unlock(&t->looking);
	return result;
}

void starrocks_tables_doubt(struct starrocks_tables *t, const char *db, const char *table)
{
	pthread_mutex_lock(&t->lock);
	known_get(t, db, table)->looked_us = 0;
	pthread_mutex_unlock(&t->lock);
}

static void doubt_one(void *value, void *arg)
{
	(void)arg;
	((struct known_table *)value)->looked_us = 0;
}

void starrocks_tables_doubt_all(struct starrocks_tables *t)
{
	pthread_mutex_lock(&t->lock);
	name_map_each(&t->by_name, doubt_one, NULL);
	pthread_mutex_unlock(&t->lock);
}
