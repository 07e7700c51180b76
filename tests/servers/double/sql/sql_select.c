/*
 * sql_select.c - SELECT: items, and the relation that they are taken from: a table, one of information_schema's, or
 * nothing. No joins, no GROUP BY: what is not understood is an error.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sql/double_sql.h"

#define ITEMS_MAX 4096

struct select {
	struct relation r; /* first: names are looked up in it */
	struct sql *q;
	struct rows rows;
	struct item *items;
	unsigned nitems;
	bool all;
};

/* Variables that clients ask for at connect. Unknown ones are NULL, as a lenient server would say. */
static const char *variable(void *ctx, const char *name)
{
	static const struct {
		const char *name, *value;
	} table[] = {
		{ "autocommit", "1" },
		{ "version_comment", "StarRocks" },
		{ "max_allowed_packet", "33554432" },
		{ "tx_isolation", "REPEATABLE-READ" },
		{ "transaction_isolation", "REPEATABLE-READ" },
		{ "sql_mode", "ONLY_FULL_GROUP_BY" },
		{ "time_zone", "UTC" },
		{ "system_time_zone", "UTC" },
		{ "character_set_client", "utf8" },
		{ "character_set_results", "utf8" },
		{ "character_set_connection", "utf8" },
		{ "character_set_server", "utf8" },
		{ "collation_connection", "utf8_general_ci" },
		{ "collation_server", "utf8_general_ci" },
		{ "lower_case_table_names", "0" },
		{ "net_write_timeout", "60" },
		{ "wait_timeout", "28800" },
		{ "interactive_timeout", "3600" },
		{ "auto_increment_increment", "1" },
		{ "license", "Apache License 2.0" },
		{ "init_connect", "" },
		{ "query_cache_size", "1048576" },
		{ "query_cache_type", "0" },
	};
	const struct select *s = ctx;
	const char *dot = strrchr(name, '.');

	if (strcasecmp(name, "version()") == 0 || strcasecmp(name, "version") == 0)
		return s->q->server->version->mysql;
	if (strcasecmp(name, "current_version()") == 0 || strcasecmp(name, "current_version") == 0)
		return s->q->server->version->full;
	if (strcasecmp(name, "database()") == 0 || strcasecmp(name, "schema()") == 0)
		return *s->q->db != '\0' ? s->q->db : NULL;
	if (strcasecmp(name, "user()") == 0 || strcasecmp(name, "current_user()") == 0)
		return arena_printf(s->q->arena, "'%s'@'%%'", s->q->session->user);
	if (strcasecmp(name, "connection_id()") == 0)
		return sql_number(s->q, s->q->session->id);
	if (strcasecmp(name, "now()") == 0 || strcasecmp(name, "current_timestamp()") == 0)
		return sql_time(s->q, store_now_ms(s->q->store));
	name = dot != NULL ? dot + 1 : name;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcasecmp(table[i].name, name) == 0)
			return table[i].value;
	return NULL;
}

static bool is_aggregate(const struct lex *l)
{
	return l->token == TOKEN_NAME && l->at < l->end && *l->at == '(' &&
			(lex_is(l, "count") || lex_is(l, "sum") || lex_is(l, "min") || lex_is(l, "max"));
}

static int parse_aggregate(struct select *s, struct item *item, const struct expr_names *names)
{
	struct lex *l = &s->q->lex;

	item->aggregate = l->value;
	item->type = (struct type){ .kind = lex_is(l, "count") ? TYPE_BIGINT : TYPE_VARCHAR, .len = 0 };
	lex_next(l);
	lex_next(l);
	if (!lex_accept(l, "*") && (item->expr = expr_parse(l, names, s->q->err)) == NULL)
		return -1;
	return lex_expect(l, ")", s->q->err);
}

static int parse_item(struct select *s, struct item *item)
{
	struct lex *l = &s->q->lex;
	const struct expr_names names = { .column = relation_column,
		.type = relation_type,
		.variable = variable,
		.ctx = s };
	const char *start = l->start, *end;
	int column;

	*item = (struct item){ .type = { .kind = TYPE_VARCHAR } };
	if (is_aggregate(l)) {
		if (parse_aggregate(s, item, &names) != 0)
			return -1;
	} else if ((item->expr = expr_parse(l, &names, s->q->err)) == NULL) {
		return -1;
	}
	for (end = l->start; end > start && (end[-1] == ' ' || end[-1] == '\n'); end--)
		;
	item->name = arena_dup(s->q->arena, start, (size_t)(end - start));
	column = item->expr != NULL && item->aggregate == NULL ? expr_column(item->expr) : -1;
	if (column >= 0) {
		item->name = s->r.names[column];
		item->type = s->r.types != NULL ? s->r.types[column] : item->type;
	}
	if (lex_accept(l, "as") ||
			(lex_is_name(l) && !lex_is(l, "from") && !lex_is(l, "where") && !lex_is(l, "order") &&
					!lex_is(l, "limit")) ||
			l->token == TOKEN_STRING) {
		item->name = l->value;
		if (!lex_is_name(l) && l->token != TOKEN_STRING)
			return lex_unexpected(l, s->q->err);
		lex_next(l);
	}
	return 0;
}

static int parse_items(struct select *s)
{
	s->items = arena_alloc(s->q->arena, ITEMS_MAX * sizeof(*s->items));
	if (lex_accept(&s->q->lex, "*")) {
		s->all = true;
		return 0;
	}
	do {
		if (s->nitems == ITEMS_MAX)
			return sql_fail(s->q, 1064, "too many items");
		if (parse_item(s, &s->items[s->nitems]) != 0)
			return -1;
		if ((s->items[s->nitems].aggregate != NULL) != (s->items[0].aggregate != NULL))
			return sql_fail(s->q, 1064, "the double does not mix aggregates with columns");
		s->nitems++;
	} while (lex_accept(&s->q->lex, ","));
	return 0;
}

static int open_table(struct select *s, const struct name *name)
{
	struct sql *q = s->q;
	struct table *t;
	struct type *types;
	const char **names;

	if (sql_needs(q, RIGHT_SELECT) != 0)
		return -1;
	store_lock(q->store);
	t = sql_table(q, name);
	if (t != NULL) {
		s->r.table = t;
		s->r.schema = t->schema;
		s->r.offsets = table_offsets(q->store, t, &s->r.nrows);
	}
	store_unlock(q->store);
	if (t == NULL)
		return -1;
	s->r.ncolumns = s->r.schema->ncolumns;
	types = arena_alloc(q->arena, s->r.ncolumns * sizeof(*types));
	names = arena_alloc(q->arena, s->r.ncolumns * sizeof(*names));
	for (unsigned i = 0; i < s->r.ncolumns; i++) {
		types[i] = s->r.schema->columns[i].type;
		names[i] = s->r.schema->columns[i].name;
	}
	s->r.types = types;
	s->r.names = names;
	return 0;
}

/* FROM comes behind the items but says what their names mean: it is looked for first. */
static int open_from(struct select *s)
{
	struct sql *q = s->q;
	struct lex items = q->lex;
	struct name name;
	unsigned nested = 0;
	int result;

	while (q->lex.token != TOKEN_END && (nested > 0 || !lex_is(&q->lex, "from"))) {
		nested += lex_is(&q->lex, "(");
		nested -= nested > 0 && lex_is(&q->lex, ")");
		lex_next(&q->lex);
	}
	if (!lex_accept(&q->lex, "from")) {
		q->lex = items;
		s->r = (struct relation){ .nrows = 1 };
		return 0;
	}
	if (sql_table_name(q, &name) != 0)
		return -1;
	if (strcasecmp(name.db, "information_schema") == 0) {
		result = sql_information(q, name.table, &s->rows);
		s->r = s->rows.r;
	} else if (strcmp(name.db, "_statistics_") == 0) {
		result = sql_loads_history(q, name.table, &s->rows);
		s->r = s->rows.r;
	} else {
		result = open_table(s, &name);
	}
	q->lex = items;
	return result;
}

static int skip_from(struct sql *q)
{
	struct name name;

	if (!lex_accept(&q->lex, "from"))
		return 0;
	if (sql_table_name(q, &name) != 0)
		return -1;
	lex_accept(&q->lex, "as");
	if (lex_is_name(&q->lex) && !lex_is(&q->lex, "where") && !lex_is(&q->lex, "order") &&
			!lex_is(&q->lex, "limit") && !lex_is(&q->lex, "group"))
		lex_next(&q->lex);
	return 0;
}

int sql_select(struct sql *q)
{
	struct select *s = arena_alloc(q->arena, sizeof(*s));
	int result;

	memset(s, 0, sizeof(*s));
	s->q = q;
	result = open_from(s);
	if (result == 0)
		result = parse_items(s);
	if (result == 0)
		result = skip_from(q);
	if (result == 0)
		result = sql_query(q, &s->r, s->all ? NULL : s->items, s->nitems);
	relation_done(&s->r);
	return result;
}
