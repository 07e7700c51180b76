/*
 * mysql_touch.h - the tables that one statement touches without telling rows (mysql_effect.h), gathered while the catalog
 * applies it. What a RENAME of several tables has made of a name is known only at its end. Schemas are referenced until
 * touches_release(), texts are in the arena.
 */
#ifndef SOURCE_MYSQL_TOUCH_H
#define SOURCE_MYSQL_TOUCH_H

#include "source/catalog/mysql_effect.h"

struct touches {
	struct arena *arena;
	struct ddl_touch *items;
	unsigned count, cap;
};

/* before, after: NULL where not known; a reference of each is taken. Valid until the next add. */
struct ddl_touch *touch_add(struct touches *t, const char *db, const char *table, struct schema *before,
		struct schema *after, uint32_t effects);
void touch_drop_last(struct touches *t);
/* The name's table is gone, or is another one, with `after`. A name that the statement itself has made and taken away
 * again is none. */
void touch_gone(struct touches *t, const char *db, const char *table, struct schema *before);
void touch_other(struct touches *t, const char *db, const char *table, struct schema *before, struct schema *after);
void touches_release(struct touches *t);

#endif
