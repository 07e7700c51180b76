/*
 * capture_reach.c - up to which commit of the source everything is in the log. Each batch says up to when it is complete; a source that has read
 * all that the server had says when it asked. That counts once what it had read until then is in the log.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

void capture_note(struct capture *c, const struct parcel *p)
{
	if (p->number == 0)
		return;
	pthread_mutex_lock(&c->half.lock);
	c->noted = p->number;
	if (p->batch->complete_us > c->complete_us)
		c->complete_us = p->batch->complete_us;
	pthread_mutex_unlock(&c->half.lock);
}

void capture_note_idle(struct capture *c)
{
	struct source_status *st = xmalloc(sizeof(*st));

	source_status(c->source, st);
	if (st->behind_bytes == 0 && (st->state == SOURCE_STREAMING || st->state == SOURCE_IDLE)) {
		pthread_mutex_lock(&c->half.lock);
		c->idle_us = st->server_us;
		c->idle_after = c->pushed;
		pthread_mutex_unlock(&c->half.lock);
	}
	free(st);
}

void capture_reach(struct capture *c, struct capture_reach *out)
{
	pthread_mutex_lock(&c->half.lock);
	out->us = c->complete_us;
	if (c->idle_us > out->us && c->noted >= c->idle_after)
		out->us = c->idle_us;
	out->noted = c->noted;
	out->given = c->pushed;
	out->turns = c->turns;
	snprintf(out->gtid, sizeof(out->gtid), "%s", c->logged.gtids ? c->logged.gtids : "");
	pthread_mutex_unlock(&c->half.lock);
}
