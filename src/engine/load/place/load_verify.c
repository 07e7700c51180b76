/*
 * load_verify.c - is this the log that was loaded from? Each partition's mark is the last message that is covered: it is
 * read again at the start, and its fingerprint has to be the one that is stored. Nothing is loaded before.
 *
 * And what is told of a place that differs: a problem by the table's name. @thread any
 */
#include "core/logline.h"
#include "engine/load/load_parts.h"

/* ---- what is told ---- */

static const struct {
	enum problem_code code;
	const char *what;
} gaps[GAP_COUNT] = {
	[GAP_LOG_REPLACED] = { PROBLEM_LOG_REPLACED, "the log is another one than was loaded from before" },
	[GAP_OFFSETS_LOST] = { PROBLEM_OFFSETS_LOST, "the log had removed messages before they were loaded" },
	[GAP_OFFSETS_MOVED] = { PROBLEM_OFFSETS_MOVED,
			"another program has moved the group beyond messages that may not be loaded" },
	[GAP_TARGET_LOST] = { PROBLEM_TARGET_LOST, "rows that were loaded are not at the target" },
	[GAP_TARGET_OLD] = { PROBLEM_TARGET_OLD, "the target had rows when its first message was loaded" },
	[GAP_NO_KEY] = { PROBLEM_TABLE_DIFFERENT,
			"rows that are only added were loaded again: some may be there twice" },
	[GAP_KEYS_MOVED] = { PROBLEM_TABLE_DIFFERENT,
			"partitions were added while rows came, and keys moved between older ones: a row may be as it was before" },
	[GAP_TARGET_OTHER] = { PROBLEM_TARGET_LOST,
			"rows were loaded into another target before, and are not at this one" },
};

void gap_tell(struct load *l, const char *topic, int32_t partition, enum place_gap gap, const char *detail)
{
	char table[512];

	if (gap == GAP_NONE)
		return;
	load_table_name(l, topic, table, sizeof(table));
	if (!problem_is(l->sh->problems, gaps[gap].code, table))
		logline(LOG_WARNING, "load", "%s: %s (%s partition %d%s%s); `millrace snapshot %s --truncate`", table,
				gaps[gap].what, topic, (int)partition, *detail ? ": " : "", detail, table);
	problem_raise(l->sh->problems, gaps[gap].code, table, "%s (%s partition %d%s%s)", gaps[gap].what, topic,
			(int)partition, *detail ? ": " : "", detail);
}

void gaps_clear(struct load *l, const char *topic)
{
	char table[512];

	load_table_name(l, topic, table, sizeof(table));
	for (int i = GAP_NONE + 1; i < GAP_COUNT; i++)
		problem_clear(l->sh->problems, gaps[i].code, table);
}

/* ---- the message at the mark ---- */

/* 1: the log is another one; 0: it is the same, as far as can be known; -1: err. */
static int mark_differs(struct load *l, const struct load_part *p, const struct batch *b, struct err *err)
{
	bool compacts;

	for (size_t i = 0; i < b->nrecords; i++)
		if (b->records[i].offset == p->verify)
			return place_fingerprint(&b->records[i]) != p->place.print;
	/* Not there: compaction may have taken it, nothing else in the middle of a log. */
	if (log_topic_compacts(l->sh->log, p->topic, &compacts, err))
		return -1;
	return !compacts;
}

int load_verify(struct load *l, struct batch *b, bool *again, struct err *err)
{
	struct load_topic *t = load_topic_get(l, b->topic);
	struct load_part *p = (size_t)b->partition < t->nparts ? t->parts[b->partition] : NULL;
	int differs;

	*again = false;
	if (p == NULL || p->verify < 0)
		return 0;
	if (b->to > p->verify) {
		differs = mark_differs(l, p, b, err);
		if (differs < 0)
			return -1;
		if (differs) {
			*name_map_at(&l->replaced, p->topic) = l;
			*again = true;
			return 0;
		}
		p->verify = -1;
		l->unverified--;
	}
	return 0;
}
