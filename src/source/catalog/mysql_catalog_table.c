/*
 * mysql_catalog_table.c - CREATE and ALTER TABLE on a table in memory. In one ALTER all old names mean the table as it
 * was (CHANGE a b .., CHANGE b a .. swaps), while AFTER means the table as it becomes. So it goes as in the server:
 * first the old columns, dropped or redefined where they stand, then what is added or moved, in order.
 */
#include "source/catalog/mysql_catalog_column.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "source/catalog/mysql_default.h"
#include "source/decode/mysql_charset.h"

enum { INDEX_NAME_TRIES = 1000 };

/* ---- growing lists ---- */

static void *list_room(struct arena *arena, void *list, unsigned count, unsigned *cap, size_t size)
{
	void *more;

	if (count < *cap)
		return list;
	*cap = *cap ? 2 * *cap : 8;
	more = arena_alloc(arena, *cap * size);
	if (count)
		memcpy(more, list, count * size);
	return more;
}

static void column_insert(struct table_model *t, unsigned at, const struct table_column *c)
{
	t->columns = list_room(t->arena, t->columns, t->ncolumns, &t->cap_columns, sizeof(*t->columns));
	memmove(&t->columns[at + 1], &t->columns[at], (t->ncolumns - at) * sizeof(*t->columns));
	t->columns[at] = *c;
	t->ncolumns++;
}

static void column_remove(struct table_model *t, unsigned at)
{
	t->ncolumns--;
	memmove(&t->columns[at], &t->columns[at + 1], (t->ncolumns - at) * sizeof(*t->columns));
}

static struct schema_index *index_append(struct table_model *t)
{
	t->indexes = list_room(t->arena, t->indexes, t->nindexes, &t->cap_indexes, sizeof(*t->indexes));
	t->indexes[t->nindexes] = (struct schema_index){ 0 };
	return &t->indexes[t->nindexes++];
}

static void index_remove(struct table_model *t, unsigned at)
{
	t->nindexes--;
	memmove(&t->indexes[at], &t->indexes[at + 1], (t->nindexes - at) * sizeof(*t->indexes));
}

/* ---- finding ---- */

static int column_find(const struct table_model *t, const char *name)
{
	for (unsigned i = 0; i < t->ncolumns; i++)
		if (strcasecmp(t->columns[i].column.name, name) == 0)
			return (int)i;
	return -1;
}

static int column_by_origin(const struct table_model *t, const char *name)
{
	for (unsigned i = 0; i < t->ncolumns; i++)
		if (t->columns[i].origin && strcasecmp(t->columns[i].origin, name) == 0)
			return (int)i;
	return -1;
}

static int index_find(const struct table_model *t, const char *name)
{
	for (unsigned i = 0; i < t->nindexes; i++)
		if (strcasecmp(t->indexes[i].name, name) == 0)
			return (int)i;
	return -1;
}

static int no_column(const struct table_model *t, const char *name, struct err *err)
{
	return err_set(err, ERR_DATA, 0, "DDL: table %s.%s has no column '%.64s' in the schema as of this position",
			t->db, t->table, name);
}

/* ---- indexes ---- */

static const char *index_name(struct table_model *t, const struct ddl_index *d)
{
	const char *base = d->ncolumns ? d->columns[0] : "functional_index";
	char *name;

	if (d->primary)
		return "PRIMARY";
	if (d->name)
		return d->name;
	if (index_find(t, base) < 0)
		return base;
	for (unsigned i = 2; i < INDEX_NAME_TRIES; i++) {
		name = arena_printf(t->arena, "%s_%u", base, i);
		if (index_find(t, name) < 0)
			return name;
	}
	return base;
}

static int index_add(struct table_model *t, const struct ddl_index *d, struct err *err)
{
	const char *name = index_name(t, d);
	struct schema_index *index;

	for (unsigned i = 0; i < d->ncolumns; i++)
		if (column_find(t, d->columns[i]) < 0)
			return no_column(t, d->columns[i], err);
	index = index_append(t);
	*index = (struct schema_index){
		.name = name,
		.primary = d->primary,
		.unique = d->unique,
		.functional = d->functional,
		.columns = d->columns,
		.ncolumns = d->ncolumns,
	};
	for (unsigned i = 0; d->primary && i < d->ncolumns; i++)
		t->columns[column_find(t, d->columns[i])].column.nullable = false;
	return 0;
}

static int index_add_inline(struct table_model *t, const struct ddl_column *d, struct err *err)
{
	const char **columns = arena_alloc(t->arena, sizeof(*columns));
	struct ddl_index index = { .unique = true, .columns = columns, .ncolumns = 1 };

	columns[0] = d->column.name;
	if (d->primary) {
		index.primary = true;
		if (index_add(t, &index, err) < 0)
			return -1;
	}
	index.primary = false;
	return d->unique ? index_add(t, &index, err) : 0;
}

static bool index_has(const struct schema_index *index, const char *column)
{
	for (unsigned k = 0; k < index->ncolumns; k++)
		if (strcasecmp(index->columns[k], column) == 0)
			return true;
	return false;
}

/* The index over the columns that are left of it; without any it goes. A unique one over fewer columns stays unique. */
static void indexes_follow_columns(struct table_model *t)
{
	for (unsigned i = t->nindexes; i-- > 0;) {
		struct schema_index *index = &t->indexes[i];
		const char **columns = arena_alloc(t->arena, (index->ncolumns + 1u) * sizeof(*columns));
		unsigned n = 0;

		for (unsigned k = 0; k < index->ncolumns; k++) {
			int at = column_by_origin(t, index->columns[k]);

			if (at >= 0)
				columns[n++] = t->columns[at].column.name;
		}
		index->columns = columns;
		index->ncolumns = n;
		if (n == 0 && !index->functional)
			index_remove(t, i);
	}
}

static bool index_is_key(const struct table_model *t, const struct schema_index *index)
{
	if (!index->unique || index->functional || index->ncolumns == 0)
		return false;
	for (unsigned k = 0; k < index->ncolumns; k++) {
		int at = column_find(t, index->columns[k]);

		if (at < 0 || (t->columns[at].column.nullable && !index->primary))
			return false;
	}
	return true;
}

/* The primary key, else the first unique index without a nullable column. */
static const struct schema_index *model_key(const struct table_model *t)
{
	for (unsigned i = 0; i < t->nindexes; i++)
		if (t->indexes[i].primary)
			return &t->indexes[i];
	for (unsigned i = 0; i < t->nindexes; i++)
		if (index_is_key(t, &t->indexes[i]))
			return &t->indexes[i];
	return NULL;
}

/* ---- ALTER: the columns that were there ---- */

static int alter_drop_column(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	int at = column_by_origin(t, a->name);

	if (at < 0)
		return no_column(t, a->name, err);
	column_remove(t, (unsigned)at);
	return 0;
}

static void column_redefine(struct table_model *t, unsigned at, const struct ddl_action *a)
{
	struct table_column *c = &t->columns[at];

	column_settle(t, &a->column, c);
	for (unsigned i = 0; i < t->nindexes; i++) /* a column of the primary key cannot become nullable */
		if (t->indexes[i].primary && index_has(&t->indexes[i], c->origin))
			c->column.nullable = false;
	c->is_new = true;
}

static int alter_change_column(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	int at = column_by_origin(t, a->name);

	if (at < 0)
		return no_column(t, a->name, err);
	column_redefine(t, (unsigned)at, a);
	return 0;
}

static int alter_rename_column(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	int at = column_by_origin(t, a->name);

	if (at < 0)
		return no_column(t, a->name, err);
	t->columns[at].column.name = a->to;
	return 0;
}

static int alter_set(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	int at = column_by_origin(t, a->name);
	struct column *c;

	if (at < 0)
		return no_column(t, a->name, err);
	c = &t->columns[at].column;
	if (a->kind == ACTION_SET_VISIBLE) {
		c->invisible = a->column.column.invisible;
		return 0;
	}
	t->columns[at].old_default = false;
	c->default_kind = a->column.column.default_kind;
	c->default_text = a->column.column.default_text;
	column_drop_impossible_default(c);
	default_settle(t->arena, c, &a->column.literal);
	return 0;
}

static void column_convert(struct table_column *column, unsigned collation)
{
	struct column *c = &column->column;

	if (!column_is_text(c) || c->collation == COLLATION_BINARY)
		return;
	if (collation == COLLATION_BINARY && c->type != COL_ENUM && c->type != COL_SET) {
		c->type = column_type_of_bytes(c->type);
		c->charset = NULL;
		c->collation = 0;
		return;
	}
	/* A longer character may not fit the type any more: the server then takes the next larger TEXT. */
	if (!column->is_new && column_class(c) == CLASS_TEXT && c->charset &&
			charset_max_bytes(collation_charset(collation)) > charset_max_bytes(c->charset))
		c->type = column_type_holding(CLASS_TEXT, column_types[c->type].width + 1ull);
	column_set_collation(c, collation);
}

static void alter_convert(struct table_model *t, const struct ddl_action *a, unsigned session_collation)
{
	unsigned collation = ddl_charset_collation(&a->charset, t->utf8mb4_collation, session_collation);

	t->collation = collation;
	for (unsigned i = 0; i < t->ncolumns; i++) {
		column_convert(&t->columns[i], collation);
		column_type_text(t, &t->columns[i].column);
	}
}

static int alter_old_column(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	switch (a->kind) {
	case ACTION_DROP_COLUMN: return alter_drop_column(t, a, err);
	case ACTION_CHANGE_COLUMN: return alter_change_column(t, a, err);
	case ACTION_RENAME_COLUMN: return alter_rename_column(t, a, err);
	case ACTION_SET_DEFAULT:
	case ACTION_SET_VISIBLE: return alter_set(t, a, err);
	default: return 0;
	}
}

/* ---- ALTER: what is added or moved ---- */

/* The server's own invisible key (sql_generate_invisible_primary_key), which stays the first column. */
static bool is_generated_key(const struct table_column *c)
{
	return c->origin && c->column.autoinc && strcmp(c->origin, "my_row_id") == 0;
}

static int place_column(struct table_model *t, const struct ddl_column *d, const struct table_column *c,
		struct err *err)
{
	int after;

	if (column_find(t, c->column.name) >= 0)
		return err_set(err, ERR_DATA, 0,
				"DDL: table %s.%s has a column '%.64s' already in the schema as of this position",
				t->db, t->table, c->column.name);
	if (d->place == PLACE_FIRST) {
		column_insert(t, t->generated_key && is_generated_key(&t->columns[0]) ? 1 : 0, c);
	} else if (d->place == PLACE_AFTER) {
		after = column_find(t, d->after);
		if (after < 0)
			return no_column(t, d->after, err);
		column_insert(t, (unsigned)after + 1, c);
	} else {
		column_insert(t, t->ncolumns, c);
	}
	return 0;
}

static int alter_new_column(struct table_model *t, const struct ddl_action *a, struct err *err)
{
	struct table_column c = { .is_new = true };

	if (a->kind == ACTION_ADD_COLUMN) {
		column_settle(t, &a->column, &c);
		return place_column(t, &a->column, &c, err);
	}
	if (a->kind != ACTION_CHANGE_COLUMN || a->column.place == PLACE_NONE)
		return 0;
	for (unsigned i = 0; i < t->ncolumns; i++) {
		if (t->columns[i].origin == NULL || strcasecmp(t->columns[i].origin, a->name) != 0)
			continue;
		c = t->columns[i];
		column_remove(t, i);
		return place_column(t, &a->column, &c, err);
	}
	return no_column(t, a->name, err);
}

/* ---- ALTER: indexes ---- */

static int alter_drop_index(struct table_model *t, const struct ddl_action *a)
{
	int at = index_find(t, a->kind == ACTION_DROP_PRIMARY ? "PRIMARY" : a->name);

	/* Unknown: a foreign key or check, or an index of a table that came without its list of indexes. */
	if (at >= 0)
		index_remove(t, (unsigned)at);
	return 0;
}

static int alter_index(struct table_model *t, const struct ddl_action *a, bool drops, struct err *err)
{
	int at;

	if (drops)
		return a->kind == ACTION_DROP_INDEX || a->kind == ACTION_DROP_PRIMARY ? alter_drop_index(t, a) : 0;
	switch (a->kind) {
	case ACTION_ADD_COLUMN:
	case ACTION_CHANGE_COLUMN: return index_add_inline(t, &a->column, err);
	case ACTION_ADD_INDEX: return index_add(t, &a->index, err);
	case ACTION_RENAME_INDEX:
		at = index_find(t, a->name);
		if (at >= 0)
			t->indexes[at].name = a->to;
		return 0;
	default: return 0;
	}
}

/* ---- the whole ---- */

void table_model_init(struct table_model *t, struct arena *arena, const char *db, const char *table, unsigned collation)
{
	*t = (struct table_model){ .arena = arena, .db = db, .table = table, .collation = collation };
}

/* A schema that came without its indexes has at least the one that is its key. */
static void load_key(struct table_model *t, const struct schema *schema)
{
	const char **columns = arena_alloc(t->arena, schema->nkey * sizeof(*columns));

	for (unsigned i = 0; i < schema->nkey; i++)
		columns[i] = schema->columns[schema->key[i]].name;
	*index_append(t) = (struct schema_index){
		.name = schema->key_is_unique_index ? columns[0] : "PRIMARY",
		.unique = true,
		.primary = !schema->key_is_unique_index,
		.columns = columns,
		.ncolumns = schema->nkey,
	};
}

void table_model_load(struct table_model *t, const struct schema *schema)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct table_column c = { .column = schema->columns[i], .origin = schema->columns[i].name };

		column_insert(t, i, &c);
	}
	for (unsigned i = 0; i < schema->nindexes; i++)
		*index_append(t) = schema->indexes[i];
	if (schema->nkey > 0 && schema->nindexes == 0)
		load_key(t, schema);
	t->comment = schema->comment;
	t->generated_key = t->ncolumns > 0 && t->columns[0].column.invisible && is_generated_key(&t->columns[0]);
}

static void alter_options(struct table_model *t, const struct ddl_statement *s, const struct ddl_defaults *defaults)
{
	if (s->charset.is_default)
		t->collation = defaults->database;
	t->collation = ddl_charset_collation(&s->charset, t->utf8mb4_collation, t->collation);
	if (s->comment)
		t->comment = s->comment;
}

int table_model_alter(struct table_model *t, const struct ddl_statement *s, const struct ddl_defaults *defaults,
		struct err *err)
{
	const struct ddl_action *a;

	alter_options(t, s, defaults);
	t->old_timestamps = defaults->old_timestamps;
	for (a = s->actions; a; a = a->next)
		if (alter_index(t, a, true, err) < 0)
			return -1;
	for (a = s->actions; a; a = a->next)
		if (alter_old_column(t, a, err) < 0)
			return -1;
	indexes_follow_columns(t);
	for (a = s->actions; a; a = a->next)
		if (alter_new_column(t, a, err) < 0)
			return -1;
	for (a = s->actions; a; a = a->next)
		if (a->kind == ACTION_CONVERT)
			alter_convert(t, a, defaults->session);
	if (t->old_timestamps)
		table_model_first_timestamp(t);
	for (a = s->actions; a; a = a->next)
		if (alter_index(t, a, false, err) < 0)
			return -1;
	return t->ncolumns ? 0 : err_set(err, ERR_DATA, 0, "DDL: table %s.%s would have no columns", t->db, t->table);
}

static int schema_check(const struct table_model *t, struct err *err)
{
	for (unsigned i = 0; i < t->ncolumns; i++)
		if (column_find(t, t->columns[i].column.name) != (int)i)
			return err_set(err, ERR_DATA, 0, "DDL: table %s.%s would have two columns '%.64s'", t->db,
					t->table, t->columns[i].column.name);
	return 0;
}

struct schema *table_model_schema(const struct table_model *t, struct err *err)
{
	const struct schema_index *key = model_key(t);
	const char *charset = collation_charset(t->collation);
	struct schema *s;

	if (schema_check(t, err) < 0)
		return NULL;
	s = schema_new(t->db, t->table);
	s->exact = true;
	s->charset = charset ? arena_dup(&s->arena, charset, strlen(charset)) : NULL;
	s->collation = (uint16_t)t->collation;
	s->comment = t->comment ? arena_dup(&s->arena, t->comment, strlen(t->comment)) : NULL;
	for (unsigned i = 0; i < t->ncolumns; i++)
		schema_add_column(s, &t->columns[i].column);
	for (unsigned i = 0; i < t->nindexes; i++)
		schema_add_index(s, &t->indexes[i]);
	if (key && schema_set_key(s, key->columns, key->ncolumns) == 0)
		s->key_is_unique_index = !key->primary;
	return s;
}
