/*
 * log.c - the front of the log: picks the implementation by the configuration and passes every call on to it. Also the
 * few things that both need: copies of the configuration, the lists that they fill, the choice of a partition.
 */
#include "log/log.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "log/log_ops.h"

static const struct log_ops *ops_for(const struct log_conf *conf)
{
	return conf->bootstrap_servers ? &log_kafka_ops : &log_local_ops;
}

void log_conf_copy(struct log_conf *out, const struct log_conf *conf)
{
	*out = *conf;
	out->name = xstrdup(conf->name);
	out->state_dir = xstrdup(conf->state_dir);
	out->bootstrap_servers = xstrdup(conf->bootstrap_servers);
	out->cleanup_policy = xstrdup(conf->cleanup_policy);
	out->keeps_for = xstrdup(conf->keeps_for);
	out->passthrough.items = conf->passthrough.count
			? xcalloc(conf->passthrough.count, sizeof *out->passthrough.items)
			: NULL;
	for (size_t i = 0; i < conf->passthrough.count; i++) {
		out->passthrough.items[i].key = xstrdup(conf->passthrough.items[i].key);
		out->passthrough.items[i].value = xstrdup(conf->passthrough.items[i].value);
		out->passthrough.items[i].line = conf->passthrough.items[i].line;
	}
}

void log_conf_done(struct log_conf *conf)
{
	for (size_t i = 0; i < conf->passthrough.count; i++) {
		free(conf->passthrough.items[i].key);
		free(conf->passthrough.items[i].value);
	}
	free(conf->passthrough.items);
	free(conf->keeps_for);
	free(conf->name);
	free(conf->state_dir);
	free(conf->bootstrap_servers);
	free(conf->cleanup_policy);
	*conf = (struct log_conf){ 0 };
}

int32_t log_partition_of(const struct record *r, int32_t partitions)
{
	if (r->partition >= 0)
		return r->partition;
	if (r->partition == PARTITION_ANY || partitions == 1)
		return 0;
	return (int32_t)(r->hash % (uint32_t)partitions);
}

/* ---- lists ---- */

struct log_topic *log_topics_add(struct log_topics *t, const char *name, unsigned npartitions)
{
	struct log_topic *topic;

	if ((t->count & (t->count - 1)) == 0)
		t->items = xrealloc(t->items, (t->count ? t->count * 2 : 1) * sizeof *t->items);
	topic = &t->items[t->count++];
	*topic = (struct log_topic){ .name = xstrdup(name), .npartitions = npartitions };
	topic->partitions = xcalloc(npartitions ? npartitions : 1, sizeof *topic->partitions);
	return topic;
}

int log_topics_compare(const void *a, const void *b)
{
	return strcmp(((const struct log_topic *)a)->name, ((const struct log_topic *)b)->name);
}

struct log_group_offset *log_groups_add(struct log_groups *g, const char *group, const char *topic,
		const char *metadata)
{
	struct log_group_offset *item;

	if ((g->count & (g->count - 1)) == 0)
		g->items = xrealloc(g->items, (g->count ? g->count * 2 : 1) * sizeof *g->items);
	item = &g->items[g->count++];
	*item = (struct log_group_offset){
		.group = xstrdup(group),
		.topic = xstrdup(topic),
		.metadata = xstrdup(metadata ? metadata : ""),
	};
	return item;
}

void log_topics_free(struct log_topics *t)
{
	for (size_t i = 0; i < t->count; i++) {
		free(t->items[i].name);
		free(t->items[i].partitions);
	}
	free(t->items);
	*t = (struct log_topics){ 0 };
}

void log_groups_free(struct log_groups *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->items[i].group);
		free(g->items[i].topic);
		free(g->items[i].metadata);
	}
	free(g->items);
	*g = (struct log_groups){ 0 };
}

/* log_topics() gives them in the order of their names. */
const struct log_topic *log_topics_find(const struct log_topics *t, const char *name)
{
	struct log_topic wanted = { .name = (char *)name };

	return t->count ? bsearch(&wanted, t->items, t->count, sizeof *t->items, log_topics_compare) : NULL;
}

static int offsets_compare(const void *a, const void *b)
{
	const struct log_group_offset *left = a, *right = b;
	int order = strcmp(left->topic, right->topic);

	if (order == 0)
		order = (left->partition > right->partition) - (left->partition < right->partition);
	return order ? order : strcmp(left->group, right->group);
}

void log_groups_order(struct log_groups *g)
{
	if (g->count > 1)
		qsort(g->items, g->count, sizeof *g->items, offsets_compare);
}

int64_t log_groups_offset(const struct log_groups *g, const char *topic, int32_t partition)
{
	struct log_group_offset wanted = { .topic = (char *)topic,
		.partition = partition,
		.group = g->count ? g->items[0].group : NULL };
	const struct log_group_offset *found = g->count
			? bsearch(&wanted, g->items, g->count, sizeof *g->items, offsets_compare)
			: NULL;

	return found ? found->offset : -1;
}

/* ---- the handle ---- */

struct log *log_open(const struct log_conf *conf, struct err *err)
{
	return ops_for(conf)->open(conf, err);
}

void log_close(struct log *l)
{
	if (l)
		l->ops->close(l);
}

const char *log_kind(const struct log_conf *conf)
{
	return ops_for(conf)->kind;
}

int log_conf_check(const struct log_conf *conf, struct err *err)
{
	return ops_for(conf)->conf_check ? ops_for(conf)->conf_check(conf, err) : 0;
}

int log_check(const struct log_conf *conf, struct report *report, struct err *err)
{
	return ops_for(conf)->check(conf, report, err);
}

void log_remedies(struct report *r)
{
	log_kafka_ops.remedies(r);
	log_local_ops.remedies(r);
}

int log_topic_ensure(struct log *l, const char *topic, enum log_topic_kind kind, struct err *err)
{
	return l->ops->topic_ensure(l, topic, kind, err);
}

int log_topics(struct log *l, struct log_topics *out, struct err *err)
{
	*out = (struct log_topics){ 0 };
	return l->ops->topics(l, out, err);
}

uint64_t log_unloaded(struct log *l)
{
	return l->ops->unloaded ? l->ops->unloaded(l) : 0;
}

int log_topic_compacts(struct log *l, const char *topic, bool *compacts, struct err *err)
{
	*compacts = false;
	return l->ops->topic_compacts(l, topic, compacts, err);
}

int log_groups(struct log *l, const char *group, struct log_groups *out, struct err *err)
{
	*out = (struct log_groups){ 0 };
	if (l->ops->groups(l, group, out, err))
		return -1;
	log_groups_order(out);
	return 0;
}

int log_group_members(struct log *l, const char *group, unsigned *count, struct err *err)
{
	return l->ops->group_members(l, group, count, err);
}

int log_group_store(struct log *l, const char *group, const char *topic, int32_t partition, int64_t offset,
		struct err *err)
{
	return l->ops->group_store(l, group, topic, partition, offset, err);
}

int log_scan(struct log *l, const char *topic, int32_t partition, int64_t from, int64_t to, log_scan_cb *cb, void *arg,
		struct err *err)
{
	return l->ops->scan(l, topic, partition, from, to, cb, arg, err);
}

int log_offset_at(struct log *l, const char *topic, int32_t partition, int64_t timestamp_ms, int64_t *offset,
		struct err *err)
{
	return l->ops->offset_at(l, topic, partition, timestamp_ms, offset, err);
}

int log_ends(struct log *l, const char *topic, int32_t partition, int64_t *low, int64_t *high, struct err *err)
{
	return l->ops->ends(l, topic, partition, low, high, err);
}

/* ---- writing ---- */

struct log_writer *log_writer_open(struct log *l, const char *id, struct err *err)
{
	return l->ops->writer_open(l, id, err);
}

void log_writer_close(struct log_writer *w)
{
	if (w)
		w->ops->writer_close(w);
}

int log_writer_append(struct log_writer *w, const struct batch *b, struct err *err)
{
	must(owner_is_me(&w->owner));
	w->refusal.why = LOG_NOT_REFUSED;
	return w->ops->writer_append(w, b->records, b->nrecords, err);
}

int log_writer_append_record(struct log_writer *w, const struct record *r, struct err *err)
{
	must(owner_is_me(&w->owner));
	w->refusal.why = LOG_NOT_REFUSED;
	return w->ops->writer_append(w, r, 1, err);
}

int log_writer_commit(struct log_writer *w, struct err *err)
{
	must(owner_is_me(&w->owner));
	return w->ops->writer_commit(w, err);
}

const struct log_refusal *log_writer_refusal(const struct log_writer *w)
{
	return &w->refusal;
}

int log_topic_retention(struct log *l, const char *topic, int64_t *ms, struct err *err)
{
	*ms = -1;
	return l->ops->topic_retention ? l->ops->topic_retention(l, topic, ms, err) : 0;
}

int log_topic_settings(struct log *l, const char *topic, log_setting_cb *cb, void *arg, struct err *err)
{
	return l->ops->topic_settings(l, topic, cb, arg, err);
}

int64_t log_writer_gap_us(struct log_writer *w)
{
	must(owner_is_me(&w->owner));
	return w->ops->writer_gap_us ? w->ops->writer_gap_us(w) : 0;
}

/* ---- reading ---- */

struct log_reader *log_reader_open(struct log *l, const char *group, const struct conf_list *topics, struct err *err)
{
	return l->ops->reader_open(l, group, topics, err);
}

void log_reader_close(struct log_reader *r)
{
	if (r)
		r->ops->reader_close(r);
}

enum log_read log_reader_poll(struct log_reader *r, struct batch *b, size_t max_bytes, int timeout_ms, struct err *err)
{
	enum log_read read;

	must(owner_is_me(&r->owner));
	read = r->ops->reader_poll(r, b, max_bytes, timeout_ms, err);
	must_debug(read != LOG_READ_BATCH || (b->topic && batch_is_sound(b)));
	return read;
}

int log_reader_assigned(struct log_reader *r, struct log_assigned_list *out, struct err *err)
{
	must(owner_is_me(&r->owner));
	out->count = 0;
	return r->ops->reader_assigned(r, out, err);
}

struct log_assigned *log_assigned_add(struct log_assigned_list *list)
{
	xgrow(list->items, list->count, list->cap, 64);
	return &list->items[list->count++];
}

int log_reader_seek(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, struct err *err)
{
	must(owner_is_me(&r->owner));
	return r->ops->reader_seek(r, topic, partition, offset, err);
}

int log_reader_commit(struct log_reader *r, const char *topic, int32_t partition, int64_t offset, const char *metadata,
		struct err *err)
{
	if (metadata && strlen(metadata) >= sizeof(((struct log_assigned *)0)->metadata))
		return err_set(err, ERR_FATAL, 0,
				"group of %s[%d]: the text beside an offset has %zu bytes, expected fewer than %zu",
				topic, (int)partition, strlen(metadata), sizeof(((struct log_assigned *)0)->metadata));
	return r->ops->reader_commit(r, topic, partition, offset, metadata, err);
}

int log_reader_pause(struct log_reader *r, const char *topic, int32_t partition, bool paused, struct err *err)
{
	must(owner_is_me(&r->owner));
	return r->ops->reader_pause(r, topic, partition, paused, err);
}
