/*
 * capture_parcel.c - what goes round in the capture half: parcels between its threads, the failure that ends them all, and
 * the configuration as the last reload left it. The other files of the half stand on this one. @thread any
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

struct parcel *parcel_get(struct capture *c)
{
	struct parcel *p = queue_try_pop(c->spare);

	if (p == NULL) {
		p = xcalloc(1, sizeof(*p));
		p->batch = batch_new();
	}
	return p;
}

void parcel_free(struct parcel *p)
{
	if (p == NULL)
		return;
	free(p->lists);
	batch_free(p->batch);
	free(p);
}

void parcel_put(struct capture *c, struct parcel *p)
{
	batch_reset(p->batch);
	memset(&p->position, 0, sizeof(p->position));
	free(p->lists);
	p->lists = NULL;
	if (queue_push_wait(c->spare, p, 0) != 0)
		parcel_free(p);
}

void parcels_drop(struct queue *q)
{
	struct parcel *p;

	while ((p = queue_drain(q)) != NULL)
		parcel_free(p);
	queue_free(q);
}

const struct mysql_conf *capture_mysql_conf(struct capture *c)
{
	const struct mysql_conf *conf;

	pthread_mutex_lock(&c->half.lock);
	conf = c->mysql;
	pthread_mutex_unlock(&c->half.lock);
	return conf;
}

/* The first failure counts; it wakes every thread of the session. */
void capture_fail(struct capture *c, const struct err *err)
{
	pthread_mutex_lock(&c->half.lock);
	if (!c->failed) {
		c->failed = true;
		c->failure = *err;
	}
	pthread_mutex_unlock(&c->half.lock);
	queue_abort(c->to_format);
	queue_abort(c->to_log);
}

void capture_reload(struct capture *c, const struct mysql_conf *conf)
{
	pthread_mutex_lock(&c->half.lock);
	c->mysql = conf;
	if (c->source)
		source_reload(c->source, conf);
	pthread_mutex_unlock(&c->half.lock);
}
