/*
 * format_mapper.c - which mapper a column has, and what it adds to the column's schema. What it does to the values is
 * in format_mapped.c.
 */
#include "format/encode/format_mapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/digest.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "format/encode/format_mapped.h"
#include "format/history/format_history.h"

enum { NAME_BYTES_MAX = 1024, MASK_CHARS_MAX = 65535 };

static bool is_character_type(const struct column *c)
{
	return column_is_text(c) || c->type == COL_ENUM || c->type == COL_SET;
}

/* Length in the terms of Debezium's model: -1 where the DDL gives none. */
static int64_t model_length(const struct column *c)
{
	struct history_column h;

	history_column_of(c, &h);
	return h.length;
}

static bool truncates(const struct mapper *m, const struct column *c)
{
	int64_t length = model_length(c);

	return length < 0 || length > m->chars;
}

/* ---- parameters ---- */

static void put_parameter(struct buf *b, const char *name, const char *text, bool *first)
{
	buf_printf(b, "%s\"%s\":", *first ? "" : ",", name);
	buf_json_str(b, text);
	*first = false;
}

static void put_number(struct buf *b, const char *name, int64_t v, bool *first)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)v);
	put_parameter(b, name, text, first);
}

static void parameters_truncate(struct buf *b, const struct mapper *m, const struct column *c, bool comments,
		bool first)
{
	if (truncates(m, c))
		put_number(b, "truncateLength", m->chars, &first);
}

static void parameters_mask(struct buf *b, const struct mapper *m, const struct column *c, bool comments, bool first)
{
	put_parameter(b, "masked", "true", &first);
}

static void parameters_propagate(struct buf *b, const struct mapper *m, const struct column *c, bool comments,
		bool first)
{
	struct history_column h;

	history_column_of(c, &h);
	put_parameter(b, "__debezium.source.column.type", h.type_name, &first);
	if (h.length >= 0)
		put_number(b, "__debezium.source.column.length", h.length, &first);
	if (h.scale >= 0)
		put_number(b, "__debezium.source.column.scale", h.scale, &first);
	if (comments && c->comment && c->comment[0])
		put_parameter(b, "__debezium.source.column.comment", c->comment, &first);
	put_parameter(b, "__debezium.source.column.name", c->name, &first);
}

void mapper_parameters(struct buf *b, const struct mapper *m, const struct column *c, bool comments, bool first)
{
	m->kind->parameters(b, m, c, comments, first);
}

/* ---- values ---- */

static void apply_truncate(const struct mapper *m, struct format_cell *cell, const struct format_type *type,
		struct arena *a)
{
	if (truncates(m, cell->column))
		mapped_truncate(cell, type, m->chars, a);
}

static void apply_mask(const struct mapper *m, struct format_cell *cell, const struct format_type *type,
		struct arena *a)
{
	if (is_character_type(cell->column))
		mapped_mask(cell, m->chars, a);
}

static void apply_hash(const struct mapper *m, struct format_cell *cell, const struct format_type *type,
		struct arena *a)
{
	int64_t length = model_length(cell->column);

	if (is_character_type(cell->column))
		mapped_hash(cell, m->digest, m->salt, m->kind->serialised, length > 0 ? (uint32_t)length : UINT32_MAX,
				a);
}

void mapper_apply(const struct mapper *m, struct format_cell *cell, const struct format_type *type, struct arena *a)
{
	if (m->kind->apply)
		m->kind->apply(m, cell, type, a);
}

/* ---- reading the settings ---- */

/* The rest of the key is "N.chars". */
static int take_chars(struct mapper *m, const char *rest, const char *family, struct err *err)
{
	size_t digits = strspn(rest, "0123456789");
	int64_t n = -1;

	if (strcmp(rest + digits, ".chars") != 0 || !num_parse_i64(rest, digits, &n) || n > MASK_CHARS_MAX)
		return err_set(err, ERR_CONFIG, 0, "[mysql] %s: expected %sN.chars with N from 0 to %d, found '%.60s'",
				family, family, MASK_CHARS_MAX, rest);
	m->chars = (uint32_t)n;
	return 0;
}

/* The rest of the key is "ALGORITHM.with.salt.SALT". The salt is a secret: it stays out of every message. */
static int take_digest(struct mapper *m, const char *rest, const char *family, struct err *err)
{
	static const char middle[] = ".with.salt.";
	const char *dot = strstr(rest, middle);
	char name[32];

	if (dot == NULL || dot == rest || dot[sizeof(middle) - 1] == '\0')
		return err_set(err, ERR_CONFIG, 0,
				"[mysql] %s: expected %sALGORITHM.with.salt.SALT, found another form", family, family);
	snprintf(name, sizeof(name), "%.*s", (int)(dot - rest), rest);
	m->digest = digest_kind_named(name);
	m->salt = dot + sizeof(middle) - 1;
	return m->digest ? 0
			 : err_set(err, ERR_CONFIG, 0,
					   "[mysql] %s: expected MD5, SHA-1, SHA-224, SHA-256, SHA-384 or "
					   "SHA-512, found '%s'",
					   family, name);
}

static const struct mapper_kind kind_truncate = { "column.truncate.to.", take_chars, parameters_truncate,
	apply_truncate, false },
				kind_mask = { "column.mask.with.", take_chars, parameters_mask, apply_mask, false },
				kind_propagate = { "column.propagate.source.type", NULL, parameters_propagate, NULL,
					false },
				kind_propagate_type = { "datatype.propagate.source.type", NULL, parameters_propagate,
					NULL, false },
				kind_hash = { "column.mask.hash.", take_digest, parameters_mask, apply_hash, true },
				kind_hash_v2 = { "column.mask.hash.v2.", take_digest, parameters_mask, apply_hash,
					false };

static struct mapper *mapper_add(struct mappers *list, const struct mapper_kind *kind)
{
	struct mapper *m;

	list->items = xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	m = &list->items[list->count++];
	*m = (struct mapper){ .kind = kind };
	return m;
}

static int add_pair(struct mappers *list, const struct mapper_kind *kind, const struct conf_pair *pair, struct err *err)
{
	struct mapper *m = mapper_add(list, kind);

	if (kind->take(m, pair->key + strlen(kind->prefix), kind->prefix, err) < 0)
		return -1;
	return pattern_list_parse(&m->columns, kind->prefix, pair->value, err);
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The pairs of one family; the keys of the second version of the hash begin with those of the first. */
static int add_pairs(struct mappers *list, const struct mapper_kind *kind, const struct conf_pairs *pairs,
		struct err *err)
{
	for (size_t i = 0; i < pairs->count; i++) {
		const struct conf_pair *pair = &pairs->items[i];

		if (!has_prefix(pair->key, kind->prefix))
			continue;
		if (kind == &kind_hash && has_prefix(pair->key, kind_hash_v2.prefix))
			continue;
		if (add_pair(list, kind, pair, err) < 0)
			return -1;
	}
	return 0;
}

static int add_list(struct mappers *list, const struct mapper_kind *kind, const struct conf_list *texts,
		struct err *err)
{
	return texts->count == 0 ? 0 : pattern_list_init(&mapper_add(list, kind)->columns, kind->prefix, texts, err);
}

int mappers_init(struct mappers *m, const struct format_conf *conf, struct err *err)
{
	*m = (struct mappers){ NULL, 0 };
	if (add_pairs(m, &kind_truncate, &conf->column_truncate, err) < 0 ||
			add_pairs(m, &kind_mask, &conf->column_mask, err) < 0 ||
			add_list(m, &kind_propagate, &conf->column_propagate, err) < 0 ||
			add_list(m, &kind_propagate_type, &conf->datatype_propagate, err) < 0 ||
			add_pairs(m, &kind_hash, &conf->column_hash, err) < 0 ||
			add_pairs(m, &kind_hash_v2, &conf->column_hash, err) < 0)
		return -1;
	return 0;
}

void mappers_done(struct mappers *m)
{
	for (size_t i = 0; i < m->count; i++)
		pattern_list_done(&m->items[i].columns);
	free(m->items);
	*m = (struct mappers){ NULL, 0 };
}

const struct mapper *mappers_find(const struct mappers *m, const struct schema *s, const struct column *c)
{
	char by_name[NAME_BYTES_MAX], by_type[NAME_BYTES_MAX];
	struct history_column h;

	if (m->count == 0)
		return NULL;
	history_column_of(c, &h);
	snprintf(by_name, sizeof(by_name), "%s.%s.%s", s->db, s->table, c->name);
	snprintf(by_type, sizeof(by_type), "%s.%s.%s", s->db, s->table, h.type_name);
	for (size_t i = 0; i < m->count; i++)
		if (pattern_list_match(&m->items[i].columns,
				    m->items[i].kind == &kind_propagate_type ? by_type : by_name))
			return &m->items[i];
	return NULL;
}
