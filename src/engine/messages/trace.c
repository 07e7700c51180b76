/*
 * trace.c - see trace.h. The log is searched once: a message costs a look at the bytes of its key, and only those that may match are parsed.
 * What was found is kept (the newest TRACE_KEPT), and told with what the group, the dead letters and the script say of it.
 */
#include "engine/messages/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"
#include "engine/messages/messages.h"
#include "engine/messages/message_print.h"
#include "engine/messages/outcome.h"
#include "engine/messages/seek.h"
#include "engine/messages/trace_key.h"
#include "engine/messages/trace_parts.h"

enum { LOOK_EVERY = 256, TELL_MS = 250, LINE_BYTES = 1 << 20 };

static void progress(struct trace *t)
{
	struct buf *b = &t->line;

	buf_reset(b);
	if (t->wish->progress)
		buf_printf(b, "{\"progress\":{\"scanned\":%llu,\"done\":%lld,\"total\":%lld,\"found\":%llu}}",
				(unsigned long long)t->scanned, (long long)t->done, (long long)t->total,
				(unsigned long long)t->found);
	t->over |= t->emit(t->arg, b->data ? b->data : "", b->len) != 0;
	t->tell_us = clock_mono_us() + TELL_MS * 1000;
}

/* ---- is it one of the row's? ---- */

static bool key_object(struct payload_at *at, const char *text, size_t len, struct json_slice *out)
{
	const char *p;
	size_t n;
	struct json j;

	payload_find(at, text, len, &p, &n);
	json_init(&j, p, n);
	return json_value(&j, out) == JSON_OBJECT;
}

/* By the key; where there is none, by the row. */
static bool is_ours(struct trace *t, const struct record *r)
{
	struct json_slice object;
	struct message m;
	const char *p;
	size_t n;

	if (r->key)
		return trace_key_may_match(&t->key, r->key, r->key_len) &&
				key_object(&t->of_key, r->key, r->key_len, &object) &&
				trace_key_matches(&t->key, &object, true);
	if (r->value == NULL || !trace_key_may_match(&t->key, r->value, r->value_len))
		return false;
	payload_find(&t->of_value, r->value, r->value_len, &p, &n);
	message_read(&m, p, n);
	return trace_key_matches(&t->key, &m.after, false) || trace_key_matches(&t->key, &m.before, false);
}

static void source_text(const struct json_slice *source, const char *name, char *out, size_t size)
{
	struct json_slice v;

	if (json_find(source, name, &v) && v.kind != JSON_NULL)
		snprintf(out, size, "%.*s", (int)v.len, v.p);
}

/* What is known from the message itself. */
static void keep(struct trace *t, const struct record *r)
{
	struct trace_hop *h = &t->hops[t->found++ % TRACE_KEPT];
	struct message m;
	const char *p = NULL;
	size_t n = 0;
	struct buf list;

	*h = (struct trace_hop){ .partition = r->partition, .offset = r->offset, .ms = r->timestamp_ms };
	if (r->value)
		payload_find(&t->of_value, r->value, r->value_len, &p, &n);
	message_read(&m, p, n);
	h->op = m.op;
	source_text(&m.source, "gtid", h->gtid, sizeof(h->gtid));
	source_text(&m.source, "file", h->file, sizeof(h->file));
	source_text(&m.source, "pos", h->pos, sizeof(h->pos));
	source_text(&m.source, "snapshot", h->snapshot, sizeof(h->snapshot));
	buf_init(&list, LINE_BYTES);
	readable_learn(&t->names, &t->of_value);
	message_what(&list, &m, &t->names, t->wish->hidden != NULL);
	snprintf(h->what, sizeof(h->what), "%s", list.data ? list.data : "");
	buf_done(&list);
	if (outcome_of(&t->outcomes, r, &h->outcome, &t->err))
		t->over = true;
}

static int on_record(void *arg, const struct record *r)
{
	struct trace *t = arg;

	t->done += r->offset + 1 - t->next;
	t->next = r->offset + 1;
	if (++t->scanned % LOOK_EVERY == 0 && clock_mono_us() >= t->tell_us)
		progress(t);
	if (!t->over && is_ours(t, r))
		keep(t, r);
	return t->over;
}

/* ---- what the group and the dead letters say ---- */

static int on_dead(void *arg, const struct record *r)
{
	struct trace *t = arg;
	char topic[256] = "", partition[24] = "", offset[24] = "", reason[300] = "";
	struct {
		const char *name;
		char *out;
		size_t size;
	} wanted[] = {
		{ "millrace.topic", topic, sizeof(topic) },
		{ "millrace.partition", partition, sizeof(partition) },
		{ "millrace.offset", offset, sizeof(offset) },
		{ "millrace.reason", reason, sizeof(reason) },
	};

	for (uint32_t i = 0; i < r->nheaders; i++)
		for (size_t k = 0; k < sizeof(wanted) / sizeof(*wanted); k++)
			if (r->headers[i].value && strcmp(r->headers[i].name, wanted[k].name) == 0)
				snprintf(wanted[k].out, wanted[k].size, "%.*s", (int)r->headers[i].len,
						r->headers[i].value);
	if (strcmp(topic, t->topic) != 0)
		return 0;
	for (size_t i = 0; i < trace_hops(t); i++)
		if (t->hops[i].partition == atoi(partition) && t->hops[i].offset == atoll(offset))
			snprintf(t->hops[i].dead, sizeof(t->hops[i].dead), "%s",
					reason[0] ? reason : "for a reason that the letter does not tell");
	return 0;
}

static int find_dead(struct trace *t, struct log *log, const struct settings *s, const struct log_topics *topics,
		struct err *err)
{
	return log_topics_find(topics, dead_topic(s))
			? log_scan(log, dead_topic(s), LOG_EVERY_PARTITION, -1, -1, on_dead, t, err)
			: 0;
}

static int find_loaded(struct trace *t, struct log *log, const struct settings *s, struct err *err)
{
	struct log_groups groups;

	if (log_groups(log, s->load.group, &groups, err))
		return -1;
	for (size_t i = 0; i < trace_hops(t); i++)
		t->hops[i].committed = log_groups_offset(&groups, t->topic, t->hops[i].partition);
	log_groups_free(&groups);
	return 0;
}

/* ---- the whole ---- */

static int search(struct trace *t, struct log *log, const struct log_topic *topic, const struct seek *from,
		struct err *err)
{
	int64_t *begins = xcalloc(topic->npartitions + 1, sizeof(*begins));
	int rc = 0;

	for (unsigned i = 0; i < topic->npartitions && rc == 0; i++) {
		rc = seek_offset(from, log, topic->name, &topic->partitions[i], &begins[i], err);
		t->total += topic->partitions[i].high - begins[i];
	}
	progress(t);
	for (unsigned i = 0; i < topic->npartitions && rc == 0 && !t->over; i++) {
		t->next = begins[i];
		if (begins[i] < topic->partitions[i].high)
			rc = log_scan(log, topic->name, topic->partitions[i].id, begins[i], topic->partitions[i].high,
					on_record, t, err);
		t->done += t->over ? 0 : topic->partitions[i].high - t->next;
	}
	free(begins);
	if (rc == 0 && t->err.kind != ERR_NONE) {
		*err = t->err;
		return -1;
	}
	return rc;
}

static int run(struct trace *t, struct log *log, const struct settings *s, const struct seek *from, struct err *err)
{
	struct log_topics topics = { 0 };
	const struct log_topic *topic = messages_topic(log, s, t->wish->table, &topics, err);
	char table[600];
	int rc = -1;

	if (topic == NULL)
		err_wrap(err, "trace");
	if (topic) {
		snprintf(t->topic, sizeof(t->topic), "%s", topic->name);
		if (!format_topic_table(&s->format, topic->name, table, sizeof(table)))
			snprintf(table, sizeof(table), "%s", t->wish->table);
		rc = outcomes_open(&t->outcomes, log, s, table, err);
		if (rc == 0)
			rc = search(t, log, topic, from, err) || find_loaded(t, log, s, err) ||
							find_dead(t, log, s, &topics, err)
					? -1
					: 0;
		if (rc == 0 && !t->over)
			trace_tell(t, table);
		outcomes_close(&t->outcomes);
	}
	log_topics_free(&topics);
	return rc;
}

int trace_run(struct log *log, const struct settings *s, const struct trace_wish *wish, engine_emit *emit, void *arg,
		struct err *err)
{
	struct trace *t = xcalloc(1, sizeof(*t));
	struct seek from;
	int rc;

	t->wish = wish;
	t->emit = emit;
	t->arg = arg;
	t->now_us = clock_wall_us();
	buf_init(&t->line, LINE_BYTES);
	rc = trace_key_parse(&t->key, wish->key, err);
	if (rc == 0 && seek_parse(&from, wish->from ? wish->from : "begin", t->now_us / 1000, err))
		rc = err_wrap(err, "trace: from");
	if (rc == 0)
		rc = run(t, log, s, &from, err);
	payload_at_done(&t->of_key);
	payload_at_done(&t->of_value);
	readable_done(&t->names);
	buf_done(&t->line);
	free(t);
	return rc ? -1 : 0;
}
