/*
 * conf_changes.c - which values differ between two structs that were read by one table. Keys that are passed through stand
 * in one row of the table together; each is looked at by itself, and a secret by what it is, not by what is shown of it.
 */
#include <string.h>

#include "core/buf.h"
#include "core/conf/conf.h"

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const char *pair_of(const struct conf_pairs *pairs, const char *key)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->items[i].key, key) == 0)
			return pairs->items[i].value;
	return NULL;
}

static void pairs_changes(const struct conf_option *o, const struct conf_pairs *a, const struct conf_pairs *b,
		conf_change_fn *tell, void *arg)
{
	for (size_t i = 0; i < a->count; i++)
		if (!same_text(a->items[i].value, pair_of(b, a->items[i].key)))
			tell(arg, o, a->items[i].key);
	for (size_t i = 0; i < b->count; i++)
		if (pair_of(a, b->items[i].key) == NULL)
			tell(arg, o, b->items[i].key);
}

static bool same(const struct conf_option *o, const void *a, const void *b)
{
	struct buf x, y;
	bool same;

	if (o->type == CONF_STRING || o->type == CONF_HOSTS || o->type == CONF_CODE)
		return same_text(*(char *const *)((const char *)a + o->offset),
				*(char *const *)((const char *)b + o->offset));
	buf_init(&x, SIZE_MAX / 2);
	buf_init(&y, SIZE_MAX / 2);
	conf_format(o, a, &x);
	conf_format(o, b, &y);
	same = same_text(x.data, y.data);
	buf_done(&x);
	buf_done(&y);
	return same;
}

void conf_changes(const struct conf_option *o, const void *a, const void *b, conf_change_fn *tell, void *arg)
{
	if (o->type == CONF_PAIRS)
		pairs_changes(o, (const void *)((const char *)a + o->offset),
				(const void *)((const char *)b + o->offset), tell, arg);
	else if (!same(o, a, b))
		tell(arg, o, o->key);
}
