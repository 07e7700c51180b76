/* status.c - names and memory of the status struct. */
#include "engine/status.h"

#include <stdlib.h>
#include <string.h>

static const char *const state_names[] = {
	[HALF_STOPPED] = "stopped", [HALF_STARTING] = "starting", [HALF_SNAPSHOT] = "snapshot", [HALF_STREAMING] = "streaming",
	[HALF_IDLE] = "idle", [HALF_STUCK] = "stuck", [HALF_PAUSED] = "paused", [HALF_RETRYING] = "retrying", [HALF_FAILED] = "failed",
};

const char *half_state_name(enum half_state state)
{
	return (size_t)state < sizeof(state_names) / sizeof(*state_names) ? state_names[state] : "unknown";
}

void status_init(struct status *s)
{
	memset(s, 0, sizeof(*s));
}

void status_done(struct status *s)
{
	free(s->readings);
	free(s->stages);
	free(s->tables);
	free(s->partitions);
	free(s->events);
	memset(s, 0, sizeof(*s));
}
