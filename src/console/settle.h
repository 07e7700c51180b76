/*
 * settle.h - when to act on something that comes again and again, as new sizes do while a window is dragged: once it has been quiet for a moment, and
 * at the latest after a while. No clock in it: the caller says what time it is.
 */
#ifndef CONSOLE_SETTLE_H
#define CONSOLE_SETTLE_H

#include <stdint.h>

enum { SETTLE_QUIET_US = 30 * 1000, SETTLE_LATEST_US = 300 * 1000 };

struct settle { /* zeroed: nothing is waiting */
	int64_t first_us, last_us;
};

static inline void settle_note(struct settle *s, int64_t now_us)
{
	s->first_us = s->first_us ? s->first_us : now_us;
	s->last_us = now_us;
}

/* Microseconds until it is time to act; 0: now, -1: nothing is waiting. */
static inline int64_t settle_left(const struct settle *s, int64_t now_us)
{
	int64_t quiet = s->last_us + SETTLE_QUIET_US, latest = s->first_us + SETTLE_LATEST_US;
	int64_t due = quiet < latest ? quiet : latest;

	return s->first_us == 0 ? -1 : due > now_us ? due - now_us : 0;
}

#endif
