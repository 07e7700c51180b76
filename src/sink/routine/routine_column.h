/* routine_column.h - a column of a message as Routine Load has to turn it for its column of the table. For src/sink only. */
#ifndef SINK_ROUTINE_COLUMN_H
#define SINK_ROUTINE_COLUMN_H

#include "core/buf.h"
#include "core/report.h"
#include "core/report.h"
#include "row/form.h"
#include "sink/starrocks/starrocks.h"

void routine_column_remedies(struct report *r); /* a line for each form that has no expression */

/* NULL: as it stands. Else what makes the table's value of `value`, an expression; in buf. *refused and *remedy: why
 * no expression does, and what to set; static. */
bool routine_column(const struct column *c, enum value_form form, const struct starrocks_type *type, bool in_key,
		int64_t zone_s, const char *value, struct buf *out, const char **refused, const char **remedy);

#endif
