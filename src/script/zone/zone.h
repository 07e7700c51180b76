/*
 * zone.h - time zones by name ("Europe/Berlin"), from the system's tz database in /usr/share/zoneinfo. The process's own zone (TZ) is
 * neither asked nor changed. Zones are read once and live as long as the process; any thread may ask. A name that is none is looked for again
 * after a minute.
 */
#ifndef SCRIPT_ZONE_ZONE_H
#define SCRIPT_ZONE_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone;

const struct zone *zone_find(const char *name); /* NULL: the database has none of that name */
const char *zone_name(const struct zone *z);
struct zone_counts {
	uint64_t calls, files; /* of zone_find(), for names that may be one; how often it has looked for a file */
};
struct zone_counts zone_counts(void);
/* Of a TZif file (RFC 8536), for who has its bytes; the caller frees. NULL: it is none. */
struct zone *zone_read(const char *name, const unsigned char *bytes, size_t len);
void zone_free(struct zone *z);

int32_t zone_offset(const struct zone *z, int64_t utc); /* seconds east of UTC, at a second since 1970 */
/* The other way. A local time that comes twice is the first of the two; one that is left out becomes the moment of the change. */
int64_t zone_utc(const struct zone *z, int64_t local);

#endif
