/*
 * capture_first.c - what is looked at before the first session opens its writer. Opening it fences off whoever writes under the same
 * name; a process that was pointed at another MySQL server by mistake has to be told before that, not after. @thread source
 */
#include "engine/capture/capture_parts.h"

struct first_look {
	const struct format_conf *conf;
	struct position *position;
	struct err err;
};

static int keep_position(void *arg, const struct record *r)
{
	struct first_look *look = arg;

	return format_position_decode(look->conf, r, look->position, &look->err) < 0;
}

/* What cannot be read, or is not there, the session says in its turn. */
int capture_look_first(struct capture *c, struct err *err)
{
	struct position position;
	struct first_look look = { .conf = &c->sh->settings->format, .position = &position };
	bool exists = false;
	int rc = 0;

	if (c->looked || c->sh->settings->log.bootstrap_servers == NULL)
		return 0;
	position_init(&position);
	if (shared_topic_exists(c->sh, look.conf->offsets_topic, &exists, &look.err) == 0 && exists &&
			log_scan(c->sh->log, look.conf->offsets_topic, LOG_EVERY_PARTITION, -1, -1, keep_position,
					&look, &look.err) == 0 &&
			look.err.kind == ERR_NONE && position_is_set(&position))
		rc = source_knows(c->settled, &position, err);
	position_done(&position);
	c->looked = rc == 0;
	return rc;
}
