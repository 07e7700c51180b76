/*
 * sql_routine.c - the statements of Routine Load: CREATE, ALTER, PAUSE, RESUME, STOP. What StarRocks refuses is refused
 * here, property by property; what a release of the double's version does not know, too.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "routine/double_routine.h"
#include "sql/double_sql.h"

enum property_kind { NUMBER, TRUTH, ANY };

static const struct property_rule {
	const char *key;
	enum property_kind kind;
	int64_t min, max;
	bool alter; /* ALTER takes it, too */
} rules[] = {
	{ "desired_concurrent_number", NUMBER, 1, INT32_MAX, true },
	{ "max_batch_interval", NUMBER, 5, INT32_MAX, true },
	{ "max_batch_rows", NUMBER, 200000, INT64_MAX, true },
	{ "max_batch_size", ANY, 0, 0, true },
	{ "max_error_number", NUMBER, 0, INT64_MAX, true },
	{ "max_filter_ratio", ANY, 0, 0, true },
	{ "strict_mode", TRUTH, 0, 0, true },
	{ "log_rejected_record_num", NUMBER, -1, INT64_MAX, false },
	{ "timezone", ANY, 0, 0, true },
	{ "partial_update", TRUTH, 0, 0, false },
	{ "partial_update_mode", ANY, 0, 0, false },
	{ "merge_condition", ANY, 0, 0, false },
	{ "format", ANY, 0, 0, false },
	{ "jsonpaths", ANY, 0, 0, true },
	{ "json_root", ANY, 0, 0, true },
	{ "strip_outer_array", TRUTH, 0, 0, true },
	{ "trim_space", TRUTH, 0, 0, false },
	{ "enclose", ANY, 0, 0, false },
	{ "escape", ANY, 0, 0, false },
	{ "task_consume_second", NUMBER, 1, INT32_MAX, true },
	{ "task_timeout_second", NUMBER, 1, INT32_MAX, true },
	{ "pause_on_fatal_parse_error", TRUTH, 0, 0, true },
};

struct parse {
	struct sql *q;
	struct routine *j;
	bool alter;
};

static int take_job_property(struct sql *q, const char *key, const char *value, void *ctx)
{
	struct parse *p = ctx;
	const struct property_rule *r = NULL;
	int64_t n;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strcasecmp(rules[i].key, key) == 0 && (rules[i].alter || !p->alter))
			r = &rules[i];
	if (r == NULL)
		return sql_fail(q, 1064, "%.100s is invalid property", key);
	if (r->kind == NUMBER && (!num_parse_i64(value, strlen(value), &n) || n < r->min || n > r->max))
		return sql_fail(q, 1064, "%.100s should be >= %lld, found %.100s", key, (long long)r->min, value);
	if (r->kind == TRUTH && strcasecmp(value, "true") != 0 && strcasecmp(value, "false") != 0)
		return sql_fail(q, 1064, "%.100s should be true or false, found %.100s", key, value);
	if (strcmp(r->key, "format") == 0 && strcasecmp(value, "json") != 0)
		return sql_fail(q, 1064, "the double's routine load reads json only, found format %.100s", value);
	routine_put(&p->j->job, key, value);
	return 0;
}

static int take_kafka_property(struct sql *q, const char *key, const char *value, void *ctx)
{
	static const char *const known[] = { "kafka_broker_list", "kafka_topic", "kafka_partitions", "kafka_offsets" };
	struct parse *p = ctx;

	if (strncmp(key, "property.", 9) == 0) {
		routine_put(&p->j->kafka, key, value);
		return 0;
	}
	for (size_t i = p->alter ? 2 : 0; i < 4; i++)
		if (strcasecmp(known[i], key) == 0) {
			routine_put(&p->j->kafka, key, value);
			return 0;
		}
	return sql_fail(q, 1064, "%.100s is invalid kafka property", key);
}

static int64_t read_offset(const char *word)
{
	int64_t v;

	if (strcasecmp(word, "OFFSET_BEGINNING") == 0)
		return ROUTINE_OFFSET_BEGINNING;
	if (strcasecmp(word, "OFFSET_END") == 0)
		return ROUTINE_OFFSET_END;
	return num_parse_i64(word, strlen(word), &v) && v >= 0 ? v : INT64_MIN;
}

/* kafka_partitions "0,1" with kafka_offsets "12,OFFSET_END", or one offset for all. */
static int take_offsets(struct parse *p)
{
	const char *partitions = routine_get(&p->j->kafka, "kafka_partitions");
	const char *offsets = routine_get(&p->j->kafka, "kafka_offsets");
	const char *preset = routine_get(&p->j->kafka, "property.kafka_default_offsets");
	char *ids, *ats, *id, *at = NULL;
	int result = 0;

	if (partitions == NULL)
		return offsets == NULL ? 0 : sql_fail(p->q, 1064, "kafka_offsets needs kafka_partitions to be set");
	ids = arena_printf(p->q->arena, "%s", partitions);
	ats = arena_printf(p->q->arena, "%s", offsets != NULL ? offsets : "");
	for (; result == 0 && (id = strsep(&ids, ", ")) != NULL;) {
		int64_t n, offset;
		struct routine_partition *partition;

		if (*id == '\0')
			continue;
		if (offsets != NULL)
			do
				at = strsep(&ats, ", ");
			while (at != NULL && *at == '\0');
		offset = read_offset(offsets != NULL && at != NULL ? at : preset != NULL ? preset : "OFFSET_END");
		if (!num_parse_i64(id, strlen(id), &n) || n < 0 || n > INT32_MAX)
			return sql_fail(p->q, 1064, "Invalid kafka partition '%.100s'", id);
		if (offset == INT64_MIN || (offsets != NULL && at == NULL))
			return sql_fail(p->q, 1064, "Partitions number should be equals to offsets number");
		if (p->alter && p->j->npartitions > 0 && routine_partition(p->j, (int32_t)n)->latest == -1 &&
				routine_partition(p->j, (int32_t)n)->next == ROUTINE_OFFSET_END)
			return sql_fail(p->q, 1064, "The specified partition %lld is not in the consumed partitions",
					(long long)n);
		if ((partition = routine_partition(p->j, (int32_t)n)) == NULL)
			return sql_fail(p->q, 1064, "too many partitions");
		partition->next = offset;
	}
	p->j->pinned |= !p->alter;
	return result;
}

/* The text up to the bracket that closes, or up to what can follow a WHERE. */
static char *raw_text(struct sql *q, bool brackets)
{
	struct lex *l = &q->lex;
	const char *start = l->start;
	unsigned depth = 0;

	while (l->token != TOKEN_END && l->token != TOKEN_BAD) {
		if (depth == 0 && brackets && lex_is(l, ")"))
			break;
		if (depth == 0 && !brackets && (lex_is(l, ",") || lex_is(l, "properties") || lex_is(l, "from")))
			break;
		depth += lex_is(l, "(");
		depth -= lex_is(l, ")");
		lex_next(l);
	}
	return xstrndup(start, (size_t)(l->start - start));
}

static int load_property(struct parse *p)
{
	struct sql *q = p->q;
	struct lex *l = &q->lex;

	if (lex_accept_words(l, "columns terminated by") || lex_accept_words(l, "rows terminated by") ||
			lex_accept(l, "partition") || lex_accept_words(l, "temporary partition"))
		return sql_fail(q, 1064, "the double's routine load takes COLUMNS (..) and WHERE only");
	if (lex_accept(l, "columns")) {
		if (lex_expect(l, "(", q->err) != 0)
			return -1;
		p->j->columns = raw_text(q, true);
		return lex_expect(l, ")", q->err);
	}
	if (lex_expect(l, "where", q->err) != 0)
		return -1;
	p->j->where = raw_text(q, false);
	return 0;
}

/* A comma between two of them, none before PROPERTIES. */
static int clauses(struct parse *p)
{
	struct lex *l = &p->q->lex;
	struct routine_properties *kafka = &p->j->kafka;

	if (!lex_is(l, "properties") && !lex_is(l, "from") && l->token != TOKEN_END)
		do
			if (load_property(p) != 0)
				return -1;
		while (lex_accept(l, ","));
	if (lex_accept(l, "properties") && sql_properties(p->q, take_job_property, p) != 0)
		return -1;
	if (p->alter) /* a new place is one of this statement, not of the CREATE */
		for (unsigned i = 0; i < kafka->count; i++)
			if (strncasecmp(kafka->items[i].key, "kafka_partitions", 16) == 0 ||
					strncasecmp(kafka->items[i].key, "kafka_offsets", 13) == 0)
				kafka->items[i--] = kafka->items[--kafka->count];
	if (lex_accept(l, "from") &&
			(lex_expect(l, "kafka", p->q->err) != 0 || sql_properties(p->q, take_kafka_property, p) != 0))
		return -1;
	return sql_end(p->q) == 0 ? take_offsets(p) : -1;
}

static struct routine *find(const struct store *s, const struct db *db, const char *name, bool final)
{
	for (struct routine *j = s->routines; j != NULL; j = j->next)
		if (j->db == db && strcmp(j->name, name) == 0 && (final || j->state < ROUTINE_STOPPED))
			return j;
	return NULL;
}

/* ---- CREATE ---- */

static int check_name(struct sql *q, const char *name)
{
	for (const char *p = name; *p != '\0'; p++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", *p) == NULL)
			return sql_fail(q, 1064, "Incorrect routine load name '%.100s'", name);
	return strlen(name) <= 64 ? 0 : sql_fail(q, 1064, "Incorrect routine load name '%.100s'", name);
}

/* Under the lock. */
static int create_here(struct sql *q, struct routine *j)
{
	struct name table = { j->db_name, j->table_name };
	struct plan *plan = xcalloc(1, sizeof(*plan));
	struct table *t = sql_table(q, &table);
	struct err err = { 0 };
	int result = t != NULL ? 0 : -1;

	if (result == 0 && find(q->store, t->db, j->name, false) != NULL)
		result = sql_fail(q, 1064, "Name %.100s already used in db %.100s", j->name, j->db_name);
	if (result == 0 && routine_plan(j, t, plan, &err) != 0)
		result = sql_fail(q, 1064, "%s", err.msg);
	if (result == 0) {
		j->db = t->db;
		j->id = q->store->next_id++;
		j->created_ms = store_now_ms(q->store);
		result = store_log_sql(q->store, q->db, q->text, q->err);
	}
	if (result == 0) {
		j->next = q->store->routines;
		q->store->routines = j;
	}
	plan_done(plan);
	free(plan);
	return result;
}

static int create(struct sql *q)
{
	struct routine *j = xcalloc(1, sizeof(*j)); /* what is refused is not freed: tests end soon */
	struct parse p = { .q = q, .j = j };
	struct name name;
	int result;

	if (sql_table_name(q, &name) != 0 || lex_expect(&q->lex, "on", q->err) != 0)
		return -1;
	j->db_name = xstrdup(name.db);
	j->name = xstrdup(name.table);
	if (check_name(q, j->name) != 0 || (name.table = lex_name(&q->lex, q->err)) == NULL)
		return -1;
	j->table_name = xstrdup(name.table);
	if (clauses(&p) != 0)
		return -1;
	if (routine_get(&j->kafka, "kafka_broker_list") == NULL || routine_get(&j->kafka, "kafka_topic") == NULL)
		return sql_fail(q, 1064, "%s is a required property",
				routine_get(&j->kafka, "kafka_topic") == NULL ? "kafka_topic" : "kafka_broker_list");
	if (routine_get(&j->job, "format") == NULL)
		return sql_fail(q, 1064, "the double's routine load reads json only: format is missing");
	if (q->server == NULL) /* the log is replayed, under the lock */
		return create_here(q, j);
	if (routine_topic_check(j, q->err) != 0)
		return -1;
	store_lock(q->store);
	result = create_here(q, j);
	store_unlock(q->store);
	return result;
}

/* ---- the others ---- */

static int become(struct sql *q, struct routine *j, enum routine_state to)
{
	if (j->state == to || j->state >= ROUTINE_STOPPED)
		return sql_fail(q, 1064, "Could not transform %s to %s", routine_state_name(j->state),
				routine_state_name(to));
	j->state = to;
	j->changes++;
	return 0;
}

static const char *reason(struct sql *q, int64_t code, const char *text)
{
	return arena_printf(q->arena, "ErrorReason{errCode = %lld, msg='%s'}", (long long)code, text);
}

/* BECAUSE: of the log, see routine_job.c. */
static int take_reason(struct sql *q, int64_t code, const char *text, char **out)
{
	if (q->server == NULL && lex_accept(&q->lex, "because") &&
			(lex_integer(&q->lex, &code, q->err) != 0 || (text = lex_string(&q->lex, q->err)) == NULL))
		return -1;
	*out = xstrdup(reason(q, code, text));
	return sql_end(q);
}

static int pause_job(struct sql *q, struct routine *j)
{
	if (take_reason(q, ROUTINE_MANUAL_PAUSE,
			    arena_printf(q->arena, "User %s pauses routine load job",
					    q->session != NULL ? q->session->user : "root"),
			    &j->reason) != 0 ||
			become(q, j, ROUTINE_PAUSED) != 0)
		return -1;
	j->paused_ms = store_now_ms(q->store);
	return 0;
}

static int resume_job(struct sql *q, struct routine *j)
{
	if (sql_end(q) != 0)
		return -1;
	if (j->state != ROUTINE_NEED_SCHEDULE && become(q, j, ROUTINE_NEED_SCHEDULE) != 0)
		return -1;
	j->reason = NULL;
	j->paused_ms = 0;
	return 0;
}

static int stop_job(struct sql *q, struct routine *j)
{
	if (take_reason(q, ROUTINE_MANUAL_STOP,
			    arena_printf(q->arena, "User %s stop routine load job",
					    q->session != NULL ? q->session->user : "root"),
			    &j->reason) != 0 ||
			become(q, j, ROUTINE_STOPPED) != 0)
		return -1;
	j->ended_ms = store_now_ms(q->store);
	return 0;
}

static int alter_job(struct sql *q, struct routine *j)
{
	struct routine *fresh = xcalloc(1, sizeof(*fresh)), *next = j->next;
	struct parse p = { .q = q, .j = fresh, .alter = true };
	struct plan *plan = xcalloc(1, sizeof(*plan));
	struct table *table = store_table(j->db, j->table_name);
	struct err err = { 0 };
	int result = 0;

	*fresh = *j; /* all of it, or nothing */
	if (j->state != ROUTINE_PAUSED)
		result = sql_fail(q, 1064, "Only supports modification of PAUSED jobs");
	if (result == 0)
		result = clauses(&p);
	if (result == 0 && table != NULL && routine_plan(fresh, table, plan, &err) != 0)
		result = sql_fail(q, 1064, "%s", err.msg);
	if (result == 0) {
		*j = *fresh;
		j->next = next;
		j->changes++;
	}
	plan_done(plan);
	free(plan);
	free(fresh);
	return result;
}

static int change(struct sql *q, int (*run)(struct sql *, struct routine *))
{
	struct name name;
	struct routine *j;
	struct db *db;
	int result;

	if (lex_expect(&q->lex, "for", q->err) != 0 || sql_table_name(q, &name) != 0)
		return -1;
	if (q->server != NULL)
		store_lock(q->store);
	db = sql_db(q, name.db);
	j = db != NULL ? find(q->store, db, name.table, false) : NULL;
	if (db != NULL && j == NULL)
		sql_fail(q, 1064, "There is no job named %.100s in db %.100s", name.table, name.db);
	result = j != NULL ? run(q, j) : -1;
	if (result == 0 && q->server != NULL)
		result = store_log_sql(q->store, q->db, q->text, q->err);
	if (q->server != NULL)
		store_unlock(q->store);
	return result;
}

int sql_routine_load(struct sql *q, const char *verb)
{
	static const struct {
		const char *verb;
		int (*run)(struct sql *, struct routine *);
	} verbs[] = { { "ALTER", alter_job }, { "PAUSE", pause_job }, { "RESUME", resume_job }, { "STOP", stop_job } };

	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (strcmp(verbs[i].verb, verb) == 0)
			return change(q, verbs[i].run);
	return create(q);
}
