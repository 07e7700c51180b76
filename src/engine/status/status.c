/* status.c - names and memory of the status struct. */
#include "engine/status/status.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {
	[HALF_STOPPED] = "stopped",
	[HALF_STARTING] = "starting",
	[HALF_SNAPSHOT] = "snapshot",
	[HALF_STREAMING] = "streaming",
	[HALF_IDLE] = "idle",
	[HALF_STUCK] = "stuck",
	[HALF_PAUSED] = "paused",
	[HALF_RETRYING] = "retrying",
	[HALF_FAILED] = "failed",
};

const char *half_state_name(enum half_state state)
{
	return (size_t)state < sizeof(state_names) / sizeof(*state_names) ? state_names[state] : "unknown";
}

const char *problem_severity_name(enum problem_severity severity)
{
	static const char *const
			names[] = { [PROBLEM_NOTE] = "note", [PROBLEM_WARNING] = "warning", [PROBLEM_ERROR] = "error" };

	return names[severity];
}

void status_init(struct status *s)
{
	memset(s, 0, sizeof(*s));
}

size_t status_failing(const struct status *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->nproblems; i++)
		n += s->problems[i].fails;
	return n;
}

void status_done(struct status *s)
{
	for (size_t i = 0; i < s->nscripts; i++)
		free(s->scripts[i].drops);
	free(s->scripts);
	free(s->readings);
	free(s->stages);
	free(s->tables);
	free(s->partitions);
	free(s->routines);
	free(s->sessions);
	free(s->events);
	free(s->changes);
	free(s->problems);
	free(s->trends);
	memset(s, 0, sizeof(*s));
}

/* At most so many tables of a state have a line. */
static const struct {
	const char *state;
	size_t most;
} shown[] = {
	{ "running", 8 },
	{ "waiting", 3 },
	{ "ended", 3 },
	{ "done", 0 },
};

void status_show_readings(const struct status *s, status_reading_line *line, status_reading_more *more, void *arg)
{
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++) {
		size_t n = 0;

		for (size_t k = 0; k < s->nreadings; k++)
			if (strcmp(s->readings[k].state, shown[i].state) == 0 && n++ < shown[i].most)
				line(arg, &s->readings[k]);
		if (n > shown[i].most)
			more(arg, shown[i].state, n - shown[i].most, shown[i].most > 0);
	}
}

const struct status_trend *status_trend(const struct status *s, const char *name)
{
	for (size_t i = 0; i < s->ntrends; i++)
		if (strcmp(s->trends[i].name, name) == 0)
			return &s->trends[i];
	return NULL;
}
