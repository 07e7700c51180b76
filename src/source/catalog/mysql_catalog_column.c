/* mysql_catalog_column.c - what the server makes of a column's definition: character set and collation, the type that holds it, its default. */
#include "source/catalog/mysql_catalog_column.h"

#include <stdio.h>
#include <string.h>

#include "source/catalog/mysql_default.h"
#include "source/decode/mysql_charset.h"

static unsigned bin_collation(const char *charset)
{
	char name[64];
	int len = snprintf(name, sizeof(name), "%s_bin", charset);

	return collation_find(name, (size_t)len);
}

static unsigned charset_default(const char *charset, unsigned utf8mb4_collation)
{
	if (strcmp(charset, "utf8mb4") == 0 && utf8mb4_collation)
		return utf8mb4_collation;
	return charset_collation(charset, strlen(charset));
}

unsigned ddl_charset_collation(const struct ddl_charset *c, unsigned utf8mb4_collation, unsigned fallback)
{
	const char *charset = c->charset;

	if (c->collation)
		return collation_find(c->collation, strlen(c->collation));
	if (c->binary) {
		charset = charset ? charset : collation_charset(fallback);
		if (charset && strcmp(charset, "binary") == 0)
			return COLLATION_BINARY;
		return charset ? bin_collation(charset) : fallback;
	}
	return charset ? charset_default(charset, utf8mb4_collation) : fallback;
}

/* TEXT(n): the smallest that holds n characters. */
static void shrink_to_length(struct column *c, unsigned width)
{
	c->type = column_type_holding(column_class(c), (uint64_t)c->length * width);
	c->length = 0;
}

void column_set_collation(struct column *c, unsigned collation)
{
	c->collation = (uint16_t)collation;
	c->charset = collation_charset(collation);
}

/* VARCHAR and VARBINARY of more than 65535 bytes: without strict mode the server makes them TEXT and BLOB. */
static void outgrow_to_text(struct column *c, unsigned width)
{
	enum { ROW_BYTES_MAX = 65535 };

	if ((c->type != COL_VARCHAR && c->type != COL_VARBINARY) || (uint64_t)c->length * width <= ROW_BYTES_MAX)
		return;
	c->type = c->type == COL_VARCHAR ? COL_LONGTEXT : COL_LONGBLOB;
	shrink_to_length(c, width);
}

/* The server takes the spaces off the ends of labels, but not those of bytes. */
static void trim_labels(struct table_model *t, struct column *c)
{
	const char **label = arena_alloc(t->arena, (c->labels + 1u) * sizeof(*label));

	for (unsigned i = 0; i < c->labels; i++) {
		size_t len = strlen(c->label[i]), all = len;

		while (len > 0 && c->label[i][len - 1] == ' ')
			len--;
		label[i] = len == all ? c->label[i] : arena_dup(t->arena, c->label[i], len);
	}
	c->label = label;
}

static void column_settle_charset(struct table_model *t, const struct ddl_column *d, struct column *c)
{
	unsigned collation = ddl_charset_collation(&d->charset, t->utf8mb4_collation, t->collation);
	const char *charset = collation_charset(collation);
	unsigned width = column_is_text(c) ? charset ? charset_max_bytes(charset) : 4 : 1;

	if (d->is_text_by_length)
		shrink_to_length(c, width);
	outgrow_to_text(c, width);
	if (!column_is_text(c))
		return;
	if (c->labels && collation != COLLATION_BINARY)
		trim_labels(t, c);
	if (collation == COLLATION_BINARY) {
		c->type = column_type_of_bytes(c->type);
		if (c->type != COL_ENUM && c->type != COL_SET)
			return;
	}
	column_set_collation(c, collation);
}

void column_type_text(struct table_model *t, struct column *c)
{
	char text[512];

	if (c->labels) { /* may be long */
		c->type_text = NULL;
		return;
	}
	column_type_print(c, text, sizeof(text));
	c->type_text = arena_dup(t->arena, text, strlen(text));
}

/* explicit_defaults_for_timestamp = OFF: a TIMESTAMP is NOT NULL unless it says otherwise, and has a default. */
static void old_timestamp(const struct ddl_column *d, struct table_column *out)
{
	struct column *c = &out->column;

	if (c->type != COL_TIMESTAMP || d->null_given || c->generated)
		return;
	c->nullable = false;
	if (c->default_kind != DEFAULT_NONE)
		return;
	c->default_kind = DEFAULT_LITERAL;
	c->default_text = "0000-00-00 00:00:00";
	out->old_default = !d->on_update;
}

/* The first TIMESTAMP of the table has the time of the change as its default, if it is new and says nothing itself. */
void table_model_first_timestamp(struct table_model *t)
{
	struct table_column *c = NULL;

	for (unsigned i = 0; i < t->ncolumns && c == NULL; i++)
		if (t->columns[i].column.type == COL_TIMESTAMP)
			c = &t->columns[i];
	if (c == NULL || !c->old_default)
		return;
	c->column.default_kind = DEFAULT_NOW;
	c->column.default_text = "CURRENT_TIMESTAMP";
}

/* TEXT, BLOB, JSON and geometry have expressions only; without strict mode the server passes over a literal, as it does
 * over one that ALTER sets where numbers are given by AUTO_INCREMENT. */
void column_drop_impossible_default(struct column *c)
{
	static const bool without[CLASS_COUNT] = { [CLASS_TEXT] = true,
		[CLASS_BLOB] = true,
		[CLASS_JSON] = true,
		[CLASS_GEOMETRY] = true,
		[CLASS_OPAQUE] = true };

	if (c->default_kind != DEFAULT_LITERAL || !(without[column_class(c)] || c->autoinc))
		return;
	c->default_kind = DEFAULT_NONE;
	c->default_text = NULL;
}

void column_settle(struct table_model *t, const struct ddl_column *d, struct table_column *out)
{
	struct column *c = &out->column;

	*c = d->column;
	c->nullable = !d->not_null && !d->primary && !c->autoinc;
	out->old_default = false;
	if (t->old_timestamps)
		old_timestamp(d, out);
	column_settle_charset(t, d, c);
	column_drop_impossible_default(c);
	default_settle(t->arena, c, &d->literal);
	column_type_text(t, c);
}
