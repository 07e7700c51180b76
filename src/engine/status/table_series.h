/*
 * table_series.h - ten seconds' figures of an hour for each table that moves. A table has a ring from its first row on, 4.3 KB; 2,000 rings
 * (9 MB) are the most. Then a table that begins to move takes the ring of one that has rested for ten minutes, else it has none.
 *
 * Owner and thread: the engine; added to by the housekeeper, under engine.lock.
 */
#ifndef ENGINE_TABLE_SERIES_H
#define ENGINE_TABLE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum table_series_id { TABLE_SERIES_CAPTURED, TABLE_SERIES_LOADED, TABLE_SERIES_LAG, TABLE_SERIES_COUNT };
enum { TABLE_SERIES_STEP_S = 10, TABLE_SERIES_KEEP_S = 3600, TABLE_SERIES_RINGS = 2000, TABLE_SERIES_RESTS_S = 600 };

struct table_totals {
	uint64_t captured, loaded; /* since the start */
	int64_t lag_ms;		   /* -1 unknown */
};

struct table_series;
struct table_series *table_series_new(void);
void table_series_free(struct table_series *t); /* NULL allowed */
/* Once a step, of the table with this place in the list of tables, which only grows. */
void table_series_add(struct table_series *t, size_t table, int64_t wall_s, const struct table_totals *now);
/* The last n steps that are over before until_s, oldest first; NAN: not known. False: the table has no ring. */
bool table_series_read(const struct table_series *t, size_t table, enum table_series_id id, int64_t until_s, float *out,
		size_t n);
size_t table_series_rings(const struct table_series *t);

const char *table_series_name(enum table_series_id id); /* "captured" */
const char *table_series_unit(enum table_series_id id);
int table_series_find(const char *name); /* -1: none */

#endif
