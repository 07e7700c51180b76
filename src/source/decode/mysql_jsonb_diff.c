/*
 * mysql_jsonb_diff.c - partial JSON updates. The document before stays binary; only the containers along the paths of
 * the differences are opened into nodes, in the arena. Keys go where the server would keep them (by length, then
 * bytes), so that the text is what a whole document would have given.
 */
#include <string.h>

#include "core/json.h"
#include "source/decode/mysql_bytes.h"
#include "source/decode/mysql_jsonb.h"
#include "source/decode/mysql_jsonb_read.h"

enum diff_op { DIFF_REPLACE = 0, DIFF_INSERT = 1, DIFF_REMOVE = 2 };
enum { NODE_MEMBERS_MIN = 4 };

struct node;

struct diff_member {
	const char *key; /* objects */
	size_t key_len;
	struct node *value;
};

struct node {
	bool open; /* members are set, and hold; else raw does */
	bool object;
	struct jsonb_value raw;
	struct diff_member *members;
	size_t count, cap;
};

struct leg { /* one step of a path */
	bool is_key;
	const char *key;
	size_t key_len;
	uint64_t index;
};

struct update {
	struct arena *arena;
	struct err *err;
	struct node root;
};

struct jsonb_diff {
	enum diff_op op;
	const char *path;
	size_t path_len;
	struct jsonb_value value;
};

static struct node *node_new(struct arena *arena, const struct jsonb_value *raw)
{
	struct node *n = arena_alloc(arena, sizeof(*n));

	*n = (struct node){ .raw = *raw };
	return n;
}

static int node_member_read(struct update *u, const struct jsonb_container *c, uint32_t i, struct diff_member *m)
{
	struct jsonb_value v;

	*m = (struct diff_member){ 0 };
	if (c->object && jsonb_key(c, i, &m->key, &m->key_len, u->err) < 0)
		return -1;
	if (jsonb_element(c, i, &v, u->err) < 0)
		return -1;
	m->value = node_new(u->arena, &v);
	return 0;
}

static int node_open(struct update *u, struct node *n)
{
	struct jsonb_container c;

	if (n->open)
		return 0;
	if (!jsonb_is_container(&n->raw))
		return err_set(u->err, ERR_DATA, 0,
				"partial JSON update: the path goes through a value that is no object or array");
	if (jsonb_container_open(&n->raw, &c, u->err) < 0)
		return -1;
	n->cap = c.count + NODE_MEMBERS_MIN;
	n->members = arena_alloc(u->arena, n->cap * sizeof(*n->members));
	for (n->count = 0; n->count < c.count; n->count++)
		if (node_member_read(u, &c, (uint32_t)n->count, &n->members[n->count]) < 0)
			return -1;
	n->object = c.object;
	n->open = true;
	return 0;
}

static int key_cmp(const struct diff_member *m, const char *key, size_t len)
{
	if (m->key_len != len)
		return m->key_len < len ? -1 : 1;
	return memcmp(m->key, key, len);
}

/* Where the leg points; for what is not there: where it belongs. */
static size_t node_find(const struct node *n, const struct leg *leg, bool *found)
{
	size_t i = 0;

	if (!leg->is_key) {
		*found = leg->index < n->count;
		return *found ? (size_t)leg->index : n->count;
	}
	while (i < n->count && key_cmp(&n->members[i], leg->key, leg->key_len) < 0)
		i++;
	*found = i < n->count && key_cmp(&n->members[i], leg->key, leg->key_len) == 0;
	return i;
}

static void node_insert(struct update *u, struct node *n, size_t at, const struct diff_member *m)
{
	if (n->count == n->cap) {
		struct diff_member *more = arena_alloc(u->arena, 2 * n->cap * sizeof(*more));

		memcpy(more, n->members, n->count * sizeof(*more));
		n->members = more;
		n->cap *= 2;
	}
	memmove(&n->members[at + 1], &n->members[at], (n->count - at) * sizeof(*n->members));
	n->members[at] = *m;
	n->count++;
}

static void node_remove(struct node *n, size_t at)
{
	n->count--;
	memmove(&n->members[at], &n->members[at + 1], (n->count - at) * sizeof(*n->members));
}

/* ---- paths: $.name."other name"[3] ---- */

static int path_bad(struct update *u, const struct jsonb_diff *d)
{
	return err_set(u->err, ERR_DATA, 0, "partial JSON update: path '%.*s' is not understood",
			(int)(d->path_len > 100 ? 100 : d->path_len), d->path);
}

static const char *leg_index(const char *p, const char *end, struct leg *leg)
{
	const char *start = p;

	leg->index = 0;
	for (; p < end && *p >= '0' && *p <= '9' && p - start < 10; p++)
		leg->index = leg->index * 10 + (uint64_t)(*p - '0');
	return p > start && p < end && *p == ']' ? p + 1 : NULL;
}

static const char *leg_quoted(struct update *u, const char *p, const char *end, struct leg *leg)
{
	struct json_slice slice = { .kind = JSON_STRING, .p = p };

	for (; p < end && *p != '"'; p++) {
		if (*p == '\\') {
			slice.escaped = true;
			p++;
		}
	}
	if (p >= end)
		return NULL;
	slice.len = (size_t)(p - slice.p);
	return json_text(&slice, u->arena, &leg->key, &leg->key_len) == 0 ? p + 1 : NULL;
}

static const char *leg_parse(struct update *u, const char *p, const char *end, struct leg *leg)
{
	*leg = (struct leg){ .is_key = *p == '.' };
	if (*p == '[')
		return leg_index(p + 1, end, leg);
	if (*p != '.' || p + 1 == end)
		return NULL;
	p++;
	if (*p == '"')
		return leg_quoted(u, p + 1, end, leg);
	leg->key = p;
	while (p < end && *p != '.' && *p != '[')
		p++;
	leg->key_len = (size_t)(p - leg->key);
	return leg->key_len ? p : NULL;
}

/* ---- one difference ---- */

static int diff_do(struct update *u, const struct jsonb_diff *d, struct node *parent, const struct leg *leg)
{
	bool found;
	size_t at;
	struct diff_member m = { .key = leg->key, .key_len = leg->key_len };

	if (node_open(u, parent) < 0)
		return -1;
	if (leg->is_key != parent->object)
		return path_bad(u, d);
	at = node_find(parent, leg, &found);
	if (d->op == DIFF_INSERT && leg->is_key && found)
		return err_set(u->err, ERR_DATA, 0, "partial JSON update: inserts a key that is there already");
	if (d->op != DIFF_INSERT && !found)
		return err_set(u->err, ERR_DATA, 0, "partial JSON update: path '%.*s' is not in the document before",
				(int)(d->path_len > 100 ? 100 : d->path_len), d->path);
	if (d->op == DIFF_REMOVE) {
		node_remove(parent, at);
		return 0;
	}
	m.value = node_new(u->arena, &d->value);
	if (d->op == DIFF_INSERT)
		node_insert(u, parent, at, &m);
	else
		parent->members[at].value = m.value;
	return 0;
}

static int diff_apply(struct update *u, const struct jsonb_diff *d)
{
	const char *p = d->path, *end = p + d->path_len;
	struct node *parent = &u->root;
	struct leg leg;
	bool found;

	if (p == end || *p++ != '$')
		return path_bad(u, d);
	if (p == end) {
		if (d->op != DIFF_REPLACE)
			return path_bad(u, d);
		u->root = (struct node){ .raw = d->value };
		return 0;
	}
	for (int depth = 0; depth < JSONB_DEPTH_MAX; depth++) {
		size_t at;

		p = leg_parse(u, p, end, &leg);
		if (p == NULL)
			return path_bad(u, d);
		if (p == end)
			return diff_do(u, d, parent, &leg);
		if (node_open(u, parent) < 0)
			return -1;
		at = node_find(parent, &leg, &found);
		if (!found || leg.is_key != parent->object)
			return path_bad(u, d);
		parent = parent->members[at].value;
	}
	return path_bad(u, d);
}

static int diff_read(struct bytes *b, struct jsonb_diff *d, struct err *err)
{
	uint64_t len;
	const uint8_t *p;

	d->op = bytes_u8(b);
	d->path_len = bytes_lenenc(b);
	d->path = (const char *)bytes_take(b, d->path_len);
	if (b->failed || d->op > DIFF_REMOVE)
		return err_set(err, ERR_DATA, 0, "partial JSON update: operation %u or its path is not understood",
				d->op);
	if (d->op == DIFF_REMOVE)
		return 0;
	len = bytes_lenenc(b);
	p = bytes_take(b, len);
	if (p == NULL || len == 0)
		return err_set(err, ERR_DATA, 0, "partial JSON update: ends within a value");
	return jsonb_open(p, len, &d->value, err);
}

/* ---- the result ---- */

static int node_put(const struct node *n, int depth, size_t *budget, struct buf *out, struct err *err)
{
	if (!n->open)
		return jsonb_put_value(&n->raw, depth, budget, out, err);
	if (depth >= JSONB_DEPTH_MAX)
		return err_set(err, ERR_DATA, 0, "JSON document: deeper than %d levels", JSONB_DEPTH_MAX);
	buf_putc(out, n->object ? '{' : '[');
	for (size_t i = 0; i < n->count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		if (n->object) {
			jsonb_put_string(out, n->members[i].key, n->members[i].key_len);
			buf_putc(out, ':');
		}
		if (node_put(n->members[i].value, depth + 1, budget, out, err) < 0)
			return -1;
	}
	buf_putc(out, n->object ? '}' : ']');
	return 0;
}

int jsonb_print_updated(const void *doc, size_t doc_len, const void *diffs, size_t diffs_len, struct arena *arena,
		struct buf *out, struct err *err)
{
	struct bytes b = bytes_of(diffs, diffs_len);
	struct update u = { .arena = arena, .err = err };
	size_t budget = doc_len + diffs_len + 1;

	if (jsonb_open(doc, doc_len, &u.root.raw, err) < 0)
		return -1;
	while (bytes_left(&b) > 0) {
		struct jsonb_diff d;

		if (diff_read(&b, &d, err) < 0 || diff_apply(&u, &d) < 0)
			return -1;
	}
	if (node_put(&u.root, 0, &budget, out, err) < 0)
		return -1;
	if (out->failed)
		return err_set(err, ERR_DATA, 0, "JSON document: its text is above the limit of %zu bytes", out->max);
	return 0;
}
