/* marks.c - see marks.h. They are found among the events that a status has. */
#include "console/view/marks.h"

#include <string.h>

static char sign_of(const struct log_entry *e)
{
	static const struct {
		char sign;
		const char *part, *says;
	} signs[] = {
		{ 'D', "sink", "columns altered" },
		{ 'D', "sink", "dropped" },
		{ 'S', "script", "version" },
		{ 'S', "script", "through" },
		{ 'C', "engine", "reloaded" },
	};

	for (size_t i = 0; e->level != LOG_ERROR && i < sizeof(signs) / sizeof(*signs); i++)
		if (strcmp(e->part, signs[i].part) == 0 && strstr(e->msg, signs[i].says))
			return signs[i].sign;
	return 0;
}

size_t marks_find(const struct status *s, struct timeline_mark out[MARKS_MOST])
{
	size_t n = 0;

	for (size_t i = 0; i < s->nevents && n + 1 < MARKS_MOST; i++)
		if (sign_of(&s->events[i]))
			out[n++] = (struct timeline_mark){ s->events[i].wall_us, sign_of(&s->events[i]) };
	/* The last one: what happens at a start does not hide it. */
	out[n++] = (struct timeline_mark){ s->wall_us - s->uptime_s * 1000000, 'R' };
	return n;
}
