/* query_wait.c - see query_wait.h. */
#include "script/query/query_wait.h"

#include <stddef.h>

static const int64_t gone_us = 600000000; /* it has not come again for so long: somebody else has its partition */

struct query_wait *query_wait_find(struct query_waits *w, const char *topic, int32_t partition, int64_t from)
{
	for (unsigned i = 0; i < QUERY_WAITS; i++) {
		struct query_wait *q = &w->at[i];

		if (q->since_us && q->topic == topic && q->partition == partition && q->from == from)
			return q;
	}
	return NULL;
}

void query_wait_put(struct query_waits *w, const struct query_wait *fresh)
{
	struct query_wait *q = query_wait_find(w, fresh->topic, fresh->partition, fresh->from);

	for (unsigned i = 0; q == NULL && i < QUERY_WAITS; i++)
		q = w->at[i].since_us == 0 ? &w->at[i] : NULL;
	if (q == NULL) {
		q = w->at;
		for (unsigned i = 1; i < QUERY_WAITS; i++)
			q = w->at[i].told_us < q->told_us ? &w->at[i] : q;
	}
	*q = *fresh;
}

void query_wait_over(struct query_waits *w, const char *topic, int32_t partition, int64_t from)
{
	struct query_wait *q = query_wait_find(w, topic, partition, from);

	if (q)
		*q = (struct query_wait){ .since_us = 0 };
}

int64_t query_wait_oldest(struct query_waits *w, int64_t now_us)
{
	int64_t oldest = INT64_MAX;

	for (unsigned i = 0; i < QUERY_WAITS; i++) {
		struct query_wait *q = &w->at[i];

		if (q->since_us && now_us - q->told_us > gone_us)
			*q = (struct query_wait){ .since_us = 0 };
		else if (q->since_us && q->since_us < oldest)
			oldest = q->since_us;
	}
	return oldest;
}
