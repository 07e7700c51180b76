/* trace_now.c - see trace_now.h. */
#include "engine/control/trace_now.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/messages/trace_key.h"

struct asking {
	struct source_reader *source;
	struct sink *sink;
	struct sink_reader *reader;
	struct batch *row; /* of MySQL; no change: it has none */
	struct arena arena;
	struct source_text key[TRACE_PARTS];
	unsigned nkey;
	bool found; /* at the target */
};

static const char *part_of(const struct trace_key *k, const char *column, unsigned nkey)
{
	for (size_t i = 0; i < k->nparts; i++)
		if (k->parts[i].name ? strcmp(k->parts[i].name, column) == 0 : nkey == 1)
			return k->parts[i].value;
	return NULL;
}

/* The values of the key's columns, in their order. */
static int key_values(struct asking *a, const struct trace_key *k, const struct schema *s, struct err *err)
{
	a->nkey = s->nkey;
	if (s->nkey == 0 || s->nkey > TRACE_PARTS || k->nparts != s->nkey)
		return err_set(err, ERR_CONFIG, 0, "not asked: the key of the table has %u columns, and %zu are given",
				s->nkey, k->nparts);
	for (unsigned i = 0; i < s->nkey; i++) {
		const char *value = part_of(k, s->columns[s->key[i]].name, s->nkey);

		if (value == NULL)
			return err_set(err, ERR_CONFIG, 0, "not asked: key column %s is not given",
					s->columns[s->key[i]].name);
		a->key[i] = (struct source_text){ value, strlen(value) };
	}
	return 0;
}

static int ask_mysql(struct asking *a, struct err *err)
{
	struct source_chunk chunk;
	char *bound = source_reader_bound(a->source, a->key, err);
	const char *bounds[1] = { bound };
	int rc = bound ? source_reader_keys(a->source, bounds, 1, a->row, &chunk, err) : -1;

	free(bound);
	return rc;
}

static int on_row(void *arg, const struct sink_cell *cells)
{
	struct asking *a = arg;

	(void)cells;
	a->found = true;
	return 0;
}

/* By the key of MySQL's row as a load spells it; where MySQL has none, by the text as it was given. */
static int ask_target(struct asking *a, const struct settings *s, struct err *err)
{
	struct schema *schema = source_reader_schema(a->source);
	struct sink_cell key[TRACE_PARTS];

	a->sink = sink_open(&s->sink, err);
	a->reader = a->sink ? sink_reader_open(a->sink, schema, err) : NULL;
	if (a->reader == NULL)
		return -1;
	for (unsigned i = 0; i < a->nkey; i++)
		key[i] = (struct sink_cell){ .p = a->key[i].p, .len = (uint32_t)a->key[i].len, .kind = CELL_TEXT };
	if (a->row->nchanges)
		sink_reader_expect_key(a->reader, schema, a->row->changes[0].after, &a->arena, key);
	return sink_reader_page(a->reader, &(struct sink_page){ .keys = key, .nkeys = 1 }, on_row, a, err);
}

static void say(char *out, size_t size, int rc, bool there, const struct err *err)
{
	snprintf(out, size, "%.190s", rc ? err->msg : there ? "there" : "not there");
}

void trace_now_ask(struct engine *e, const char *db_table, const char *key, struct trace_now *out)
{
	struct asking a = { .row = batch_new() };
	struct trace_key *k = xcalloc(1, sizeof(*k));
	struct err err, of_target;
	int rc;

	err_clear(&err);
	err_clear(&of_target);
	arena_init(&a.arena, 4096);
	a.source = trace_key_parse(k, key, &err) ? NULL
						 : source_reader_open(capture_mysql_conf(e->capture), db_table, &err);
	rc = a.source && key_values(&a, k, source_reader_schema(a.source), &err) == 0 ? ask_mysql(&a, &err) : -1;
	say(out->mysql, sizeof(out->mysql), rc, a.row->nchanges > 0, &err);
	if (rc == 0)
		rc = ask_target(&a, e->settings, &of_target);
	else
		of_target = err;
	say(out->target, sizeof(out->target), rc, a.found, &of_target);
	sink_reader_close(a.reader);
	if (a.sink)
		sink_close(a.sink);
	source_reader_close(a.source);
	arena_done(&a.arena);
	batch_free(a.row);
	free(k);
}
