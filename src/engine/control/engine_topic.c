/*
 * engine_topic.c - `topic`: one topic, whole, a line of JSON for each thing: what it holds, its partitions, groups that have stored an offset, settings in
 * force. How fast messages come the housekeeper knows.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "core/json.h"
#include "engine/engine_parts.h"
#include "engine/messages/messages.h"

struct topic_writing {
	struct buf line;
	engine_emit *emit;
	void *arg;
	bool gone;
};

static void begin(struct topic_writing *w, const char *part, const char *what)
{
	buf_reset(&w->line);
	buf_printf(&w->line, "{\"part\":\"%s\",\"what\":", part);
	buf_json_str(&w->line, what);
}

static void end(struct topic_writing *w)
{
	buf_putc(&w->line, '}');
	w->gone = w->gone || w->emit(w->arg, w->line.data, w->line.len) != 0;
}

static void put_rate(struct topic_writing *w, double per_s)
{
	if (isnan(per_s))
		buf_puts(&w->line, ",\"per_s\":null");
	else
		buf_printf(&w->line, ",\"per_s\":%.3f", per_s);
}

static double rate_of(struct engine *e, const char *topic, int32_t partition)
{
	double per_s = NAN;

	pthread_mutex_lock(&e->lock);
	for (size_t i = 0; i < e->npartitions; i++)
		if (e->partitions[i].id == partition && strcmp(e->partitions[i].topic, topic) == 0)
			per_s = e->partitions[i].per_s;
	pthread_mutex_unlock(&e->lock);
	return per_s;
}

static void put_whole(struct topic_writing *w, struct engine *e, const struct log_topic *t)
{
	int64_t kept = 0, bytes = 0;
	double per_s = 0;

	for (unsigned i = 0; i < t->npartitions; i++) {
		const struct log_partition *p = &t->partitions[i];

		kept += p->high - p->low;
		bytes = p->bytes < 0 || bytes < 0 ? -1 : bytes + p->bytes;
		per_s += rate_of(e, t->name, p->id);
	}
	begin(w, "topic", t->name);
	buf_printf(&w->line, ",\"partitions\":%u,\"kept\":%" PRId64 ",\"bytes\":%" PRId64, t->npartitions, kept, bytes);
	put_rate(w, per_s);
	end(w);
}

static void put_partition(struct topic_writing *w, struct engine *e, const struct log_topic *t,
		const struct log_partition *p, const struct log_groups *groups)
{
	int64_t loaded = -1;
	char id[16];

	for (size_t i = 0; i < groups->count; i++) {
		const struct log_group_offset *g = &groups->items[i];

		if (g->partition == p->id && strcmp(g->topic, t->name) == 0 &&
				strcmp(g->group, e->settings->load.group) == 0)
			loaded = g->offset;
	}
	snprintf(id, sizeof(id), "%d", (int)p->id);
	begin(w, "partition", id);
	buf_printf(&w->line,
			",\"low\":%" PRId64 ",\"high\":%" PRId64 ",\"kept\":%" PRId64 ",\"bytes\":%" PRId64
			",\"committed\":%" PRId64 ",\"lag\":%" PRId64,
			p->low, p->high, p->high - p->low, p->bytes, loaded,
			loaded < 0			   ? -1
					: p->high > loaded ? p->high - loaded
							   : 0);
	put_rate(w, rate_of(e, t->name, p->id));
	end(w);
}

static void put_group(struct topic_writing *w, const struct log_topic *t, const struct log_group_offset *g)
{
	for (unsigned i = 0; i < t->npartitions; i++) {
		const struct log_partition *p = &t->partitions[i];

		if (strcmp(g->topic, t->name) != 0 || g->partition != p->id)
			continue;
		begin(w, "group", g->group);
		buf_printf(&w->line, ",\"partition\":%d,\"offset\":%" PRId64 ",\"lag\":%" PRId64, (int)p->id, g->offset,
				p->high > g->offset ? p->high - g->offset : 0);
		end(w);
	}
}

static void put_setting(void *arg, const char *name, const char *value, bool preset)
{
	struct topic_writing *w = arg;

	begin(w, "setting", name);
	buf_puts(&w->line, ",\"value\":");
	buf_json_str(&w->line, value);
	buf_printf(&w->line, ",\"from\":\"%s\"", preset ? "default" : "set");
	end(w);
}

/* Settings that nobody may read are told by why, in their place. */
static void put_settings(struct topic_writing *w, struct log *log, const char *topic)
{
	struct err why;

	err_clear(&why);
	if (log_topic_settings(log, topic, put_setting, w, &why)) {
		begin(w, "setting", "-");
		buf_puts(&w->line, ",\"value\":");
		buf_json_str(&w->line, why.msg);
		buf_puts(&w->line, ",\"from\":\"unknown\"");
		end(w);
	}
}

int engine_topic_print(struct engine *e, struct log *log, const char *topic, engine_emit *emit, void *arg,
		struct err *err)
{
	struct topic_writing w = { .emit = emit, .arg = arg };
	struct log_topics topics = { 0 };
	struct log_groups groups;
	const struct log_topic *t;

	t = messages_topic(log, atomic_load(&e->shared.live), topic, &topics, err);
	if (t == NULL || log_groups(log, NULL, &groups, err)) {
		log_topics_free(&topics);
		return -1;
	}
	buf_init(&w.line, 1 << 16);
	put_whole(&w, e, t);
	for (unsigned i = 0; i < t->npartitions && !w.gone; i++)
		put_partition(&w, e, t, &t->partitions[i], &groups);
	for (size_t i = 0; i < groups.count && !w.gone; i++)
		put_group(&w, t, &groups.items[i]);
	if (!w.gone)
		put_settings(&w, log, t->name);
	buf_done(&w.line);
	log_groups_free(&groups);
	log_topics_free(&topics);
	return 0;
}
