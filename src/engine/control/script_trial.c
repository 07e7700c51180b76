/* script_trial.c - see script_trial.h: which messages are read, and in what portions. script_trial_row.c judges the rows. */
#include "engine/control/script_trial.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/text.h"
#include "core/xalloc.h"
#include "engine/base/row_mask.h"
#include "engine/control/script_trial_part.h"
#include "engine/engine_parts.h"
#include "engine/scripts/script_store.h"

enum { BATCH_ROWS = 1000, BATCH_BYTES = 4 << 20 };

/* ---- the scripts ---- */

/* Twelve hexadecimal digits, and no file is called so. */
static bool is_version(const char *name)
{
	return strlen(name) == SCRIPT_VERSION_ROOM - 1 && text_consists(name, strlen(name), "0123456789abcdef");
}

static struct script *open_one(struct trial *t, int side, const char *name, struct err *err)
{
	const struct table_settings *section = settings_for_table(t->settings, t->wish->table);

	if (t->wish->with[side])
		return t->wish->with[side];
	if (section && t->settings->scripts && is_version(name))
		return script_store_version(t->settings, section, name, err);
	if (strcmp(name, "running") != 0) {
		const struct table_settings *names_it = section && section->script.count
				? section
				: settings_for_script(t->settings, name);

		t->masks |= row_mask_file(name);
		return script_open_from(
				&(struct script_origin){
						.path = name,
						.config = names_it ? &names_it->script : NULL,
				},
				&t->settings->script, err);
	}
	if (section && table_has_script(section))
		return script_store_script(t->settings, section, err);
	err_set(err, ERR_CONFIG, 0,
			"running: expected a section of the configuration with filter or transform for %.200s, found none",
			t->wish->table);
	return NULL;
}

static int open_scripts(struct trial *t, struct err *err)
{
	struct row_mask mask;
	const char *dot = strchr(t->wish->table, '.');
	char *db = dot ? xstrndup(t->wish->table, (size_t)(dot - t->wish->table)) : NULL;

	if (dot == NULL)
		return err_set(err, ERR_CONFIG, 0, "table: expected db.table, found '%.200s'", t->wish->table);
	row_mask_init(&mask, t->settings);
	t->masks = row_mask_table(&mask, db, dot + 1);
	row_mask_done(&mask);
	free(db);
	t->side[0].script = open_one(t, 0, t->wish->script, err);
	if (t->side[0].script && t->wish->against)
		t->side[1].script = open_one(t, 1, t->wish->against, err);
	t->masks &= !t->wish->unmasked;
	if (t->wish->profile)
		script_lines_count(t->side[0].script);
	return t->side[0].script && (t->side[1].script || t->wish->against == NULL) ? 0 : -1;
}

/* ---- exact types of the columns ---- */

static void know_version(void *arg, struct schema *schema, int64_t commit_us)
{
	struct trial *t = arg;

	if (is_trial_table(t, schema))
		format_decoder_know(t->decoder, schema, commit_us);
}

static int open_decoder(struct trial *t, struct err *err)
{
	struct history *history;
	struct err of_history = { 0 };

	t->decoder = format_decoder_new(&t->settings->format, err);
	if (t->decoder == NULL)
		return -1;
	history = history_new();
	history_each_version(history, know_version, t);
	history_read(history, t->log, t->settings->format.history_topic, NULL,
			&of_history); /* without it the messages speak for themselves */
	history_free(history);
	return 0;
}

/* ---- messages ---- */

static void run_batch(struct trial *t)
{
	struct format_unsure unsure;

	if (t->in->nrecords == 0)
		return;
	t->failed = format_decode(t->decoder, t->in, &t->err) != 0;
	if (!t->failed && format_decoder_unsure(t->decoder, &unsure)) {
		format_decoder_settle(t->decoder);
		t->failed = format_decode(t->decoder, t->in, &t->err) != 0;
	}
	t->messages += t->in->nrecords;
	if (!t->failed)
		trial_judge(t);
	t->failed |= t->emit(t->arg, "", 0) != 0; /* whoever asked has gone */
	batch_reset(t->in);
	t->bytes = 0;
}

static int take_record(void *arg, const struct record *r)
{
	struct trial *t = arg;
	struct arena *a = &t->in->arena;
	struct record *copy = batch_add_record(t->in);

	*copy = *r;
	copy->key = r->key ? arena_dup(a, r->key, r->key_len) : NULL;
	copy->value = r->value ? arena_dup(a, r->value, r->value_len) : NULL;
	copy->headers = NULL; /* none of them is about a row */
	copy->nheaders = 0;
	t->in->topic = r->topic;
	t->in->partition = r->partition;
	t->bytes += r->key_len + r->value_len;
	if (t->in->nrecords >= BATCH_ROWS || t->bytes >= BATCH_BYTES)
		run_batch(t);
	return t->failed || --t->left <= 0;
}

static int scan_partition(struct trial *t, const struct log_topic *topic, unsigned i, struct err *err)
{
	const struct log_partition at = topic->partitions[i];
	int64_t share = (t->wish->count + topic->npartitions - 1) / topic->npartitions, from = at.high - share;
	struct log_from wanted;

	if (t->wish->from &&
			(log_from_parse(t->wish->from, &wanted, err) ||
					log_from_offset(t->log, &wanted, topic->name, at, &from, err)))
		return -1;
	if (from < at.low)
		from = at.low;
	t->left = share;
	if (from < at.high && log_scan(t->log, topic->name, at.id, from, at.high, take_record, t, err))
		return -1;
	run_batch(t);
	return t->failed ? -1 : 0;
}

struct known_topics {
	const struct format_conf *format;
	const struct log_topics *topics;
};

/* A table whose rows are in the log has rows of its own: to send one there is an error, as it is at work. */
static bool has_topic(void *arg, const char *db, const char *table)
{
	const struct known_topics *known = arg;
	char wanted[TABLE_NAME_ROOM], name[TABLE_NAME_ROOM];
	bool found = false;

	snprintf(wanted, sizeof(wanted), "%s.%s", db, table);
	for (size_t i = 0; i < known->topics->count && !found; i++)
		found = format_topic_table(known->format, known->topics->items[i].name, name, sizeof(name)) &&
				strcasecmp(name, wanted) == 0;
	return found;
}

static int scan_topic(struct trial *t, struct err *err)
{
	struct log_topics topics;
	struct known_topics known = { .format = &t->settings->format, .topics = &topics };
	char name[TABLE_NAME_ROOM];
	int rc = 0;

	if (log_topics(t->log, &topics, err))
		return -1;
	for (int side = 0; side < 2; side++)
		if (t->wish->with[side] == NULL) /* else whoever opened it has said so */
			script_refuse_to(t->side[side].script, has_topic, &known);
	for (size_t i = 0; i < topics.count && t->topic == NULL; i++)
		if (format_topic_table(&t->settings->format, topics.items[i].name, name, sizeof(name)) &&
				strcasecmp(name, t->wish->table) == 0) {
			t->topic = intern(topics.items[i].name);
			for (unsigned k = 0; k < topics.items[i].npartitions && rc == 0; k++)
				rc = scan_partition(t, &topics.items[i], k, err);
		}
	log_topics_free(&topics);
	if (t->topic == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"table '%.200s': expected one whose topic is in the log, found none; `millrace topics` lists them",
				t->wish->table);
	if (rc && err->kind == ERR_NONE)
		*err = t->err;
	return rc;
}

int script_trial(struct log *log, const struct settings *s, const struct trial_wish *wish, engine_emit *emit, void *arg,
		struct err *err)
{
	struct trial *t = xcalloc(1, sizeof(*t));
	int64_t started_us = clock_mono_us();
	int rc;

	*t = (struct trial){ .log = log, .settings = s, .wish = wish, .emit = emit, .arg = arg, .in = batch_new() };
	t->side[0].out = batch_new();
	t->side[1].out = batch_new();
	histogram_init(&t->cost);
	buf_init(&t->line, 16 << 20);
	rc = open_scripts(t, err) || open_decoder(t, err) || scan_topic(t, err) ? -1 : 0;
	if (rc == 0)
		trial_tell(t, clock_mono_us() - started_us);
	if (wish->result)
		*wish->result = t->sum;
	for (int i = 0; i < 2; i++) {
		script_close(t->side[i].script ? t->side[i].script : wish->with[i]);
		batch_free(t->side[i].out);
	}
	schema_unref(t->schema);
	batch_free(t->in);
	format_decoder_free(t->decoder);
	buf_done(&t->line);
	free(t);
	return rc;
}
