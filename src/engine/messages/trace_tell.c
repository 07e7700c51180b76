/* trace_tell.c - a trace in lines: each message with where it was and what became of it, then what that means for the row at the target. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "engine/messages/trace_parts.h"

static bool is_loaded(const struct trace_hop *h)
{
	return h->committed > h->offset;
}

static const char *script_word(const struct outcome *o)
{
	static const char *const words[] = {
		[OUTCOME_NO_SCRIPT] = "none",
		[OUTCOME_PASSED] = "passed",
		[OUTCOME_CHANGED] = "changed",
		[OUTCOME_DROPPED] = "dropped",
		[OUTCOME_DELETES] = "dropped",
		[OUTCOME_DEAD] = "dead",
	};

	return words[o->kind];
}

static void load_words(const struct trace_hop *h, char *out, size_t size)
{
	if (h->dead[0])
		snprintf(out, size, "dead letter: %s", h->dead);
	else if (is_loaded(h))
		snprintf(out, size, "done: the group is at offset %lld", (long long)h->committed);
	else if (h->committed >= 0)
		snprintf(out, size, "waits: the group is at offset %lld, %lld before it", (long long)h->committed,
				(long long)(h->offset - h->committed));
	else
		snprintf(out, size, "waits: the group has loaded nothing of this partition yet");
}

static void iso(char *out, int64_t ms)
{
	out[num_iso_datetime(out, ms * 1000, 3, ' ')] = '\0';
}

/* ---- for people ---- */

static void say(struct trace *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct trace *t, const char *fmt, ...)
{
	char text[1400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->over |= t->emit(t->arg, text, strlen(text)) != 0;
}

static void say_hop(struct trace *t, const struct trace_hop *h)
{
	char time[48], load[400];

	iso(time, h->ms);
	load_words(h, load, sizeof(load));
	if (h->gtid[0] || h->file[0])
		say(t, "%s  commit  %s%s%s%s%s%s", time, h->gtid[0] ? "gtid " : "", h->gtid, h->gtid[0] ? "  " : "",
				h->file, h->file[0] ? ":" : "", h->pos);
	say(t, "%-25s%c  %s", h->gtid[0] || h->file[0] ? "" : time, h->op, h->what);
	say(t, "%25slog     %s[%d] offset %lld", "", t->topic, (int)h->partition, (long long)h->offset);
	if (h->outcome.kind != OUTCOME_NO_SCRIPT)
		say(t, "%25sscript  %s%s%s%s%s%s", "", script_word(&h->outcome), h->outcome.text[0] ? ": " : "",
				h->outcome.text, t->outcomes.version[0] ? " (version " : "", t->outcomes.version,
				t->outcomes.version[0] ? ")" : "");
	say(t, "%25sload    %s", "", load);
}

/* ---- for programs ---- */

static void put(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json_str(b, text[0] ? text : NULL);
}

static void put_hop(struct trace *t, const struct trace_hop *h)
{
	struct buf *b = &t->line;
	char op[2] = { h->op, '\0' };

	buf_reset(b);
	buf_puts(b, "{\"topic\":");
	buf_json_str(b, t->topic);
	buf_printf(b, ",\"partition\":%d,\"offset\":%lld,\"commit_ms\":%lld", (int)h->partition, (long long)h->offset,
			(long long)h->ms);
	put(b, "op", op);
	put(b, "what", h->what);
	put(b, "gtid", h->gtid);
	put(b, "file", h->file);
	put(b, "pos", h->pos);
	put(b, "script", script_word(&h->outcome));
	put(b, "script_text", h->outcome.text);
	put(b, "script_version", t->outcomes.version);
	buf_printf(b, ",\"committed\":%lld,\"loaded\":%s", (long long)h->committed, is_loaded(h) ? "true" : "false");
	put(b, "dead", h->dead);
	buf_putc(b, '}');
	t->over |= t->emit(t->arg, b->data, b->len) != 0;
}

/* ---- what it means ---- */

static void verdict_of(const struct trace_hop *h, char *out, size_t size)
{
	char time[48];

	iso(time, h->ms);
	if (h->dead[0])
		snprintf(out, size,
				"the change of %s is a dead letter: %s. The row at the target is as the change before it left it",
				time, h->dead);
	else if (!is_loaded(h))
		snprintf(out, size, "the change of %s is in the log and waits to be loaded", time);
	else if (h->outcome.kind == OUTCOME_DROPPED)
		snprintf(out, size, "the change of %s was not loaded, because the script says so (%.200s)", time,
				h->outcome.text);
	else if (h->outcome.kind == OUTCOME_DELETES)
		snprintf(out, size, "the row is not at the target, because the script says so (%.200s)",
				h->outcome.text);
	else if (h->outcome.kind == OUTCOME_DEAD)
		snprintf(out, size, "the script refuses the change of %s as it is now: %.200s", time, h->outcome.text);
	else if (h->op == 'd' || h->op == '-')
		snprintf(out, size, "the row was deleted at %s, and so it is at the target", time);
	else
		snprintf(out, size, "the target has the row as of %s%s", time,
				h->outcome.kind == OUTCOME_CHANGED ? ", changed by the script" : "");
}

/* The newest message that says something of the row: a tombstone only follows a delete. */
static const struct trace_hop *newest(const struct trace *t)
{
	const struct trace_hop *best = NULL;

	for (size_t i = 0; i < trace_hops(t); i++) {
		const struct trace_hop *h = &t->hops[i];

		if (h->op != '-' &&
				(best == NULL || h->ms > best->ms || (h->ms == best->ms && h->offset > best->offset)))
			best = h;
	}
	return best ? best : trace_hops(t) ? &t->hops[0] : NULL;
}

static void put_verdict(struct trace *t, const char *table)
{
	const struct trace_hop *last = newest(t);
	char text[700];
	size_t n;

	if (last)
		verdict_of(last, text, sizeof(text));
	else
		snprintf(text, sizeof(text),
				"no message of this row among the %llu of %s that were read: it was not changed since, or it is not captured",
				(unsigned long long)t->scanned, t->topic);
	n = strlen(text);
	if (t->wish->stopped)
		snprintf(text + n, sizeof(text) - n, "; capture has stopped %.100s: %.200s", table, t->wish->stopped);
	else if (t->wish->paused)
		snprintf(text + n, sizeof(text) - n, "; the load of %.100s is paused", table);
	if (t->wish->text) {
		say(t, "%llu message%s of this row among %llu%s", (unsigned long long)t->found,
				t->found == 1 ? "" : "s", (unsigned long long)t->scanned,
				t->found > TRACE_KEPT ? ", the newest 50 are shown" : "");
		if (t->wish->mysql)
			say(t, "now: MySQL: %s; target: %s", t->wish->mysql, t->wish->target);
		say(t, "verdict: %s", text);
		return;
	}
	buf_reset(&t->line);
	buf_printf(&t->line, "{\"found\":%llu,\"scanned\":%llu,\"verdict\":", (unsigned long long)t->found,
			(unsigned long long)t->scanned);
	buf_json_str(&t->line, text);
	if (t->wish->mysql) {
		put(&t->line, "mysql", t->wish->mysql);
		put(&t->line, "target", t->wish->target);
	}
	buf_putc(&t->line, '}');
	t->over |= t->emit(t->arg, t->line.data, t->line.len) != 0;
}

static int by_time(const void *a, const void *b)
{
	const struct trace_hop *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	if (x->partition != y->partition)
		return x->partition < y->partition ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

void trace_tell(struct trace *t, const char *table)
{
	qsort(t->hops, trace_hops(t), sizeof(*t->hops), by_time);
	for (size_t i = 0; i < trace_hops(t) && !t->over; i++) {
		if (t->wish->text)
			say_hop(t, &t->hops[i]);
		else
			put_hop(t, &t->hops[i]);
	}
	if (!t->over)
		put_verdict(t, table);
}
