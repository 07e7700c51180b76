/*
 * format_plan.c - prepares the templates of one table. Every text is built once in a scratch buffer and then copied
 * into the plan's arena with room behind it, so that the hot path may copy 16 bytes where it needs five.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "format/cell/format_default.h"
#include "format/cell/format_name.h"
#include "format/encode/format_encoder.h"
#include "format/encode/format_schema.h"

#define PLAN_SLACK 16
#define PLAN_TEXT_MAX ((size_t)256 << 20)

static struct format_piece piece_take(struct format_plan *p, struct buf *b)
{
	char *copy = arena_alloc(&p->arena, b->len + PLAN_SLACK);

	memset(copy + b->len, 0, PLAN_SLACK);
	if (b->len)
		memcpy(copy, b->data, b->len);
	struct format_piece piece = { copy, (uint32_t)b->len };
	if (b->failed && !p->problem)
		p->problem = "the schema's text is larger than 256 MiB";
	buf_reset(b);
	return piece;
}

static void cell_build(struct format_plan *p, struct buf *b, struct format_cell *cell, const struct column *c,
		const struct mapper *m, bool first, const struct format_conf *conf)
{
	struct format_modes modes = format_modes_of(conf);
	struct format_type t;
	struct format_piece piece;

	if (format_type_of(c, &modes, &t) < 0) {
		p->problem = arena_printf(&p->arena,
				"column %s: type %s is not known; leave the column out or change its type", c->name,
				c->type_text ? c->type_text : "unknown");
		return;
	}
	buf_putc(b, first ? '{' : ',');
	format_name_put_field(b, conf, c->name);
	buf_putc(b, ':');
	piece = piece_take(p, b);
	cell->prefix = piece.p;
	cell->prefix_len = piece.len;
	format_null_write(b, c, &t, conf->replace_null_with_default);
	piece = piece_take(p, b);
	cell->null_text = piece.p;
	cell->null_len = piece.len;
	cell->write = cell_writer(t.shape);
	cell->column = c;
	cell->digits = t.shape == CELL_BITS ? (uint8_t)((c->length + 7) / 8) : c->scale;
	if (m)
		mapper_apply(m, cell, &t, &p->arena);
}

/* mappers NULL: a key, which has none. */
static void row_build(struct format_plan *p, struct buf *b, struct row_plan *r, const unsigned *column, unsigned n,
		const struct mapper *const *mappers, const struct format_conf *conf)
{
	r->cells = arena_alloc(&p->arena, (n + 1) * sizeof(*r->cells));
	memset(r->cells, 0, (n + 1) * sizeof(*r->cells));
	r->ncells = n;
	r->column = column;
	r->bound = 64;
	for (unsigned i = 0; i < n && !p->problem; i++) {
		struct format_cell *cell = &r->cells[i];

		cell_build(p, b, cell, &p->schema->columns[column ? column[i] : i], mappers ? mappers[i] : NULL, i == 0,
				conf);
		r->bound += cell->prefix_len + cell->null_len + CELL_FIXED_BOUND;
	}
}

static void put_flat_fields(struct buf *b, const struct format_plan *p, const struct format_encoder *e)
{
	bool comma = p->schema->ncolumns > 0;

	if (e->rewrite) {
		buf_printf(b, "%s{\"type\":\"string\",\"optional\":true,\"field\":\"__deleted\"}", comma ? "," : "");
		comma = true;
	}
	for (unsigned i = 0; i < e->add.count; i++, comma = true)
		buf_printf(b, "%s%s", comma ? "," : "", e->add.items[i].schema);
}

static void put_value_schema(struct buf *b, const struct format_plan *p, const struct schema_text *text,
		const struct format_encoder *e)
{
	if (text->conf->message_format == FORMAT_ENVELOPE) {
		format_schema_envelope(b, text);
		return;
	}
	format_schema_row_open(b, text);
	put_flat_fields(b, p, e);
	format_schema_row_close(b, text, false, NULL);
}

static void build_values(struct format_plan *p, struct buf *b, const struct schema_text *text,
		const struct format_encoder *e)
{
	bool schemas = text->conf->schemas_enable;

	if (schemas) {
		buf_puts(b, "{\"schema\":");
		put_value_schema(b, p, text, e);
		buf_puts(b, ",\"payload\":");
	}
	p->value_head = piece_take(p, b);
	if (schemas) {
		buf_puts(b, "{\"schema\":");
		format_schema_row_open(b, text);
		format_schema_row_close(b, text, true, NULL);
		buf_puts(b, ",\"payload\":null}");
	} else {
		buf_puts(b, "null");
	}
	p->null_value = piece_take(p, b);
	buf_puts(b, schemas ? "}}" : "}");
	p->tail = piece_take(p, b);
}

static void build_key(struct format_plan *p, struct buf *b, const struct schema_text *text,
		const struct key_rules *rules)
{
	unsigned *key, n = key_rules_choose(rules, p->schema, &p->arena, &key);

	row_build(p, b, &p->key, key, n, NULL, text->conf);
	if (text->conf->schemas_enable) {
		buf_puts(b, "{\"schema\":");
		format_schema_key(b, text, key, n);
		buf_puts(b, ",\"payload\":");
	}
	p->key_head = piece_take(p, b);
	murmur2_cache_init(&p->hash, p->key_head.len);
	p->no_key_hash = format_murmur2(p->topic, strlen(p->topic));
}

static const struct mapper *const *find_mappers(struct format_plan *p, const struct mappers *all)
{
	const struct mapper **found = arena_alloc(&p->arena, (p->schema->ncolumns + 1) * sizeof(*found));

	for (unsigned i = 0; i < p->schema->ncolumns; i++)
		found[i] = mappers_find(all, p->schema, &p->schema->columns[i]);
	return found;
}

static void build_source_names(struct format_plan *p, struct buf *b)
{
	buf_json_str(b, p->schema->db);
	p->db_text = piece_take(p, b);
	buf_json_str(b, p->schema->table);
	p->table_text = piece_take(p, b);
	buf_printf(b, ",\"db\":%.*s", (int)p->db_text.len, p->db_text.p);
	p->db = piece_take(p, b);
	buf_printf(b, ",\"table\":%.*s", (int)p->table_text.len, p->table_text.p);
	p->table = piece_take(p, b);
}

static void find_taken_name(struct format_plan *p, const struct format_encoder *e)
{
	for (unsigned i = 0; i < p->schema->ncolumns && !p->problem; i++) {
		const char *why = format_name_taken(e, p->schema, i);

		if (why)
			p->problem = arena_printf(&p->arena,
					"column %s: %s; rename it, leave it out by column.exclude.list, or set "
					"[kafka] message.format = envelope",
					p->schema->columns[i].name, why);
	}
}

struct format_plan *format_plan_new(const struct format_encoder *e, struct schema *s, const char *topic)
{
	struct format_plan *p = xcalloc(1, sizeof(*p));
	struct schema_text text = { .schema = s, .topic = topic, .conf = e->conf };
	struct buf b;

	buf_init(&b, PLAN_TEXT_MAX);
	arena_init(&p->arena, 16384);
	p->schema = schema_ref(s);
	p->topic = topic;
	text.mappers = find_mappers(p, &e->mappers);
	row_build(p, &b, &p->row, NULL, s->ncolumns, text.mappers, e->conf);
	build_key(p, &b, &text, &e->keys);
	build_values(p, &b, &text, e);
	build_source_names(p, &b);
	find_taken_name(p, e);
	buf_done(&b);
	return p;
}

void format_plan_free(struct format_plan *p)
{
	if (!p)
		return;
	schema_unref(p->schema);
	arena_done(&p->arena);
	free(p);
}
