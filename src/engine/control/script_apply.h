/*
 * script_apply.h - another version of a section's scripts takes the place of the one that runs: the files as they are now, or one that has run
 * before. It is tried first (script_try.c), and runs beside the one that runs over the last rows (script_shadow.c); then it is noted in the
 * store, and the script thread takes it between two batches.
 */
#ifndef ENGINE_SCRIPT_APPLY_H
#define ENGINE_SCRIPT_APPLY_H

#include "engine/engine_parts.h"

struct apply_wish {
	const char *table;   /* or the name of a section; NULL: all that run */
	const char *version; /* NULL: the files as they are */
	const char *how, *who;
	bool before; /* the version before the one that runs, instead of `version` */
	bool force;  /* also when it drops or fails more than script.guard allows, and unguarded afterwards */
	bool dry;    /* only tells */
};

/* Lines of script_trial.h, and one for each section: {"kind":"applied|same|tried","section":..,"was":..,"version":..,"effect":..,"runs":true}. @thread any */
int script_apply(struct engine *e, const struct apply_wish *w, engine_emit *emit, void *arg, struct err *err);

/* A configuration that was read anew: which of its sections get another version. Nothing happens until the plan is carried out. @thread the main one */
struct script_plan *script_plan_reload(struct engine *e, const struct settings *fresh);
void script_plan_carry_out(struct engine *e, struct script_plan *p, const char *who); /* and frees it */

#endif
