/*
 * mysql_fill_order.c - see mysql_fill_order.h. Names are matched as the include lists are: regular expressions that must
 * match all of db.table.
 */
#include "config.h"
#include "source/incremental/mysql_fill_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/json.h"
#include "core/conf/pattern.h"
#include "core/xalloc.h"
#include "source/incremental/mysql_fill_view.h"

enum { NAME_BYTES = 600, WHERE_MAX = 64 << 10, TABLES_MAX = 10000 };

void fill_order_done(struct fill_order *o)
{
	for (size_t i = 0; i < o->tables.count; i++)
		free(o->tables.items[i]);
	free(o->tables.items);
	for (size_t i = 0; i < o->nconditions; i++) {
		free(o->conditions[i].table);
		free(o->conditions[i].where);
	}
	free(o->conditions);
	free(o->id);
	free(o->message);
	*o = (struct fill_order){ 0 };
}

static void add_table(struct fill_order *o, const char *p, size_t len)
{
	struct conf_list *l = &o->tables;

	while (len > 0 && (*p == ' ' || *p == '\t'))
		p++, len--;
	while (len > 0 && (p[len - 1] == ' ' || p[len - 1] == '\t'))
		len--;
	if (len == 0)
		return;
	l->items = xrealloc(l->items, (l->count + 1) * sizeof(*l->items));
	l->items[l->count++] = xstrndup(p, len);
}

static struct fill_condition *add_condition(struct fill_order *o)
{
	o->conditions = xrealloc(o->conditions, (o->nconditions + 1) * sizeof(*o->conditions));
	o->conditions[o->nconditions] = (struct fill_condition){ 0 };
	return &o->conditions[o->nconditions++];
}

void fill_order_copy_of(struct fill_order *o, const struct source_order *from)
{
	*o = (struct fill_order){ .action = from->action, .id = xstrdup(from->id), .truncate = from->truncate };
	for (const char *p = from->tables; p && *p; p += strcspn(p, ",") + (p[strcspn(p, ",")] == ','))
		add_table(o, p, strcspn(p, ","));
	if (from->where)
		add_condition(o)->where = xstrdup(from->where);
}

/* ---- signals ---- */

static bool slice_is(const struct json_slice *s, const char *text)
{
	return s->len == strlen(text) && strncasecmp(s->p, text, s->len) == 0;
}

static char *slice_text(const struct json_slice *s)
{
	struct arena a;
	const char *text;
	char *copy = NULL;
	size_t len;

	if (s->kind != JSON_STRING)
		return NULL;
	arena_init(&a, 0);
	if (json_text(s, &a, &text, &len) == 0)
		copy = xstrndup(text, len);
	arena_done(&a);
	return copy;
}

static int take_tables(struct fill_order *o, const struct json_slice *v)
{
	struct json_slice item;
	struct json j;

	json_init(&j, v->p, v->len);
	if (!json_enter(&j, '['))
		return -1;
	while (json_element(&j)) {
		char *text = json_value(&j, &item) == JSON_STRING ? slice_text(&item) : NULL;

		if (text == NULL)
			return -1;
		add_table(o, text, strlen(text));
		free(text);
	}
	return j.problem ? -1 : 0;
}

static int take_condition(struct fill_order *o, struct json *j)
{
	struct fill_condition *c = add_condition(o);
	struct json_slice key, v;

	if (!json_enter(j, '{'))
		return -1;
	while (json_member(j, &key)) {
		char **field = slice_is(&key, "data-collection") ? &c->table
				: slice_is(&key, "filter")	 ? &c->where
								 : NULL;

		if (json_value(j, &v) == JSON_ERROR)
			return -1;
		if (field) {
			free(*field);
			*field = slice_text(&v);
		}
	}
	return c->table && c->where && j->problem == NULL ? 0 : -1;
}

static int take_conditions(struct fill_order *o, const struct json_slice *v)
{
	struct json j;

	json_init(&j, v->p, v->len);
	if (!json_enter(&j, '['))
		return -1;
	while (json_element(&j))
		if (take_condition(o, &j) < 0)
			return -1;
	return j.problem ? -1 : 0;
}

static int take_one_condition(struct fill_order *o, const struct json_slice *v)
{
	char *text = slice_text(v);

	if (text == NULL)
		return -1;
	add_condition(o)->where = text;
	return 0;
}

/* Both kinds of Debezium's ad-hoc snapshots are the same here: neither stops the stream. */
static int take_kind(struct fill_order *o, const struct json_slice *v)
{
	return slice_is(v, "incremental") || slice_is(v, "blocking") ? 0 : -1;
}

static int take_message(struct fill_order *o, const struct json_slice *v)
{
	if (o->action != ORDER_LOG)
		return -1;
	free(o->message);
	o->message = slice_text(v);
	return o->message ? 0 : -1;
}

static int pass_over(struct fill_order *o, const struct json_slice *v)
{
	if (o->message == NULL)
		o->message = xstrdup("surrogate-key is ignored: chunks go by the table's own key");
	return 0;
}

static const struct {
	const char *name, *expected;
	int (*take)(struct fill_order *o, const struct json_slice *v);
} data_members[] = {
	{ "data-collections", "a list of table names or regular expressions", take_tables },
	{ "type", "incremental or blocking", take_kind },
	{ "additional-conditions", "a list of {\"data-collection\":..,\"filter\":..}", take_conditions },
	{ "additional-condition", "a condition", take_one_condition },
	{ "surrogate-key", "", pass_over },
	{ "message", "a text", take_message },
};

static int take_member(struct fill_order *o, const struct json_slice *key, const struct json_slice *v, struct err *err)
{
	for (size_t i = 0; i < sizeof(data_members) / sizeof(*data_members); i++) {
		if (!slice_is(key, data_members[i].name))
			continue;
		if (v->kind == JSON_NULL || data_members[i].take(o, v) == 0)
			return 0;
		return err_set(err, ERR_DATA, 0, "%s: expected %s, found %.*s", data_members[i].name,
				data_members[i].expected, (int)(v->len < 100 ? v->len : 100), v->p);
	}
	return err_set(err, ERR_DATA, 0, "'%.*s' is not known", (int)(key->len < 60 ? key->len : 60), key->p);
}

static int take_data(struct fill_order *o, const char *data, size_t len, struct err *err)
{
	struct json_slice key, v;
	struct json j;

	json_init(&j, data, len);
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0, "data: expected a JSON object, found %.*s",
				(int)(len < 100 ? len : 100), data);
	while (json_member(&j, &key)) {
		if (json_value(&j, &v) == JSON_ERROR)
			break;
		if (take_member(o, &key, &v, err) < 0)
			return -1;
	}
	return json_done(&j) ? 0
			     : err_set(err, ERR_DATA, 0, "data: expected JSON, found %.*s",
					       (int)(len < 100 ? len : 100), data);
}

static const struct {
	const char *type;
	enum order_action action;
} signal_types[] = {
	{ "execute-snapshot", ORDER_START },
	{ "stop-snapshot", ORDER_STOP },
	{ "pause-snapshot", ORDER_PAUSE },
	{ "resume-snapshot", ORDER_RESUME },
	{ "log", ORDER_LOG },
	{ "snapshot-window-open", ORDER_NOTHING },
	{ "snapshot-window-close", ORDER_NOTHING },
};

static int from_parts(struct fill_order *o, const char *id, const char *type, const char *data, size_t len,
		struct err *err)
{
	size_t i = 0, n = sizeof(signal_types) / sizeof(*signal_types);

	*o = (struct fill_order){ .id = xstrdup(id) };
	while (i < n && (type == NULL || strcmp(signal_types[i].type, type) != 0))
		i++;
	if (i < n) {
		o->action = signal_types[i].action;
		if (o->action == ORDER_NOTHING || len == 0 || take_data(o, data, len, err) == 0)
			return 0;
	} else {
		err_set(err, ERR_DATA, 0,
				"type '%.60s' is not known: execute-snapshot, stop-snapshot, pause-snapshot, resume-snapshot, log",
				type ? type : "");
	}
	fill_order_done(o);
	return err_wrap(err, "signal %.60s", id ? id : "");
}

int fill_order_from_signal(struct fill_order *o, const char *id, const char *type, const char *data, struct err *err)
{
	return from_parts(o, id, type, data, data ? strlen(data) : 0, err);
}

int fill_order_from_message(struct fill_order *o, const char *text, size_t len, struct err *err)
{
	struct json_slice key, v, data = { 0 };
	char *id = NULL, *type = NULL, *inner = NULL;
	struct json j;
	int r;

	json_init(&j, text, len);
	if (json_enter(&j, '{'))
		while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
			char **field = slice_is(&key, "id") ? &id : slice_is(&key, "type") ? &type : NULL;

			if (field) {
				free(*field);
				*field = slice_text(&v);
			} else if (slice_is(&key, "data")) {
				data = v;
			}
		}
	if (data.kind == JSON_STRING && (inner = slice_text(&data)) != NULL)
		data = (struct json_slice){ .kind = JSON_OBJECT, .p = inner, .len = strlen(inner) };
	if (json_done(&j))
		r = from_parts(o, id, type, data.p, data.kind == JSON_NULL ? 0 : data.len, err);
	else
		r = err_set(err, ERR_DATA, 0, "signal: expected a JSON object with id, type and data, found %.*s",
				(int)(len < 100 ? len : 100), text);
	free(id);
	free(type);
	free(inner);
	return r;
}

/* ---- conditions ---- */

/* Behind a quoted text or name that begins at p; NULL: it has no end. */
static const char *skip_quoted(const char *p)
{
	char quote = *p++;

	for (; *p; p++) {
		if (*p == '\\' && quote != '`' && p[1])
			p++;
		else if (*p == quote && p[1] == quote)
			p++;
		else if (*p == quote)
			return p + 1;
	}
	return NULL;
}

int fill_where_check(const char *where, struct err *err)
{
	int depth = 0;
	const char *p = where;

	if (strlen(where) > WHERE_MAX)
		return err_set(err, ERR_CONFIG, 0, "the condition is longer than %d bytes", WHERE_MAX);
	while (p && *p && depth >= 0) {
		if (*p == '\'' || *p == '"' || *p == '`') {
			p = skip_quoted(p);
			continue;
		}
		if (*p == ';' || *p == '#' || (p[0] == '-' && p[1] == '-') || (p[0] == '/' && p[1] == '*'))
			return err_set(err, ERR_CONFIG, 0,
					"the condition has a '%.2s' in it, which ends it or begins a comment", p);
		depth += *p == '(' ? 1 : *p == ')' ? -1 : 0;
		p++;
	}
	if (p == NULL || depth != 0 || where[strspn(where, " \t\r\n")] == '\0')
		return err_set(err, ERR_CONFIG, 0,
				"expected a condition with closed quotes and brackets, found '%.100s'", where);
	return 0;
}

static int try_condition(struct mysql_conn *conn, const struct fill_table *t, struct err *err)
{
	MYSQL_RES *res;
	struct buf name;

	if (t->where == NULL)
		return 0;
	if (fill_where_check(t->where, err) < 0)
		return -1;
	buf_init(&name, NAME_BYTES * 2);
	buf_put_name(&name, t->db, t->name);
	res = mysql_conn_rows(conn, "?", err, "EXPLAIN SELECT 1 FROM %s WHERE (%s\n) LIMIT 1", name.data, t->where);
	buf_done(&name);
	if (res == NULL && err->kind == ERR_RETRY)
		err->kind = ERR_CONFIG;
	mysql_free_result(res);
	return res ? 0 : err_wrap(err, "table %s.%s: the condition is refused", t->db, t->name);
}

/* What cannot be carried out is better refused to who asks for it than given up later. */
static int try_locks(struct mysql_conn *conn, const struct fill_plan *tables, struct err *err)
{
	char mode[32];
	int r = mysql_conn_variable(conn, "gtid_mode", mode, sizeof(mode), err);

	if (r < 0 || strcasecmp(mode, "ON") == 0)
		return r < 0 ? -1 : 0;
	for (size_t i = 0; i < tables->count; i++)
		if (fill_view_can_lock(conn, tables->items[i].db, tables->items[i].name, err) < 0)
			return err_is_refusal(err) ? err_wrap(err, FILL_NEEDS_LOCK) : -1;
	return 0;
}

/* ---- tables ---- */

struct matcher { /* of one name or regular expression */
	const char *text;
	struct pattern_list list;
};

static int matcher_init(struct matcher *m, char *text, struct err *err)
{
	const struct conf_list one = { .items = &text, .count = 1 };

	*m = (struct matcher){ .text = text };
	if (pattern_list_init(&m->list, "tables", &one, err) == 0)
		return 0;
	pattern_list_done(&m->list);
	return -1;
}

static bool matcher_takes(const struct matcher *m, const char *db, const char *name)
{
	char whole[NAME_BYTES];

	snprintf(whole, sizeof(whole), "%s.%s", db, name);
	return strcmp(whole, m->text) == 0 || pattern_list_match(&m->list, whole);
}

static int matches(const char *text, const char *db, const char *name, struct err *err)
{
	struct matcher m;
	int r;

	if (matcher_init(&m, (char *)text, err) < 0)
		return -1;
	r = matcher_takes(&m, db, name);
	pattern_list_done(&m.list);
	return r;
}

/* The first condition that names the table counts. */
static int condition_of(const struct fill_order *o, struct fill_table *t, struct err *err)
{
	for (size_t i = 0; i < o->nconditions; i++) {
		const struct fill_condition *c = &o->conditions[i];
		int r = c->table ? matches(c->table, t->db, t->name, err) : 1;

		if (r < 0)
			return -1;
		if (r > 0) {
			t->where = c->where;
			return 0;
		}
	}
	return 0;
}

static int add_found(const struct fill_order *o, MYSQL_ROW row, struct fill_plan *found, struct err *err)
{
	struct fill_table t = {
		.db = row[0],
		.name = row[1],
		.id = o->id,
		.truncate = o->truncate,
		.total = row[2] ? strtoull(row[2], NULL, 10) : 0,
	};

	if (condition_of(o, &t, err) < 0)
		return -1;
	if (t.where && t.truncate)
		return err_set(err, ERR_CONFIG, 0,
				"truncate: expected no condition beside it: rows that it leaves out would be gone");
	fill_plan_add(found, &t);
	return 0;
}

/* Adds what one name stands for. Nothing at all is an error that says which name, and why. */
static int resolve_name(const struct fill_order *o, char *text, MYSQL_RES *res, const struct mysql_filter *filter,
		struct fill_plan *found, struct err *err)
{
	struct matcher m;
	size_t captured = 0, seen = 0;
	MYSQL_ROW row;
	int r = 0;

	if (matcher_init(&m, text, err) < 0)
		return -1;
	mysql_data_seek(res, 0);
	while (r == 0 && (row = mysql_fetch_row(res)) != NULL) {
		if (!matcher_takes(&m, row[0], row[1]))
			continue;
		seen++;
		if (!mysql_filter_table(filter, row[0], row[1]))
			continue;
		captured++;
		r = add_found(o, row, found, err);
	}
	pattern_list_done(&m.list);
	if (r == 0 && captured == 0)
		return err_set(err, ERR_CONFIG, 0,
				seen ? "table %.200s is not captured: add it to table.include.list and reload"
				     : "table %.200s: the server has no such table (db.table is expected)",
				text);
	return r;
}

int fill_order_resolve(const struct fill_order *o, struct mysql_conn *conn, const struct mysql_filter *filter,
		struct fill_plan *plan, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(conn, "!!?", err,
			"SELECT table_schema, table_name, table_rows FROM information_schema.tables "
			"WHERE table_type = 'BASE TABLE' ORDER BY 1, 2");
	struct fill_plan found;
	int r = res == NULL ? -1 : 0;

	fill_plan_init(&found);
	if (r == 0 && o->tables.count == 0)
		r = err_set(err, ERR_CONFIG, 0, "expected the names of tables, found none");
	for (size_t i = 0; r == 0 && i < o->tables.count; i++)
		r = resolve_name(o, o->tables.items[i], res, filter, &found, err);
	mysql_free_result(res);
	if (r == 0 && plan->count + found.count > TABLES_MAX)
		r = err_set(err, ERR_CONFIG, 0, "more than %d tables at once", TABLES_MAX);
	for (size_t i = 0; r == 0 && i < found.count; i++)
		r = try_condition(conn, &found.items[i], err);
	if (r == 0)
		r = try_locks(conn, &found, err);
	for (size_t i = 0; r == 0 && i < found.count; i++)
		fill_plan_add(plan, &found.items[i]);
	fill_plan_done(&found);
	return r;
}

int fill_order_rows(struct mysql_conn *conn, const char *db, const char *name, const char *where,
		struct fill_plan *plan, struct err *err)
{
	const struct fill_table t = {
		.db = (char *)db,
		.name = (char *)name,
		.where = (char *)where,
		.truncate = where == NULL,
	};

	fill_plan_add(plan, &t);
	return try_condition(conn, &plan->items[plan->count - 1], err) < 0 ? -1 : try_locks(conn, plan, err);
}

int fill_order_gone(struct mysql_conn *conn, const char *db, const char *name, const char *gone, struct fill_plan *plan,
		struct err *err)
{
	fill_plan_add(plan, &(struct fill_table){ .db = (char *)db, .name = (char *)name, .gone = (char *)gone });
	return try_locks(conn, plan, err);
}

size_t fill_order_stop(const struct fill_order *o, struct fill_plan *plan, struct err *err)
{
	size_t before = plan->count;

	for (size_t i = plan->count; i-- > 0;) {
		int r = o->tables.count == 0;

		for (size_t k = 0; r == 0 && k < o->tables.count; k++)
			r = matches(o->tables.items[k], plan->items[i].db, plan->items[i].name, err);
		if (r > 0)
			fill_plan_remove(plan, i);
	}
	return before - plan->count;
}
