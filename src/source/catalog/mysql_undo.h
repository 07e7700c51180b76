/*
 * mysql_undo.h - the catalog as it was before each of the last DDL statements. Who goes back to an earlier position (a
 * lost batch, a new connection) must read the rows there with the schemas of that position. Positions of different
 * servers do not compare, so with GTIDs a statement counts as "after" when its GTID is not in the position's set.
 */
#ifndef SOURCE_MYSQL_UNDO_H
#define SOURCE_MYSQL_UNDO_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "row/position.h"
#include "source/catalog/mysql_catalog.h"
#include "source/decode/mysql_gtid.h"

enum { UNDO_MAX = 256 };

struct undo_change {		/* what the catalog had, see catalog_watch_fn */
	const char *db, *table; /* interned */
	struct schema *had;	/* one reference */
	unsigned collation;
};

struct undo_image {
	struct gtid gtid; /* gno 0: none */
	const char *file; /* interned; where the statement stands */
	uint64_t pos;
	struct undo_change *changes; /* by the statement and all up to the next one, in order */
	size_t count, cap;
};

struct mysql_undo {
	struct undo_image images[UNDO_MAX]; /* a ring, oldest first from `first` */
	size_t first, count;
	uint64_t dropped; /* older ones that are gone */
};

void mysql_undo_done(struct mysql_undo *u); /* all zero is an empty one */
/* A statement begins: from here on what it changes in the catalog is kept. */
void mysql_undo_save(struct mysql_undo *u, struct catalog *c, const struct gtid *gtid, const char *file, uint64_t pos);
void mysql_undo_drop_last(struct mysql_undo *u); /* the statement changed nothing */
/* Makes the catalog that of the position, as far as kept statements reach. ERR_FATAL when it lies before them. */
int mysql_undo_back_to(struct mysql_undo *u, struct catalog *c, const struct position *to, struct err *err);

#endif
