/*
 * format_recognise.c - meets a message for the first time: where its payload begins, what its schema block says, or,
 * when it has none, what its members look like.
 */
#include <string.h>

#include "core/fnv.h"
#include "core/xalloc.h"
#include "format/decode/format_decoder.h"

#define SCHEMALESS_FIELDS 4096
#define NULL_HEAD "{\"schema\":null,\"payload\":"
#define NULL_HEAD_LEN (sizeof(NULL_HEAD) - 1)

bool record_has_schema(const char *p, size_t len)
{
	return len > 11 && memcmp(p, "{\"schema\":{", 11) == 0;
}

static bool refuse(struct format_decoder *d, const char *why)
{
	d->why = why;
	return false;
}

/* {"schema":{..},"payload": ; the length of it all, 0: refused. */
static size_t read_head(struct format_decoder *d, const char *p, size_t len, struct block_field *out)
{
	struct json_slice key;
	struct json j;

	json_init(&j, p, len);
	json_enter(&j, '{');
	json_member(&j, &key);
	if (block_read(&j, &d->scratch, out, &d->why) < 0)
		return 0;
	if (!json_member(&j, &key) || !json_is(&key, "payload"))
		return refuse(d, "no payload after the schema"), 0;
	while (j.at < j.end && *j.at == ' ')
		j.at++;
	return (size_t)(j.at - p);
}

/* ---- without a schema: the members of an object, with guessed types ---- */

static void guess_type(struct block_field *f, const struct json_slice *v)
{
	*f = (struct block_field){
		.type = CONNECT_STRING,
		.optional = true,
		.scale = -1,
		.precision = -1,
		.length = -1,
		.source_length = -1,
		.source_scale = -1,
	};
	if (v->kind == JSON_TRUE || v->kind == JSON_FALSE)
		f->type = CONNECT_BOOLEAN;
	else if (v->kind == JSON_NUMBER)
		f->type = memchr(v->p, '.', v->len) || memchr(v->p, 'e', v->len) || memchr(v->p, 'E', v->len)
				? CONNECT_DOUBLE
				: CONNECT_INT64;
	else if (v->kind == JSON_OBJECT || v->kind == JSON_ARRAY)
		f->semantic = connect_json_name;
}

static bool guess_fields(struct format_decoder *d, const char *p, size_t len, struct block_field *out)
{
	struct json_slice key, v;
	const char *name;
	struct json j;
	size_t n;

	*out = (struct block_field){ .type = CONNECT_STRUCT };
	out->fields = arena_alloc(&d->scratch, SCHEMALESS_FIELDS * sizeof(*out->fields));
	json_init(&j, p, len);
	if (!json_enter(&j, '{'))
		return refuse(d, "the message is not an object");
	while (json_member(&j, &key)) {
		if (json_value(&j, &v) <= JSON_END || json_text(&key, &d->scratch, &name, &n) < 0 ||
				memchr(name, '\0', n))
			break;
		name = arena_dup(&d->scratch, name, n);
		if (out->nfields == SCHEMALESS_FIELDS || block_member(out, name))
			return refuse(d, "too many members, or one that stands twice");
		guess_type(&out->fields[out->nfields], &v);
		out->fields[out->nfields++].name = name;
	}
	return json_done(&j) || refuse(d, j.problem ? j.problem : "there is text after the message");
}

/* The slice of a member that is an object. */
static bool object_member(const char *p, size_t len, const char *name, struct json_slice *out)
{
	struct json_slice key;
	struct json j;

	json_init(&j, p, len);
	json_enter(&j, '{');
	while (json_member(&j, &key)) {
		json_value(&j, out);
		if (json_is(&key, name))
			return out->kind == JSON_OBJECT;
	}
	return false;
}

static bool is_envelope(const struct block_field *top)
{
	return block_member(top, "op") && block_member(top, "source") &&
			(block_member(top, "after") || block_member(top, "before"));
}

/* Where the payload of a message without types is: the whole message, or behind {"schema":null,"payload": */
static bool bare_payload(struct format_decoder *d, const char *p, size_t len, struct json_slice *out, size_t *head)
{
	struct json j;

	*head = len > NULL_HEAD_LEN && memcmp(p, NULL_HEAD, NULL_HEAD_LEN) == 0 ? NULL_HEAD_LEN : 0;
	*out = (struct json_slice){ .kind = JSON_OBJECT, .p = p, .len = len };
	if (*head == 0)
		return true;
	json_init(&j, p + *head, len - *head);
	return json_value(&j, out) > JSON_END || refuse(d, "no payload after the schema");
}

static bool recognise_schemaless(struct format_decoder *d, const struct record *r, struct layout_source *from,
		struct block_field *row, size_t *head)
{
	struct json_slice payload, image;

	from->schemaless = true;
	from->row = row;
	if (!bare_payload(d, r->value, r->value_len, &payload, head) || !guess_fields(d, payload.p, payload.len, row))
		return false;
	if (!is_envelope(row))
		return true;
	from->envelope = true;
	if (object_member(payload.p, payload.len, "after", &image) ||
			object_member(payload.p, payload.len, "before", &image))
		return guess_fields(d, image.p, image.len, row);
	row->nfields = 0; /* a truncate: no row to learn from */
	return true;
}

static size_t recognise_schema(struct format_decoder *d, const struct record *r, struct layout_source *from,
		struct block_field *top)
{
	size_t head = read_head(d, r->value, r->value_len, top);
	const struct block_field *row = top;

	if (head == 0)
		return 0;
	if (top->type != CONNECT_STRUCT)
		return refuse(d, "the schema is not that of a row"), 0;
	if (is_envelope(top)) {
		from->envelope = true;
		row = block_member(top, "after") ? block_member(top, "after") : block_member(top, "before");
	}
	if (row->type != CONNECT_STRUCT || (row->semantic && strncmp(row->semantic, "io.debezium.connector.", 22) == 0))
		return refuse(d, "the schema is not that of a row"), 0;
	from->row = row;
	from->name = row->semantic;
	return head;
}

static enum connect_type guessed_type(enum column_type type)
{
	switch (type) {
	case COL_TINYINT: return CONNECT_BOOLEAN;
	case COL_BIGINT: return CONNECT_INT64;
	case COL_DOUBLE: return CONNECT_DOUBLE;
	default: return CONNECT_STRING;
	}
}

/* A type that was guessed and a value that does not fit it: the wider of both. */
static void widen(struct block_field *row, const struct layout *old)
{
	for (unsigned i = 0; i < row->nfields; i++) {
		const struct read_cell *cell = &old->cells[i];
		struct block_field *f = &row->fields[i];
		enum connect_type before;

		if (cell->role != ROLE_COLUMN)
			continue;
		before = guessed_type(cell->column->type);
		if (f->type == before)
			continue;
		f->type = (before == CONNECT_INT64 && f->type == CONNECT_DOUBLE) ||
						(before == CONNECT_DOUBLE && f->type == CONNECT_INT64)
				? CONNECT_DOUBLE
				: CONNECT_STRING;
		if (f->type == CONNECT_STRING)
			f->semantic = NULL;
	}
}

static bool same_names(const struct block_field *row, const struct layout *l)
{
	if (!l->dynamic || l->ncells != row->nfields)
		return false;
	for (unsigned i = 0; i < row->nfields; i++)
		if (strcmp(l->cells[i].name, row->fields[i].name) != 0)
			return false;
	return true;
}

static struct layout **slot_for(struct topic *t, const struct layout_source *from, struct block_field *row)
{
	for (unsigned i = 0; from->schemaless && i < t->nlayouts; i++) {
		if (same_names(row, t->layouts[i]) && t->layouts[i]->envelope == from->envelope) {
			widen(row, t->layouts[i]);
			return &t->layouts[i];
		}
	}
	xgrow(t->layouts, t->nlayouts, t->cap_layouts, 4);
	t->layouts[t->nlayouts] = NULL;
	return &t->layouts[t->nlayouts++];
}

static bool recognise_key(struct format_decoder *d, const struct record *r, struct layout_source *from,
		struct block_field *key, size_t *head)
{
	struct json_slice payload;

	*head = 0;
	if (!r->key)
		return true;
	from->key = key;
	if (!record_has_schema(r->key, r->key_len))
		return bare_payload(d, r->key, r->key_len, &payload, head) &&
				guess_fields(d, payload.p, payload.len, key);
	*head = read_head(d, r->key, r->key_len, key);
	return *head && (key->type == CONNECT_STRUCT || refuse(d, "the key is not a struct"));
}

static uint64_t shape_add(uint64_t hash, const char *p, size_t len)
{
	return fnv_add(fnv_bytes(hash, p, len), 0xff);
}

static uint64_t shape_of(const struct layout *l)
{
	uint64_t hash = shape_add(FNV_STANDARD, l->head, l->head_len);

	hash = shape_add(hash, l->key_head, l->key_head_len);
	for (unsigned i = 0; i < l->ncells; i++)
		hash = shape_add(hash, l->cells[i].name, l->cells[i].name_len);
	for (unsigned i = 0; i < l->nkey; i++)
		hash = shape_add(hash, l->key[i].name, l->key[i].name_len);
	return hash + l->envelope;
}

static bool is_settled(const struct topic *t, uint64_t shape)
{
	for (size_t i = 0; i < t->nsettled; i++)
		if (t->settled[i] == shape)
			return true;
	return false;
}

/* One that is there already is not kept twice: a message that cannot be read comes here each time. */
static struct layout *layout_once(struct topic *t, struct layout *l)
{
	for (unsigned i = 0; i < t->nlayouts; i++) {
		struct layout *old = t->layouts[i];

		if (old == l || old->shape != l->shape || old->dynamic != l->dynamic || old->from_us != l->from_us ||
				(old->schema != l->schema && l->schema->exact))
			continue;
		t->layouts[t->used] = t->layouts[--t->nlayouts];
		t->used = i < t->nlayouts ? i : t->used;
		layout_free(l);
		return t->layouts[t->used];
	}
	return l;
}

static struct layout *layout_place(struct format_decoder *d, struct topic *t, const struct record *r,
		const struct layout_source *from, struct block_field *row, size_t head, size_t key_head)
{
	struct layout *l, **slot;
	const char *why = NULL;

	slot = slot_for(t, from, row);
	l = layout_new(from, &why);
	layout_free(*slot);
	*slot = l;
	if (why) {
		d->why = arena_printf(&d->scratch, "%s", why);
		layout_free(l);
		*slot = t->layouts[--t->nlayouts];
		t->layouts[t->nlayouts] = NULL;
		t->used = 0;
		return NULL;
	}
	l->head = arena_dup(&l->arena, r->value, head);
	l->head_len = head;
	l->key_head = arena_dup(&l->arena, r->key ? r->key : "", key_head);
	l->key_head_len = key_head;
	l->key_bare = r->key && !record_has_schema(r->key, r->key_len);
	l->shape = shape_of(l);
	l->settled = l->schema->exact || l->ncells == 0 || is_settled(t, l->shape);
	t->used = (unsigned)(slot - t->layouts);
	return layout_once(t, l);
}

/*
 * The four bytes "null" in place of a row: a delete by the key. The columns are those of the newest exact schema, or
 * else the key's alone.
 */
static bool recognise_bare_delete(struct format_decoder *d, const struct topic *t, const struct record *r,
		struct layout_source *from, struct block_field *row)
{
	const struct schema *s = t->nexact ? t->exact[t->nexact - 1].schema : NULL;

	from->row = row;
	if (!from->key)
		return refuse(d, "a null in place of a row, without a key");
	if (!s) {
		from->schemaless = !record_has_schema(r->key, r->key_len);
		*row = *from->key;
		return true;
	}
	from->schemaless = true;
	*row = (struct block_field){ .type = CONNECT_STRUCT, .nfields = s->ncolumns };
	row->fields = arena_alloc(&d->scratch, (s->ncolumns + 1) * sizeof(*row->fields));
	for (unsigned i = 0; i < s->ncolumns; i++)
		row->fields[i] = (struct block_field){ .name = s->columns[i].name };
	return true;
}

static bool is_bare_null(const struct record *r)
{
	return r->value_len == 4 && memcmp(r->value, "null", 4) == 0;
}

static bool recognise_row(struct format_decoder *d, const struct topic *t, const struct record *r,
		struct layout_source *from, struct block_field *row, size_t *head)
{
	*head = 0;
	if (is_bare_null(r))
		return recognise_bare_delete(d, t, r, from, row);
	if (!record_has_schema(r->value, r->value_len))
		return recognise_schemaless(d, r, from, row, head);
	*head = recognise_schema(d, r, from, row);
	return *head != 0;
}

struct layout *layout_recognise(struct format_decoder *d, struct topic *t, const struct record *r, int64_t at_us)
{
	struct layout_source from = {
		.topic = t->name,
		.record = r,
		.exact = t->exact,
		.nexact = t->nexact,
		.at_us = at_us,
		.add = &d->add,
		.conf = d->conf,
	};
	struct block_field row, key;
	size_t head, key_head;

	arena_reset(&d->scratch);
	if (!recognise_key(d, r, &from, &key, &key_head) || !recognise_row(d, t, r, &from, &row, &head))
		return NULL;
	return layout_place(d, t, r, &from, &row, head, key_head);
}
