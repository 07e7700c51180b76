/*
 * filter.c - see filter.h. The expression becomes a script of two functions, which pass the rows that match. What a script makes of
 * an update that does not pass is a delete, so a message matches when a change of it comes out that is no delete, or was one.
 */
#include "engine/messages/filter.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/messages/rows.h"
#include "script/script.h"

enum { FULL_RECORDS = 1000, FULL_BYTES = 4 << 20 };

struct filter {
	struct script *script;
	struct message_rows rows;
	struct batch *out;
	struct verdict {
		bool matches;
		const char *error;
	} verdicts[FULL_RECORDS];
};

static char *script_text(const char *expression)
{
	return xasprintf(
			"local none = {} local function match(op, before, after, row, event, key, db, table) return (%s\n) end\n"
			"function transform(row, event) if match(event.op, event.before or none, row, row, event, event.key, event.db, event.table) then "
			"return row end return nil end\n"
			"function delete(row, event) if match(event.op, row, none, row, event, event.key, event.db, event.table) then return row end return nil end\n",
			expression);
}

struct filter *filter_open(struct log *log, const struct settings *s, const char *expression, struct err *err)
{
	struct filter *f = xcalloc(1, sizeof(*f));
	char *text = script_text(expression);
	int rc = rows_open(&f->rows, log, s, err);

	f->out = batch_new();
	f->script = rc ? NULL : script_open_text("filter", text, &s->script, err);
	free(text);
	if (f->script)
		return f;
	filter_close(f);
	return NULL;
}

void filter_close(struct filter *f)
{
	if (f == NULL)
		return;
	batch_free(f->out);
	rows_close(&f->rows);
	script_close(f->script);
	free(f);
}

void filter_add(struct filter *f, const struct record *r)
{
	rows_add(&f->rows, r);
}

bool filter_is_full(const struct filter *f)
{
	return f->rows.in->nrecords == FULL_RECORDS || f->rows.in->bytes >= FULL_BYTES;
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
	for (size_t i = 0, k = 0; i < f->rows.in->nchanges;
			i++) { /* deletes that came in and are still there, in the same order */
		if (f->rows.in->changes[i].op != CHANGE_DELETE)
			continue;
		while (k < f->out->nchanges && f->out->changes[k].record < f->rows.in->changes[i].record)
			k++;
		if (k < f->out->nchanges && f->out->changes[k].record == f->rows.in->changes[i].record &&
				f->out->changes[k].dead == NULL)
			f->verdicts[f->rows.in->changes[i].record].matches = true;
	}
}

int filter_run(struct filter *f, filter_verdict *verdict, void *arg, struct err *err)
{
	int rc = 0;

	if (f->rows.in->nrecords == 0)
		return 0;
	memset(f->verdicts, 0, sizeof(f->verdicts));
	if (rows_decode(&f->rows, err) || script_run(f->script, f->rows.in, 0, f->rows.in->nchanges, f->out, err))
		return -1;
	judge(f);
	for (size_t i = 0; i < f->rows.in->nrecords && rc == 0; i++)
		rc = verdict(arg, &f->rows.in->records[i], f->verdicts[i].matches && f->verdicts[i].error == NULL,
				f->verdicts[i].error);
	batch_reset(f->rows.in);
	batch_reset(f->out);
	return rc;
}
