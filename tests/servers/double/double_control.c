/*
 * double_control.c - the port that StarRocks does not have: faults, figures, and whole tables as text for comparison.
 * GET and POST mean the same; everything is in the query string.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "double_server.h"

#define DUMP_MAX (UINT64_C(8) << 30)

static void reply(struct http_request *r, int code, struct buf *body)
{
	http_reply(r, code, NULL, "text/plain; charset=UTF-8", body->data != NULL ? body->data : "", body->len);
	buf_done(body);
}

static void fault(struct server *s, struct http_request *r)
{
	char name[64], number[32];
	int64_t count = 1, arg = -1;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (http_query(r, "count", number, sizeof(number)) && !num_parse_i64(number, strlen(number), &count)) {
		buf_puts(&b, "count: a number expected\n");
	} else if (http_query(r, "arg", number, sizeof(number)) && !num_parse_i64(number, strlen(number), &arg)) {
		buf_puts(&b, "arg: a number expected\n");
	} else if (!http_query(r, "name", name, sizeof(name)) || !fault_arm(&s->faults, name, count, arg)) {
		buf_puts(&b, "name: one of these expected:\n");
		faults_help(&b);
	} else {
		faults_print(&s->faults, &b);
		buf_putc(&b, '\n');
		reply(r, 200, &b);
		return;
	}
	reply(r, 400, &b);
}

static void faults(struct server *s, struct http_request *r)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	faults_print(&s->faults, &b);
	buf_putc(&b, '\n');
	reply(r, 200, &b);
}

static void clear(struct server *s, struct http_request *r)
{
	faults_clear(&s->faults);
	faults(s, r);
}

static void stats(struct server *s, struct http_request *r)
{
	const char *comma = "";
	struct buf b;

	buf_init(&b, 64 << 20);
	buf_printf(&b, "{\"loads\": %llu, \"failed_loads\": %llu, \"rows\": %llu, \"filtered\": %llu, \"bytes\": %llu, \"tables\": {",
			(unsigned long long)s->loads, (unsigned long long)s->failed_loads, (unsigned long long)s->rows,
			(unsigned long long)s->filtered, (unsigned long long)s->bytes);
	store_lock(&s->store);
	for (const struct db *db = s->store.dbs; db != NULL; db = db->next)
		for (struct table *t = db->tables; t != NULL; t = t->next) {
			if (t->dropped || db->dropped)
				continue;
			buf_printf(&b, "%s\"%s.%s\": {\"loads\": %llu, \"loaded_rows\": %llu, \"bytes\": %llu, \"rows\": %llu, \"versions\": %llu}",
					comma, db->name, t->name, (unsigned long long)t->loads,
					(unsigned long long)t->loaded_rows, (unsigned long long)t->loaded_bytes,
					(unsigned long long)t->nrows, (unsigned long long)table_versions(&s->store, t));
			comma = ", ";
		}
	store_unlock(&s->store);
	buf_puts(&b, "}}\n");
	reply(r, 200, &b);
}

/* A cell of the dump: NULL is \N, bytes are hex, the rest is escaped as MySQL's batch output is. */
static void dump_cell(struct buf *b, const struct type *type, const struct cell *cell)
{
	static const char digits[] = "0123456789ABCDEF";
	char *to = buf_reserve(b, 2 * (size_t)cell->len + 2);
	const char *found;

	if (to == NULL)
		return;
	if (cell->kind == CELL_NULL) {
		buf_puts(b, "\\N");
		return;
	}
	for (uint32_t i = 0; i < cell->len; i++) {
		unsigned char c = (unsigned char)cell->p[i];

		if (type->kind == TYPE_VARBINARY) {
			*to++ = digits[c >> 4];
			*to++ = digits[c & 15];
			continue;
		}
		found = memchr("\t\n\\\0\r", c, 5);
		if (found != NULL) {
			*to++ = '\\';
			c = (unsigned char)"tn\\0r"[found - "\t\n\\\0\r"];
		}
		*to++ = (char)c;
	}
	b->len = (size_t)(to - b->data);
}

static void dump_rows(struct server *s, struct table *t, const struct schema *schema, const uint64_t *offsets,
		uint64_t count, struct buf *b)
{
	struct cell *cells = calloc(schema->ncolumns + 1, sizeof(*cells));
	struct arena scratch;

	arena_init(&scratch, 0);
	for (uint64_t i = 0; cells != NULL && i < count; i++) {
		row_cells(t, schema, s->store.wal.map + offsets[i], cells, &scratch);
		for (unsigned k = 0; k < schema->ncolumns; k++) {
			if (k > 0)
				buf_putc(b, '\t');
			dump_cell(b, &schema->columns[k].type, &cells[k]);
		}
		buf_putc(b, '\n');
		arena_reset(&scratch);
	}
	arena_done(&scratch);
	free(cells);
}

static void dump(struct server *s, struct http_request *r)
{
	char name[512], *dot;
	uint64_t *offsets = NULL, count = 0;
	const struct schema *schema = NULL;
	struct table *t = NULL;
	struct db *db;
	struct buf b;

	buf_init(&b, DUMP_MAX);
	if (!http_query(r, "table", name, sizeof(name)) || (dot = strchr(name, '.')) == NULL) {
		buf_puts(&b, "table: db.table expected\n");
		reply(r, 400, &b);
		return;
	}
	*dot = '\0';
	store_lock(&s->store);
	db = store_db(&s->store, name);
	t = db != NULL ? store_table(db, dot + 1) : NULL;
	if (t != NULL) {
		offsets = table_offsets(&s->store, t, &count);
		schema = t->schema;
	}
	store_unlock(&s->store);
	if (t != NULL)
		dump_rows(s, t, schema, offsets, count, &b);
	else
		buf_printf(&b, "no table %s.%s\n", name, dot + 1);
	free(offsets);
	reply(r, t != NULL ? 200 : 404, &b);
}

/* node?name=be1&state=dead: see double_node.h. */
static void node(struct server *s, struct http_request *r)
{
	char name[16], state[16];
	bool good = http_query(r, "name", name, sizeof(name)) && http_query(r, "state", state, sizeof(state)) &&
			node_set(&s->nodes, name, state);
	struct buf b;

	buf_init(&b, 1 << 10);
	if (good)
		nodes_print(&s->nodes, s->nbackends, &b);
	else
		buf_puts(&b, "name: fe1, fe2, be1, ..; state: well, dead, lost, hangs, of a backend also drained, full\n");
	reply(r, good ? 200 : 400, &b);
}

/* leader?name=fe2&ms=2000: loads that run do not find it, and are PREPARE for so long. */
static void leader(struct server *s, struct http_request *r)
{
	char name[16], number[32];
	int64_t ms = 2000;
	bool good = http_query(r, "name", name, sizeof(name)) &&
			(!http_query(r, "ms", number, sizeof(number)) || num_parse_i64(number, strlen(number), &ms)) &&
			nodes_lead(&s->nodes, name, ms);
	struct buf b;

	buf_init(&b, 1 << 10);
	if (good)
		nodes_print(&s->nodes, s->nbackends, &b);
	else
		buf_puts(&b, "name: fe1 or fe2\n");
	reply(r, good ? 200 : 400, &b);
}

/* rights?user=NAME&rights=SELECT,INSERT: as GRANT and REVOKE. */
static void rights(struct server *s, struct http_request *r)
{
	char user[128], names[256];
	bool good = http_query(r, "user", user, sizeof(user)) && http_query(r, "rights", names, sizeof(names)) &&
			server_rights_set(s, user, names);
	struct buf b;

	buf_init(&b, 1 << 10);
	buf_puts(&b,
			good ? "changed\n"
			     : "user: one that there is; rights: SELECT, INSERT, CREATE TABLE, ALTER, DROP, DELETE, UPDATE, OPERATE\n");
	reply(r, good ? 200 : 400, &b);
}

/* As ALTER USER: connections that are open go on. */
static void password(struct server *s, struct http_request *r)
{
	char user[128], text[256];
	bool good = http_query(r, "user", user, sizeof(user)) && http_query(r, "password", text, sizeof(text)) &&
			server_password_set(s, user, text);
	struct buf b;

	buf_init(&b, 1 << 10);
	buf_puts(&b, good ? "changed\n" : "user and password: those of a user expected\n");
	reply(r, good ? 200 : 400, &b);
}

/* forget?history=1: the labels of all loads that have ended, also in the history of loads. */
static void forget(struct server *s, struct http_request *r)
{
	char history[8];
	struct buf b;

	store_lock(&s->store);
	store_label_forget(&s->store, http_query(r, "history", history, sizeof(history)) && strcmp(history, "1") == 0);
	store_unlock(&s->store);
	buf_init(&b, 1 << 10);
	buf_puts(&b, "forgotten\n");
	reply(r, 200, &b);
}

static const struct {
	const char *name;
	void (*run)(struct server *s, struct http_request *r);
} commands[] = {
	{ "fault", fault },
	{ "faults", faults },
	{ "clear", clear },
	{ "stats", stats },
	{ "dump", dump },
	{ "password", password },
	{ "node", node },
	{ "leader", leader },
	{ "rights", rights },
	{ "forget", forget },
};

static void handle(struct server *s, unsigned index, struct http_request *r)
{
	static const char known[] = "fault, faults, clear, stats, dump, password, node, leader, rights or forget\n";
	char *parts[4];
	unsigned n = http_split(r, parts, 4);

	for (size_t i = 0; n == 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (strcmp(parts[0], commands[i].name) == 0) {
			commands[i].run(s, r);
			return;
		}
	http_reply(r, 404, NULL, "text/plain", known, sizeof(known) - 1);
}

void control_serve(struct server *s, unsigned index, int fd)
{
	http_serve(s, NULL, index, fd, HTTP_HEAD_MAX, handle);
}
