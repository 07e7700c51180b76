/* complete.c - see complete.h. */
#include "engine/status/complete.h"

#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"

enum { SAMPLES = 32, LATE_MS = 10000 };

struct end {
	const char *topic; /* interned */
	int32_t id;
	int64_t high;
};

struct sample {
	uint64_t number;
	int64_t us;
	char *gtid; /* NULL: none */
	struct end *ends;
	size_t count;
};

struct complete {
	struct sample samples[SAMPLES]; /* oldest first */
	size_t count;
	uint64_t last;
};

struct complete *complete_new(void)
{
	return xcalloc(1, sizeof(struct complete));
}

static void sample_done(struct sample *s)
{
	free(s->ends);
	free(s->gtid);
}

void complete_free(struct complete *c)
{
	for (size_t i = 0; c && i < c->count; i++)
		sample_done(&c->samples[i]);
	free(c);
}

/* Every second one goes; the oldest and the newest stay. */
static void thin(struct complete *c)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		if (i % 2 == 1 && i + 1 < c->count)
			sample_done(&c->samples[i]);
		else
			c->samples[kept++] = c->samples[i];
	}
	c->count = kept;
}

uint64_t complete_sample(struct complete *c, int64_t us, const char *gtid, const struct status_partition *partitions,
		const char *const *tables, size_t n)
{
	struct sample *s;

	if (c->count == SAMPLES)
		thin(c);
	s = &c->samples[c->count++];
	*s = (struct sample){
		.number = ++c->last,
		.us = us,
		.gtid = gtid ? xstrdup(gtid) : NULL,
		.ends = xcalloc(n + 1, sizeof(*s->ends)),
	};
	for (size_t i = 0; i < n; i++)
		if (tables[i])
			s->ends[s->count++] = (struct end){ intern(partitions[i].topic), partitions[i].id,
				partitions[i].high };
	return s->number;
}

static bool is_reached(const struct status_partition *p, int64_t high)
{
	/* What is no longer there will not be loaded; and a topic that was made again has not what was there. */
	return p->committed >= high || high <= p->low || high > p->high;
}

static int compare(const struct end *e, const struct status_partition *p)
{
	int names = strcmp(e->topic, p->topic);

	return names ? names : e->id < p->id ? -1 : e->id > p->id;
}

void complete_reached(const struct complete *c, const struct status_partition *partitions, const char *const *tables,
		size_t n, uint64_t *numbers)
{
	memset(numbers, 0, n * sizeof(*numbers));
	for (size_t k = 0; k < c->count; k++) {
		const struct sample *s = &c->samples[k];
		size_t at = 0;

		for (size_t i = 0; i < n; i++) {
			while (at < s->count && compare(&s->ends[at], &partitions[i]) < 0)
				at++;
			if (tables[i] &&
					(at == s->count || compare(&s->ends[at], &partitions[i]) > 0 ||
							is_reached(&partitions[i], s->ends[at].high)))
				numbers[i] = s->number;
		}
	}
}

uint64_t complete_next(const struct complete *c)
{
	return c->last + 1;
}

uint64_t complete_newest(const struct complete *c)
{
	return c->count ? c->samples[c->count - 1].number : 0;
}

int64_t complete_us(const struct complete *c, uint64_t number, const char **gtid)
{
	for (size_t i = c->count; i-- > 0;)
		if (c->samples[i].number <= number) {
			*gtid = c->samples[i].gtid;
			return c->samples[i].us;
		}
	*gtid = NULL;
	return 0;
}

bool complete_is_late(bool late, int64_t age_ms, int64_t look_ms, int64_t load_ms)
{
	int64_t limit = LATE_MS + 2 * (look_ms + load_ms);

	return age_ms > (late ? limit / 2 : limit);
}
