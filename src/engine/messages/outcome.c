/* outcome.c - see outcome.h. The script runs here as it does in the load, with the same limits, over a batch of one message. */
#include "engine/messages/outcome.h"

#include <stdio.h>
#include <string.h>

#include "engine/scripts/script_store.h"

int outcomes_open(struct outcomes *o, struct log *log, const struct settings *s, const char *db_table, struct err *err)
{
	const struct table_settings *conf = settings_for_table(s, db_table);

	*o = (struct outcomes){ .out = batch_new() };
	if (rows_open(&o->rows, log, s, err))
		return -1;
	if (conf == NULL || !table_has_script(conf))
		return 0;
	o->script = script_store_script(s, conf, err);
	if (o->script == NULL)
		return -1;
	script_version(o->script, o->version);
	script_watch_lines(o->script);
	return 0;
}

void outcomes_close(struct outcomes *o)
{
	script_close(o->script);
	rows_close(&o->rows);
	if (o->out)
		batch_free(o->out);
}

/* Names only: a value may be one that the script masks. */
static void changed_columns(const struct change *before, const struct change *after, struct outcome *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < after->schema->ncolumns && after->after && before->after && n < sizeof(out->text) - 80;
			i++) {
		const char *name = after->schema->columns[i].name;
		int was = schema_column(before->schema, name, strlen(name));
		bool is_new = was < 0;

		if (!is_new && value_equal(&before->after[was], &after->after[i]))
			continue;
		if (is_new && after->after[i].kind == VALUE_ABSENT)
			continue;
		n += (size_t)snprintf(out->text + n, sizeof(out->text) - n, "%s%.60s%s", n ? ", " : "changes ", name,
				is_new ? " (new)" : "");
	}
	out->kind = n ? OUTCOME_CHANGED : OUTCOME_PASSED;
}

static void judge(const struct outcomes *o, struct outcome *out)
{
	const struct change *in = &o->rows.in->changes[0];
	const char *where = script_last_line(o->script);

	if (o->out->nchanges == 0) {
		out->kind = OUTCOME_DROPPED;
		snprintf(out->text, sizeof(out->text), "%s: not loaded", where);
	} else if (o->out->changes[0].dead) {
		out->kind = OUTCOME_DEAD;
		snprintf(out->text, sizeof(out->text), "%.380s", o->out->changes[0].dead);
	} else if (o->out->changes[0].routed) {
		out->kind = OUTCOME_CHANGED;
		snprintf(out->text, sizeof(out->text), "goes to %.100s.%.100s", o->out->changes[0].schema->db,
				o->out->changes[0].schema->table);
	} else if (o->out->nchanges > 1) {
		out->kind = OUTCOME_CHANGED;
		snprintf(out->text, sizeof(out->text), "makes %zu changes of it", o->out->nchanges);
	} else if (o->out->changes[0].op == CHANGE_DELETE && in->op != CHANGE_DELETE) {
		out->kind = OUTCOME_DELETES;
		snprintf(out->text, sizeof(out->text), "%s: not loaded, so the row is deleted at the target", where);
	} else {
		changed_columns(in, &o->out->changes[0], out);
	}
}

int outcome_of(struct outcomes *o, const struct record *r, struct outcome *out, struct err *err)
{
	int rc = 0;

	*out = (struct outcome){ .kind = OUTCOME_NO_SCRIPT };
	if (r->value == NULL)
		return 0;
	batch_reset(o->rows.in);
	batch_reset(o->out);
	rows_add(&o->rows, r);
	if (rows_decode(&o->rows, err))
		return -1;
	if (o->rows.in->nchanges == 0)
		return 0;
	if (o->rows.in->changes[0].dead) {
		out->kind = OUTCOME_DEAD;
		snprintf(out->text, sizeof(out->text), "%.380s", o->rows.in->changes[0].dead);
		return 0;
	}
	if (o->script == NULL || o->rows.in->changes[0].schema == NULL)
		return 0;
	rc = script_run(o->script, o->rows.in, 0, o->rows.in->nchanges, o->out, err);
	if (rc == 0)
		judge(o, out);
	return rc;
}
