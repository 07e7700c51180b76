/*
 * schema.c - builds, copies and compares table definitions. Everything that a schema points to is in its own arena, so
 * that the last reference frees it in one call; the caches of other rooms in `slot` go first.
 */
#include "row/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/intern.h"
#include "core/xalloc.h"

#define SCHEMA_CHUNK 512 /* what a table of five columns needs; there may be ten thousand */
#define SCHEMA_SLOTS 4

static _Atomic uint64_t last_version;

static const char *schema_text(struct schema *s, const char *text)
{
	return text ? arena_dup(&s->arena, text, strlen(text)) : NULL;
}

struct schema *schema_new(const char *db, const char *table)
{
	struct schema *s = xcalloc(1, sizeof(*s));

	atomic_init(&s->refs, 1);
	arena_init(&s->arena, SCHEMA_CHUNK);
	s->db = intern(db);
	s->table = intern(table);
	s->version = atomic_fetch_add(&last_version, 1) + 1;
	return s;
}

struct column *schema_add_column(struct schema *s, const struct column *like)
{
	struct column *c;
	const char **label;

	if ((s->ncolumns & (s->ncolumns - 1)) == 0) /* 0 or a power of two: full */
		s->columns = xrealloc(s->columns, (s->ncolumns ? 2 * s->ncolumns : 1) * sizeof(s->columns[0]));
	c = &s->columns[s->ncolumns++];
	*c = *like;
	c->name = schema_text(s, like->name);
	c->charset = schema_text(s, like->charset);
	c->default_text = schema_text(s, like->default_text);
	c->comment = schema_text(s, like->comment);
	c->type_text = schema_text(s, like->type_text);
	c->type_name = schema_text(s, like->type_name);
	c->label = NULL;
	if (like->labels) {
		label = arena_alloc(&s->arena, like->labels * sizeof(label[0]));
		for (unsigned i = 0; i < like->labels; i++)
			label[i] = schema_text(s, like->label[i]);
		c->label = label;
	}
	return c;
}

static struct schema_index *schema_room_for_index(struct schema *s)
{
	if ((s->nindexes & (s->nindexes - 1)) == 0) /* 0 or a power of two: full */
		s->indexes = xrealloc(s->indexes, (s->nindexes ? 2 * s->nindexes : 1) * sizeof(s->indexes[0]));
	return &s->indexes[s->nindexes++];
}

void schema_add_index(struct schema *s, const struct schema_index *like)
{
	struct schema_index *index = schema_room_for_index(s);
	const char **columns = arena_alloc(&s->arena, (like->ncolumns + 1u) * sizeof(columns[0]));

	*index = *like;
	index->name = schema_text(s, like->name);
	for (unsigned i = 0; i < like->ncolumns; i++)
		columns[i] = schema_text(s, like->columns[i]);
	index->columns = columns;
}

void schema_add_primary(struct schema *s)
{
	struct schema_index *index;
	const char **columns = arena_alloc(&s->arena, (s->nkey + 1u) * sizeof(columns[0]));

	for (unsigned i = 0; i < s->nkey; i++)
		columns[i] = s->columns[s->key[i]].name;
	index = schema_room_for_index(s);
	*index = (struct schema_index){
		.name = "PRIMARY",
		.primary = true,
		.unique = true,
		.columns = columns,
		.ncolumns = s->nkey,
	};
}

int schema_set_key(struct schema *s, const char *const *names, unsigned count)
{
	unsigned *key = arena_alloc(&s->arena, (count ? count : 1) * sizeof(key[0]));

	for (unsigned i = 0; i < count; i++) {
		int column = schema_column(s, names[i], strlen(names[i]));

		if (column < 0)
			return -1;
		key[i] = (unsigned)column;
	}
	s->key = key;
	s->nkey = count;
	return 0;
}

struct schema *schema_clone(const struct schema *s)
{
	struct schema *copy = schema_new(s->db, s->table);

	copy->charset = schema_text(copy, s->charset);
	copy->comment = schema_text(copy, s->comment);
	copy->collation = s->collation;
	for (unsigned i = 0; i < s->ncolumns; i++)
		schema_add_column(copy, &s->columns[i]);
	for (unsigned i = 0; i < s->nindexes; i++)
		schema_add_index(copy, &s->indexes[i]);
	if (s->nkey) {
		copy->key = arena_dup(&copy->arena, s->key, s->nkey * sizeof(s->key[0]));
		copy->nkey = s->nkey;
	}
	copy->key_is_unique_index = s->key_is_unique_index;
	copy->exact = s->exact;
	return copy;
}

struct schema *schema_ref(struct schema *s)
{
	atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
	return s;
}

void schema_unref(struct schema *s)
{
	if (s == NULL || atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
		return;
	for (unsigned i = 0; i < SCHEMA_SLOTS; i++) {
		void *cache = atomic_load(&s->slot[i]);

		if (cache && s->slot_free[i])
			s->slot_free[i](cache);
	}
	arena_done(&s->arena);
	free(s->columns);
	free(s->indexes);
	free(s);
}

int schema_column(const struct schema *s, const char *name, size_t len)
{
	for (unsigned i = 0; i < s->ncolumns; i++) {
		const char *own = s->columns[i].name;

		if (strncasecmp(own, name, len) == 0 && own[len] == '\0')
			return (int)i;
	}
	return -1;
}

bool schema_is_key(const struct schema *s, unsigned column)
{
	for (unsigned i = 0; i < s->nkey; i++)
		if (s->key[i] == column)
			return true;
	return false;
}

static bool text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool column_shape_equal(const struct column *a, const struct column *b)
{
	return a->type == b->type && a->length == b->length && a->precision == b->precision && a->scale == b->scale &&
			a->has_scale == b->has_scale && a->is_unsigned == b->is_unsigned &&
			a->zerofill == b->zerofill && a->nullable == b->nullable && a->autoinc == b->autoinc &&
			a->generated == b->generated && a->invisible == b->invisible &&
			a->is_boolean == b->is_boolean && a->collation == b->collation && a->labels == b->labels &&
			a->default_kind == b->default_kind;
}

static bool column_equal(const struct column *a, const struct column *b)
{
	if (!column_shape_equal(a, b) || !text_equal(a->name, b->name) || !text_equal(a->charset, b->charset) ||
			!text_equal(a->default_text, b->default_text) || !text_equal(a->comment, b->comment))
		return false;
	for (unsigned i = 0; i < a->labels; i++)
		if (!text_equal(a->label[i], b->label[i]))
			return false;
	return true;
}

bool schema_equal(const struct schema *a, const struct schema *b)
{
	if (a == b)
		return true;
	if (a->db != b->db || a->table != b->table || a->ncolumns != b->ncolumns || a->nkey != b->nkey ||
			a->key_is_unique_index != b->key_is_unique_index || a->exact != b->exact ||
			!text_equal(a->charset, b->charset) || !text_equal(a->comment, b->comment))
		return false;
	if (a->nkey && memcmp(a->key, b->key, a->nkey * sizeof(a->key[0])) != 0)
		return false;
	for (unsigned i = 0; i < a->ncolumns; i++)
		if (!column_equal(&a->columns[i], &b->columns[i]))
			return false;
	return true;
}

enum type_class column_class(const struct column *c)
{
	return type_class(c->type);
}

bool column_is_text(const struct column *c)
{
	enum type_class class = column_class(c);

	return class == CLASS_CHAR || class == CLASS_TEXT || class == CLASS_ENUM || class == CLASS_SET;
}

bool column_is_binary(const struct column *c)
{
	return column_class(c) == CLASS_BINARY || column_class(c) == CLASS_BLOB;
}

/* Appends what fits; a type with a thousand labels is cut, not refused: the text is for people. */
struct printer {
	char *out;
	size_t size, len;
};

static void put(struct printer *p, const char *text, size_t len)
{
	size_t room = p->size - 1 - p->len;

	if (len > room)
		len = room;
	memcpy(p->out + p->len, text, len);
	p->len += len;
}

static void put_label(struct printer *p, const char *label)
{
	put(p, "'", 1);
	for (; *label; label++) {
		if (*label == '\'')
			put(p, "'", 1);
		put(p, label, 1);
	}
	put(p, "'", 1);
}

static void put_arguments(struct printer *p, const struct column *c)
{
	char text[32] = "";

	switch (column_class(c)) {
	case CLASS_DECIMAL: snprintf(text, sizeof(text), "(%u,%u)", c->precision, c->scale); break;
	case CLASS_FLOAT:
		if (c->has_scale)
			snprintf(text, sizeof(text), "(%u,%u)", c->precision, c->scale);
		break;
	case CLASS_TIME:
	case CLASS_DATETIME:
		if (c->scale)
			snprintf(text, sizeof(text), "(%u)", c->scale);
		break;
	default:
		if (c->length)
			snprintf(text, sizeof(text), "(%u)", c->length);
		break;
	}
	put(p, text, strlen(text));
}

static void put_labels(struct printer *p, const struct column *c)
{
	for (unsigned i = 0; i < c->labels; i++) {
		put(p, i ? "," : "(", 1);
		put_label(p, c->label[i]);
	}
	put(p, ")", c->labels ? 1 : 0);
}

void column_type_print(const struct column *c, char *out, size_t size)
{
	struct printer p = { .out = out, .size = size };

	if (size == 0)
		return;
	put(&p, column_type_name(c->type), strlen(column_type_name(c->type)));
	if (c->type == COL_ENUM || c->type == COL_SET)
		put_labels(&p, c);
	else
		put_arguments(&p, c);
	if (c->is_unsigned)
		put(&p, " unsigned", 9);
	if (c->zerofill)
		put(&p, " zerofill", 9);
	out[p.len] = '\0';
}
