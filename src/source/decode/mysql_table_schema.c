/*
 * mysql_table_schema.c - a schema from a TABLE_MAP, or a known schema checked against it. The two know different
 * things. The map is always right about what it says; DDL knows the rest (character lengths as written, defaults,
 * comments, unique keys). What both know and do not agree on is told in words, with both sides.
 */
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "source/decode/mysql_charset.h"
#include "source/decode/mysql_table_map.h"

enum { PROBLEM_MAX = 200 };

static bool wire_is_time(unsigned type)
{
	return type == MT_TIME2 || type == MT_DATETIME2 || type == MT_TIMESTAMP2;
}

/* ---- column types by the map ---- */

static enum column_type blob_type(const struct table_map_column *w, bool binary)
{
	if (w->meta == 0 || w->meta > 4)
		return COL_UNKNOWN;
	return column_type_holding(binary ? CLASS_BLOB : CLASS_TEXT, (1ull << 8 * w->meta) - 1);
}

static enum column_type geometry_type(const struct table_map_column *w)
{
	static const enum column_type types[] = { COL_GEOMETRY, COL_POINT, COL_LINESTRING, COL_POLYGON, COL_MULTIPOINT,
		COL_MULTILINESTRING, COL_MULTIPOLYGON, COL_GEOMCOLLECTION };

	return w->geometry < sizeof(types) / sizeof(types[0]) ? types[w->geometry] : COL_GEOMETRY;
}

static enum column_type wire_column_type(const struct table_map_column *w)
{
	bool binary = w->collation == COLLATION_BINARY;

	switch (w->type) {
	case MT_TINY: return COL_TINYINT;
	case MT_SHORT: return COL_SMALLINT;
	case MT_INT24: return COL_MEDIUMINT;
	case MT_LONG: return COL_INT;
	case MT_LONGLONG: return COL_BIGINT;
	case MT_FLOAT: return COL_FLOAT;
	case MT_DOUBLE: return COL_DOUBLE;
	case MT_NEWDECIMAL: return COL_DECIMAL;
	case MT_BIT: return COL_BIT;
	case MT_YEAR: return COL_YEAR;
	case MT_DATE:
	case MT_NEWDATE: return COL_DATE;
	case MT_TIME:
	case MT_TIME2: return COL_TIME;
	case MT_DATETIME:
	case MT_DATETIME2: return COL_DATETIME;
	case MT_TIMESTAMP:
	case MT_TIMESTAMP2: return COL_TIMESTAMP;
	case MT_VARCHAR:
	case MT_VAR_STRING: return binary ? COL_VARBINARY : COL_VARCHAR;
	case MT_STRING: return binary ? COL_BINARY : COL_CHAR;
	case MT_TINY_BLOB:
	case MT_MEDIUM_BLOB:
	case MT_LONG_BLOB:
	case MT_BLOB: return blob_type(w, binary);
	case MT_ENUM: return COL_ENUM;
	case MT_SET: return COL_SET;
	case MT_JSON: return COL_JSON;
	case MT_GEOMETRY: return geometry_type(w);
	case MT_VECTOR: return COL_VECTOR;
	default: return COL_UNKNOWN;
	}
}

static bool wire_has_charset(const struct table_map_column *w)
{
	return w->collation != 0 && w->collation != COLLATION_BINARY;
}

static uint32_t wire_length(const struct table_map_column *w, enum column_type type)
{
	const char *charset = collation_charset(w->collation);
	unsigned width = charset ? charset_max_bytes(charset) : 0;

	switch (type_class(type)) {
	case CLASS_CHAR: return width ? w->meta / width : 0;
	case CLASS_BINARY: return w->meta;
	case CLASS_BIT: return (w->meta >> 8) * 8u + (w->meta & 0xff);
	case CLASS_OPAQUE: return w->dimensions;
	default: return 0;
	}
}

/* ---- labels ---- */

/* In UTF-8, in the arena. NULL: the column's character set is not known (err). */
static const char *const *wire_labels(const struct table_map_column *w, struct arena *arena, struct err *err)
{
	const char **label = arena_alloc(arena, (w->labels + 1u) * sizeof(*label));
	const char *name = wire_has_charset(w) ? collation_charset(w->collation) : NULL;
	struct charset *charset = charset_open(name, err);

	if (charset == NULL)
		return NULL;
	for (unsigned i = 0; i < w->labels; i++) {
		const char *p;
		size_t len;

		charset_to_utf8(charset, arena, w->label[i].p, w->label[i].len, &p, &len);
		label[i] = arena_dup(arena, p, len);
	}
	charset_close(charset);
	return label;
}

static bool labels_equal(const struct column *c, const char *const *label, unsigned count)
{
	if (c->labels != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(c->label[i], label[i]) != 0)
			return false;
	return true;
}

/* ---- does a known column fit? ---- */

static bool type_fits(const struct table_map *m, const struct table_map_column *w, const struct column *c)
{
	enum column_type type = wire_column_type(w);

	if (type_class(type) == CLASS_GEOMETRY && !m->has_geometry)
		return column_class(c) == CLASS_GEOMETRY;
	if (m->has_charsets)
		return type == c->type;
	/* TEXT and BLOB are one type on the wire, as are CHAR and BINARY: only the character set tells them apart. */
	return column_type_of_text(type) == column_type_of_text(c->type);
}

/* Bytes that CHAR(n), VARCHAR(n) take at most; 0: cannot be said. */
static uint32_t column_string_bytes(const struct table_map_column *w, const struct column *c)
{
	const char *charset = wire_has_charset(w) ? collation_charset(w->collation) : c->charset;

	if (column_class(c) == CLASS_BINARY)
		return c->length;
	if (column_class(c) != CLASS_CHAR)
		return 0;
	return charset ? c->length * charset_max_bytes(charset) : 0;
}

static unsigned label_bytes(const struct column *c)
{
	unsigned bytes;

	if (c->type == COL_ENUM)
		return c->labels < 256 ? 1 : 2;
	bytes = (c->labels + 7u) / 8;
	return bytes > 4 ? 8 : bytes;
}

/*
 * Empty when known column fits; else what differs. Nullability and character sets are not differences: the map's are
 * adopted.
 */
static void column_differs(const struct table_map *m, const struct table_map_column *w, const struct column *c,
		char out[PROBLEM_MAX])
{
	enum column_type type = wire_column_type(w);
	uint32_t bytes;

	out[0] = '\0';
	if (!type_fits(m, w, c))
		snprintf(out, PROBLEM_MAX, "binlog has %s, the schema %s", column_type_name(type),
				column_type_name(c->type));
	else if (m->has_names && strcmp(w->name, c->name) != 0)
		snprintf(out, PROBLEM_MAX, "binlog names it '%.64s'", w->name);
	else if (m->has_signedness && column_class(c) == CLASS_INTEGER && w->is_unsigned != c->is_unsigned)
		snprintf(out, PROBLEM_MAX, "binlog has it %s, the schema %s", w->is_unsigned ? "unsigned" : "signed",
				c->is_unsigned ? "unsigned" : "signed");
	else if (c->type == COL_DECIMAL && (w->meta >> 8 != c->precision || (w->meta & 0xff) != c->scale))
		snprintf(out, PROBLEM_MAX, "binlog has decimal(%u,%u), the schema decimal(%u,%u)", w->meta >> 8,
				w->meta & 0xff, c->precision, c->scale);
	else if (wire_is_time(w->type) && w->meta != c->scale)
		snprintf(out, PROBLEM_MAX, "binlog has %u fraction digits, the schema %u", w->meta, c->scale);
	else if (c->type == COL_BIT && wire_length(w, COL_BIT) != c->length)
		snprintf(out, PROBLEM_MAX, "binlog has bit(%u), the schema bit(%u)", wire_length(w, COL_BIT),
				c->length);
	else if ((bytes = column_string_bytes(w, c)) != 0 && bytes != w->meta)
		snprintf(out, PROBLEM_MAX, "binlog has at most %u bytes, the schema %u", w->meta, bytes);
	else if ((c->type == COL_ENUM || c->type == COL_SET) && label_bytes(c) != w->meta)
		snprintf(out, PROBLEM_MAX, "binlog has values of %u bytes, the schema's %u labels need %u", w->meta,
				c->labels, label_bytes(c));
}

static bool charset_fits(const struct table_map_column *w, const struct column *c)
{
	const char *charset = collation_charset(w->collation);

	if (!wire_has_charset(w) || !column_is_text(c))
		return true;
	return charset && c->charset && strcmp(charset, c->charset) == 0;
}

/* ---- one column of the new schema ---- */

/* Known of the column by its name; the same place first, as it nearly always is there. */
static const struct column *known_column(const struct schema *known, const char *name, unsigned i)
{
	int at;

	if (known == NULL)
		return NULL;
	if (i < known->ncolumns && strcmp(known->columns[i].name, name) == 0)
		return &known->columns[i];
	at = schema_column(known, name, strlen(name));
	return at >= 0 ? &known->columns[at] : NULL;
}

static void adopt_charset(const struct table_map_column *w, struct column *c)
{
	if (!wire_has_charset(w) || !column_is_text(c))
		return;
	c->collation = w->collation;
	c->charset = collation_charset(w->collation);
}

static int column_from_wire(const struct table_map *m, const struct table_map_column *w, struct arena *arena,
		struct column *c, struct err *err)
{
	*c = (struct column){
		.name = w->name,
		.type = wire_column_type(w),
		.nullable = w->nullable,
		.invisible = w->invisible,
	};
	c->is_unsigned = w->is_unsigned && m->has_signedness && c->type != COL_YEAR;
	c->length = wire_length(w, c->type);
	if (c->type == COL_DECIMAL) {
		c->precision = (uint8_t)(w->meta >> 8);
		c->scale = (uint8_t)w->meta;
	}
	if (wire_is_time(w->type))
		c->scale = (uint8_t)w->meta;
	if (c->type == COL_ENUM || c->type == COL_SET) {
		if (w->label == NULL)
			return err_set(err, ERR_DATA, 0,
					"column '%s': the binlog does not carry the values of its %s; set binlog_row_metadata=FULL",
					w->name, column_type_name(c->type));
		c->labels = w->labels;
		c->label = wire_labels(w, arena, err);
		if (c->label == NULL)
			return err_wrap(err, "column '%s'", w->name);
	}
	if (wire_has_charset(w) && collation_charset(w->collation) == NULL)
		return err_set(err, ERR_DATA, 0, "column '%s': collation %u is not known", w->name, w->collation);
	adopt_charset(w, c);
	return 0;
}

/* What DDL said goes on holding where the map has nothing against it. */
static void column_complete(const struct table_map *m, const struct table_map_column *w, const struct column *known,
		struct column *c)
{
	char problem[PROBLEM_MAX];
	struct column merged;

	if (known == NULL)
		return;
	column_differs(m, w, known, problem);
	if (problem[0] != '\0')
		return;
	merged = *known;
	merged.name = c->name;
	merged.nullable = c->nullable;
	merged.labels = c->labels;
	merged.label = c->label;
	merged.collation = c->collation;
	merged.charset = c->charset;
	merged.invisible = c->invisible;
	*c = merged;
}

/* ---- the table ---- */

static bool key_fits(const struct table_map *m, const struct schema *known)
{
	if (!m->has_key)
		return known->nkey == 0 || known->key_is_unique_index;
	if (known->nkey != m->nkey)
		return false;
	for (unsigned i = 0; i < m->nkey; i++)
		if (known->key[i] != m->key[i])
			return false;
	return true;
}

/* Full metadata only: is there nothing that a new schema would say differently? */
static bool known_fits(const struct table_map *m, const struct schema *known, struct arena *arena)
{
	char problem[PROBLEM_MAX];
	struct err err;

	if (m->ncolumns != known->ncolumns || !key_fits(m, known))
		return false;
	for (unsigned i = 0; i < m->ncolumns; i++) {
		const struct table_map_column *w = &m->columns[i];
		const struct column *c = &known->columns[i];

		column_differs(m, w, c, problem);
		if (problem[0] != '\0' || w->nullable != c->nullable || !charset_fits(w, c))
			return false;
		if (w->label) {
			const char *const *label = wire_labels(w, arena, &err);

			if (label == NULL || !labels_equal(c, label, w->labels))
				return false;
		}
	}
	return true;
}

/* The server sends the first unique index without nullable columns as the key where there is no primary key. */
static void schema_key_from_map(const struct table_map *m, const struct schema *known, struct schema *s)
{
	const char *names[64];
	unsigned n = 0;

	if (m->has_key) {
		s->key = arena_alloc(&s->arena, m->nkey * sizeof(*s->key));
		memcpy(s->key, m->key, m->nkey * sizeof(*s->key));
		s->nkey = m->nkey;
		s->key_is_unique_index = known && known->key_is_unique_index && key_fits(m, known);
		return;
	}
	if (known == NULL || !known->key_is_unique_index || known->nkey > 64)
		return;
	for (; n < known->nkey; n++)
		names[n] = known->columns[known->key[n]].name;
	if (schema_set_key(s, names, n) == 0)
		s->key_is_unique_index = n > 0;
}

/* The known indexes whose columns are all still there, and the key as one of them. */
static void schema_indexes_from_map(const struct schema *known, struct schema *s)
{
	for (unsigned i = 0; known && i < known->nindexes; i++) {
		const struct schema_index *index = &known->indexes[i];
		bool holds = !index->primary;

		for (unsigned k = 0; k < index->ncolumns; k++)
			holds &= schema_column(s, index->columns[k], strlen(index->columns[k])) >= 0;
		if (holds)
			schema_add_index(s, index);
	}
	if (s->nkey > 0 && !s->key_is_unique_index)
		schema_add_primary(s);
}

static int schema_columns_from_map(const struct table_map *m, const struct schema *known, struct arena *arena,
		struct schema *s, struct err *err)
{
	for (unsigned i = 0; i < m->ncolumns; i++) {
		struct column c;

		if (column_from_wire(m, &m->columns[i], arena, &c, err) < 0)
			return -1;
		column_complete(m, &m->columns[i], known_column(known, c.name, i), &c);
		if (c.type_text == NULL) {
			char text[128];

			column_type_print(&c, text, sizeof(text));
			c.type_text = arena_dup(arena, text, strlen(text));
		}
		schema_add_column(s, &c);
	}
	schema_key_from_map(m, known, s);
	schema_indexes_from_map(known, s);
	return 0;
}

static struct schema *schema_build(const struct table_map *m, struct schema *known, struct arena *arena,
		struct err *err)
{
	struct schema *s;

	if (known && known_fits(m, known, arena))
		return schema_ref(known);
	s = schema_new(m->db, m->table);
	s->exact = true;
	if (known) {
		s->charset = known->charset ? arena_dup(&s->arena, known->charset, strlen(known->charset)) : NULL;
		s->collation = known->collation;
		s->comment = known->comment ? arena_dup(&s->arena, known->comment, strlen(known->comment)) : NULL;
	}
	if (schema_columns_from_map(m, known, arena, s, err) < 0) {
		schema_unref(s);
		return NULL;
	}
	return s;
}

/* Minimal metadata: the known schema, with the map's nullability and character sets where they differ. */
static struct schema *schema_verify(const struct table_map *m, struct schema *known, struct err *err)
{
	bool same = true;
	struct schema *s;

	if (m->ncolumns != known->ncolumns) {
		err_set(err, ERR_DATA, 0, "binlog has %u columns, the schema %u", m->ncolumns, known->ncolumns);
		return NULL;
	}
	for (unsigned i = 0; i < m->ncolumns; i++) {
		char problem[PROBLEM_MAX];

		column_differs(m, &m->columns[i], &known->columns[i], problem);
		if (problem[0] != '\0') {
			err_set(err, ERR_DATA, 0, "column '%s': %s", known->columns[i].name, problem);
			return NULL;
		}
		same = same && m->columns[i].nullable == known->columns[i].nullable &&
				charset_fits(&m->columns[i], &known->columns[i]);
	}
	if (same)
		return schema_ref(known);
	s = schema_clone(known);
	for (unsigned i = 0; i < m->ncolumns; i++) {
		s->columns[i].nullable = m->columns[i].nullable;
		adopt_charset(&m->columns[i], &s->columns[i]);
	}
	return s;
}

struct schema *schema_from_table_map(const struct table_map *map, struct schema *known, struct err *err)
{
	struct schema *s = NULL;
	struct arena arena;

	arena_init(&arena, 0);
	if (map->has_names)
		s = schema_build(map, known, &arena, err);
	else if (known)
		s = schema_verify(map, known, err);
	else
		err_set(err, ERR_DATA, 0,
				"its columns' names are not known: the binlog carries none and there is no schema as of this position; "
				"set binlog_row_metadata=FULL, or take a snapshot of the table");
	arena_done(&arena);
	if (s == NULL)
		err_wrap(err, "table %s.%s", map->db, map->table);
	return s;
}
