/*
 * capture_topics.c - what the log thread knows of the topics that it writes to: that they exist, whose they are, and
 * whose records the log does not take. One table's trouble stops that table: its records are left out from a place on
 * that the log remembers (capture_stopped.c), and the other tables go on. `millrace resume TABLE` reads it again.
 *
 * What is left out outlives the session (struct capture), because a refused transaction ends the session: the next one
 * writes the same changes without those records. Log thread, and the source thread while no log thread runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/logline.h"
#include "core/name_map.h"
#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

enum { WHY_MAX = 480, KEY_SHOWN = 80 };

struct withheld { /* records that are left out */
	struct withheld *next;
	const char *topic;	/* interned */
	const char *db, *table; /* interned; NULL: all of the topic, which is no table's */
	const char *file;	/* interned; not NULL: only the statement there, of a history */
	uint64_t pos;
	char *why;
};

struct captured_topic {
	const struct schema *seen;	/* the last one: most records are of the same */
	const char *db, *table;		/* whose rows it takes; interned, NULL: no table's */
	bool looked, ensured, withheld; /* withheld: there are records that are left out */
};

struct topics {
	struct capture *c;
	struct name_map map;		      /* by topic: struct captured_topic */
	const char *dead, *history, *changes; /* interned */
};

/* ---- whose ---- */

static struct captured_topic *topic_at(struct topics *t, const char *name)
{
	void **place = name_map_at(&t->map, name);

	if (*place == NULL)
		*place = xcalloc(1, sizeof(struct captured_topic));
	return *place;
}

static const char *topic_of(const struct topics *t, const char *db, const char *table)
{
	return format_topic(t->c->encoder, db, table);
}

static const struct change *change_of(const struct batch *b, const struct record *r)
{
	return r->change < b->nchanges ? &b->changes[r->change] : NULL;
}

/* A row of this table, and not a message about it in a topic of another kind. */
static const struct schema *row_of(const struct topics *t, const struct batch *b, const struct record *r)
{
	const struct change *c = change_of(b, r);

	return c && c->schema && c->op != CHANGE_DDL && r->topic != t->dead &&
					topic_of(t, c->schema->db, c->schema->table) == r->topic
			? c->schema
			: NULL;
}

/* ---- leaving out ---- */

static struct withheld *find_table(const struct capture *c, const char *db, const char *table)
{
	struct withheld *w = c->withheld;

	while (w && (w->db != db || w->table != table))
		w = w->next;
	return w;
}

static struct withheld *withhold(struct capture *c, const char *topic, const char *db, const char *table,
		const char *why)
{
	struct withheld *w = xcalloc(1, sizeof(*w));

	*w = (struct withheld){ .next = c->withheld, .topic = topic, .db = db, .table = table, .why = xstrdup(why) };
	return c->withheld = w;
}

static bool is_withheld(const struct topics *t, const struct batch *b, const struct record *r)
{
	const struct change *c = change_of(b, r);
	const struct schema *s = c ? c->schema : NULL;

	for (const struct withheld *w = t->c->withheld; w; w = w->next) {
		if (w->topic != r->topic)
			continue;
		if (w->file ? c && c->txn && c->txn->file == w->file && c->pos == w->pos
			    : w->table == NULL || (s && s->db == w->db && s->table == w->table))
			return true;
	}
	return false;
}

bool topics_leave_out(const struct topics *t, const struct schema *s)
{
	return find_table(t->c, s->db, s->table) != NULL;
}

static void stop_source(struct capture *c, const struct withheld *w)
{
	char name[512];

	snprintf(name, sizeof(name), "%s.%s", w->db, w->table);
	source_stop_table(c->source, name, w->why);
}

static void stop_table(struct topics *t, const char *db, const char *table, const char *why)
{
	const char *topic = topic_of(t, db, table);

	if (find_table(t->c, db, table))
		return;
	stop_source(t->c, withhold(t->c, topic, db, table, why));
	topic_at(t, topic)->withheld = true;
}

void withheld_stopped(struct capture *c, const char *name, const char *why)
{
	const char *dot = strchr(name, '.'), *db = dot ? intern_n(name, (size_t)(dot - name)) : NULL;

	if (dot && find_table(c, db, intern(dot + 1)) == NULL)
		withhold(c, format_topic(c->encoder, db, intern(dot + 1)), db, intern(dot + 1), why);
}

void withheld_again(struct capture *c)
{
	for (const struct withheld *w = c->withheld; w; w = w->next)
		if (w->table)
			stop_source(c, w);
}

void withheld_forget(struct capture *c, const char *name)
{
	struct withheld **at = &c->withheld;

	while (*at) {
		struct withheld *w = *at;
		char its[512];

		snprintf(its, sizeof(its), "%s.%s", w->db ? w->db : "", w->table ? w->table : "");
		if (name && strcmp(its, name) != 0) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		free(w->why);
		free(w);
	}
}

/* ---- what is stopped, and why ---- */

/* The payload of a key, without its schema. What is masked in messages is masked in it. */
static void key_text(char *out, size_t size, const struct record *r)
{
	static const char mark[] = "\"payload\":";
	const char *at = r->key;
	size_t len = r->key_len;

	for (size_t i = 0; r->key && i + sizeof(mark) < r->key_len; i++)
		if (memcmp(r->key + i, mark, sizeof(mark) - 1) == 0) {
			at = r->key + i + sizeof(mark) - 1;
			len = (size_t)(r->key + r->key_len - at);
			len -= len > 0 && at[len - 1] == '}';
		}
	snprintf(out, size, "%.*s", (int)(len < size ? len : size - 1), at ? at : "none");
}

static void reason(char *out, const struct log_refusal *why, const struct change *c, const struct record *r,
		const struct err *err)
{
	char key[KEY_SHOWN], limit[48] = "";
	bool placed = c && c->txn && c->txn->file;

	if (why->why == LOG_NEEDS_KEY) {
		snprintf(out, WHY_MAX,
				"topic %.150s is compacted (cleanup.policy) and takes no message without key, such as a TRUNCATE "
				"or a row of a table without primary key: set its cleanup.policy to delete, or add t to skipped.operations",
				why->topic);
	} else if (why->why == LOG_TOPIC_DENIED) {
		const char *said = strstr(err->msg, "Broker: ");

		snprintf(out, WHY_MAX,
				"topic %.150s cannot be written to: %.200s: allow DESCRIBE and WRITE on it, or CREATE if it is missing",
				why->topic, said ? said : err->msg);
	} else {
		key_text(key, sizeof(key), r);
		if (why->limit)
			snprintf(limit, sizeof(limit), " = %zu", why->limit);
		snprintf(out, WHY_MAX,
				"a message of %zu bytes for topic %.120s, key %s, from %.60s:%llu, is larger than %s%s: raise it",
				why->bytes, why->topic, key, placed ? c->txn->file : "a snapshot",
				placed ? (unsigned long long)c->pos : 0,
				why->setting ? why->setting : "the topic takes", limit);
	}
}

/*
 * A statement that the history cannot hold. Whose tables are captured must not go on: after a restart their rows would
 * be read with the definition before it. Of other tables nobody reads the history.
 */
static void refuse_statement(struct topics *t, const char *topic, const struct change *c, const char *why)
{
	struct withheld *w;

	for (unsigned i = 0; c->ddl->captured && i < c->ddl->ntables; i++)
		stop_table(t, intern(c->ddl->table[i].db), intern(c->ddl->table[i].table), why);
	w = withhold(t->c, topic, NULL, NULL, why);
	w->file = c->txn->file;
	w->pos = c->pos;
	topic_at(t, topic)->withheld = true;
	problem_raise(t->c->sh->problems, PROBLEM_HISTORY_LACKS, topic, "a statement about %s is not in it: %s",
			c->ddl->captured ? "captured tables" : "tables that are not captured", why);
}

/* Messages about messages: heartbeats, limits of transactions. Rows do not need them. */
static void leave_out_topic(struct topics *t, const char *topic, const char *why)
{
	withhold(t->c, topic, NULL, NULL, why);
	topic_at(t, topic)->withheld = true;
	problem_raise(t->c->sh->problems, PROBLEM_TOPIC_REFUSED, topic, "%s", why);
}

/* false: nothing can be left out; the failure is everybody's. */
static bool stop_for(struct topics *t, const struct log_refusal *why, const struct batch *b, const struct record *r,
		const struct err *err)
{
	const struct change *c = change_of(b, r);
	const struct schema *s = row_of(t, b, r);
	char text[WHY_MAX];

	reason(text, why, c, r, err);
	if (s)
		stop_table(t, s->db, s->table, text);
	else if (r->topic == t->dead)
		return why->why == LOG_TOO_LARGE && !t->c->short_letters && (t->c->short_letters = true);
	else if (c && c->op == CHANGE_DDL && c->ddl && c->txn && c->txn->file && why->why == LOG_TOO_LARGE)
		refuse_statement(t, r->topic, c, text);
	else if (r->topic == t->history)
		return false;
	else
		leave_out_topic(t, r->topic, text);
	return true;
}

/* The record that was refused or, when that is not known, the first of the topic. */
static bool is_it(const struct log_refusal *why, const struct record *r)
{
	if (strcmp(why->topic, r->topic) != 0 || (why->why == LOG_NEEDS_KEY && r->key))
		return false;
	return why->value == NULL || r->value == why->value;
}

/* ---- admission: before records are appended ---- */

/* The first table that writes to a topic has it. */
static void look(struct topics *t, struct captured_topic *topic, const struct batch *b, const struct record *r)
{
	const struct schema *s = row_of(t, b, r);
	char why[WHY_MAX];

	topic->looked = true;
	if (s == NULL)
		return;
	if (topic->table == NULL) {
		topic->db = s->db;
		topic->table = s->table;
	}
	if (topic->db == s->db && topic->table == s->table)
		return;
	snprintf(why, sizeof(why),
			"its topic %.150s is also that of %.60s.%.60s, and their rows would be mixed: rename one, "
			"or leave one out in [mysql] table.exclude.list",
			r->topic, topic->db, topic->table);
	stop_table(t, s->db, s->table, why);
}

/* A topic that cannot be had stops its table; what concerns all topics is the caller's. */
static int ensure(struct topics *t, struct captured_topic *topic, const struct batch *b, const struct record *r,
		struct err *err)
{
	struct log_refusal why = { .why = LOG_TOPIC_DENIED };

	if (log_topic_ensure(t->c->sh->log, r->topic, r->topic == t->dead ? LOG_TOPIC_DEAD : LOG_TOPIC_ROWS, err) ==
			0) {
		topic->ensured = true;
		return 0;
	}
	snprintf(why.topic, sizeof(why.topic), "%s", r->topic);
	if ((err->kind != ERR_DENIED && err->kind != ERR_DATA) || !stop_for(t, &why, b, r, err))
		return -1;
	err_clear(err);
	return 0;
}

int topics_admit(struct topics *t, struct batch *b, struct err *err)
{
	const struct schema *schema = NULL;
	struct captured_topic *topic = NULL;
	const char *name = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < b->nrecords; i++) {
		const struct record *r = &b->records[i];
		const struct change *c = change_of(b, r);

		if (r->topic != name || (c && c->schema != schema)) {
			topic = r->topic != name ? topic_at(t, r->topic) : topic;
			name = r->topic;
			schema = c ? c->schema : NULL;
			if (topic->seen != schema || !topic->looked)
				look(t, topic, b, r);
			topic->seen = schema;
			if (!topic->ensured && !(topic->withheld && is_withheld(t, b, r)) &&
					ensure(t, topic, b, r, err))
				return -1;
		}
		if (topic->withheld && is_withheld(t, b, r))
			continue;
		b->records[kept++] = *r;
	}
	b->nrecords = kept;
	return 0;
}

/* ---- refusals: after the log has said no ---- */

bool topics_refused(struct topics *t, const struct log_refusal *why, const struct batch *b, const struct err *err)
{
	for (size_t i = 0; why->why != LOG_NOT_REFUSED && i < b->nrecords; i++)
		if (is_it(why, &b->records[i]))
			return stop_for(t, why, b, &b->records[i], err);
	return false;
}

/* ---- a session ---- */

struct topics *topics_new(struct capture *c)
{
	struct topics *t = xcalloc(1, sizeof(*t));

	t->c = c;
	t->dead = dead_topic(c->sh->settings);
	t->history = intern(c->sh->settings->format.history_topic);
	t->changes = intern(c->sh->settings->format.topic_prefix);
	topic_at(t, t->history)->ensured = topic_at(t, t->changes)->ensured = true;
	for (const struct withheld *w = c->withheld; w; w = w->next)
		topic_at(t, w->topic)->withheld = true;
	return t;
}

static void topic_free(void *topic, void *unused)
{
	(void)unused;
	free(topic);
}

void topics_free(struct topics *t)
{
	name_map_each(&t->map, topic_free, NULL);
	name_map_done(&t->map);
	free(t);
}
