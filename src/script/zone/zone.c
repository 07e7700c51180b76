/* zone.c - see zone.h. Changes up to the last one in the file are a sorted list; what follows is the rule in its last line. */
#include "script/zone/zone.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "script/zone/zone_rule.h"

#define DATABASE "/usr/share/zoneinfo"
enum { FILE_MAX_BYTES = 256 << 10, ZONES_MAX = 1000, NAME_MAX_BYTES = 60, HEADER = 44, SLOTS = 256 };

static const int64_t wrong_us =
		60000000; /* so long a name that is none is not looked for again: the package may come later */

struct zone {
	struct zone *next; /* in its slot */
	char name[NAME_MAX_BYTES + 1];
	size_t nchanges;
	int64_t *at;	  /* when the offset changes, sorted */
	int32_t *offsets; /* from then on */
	int32_t first;	  /* before the first one */
	bool has_rule;
	struct zone_rule rule; /* after the last one */
};

/* ---- the file ---- */

struct zone_header {
	uint32_t isut, isstd, leap, changes, types, chars;
};

static uint32_t number(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t moment(const unsigned char *p, unsigned width)
{
	return width == 4 ? (int32_t)number(p) : (int64_t)((uint64_t)number(p) << 32 | number(p + 4));
}

/* The bytes of the block behind the header; 0: no header, or a block that nobody writes. */
static size_t block(const unsigned char *p, size_t len, unsigned width, struct zone_header *c)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0)
		return 0;
	*c = (struct zone_header){ number(p + 20), number(p + 24), number(p + 28), number(p + 32), number(p + 36),
		number(p + 40) };
	if (c->changes > 10000 || c->types == 0 || c->types > 256 || c->chars > 1000 || c->leap > 1000 ||
			c->isut > 256 || c->isstd > 256)
		return 0;
	return c->changes * (width + 1) + c->types * 6 + c->chars + c->leap * (width + 4) + c->isstd + c->isut;
}

static bool read_block(struct zone *z, const unsigned char *p, unsigned width, const struct zone_header *c)
{
	const unsigned char *kinds = p + c->changes * width, *types = kinds + c->changes;

	z->nchanges = c->changes;
	z->at = xcalloc(c->changes + 1, sizeof(*z->at));
	z->offsets = xcalloc(c->changes + 1, sizeof(*z->offsets));
	z->first = (int32_t)number(types);
	for (uint32_t i = 0; i < c->changes; i++) {
		z->at[i] = moment(p + i * width, width);
		if (kinds[i] >= c->types || (i && z->at[i] <= z->at[i - 1]))
			return false;
		z->offsets[i] = (int32_t)number(types + 6 * kinds[i]);
	}
	return true;
}

/* Between two line ends, behind the block. */
static bool read_rule(struct zone *z, const unsigned char *p, size_t len)
{
	const unsigned char *end = len && *p == '\n' ? memchr(p + 1, '\n', len - 1) : NULL;
	char text[100];

	if (end == NULL || end - p > (ptrdiff_t)sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)(end - p - 1), (const char *)p + 1);
	z->has_rule = *text && zone_rule_parse(&z->rule, text);
	return z->has_rule || *text == '\0';
}

struct zone *zone_read(const char *name, const unsigned char *bytes, size_t len)
{
	struct zone *z = xcalloc(1, sizeof(*z));
	struct zone_header c;
	size_t n = block(bytes, len, 4, &c), at = HEADER;
	unsigned width = 4;
	bool good;

	snprintf(z->name, sizeof(z->name), "%s", name);
	if (n && HEADER + n <= len && bytes[4] >= '2') {
		width = 8;
		at = HEADER + n + HEADER;
		n = block(bytes + HEADER + n, len - HEADER - n, 8, &c);
	}
	good = n && at + n <= len && read_block(z, bytes + at, width, &c) &&
			(width == 4 || read_rule(z, bytes + at + n, len - at - n));
	if (good)
		return z;
	zone_free(z);
	return NULL;
}

void zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->at);
	free(z->offsets);
	free(z);
}

/* ---- all of them ---- */

static struct zone *zone_load(const char *name)
{
	char path[sizeof(DATABASE) + NAME_MAX_BYTES + 1];
	unsigned char *bytes;
	struct zone *z;
	FILE *f;

	snprintf(path, sizeof(path), DATABASE "/%s", name);
	f = fopen(path, "re");
	if (f == NULL)
		return NULL;
	bytes = xmalloc(FILE_MAX_BYTES);
	z = zone_read(name, bytes, fread(bytes, 1, FILE_MAX_BYTES, f));
	free(bytes);
	fclose(f);
	return z;
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	return len && len <= NAME_MAX_BYTES && *name != '/' &&
			text_consists(name, len, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");
}

/* Slots by the name's hash. Each has a list of zones, and the last wrong name that fell there: names come from rows, too. */
static struct {
	pthread_mutex_t lock;
	struct zone *slots[SLOTS];
	struct {
		char name[NAME_MAX_BYTES + 1];
		int64_t at_us;
	} wrong[SLOTS];
	unsigned count;
	struct zone_counts counts;
} all = { .lock = PTHREAD_MUTEX_INITIALIZER };

static unsigned slot_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return (hash ^ hash >> 15) % SLOTS;
}

static bool is_wrong(unsigned slot, const char *name)
{
	return strcmp(all.wrong[slot].name, name) == 0 && clock_mono_us() - all.wrong[slot].at_us < wrong_us;
}

/* Under the lock. NULL: there is none of that name. */
static const struct zone *read_new(unsigned slot, const char *name)
{
	struct zone *z;

	if (all.count == ZONES_MAX || is_wrong(slot, name))
		return NULL;
	all.counts.files++;
	z = zone_load(name);
	if (z == NULL) {
		snprintf(all.wrong[slot].name, sizeof(all.wrong[slot].name), "%s", name);
		all.wrong[slot].at_us = clock_mono_us();
		return NULL;
	}
	z->next = all.slots[slot];
	all.count++;
	return all.slots[slot] = z;
}

const struct zone *zone_find(const char *name)
{
	const struct zone *z;
	unsigned slot;

	if (!is_name(name))
		return NULL;
	slot = slot_of(name);
	pthread_mutex_lock(&all.lock);
	all.counts.calls++;
	for (z = all.slots[slot]; z && strcmp(z->name, name) != 0;)
		z = z->next;
	if (z == NULL)
		z = read_new(slot, name);
	pthread_mutex_unlock(&all.lock);
	return z;
}

struct zone_counts zone_counts(void)
{
	struct zone_counts counts;

	pthread_mutex_lock(&all.lock);
	counts = all.counts;
	pthread_mutex_unlock(&all.lock);
	return counts;
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

/* ---- questions ---- */

int32_t zone_offset(const struct zone *z, int64_t utc)
{
	size_t low = 0, high = z->nchanges;

	if (z->has_rule && (z->nchanges == 0 || utc >= z->at[z->nchanges - 1]))
		return zone_rule_offset(&z->rule, utc);
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (utc < z->at[middle])
			high = middle;
		else
			low = middle + 1;
	}
	return low ? z->offsets[low - 1] : z->first;
}

int64_t zone_utc(const struct zone *z, int64_t local)
{
	enum { DAY = 86400 };
	int32_t before = zone_offset(z, local - DAY), after = zone_offset(z, local + DAY);
	int64_t low = local - after, high = local - before;

	if (zone_offset(z, local - before) == before)
		return local - before;
	if (zone_offset(z, local - after) == after)
		return local - after;
	while (low < high) { /* the change is in between */
		int64_t middle = low + (high - low) / 2;

		if (zone_offset(z, middle) == before)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
