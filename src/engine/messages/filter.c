/*
 * filter.c - see filter.h. The expression becomes a script of two functions, which pass the rows that match. What a script makes of
 * an update that does not pass is a delete, so a message matches when a change of it comes out that is no delete, or was one.
 */
#include "engine/messages/filter.h"

#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

enum { FULL_RECORDS = 1000, FULL_BYTES = 4 << 20 };

struct filter {
	struct log *log;
	const struct settings *settings;
	struct script *script;
	struct format_decoder *decoder;
	struct history *history;	/* NULL until a message needs it: it has no schema block */
	struct batch *in, *out;
	struct verdict { bool matches; const char *error; } verdicts[FULL_RECORDS];
};

static char *script_text(const char *expression)
{
	return xasprintf("local none = {} local function match(op, before, after, row, event, key, db, table) return (%s\n) end\n"
			 "function transform(row, event) if match(event.op, event.before or none, row, row, event, event.key, event.db, event.table) then "
			 "return row end return nil end\n"
			 "function delete(row, event) if match(event.op, row, none, row, event, event.key, event.db, event.table) then return row end return nil end\n",
			 expression);
}

struct filter *filter_open(struct log *log, const struct settings *s, const char *expression, struct err *err)
{
	struct filter *f = xcalloc(1, sizeof(*f));
	char *text = script_text(expression);

	f->log = log;
	f->settings = s;
	f->in = batch_new();
	f->out = batch_new();
	f->script = script_open_text("filter", text, &s->script, err);
	f->decoder = f->script ? format_decoder_new(&s->format, err) : NULL;
	free(text);
	if (f->decoder)
		return f;
	filter_close(f);
	return NULL;
}

void filter_close(struct filter *f)
{
	if (f == NULL)
		return;
	batch_free(f->out);
	batch_free(f->in);
	if (f->decoder)
		format_decoder_free(f->decoder);
	script_close(f->script);
	if (f->history)
		history_free(f->history);
	free(f);
}

static const char *copy(struct filter *f, const char *p, uint32_t len)
{
	return p ? arena_dup(&f->in->arena, p, len) : NULL;
}

void filter_add(struct filter *f, const struct record *r)
{
	struct record *mine = batch_add_record(f->in);

	if (f->in->nrecords == 1) {
		f->in->topic = r->topic;
		f->in->partition = r->partition;
		f->in->from = r->offset;
	}
	*mine = *r;
	mine->key = copy(f, r->key, r->key_len);
	mine->value = copy(f, r->value, r->value_len);
	mine->headers = arena_dup(&f->in->arena, r->headers, r->nheaders * sizeof(*r->headers));
	for (uint32_t i = 0; i < r->nheaders; i++)
		mine->headers[i].value = copy(f, r->headers[i].value, r->headers[i].len);
	f->in->to = r->offset + 1;
	f->in->bytes += r->key_len + r->value_len;
}

bool filter_is_full(const struct filter *f)
{
	return f->in->nrecords == FULL_RECORDS || f->in->bytes >= FULL_BYTES;
}

static void know(void *arg, struct schema *schema, int64_t commit_us)
{
	format_decoder_know(arg, schema, commit_us);
}

/* What messages without a schema block mean is in the schema history. A log without one says what it can by itself. */
static void learn(struct filter *f)
{
	struct err none;

	err_clear(&none);
	f->history = history_new();
	history_each_version(f->history, know, f->decoder);
	history_read(f->history, f->log, f->settings->format.history_topic, NULL, &none);
}

static int decode(struct filter *f, struct err *err)
{
	struct format_unsure unsure;

	for (int tries = 0; tries < 3; tries++) {
		f->in->nchanges = 0;
		if (format_decode(f->decoder, f->in, err))
			return -1;
		if (!format_decoder_unsure(f->decoder, &unsure))
			return 0;
		if (f->history == NULL)
			learn(f);
		else
			format_decoder_settle(f->decoder);
	}
	return 0;
}

static void judge(struct filter *f)
{
	for (size_t i = 0; i < f->out->nchanges; i++) {
		const struct change *c = &f->out->changes[i];
		struct verdict *v = &f->verdicts[c->record];

		if (c->dead)
			v->error = c->dead;
		else if (c->op != CHANGE_TRUNCATE && c->op != CHANGE_DDL && c->op != CHANGE_ALTER)
			v->matches |= c->op != CHANGE_DELETE;
	}
	for (size_t i = 0, k = 0; i < f->in->nchanges; i++) {	/* deletes that came in and are still there, in the same order */
		if (f->in->changes[i].op != CHANGE_DELETE)
			continue;
		while (k < f->out->nchanges && f->out->changes[k].record < f->in->changes[i].record)
			k++;
		if (k < f->out->nchanges && f->out->changes[k].record == f->in->changes[i].record && f->out->changes[k].dead == NULL)
			f->verdicts[f->in->changes[i].record].matches = true;
	}
}

int filter_run(struct filter *f, filter_verdict *verdict, void *arg, struct err *err)
{
	int rc = 0;

	if (f->in->nrecords == 0)
		return 0;
	memset(f->verdicts, 0, sizeof(f->verdicts));
	if (decode(f, err) || script_run(f->script, f->in, 0, f->in->nchanges, f->out, err))
		return -1;
	judge(f);
	for (size_t i = 0; i < f->in->nrecords && rc == 0; i++)
		rc = verdict(arg, &f->in->records[i], f->verdicts[i].matches && f->verdicts[i].error == NULL, f->verdicts[i].error);
	batch_reset(f->in);
	batch_reset(f->out);
	return rc;
}
