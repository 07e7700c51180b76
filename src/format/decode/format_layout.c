/*
 * format_layout.c - chooses the schema of a layout: an exact one that was made known and agrees with the message's
 * fields, else one made of the fields. Agreement is by the names and their order, and each field must be what the
 * column would be written as under some handling mode.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "format/decode/format_layout.h"

struct layout_builder {
	const struct layout_source *from;
	struct layout *layout;
	unsigned nrow;		   /* fields that are columns; the others are added fields */
	enum read_role *roles;	   /* per field of from->row */
	struct format_type *types; /* per column */
	const char *why;
};

static enum read_role role_of_name(const char *name)
{
	if (strcmp(name, "__op") == 0)
		return ROLE_OP;
	if (strcmp(name, "__source_ts_ms") == 0)
		return ROLE_COMMIT_MS;
	return strcmp(name, "__source_ts_us") == 0 ? ROLE_COMMIT_US : ROLE_SKIP;
}

static enum read_role role_of_added(const struct add_field *f)
{
	if (f->kind == ADD_OP)
		return ROLE_OP;
	if (f->kind != ADD_SOURCE)
		return ROLE_SKIP;
	return f->source == SOURCE_TS_MS ? ROLE_COMMIT_MS : f->source == SOURCE_TS_US ? ROLE_COMMIT_US : ROLE_SKIP;
}

static bool exact_has(const struct layout_source *from, const char *name)
{
	for (size_t i = 0; i < from->nexact; i++)
		if (schema_column(from->exact[i].schema, name, strlen(name)) >= 0)
			return true;
	return false;
}

static const struct add_field *added_named(const struct add_fields *add, const char *name)
{
	size_t len = strlen(name);

	for (unsigned i = 0; i < add->count; i++) {
		struct format_piece p = add->items[i].prefix; /* ,"name": */

		if (p.len == len + 4 && memcmp(p.p + 2, name, len) == 0)
			return &add->items[i];
	}
	return NULL;
}

/*
 * Which fields are columns: all of an envelope's; of a flat row not __deleted, what stands behind it, and what
 * add.fields names.
 */
static void assign_roles(struct layout_builder *b)
{
	const struct block_field *row = b->from->row;
	bool behind = false;

	b->roles = arena_alloc(&b->layout->arena, (row->nfields + 1) * sizeof(*b->roles));
	for (unsigned i = 0; i < row->nfields; i++) {
		const char *name = row->fields[i].name;
		const struct add_field *added = added_named(b->from->add, name);

		b->roles[i] = ROLE_COLUMN;
		if (b->from->envelope || (strncmp(name, "__", 2) != 0 && !added) || exact_has(b->from, name)) {
			b->nrow++;
			continue;
		}
		if (strcmp(name, "__deleted") == 0) {
			b->roles[i] = ROLE_DELETED;
			behind = true;
		} else if (added) {
			b->roles[i] = role_of_added(added);
		} else if (behind || b->from->nexact) {
			b->roles[i] = role_of_name(name);
		} else {
			b->nrow++;
		}
	}
}

static bool exact_agrees(struct layout_builder *b, const struct schema *s)
{
	const struct block_field *row = b->from->row;
	struct format_modes modes = format_modes_of(b->from->conf);
	unsigned column = 0;

	if (s->ncolumns != b->nrow)
		return false;
	for (unsigned i = 0; i < row->nfields; i++) {
		const struct column *c = &s->columns[column];

		if (b->roles[i] != ROLE_COLUMN)
			continue;
		if (strcmp(c->name, row->fields[i].name) != 0)
			return false;
		if (b->from->schemaless ? format_type_of(c, &modes, &b->types[column]) < 0
					: !block_fits_column(&row->fields[i], c, &modes, &b->types[column]))
			return false;
		column++;
	}
	return true;
}

static int find_field(const struct schema *s, const char *name)
{
	for (unsigned i = 0; i < s->ncolumns; i++)
		if (strcmp(s->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

static bool key_agrees(const struct block_field *key, const struct schema *s)
{
	if (!key)
		return true;
	if (key->nfields != s->nkey)
		return false;
	for (unsigned i = 0; i < s->nkey; i++)
		if (strcmp(key->fields[i].name, s->columns[s->key[i]].name) != 0)
			return false;
	return true;
}

static int set_key(struct layout_builder *b, struct schema *s)
{
	const struct block_field *key = b->from->key;
	const char **names;
	int rc;

	if (!key || !key->nfields)
		return 0;
	names = xcalloc(key->nfields, sizeof(*names));
	for (unsigned i = 0; i < key->nfields; i++)
		names[i] = key->fields[i].name;
	rc = schema_set_key(s, names, key->nfields);
	free(names);
	if (rc < 0)
		b->why = "the key has a column that the row does not have";
	return rc;
}

/* Does a value of the one read as the same value of the other? */
static bool reads_alike(const struct schema *a, const struct schema *b, const struct format_modes *modes)
{
	for (unsigned i = 0; i < a->ncolumns; i++) {
		const struct column *x = &a->columns[i], *y = &b->columns[i];
		struct format_type tx, ty;

		if (format_type_of(x, modes, &tx) < 0 || format_type_of(y, modes, &ty) < 0 || tx.shape != ty.shape ||
				cell_reader(tx.shape, x) != cell_reader(ty.shape, y) || x->scale != y->scale ||
				(x->type == COL_BIT && x->length != y->length))
			return false;
	}
	return true;
}

/* Of the schemas with the message's names, all are read alike, or its time decides. A DDL's commit time is exact; from it on
 * the next schema counts, whatever names that has. */
static bool is_timed(struct layout_builder *b, size_t newest)
{
	struct format_modes modes = format_modes_of(b->from->conf);

	for (size_t i = 0; b->from->schemaless && i < newest; i++)
		if (exact_agrees(b, b->from->exact[i].schema) &&
				!reads_alike(b->from->exact[i].schema, b->from->exact[newest].schema, &modes))
			return true;
	return false;
}

/* The first one known counts from the beginning; one whose time nobody knows, never for sure. */
static void set_time(struct layout_builder *b, size_t i)
{
	const struct known_schema *k = b->from->exact;
	struct layout *l = b->layout;

	l->timed = true;
	l->from_us = i == 0 ? 0 : k[i].since_us >= 0 ? k[i].since_us : INT64_MAX;
	l->until_us = i + 1 == b->from->nexact ? INT64_MAX : k[i + 1].since_us >= 0 ? k[i + 1].since_us : l->from_us;
}

bool layout_counts_at(const struct layout *l, int64_t at_us)
{
	return !l->timed || (at_us >= l->from_us && at_us < l->until_us);
}

/* The newest exact schema that agrees and counts at the message's time. b->why: some agree, and none counts. */
static const struct schema *choose_exact(struct layout_builder *b)
{
	const struct known_schema *k = b->from->exact;
	bool timed = false, first = true;

	for (size_t i = b->from->nexact; i-- > 0;) {
		if (!exact_agrees(b, k[i].schema))
			continue;
		if (first)
			timed = is_timed(b, i);
		first = false;
		if (!timed)
			return k[i].schema;
		set_time(b, i);
		if (b->from->at_us < 0 || layout_counts_at(b->layout, b->from->at_us))
			return k[i].schema;
	}
	if (!first)
		b->why = "the schema history has several definitions with these columns, and none that counts at the message's time";
	return NULL;
}

/* With the message's key, if that is another. */
static struct schema *take_exact(struct layout_builder *b)
{
	const struct schema *s = choose_exact(b);
	struct schema *copy;

	if (s == NULL)
		return NULL;
	exact_agrees(b, s); /* types are its own again */
	if (key_agrees(b->from->key, s))
		return schema_ref((struct schema *)s);
	copy = schema_clone(s);
	if (set_key(b, copy) == 0)
		return copy;
	schema_unref(copy);
	return NULL;
}

/* "prefix.db.table" to its parts; another prefix: the last two parts. */
static struct schema *schema_named(const char *name, size_t len, const struct format_conf *conf)
{
	const char *delimiter = conf->topic_delimiter ? conf->topic_delimiter : ".";
	size_t skip = strlen(conf->topic_prefix), n = strlen(delimiter);
	char *text = xstrndup(name, len), *db = text, *end;
	struct schema *s;

	if (len > skip + n && strncmp(text, conf->topic_prefix, skip) == 0 && strncmp(text + skip, delimiter, n) == 0) {
		db = text + skip + n;
		end = strstr(db, delimiter);
	} else {
		end = strrchr(text, '.');
		n = 1;
		for (char *p = text; end && p < end; p++)
			if (*p == '.')
				db = p + 1;
	}
	if (end)
		*end = '\0';
	s = end ? schema_new(db, end + n) : schema_new("", db);
	free(text);
	return s;
}

struct schema *layout_empty_schema(const char *topic, const struct format_conf *conf)
{
	return schema_named(topic, strlen(topic), conf);
}

static struct schema *schema_of_source(const struct layout_source *from)
{
	size_t len = from->name ? strlen(from->name) : 0;

	if (len > 6 && strcmp(from->name + len - 6, ".Value") == 0)
		return schema_named(from->name, len - 6, from->conf);
	return layout_empty_schema(from->topic, from->conf);
}

static struct schema *make_schema(struct layout_builder *b)
{
	const struct block_field *row = b->from->row;
	struct format_modes modes = format_modes_of(b->from->conf);
	struct schema *s = schema_of_source(b->from);

	for (unsigned i = 0; i < row->nfields; i++) {
		struct column c;

		if (b->roles[i] != ROLE_COLUMN)
			continue;
		if (block_column(&row->fields[i], &b->layout->arena, &modes, &c, &b->types[s->ncolumns]) < 0) {
			b->why = arena_printf(&b->layout->arena, "field %s has a type that is not known",
					row->fields[i].name);
			schema_unref(s);
			return NULL;
		}
		schema_add_column(s, &c);
	}
	if (set_key(b, s) < 0) {
		schema_unref(s);
		return NULL;
	}
	for (unsigned i = 0; i < s->nkey; i++) /* a text that is a key has a length in every database */
		if (s->columns[s->key[i]].type == COL_LONGTEXT)
			s->columns[s->key[i]].type = COL_VARCHAR;
	return s;
}

static void set_prefix(struct layout_builder *b, struct read_cell *cell, const char *name, bool first)
{
	size_t len = strlen(name);
	char *p = arena_alloc(&b->layout->arena, 6 * len + 8), *at = p;

	*at++ = first ? '{' : ',';
	*at++ = '"';
	at += json_escape(at, name, len);
	*at++ = '"';
	*at++ = ':';
	cell->prefix = p;
	cell->prefix_len = (uint32_t)(at - p);
	cell->name = arena_dup(&b->layout->arena, name, len);
	cell->name_len = (uint32_t)len;
}

static void build_cells(struct layout_builder *b)
{
	const struct block_field *row = b->from->row;
	struct layout *l = b->layout;
	uint16_t column = 0;

	l->ncells = row->nfields;
	l->cells = arena_alloc(&l->arena, (row->nfields + 1) * sizeof(*l->cells));
	memset(l->cells, 0, (row->nfields + 1) * sizeof(*l->cells));
	for (unsigned i = 0; i < row->nfields; i++) {
		struct read_cell *cell = &l->cells[i];

		set_prefix(b, cell, row->fields[i].name, i == 0);
		cell->role = b->roles[i];
		if (cell->role != ROLE_COLUMN)
			continue;
		cell->column = &l->schema->columns[column];
		cell->index = column;
		cell->digits = cell->column->scale;
		cell->read = l->dynamic ? cell_read_dynamic : cell_reader(b->types[column].shape, cell->column);
		column++;
	}
}

static const struct read_cell *cell_of_column(const struct layout *l, unsigned column)
{
	for (unsigned i = 0; i < l->ncells; i++)
		if (l->cells[i].role == ROLE_COLUMN && l->cells[i].index == column)
			return &l->cells[i];
	return NULL;
}

static void build_key(struct layout_builder *b)
{
	const struct block_field *key = b->from->key;
	struct layout *l = b->layout;

	l->has_key = key != NULL;
	l->nkey = key ? key->nfields : 0;
	l->key = arena_alloc(&l->arena, (l->nkey + 1) * sizeof(*l->key));
	for (unsigned i = 0; i < l->nkey; i++) {
		l->key[i] = *cell_of_column(l, (unsigned)find_field(l->schema, key->fields[i].name));
		set_prefix(b, &l->key[i], key->fields[i].name, i == 0);
	}
}

static bool key_is_in_row(struct layout_builder *b, const struct schema *s)
{
	const struct block_field *key = b->from->key;

	for (unsigned i = 0; key && i < key->nfields; i++)
		if (find_field(s, key->fields[i].name) < 0)
			return b->why = "the key has a column that the row does not have", false;
	return true;
}

struct layout *layout_new(const struct layout_source *from, const char **why)
{
	struct layout *l = xcalloc(1, sizeof(*l));
	struct layout_builder b = { .from = from, .layout = l };

	arena_init(&l->arena, 8192);
	l->envelope = from->envelope;
	assign_roles(&b);
	b.types = arena_alloc(&l->arena, (b.nrow + 1) * sizeof(*b.types));
	if (b.nrow <= UINT16_MAX)
		l->schema = take_exact(&b);
	if (!l->schema && !b.why) {
		l->dynamic = from->schemaless;
		l->schema = make_schema(&b);
	}
	if (!l->schema || !key_is_in_row(&b, l->schema)) {
		*why = b.why ? b.why : "the row has too many columns";
		return l; /* the reason may live in the layout: the caller copies it, then frees */
	}
	build_cells(&b);
	build_key(&b);
	return l;
}

void layout_free(struct layout *l)
{
	if (!l)
		return;
	schema_unref(l->schema);
	arena_done(&l->arena);
	free(l);
}
