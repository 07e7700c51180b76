/*
 * engine_check_names.h - settings that name tables and columns, against what the server has: a name that matches nothing
 * is told, because a script or a mask that is not applied is not seen otherwise.
 */
#ifndef ENGINE_CHECK_NAMES_H
#define ENGINE_CHECK_NAMES_H

#include <stdbool.h>

#include "core/report.h"
#include "engine/engine.h"
#include "engine/settings/settings.h"
#include "row/schema.h"

/* schemas: of the captured tables. fold: the server's lower_case_table_names is not 0. */
void check_names(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t count,
		bool fold, struct report *report);
void check_names_remedies(struct report *r); /* what it may find */

#endif
