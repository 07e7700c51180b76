/*
 * mysql_temporary.h - temporary tables that sessions have made, as far as the binlog tells: with binlog_format = STATEMENT it has their statements. Such
 * a table hides another one of its name from its session, so a TRUNCATE or ALTER of that session is not about the other one.
 *
 * The event's own flag for it (LOG_EVENT_THREAD_SPECIFIC_F) says less: it is set for functions like CONNECTION_ID() and in procedures, too. What a
 * session made before the stream began is not known. Owned by a catalog; no thread of its own.
 */
#ifndef SOURCE_CATALOG_MYSQL_TEMPORARY_H
#define SOURCE_CATALOG_MYSQL_TEMPORARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct temporaries { /* zeroed: none */
	struct temporary *items;
	size_t count, cap;
};

void temporaries_add(struct temporaries *t, uint32_t thread_id, const char *db, const char *table);
void temporaries_drop(struct temporaries *t, uint32_t thread_id, const char *db,
		const char *table); /* none of that name: nothing */
bool temporaries_has(const struct temporaries *t, uint32_t thread_id, const char *db, const char *table);
void temporaries_done(struct temporaries *t);

#endif
