/*
 * format_payload.c - reads the payload of a message whose layout is known. Members come in the schema's order, so each
 * is expected at once, with its name, colon and comma, by one comparison; only when that fails is the object walked by
 * name.
 */
#include <string.h>

#include "core/num/num.h"
#include "format/decode/format_decoder.h"

struct row_meta { /* what added fields say */
	char op;  /* 0: nothing */
	bool deleted;
	int64_t commit_us; /* 0: nothing */
};

struct json_payload {
	struct format_decoder *d;
	struct batch *b;
	const struct layout *l;
	struct json j;
};

static enum payload_result refuse(struct json_payload *p, const char *why)
{
	p->d->why = why;
	return PAYLOAD_BAD;
}

static enum payload_result refuse_field(struct json_payload *p, const struct read_cell *cell)
{
	p->d->why = arena_printf(&p->b->arena, "field %s: %s", cell->name,
			p->j.problem ? p->j.problem : "not a value of its type");
	return p->l->dynamic ? PAYLOAD_MISMATCH : PAYLOAD_BAD;
}

static void skip_space(struct json *j)
{
	while (j->at < j->end && (*j->at == ' ' || *j->at == '\n' || *j->at == '\r' || *j->at == '\t'))
		j->at++;
}

static bool at_null(const struct json *j)
{
	return j->end - j->at >= 4 && memcmp(j->at, "null", 4) == 0;
}

/* ---- one row ---- */

static bool read_meta(struct json *j, const struct read_cell *cell, struct row_meta *meta)
{
	struct json_slice v;
	int64_t number;

	if (json_value(j, &v) <= JSON_END)
		return false;
	if (cell->role == ROLE_DELETED)
		meta->deleted = v.kind == JSON_TRUE || (v.kind == JSON_STRING && json_is(&v, "true"));
	else if (cell->role == ROLE_OP && v.kind == JSON_STRING && v.len == 1)
		meta->op = *v.p;
	else if (cell->role == ROLE_COMMIT_US && v.kind == JSON_NUMBER && num_parse_i64(v.p, v.len, &number))
		meta->commit_us = number;
	else if (cell->role == ROLE_COMMIT_MS && v.kind == JSON_NUMBER && !meta->commit_us &&
			num_parse_i64(v.p, v.len, &number))
		(void)__builtin_mul_overflow(number, 1000, &meta->commit_us);
	return true;
}

static inline bool read_member(struct json_payload *p, const struct read_cell *cell, struct value *row,
		struct row_meta *meta)
{
	if (cell->role != ROLE_COLUMN)
		return read_meta(&p->j, cell, meta);
	if (at_null(&p->j)) {
		row[cell->index] = value_null();
		p->j.at += 4;
		return true;
	}
	return cell->read(&p->j, &p->b->arena, cell, &row[cell->index]);
}

static const struct read_cell *find_cell(const struct read_cell *cells, unsigned n, const char *name, size_t len)
{
	for (unsigned i = 0; i < n; i++)
		if (cells[i].name_len == len && memcmp(cells[i].name, name, len) == 0)
			return &cells[i];
	return NULL;
}

/* By name, in any order; every member must be known, and every column there once. */
static enum payload_result read_row_by_name(struct json_payload *p, const struct read_cell *cells, unsigned n,
		struct value *row, struct row_meta *meta)
{
	unsigned columns = 0, seen = 0;
	struct json_slice key;

	for (unsigned i = 0; i < n; i++)
		columns += cells[i].role == ROLE_COLUMN;
	if (!json_enter(&p->j, '{'))
		return refuse(p, "the row is not an object");
	while (json_member(&p->j, &key)) {
		const struct read_cell *cell;
		const char *name;
		size_t len;

		if (json_text(&key, &p->b->arena, &name, &len) < 0)
			return refuse(p, "a member's name is not a text");
		cell = find_cell(cells, n, name, len);
		if (!cell)
			return p->d->why = "the row has a member that its schema does not have", PAYLOAD_MISMATCH;
		if (cell->role == ROLE_COLUMN && (seen++, row[cell->index].kind != VALUE_ABSENT))
			return refuse(p, "a member stands twice in the row");
		skip_space(&p->j);
		if (!read_member(p, cell, row, meta))
			return refuse_field(p, cell);
	}
	if (p->j.problem)
		return refuse(p, p->j.problem);
	return seen == columns ? PAYLOAD_OK : (p->d->why = "the row lacks a member of its schema", PAYLOAD_MISMATCH);
}

static void clear_row(const struct read_cell *cells, unsigned n, struct value *row)
{
	for (unsigned i = 0; i < n; i++)
		if (cells[i].role == ROLE_COLUMN)
			row[cells[i].index] = (struct value){ .kind = VALUE_ABSENT };
}

static enum payload_result read_row(struct json_payload *p, const struct read_cell *cells, unsigned n,
		struct value *row, struct row_meta *meta)
{
	const char *start = p->j.at;
	unsigned i;

	for (i = 0; i < n; i++) {
		const struct read_cell *cell = &cells[i];

		if ((size_t)(p->j.end - p->j.at) <= cell->prefix_len ||
				memcmp(p->j.at, cell->prefix, cell->prefix_len) != 0)
			break;
		p->j.at += cell->prefix_len;
		if (!read_member(p, cell, row, meta))
			break;
	}
	if (i == n && n && p->j.at < p->j.end && *p->j.at == '}') {
		p->j.at++;
		return PAYLOAD_OK;
	}
	p->j.at = start;
	p->j.problem = NULL;
	clear_row(cells, n, row);
	*meta = (struct row_meta){ 0 };
	return read_row_by_name(p, cells, n, row, meta);
}

/* The columns of the key, for a delete that brings nothing else. */
static enum payload_result read_key_row(struct json_payload *p, const struct record *r, struct value **row)
{
	struct json value = p->j;
	struct row_meta meta = { 0 };
	enum payload_result result;

	if (!p->l->has_key)
		return refuse(p, "a delete without a row and without a key");
	*row = batch_row(p->b, p->l->schema);
	json_init(&p->j, r->key + p->l->key_head_len, r->key_len - p->l->key_head_len);
	result = read_row(p, p->l->key, p->l->nkey, *row, &meta);
	if (result == PAYLOAD_OK && p->l->key_head_len && !(p->j.at < p->j.end && *p->j.at++ == '}'))
		result = refuse(p, "the key's message does not end");
	if (result == PAYLOAD_OK && !json_done(&p->j))
		result = refuse(p, "there is text after the key");
	p->j = value;
	return result;
}

/* ---- the end of a message, and the change ---- */

static bool at_end(struct json_payload *p)
{
	skip_space(&p->j);
	if (p->l->head_len) {
		if (p->j.at == p->j.end || *p->j.at != '}')
			return false;
		p->j.at++;
	}
	return p->j.at == p->j.end || json_done(&p->j);
}

static const struct change_txn *flat_txn(struct json_payload *p, int64_t commit_us)
{
	struct change_txn *txn;

	if (p->d->txn && p->d->txn->commit_us == commit_us)
		return p->d->txn;
	txn = arena_alloc(&p->b->arena, sizeof(*txn));
	*txn = (struct change_txn){ .commit_us = commit_us, .thread = -1, .file = "" };
	return p->d->txn = txn;
}

static struct change *add_change(struct json_payload *p, uint32_t record, enum change_op op, struct value *before,
		struct value *after)
{
	struct change *c = batch_add_change(p->b);

	if (p->d->held != p->l->schema) {
		batch_hold_schema(p->b, p->l->schema);
		p->d->held = p->l->schema;
	}
	c->op = op;
	c->schema = p->l->schema;
	c->before = before;
	c->after = after;
	c->record = record;
	return c;
}

static enum change_op flat_op(const struct row_meta *meta)
{
	if (meta->deleted || meta->op == 'd')
		return CHANGE_DELETE;
	return meta->op && strchr("cru", meta->op) ? (enum change_op)meta->op : CHANGE_UPSERT;
}

static enum payload_result read_flat(struct json_payload *p, uint32_t record)
{
	const struct record *r = &p->b->records[record];
	struct value *row;
	struct row_meta meta = { 0 };
	enum payload_result result;
	enum change_op op;
	struct change *c;

	if (at_null(&p->j)) {
		p->j.at += 4;
		meta.deleted = true;
		result = read_key_row(p, r, &row);
	} else {
		row = batch_row(p->b, p->l->schema);
		result = read_row(p, p->l->cells, p->l->ncells, row, &meta);
	}
	if (result != PAYLOAD_OK)
		return result;
	if (!at_end(p))
		return refuse(p, "there is text after the row");
	op = flat_op(&meta);
	c = add_change(p, record, op, op == CHANGE_DELETE ? row : NULL, op == CHANGE_DELETE ? NULL : row);
	c->txn = flat_txn(p, meta.commit_us ? meta.commit_us : r->timestamp_ms > 0 ? r->timestamp_ms * 1000 : 0);
	c->snapshot = op == CHANGE_READ ? SNAPSHOT_INCREMENTAL : SNAPSHOT_NO; /* which snapshot is not told */
	return PAYLOAD_OK;
}

/* ---- envelope ---- */

struct envelope {
	struct value *before, *after;
	struct change_txn *txn;
	enum snapshot_mark snapshot;
	uint64_t pos;
	int64_t row, ts_ms;
	char op;
};

static const char *slice_text(struct json_payload *p, const struct json_slice *v)
{
	const char *text;
	size_t len;

	if (v->kind != JSON_STRING || json_text(v, &p->b->arena, &text, &len) < 0)
		return NULL;
	return arena_dup(&p->b->arena, text, len);
}

static enum snapshot_mark snapshot_of(const struct json_slice *v)
{
	static const struct {
		const char *name;
		enum snapshot_mark mark;
	} marks[] = {
		{ "true", SNAPSHOT_TRUE },
		{ "first", SNAPSHOT_FIRST },
		{ "first_in_data_collection", SNAPSHOT_FIRST_IN_TABLE },
		{ "last_in_data_collection", SNAPSHOT_LAST_IN_TABLE },
		{ "last", SNAPSHOT_LAST },
		{ "incremental", SNAPSHOT_INCREMENTAL },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (v->kind == JSON_STRING && json_is(v, marks[i].name))
			return marks[i].mark;
	return SNAPSHOT_NO;
}

static void source_member(struct json_payload *p, const struct json_slice *key, const struct json_slice *v,
		struct envelope *e)
{
	int64_t n = 0;
	bool number = v->kind == JSON_NUMBER && num_parse_i64(v->p, v->len, &n);

	if (json_is(key, "ts_us") && number) {
		e->txn->commit_us = n;
		e->txn->commit_exact = n % 1000000 != 0;
	} else if (json_is(key, "ts_ms") && number) {
		e->ts_ms = n;
	} else if (json_is(key, "snapshot")) {
		e->snapshot = snapshot_of(v);
	} else if (json_is(key, "gtid")) {
		e->txn->gtid = slice_text(p, v);
	} else if (json_is(key, "file")) {
		e->txn->file = slice_text(p, v);
	} else if (json_is(key, "query")) {
		e->txn->query = slice_text(p, v);
	} else if (json_is(key, "pos") && number) {
		e->pos = (uint64_t)n;
	} else if (json_is(key, "row") && number) {
		e->row = n;
	} else if (json_is(key, "server_id") && number) {
		e->txn->server_id = (uint32_t)n;
	} else if (json_is(key, "thread") && number) {
		e->txn->thread = n;
	}
}

static bool read_source(struct json_payload *p, struct envelope *e)
{
	struct json_slice key, v;

	if (!json_enter(&p->j, '{'))
		return false;
	while (json_member(&p->j, &key)) {
		json_value(&p->j, &v);
		source_member(p, &key, &v, e);
	}
	return !p->j.problem;
}

static enum payload_result read_image(struct json_payload *p, struct value **out)
{
	struct row_meta meta = { 0 };

	skip_space(&p->j);
	if (at_null(&p->j)) {
		p->j.at += 4;
		return PAYLOAD_OK;
	}
	*out = batch_row(p->b, p->l->schema);
	return read_row(p, p->l->cells, p->l->ncells, *out, &meta);
}

/* {"id":"..","total_order":1,..} */
static void read_transaction(struct json_payload *p, const struct json_slice *object, struct envelope *e)
{
	struct json_slice key, v;
	struct json j;

	json_init(&j, object->p, object->len);
	for (bool more = json_enter(&j, '{') && json_member(&j, &key); more; more = json_member(&j, &key)) {
		json_value(&j, &v);
		if (json_is(&key, "id"))
			e->txn->id = slice_text(p, &v);
	}
}

static enum payload_result envelope_member(struct json_payload *p, const struct json_slice *key, struct envelope *e)
{
	struct json_slice v;

	if (json_is(key, "before"))
		return read_image(p, &e->before);
	if (json_is(key, "after"))
		return read_image(p, &e->after);
	if (json_is(key, "source"))
		return read_source(p, e) ? PAYLOAD_OK : refuse(p, "the source block is not an object");
	json_value(&p->j, &v);
	if (json_is(key, "op") && v.kind == JSON_STRING && v.len == 1)
		e->op = *v.p;
	else if (json_is(key, "transaction") && v.kind == JSON_OBJECT)
		read_transaction(p, &v, e);
	return PAYLOAD_OK;
}

static enum payload_result read_members(struct json_payload *p, struct envelope *e)
{
	struct json_slice key;

	if (!json_enter(&p->j, '{'))
		return refuse(p, "the payload is not an object");
	while (json_member(&p->j, &key)) {
		enum payload_result result = envelope_member(p, &key, e);

		if (result != PAYLOAD_OK)
			return result;
	}
	return p->j.problem ? refuse(p, p->j.problem) : PAYLOAD_OK;
}

/* Which images an operation must bring. A delete without its row has at least its key. */
static enum payload_result envelope_check(struct json_payload *p, const struct record *r, struct envelope *e)
{
	switch (e->op) {
	case 'c':
	case 'r':
	case 'u':
		if (e->op != 'u')
			e->before = NULL;
		return e->after ? PAYLOAD_OK : refuse(p, "the operation needs a row in 'after'");
	case 'd': e->after = NULL; return e->before ? PAYLOAD_OK : read_key_row(p, r, &e->before);
	case 't': e->before = e->after = NULL; return PAYLOAD_OK;
	default: return refuse(p, "the operation is not one of c, r, u, d, t");
	}
}

static enum payload_result read_envelope(struct json_payload *p, uint32_t record)
{
	struct envelope e = { .txn = arena_alloc(&p->b->arena, sizeof(*e.txn)) };
	enum payload_result result;
	struct change *c;

	*e.txn = (struct change_txn){ .thread = -1, .file = "" };
	result = read_members(p, &e);
	if (result != PAYLOAD_OK)
		return result;
	if (!at_end(p))
		return refuse(p, "there is text after the envelope");
	result = envelope_check(p, &p->b->records[record], &e);
	if (result != PAYLOAD_OK)
		return result;
	if (!e.txn->commit_us)
		(void)__builtin_mul_overflow(e.ts_ms, 1000, &e.txn->commit_us);
	if (!e.txn->file)
		e.txn->file = "";
	c = add_change(p, record, (enum change_op)e.op, e.before, e.after);
	c->txn = e.txn;
	c->snapshot = e.snapshot;
	c->pos = e.pos;
	c->row = (uint32_t)e.row;
	return PAYLOAD_OK;
}

enum payload_result payload_read(struct format_decoder *d, struct batch *b, uint32_t record, const struct layout *l)
{
	const struct record *r = &b->records[record];
	struct json_payload p = { .d = d, .b = b, .l = l };

	json_init(&p.j, r->value + l->head_len, r->value_len - l->head_len);
	if (!l->head_len)
		skip_space(&p.j);
	return l->envelope && !at_null(&p.j) ? read_envelope(&p, record) : read_flat(&p, record);
}
