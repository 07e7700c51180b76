/*
 * messages.c - see messages.h. Hard is to stay answerable: a scan may look at a hundred million messages and find none, so every quarter of
 * a second it says how far it is, and learns from the same line whether somebody still listens.
 */
#include "engine/messages/messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/messages/filter.h"
#include "engine/messages/latest.h"
#include "engine/messages/message_print.h"
#include "engine/messages/search.h"
#include "engine/messages/seek.h"

enum { LINE_MAX_BYTES = 60 << 20, LOOK_EVERY = 256, TELL_MS = 250, FOLLOW_MS = 250 };

struct messages_part {	    /* what is read of a partition: [next, to) */
	const char *topic;  /* lent */
	const char *hidden; /* stands where its rows would; NULL: they are shown */
	int32_t id;
	int64_t next, to;
	int64_t since_ms; /* nothing before the first one of this time: a transaction marker has a time, too, and Kafka may answer with its place */
};

struct messages_scan {
	const struct messages_wish *wish;
	engine_emit *emit;
	void *arg;
	struct search search;
	struct filter *filter; /* NULL: none */
	struct latest *latest; /* NULL: all messages of a key, not the newest alone */
	bool noting;	       /* the first reading of a partition, for that */
	struct message_printer printer;
	struct buf line;
	struct messages_part *parts;
	unsigned nparts;
	struct messages_part *at; /* the one that is read */
	uint64_t scanned, bytes, matched, errors;
	int64_t total;	 /* offsets to look at; more than messages */
	int64_t done;	 /* of them */
	char error[300]; /* the first one of the filter */
	int64_t begin_us, tell_us;
	bool over;	/* the asker is gone, or has enough */
	struct err err; /* of what a callback did */
};

/* ---- telling ---- */

static void tell(struct messages_scan *s, bool ended)
{
	struct buf *b = &s->line;

	if (s->over && !ended)
		return;
	buf_reset(b);
	if (s->wish->progress) {
		buf_printf(b,
				"{\"progress\":{\"scanned\":%llu,\"done\":%lld,\"total\":%lld,\"bytes\":%llu,\"matched\":%llu,\"errors\":%llu,\"us\":%lld,"
				"\"left\":%llu,\"ended\":%s,\"error\":",
				(unsigned long long)s->scanned, (long long)s->done, (long long)s->total,
				(unsigned long long)s->bytes, (unsigned long long)s->matched,
				(unsigned long long)s->errors, (long long)(clock_mono_us() - s->begin_us),
				(unsigned long long)latest_left(s->latest), ended ? "true" : "false");
		buf_json_str(b, s->error);
		buf_puts(b, "}}");
	}
	s->over |= s->emit(s->arg, b->data ? b->data : "", b->len) != 0;
	s->tell_us = clock_mono_us() + TELL_MS * 1000;
}

static int show(struct messages_scan *s, const struct record *r)
{
	if (s->wish->limit >= 0 && s->matched >= (uint64_t)s->wish->limit)
		s->over = true;
	if (s->over)
		return 1;
	s->matched++;
	buf_reset(&s->line);
	message_print(&s->printer, &s->line, r);
	if (s->line.failed) {
		err_set(&s->err, ERR_DATA, 0, "messages: %s[%d] offset %lld: the line for it is larger than %d MiB",
				r->topic, (int)r->partition, (long long)r->offset, LINE_MAX_BYTES >> 20);
		s->over = true;
		return 1;
	}
	s->over = s->emit(s->arg, s->line.data, s->line.len) != 0 ||
			(s->wish->limit >= 0 && s->matched == (uint64_t)s->wish->limit);
	return s->over;
}

/* ---- one message ---- */

static int on_verdict(void *arg, const struct record *r, bool matches, const char *error)
{
	struct messages_scan *s = arg;

	if (error && s->errors++ == 0)
		snprintf(s->error, sizeof(s->error), "%s", error);
	return matches ? show(s, r) : 0;
}

static int run_filter(struct messages_scan *s)
{
	if (filter_run(s->filter, on_verdict, s, &s->err) >= 0)
		return s->over;
	s->over = true;
	return 1;
}

static int on_record(void *arg, const struct record *r)
{
	struct messages_scan *s = arg;

	s->scanned++;
	s->bytes += r->key_len + r->value_len;
	s->done += r->offset + 1 - s->at->next;
	s->at->next = r->offset + 1;
	if (s->scanned % LOOK_EVERY == 0 && clock_mono_us() >= s->tell_us)
		tell(s, false);
	if (s->over || r->timestamp_ms < s->at->since_ms)
		return s->over;
	s->at->since_ms = INT64_MIN;
	if (s->noting) {
		latest_note(s->latest, r);
		return 0;
	}
	if (s->latest && !latest_is(s->latest, r))
		return 0;
	if (!search_matches(&s->search, r))
		return 0;
	if (s->filter == NULL)
		return show(s, r);
	filter_add(s->filter, r);
	return filter_is_full(s->filter) ? run_filter(s) : 0;
}

/* ---- ranges ---- */

/* Which message of each key is the newest; then the partition is as if nothing had been read. */
static int note_latest(struct messages_scan *s, struct log *log, struct messages_part *p, struct err *err)
{
	const struct messages_part before = *p;
	int rc = 0;

	latest_begin(s->latest);
	s->noting = true;
	if (p->next < p->to)
		rc = log_scan(log, p->topic, p->id, p->next, p->to, on_record, s, err);
	s->noting = false;
	s->done += s->over ? 0 : p->to - p->next;
	*p = before;
	return rc;
}

static int scan_part(struct messages_scan *s, struct log *log, struct messages_part *p, struct err *err)
{
	s->at = p;
	s->printer.hidden = p->hidden;
	if (s->latest && note_latest(s, log, p, err))
		return -1;
	if (p->next < p->to && !s->over && log_scan(log, p->topic, p->id, p->next, p->to, on_record, s, err))
		return -1;
	if (s->filter && !s->over)
		run_filter(s);
	if (!s->over) {
		s->done += p->to - p->next;
		p->next = p->to;
	}
	if (s->err.kind == ERR_NONE)
		return 0;
	*err = s->err;
	return -1;
}

static int scan_all(struct messages_scan *s, struct log *log, struct err *err)
{
	for (unsigned i = 0; i < s->nparts && !s->over; i++)
		if (scan_part(s, log, &s->parts[i], err))
			return -1;
	return 0;
}

/* What has come since. */
static int look_again(struct messages_scan *s, struct log *log, struct err *err)
{
	for (unsigned i = 0; i < s->nparts; i++) {
		struct messages_part *p = &s->parts[i];
		int64_t low;

		if (log_ends(log, p->topic, p->id, &low, &p->to, err))
			return -1;
		if (p->to < p->next)
			return err_set(err, ERR_DATA, 0,
					"messages: %s[%d] ends at %lld and has ended at %lld: the topic was made again",
					p->topic, (int)p->id, (long long)p->to, (long long)p->next);
		s->total += p->to - p->next;
	}
	return scan_all(s, log, err);
}

static int follow(struct messages_scan *s, struct log *log, struct err *err)
{
	while (!s->over) {
		clock_sleep_ms(FOLLOW_MS);
		tell(s, false);
		if (look_again(s, log, err))
			return -1;
	}
	return 0;
}

/* ---- the topics ---- */

/* Searching finds what is hidden by trying. */
static const char *hidden_of(const struct messages_wish *w, const struct log_topic *t, bool *refused)
{
	const char *hidden = w->hides ? w->hides(w->hides_arg, t->name) : NULL;

	*refused = hidden && (w->text || w->regex || w->filter);
	return hidden;
}

static int find_parts_of(struct messages_scan *s, struct log *log, const struct log_topic *t, const struct seek *from,
		struct err *err)
{
	bool refused;
	const char *hidden = hidden_of(s->wish, t, &refused);

	if (refused)
		return err_set(err, ERR_CONFIG, 0,
				"messages: the script of this table masks, so its rows are not searched; --unmasked does");
	s->parts = xrealloc(s->parts, (s->nparts + t->npartitions + 1) * sizeof(*s->parts));
	for (unsigned i = 0; i < t->npartitions; i++) {
		const struct log_partition *p = &t->partitions[i];
		struct messages_part *part = &s->parts[s->nparts];

		if (s->wish->partition >= 0 && p->id != s->wish->partition)
			continue;
		*part = (struct messages_part){
			.topic = t->name,
			.hidden = hidden,
			.id = p->id,
			.to = p->high,
			.since_ms = from->kind == AT_TIME ? from->value : INT64_MIN,
		};
		if (seek_offset(from, log, t->name, p, &part->next, err))
			return -1;
		s->total += (part->to > part->next ? part->to - part->next : 0) * (s->latest ? 2 : 1);
		s->nparts++;
	}
	return 0;
}

static int find_parts(struct messages_scan *s, struct log *log, const struct messages_chosen *topics,
		const struct seek *from, struct err *err)
{
	for (unsigned i = 0; i < topics->count; i++)
		if (find_parts_of(s, log, topics->items[i], from, err))
			return -1;
	s->printer.topics = topics->count > 1;
	if (s->nparts == 0)
		return err_set(err, ERR_CONFIG, 0, "messages: partition: expected one of the %u of %s, found %lld",
				topics->items[0]->npartitions, topics->items[0]->name, (long long)s->wish->partition);
	return 0;
}

static int run(struct messages_scan *s, struct log *log, const struct messages_chosen *topics, const struct seek *from,
		struct err *err)
{
	if (find_parts(s, log, topics, from, err))
		return -1;
	s->begin_us = clock_mono_us();
	tell(s, false);
	if (scan_all(s, log, err))
		return -1;
	if (s->wish->follow && !s->over && follow(s, log, err))
		return -1;
	tell(s, true);
	return 0;
}

static int open_all(struct messages_scan *s, struct log *log, const struct settings *settings, struct seek *from,
		struct err *err)
{
	const struct messages_wish *w = s->wish;
	const char *begin = w->seek ? w->seek : w->text || w->regex || w->filter || w->latest ? "begin" : "-10";

	if (w->latest && w->follow)
		return err_set(err, ERR_CONFIG, 0,
				"messages: latest: expected an end, found follow: which message of a key is the newest is known at the end");
	if (seek_parse(from, begin, clock_wall_us() / 1000, err))
		return err_wrap(err, "messages: seek");
	if (search_init(&s->search, w->text, w->regex, err))
		return -1;
	s->latest = w->latest ? latest_new(LATEST_KEYS) : NULL;
	s->filter = w->filter ? filter_open(log, settings, w->filter, err) : NULL;
	return w->filter && s->filter == NULL ? -1 : 0;
}

int messages_run(struct log *log, const struct settings *settings, const struct messages_wish *wish, engine_emit *emit,
		void *arg, struct err *err)
{
	struct messages_scan s = {
		.wish = wish,
		.emit = emit,
		.arg = arg,
		.printer = { .form = wish->form, .format = &settings->format },
	};
	struct log_topics topics = { 0 };
	struct messages_chosen chosen;
	struct seek from;
	int rc;

	buf_init(&s.line, LINE_MAX_BYTES);
	rc = open_all(&s, log, settings, &from, err);
	if (rc == 0 && (log_topics(log, &topics, err) || messages_choose(&topics, settings, wish->topic, &chosen, err)))
		rc = err_wrap(err, "messages");
	if (rc == 0)
		rc = run(&s, log, &chosen, &from, err);
	log_topics_free(&topics);
	search_done(&s.search);
	filter_close(s.filter);
	latest_free(s.latest);
	message_printer_done(&s.printer);
	free(s.parts);
	buf_done(&s.line);
	return rc;
}
