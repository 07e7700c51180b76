/*
 * mysql_foreign.h - foreign keys by which InnoDB itself changes rows of child tables. Such rows are in no binlog: not on
 * servers before 9.6, nor with innodb_native_foreign_keys = ON. Each rows event says by a flag whether the server above the
 * engine has carried the foreign keys out; then the child's rows have events of their own.
 *
 * The list is the server's as of the last look, and what earlier looks have found: one that was dropped since may still
 * have worked on what the stream is about to read. @thread the source's
 */
#ifndef SOURCE_MYSQL_FOREIGN_H
#define SOURCE_MYSQL_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "row/schema.h"
#include "row/value.h"
#include "source/server/mysql_conn.h"

enum { ROWS_NO_FOREIGN_CHECKS = 2, ROWS_SQL_FOREIGN_KEYS = 16 }; /* flags of a rows event */

struct foreign_key {
	char *name;
	char *parent_db, *parent;
	char *child_db, *child;
	char *columns;		   /* that it refers to, a line each */
	bool on_update, on_delete; /* CASCADE or SET NULL */
	bool touched;		   /* an event may have changed rows of the child: whoever reads it clears it */
};

struct foreign_keys {
	struct foreign_key *items;
	size_t count;
	unsigned edition; /* rises when some are added */
	bool touched;	  /* one of them is */
};

void foreign_keys_done(struct foreign_keys *f);
int foreign_keys_read(struct foreign_keys *f, struct mysql_conn *c, struct err *err);
bool foreign_is_parent(const struct foreign_keys *f, const char *db, const char *table);
/* Rows of the parent were deleted; or updated: with the rows before and after, or NULL: not known. */
void foreign_deleted(struct foreign_keys *f, const char *db, const char *table);
void foreign_updated(struct foreign_keys *f, const struct schema *s, const char *db, const char *table,
		const struct value *before, const struct value *after);
/* Is it the engine that carries foreign keys out on this server? 1, 0, -1 */
int foreign_is_native(struct mysql_conn *c, struct err *err);

#endif
