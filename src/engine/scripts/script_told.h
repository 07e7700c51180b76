/* script_told.h - the versions of scripts as lines of JSON, for a running process and for whoever looks into the state directory of one that does not run. @thread any */
#ifndef ENGINE_SCRIPT_TOLD_H
#define ENGINE_SCRIPT_TOLD_H

#include "engine/engine.h"
#include "engine/scripts/script_store.h"

/* The section of a table, or the one of that name. NULL: err */
const struct table_settings *script_section(const struct settings *s, const char *name, struct err *err);
/* {"section":..,"version":..,"at":MICROSECONDS,"who":..,"how":..,"instead":..,"runs":true}, newest first. table NULL: of all sections */
int script_told_versions(const struct settings *s, const char *table, engine_emit *emit, void *arg, struct err *err);
/* {"file":..,"mark":" "|"+"|"-"|"@","text":..} of two versions, or of "files" (as they are) and "running". table: needed for these two, else NULL */
int script_told_diff(const struct settings *s, const char *table, const char *a, const char *b, engine_emit *emit,
		void *arg, struct err *err);

#endif
