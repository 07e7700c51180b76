/*
 * mysql_effect.h - statements that change rows, or names of tables and columns, without a row event: what each kind does,
 * and what is done about it. One table (mysql_effect.c), which docs/ddl.md shows; a unit test compares the two.
 *
 * A kind is found by comparing the table before and after the statement, and by the actions of the statement that leave
 * no trace in a definition (partitions, tablespaces). Pure functions; memory is the caller's arena.
 */
#ifndef SOURCE_MYSQL_EFFECT_H
#define SOURCE_MYSQL_EFFECT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "row/change.h"
#include "source/catalog/mysql_catalog_table.h"

enum ddl_effect { /* a bit each in ddl_touch.effects */
	EFFECT_TABLE_GONE,
	EFFECT_TABLE_OTHER,
	EFFECT_PARTITION_DROPPED,
	EFFECT_PARTITION_MOVED,
	EFFECT_EXCHANGED,
	EFFECT_DISCARDED,
	EFFECT_IMPORTED,
	EFFECT_BLACKHOLE,
	EFFECT_KEY_CHANGED,
	EFFECT_COLUMN_DROPPED,
	EFFECT_COLUMN_RENAMED,
	EFFECT_COLUMN_NAME_REUSED,
	EFFECT_COLUMN_ADDED,
	EFFECT_COLUMN_COMPUTED,
	EFFECT_VALUES_KEPT,
	EFFECT_VALUES_CONVERTED,
	EFFECT_NOT_UNDERSTOOD,
	EFFECT_COUNT
};

enum ddl_remedy {	     /* bits */
	REMEDY_TARGET = 1,   /* the target's table is altered, between the rows before and after the statement */
	REMEDY_SNAPSHOT = 2, /* the table is read again beside the stream, or told as different: ddl.repair */
	REMEDY_TELL = 4	     /* told as different: it cannot be read now */
};

struct ddl_rule {
	const char *statement; /* as in docs/ddl.md */
	const char *changes;   /* at the source, without a row event */
	unsigned remedies;
	const char *action; /* in words */
};
const struct ddl_rule *ddl_rule(enum ddl_effect effect);
unsigned ddl_remedies(uint32_t effects);
const char *ddl_effect_why(uint32_t effects); /* the statement of the first one that needs a snapshot or is told */

/* What the statement did to a table that stays the same table. NULL before: not known. Fills effects and alter; false:
 * nothing that needs a remedy. strict: the session's sql_mode refuses values that do not fit. */
bool ddl_effect_find(struct ddl_touch *out, const struct ddl_statement *s, const struct table_model *after, bool strict,
		struct arena *arena);

#endif
