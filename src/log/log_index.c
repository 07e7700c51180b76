/* log_index.c - see log_index.h. */
#include "log/log_index.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

struct places { /* of one topic, by partition */
	int32_t count;
	size_t at[];
};

size_t log_index_get(const struct log_index *x, const char *interned, int32_t partition)
{
	const struct places *p = name_map_get(&x->topics, interned);

	return p && partition >= 0 && partition < p->count ? p->at[partition] : 0;
}

void log_index_set(struct log_index *x, const char *interned, int32_t partition, size_t place)
{
	void **value = name_map_at(&x->topics, interned);
	struct places *p = *value;
	int32_t had = p ? p->count : 0;

	if (partition < 0)
		return;
	if (partition >= had) {
		int32_t count = partition + 1 > had * 2 ? partition + 1 : had * 2;

		p = xrealloc(p, sizeof(*p) + (size_t)count * sizeof(p->at[0]));
		memset(p->at + had, 0, (size_t)(count - had) * sizeof(p->at[0]));
		p->count = count;
		*value = p;
	}
	p->at[partition] = place;
}

static void places_free(void *value, void *arg)
{
	(void)arg;
	free(value);
}

void log_index_done(struct log_index *x)
{
	name_map_each(&x->topics, places_free, NULL);
	name_map_done(&x->topics);
}
