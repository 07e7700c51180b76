/*
 * verify_pipe.c - rows of MySQL as a load makes them: through the messages' format and back, with all that it masks, cuts and
 * converts, and through the table's script. The same functions do it that the pipeline's own stages call, so what is compared
 * with the target is what the target was given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/scripts/script_store.h"
#include "engine/verify/verify_parts.h"

struct origin { /* a row of the source, before it became a message */
	const struct value *row;
	const char *dead; /* why it became none */
};

struct verify_pipe {
	struct schema *schema; /* of the source; a reference */
	struct format_encoder *encoder;
	struct format_decoder *decoder;
	struct script *script; /* NULL: none */
	struct batch *scripted;
	const char *topic; /* interned */
	struct origin *origins;
	size_t cap;
	struct sink_cell *cells, *key, *other; /* of one row */
	unsigned room;			       /* of cells */
	struct arena arena;
};

static int open_script(struct verify_pipe *p, const struct engine *e, struct err *err)
{
	const struct settings *live = atomic_load(&e->shared.live);
	const struct table_settings *conf;
	char name[TABLE_NAME_ROOM], key[1200] = "";

	snprintf(name, sizeof(name), "%s.%s", p->schema->db, p->schema->table);
	conf = settings_for_table(live, name);
	if (conf == NULL || !table_has_script(conf))
		return 0;
	p->script = script_store_script(live, conf, err);
	if (p->script && script_own_key(p->script, key, sizeof(key)))
		return err_set(err, ERR_DATA, 0,
				"table %s: its script gives its rows a key of their own (%.200s), so one row of MySQL may be many of the target; compare it by hand",
				name, key);
	if (p->script && script_uses_state(p->script))
		return err_set(err, ERR_DATA, 0,
				"table %s: what its script makes of a row depends on the rows before it (state), which a comparison does not see",
				name);
	return p->script ? 0 : -1;
}

struct verify_pipe *verify_pipe_new(const struct engine *e, struct schema *schema, struct err *err)
{
	struct verify_pipe *p = xcalloc(1, sizeof(*p));

	p->schema = schema_ref(schema);
	p->scripted = batch_new();
	p->key = xcalloc(2 * (size_t)schema->nkey + 1, sizeof(*p->key));
	p->other = p->key + schema->nkey;
	arena_init(&p->arena, 0);
	p->encoder = format_encoder_new(&e->settings->format, err);
	p->decoder = p->encoder ? format_decoder_new(&e->settings->format, err) : NULL;
	if (p->decoder && open_script(p, e, err) == 0) {
		format_decoder_know(p->decoder, schema, -1);
		p->topic = format_topic(p->encoder, schema->db, schema->table);
		return p;
	}
	verify_pipe_free(p);
	return NULL;
}

void verify_pipe_free(struct verify_pipe *p)
{
	if (p == NULL)
		return;
	script_close(p->script);
	batch_free(p->scripted);
	format_encoder_free(p->encoder);
	format_decoder_free(p->decoder);
	schema_unref(p->schema);
	arena_done(&p->arena);
	free(p->origins);
	free(p->cells);
	free(p->key);
	free(p);
}

const char *verify_pipe_topic(const struct verify_pipe *p)
{
	return p->topic;
}

bool verify_pipe_masks(const struct verify_pipe *p, const char *column)
{
	int at;

	column = p->script ? script_column_before(p->script, column) : column;
	at = schema_column(p->schema, column, strlen(column));
	return at >= 0 && format_masks(p->encoder, p->schema, (unsigned)at);
}

/* ---- rows to messages and back ---- */

static int encode(struct verify_pipe *p, struct batch *in, struct err *err)
{
	size_t n = 0;

	if (format_encode(p->encoder, in, err))
		return -1;
	if (in->nchanges > p->cap)
		p->origins = xrealloc(p->origins, (p->cap = in->nchanges) * sizeof(*p->origins));
	for (size_t i = 0; i < in->nchanges; i++)
		p->origins[i] = (struct origin){ .row = in->changes[i].after, .dead = in->changes[i].dead };
	for (size_t i = 0; i < in->nrecords; i++) /* a heartbeat, a tombstone */
		if (in->records[i].topic == p->topic && in->records[i].value)
			in->records[n++] = in->records[i];
	in->nrecords = n;
	return 0;
}

static int decode(struct verify_pipe *p, struct batch *in, struct err *err)
{
	struct format_unsure unsure;

	for (size_t i = 0; i < in->nrecords; i++)
		in->records[i].offset = (int64_t)i;
	in->topic = p->topic;
	if (format_decode(p->decoder, in, err))
		return -1;
	if (format_decoder_unsure(p->decoder, &unsure))
		return err_set(err, ERR_DATA, 0,
				"table %s.%s: its messages do not have the columns that MySQL has now: %.200s",
				p->schema->db, p->schema->table, unsure.shape);
	return 0;
}

static int run_script(struct verify_pipe *p, struct batch *in, struct batch **out, struct err *err)
{
	*out = in;
	if (p->script == NULL)
		return 0;
	batch_reset(p->scripted);
	*out = p->scripted;
	return script_run(p->script, in, 0, in->nchanges, p->scripted, err);
}

/* ---- messages to cells ---- */

static bool keys_equal(const struct verify_pipe *p)
{
	return verify_hash(p->key, p->schema->nkey) == verify_hash(p->other, p->schema->nkey);
}

static int other_key(const struct verify_pipe *p, const char *bound, struct err *err)
{
	return err_set(err, ERR_DATA, 0,
			"table %s.%s: the row with the key %.100s gets another key on its way (%s), and rows are compared by key",
			p->schema->db, p->schema->table, bound,
			p->script ? "the table's script" : "message.key.columns, column.mask or column.truncate");
}

/* One row that comes out of the pipe; the key of what it was made from is p->key. */
static int put_output(struct verify_pipe *p, const struct change *c, const char *bound, struct sink_reader *reader,
		struct verify_set *out, struct err *err)
{
	char why[240];

	if (c->dead) {
		verify_set_put(out, p->key, NULL, c->dead, bound);
		return 0;
	}
	if (c->routed || c->after == NULL) /* of another table; a delete: it should not be there */
		return 0;
	sink_reader_expect_key(reader, c->schema, c->after, &p->arena, p->other);
	if (!keys_equal(p))
		return other_key(p, bound, err);
	if (sink_reader_expect(reader, c->schema, c->after, &p->arena, p->cells, why, sizeof(why)) < 0)
		verify_set_put(out, p->key, NULL, why, bound);
	else
		verify_set_put(out, p->key, p->cells, NULL, bound);
	return 0;
}

/* Changes of one message stand behind each other, in the order of the messages. */
static int put_rows(struct verify_pipe *p, const struct batch *in, size_t n, const struct batch *out,
		const struct source_chunk *chunk, struct sink_reader *reader, struct verify_set *set, struct err *err)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		arena_reset(&p->arena);
		sink_reader_expect_key(reader, p->schema, p->origins[i].row, &p->arena, p->key);
		verify_set_put(set, p->key, NULL, p->origins[i].dead, chunk->bounds[i]);
		for (; at < out->nchanges && in->records[out->changes[at].record].change == i; at++)
			if (put_output(p, &out->changes[at], chunk->bounds[i], reader, set, err))
				return -1;
	}
	return 0;
}

int verify_pipe_run(struct verify_pipe *p, struct batch *in, const struct source_chunk *chunk,
		struct sink_reader *reader, struct verify_set *out, struct err *err)
{
	size_t n = in->nchanges;
	struct batch *scripted;

	if (p->room < sink_reader_columns(reader)) {
		p->room = sink_reader_columns(reader);
		p->cells = xrealloc(p->cells, p->room * sizeof(*p->cells));
	}
	if (n == 0)
		return 0;
	if (encode(p, in, err) || decode(p, in, err) || run_script(p, in, &scripted, err))
		return -1;
	return put_rows(p, in, n, scripted, chunk, reader, out, err);
}
