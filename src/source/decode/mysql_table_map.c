/*
 * mysql_table_map.c - reads TABLE_MAP events. Each optional field lists only the columns of its own class (numeric,
 * character, ENUM and SET, geometry), some have a default with exceptions, and all of it may be hostile.
 */
#include "source/decode/mysql_table_map.h"

#include <string.h>

#include "source/decode/mysql_bytes.h"

enum { COLUMNS_MAX = 4096, SEEN_LABELS_MAX = 65535 };

enum map_field {
	FIELD_SIGNEDNESS = 1,
	FIELD_DEFAULT_CHARSET,
	FIELD_COLUMN_CHARSET,
	FIELD_COLUMN_NAME,
	FIELD_SET_VALUES,
	FIELD_ENUM_VALUES,
	FIELD_GEOMETRY,
	FIELD_SIMPLE_KEY,
	FIELD_PREFIX_KEY,
	FIELD_ENUM_DEFAULT_CHARSET,
	FIELD_ENUM_COLUMN_CHARSET,
	FIELD_VISIBILITY,
	FIELD_VECTOR
};

/* ---- classes of columns, as the server deals them out ---- */

static bool class_numeric(const struct table_map_column *c)
{
	switch (c->type) {
	case MT_TINY:
	case MT_SHORT:
	case MT_INT24:
	case MT_LONG:
	case MT_LONGLONG:
	case MT_NEWDECIMAL:
	case MT_FLOAT:
	case MT_DOUBLE:
	case MT_YEAR: return true;
	default: return false;
	}
}

/* VECTOR, too, has a character set in the list: binary. */
static bool class_character(const struct table_map_column *c)
{
	switch (c->type) {
	case MT_STRING:
	case MT_VAR_STRING:
	case MT_VARCHAR:
	case MT_TINY_BLOB:
	case MT_MEDIUM_BLOB:
	case MT_LONG_BLOB:
	case MT_BLOB:
	case MT_VECTOR: return true;
	default: return false;
	}
}

static bool class_enum_or_set(const struct table_map_column *c)
{
	return c->type == MT_ENUM || c->type == MT_SET;
}
static bool class_enum(const struct table_map_column *c)
{
	return c->type == MT_ENUM;
}
static bool class_set(const struct table_map_column *c)
{
	return c->type == MT_SET;
}
static bool class_geometry(const struct table_map_column *c)
{
	return c->type == MT_GEOMETRY;
}
static bool class_vector(const struct table_map_column *c)
{
	return c->type == MT_VECTOR;
}

typedef bool class_fn(const struct table_map_column *c);

/* ---- the fixed part ---- */

static int map_short(const char *what, struct err *err)
{
	return err_set(err, ERR_FATAL, 0, "TABLE_MAP event: ends within %s", what);
}

static const char *map_name(struct bytes *b, size_t *len)
{
	const char *p;

	*len = bytes_u8(b);
	p = (const char *)bytes_take(b, *len + 1);
	if (p && p[*len] != '\0')
		b->failed = true;
	return p;
}

static int map_head(struct bytes *b, struct table_map_name *out, uint16_t *flags, struct err *err)
{
	out->table_id = bytes_uint(b, 6);
	*flags = bytes_u16(b);
	out->db = map_name(b, &out->db_len);
	out->table = map_name(b, &out->table_len);
	return b->failed ? map_short("the table's name", err) : 0;
}

int table_map_name_parse(const struct event *e, struct table_map_name *out, struct err *err)
{
	struct bytes b = bytes_of(e->body, e->len);
	uint16_t flags;

	return map_head(&b, out, &flags, err);
}

bool table_map_same(const struct table_map *map, const struct event *e)
{
	return map->body_len == e->len && memcmp(map->body, e->body, e->len) == 0;
}

/* STRING stands for CHAR, ENUM and SET; CHAR above 255 bytes hides two bits of its length in the type byte. */
static void string_meta(struct table_map_column *c, struct bytes *b)
{
	unsigned type = bytes_u8(b), length = bytes_u8(b);

	if ((type & 0x30) != 0x30) {
		length |= ((type & 0x30) ^ 0x30) << 4;
		type |= 0x30;
	}
	c->type = (uint8_t)type;
	c->meta = (uint16_t)length;
}

static int column_meta(struct table_map_column *c, struct bytes *b, unsigned index, struct err *err)
{
	switch (c->type) {
	case MT_FLOAT:
	case MT_DOUBLE:
	case MT_TIME2:
	case MT_DATETIME2:
	case MT_TIMESTAMP2:
	case MT_TINY_BLOB:
	case MT_MEDIUM_BLOB:
	case MT_LONG_BLOB:
	case MT_BLOB:
	case MT_JSON:
	case MT_GEOMETRY:
	case MT_VECTOR: c->meta = bytes_u8(b); return 0;
	case MT_VARCHAR:
	case MT_BIT: c->meta = bytes_u16(b); return 0;
	case MT_NEWDECIMAL:
		c->meta = (uint16_t)bytes_uint(b, 1) << 8;
		c->meta |= bytes_u8(b);
		return 0;
	case MT_STRING:
	case MT_VAR_STRING:
	case MT_ENUM:
	case MT_SET: string_meta(c, b); return 0;
	case MT_TINY:
	case MT_SHORT:
	case MT_INT24:
	case MT_LONG:
	case MT_LONGLONG:
	case MT_YEAR:
	case MT_DATE:
	case MT_NEWDATE:
	case MT_TIME:
	case MT_DATETIME:
	case MT_TIMESTAMP:
	case MT_NULL: return 0;
	default: return err_set(err, ERR_DATA, 0, "column %u has type %u, which is not understood", index + 1, c->type);
	}
}

static int map_columns(struct bytes *b, struct arena *arena, struct table_map *out, struct err *err)
{
	uint64_t count = bytes_lenenc(b), meta_len;
	const uint8_t *types, *p, *nulls;
	struct bytes meta;

	if (b->failed || count == 0 || count > COLUMNS_MAX)
		return err_set(err, ERR_FATAL, 0, "TABLE_MAP event: %llu columns", (unsigned long long)count);
	types = bytes_take(b, count);
	meta_len = bytes_lenenc(b);
	p = bytes_take(b, meta_len);
	nulls = bytes_take(b, (count + 7) / 8);
	if (b->failed)
		return map_short("its columns", err);
	meta = bytes_of(p, meta_len);
	out->ncolumns = (unsigned)count;
	out->columns = arena_alloc(arena, count * sizeof(*out->columns));
	memset(out->columns, 0, count * sizeof(*out->columns));
	for (unsigned i = 0; i < out->ncolumns; i++) {
		struct table_map_column *c = &out->columns[i];

		c->type = types[i];
		c->nullable = nulls[i / 8] >> (i % 8) & 1;
		if (column_meta(c, &meta, i, err) < 0)
			return -1;
	}
	return meta.failed ? map_short("the columns' metadata", err) : 0;
}

/* ---- the optional part ---- */

/* One bit a column of the class, highest first. */
static void field_signedness(struct table_map *m, struct bytes *b)
{
	unsigned seen = 0;
	uint8_t bits = 0;

	m->has_signedness = true;
	for (unsigned i = 0; i < m->ncolumns; i++) {
		if (!class_numeric(&m->columns[i]))
			continue;
		if (seen % 8 == 0)
			bits = bytes_u8(b);
		m->columns[i].is_unsigned = bits >> (7 - seen++ % 8) & 1;
	}
}

static void field_visibility(struct table_map *m, struct bytes *b)
{
	uint8_t bits = 0;

	for (unsigned i = 0; i < m->ncolumns; i++) {
		if (i % 8 == 0)
			bits = bytes_u8(b);
		m->columns[i].invisible = !(bits >> (7 - i % 8) & 1);
	}
}

/* A default for the class, then (how many-th of the class, its own) for the others. */
static void field_default_charset(struct table_map *m, struct bytes *b, class_fn *in_class)
{
	uint16_t collation = (uint16_t)bytes_lenenc(b);
	unsigned seen = 0, column = 0;

	for (unsigned i = 0; i < m->ncolumns; i++)
		if (in_class(&m->columns[i]))
			m->columns[i].collation = collation;
	while (!b->failed && bytes_left(b) > 0) {
		uint64_t want = bytes_lenenc(b);

		collation = (uint16_t)bytes_lenenc(b);
		for (; column < m->ncolumns; column++) {
			if (!in_class(&m->columns[column]))
				continue;
			if (seen++ == want)
				break;
		}
		if (column == m->ncolumns)
			b->failed = true;
		else
			m->columns[column++].collation = collation;
	}
}

static void field_column_charset(struct table_map *m, struct bytes *b, class_fn *in_class)
{
	for (unsigned i = 0; i < m->ncolumns; i++)
		if (in_class(&m->columns[i]))
			m->columns[i].collation = (uint16_t)bytes_lenenc(b);
}

static void field_names(struct table_map *m, struct bytes *b, struct arena *arena)
{
	m->has_names = true;
	for (unsigned i = 0; i < m->ncolumns; i++) {
		uint64_t len = bytes_lenenc(b);
		const uint8_t *p = bytes_take(b, len);

		m->columns[i].name = p ? arena_dup(arena, p, len) : "";
	}
}

static void column_labels(struct table_map_column *c, struct bytes *b, struct arena *arena)
{
	uint64_t count = bytes_lenenc(b);
	struct table_map_label *label;

	if (b->failed || count > bytes_left(b) || count > SEEN_LABELS_MAX) {
		b->failed = true;
		return;
	}
	label = arena_alloc(arena, (count + 1) * sizeof(*label));
	for (uint64_t i = 0; i < count; i++) {
		const uint8_t *p;

		label[i].len = bytes_lenenc(b);
		p = bytes_take(b, label[i].len);
		label[i].p = p ? arena_dup(arena, p, label[i].len) : "";
	}
	c->labels = (uint16_t)count;
	c->label = label;
}

static void field_labels(struct table_map *m, struct bytes *b, struct arena *arena, class_fn *in_class)
{
	m->has_labels = true;
	for (unsigned i = 0; i < m->ncolumns && !b->failed; i++)
		if (in_class(&m->columns[i]))
			column_labels(&m->columns[i], b, arena);
}

static void field_geometry(struct table_map *m, struct bytes *b)
{
	m->has_geometry = true;
	for (unsigned i = 0; i < m->ncolumns; i++)
		if (class_geometry(&m->columns[i]))
			m->columns[i].geometry = (uint8_t)bytes_lenenc(b);
}

static void field_vector(struct table_map *m, struct bytes *b)
{
	for (unsigned i = 0; i < m->ncolumns; i++)
		if (class_vector(&m->columns[i]))
			m->columns[i].dimensions = (uint32_t)bytes_lenenc(b);
}

static void field_key(struct table_map *m, struct bytes *b, struct arena *arena, bool prefixes)
{
	m->has_key = true;
	m->key = arena_alloc(arena, m->ncolumns * sizeof(*m->key));
	m->nkey = 0;
	while (!b->failed && bytes_left(b) > 0) {
		uint64_t column = bytes_lenenc(b);

		if (prefixes)
			bytes_lenenc(b);
		if (column >= m->ncolumns || m->nkey == m->ncolumns) {
			b->failed = true;
			return;
		}
		m->key[m->nkey++] = (unsigned)column;
	}
}

static void field_parse(struct table_map *m, unsigned type, struct bytes *b, struct arena *arena)
{
	switch (type) {
	case FIELD_SIGNEDNESS: field_signedness(m, b); break;
	case FIELD_DEFAULT_CHARSET:
		m->has_charsets = true;
		field_default_charset(m, b, class_character);
		break;
	case FIELD_COLUMN_CHARSET:
		m->has_charsets = true;
		field_column_charset(m, b, class_character);
		break;
	case FIELD_COLUMN_NAME: field_names(m, b, arena); break;
	case FIELD_SET_VALUES: field_labels(m, b, arena, class_set); break;
	case FIELD_ENUM_VALUES: field_labels(m, b, arena, class_enum); break;
	case FIELD_GEOMETRY: field_geometry(m, b); break;
	case FIELD_SIMPLE_KEY: field_key(m, b, arena, false); break;
	case FIELD_PREFIX_KEY: field_key(m, b, arena, true); break;
	case FIELD_ENUM_DEFAULT_CHARSET: field_default_charset(m, b, class_enum_or_set); break;
	case FIELD_ENUM_COLUMN_CHARSET: field_column_charset(m, b, class_enum_or_set); break;
	case FIELD_VISIBILITY: field_visibility(m, b); break;
	case FIELD_VECTOR: field_vector(m, b); break;
	default: break; /* of a newer server: optional by its nature */
	}
}

static int map_optional(struct bytes *b, struct arena *arena, struct table_map *out, struct err *err)
{
	while (bytes_left(b) > 0) {
		unsigned type = bytes_u8(b);
		uint64_t len = bytes_lenenc(b);
		const uint8_t *p = bytes_take(b, len);
		struct bytes field;

		if (p == NULL)
			return map_short("an optional field", err);
		field = bytes_of(p, len);
		field_parse(out, type, &field, arena);
		if (field.failed)
			return err_set(err, ERR_FATAL, 0, "TABLE_MAP event: optional field %u does not fit the columns",
					type);
	}
	return 0;
}

int table_map_parse(const struct event *e, struct arena *arena, struct table_map *out, struct err *err)
{
	struct table_map_name name;
	struct bytes b;

	*out = (struct table_map){ .body_len = e->len };
	out->body = arena_dup(arena, e->body, e->len);
	b = bytes_of(out->body, e->len);
	if (map_head(&b, &name, &out->flags, err) < 0)
		return -1;
	out->table_id = name.table_id;
	out->db = name.db;
	out->table = name.table;
	if (map_columns(&b, arena, out, err) < 0 || map_optional(&b, arena, out, err) < 0)
		return err_wrap(err, "table %s.%s", out->db, out->table);
	return 0;
}
