/* format_alter.c - see format_alter.h. */
#include "format/history/format_alter.h"

#include <stdio.h>
#include <string.h>

#include "core/intern.h"
#include "core/json.h"
#include "format/format.h"
#include "format/history/format_history.h"

#define ALTER_MAX ((size_t)16 << 20)

static const char alter_name[] = "__millrace.alter", table_name[] = "__millrace.table";

/* ---- writing ---- */

static void put_name(struct buf *b, const char *key, const char *name, bool first)
{
	if (name == NULL)
		return;
	buf_printf(b, "%s\"%s\":", first ? "" : ",", key);
	buf_json_str(b, name);
}

static void put_alter(struct buf *b, const struct ddl_alter *alter)
{
	if (alter->drop) {
		buf_puts(b, "{\"drop\":true}");
		return;
	}
	buf_puts(b, "{\"moves\":[");
	for (unsigned i = 0; i < alter->nmoves; i++) {
		const struct ddl_move *m = &alter->moves[i];

		buf_puts(b, i ? ",{" : "{");
		put_name(b, "from", m->from, true);
		put_name(b, "to", m->to, m->from == NULL);
		buf_puts(b, m->blank ? ",\"blank\":true}" : "}");
	}
	buf_puts(b, "]}");
}

static void put_table(struct buf *b, const struct format_conf *conf, const struct change *c, int64_t now_us)
{
	struct ddl_table table = { .type = 'A', .db = c->schema->db, .table = c->schema->table, .schema = c->schema };
	struct ddl_change ddl = { .db = c->schema->db, .ddl = "", .table = &table, .ntables = 1 };
	struct position at;

	position_init(&at);
	snprintf(at.file, sizeof(at.file), "%s", c->txn->file ? c->txn->file : "");
	at.pos = c->pos;
	format_history_write(b, conf, &at, now_us, &(struct change_txn){ 0 }, &ddl);
	position_done(&at);
}

static bool take_header(struct record_header *out, const char *name, struct buf *b, struct arena *a)
{
	bool ok = !b->failed;

	if (ok)
		*out = (struct record_header){ intern(name), arena_dup(a, b->data, b->len), (uint32_t)b->len };
	buf_done(b);
	return ok;
}

struct record_header *format_alter_headers(const struct format_conf *conf, const struct change *c, int64_t now_us,
		struct arena *a)
{
	struct record_header *h = arena_alloc(a, ALTER_HEADERS * sizeof(*h));
	struct buf alter, table;
	bool both;

	buf_init(&alter, ALTER_MAX);
	buf_init(&table, ALTER_MAX);
	put_alter(&alter, c->alter);
	put_table(&table, conf, c, now_us);
	both = take_header(&h[0], alter_name, &alter, a);
	both = take_header(&h[1], table_name, &table, a) && both; /* each gives its text back */
	return both ? h : NULL;
}

/* ---- reading ---- */

static const struct record_header *find(const struct record *r, const char *name)
{
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (strcmp(r->headers[i].name, name) == 0 && r->headers[i].value)
			return &r->headers[i];
	return NULL;
}

static bool read_name(struct arena *a, const struct json_slice *v, const char **out)
{
	size_t len;

	if (v->kind != JSON_STRING || json_text(v, a, out, &len) < 0)
		return false;
	*out = arena_dup(a, *out, len);
	return true;
}

static bool read_move(struct json *j, struct arena *a, struct ddl_move *m)
{
	struct json_slice key, v;

	*m = (struct ddl_move){ 0 };
	if (!json_enter(j, '{'))
		return false;
	while (json_member(j, &key)) {
		if (json_value(j, &v) == JSON_ERROR)
			return false;
		if (json_is(&key, "blank"))
			m->blank = v.kind == JSON_TRUE;
		else if (!json_is(&key, "from") && !json_is(&key, "to"))
			return false;
		else if (!read_name(a, &v, json_is(&key, "from") ? &m->from : &m->to))
			return false;
	}
	return j->problem == NULL && (m->from || m->to);
}

static bool read_moves(struct json *j, struct arena *a, size_t most, struct ddl_alter *out)
{
	struct ddl_move *moves = arena_alloc(a, most * sizeof(*moves));

	if (!json_enter(j, '['))
		return false;
	while (json_element(j))
		if (out->nmoves == most || !read_move(j, a, &moves[out->nmoves++]))
			return false;
	out->moves = moves;
	return j->problem == NULL;
}

static bool read_alter(const struct record_header *h, struct arena *a, struct ddl_alter *out)
{
	struct json_slice key, v;
	struct json j;

	json_init(&j, h->value, h->len);
	if (!json_enter(&j, '{'))
		return false;
	while (json_member(&j, &key)) {
		if (json_is(&key, "drop"))
			out->drop = json_value(&j, &v) == JSON_TRUE;
		else if (!json_is(&key, "moves") || !read_moves(&j, a, h->len / 8 + 1, out)) /* {"to":""} is longer */
			return false;
	}
	return json_done(&j);
}

static void keep_schema(void *arg, const struct position *at, int64_t commit_us, const char *db, const char *table,
		struct schema *schema)
{
	struct schema **out = arg;

	(void)at, (void)commit_us, (void)db, (void)table;
	schema_unref(*out);
	*out = schema ? schema_ref(schema) : NULL;
}

int format_alter_read(const struct record *r, struct arena *a, struct ddl_alter *out, struct schema **schema,
		struct err *err)
{
	const struct record_header *alter = find(r, alter_name), *table = find(r, table_name);
	struct format_history_reader to = { .arg = schema, .table = keep_schema };
	struct record history = { .offset = r->offset };

	if (alter == NULL)
		return 0;
	*schema = NULL;
	*out = (struct ddl_alter){ 0 };
	if (table == NULL || !read_alter(alter, a, out))
		return err_set(err, ERR_DATA, 0, "the headers %s and %s are not what this version writes", alter_name,
				table_name);
	history.value = table->value;
	history.value_len = table->len;
	if (format_history_decode(&history, &to, err) < 0)
		return -1;
	return *schema ? 1 : err_set(err, ERR_DATA, 0, "the header %s tells no table", table_name);
}
