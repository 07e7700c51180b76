/*
 * sql_column.c - one column of CREATE TABLE or ALTER TABLE, and lists of properties. Refused as StarRocks refuses: a
 * number as DEFAULT without quotes, reserved names, lengths and precisions that no type has.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"
#include "sql/double_sql.h"

static int column_type(struct sql *q, struct column *c)
{
	const char *name = lex_name(&q->lex, q->err), *problem;
	int64_t args[2] = { 0, 0 };
	unsigned nargs = 0;

	if (name == NULL)
		return -1;
	if (lex_accept(&q->lex, "(")) {
		do {
			if (lex_accept(&q->lex, "*"))
				args[nargs++] = TYPE_VARCHAR_MAX; /* VARCHAR(*) */
			else if (nargs == 2 || lex_integer(&q->lex, &args[nargs++], q->err) != 0)
				return q->err->kind == ERR_NONE ? lex_unexpected(&q->lex, q->err) : -1;
		} while (nargs < 2 && lex_accept(&q->lex, ","));
		if (lex_expect(&q->lex, ")", q->err) != 0)
			return -1;
	}
	problem = type_make(&c->type, name, nargs, args);
	return problem == NULL ? 0 : sql_fail(q, 1064, "%s: '%.60s' of column '%.100s'", problem, name, c->name);
}

static int column_default(struct sql *q, struct column *c)
{
	char text[TYPE_SCALAR_MAX];
	struct cell cell;
	size_t len;

	c->has_default = true;
	if (lex_accept(&q->lex, "null"))
		return c->nullable ? 0 : sql_fail(q, 1064, "Invalid default value for '%.100s'", c->name);
	if (lex_accept(&q->lex, "current_timestamp")) {
		c->default_now = true;
		if (lex_accept(&q->lex, "("))
			return lex_expect(&q->lex, ")", q->err);
		return c->type.kind == TYPE_DATETIME ? 0
						     : sql_fail(q, 1064, "Invalid default value for '%.100s'", c->name);
	}
	if (q->lex.token != TOKEN_STRING)
		return lex_unexpected(&q->lex, q->err);
	if (c->type.kind == TYPE_JSON || c->type.kind == TYPE_VARBINARY)
		return sql_fail(q, 1064, "Invalid default value for '%.100s': this type can not have a default",
				c->name);
	cell = cell_text(q->lex.value, q->lex.len);
	if (!type_is_text(&c->type) && type_write(&c->type, &cell, text, &len) != TYPE_OK)
		return sql_fail(q, 1064, "Invalid default value for '%.100s'", c->name);
	if (type_is_text(&c->type) && cell.len > c->type.len)
		return sql_fail(q, 1064, "Invalid default value for '%.100s': Default value is too long", c->name);
	c->preset = type_is_text(&c->type) ? xstrndup(cell.p, cell.len) : xstrndup(text, len);
	lex_next(&q->lex);
	return 0;
}

int sql_column_def(struct sql *q, struct column *c)
{
	const char *name = lex_name(&q->lex, q->err), *comment;

	if (name == NULL)
		return -1;
	*c = (struct column){ .name = xstrdup(name), .nullable = true };
	if (column_type(q, c) != 0)
		return -1;
	if (lex_is_name(&q->lex) && aggregate_find(q->lex.value, &c->aggregate))
		lex_next(&q->lex);
	else
		c->aggregate = AGG_NONE;
	for (;;) {
		if (lex_accept_words(&q->lex, "not null")) {
			c->nullable = false;
		} else if (lex_accept(&q->lex, "null")) {
			c->nullable = true;
		} else if (lex_accept(&q->lex, "default")) {
			if (column_default(q, c) != 0)
				return -1;
		} else if (lex_accept(&q->lex, "comment")) {
			if ((comment = lex_string(&q->lex, q->err)) == NULL)
				return -1;
			c->comment = xstrdup(comment);
		} else {
			break;
		}
	}
	c->has_default |= c->nullable;
	return sql_check_column(q, c);
}

int sql_check_column(struct sql *q, const struct column *c)
{
	if (strncasecmp(c->name, "__op", 4) == 0 || strncasecmp(c->name, "__row", 5) == 0)
		return sql_fail(q, 1064,
				"Column name [%.100s] is a system reserved name. Please choose a different one",
				c->name);
	if (*c->name == '\0' || strlen(c->name) > 1024)
		return sql_fail(q, 1064, "Incorrect column name '%.100s'", c->name);
	return 0;
}

int sql_properties(struct sql *q, int (*take)(struct sql *q, const char *key, const char *value, void *ctx), void *ctx)
{
	const char *key, *value;

	if (lex_expect(&q->lex, "(", q->err) != 0)
		return -1;
	do {
		if ((key = lex_string(&q->lex, q->err)) == NULL || lex_expect(&q->lex, "=", q->err) != 0 ||
				(value = lex_string(&q->lex, q->err)) == NULL || take(q, key, value, ctx) != 0)
			return -1;
	} while (lex_accept(&q->lex, ","));
	return lex_expect(&q->lex, ")", q->err);
}
