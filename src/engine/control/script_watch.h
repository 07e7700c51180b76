/*
 * script_watch.h - script.watch: files of scripts that were changed are tried and take the place of the version that runs, as `millrace lua
 * apply` does it, by a thread of its own. Watched are the files that transform names, their cases, and what they have read by require() and
 * lookup(); a save may write the file or put another in its place. What is refused is a problem, and the version before runs.
 */
#ifndef ENGINE_SCRIPT_WATCH_H
#define ENGINE_SCRIPT_WATCH_H

#include "engine/engine_parts.h"

struct script_watch *script_watch_new(struct engine *e);
int script_watch_start(struct script_watch *w, struct err *err); /* where this process loads */
void script_watch_again(struct script_watch *w); /* looks at once: the configuration is another. @thread any */
void script_watch_stop(struct script_watch *w);
bool script_watch_free(struct script_watch *w); /* NULL allowed; false: it is still trying one, and uses it */

#endif
