/*
 * mysql_catalog_apply.c - DDL applied to the catalog. Each statement is worked out completely beside the catalog and
 * put in at the end, so that one that fails leaves no trace; and a RENAME of several tables may swap them.
 */
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "source/catalog/mysql_catalog_column.h"
#include "source/catalog/mysql_catalog_entry.h"
#include "source/catalog/mysql_ddl.h"
#include "source/catalog/mysql_ddl_names.h"
#include "source/catalog/mysql_touch.h"
#include "source/decode/mysql_charset.h"

struct catalog_apply {
	struct catalog *c;
	const struct ddl_context *ctx;
	struct arena *arena;
	struct ddl_statement s;
	struct ddl_result *out;
	struct touches touched;
	struct err *err;
};

enum { SQL_MODE_STRICT = 1 << 21 | 1 << 22 }; /* STRICT_TRANS_TABLES, STRICT_ALL_TABLES */

static const char *db_of(const struct catalog_apply *a, const struct ddl_name *name)
{
	return name->db ? name->db : a->ctx->db;
}

static unsigned database_collation(const struct catalog_apply *a, const char *db)
{
	const struct database *d = catalog_database_find(a->c, db);

	if (d)
		return d->collation;
	if (a->ctx->collation_database && catalog_name_equal(a->c, db, a->ctx->db))
		return a->ctx->collation_database;
	return a->c->server_collation;
}

/* Of the session: it may have been set apart from its database's, and only then the statement carries it. */
static unsigned session_collation(const struct catalog_apply *a)
{
	return a->ctx->collation_database ? a->ctx->collation_database : database_collation(a, a->ctx->db);
}

static struct ddl_defaults defaults_of(const struct catalog_apply *a, const char *db)
{
	return (struct ddl_defaults){
		.database = database_collation(a, db),
		.session = session_collation(a),
		.old_timestamps = a->ctx->old_timestamps,
	};
}

/* One change, with room for one table, which is not counted yet. */
static struct ddl_change *result_change(struct catalog_apply *a, const char *db, const char *tables)
{
	struct ddl_change *change = &a->out->changes[a->out->nchanges++];

	*change = (struct ddl_change){ .db = arena_dup(a->arena, db, strlen(db)), .tables = tables };
	change->ddl = arena_dup(a->arena, a->s.text, a->s.text_len);
	return change;
}

static void result_table(struct catalog_apply *a, struct ddl_change *change, char type, const char *db,
		const char *table, struct schema *schema)
{
	change->table = arena_alloc(a->arena, sizeof(*change->table));
	*change->table = (struct ddl_table){
		.type = type,
		.db = arena_dup(a->arena, db, strlen(db)),
		.table = arena_dup(a->arena, table, strlen(table)),
		.schema = schema ? schema_ref(schema) : NULL,
	};
	change->ntables = 1;
}

static void result_room(struct catalog_apply *a, unsigned count)
{
	a->out->changes = arena_alloc(a->arena, count * sizeof(*a->out->changes));
	a->out->nchanges = 0;
}

static int apply_nothing(struct catalog_apply *a, enum ddl_kind kind)
{
	a->out->kind = kind;
	result_room(a, 1);
	result_change(a, a->ctx->db, a->s.view.table ? a->s.view.table : "");
	return 0;
}

/* Puts what the model has become into the catalog, and says so. */
static int apply_model(struct catalog_apply *a, struct table_model *t, char type, const char *previous_db,
		const char *previous_table)
{
	struct schema *schema = table_model_schema(t, a->err);
	struct ddl_change *change;
	struct entry *e;

	if (schema == NULL)
		return -1;
	e = catalog_entry_new(schema); /* before anything that t points to goes */
	a->out->kind = DDL_TABLES;
	result_room(a, 1);
	change = result_change(a, t->db, arena_dup(a->arena, t->table, strlen(t->table)));
	result_table(a, change, type, t->db, t->table, schema);
	if (previous_table) {
		catalog_forget(a->c, previous_db, previous_table);
		change->table->previous_db = previous_db;
		change->table->previous_table = previous_table;
	}
	catalog_entry_put(a->c, e);
	schema_unref(schema);
	return 0;
}

/* A table that is not known: what happened to it is told, without a schema. */
static int apply_unknown(struct catalog_apply *a, char type, const char *db, const char *table)
{
	a->out->kind = DDL_TABLES;
	result_room(a, 1);
	result_table(a, result_change(a, db, arena_dup(a->arena, table, strlen(table))), type, db, table, NULL);
	return 0;
}

static int apply_create(struct catalog_apply *a)
{
	const char *db = db_of(a, &a->s.table);
	struct ddl_defaults defaults = defaults_of(a, db);
	struct schema *known = catalog_find(a->c, db, a->s.table.table);
	struct table_model t;

	if (a->s.if_not_exists && known)
		return apply_nothing(a, DDL_NOTHING);
	if (known) /* it was dropped where the binlog does not tell it */
		touch_other(&a->touched, db, a->s.table.table, known, NULL);
	table_model_init(&t, a->arena, db, a->s.table.table, defaults.database);
	t.utf8mb4_collation = a->ctx->default_collation_utf8mb4;
	if (table_model_alter(&t, &a->s, &defaults, a->err) < 0)
		return -1;
	return apply_model(a, &t, 'C', NULL, NULL);
}

static unsigned schema_collation(const struct catalog_apply *a, const struct schema *s)
{
	if (s->collation)
		return s->collation;
	return s->charset ? charset_collation(s->charset, strlen(s->charset)) : database_collation(a, s->db);
}

/* Nothing happens to a table that is there; it is told all the same, as it is. */
static int apply_like_existing(struct catalog_apply *a, const char *db, struct schema *schema)
{
	a->out->kind = DDL_TABLES;
	result_room(a, 1);
	result_table(a, result_change(a, db, arena_dup(a->arena, schema->table, strlen(schema->table))), 'C', db,
			schema->table, schema);
	return 0;
}

static int apply_like(struct catalog_apply *a)
{
	const char *db = db_of(a, &a->s.table), *like_db = db_of(a, &a->s.like);
	struct entry *like = catalog_entry_find(a->c, like_db, a->s.like.table);
	struct schema *existing = catalog_find(a->c, db, a->s.table.table);
	struct table_model t;

	if (a->s.if_not_exists && existing)
		return apply_like_existing(a, db, existing);
	if (like == NULL)
		return apply_unknown(a, 'C', db, a->s.table.table);
	table_model_init(&t, a->arena, db, a->s.table.table, schema_collation(a, like->schema));
	table_model_load(&t, like->schema);
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

/* RENAME TO name without a database is a name in the default one, wherever the table was. */
static const char *renamed_db(const struct catalog_apply *a, const struct ddl_name *to, const char *old_db)
{
	if (to->db)
		return to->db;
	return a->ctx->db[0] ? a->ctx->db : old_db;
}

static int apply_alter_unknown(struct catalog_apply *a, const char *db, const struct ddl_name *to)
{
	const char *table = to ? to->table : a->s.table.table, *new_db = to ? renamed_db(a, to, db) : db;

	if (a->s.only_indexes)
		return apply_nothing(a, DDL_NOTHING);
	apply_unknown(a, 'A', new_db, table);
	if (!to)
		touch_add(&a->touched, db, table, NULL, NULL, 1 << EFFECT_NOT_UNDERSTOOD);
	if (to) {
		touch_gone(&a->touched, db, a->s.table.table, NULL);
		touch_other(&a->touched, new_db, table, catalog_find(a->c, new_db, table), NULL);
		catalog_forget(a->c, new_db, table);
		a->out->changes[0].table->previous_db = db;
		a->out->changes[0].table->previous_table = a->s.table.table;
	}
	return 0;
}

static bool same_key(const struct schema *a, const struct schema *b)
{
	if (a->nkey != b->nkey)
		return false;
	for (unsigned i = 0; i < a->nkey; i++)
		if (strcmp(a->columns[a->key[i]].name, b->columns[b->key[i]].name) != 0)
			return false;
	return true;
}

static const struct ddl_name *exchanged_with(const struct ddl_statement *s)
{
	for (const struct ddl_action *x = s->actions; x; x = x->next)
		if (x->kind == ACTION_EXCHANGE)
			return &x->table;
	return NULL;
}

/* A table that stays the one it is. before: still the catalog's. */
static int apply_same_table(struct catalog_apply *a, struct table_model *t, struct schema *before)
{
	const struct ddl_name *other = exchanged_with(&a->s);
	struct ddl_touch *touch = touch_add(&a->touched, t->db, t->table, before, NULL, 0);

	if (apply_model(a, t, 'A', NULL, NULL) < 0)
		return -1;
	touch->after = schema_ref(a->out->changes[0].table[0].schema);
	if (!ddl_effect_find(touch, &a->s, t, a->ctx->sql_mode & SQL_MODE_STRICT, a->arena))
		touch_drop_last(&a->touched);
	if (other)
		touch_add(&a->touched, db_of(a, other), other->table, NULL,
				catalog_find(a->c, db_of(a, other), other->table), 1 << EFFECT_EXCHANGED);
	return 0;
}

/* CREATE and DROP INDEX touch the table only where they change its key; the next one may depend on what they made. */
static int apply_index(struct catalog_apply *a, struct table_model *t, struct schema *before)
{
	int rc;

	schema_ref(before);
	rc = apply_same_table(a, t, before);
	if (rc == 0 && same_key(before, a->out->changes[0].table[0].schema)) {
		a->out->changes[0].table[0].type = 'I';
		a->out->changes[0].tables = "";
	}
	schema_unref(before);
	return rc;
}

static int apply_alter(struct catalog_apply *a)
{
	const char *db = db_of(a, &a->s.table);
	const struct ddl_name *to = renamed_to(&a->s);
	struct entry *e = catalog_entry_find(a->c, db, a->s.table.table);
	struct ddl_defaults defaults = defaults_of(a, db);
	struct table_model t;

	if (e == NULL)
		return apply_alter_unknown(a, db, to);
	table_model_init(&t, a->arena, db, a->s.table.table, schema_collation(a, e->schema));
	t.utf8mb4_collation = a->ctx->default_collation_utf8mb4;
	table_model_load(&t, e->schema);
	if (table_model_alter(&t, &a->s, &defaults, a->err) < 0)
		return -1;
	if (to) {
		t.db = renamed_db(a, to, db);
		t.table = to->table;
		touch_gone(&a->touched, db, a->s.table.table, e->schema);
		if (apply_model(a, &t, 'A', db, a->s.table.table) < 0)
			return -1;
		touch_other(&a->touched, t.db, t.table, NULL, a->out->changes[0].table[0].schema);
		return 0;
	}
	return a->s.only_indexes ? apply_index(a, &t, e->schema) : apply_same_table(a, &t, e->schema);
}

static const char *pair_names(struct catalog_apply *a, bool new_names)
{
	struct table_id *ids = arena_alloc(a->arena, (a->s.npairs + 1u) * sizeof(*ids));

	for (unsigned i = 0; i < a->s.npairs; i++) {
		const struct ddl_name *name = new_names ? &a->s.pairs[i].to : &a->s.pairs[i].from;

		ids[i] = (struct table_id){ db_of(a, name), name->table };
	}
	return ddl_names_join(a->arena, ids, a->s.npairs);
}

/* The words up to the first name, then this one's: "DROP TABLE IF EXISTS `db`.`t`". */
static const char *drop_text(struct catalog_apply *a, const char *db, const char *table)
{
	return arena_printf(a->arena, "%.*s`%s`.`%s`%s%s", (int)(a->s.pairs[0].text - a->s.text), a->s.text, db, table,
			a->s.drop_type ? " " : "", a->s.drop_type ? a->s.drop_type : "");
}

static int apply_drop(struct catalog_apply *a)
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
		touch_add(&a->touched, db, name->table, catalog_find(a->c, db, name->table), NULL,
				1 << EFFECT_TABLE_GONE)
				->alter.drop = true;
		catalog_forget(a->c, db, name->table);
	}
	return 0;
}

static struct schema *rename_entry(struct catalog_apply *a, const char *db, const char *table, const char *new_db,
		const char *new_table)
{
	struct entry *e = catalog_entry_take(a->c, db, table), *renamed;
	struct schema *s;

	catalog_forget(a->c, new_db, new_table);
	if (e == NULL)
		return NULL;
	s = schema_clone(e->schema);
	s->db = intern(new_db);
	s->table = intern(new_table);
	renamed = catalog_entry_new(s);
	catalog_entry_put(a->c, renamed);
	schema_unref(s);
	catalog_entry_free(e);
	return s;
}

static struct schema *rename_touch(struct catalog_apply *a, const char *db, const char *table, const char *new_db,
		const char *new_table)
{
	struct schema *schema;

	touch_gone(&a->touched, db, table, catalog_find(a->c, db, table));
	schema = rename_entry(a, db, table, new_db, new_table);
	touch_other(&a->touched, new_db, new_table, NULL, schema);
	return schema;
}

/* The words up to the first name, then this one's clause. */
static const char *rename_text(struct catalog_apply *a, const struct ddl_pair *pair)
{
	return arena_printf(a->arena, "%.*s%.*s", (int)(a->s.pairs[0].text - a->s.text), a->s.text, (int)pair->text_len,
			pair->text);
}

static int apply_rename(struct catalog_apply *a)
{
	const char *names = pair_names(a, true);

	a->out->kind = DDL_TABLES;
	result_room(a, a->s.npairs);
	for (unsigned i = 0; i < a->s.npairs; i++) {
		const struct ddl_pair *pair = &a->s.pairs[i];
		const char *db = db_of(a, &pair->from), *new_db = db_of(a, &pair->to);
		struct schema *schema = rename_touch(a, db, pair->from.table, new_db, pair->to.table);
		struct ddl_change *change = result_change(a, new_db, names);

		change->ddl = rename_text(a, pair);
		result_table(a, change, 'A', new_db, pair->to.table, schema);
		change->table->previous_db = arena_dup(a->arena, db, strlen(db));
		change->table->previous_table = pair->from.table;
	}
	return 0;
}

static int apply_truncate(struct catalog_apply *a)
{
	const char *db = db_of(a, &a->s.table), *table = a->s.table.table;

	a->out->kind = DDL_TRUNCATE;
	result_room(a, 1);
	result_table(a, result_change(a, db, table), 'T', db, table, catalog_find(a->c, db, table));
	return 0;
}

struct dropping {
	struct catalog_apply *a;
	const char *db;
};

static void touch_in_database(struct schema *schema, void *arg)
{
	struct dropping *d = arg;

	if (catalog_name_equal(d->a->c, schema->db, d->db))
		touch_add(&d->a->touched, schema->db, schema->table, schema, NULL, 1 << EFFECT_TABLE_GONE)->alter.drop =
				true;
}

static int apply_database(struct catalog_apply *a)
{
	const char *db = a->s.database ? a->s.database : a->ctx->db;
	const struct database *known = catalog_database_find(a->c, db);
	unsigned fallback = a->ctx->collation_server ? a->ctx->collation_server : a->c->server_collation;
	struct ddl_change *change;

	if (known && (a->s.verb == VERB_ALTER_DATABASE || a->s.if_not_exists))
		fallback = known->collation;
	a->out->kind = DDL_DATABASE;
	result_room(a, 1);
	change = result_change(a, db, a->s.verb == VERB_ALTER_DATABASE ? "" : NULL);
	change->database = change->db;
	if (a->s.verb == VERB_DROP_DATABASE) {
		catalog_each(a->c, touch_in_database, &(struct dropping){ a, db });
		catalog_drop_database(a->c, db);
		return 0;
	}
	if (!(a->s.if_not_exists && known))
		fallback = ddl_charset_collation(&a->s.charset, a->ctx->default_collation_utf8mb4, fallback);
	change->collation = (uint16_t)fallback;
	catalog_set_database(a->c, db, fallback);
	return 0;
}

/* ---- temporary tables: nothing of them is in the catalog, but what they hide ---- */

static void note_temporary(struct catalog_apply *a)
{
	struct temporaries *t = &a->c->temporaries;

	if (a->s.verb == VERB_CREATE_TABLE || a->s.verb == VERB_CREATE_LIKE)
		temporaries_add(t, a->ctx->thread_id, db_of(a, &a->s.table), a->s.table.table);
	for (unsigned i = 0; a->s.verb == VERB_DROP_TABLE && i < a->s.npairs; i++)
		temporaries_drop(t, a->ctx->thread_id, db_of(a, &a->s.pairs[i].from), a->s.pairs[i].from.table);
}

static bool is_temporary(struct catalog_apply *a)
{
	if (a->s.temporary) {
		note_temporary(a);
		return true;
	}
	return (a->s.verb == VERB_ALTER_TABLE || a->s.verb == VERB_TRUNCATE) &&
			temporaries_has(&a->c->temporaries, a->ctx->thread_id, db_of(a, &a->s.table), a->s.table.table);
}

static int apply_statement(struct catalog_apply *a)
{
	if (is_temporary(a)) {
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
	case VERB_CREATE_DATABASE:
	case VERB_ALTER_DATABASE:
	case VERB_DROP_DATABASE: return apply_database(a);
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
	struct catalog_apply a = { .c = c, .ctx = ctx, .arena = arena, .out = out, .touched.arena = arena, .err = err };
	int rc;

	*out = (struct ddl_result){ .kind = DDL_NOTHING };
	*db_table = "";
	if (statement_to_utf8(arena, ctx->charset_client, &sql, &len, err) < 0)
		return -1;
	rc = ddl_parse(sql, len, ctx->sql_mode, ctx->server_version, arena, &a.s, err);
	out->opens_txn = a.s.opens_txn;
	if (a.s.table.table)
		*db_table = arena_printf(arena, "%s.%s", db_of(&a, &a.s.table), a.s.table.table);
	if (rc == 0 && apply_statement(&a) == 0) {
		out->touched = a.touched.items;
		out->ntouched = a.touched.count;
		return 0;
	}
	touches_release(&a.touched);
	a.s.text = sql;
	a.s.text_len = len;
	if (a.s.table.table) {
		apply_unknown(&a, 'A', db_of(&a, &a.s.table), a.s.table.table);
		out->touched = touch_add(&a.touched, db_of(&a, &a.s.table), a.s.table.table, NULL, NULL,
				1 << EFFECT_NOT_UNDERSTOOD);
		out->ntouched = 1;
	}
	return -1;
}

void ddl_result_release(struct ddl_result *r)
{
	for (unsigned i = 0; i < r->nchanges; i++) {
		for (unsigned k = 0; k < r->changes[i].ntables; k++)
			schema_unref(r->changes[i].table[k].schema); /* the pointer stays: the batch holds it */
	}
	for (unsigned i = 0; i < r->ntouched; i++) {
		schema_unref(r->touched[i].before);
		schema_unref(r->touched[i].after);
	}
}

struct schema *catalog_read_told(struct catalog *c, const char *db, const char *sql, size_t len, uint64_t sql_mode,
		char **told, struct err *err)
{
	struct ddl_context ctx = { .db = db, .sql_mode = sql_mode };
	struct schema *schema = NULL;
	struct ddl_result result;
	const char *db_table;
	struct arena arena;

	arena_init(&arena, 0);
	if (catalog_apply(c, &ctx, sql, len, &arena, &result, &db_table, err) == 0) {
		const struct ddl_change *change = result.nchanges == 1 ? &result.changes[0] : NULL;

		if (result.kind == DDL_TABLES && change && change->table[0].type == 'C')
			schema = catalog_find(c, change->table[0].db, change->table[0].table);
		else
			err_set(err, ERR_DATA, 0, "expected CREATE TABLE, found '%.*s'", (int)(len > 60 ? 60 : len),
					sql);
		if (schema && told)
			*told = xstrdup(change->ddl);
		ddl_result_release(&result);
	}
	arena_done(&arena);
	return schema;
}

struct schema *catalog_read_table(struct catalog *c, const char *db, const char *sql, size_t len, uint64_t sql_mode,
		struct err *err)
{
	return catalog_read_told(c, db, sql, len, sql_mode, NULL, err);
}
