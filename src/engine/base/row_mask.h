/*
 * row_mask.h - which tables' rows are not shown as they come, because the table's script masks something: whoever looks at
 * a row before the script (tap, dead show) would see what the script takes away.
 */
#ifndef ENGINE_ROW_MASK_H
#define ENGINE_ROW_MASK_H

#include <stdbool.h>

#include "core/conf/conf.h"
#include "engine/settings/settings.h"

#define ROW_MASKED "(masked: the script of this table masks; --unmasked shows the row)"

struct row_mask {
	const struct settings *settings; /* lent */
	bool *masks;			 /* by section: whether a script of it masks */
};

void row_mask_init(struct row_mask *m, const struct settings *s); /* reads the scripts as they are now */
void row_mask_done(struct row_mask *m);
bool row_mask_file(const char *path);		   /* whether a script masks */
bool row_mask_script(const struct script *script); /* the same of one that was read */
bool row_mask_table(const struct row_mask *m, const char *db, const char *table);
bool row_mask_topic(const struct row_mask *m, const char *topic); /* "prefix.db.table" */

#endif
