/*
 * double_sql.c - which statement is it, and the small ones. What StarRocks would accept and the double does not know
 * is an error here, never a silent OK.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "sql/double_sql.h"

int sql_fail(struct sql *q, int code, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (code == 1064)
		return err_set(q->err, ERR_DATA, code, "Getting analyzing error. Detail message: %s.", text);
	return err_set(q->err, ERR_DATA, code, "%s", text);
}

int sql_table_name(struct sql *q, struct name *out)
{
	out->db = q->db;
	out->table = lex_name(&q->lex, q->err);
	if (out->table == NULL)
		return -1;
	if (lex_accept(&q->lex, ".")) {
		out->db = out->table;
		out->table = lex_name(&q->lex, q->err);
	}
	if (out->table != NULL && *out->db == '\0')
		return sql_fail(q, 1046, "No database selected");
	return out->table != NULL ? 0 : -1;
}

struct db *sql_db(struct sql *q, const char *name)
{
	struct db *db = store_db(q->store, name);

	if (db == NULL)
		sql_fail(q, 1049, "Unknown database '%.200s'", name);
	return db;
}

struct table *sql_table(struct sql *q, const struct name *name)
{
	struct db *db = sql_db(q, name->db);
	struct table *t = db != NULL ? store_table(db, name->table) : NULL;

	if (db != NULL && t == NULL)
		sql_fail(q, 5502, "Getting analyzing error. Detail message: Unknown table '%.150s.%.150s'.", name->db,
				name->table);
	return t;
}

int sql_end(struct sql *q)
{
	lex_accept(&q->lex, ";");
	return q->lex.token == TOKEN_END ? 0 : lex_unexpected(&q->lex, q->err);
}

const char *sql_time(struct sql *q, int64_t ms)
{
	char text[48];
	size_t len;

	if (ms == 0)
		return NULL;
	len = num_iso_datetime(text, ms / 1000 * 1000000, 0, ' ');
	return arena_dup(q->arena, text, len);
}

const char *sql_number(struct sql *q, uint64_t v)
{
	return arena_printf(q->arena, "%llu", (unsigned long long)v);
}

static int run_use(struct sql *q)
{
	const char *name = lex_name(&q->lex, q->err);
	bool known;

	if (name != NULL && lex_accept(&q->lex, ".")) /* USE default_catalog.db */
		name = lex_name(&q->lex, q->err);
	if (name == NULL || sql_end(q) != 0)
		return -1;
	store_lock(q->store);
	known = strcasecmp(name, "information_schema") == 0 || store_db(q->store, name) != NULL;
	store_unlock(q->store);
	if (!known)
		return sql_fail(q, 1049, "Unknown database '%.200s'", name);
	snprintf(q->session->db, sizeof(q->session->db), "%s", name);
	return 0;
}

/* Sessions have no state that the double would honour; SET is taken, as clients send it at every connect. */
static int run_nothing(struct sql *q)
{
	return 0;
}

static int run_ddl(struct sql *q, int (*run)(struct sql *))
{
	int result;

	store_lock(q->store);
	result = run(q);
	if (result == 0)
		result = sql_end(q);
	if (result == 0)
		result = store_log_sql(q->store, q->db, q->text, q->err);
	store_alter_settle(q->store, store_now_ms(q->store));
	store_unlock(q->store);
	return result;
}

static int run_create(struct sql *q)
{
	return lex_accept_words(&q->lex, "routine load") ? sql_routine_load(q, "CREATE") : run_ddl(q, sql_create);
}

static int run_drop(struct sql *q)
{
	return run_ddl(q, sql_drop);
}

static int run_truncate(struct sql *q)
{
	return run_ddl(q, sql_truncate);
}

static int run_alter(struct sql *q)
{
	return lex_accept_words(&q->lex, "routine load") ? sql_routine_load(q, "ALTER") : run_ddl(q, sql_alter);
}

static int run_routine(struct sql *q, const char *verb)
{
	return lex_accept_words(&q->lex, "routine load") ? sql_routine_load(q, verb) : lex_unexpected(&q->lex, q->err);
}

static int run_pause(struct sql *q)
{
	return run_routine(q, "PAUSE");
}

static int run_resume(struct sql *q)
{
	return run_routine(q, "RESUME");
}

static int run_stop(struct sql *q)
{
	return run_routine(q, "STOP");
}

static int run_kill(struct sql *q)
{
	return sql_fail(q, 1064, "the double kills no queries");
}

int sql_needs(struct sql *q, enum right right)
{
	if (right == RIGHT_COUNT || server_may(q->server, q->session->user, right))
		return 0;
	return sql_fail(q, 5203, "Access denied; you need (at least one of) the %s privilege(s) for this operation.",
			right_name(right));
}

static const struct {
	const char *word;
	int (*run)(struct sql *q);
	enum right right; /* RIGHT_COUNT: none, or the statement itself asks */
} statements[] = {
	{ "select", sql_select, RIGHT_COUNT },
	{ "show", sql_show, RIGHT_COUNT },
	{ "desc", sql_describe, RIGHT_COUNT },
	{ "describe", sql_describe, RIGHT_COUNT },
	{ "use", run_use, RIGHT_COUNT },
	{ "set", run_nothing, RIGHT_COUNT },
	{ "commit", run_nothing, RIGHT_COUNT },
	{ "rollback", run_nothing, RIGHT_COUNT },
	{ "create", run_create, RIGHT_CREATE },
	{ "drop", run_drop, RIGHT_DROP },
	{ "truncate", run_truncate, RIGHT_DELETE },
	{ "delete", sql_delete, RIGHT_DELETE },
	{ "update", sql_update, RIGHT_UPDATE },
	{ "explain", sql_explain, RIGHT_COUNT },
	{ "alter", run_alter, RIGHT_ALTER },
	{ "pause", run_pause, RIGHT_INSERT },
	{ "resume", run_resume, RIGHT_INSERT },
	{ "stop", run_stop, RIGHT_INSERT },
	{ "kill", run_kill, RIGHT_COUNT },
};

int sql_run(struct session *s, const char *text, size_t len, struct err *err)
{
	struct sql q = {
		.session = s,
		.server = s->server,
		.store = &s->server->store,
		.db = s->db,
		.arena = &s->arena,
		.err = err,
	};

	q.text = arena_dup(q.arena, text, len);
	lex_init(&q.lex, q.arena, q.text, len);
	for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
		if (lex_accept(&q.lex, statements[i].word))
			return sql_needs(&q, statements[i].right) != 0 ? -1 : statements[i].run(&q);
	return lex_unexpected(&q.lex, err);
}

static const char *const routine_verbs[] = { "CREATE", "ALTER", "PAUSE", "RESUME", "STOP" };

int sql_replay(struct store *store, const char *db, const char *sql, struct err *err)
{
	struct arena arena;
	struct sql q = { .store = store, .db = db, .text = sql, .arena = &arena, .err = err };
	int result = -1;

	arena_init(&arena, 0);
	for (size_t i = 0; i < sizeof(routine_verbs) / sizeof(*routine_verbs); i++) {
		lex_init(&q.lex, &arena, sql, strlen(sql));
		if (lex_accept(&q.lex, routine_verbs[i]) && lex_accept_words(&q.lex, "routine load")) {
			result = sql_routine_load(&q, routine_verbs[i]);
			arena_done(&arena);
			return result;
		}
	}
	lex_init(&q.lex, &arena, sql, strlen(sql));
	if (lex_accept(&q.lex, "create"))
		result = sql_create(&q);
	else if (lex_accept(&q.lex, "drop"))
		result = sql_drop(&q);
	else if (lex_accept(&q.lex, "truncate"))
		result = sql_truncate(&q);
	else if (lex_accept(&q.lex, "alter"))
		result = sql_alter(&q);
	arena_done(&arena);
	return result == 0 ? 0 : err_wrap(err, "data log: '%.100s'", sql);
}
