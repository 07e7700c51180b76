/*
 * script_show.h - all that is known of the scripts of one table's section, as lines of JSON: for the console's page, and for whoever asks.
 *
 *   {"kind":"script","name":"orders.lua","place":0,"path":"/etc/millrace/orders.lua"}	each of the chain; path null: an expression in the configuration
 *   {"kind":"files","version":..,"why":..}		what the files would be now; why: they cannot run
 *   {"kind":"version",..}				as script_told_versions(), the newest 20
 *   {"kind":"failure",..}				open dead letters of the table, as `dead` lists them, the newest 20 from the newest on
 *   {"kind":"line","name":"orders.lua","place":0,"line":1,"text":..}	of the version that runs
 */
#ifndef ENGINE_SCRIPT_SHOW_H
#define ENGINE_SCRIPT_SHOW_H

#include "engine/engine.h"
#include "engine/engine_parts.h"

/* @thread any */
int script_show(struct engine *e, const char *table, engine_emit *emit, void *arg, struct err *err);

#endif
