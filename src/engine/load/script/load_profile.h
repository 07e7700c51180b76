/*
 * load_profile.h - where the time of a section's scripts goes, line by line, while they are at work: of one row in 512, for as long as somebody wants to know.
 * One at a time. The asker waits in its own thread; the script thread begins it, ends it when its time is over, and leaves the lines here.
 */
#ifndef ENGINE_LOAD_PROFILE_H
#define ENGINE_LOAD_PROFILE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "engine/engine.h"
#include "script/script.h"

enum { PROFILE_SECONDS_MOST = 600 };

struct load_profile;
struct load_profile *load_profile_new(void);
void load_profile_free(struct load_profile *p); /* NULL allowed */

/*
 * {"kind":"line","script":..,"line":..,"runs":..,"ns":..,"text":..} for each line of a function, then {"kind":"profile","section":..,"seconds":..}.
 * Ends early when the asker is gone. -1: err. @thread any
 */
int load_profile_run(struct load_profile *p, const char *section, int seconds, engine_emit *emit, void *arg,
		struct err *err);

/* The script thread: */
bool load_profile_wanted(const struct load_profile *p); /* or one is to be ended */
/* Which section; false: none, what was begun is to be ended. */
bool load_profile_section(struct load_profile *p, char *section, size_t size);
bool load_profile_over(struct load_profile *p);				     /* its time, or nobody waits any more */
void load_profile_give(struct load_profile *p, const struct script *script); /* NULL: no row of it has come */
void load_profile_left(struct load_profile *p);				     /* the session ends */

#endif
