/*
 * engine_groups.c - `groups`: how far each consumer group is in each partition, ours and others; a line of JSON each. How the lag of our
 * own group changes the housekeeper knows. `replay-plan`: which offsets a replay would set.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "engine/engine_parts.h"

/* The housekeeper keeps them in the order of log_topics(): of topics, then of partitions. */
static int by_partition(const void *key, const void *item)
{
	const struct log_group_offset *g = key;
	const struct status_partition *p = item;
	int order = strcmp(g->topic, p->topic);

	return order ? order : (g->partition > p->id) - (g->partition < p->id);
}

static double trend_of(struct engine *e, const struct log_group_offset *g)
{
	const struct status_partition *p;
	double per_s;

	if (strcmp(g->group, e->settings->load.group) != 0)
		return NAN;
	pthread_mutex_lock(&e->lock);
	p = e->npartitions ? bsearch(g, e->partitions, e->npartitions, sizeof(*p), by_partition) : NULL;
	per_s = p ? p->lag_per_s : NAN;
	pthread_mutex_unlock(&e->lock);
	return per_s;
}

static void put_group(struct engine *e, struct buf *b, const struct log_group_offset *g, const struct log_partition *p)
{
	char table[TABLE_NAME_ROOM];
	double per_s = trend_of(e, g);

	buf_puts(b, "{\"group\":");
	buf_json_str(b, g->group);
	buf_puts(b, ",\"topic\":");
	buf_json_str(b, g->topic);
	if (format_topic_table(&e->settings->format, g->topic, table, sizeof(table))) {
		buf_puts(b, ",\"table\":");
		buf_json_str(b, table);
	}
	buf_printf(b,
			",\"partition\":%d,\"low\":%" PRId64 ",\"high\":%" PRId64 ",\"offset\":%" PRId64
			",\"lag\":%" PRId64,
			(int)g->partition, p->low, p->high, g->offset, p->high > g->offset ? p->high - g->offset : 0);
	if (!isnan(per_s))
		buf_printf(b, ",\"lag_per_s\":%.3f", per_s);
	buf_putc(b, '}');
}

static const struct log_partition *partition_of(const struct log_topics *topics, const struct log_group_offset *g)
{
	const struct log_topic *t = log_topics_find(topics, g->topic);

	for (unsigned i = 0; t && i < t->npartitions; i++)
		if (t->partitions[i].id == g->partition)
			return &t->partitions[i];
	return NULL; /* the topic is gone, its offsets are not */
}

int engine_groups_print(struct engine *e, struct log *log, engine_emit *emit, void *arg, struct err *err)
{
	struct log_topics topics;
	struct log_groups groups;
	struct buf b;
	int gone = 0;

	if (log_topics(log, &topics, err))
		return -1;
	if (log_groups(log, NULL, &groups, err)) {
		log_topics_free(&topics);
		return -1;
	}
	buf_init(&b, 1 << 16);
	for (size_t i = 0; i < groups.count && !gone; i++) {
		const struct log_partition *p = partition_of(&topics, &groups.items[i]);

		if (p == NULL)
			continue;
		buf_reset(&b);
		put_group(e, &b, &groups.items[i], p);
		gone = emit(arg, b.data, b.len);
	}
	buf_done(&b);
	log_groups_free(&groups);
	log_topics_free(&topics);
	return 0;
}

/* ---- what a replay would do ---- */

static int plan_partition(struct log *log, const struct log_from *from, const char *topic,
		const struct log_partition *p, const struct log_groups *groups, struct buf *out, struct err *err)
{
	int64_t offset, committed = log_groups_offset(groups, topic, p->id);

	if (log_from_offset(log, from, topic, *p, &offset, err))
		return -1;
	buf_reset(out);
	buf_printf(out, "%s %d: ", topic, (int)p->id);
	if (committed < 0)
		buf_printf(out, "nothing is loaded yet, it would begin at %" PRId64, offset);
	else
		buf_printf(out, "from %" PRId64 " %s to %" PRId64 ", %" PRId64 " messages are loaded again", committed,
				offset > committed ? "on" : "back", offset,
				committed > offset ? committed - offset : 0);
	return 0;
}

static bool is_of_table(const struct engine *e, const char *topic, const char *table)
{
	char name[TABLE_NAME_ROOM];

	return format_topic_table(&e->settings->format, topic, name, sizeof(name)) && strcmp(name, table) == 0;
}

static int plan_topic(struct engine *e, struct log *log, const struct log_topic *t, const char *from, engine_emit *emit,
		void *arg, struct err *err)
{
	struct log_groups groups;
	struct log_from parsed;
	struct buf line;
	int rc = 0;

	if (log_from_parse(from, &parsed, err) || log_groups(log, e->settings->load.group, &groups, err))
		return -1;
	buf_init(&line, 1 << 12);
	for (unsigned i = 0; rc == 0 && i < t->npartitions; i++) {
		rc = plan_partition(log, &parsed, t->name, &t->partitions[i], &groups, &line, err);
		if (rc == 0)
			emit(arg, line.data, line.len);
	}
	buf_done(&line);
	log_groups_free(&groups);
	return rc;
}

int engine_replay_plan(struct engine *e, struct log *log, const char *table, const char *from, engine_emit *emit,
		void *arg, struct err *err)
{
	struct log_topics topics;
	size_t found = 0;
	int rc = 0;

	if (log_topics(log, &topics, err))
		return -1;
	for (size_t i = 0; rc == 0 && i < topics.count; i++)
		if (is_of_table(e, topics.items[i].name, table)) {
			found++;
			rc = plan_topic(e, log, &topics.items[i], from, emit, arg, err);
		}
	log_topics_free(&topics);
	if (rc == 0 && found == 0)
		return err_set(err, ERR_CONFIG, 0, "replay-plan: expected a table that the log has, found '%.100s'",
				table);
	return rc;
}
