/*
 * load_dead.c - dead.policy and dead.max of a table's section, as they are set now. A table stops behind a letter that was written, not
 * before it: so the letter can be tried again, and no range goes out under a label that it had with other rows. @thread the one that
 * has the topic
 */
#include "engine/load/load_worker_parts.h"

#include <string.h>

static bool has_policy(const struct load_worker *w, const struct load_part *p, int policy)
{
	const struct table_settings *section = topic_section(w->l, p->of);

	return section && section->dead_policy == policy;
}

bool part_skips(const struct load_worker *w, const struct load_part *p)
{
	return has_policy(w, p, DEAD_SKIP);
}

bool part_stops(const struct load_worker *w, const struct load_part *p)
{
	return has_policy(w, p, DEAD_STOP);
}

/*
 * The same words each time, so that many are one event, and no more of the reason than the place in the script: what a script says may have values of
 * the row.
 */
void part_tells_dead(const struct load_worker *w, const struct load_part *p, const struct change *c)
{
	const char *end = strstr(c->dead, ": ");
	int place = strstr(c->dead, ".lua:") && end ? (int)(end - c->dead) : 0;

	logline(LOG_WARNING, "load", "%s: rows %s%s%.*s; `millrace dead groups` has the reasons", p->meter->name,
			part_skips(w, p) ? "are left out" : "became dead letters", place ? ", " : "", place, c->dead);
}

bool part_has_too_many(const struct load_worker *w, const struct load_part *p, struct err *err)
{
	int64_t open = table_meter_letters(p->meter), allowed = atomic_load(&p->meter->allowed), max;
	const struct table_settings *section = open ? topic_section(w->l, p->of) : NULL;

	if (open < allowed)
		atomic_store(&p->meter->allowed, allowed = open);
	if (section == NULL)
		return false;
	max = section->dead_policy == DEAD_STOP ? 0 : section->dead_max;
	if (max < 0 || open - allowed <= max)
		return false;
	err_set(err, ERR_CONFIG, 0,
			"%lld dead letters are open, and %s allows %lld; mend the cause, `millrace resume %s`, then `millrace dead retry %s`",
			(long long)open, section->dead_policy == DEAD_STOP ? "dead.policy = stop" : "dead.max",
			(long long)(max + allowed), p->meter->name, p->meter->name);
	return true;
}
