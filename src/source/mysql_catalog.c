/*
 * mysql_catalog.c - tables by name, and DDL applied to them. What is hard: each statement is worked out completely beside the
 * catalog and put in at the end, so that one that fails leaves no trace; and a RENAME of several tables may swap them.
 */
#include "source/mysql_catalog.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/intern.h"
#include "core/xalloc.h"
#include "source/mysql_catalog_table.h"
#include "source/mysql_charset.h"
#include "source/mysql_ddl.h"

enum { BUCKETS_MIN = 64, ENTRY_CHUNK_BYTES = 512 };

struct entry {
	struct entry *next;
	struct schema *schema;		/* one reference */
	struct table_index *indexes;
	unsigned nindexes;
	struct arena arena;		/* of the indexes */
};

struct database {
	char *name;
	unsigned collation;
};

struct catalog {
	struct entry **buckets;
	size_t nbuckets, count;
	struct database *databases;
	size_t ndatabases;
	unsigned server_collation;
	bool fold_case;
};

/* ---- names ---- */

static bool name_equal(const struct catalog *c, const char *a, const char *b)
{
	return c->fold_case ? strcasecmp(a, b) == 0 : strcmp(a, b) == 0;
}

static size_t name_hash(const struct catalog *c, size_t h, const char *name)
{
	for (; *name; name++)
		h = (h ^ (size_t)(c->fold_case ? tolower((unsigned char)*name) : *name)) * 0x100000001b3ull;
	return h;
}

static struct entry **entry_slot(const struct catalog *c, const char *db, const char *table)
{
	size_t h = name_hash(c, name_hash(c, 0xcbf29ce484222325ull, db) ^ '.', table);
	struct entry **slot = &c->buckets[(h ^ h >> 32) & (c->nbuckets - 1)];

	while (*slot && !(name_equal(c, (*slot)->schema->db, db) && name_equal(c, (*slot)->schema->table, table)))
		slot = &(*slot)->next;
	return slot;
}

/* ---- entries ---- */

static void entry_free(struct entry *e)
{
	if (e == NULL)
		return;
	schema_unref(e->schema);
	arena_done(&e->arena);
	free(e);
}

static const char *entry_text(struct entry *e, const char *text)
{
	return arena_dup(&e->arena, text, strlen(text));
}

static struct entry *entry_new(struct schema *schema, const struct table_index *indexes, unsigned nindexes)
{
	struct entry *e = xcalloc(1, sizeof(*e));

	arena_init(&e->arena, ENTRY_CHUNK_BYTES);
	e->schema = schema_ref(schema);
	e->nindexes = nindexes;
	e->indexes = arena_alloc(&e->arena, (nindexes + 1u) * sizeof(*e->indexes));
	for (unsigned i = 0; i < nindexes; i++) {
		struct table_index *to = &e->indexes[i];

		*to = indexes[i];
		to->name = entry_text(e, indexes[i].name);
		to->columns = arena_alloc(&e->arena, (to->ncolumns + 1u) * sizeof(*to->columns));
		for (unsigned k = 0; k < to->ncolumns; k++)
			to->columns[k] = entry_text(e, indexes[i].columns[k]);
	}
	return e;
}

/* A schema that came without its indexes has at least the one that is its key. */
static struct entry *entry_from_schema(struct schema *schema)
{
	const char *columns[64];
	struct table_index index = { .unique = true, .primary = !schema->key_is_unique_index, .columns = columns };

	if (schema->nkey > 64)
		return entry_new(schema, NULL, 0);
	for (unsigned i = 0; i < schema->nkey; i++)
		columns[i] = schema->columns[schema->key[i]].name;
	index.ncolumns = schema->nkey;
	index.name = index.primary || schema->nkey == 0 ? "PRIMARY" : columns[0];
	return entry_new(schema, &index, schema->nkey ? 1 : 0);
}

static void catalog_grow(struct catalog *c)
{
	struct entry **old = c->buckets;
	size_t n = c->nbuckets;

	c->nbuckets = n ? 2 * n : BUCKETS_MIN;
	c->buckets = xcalloc(c->nbuckets, sizeof(*c->buckets));
	for (size_t i = 0; i < n; i++) {
		while (old[i]) {
			struct entry *e = old[i], **slot = entry_slot(c, e->schema->db, e->schema->table);

			old[i] = e->next;
			e->next = NULL;
			*slot = e;
		}
	}
	free(old);
}

static struct entry *entry_take(struct catalog *c, const char *db, const char *table)
{
	struct entry **slot = entry_slot(c, db, table), *e = *slot;

	if (e) {
		*slot = e->next;
		e->next = NULL;
		c->count--;
	}
	return e;
}

static void entry_put(struct catalog *c, struct entry *e)
{
	struct entry **slot;

	entry_free(entry_take(c, e->schema->db, e->schema->table));
	if (c->count >= c->nbuckets)
		catalog_grow(c);
	slot = entry_slot(c, e->schema->db, e->schema->table);
	*slot = e;
	c->count++;
}

/* ---- the catalog ---- */

struct catalog *catalog_new(unsigned server_collation, bool fold_case)
{
	struct catalog *c = xcalloc(1, sizeof(*c));

	c->server_collation = server_collation ? server_collation : COLLATION_UTF8MB4;
	c->fold_case = fold_case;
	catalog_grow(c);
	return c;
}

void catalog_free(struct catalog *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->nbuckets; i++) {
		while (c->buckets[i]) {
			struct entry *e = c->buckets[i];

			c->buckets[i] = e->next;
			entry_free(e);
		}
	}
	for (size_t i = 0; i < c->ndatabases; i++)
		free(c->databases[i].name);
	free(c->databases);
	free(c->buckets);
	free(c);
}

void catalog_put(struct catalog *c, struct schema *schema)
{
	entry_put(c, entry_from_schema(schema));
}

struct schema *catalog_find(const struct catalog *c, const char *db, const char *table)
{
	struct entry *e = *entry_slot(c, db, table);

	return e ? e->schema : NULL;
}

bool catalog_forget(struct catalog *c, const char *db, const char *table)
{
	struct entry *e = entry_take(c, db, table);

	entry_free(e);
	return e != NULL;
}

static struct database *database_find(const struct catalog *c, const char *db)
{
	for (size_t i = 0; i < c->ndatabases; i++)
		if (name_equal(c, c->databases[i].name, db))
			return &c->databases[i];
	return NULL;
}

void catalog_set_database(struct catalog *c, const char *db, unsigned collation)
{
	struct database *d = database_find(c, db);

	if (d == NULL) {
		c->databases = xrealloc(c->databases, (c->ndatabases + 1) * sizeof(*c->databases));
		d = &c->databases[c->ndatabases++];
		d->name = xstrdup(db);
	}
	d->collation = collation ? collation : c->server_collation;
}

static void database_drop(struct catalog *c, const char *db)
{
	struct database *d = database_find(c, db);

	if (d) {
		free(d->name);
		*d = c->databases[--c->ndatabases];
	}
	for (size_t i = 0; i < c->nbuckets; i++) {
		struct entry **slot = &c->buckets[i];

		while (*slot) {
			struct entry *e = *slot;

			if (!name_equal(c, e->schema->db, db)) {
				slot = &e->next;
				continue;
			}
			*slot = e->next;
			c->count--;
			entry_free(e);
		}
	}
}

size_t catalog_count(const struct catalog *c)
{
	return c->count;
}

void catalog_each(const struct catalog *c, void (*fn)(struct schema *schema, void *arg), void *arg)
{
	for (size_t i = 0; i < c->nbuckets; i++)
		for (struct entry *e = c->buckets[i]; e; e = e->next)
			fn(e->schema, arg);
}

/* ---- applying a statement ---- */

struct apply {
	struct catalog *c;
	const struct ddl_context *ctx;
	struct arena *arena;
	struct ddl_statement s;
	struct ddl_result *out;
	struct err *err;
};

static const char *db_of(const struct apply *a, const struct ddl_name *name)
{
	return name->db ? name->db : a->ctx->db;
}

static unsigned database_collation(const struct apply *a, const char *db)
{
	const struct database *d = database_find(a->c, db);

	if (d)
		return d->collation;
	if (a->ctx->collation_database && name_equal(a->c, db, a->ctx->db))
		return a->ctx->collation_database;
	return a->c->server_collation;
}

/* One change, with room for one table, which is not counted yet. */
static struct ddl_change *result_change(struct apply *a, const char *db, const char *tables)
{
	struct ddl_change *change = &a->out->changes[a->out->nchanges++];

	*change = (struct ddl_change){ .db = arena_dup(a->arena, db, strlen(db)), .tables = tables };
	change->ddl = arena_dup(a->arena, a->s.text, a->s.text_len);
	return change;
}

static void result_table(struct apply *a, struct ddl_change *change, char type, const char *db, const char *table, struct schema *schema)
{
	change->table = arena_alloc(a->arena, sizeof(*change->table));
	*change->table = (struct ddl_table){ .type = type, .db = arena_dup(a->arena, db, strlen(db)),
					     .table = arena_dup(a->arena, table, strlen(table)), .schema = schema ? schema_ref(schema) : NULL };
	change->ntables = 1;
}

static void result_room(struct apply *a, unsigned count)
{
	a->out->changes = arena_alloc(a->arena, count * sizeof(*a->out->changes));
	a->out->nchanges = 0;
}

static int apply_nothing(struct apply *a, enum ddl_kind kind)
{
	a->out->kind = kind;
	result_room(a, 1);
	result_change(a, a->ctx->db, "");
	return 0;
}

/* Puts what the model has become into the catalog, and says so. */
static int apply_model(struct apply *a, struct table_model *t, char type, const char *previous_db, const char *previous_table)
{
	struct schema *schema = table_model_schema(t, a->err);
	struct ddl_change *change;
	struct entry *e;

	if (schema == NULL)
		return -1;
	e = entry_new(schema, t->indexes, t->nindexes);	/* before anything that t points to goes */
	a->out->kind = DDL_TABLES;
	result_room(a, 1);
	change = result_change(a, t->db, arena_dup(a->arena, t->table, strlen(t->table)));
	result_table(a, change, type, t->db, t->table, schema);
	if (previous_table) {
		catalog_forget(a->c, previous_db, previous_table);
		change->table->previous_db = previous_db;
		change->table->previous_table = previous_table;
	}
	entry_put(a->c, e);
	schema_unref(schema);
	return 0;
}

/* A table that is not known: what happened to it is told, without a schema. */
static int apply_unknown(struct apply *a, char type, const char *db, const char *table)
{
	a->out->kind = DDL_TABLES;
	result_room(a, 1);
	result_table(a, result_change(a, db, arena_dup(a->arena, table, strlen(table))), type, db, table, NULL);
	return 0;
}

static int apply_create(struct apply *a)
{
	const char *db = db_of(a, &a->s.table);
	struct table_model t;
	unsigned collation;

	if (a->s.if_not_exists && catalog_find(a->c, db, a->s.table.table))
		return apply_nothing(a, DDL_NOTHING);
	collation = database_collation(a, db);
	table_model_init(&t, a->arena, db, a->s.table.table, collation);
	t.utf8mb4_collation = a->ctx->default_collation_utf8mb4;
	if (table_model_alter(&t, &a->s, collation, a->err) < 0)
		return -1;
	return apply_model(a, &t, 'C', NULL, NULL);
}

static unsigned schema_collation(const struct apply *a, const struct schema *s)
{
	return s->charset ? charset_collation(s->charset, strlen(s->charset)) : database_collation(a, s->db);
}

static int apply_like(struct apply *a)
{
	const char *db = db_of(a, &a->s.table), *like_db = db_of(a, &a->s.like);
	struct entry *like = *entry_slot(a->c, like_db, a->s.like.table);
	struct table_model t;

	if (a->s.if_not_exists && catalog_find(a->c, db, a->s.table.table))
		return apply_nothing(a, DDL_NOTHING);
	if (like == NULL)
		return apply_unknown(a, 'C', db, a->s.table.table);
	table_model_init(&t, a->arena, db, a->s.table.table, schema_collation(a, like->schema));
	table_model_load(&t, like->schema, like->indexes, like->nindexes);
	return apply_model(a, &t, 'C', NULL, NULL);
}

static const struct ddl_name *renamed_to(const struct ddl_statement *s)
{
	const struct ddl_name *to = NULL;

	for (const struct ddl_action *x = s->actions; x; x = x->next)
		if (x->kind == ACTION_RENAME_TABLE)
			to = &x->table;
	return to;
}

static int apply_alter_unknown(struct apply *a, const char *db, const struct ddl_name *to)
{
	const char *table = to ? to->table : a->s.table.table, *new_db = to && to->db ? to->db : db;

	if (a->s.only_indexes)
		return apply_nothing(a, DDL_NOTHING);
	apply_unknown(a, 'A', new_db, table);
	if (to) {
		catalog_forget(a->c, new_db, table);
		a->out->changes[0].table->previous_db = db;
		a->out->changes[0].table->previous_table = a->s.table.table;
	}
	return 0;
}

static int apply_alter(struct apply *a)
{
	const char *db = db_of(a, &a->s.table);
	const struct ddl_name *to = renamed_to(&a->s);
	struct entry *e = *entry_slot(a->c, db, a->s.table.table);
	struct table_model t;
	int rc;

	if (e == NULL)
		return apply_alter_unknown(a, db, to);
	table_model_init(&t, a->arena, db, a->s.table.table, schema_collation(a, e->schema));
	t.utf8mb4_collation = a->ctx->default_collation_utf8mb4;
	table_model_load(&t, e->schema, e->indexes, e->nindexes);
	if (table_model_alter(&t, &a->s, database_collation(a, db), a->err) < 0)
		return -1;
	if (to) {
		t.db = to->db ? to->db : db;
		t.table = to->table;
		return apply_model(a, &t, 'A', db, a->s.table.table);
	}
	rc = apply_model(a, &t, 'A', NULL, NULL);
	if (a->s.only_indexes && rc == 0)
		a->out->changes[0].tables = "";	/* as Debezium has it for CREATE INDEX */
	return rc;
}

static const char *pair_names(struct apply *a, bool new_names)
{
	struct buf names;
	const char *text;

	buf_init(&names, 1 << 20);
	for (unsigned i = 0; i < a->s.npairs; i++) {
		if (i > 0)
			buf_putc(&names, ',');
		buf_puts(&names, new_names ? a->s.pairs[i].to.table : a->s.pairs[i].from.table);
	}
	text = arena_dup(a->arena, names.data ? names.data : "", names.len);
	buf_done(&names);
	return text;
}

/* The words up to the first name, then this one's: "DROP TABLE IF EXISTS `db`.`t`". */
static const char *drop_text(struct apply *a, const char *db, const char *table)
{
	return arena_printf(a->arena, "%.*s`%s`.`%s`%s%s", (int)(a->s.pairs[0].text - a->s.text), a->s.text, db, table,
			    a->s.drop_type ? " " : "", a->s.drop_type ? a->s.drop_type : "");
}

static int apply_drop(struct apply *a)
{
	const char *names = pair_names(a, false);

	a->out->kind = DDL_TABLES;
	result_room(a, a->s.npairs);
	for (unsigned i = 0; i < a->s.npairs; i++) {
		const struct ddl_name *name = &a->s.pairs[i].from;
		const char *db = db_of(a, name);
		struct ddl_change *change = result_change(a, db, names);

		change->ddl = drop_text(a, db, name->table);
		result_table(a, change, 'D', db, name->table, NULL);
		catalog_forget(a->c, db, name->table);
	}
	return 0;
}

static struct schema *rename_entry(struct apply *a, const char *db, const char *table, const char *new_db, const char *new_table)
{
	struct entry *e = entry_take(a->c, db, table), *renamed;
	struct schema *s;

	catalog_forget(a->c, new_db, new_table);
	if (e == NULL)
		return NULL;
	s = schema_clone(e->schema);
	s->db = intern(new_db);
	s->table = intern(new_table);
	renamed = entry_new(s, e->indexes, e->nindexes);
	entry_put(a->c, renamed);
	schema_unref(s);
	entry_free(e);
	return s;
}

static int apply_rename(struct apply *a)
{
	const char *names = pair_names(a, true);

	a->out->kind = DDL_TABLES;
	result_room(a, a->s.npairs);
	for (unsigned i = 0; i < a->s.npairs; i++) {
		const struct ddl_pair *pair = &a->s.pairs[i];
		const char *db = db_of(a, &pair->from), *new_db = db_of(a, &pair->to);
		struct schema *schema = rename_entry(a, db, pair->from.table, new_db, pair->to.table);
		struct ddl_change *change = result_change(a, new_db, names);

		change->ddl = arena_dup(a->arena, pair->text, pair->text_len);
		result_table(a, change, 'A', new_db, pair->to.table, schema);
		change->table->previous_db = arena_dup(a->arena, db, strlen(db));
		change->table->previous_table = pair->from.table;
	}
	return 0;
}

static int apply_truncate(struct apply *a)
{
	const char *db = db_of(a, &a->s.table), *table = a->s.table.table;

	a->out->kind = DDL_TRUNCATE;
	result_room(a, 1);
	result_table(a, result_change(a, db, table), 'A', db, table, catalog_find(a->c, db, table));
	return 0;
}

static int apply_database(struct apply *a)
{
	const char *db = a->s.database ? a->s.database : a->ctx->db;
	const struct database *known = database_find(a->c, db);
	unsigned fallback = a->ctx->collation_server ? a->ctx->collation_server : a->c->server_collation;

	if (known && (a->s.verb == VERB_ALTER_DATABASE || a->s.if_not_exists))
		fallback = known->collation;
	a->out->kind = DDL_DATABASE;
	result_room(a, 1);
	result_change(a, db, a->s.verb == VERB_ALTER_DATABASE ? "" : NULL);
	if (a->s.verb == VERB_DROP_DATABASE)
		database_drop(a->c, db);
	else if (!(a->s.if_not_exists && known))
		catalog_set_database(a->c, db, ddl_charset_collation(&a->s.charset, a->ctx->default_collation_utf8mb4, fallback));
	return 0;
}

static int apply_statement(struct apply *a)
{
	if (a->s.temporary) {
		a->out->temporary = true;
		return apply_nothing(a, DDL_NOTHING);
	}
	switch (a->s.verb) {
	case VERB_CREATE_TABLE: return apply_create(a);
	case VERB_CREATE_LIKE: return apply_like(a);
	case VERB_ALTER_TABLE: return apply_alter(a);
	case VERB_DROP_TABLE: return apply_drop(a);
	case VERB_RENAME_TABLE: return apply_rename(a);
	case VERB_TRUNCATE: return apply_truncate(a);
	case VERB_CREATE_DATABASE: case VERB_ALTER_DATABASE: case VERB_DROP_DATABASE: return apply_database(a);
	case VERB_CONTROL: a->out->kind = DDL_CONTROL; return 0;
	case VERB_ROWS: a->out->kind = DDL_ROWS; return 0;
	default: return apply_nothing(a, DDL_NOTHING);
	}
}

/* The text in UTF-8: names in it are compared with names that are. */
static int statement_to_utf8(struct arena *arena, unsigned collation, const char **sql, size_t *len, struct err *err)
{
	const char *name = collation ? collation_charset(collation) : "utf8mb4";
	struct charset *charset;

	if (name == NULL)
		return err_set(err, ERR_DATA, 0, "DDL: its character set, collation %u, is not known", collation);
	charset = charset_open(name, err);
	if (charset == NULL)
		return -1;
	charset_to_utf8(charset, arena, *sql, *len, sql, len);
	charset_close(charset);
	return 0;
}

int catalog_apply(struct catalog *c, const struct ddl_context *ctx, const char *sql, size_t len, struct arena *arena,
		  struct ddl_result *out, const char **db_table, struct err *err)
{
	struct apply a = { .c = c, .ctx = ctx, .arena = arena, .out = out, .err = err };
	int rc;

	*out = (struct ddl_result){ .kind = DDL_NOTHING };
	*db_table = "";
	if (statement_to_utf8(arena, ctx->charset_client, &sql, &len, err) < 0)
		return -1;
	rc = ddl_parse(sql, len, ctx->sql_mode, ctx->server_version, arena, &a.s, err);
	if (a.s.table.table)
		*db_table = arena_printf(arena, "%s.%s", db_of(&a, &a.s.table), a.s.table.table);
	return rc < 0 ? -1 : apply_statement(&a);
}

void ddl_result_release(struct ddl_result *r)
{
	for (unsigned i = 0; i < r->nchanges; i++) {
		for (unsigned k = 0; k < r->changes[i].ntables; k++)
			schema_unref(r->changes[i].table[k].schema);	/* the pointer stays: the batch holds it */
	}
}

struct schema *catalog_read_table(struct catalog *c, const char *db, const char *sql, size_t len, uint64_t sql_mode, struct err *err)
{
	struct ddl_context ctx = { .db = db, .sql_mode = sql_mode };
	struct schema *schema = NULL;
	struct ddl_result result;
	const char *db_table;
	struct arena arena;

	arena_init(&arena, 0);
	if (catalog_apply(c, &ctx, sql, len, &arena, &result, &db_table, err) == 0) {
		if (result.kind == DDL_TABLES && result.nchanges == 1 && result.changes[0].table[0].type == 'C')
			schema = catalog_find(c, result.changes[0].table[0].db, result.changes[0].table[0].table);
		else
			err_set(err, ERR_DATA, 0, "expected CREATE TABLE, found '%.*s'", (int)(len > 60 ? 60 : len), sql);
		ddl_result_release(&result);
	}
	arena_done(&arena);
	return schema;
}
