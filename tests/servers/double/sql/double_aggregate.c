/* double_aggregate.c - models of tables, and what an Aggregate table makes of two values of one key. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "sql/double_expr.h"
#include "store/double_store.h"

const struct model_row models[] = {
	[MODEL_PRIMARY] = { "PRIMARY", "PRI", "PRIMARY_KEYS" },
	[MODEL_DUPLICATE] = { "DUPLICATE", "DUP", "DUP_KEYS" },
	[MODEL_AGGREGATE] = { "AGGREGATE", "AGG", "AGG_KEYS" },
	[MODEL_UNIQUE] = { "UNIQUE", "UNI", "UNIQUE_KEYS" },
};

static const char *const names[] = {
	[AGG_NONE] = "",
	[AGG_SUM] = "SUM",
	[AGG_MAX] = "MAX",
	[AGG_MIN] = "MIN",
	[AGG_REPLACE] = "REPLACE",
	[AGG_REPLACE_IF_NOT_NULL] = "REPLACE_IF_NOT_NULL",
};

bool aggregate_find(const char *name, enum aggregate *out)
{
	for (*out = AGG_SUM; *out <= AGG_REPLACE_IF_NOT_NULL; (*out)++)
		if (strcasecmp(names[*out], name) == 0)
			return true;
	return false;
}

const char *aggregate_name(enum aggregate aggregate)
{
	return names[aggregate];
}

static struct cell sum(const struct column *c, const struct cell *a, const struct cell *b, struct arena *scratch)
{
	char text[TYPE_SCALAR_MAX], *out;
	struct cell cell;
	int64_t x, y;
	size_t len;

	if (num_parse_i64(a->p, a->len, &x) && num_parse_i64(b->p, b->len, &y))
		len = num_i64(text, x + y);
	else
		len = num_double(text,
				strtod(arena_dup(scratch, a->p, a->len), NULL) +
						strtod(arena_dup(scratch, b->p, b->len), NULL));
	cell = cell_text(text, len);
	out = arena_reserve(scratch, TYPE_SCALAR_MAX);
	if (type_write(&c->type, &cell, out, &len) != TYPE_OK)
		return cell_str(NULL);
	arena_commit(scratch, len);
	return cell_text(out, len);
}

static int compare(const struct column *c, struct cell a, struct cell b)
{
	if (type_is_number(&c->type))
		a.kind = b.kind = CELL_NUMBER;
	return cell_compare(&a, &b);
}

struct cell aggregate_cell(const struct column *c, struct cell old, struct cell add, struct arena *scratch)
{
	if (c->aggregate == AGG_NONE || c->aggregate == AGG_REPLACE)
		return add;
	if (old.kind == CELL_NULL || add.kind == CELL_NULL)
		return add.kind == CELL_NULL ? old : add;
	switch (c->aggregate) {
	case AGG_SUM: return sum(c, &old, &add, scratch);
	case AGG_MAX: return compare(c, add, old) > 0 ? add : old;
	case AGG_MIN: return compare(c, add, old) < 0 ? add : old;
	default: return add;
	}
}
