/*
 * mysql_gtid.c - sets of transaction identifiers. Intervals are kept sorted and apart at every step, so that two equal
 * sets have one form; adding the next transaction, which is what happens all day, only moves the end of the last
 * interval.
 */
#include "source/decode/mysql_gtid.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_gtid_parts.h"

enum { GTID_FORMAT_CLASSIC = 0, GTID_FORMAT_TAGGED = 1, SOURCES_MAX = 16384 };

static int gtid_source_cmp(const struct gtid_source *a, const struct gtid_source *b)
{
	int cmp = memcmp(a->uuid, b->uuid, sizeof(a->uuid));

	return cmp ? cmp : strcmp(a->tag, b->tag);
}

/* Index of the group, or of the place where it belongs. */
static size_t gtid_group_index(const struct gtid_set *set, const struct gtid_source *source, bool *found)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int cmp = gtid_source_cmp(&set->groups[mid].source, source);

		if (cmp == 0) {
			*found = true;
			return mid;
		}
		if (cmp < 0)
			low = mid + 1;
		else
			high = mid;
	}
	*found = false;
	return low;
}

static const struct gtid_group *gtid_group_find(const struct gtid_set *set, const struct gtid_source *source)
{
	bool found;
	size_t at = gtid_group_index(set, source, &found);

	return found ? &set->groups[at] : NULL;
}

struct gtid_group *gtid_group_get(struct gtid_set *set, const struct gtid_source *source)
{
	bool found;
	size_t at = gtid_group_index(set, source, &found);

	if (found)
		return &set->groups[at];
	xgrow(set->groups, set->count, set->cap, 4);
	memmove(&set->groups[at + 1], &set->groups[at], (set->count - at) * sizeof(*set->groups));
	set->count++;
	set->groups[at] = (struct gtid_group){ .source = *source };
	return &set->groups[at];
}

static void gtid_group_drop(struct gtid_set *set, size_t at)
{
	free(set->groups[at].intervals);
	set->count--;
	memmove(&set->groups[at], &set->groups[at + 1], (set->count - at) * sizeof(*set->groups));
}

static void gtid_group_make_room(struct gtid_group *g)
{
	if (g->count < g->cap)
		return;
	g->cap = g->cap ? g->cap * 2 : 4;
	g->intervals = xrealloc(g->intervals, g->cap * sizeof(*g->intervals));
}

/* The first interval that ends at or behind n: the only ones that can touch [n, ..). */
static size_t gtid_interval_index(const struct gtid_group *g, int64_t n)
{
	size_t low = 0, high = g->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (g->intervals[mid].to < n)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static void gtid_group_add(struct gtid_group *g, int64_t from, int64_t to)
{
	size_t first = gtid_interval_index(g, from), last = first;

	while (last < g->count && g->intervals[last].from <= to) {
		if (g->intervals[last].from < from)
			from = g->intervals[last].from;
		if (g->intervals[last].to > to)
			to = g->intervals[last].to;
		last++;
	}
	if (last == first) {
		gtid_group_make_room(g);
		memmove(&g->intervals[first + 1], &g->intervals[first], (g->count - first) * sizeof(*g->intervals));
		g->count++;
	} else if (last > first + 1) {
		memmove(&g->intervals[first + 1], &g->intervals[last], (g->count - last) * sizeof(*g->intervals));
		g->count -= last - first - 1;
	}
	g->intervals[first] = (struct gtid_interval){ from, to };
}

/* For many at once, in any order: gtid_group_settle() must follow. */
void gtid_group_append(struct gtid_group *g, int64_t from, int64_t to)
{
	struct gtid_interval *last = g->count ? &g->intervals[g->count - 1] : NULL;

	if (last && from >= last->from && from <= last->to) {
		last->to = to > last->to ? to : last->to;
		return;
	}
	gtid_group_make_room(g);
	g->intervals[g->count++] = (struct gtid_interval){ from, to };
}

static int by_from(const void *a, const void *b)
{
	const struct gtid_interval *left = a, *right = b;

	return left->from < right->from ? -1 : left->from > right->from;
}

static void gtid_group_settle(struct gtid_group *g)
{
	size_t n = 0;

	for (size_t i = 1; i < g->count; i++)
		if (g->intervals[i].from <= g->intervals[i - 1].to) {
			qsort(g->intervals, g->count, sizeof(*g->intervals), by_from);
			break;
		}
	for (size_t i = 1; i < g->count; i++) {
		if (g->intervals[i].from > g->intervals[n].to)
			g->intervals[++n] = g->intervals[i];
		else if (g->intervals[i].to > g->intervals[n].to)
			g->intervals[n].to = g->intervals[i].to;
	}
	g->count = g->count ? n + 1 : 0;
}

/* Both are sorted: one walk over the two. */
static void gtid_group_subtract(struct gtid_group *g, const struct gtid_group *less)
{
	struct gtid_group old = *g;
	size_t k = 0;

	*g = (struct gtid_group){ .source = g->source };
	for (size_t i = 0; i < old.count; i++) {
		int64_t from = old.intervals[i].from, to = old.intervals[i].to;

		while (k < less->count && less->intervals[k].to <= from)
			k++;
		for (size_t n = k; n < less->count && less->intervals[n].from < to && from < to; n++) {
			if (less->intervals[n].from > from)
				gtid_group_append(g, from, less->intervals[n].from);
			from = less->intervals[n].to;
		}
		if (from < to)
			gtid_group_append(g, from, to);
	}
	free(old.intervals);
}

static bool gtid_group_covers(const struct gtid_group *g, int64_t from, int64_t to)
{
	size_t i = gtid_interval_index(g, from + 1);

	return i < g->count && g->intervals[i].from <= from && g->intervals[i].to >= to;
}

void gtid_set_init(struct gtid_set *set)
{
	*set = (struct gtid_set){ 0 };
}

void gtid_set_clear(struct gtid_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free(set->groups[i].intervals);
	set->count = 0;
}

void gtid_set_done(struct gtid_set *set)
{
	gtid_set_clear(set);
	free(set->groups);
	*set = (struct gtid_set){ 0 };
}

void gtid_set_copy(struct gtid_set *to, const struct gtid_set *from)
{
	gtid_set_clear(to);
	gtid_set_add_set(to, from);
}

bool gtid_set_is_empty(const struct gtid_set *set)
{
	return set->count == 0;
}

bool gtid_set_has_tags(const struct gtid_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		if (set->groups[i].source.tag[0])
			return true;
	return false;
}

bool gtid_set_contains(const struct gtid_set *set, const struct gtid *gtid)
{
	const struct gtid_group *g = gtid_group_find(set, &gtid->source);

	return g && gtid_group_covers(g, gtid->gno, gtid->gno + 1);
}

bool gtid_set_is_subset(const struct gtid_set *part, const struct gtid_set *whole)
{
	for (size_t i = 0; i < part->count; i++) {
		const struct gtid_group *g = gtid_group_find(whole, &part->groups[i].source);

		if (g == NULL)
			return false;
		for (size_t k = 0; k < part->groups[i].count; k++)
			if (!gtid_group_covers(g, part->groups[i].intervals[k].from, part->groups[i].intervals[k].to))
				return false;
	}
	return true;
}

uint64_t gtid_set_count(const struct gtid_set *set)
{
	uint64_t n = 0;

	for (size_t i = 0; i < set->count; i++)
		for (size_t k = 0; k < set->groups[i].count; k++)
			n += (uint64_t)(set->groups[i].intervals[k].to - set->groups[i].intervals[k].from);
	return n;
}

void gtid_set_add(struct gtid_set *set, const struct gtid *gtid)
{
	if (gtid->gno > 0 && gtid->gno < GTID_GNO_END)
		gtid_group_add(gtid_group_get(set, &gtid->source), gtid->gno, gtid->gno + 1);
}

void gtid_set_add_set(struct gtid_set *set, const struct gtid_set *more)
{
	for (size_t i = 0; i < more->count; i++) {
		struct gtid_group *g = gtid_group_get(set, &more->groups[i].source);

		for (size_t k = 0; k < more->groups[i].count; k++)
			gtid_group_append(g, more->groups[i].intervals[k].from, more->groups[i].intervals[k].to);
		gtid_group_settle(g);
	}
}

void gtid_set_subtract(struct gtid_set *set, const struct gtid_set *less)
{
	for (size_t i = 0; i < less->count; i++) {
		bool found;
		size_t at = gtid_group_index(set, &less->groups[i].source, &found);

		if (!found)
			continue;
		gtid_group_subtract(&set->groups[at], &less->groups[i]);
		if (set->groups[at].count == 0)
			gtid_group_drop(set, at);
	}
}

static void gtid_set_settle(struct gtid_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		gtid_group_settle(&set->groups[i]);
}

/* What was read, added to the set if all of it was good. */
int gtid_set_take(struct gtid_set *set, struct gtid_set *read, int rc)
{
	gtid_set_settle(read);
	if (rc == 0)
		gtid_set_add_set(set, read);
	gtid_set_done(read);
	return rc;
}

int gtid_sources_are_few(const struct gtid_set *set, struct err *err)
{
	if (set->count < SOURCES_MAX)
		return 0;
	return err_set(err, ERR_DATA, 0, "GTID set: more than %d sources", SOURCES_MAX);
}

static void put_le64(struct buf *out, uint64_t v)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(v >> (8 * i));
	buf_put(out, bytes, sizeof(bytes));
}

/* Tagged: the number of sources is in the middle six bytes, the format in the first and in the last. */
void gtid_set_encode(const struct gtid_set *set, struct buf *out)
{
	bool tagged = gtid_set_has_tags(set);
	uint64_t format = tagged ? GTID_FORMAT_TAGGED : GTID_FORMAT_CLASSIC;

	put_le64(out, tagged ? format << 56 | (uint64_t)set->count << 8 | format : set->count);
	for (size_t i = 0; i < set->count; i++) {
		const struct gtid_group *g = &set->groups[i];
		size_t tag_len = strlen(g->source.tag);

		buf_put(out, g->source.uuid, sizeof(g->source.uuid));
		if (tagged) {
			buf_putc(out, (char)(tag_len << 1)); /* serialized length, one byte as it is below 64 */
			buf_put(out, g->source.tag, tag_len);
		}
		put_le64(out, g->count);
		for (size_t k = 0; k < g->count; k++) {
			put_le64(out, (uint64_t)g->intervals[k].from);
			put_le64(out, (uint64_t)g->intervals[k].to);
		}
	}
}

static int gtid_tag_decode(struct bytes *b, struct gtid_source *source, struct err *err)
{
	uint64_t len = bytes_varlen(b);
	const uint8_t *tag;

	if (len > GTID_TAG_MAX)
		return err_set(err, ERR_DATA, 0, "GTID set: tag of %llu bytes, expected at most %d",
				(unsigned long long)len, GTID_TAG_MAX);
	tag = bytes_take(b, len);
	if (tag == NULL)
		return 0; /* the caller looks at b->failed */
	for (uint64_t i = 0; i < len; i++)
		if (!(islower(tag[i]) || tag[i] == '_' || (i > 0 && isdigit(tag[i]))))
			return err_set(err, ERR_DATA, 0, "GTID set: byte %02x in a tag", tag[i]);
	memcpy(source->tag, tag, len);
	return 0;
}

static int gtid_group_decode(struct gtid_set *set, struct bytes *b, bool tagged, struct err *err)
{
	struct gtid_source source = { .tag = "" };
	const uint8_t *uuid = bytes_take(b, sizeof(source.uuid));
	struct gtid_group *g;
	uint64_t count;

	if (uuid)
		memcpy(source.uuid, uuid, sizeof(source.uuid));
	if (tagged && gtid_tag_decode(b, &source, err) < 0)
		return -1;
	count = bytes_u64(b);
	if (b->failed || count == 0 || count > bytes_left(b) / 16)
		return err_set(err, ERR_DATA, 0, "GTID set: %llu intervals in %zu bytes", (unsigned long long)count,
				bytes_left(b));
	if (gtid_sources_are_few(set, err) < 0)
		return -1;
	g = gtid_group_get(set, &source);
	for (uint64_t i = 0; i < count; i++) {
		int64_t from = (int64_t)bytes_u64(b), to = (int64_t)bytes_u64(b);

		if (from < 1 || to <= from)
			return err_set(err, ERR_DATA, 0, "GTID set: interval from %lld to %lld", (long long)from,
					(long long)to);
		gtid_group_append(g, from, to);
	}
	return 0;
}

static int bytes_decode(struct gtid_set *set, const void *p, size_t len, struct err *err)
{
	struct bytes b = bytes_of(p, len);
	uint64_t head = bytes_u64(&b), format = head >> 56, count = head;
	bool tagged = format == GTID_FORMAT_TAGGED;

	if (b.failed)
		return err_set(err, ERR_DATA, 0, "GTID set: %zu bytes, expected at least 8", len);
	if (tagged)
		count = head << 8 >> 16;
	else if (format != GTID_FORMAT_CLASSIC)
		return err_set(err, ERR_DATA, 0, "GTID set: format %llu is not known", (unsigned long long)format);
	if (count > len / 32)
		return err_set(err, ERR_DATA, 0, "GTID set: %llu sources in %zu bytes", (unsigned long long)count, len);
	for (uint64_t i = 0; i < count; i++)
		if (gtid_group_decode(set, &b, tagged, err) < 0)
			return -1;
	if (bytes_left(&b) > 0)
		return err_set(err, ERR_DATA, 0, "GTID set: %zu bytes left over", bytes_left(&b));
	return 0;
}

int gtid_set_decode(struct gtid_set *set, const void *p, size_t len, struct err *err)
{
	struct gtid_set read = { 0 };

	return gtid_set_take(set, &read, bytes_decode(&read, p, len, err));
}
