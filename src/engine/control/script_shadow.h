/*
 * script_shadow.h - a version of a section's scripts beside the one that runs, over the newest messages of its tables: what would be otherwise. Nothing
 * is changed. @thread any
 */
#ifndef ENGINE_SCRIPT_SHADOW_H
#define ENGINE_SCRIPT_SHADOW_H

#include "engine/control/script_trial.h"
#include "engine/engine_parts.h"

enum { SHADOW_MESSAGES = 1000, SHADOW_TABLES = 4, SHADOW_MS = 5000, SHADOW_WORDS = 300 };

struct script_shadow {
	struct trial_result sum; /* outcomes[0]: of the version that is tried */
	unsigned tables;
	char why_not[200]; /* a table could not be tried: the last reason; "" */
};

/* s, section: of the configuration that the version is tried with. version NULL: the files. emit gets the lines of script_trial.h, a table after the other. -1: err */
int script_shadow(struct engine *e, const struct settings *s, const struct table_settings *section, const char *version,
		engine_emit *emit, void *arg, struct script_shadow *out, struct err *err);
/* For emit, section its arg: what is found in the text, with the columns of the newest rows, goes to the log. */
int script_shadow_log(void *section, const char *line, size_t len);
/* "in 1000 rows of 1 table: dropped 0 -> 12, dead 0 -> 0, 12 otherwise" */
void script_shadow_words(const struct script_shadow *sh, char out[static SHADOW_WORDS]);
/* Whether it loses more rows than the one that runs, by more than `percent` of all. */
bool script_shadow_loses(const struct script_shadow *sh, int64_t percent);

#endif
