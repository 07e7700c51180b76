/*
 * source_past.c - what lies behind a position: for reading a schema history that may go further than the position. What
 * is hard: files and offsets of two servers do not compare, and what a record says of GTIDs depends on who wrote it.
 * millrace writes the statement's own; Debezium writes the set that was complete before it.
 */
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "source/decode/mysql_gtid.h"
#include "source/source.h"

struct source_past {
	struct position until;
	struct gtid_set gtids;
};

struct source_past *source_past_new(const struct position *until, struct err *err)
{
	struct source_past *p = xcalloc(1, sizeof(*p));

	position_init(&p->until);
	position_copy(&p->until, until);
	gtid_set_init(&p->gtids);
	if (until->gtids == NULL || gtid_set_parse(&p->gtids, until->gtids, err) == 0)
		return p;
	source_past_free(p);
	return NULL;
}

void source_past_free(struct source_past *p)
{
	if (p == NULL)
		return;
	position_done(&p->until);
	gtid_set_done(&p->gtids);
	free(p);
}

/* The set before the statement: with the same one as the position's, the statement itself comes after. */
static bool set_is_past(const struct source_past *p, const struct position *at)
{
	struct err ignored = { 0 };
	struct gtid_set set, rest;
	bool past = false;

	gtid_set_init(&set);
	gtid_set_init(&rest);
	if (gtid_set_parse(&set, at->gtids, &ignored) == 0 && gtid_set_parse(&rest, p->until.gtids, &ignored) == 0) {
		gtid_set_subtract(&rest, &set);
		gtid_set_subtract(&set, &p->gtids);
		past = gtid_set_is_empty(&set) && (at->snapshot || !gtid_set_is_empty(&rest));
	}
	gtid_set_done(&set);
	gtid_set_done(&rest);
	return past;
}

static bool place_is_past(const struct position *until, const struct position *at)
{
	size_t a = strlen(at->file), b = strlen(until->file);
	int order = a != b ? (a < b ? -1 : 1) : strcmp(at->file, until->file); /* 999999 comes before 1000000 */

	return order < 0 || (order == 0 && (at->pos < until->pos || (at->snapshot && at->pos == until->pos)));
}

bool source_past_has(const struct source_past *p, const struct position *at, const char *gtid)
{
	struct err ignored = { 0 };
	struct gtid_set own;
	bool past;

	if (p->until.snapshot) /* of a snapshot that did not end: all of it was read before */
		return true;
	if (p->until.gtids && gtid) {
		gtid_set_init(&own);
		past = gtid_set_parse(&own, gtid, &ignored) == 0;
		gtid_set_subtract(&own, &p->gtids);
		past = past && gtid_set_is_empty(&own);
		gtid_set_done(&own);
		return past;
	}
	if (p->until.gtids && at->gtids)
		return set_is_past(p, at);
	return place_is_past(&p->until, at);
}
