/* source_model.c - see source_model.h. */
#include "tests/e2e/source_model.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/xalloc.h"

enum { BUCKETS = 1 << 17, PRINTED = 10 };

struct row {
	struct row *next;
	const char *table; /* "db.table", interned by the schema's names */
	char *key, *text;
	bool loose; /* the table was altered since: its columns are others */
	bool read;  /* by a snapshot */
};

struct model {
	struct row *buckets[BUCKETS];
	size_t rows;
	unsigned faults;
	bool partial; /* see model_is_partial() */
	struct schema **history;
	size_t nhistory;
};

struct model *model_new(void)
{
	return xcalloc(1, sizeof(struct model));
}

static void row_free(struct row *r)
{
	free(r->key);
	free(r->text);
	free(r);
}

void model_free(struct model *m)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct row *r = m->buckets[i], *next; r; r = next) {
			next = r->next;
			row_free(r);
		}
	for (size_t i = 0; i < m->nhistory; i++)
		schema_unref(m->history[i]);
	free(m->history);
	free(m);
}

/* ---- values as text ---- */

/* The server's JSON has a space behind ',' and ':'; the binlog's has none. */
static void put_json(struct buf *b, const struct value *v)
{
	bool inside = false;

	for (uint32_t i = 0; i < v->len; i++) {
		if (v->p[i] == '"' && (i == 0 || v->p[i - 1] != '\\'))
			inside = !inside;
		if (inside || v->p[i] != ' ')
			buf_putc(b, v->p[i]);
	}
}

static void put_value(struct buf *b, const struct column *c, const struct value *v)
{
	buf_printf(b, "|%d/%d/%d ", v->kind, v->aux, v->flags);
	if (v->kind == VALUE_TEXT && c->type == COL_JSON) {
		put_json(b, v);
	} else if (v->kind != VALUE_NULL && v->kind != VALUE_ABSENT) {
		char *room = buf_reserve(b, value_print_bound(v));

		if (room)
			b->len += value_print(v, room);
	}
}

static char *row_text(const struct schema *s, const struct value *row, bool key_only)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	if (key_only)
		buf_printf(&b, "%s.%s", s->db, s->table);
	for (unsigned i = 0; i < (key_only ? s->nkey : s->ncolumns); i++) {
		unsigned c = key_only ? s->key[i] : i;

		put_value(&b, &s->columns[c], &row[c]);
	}
	buf_putc(&b, '\0');
	return buf_take(&b);
}

/* ---- rows ---- */

static struct row **slot(const struct model *m, const char *key)
{
	uint64_t h = 1469598103934665603u;
	struct row **at;

	for (const char *p = key; *p; p++)
		h = (h ^ (unsigned char)*p) * 1099511628211u;
	at = (struct row **)&m->buckets[(h ^ h >> 29) % BUCKETS];
	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

static void fault(struct model *m, const struct change *c, const char *what, const char *key, const char *had,
		const char *got)
{
	if (m->faults++ < PRINTED)
		printf("# fault: %c %s at %s:%llu/%u: %s\n#   had %.600s\n#   got %.600s\n", c->op, key,
				c->txn->file ? c->txn->file : "", (unsigned long long)c->pos, c->row, what,
				had ? had : "(none)", got ? got : "(none)");
}

static void put(struct model *m, const struct change *c)
{
	char *key = row_text(c->schema, c->after, true), *text = row_text(c->schema, c->after, false);
	struct row **at = slot(m, key);

	if (*at && c->op == CHANGE_CREATE)
		fault(m, c, "created twice", key, (*at)->text, text);
	if (*at && c->op == CHANGE_READ && (*at)->read && c->schema->nkey > 0)
		fault(m, c, "read twice", key, (*at)->text, text);
	if (*at == NULL) {
		*at = xcalloc(1, sizeof(**at));
		(*at)->key = xstrdup(key);
		m->rows++;
	}
	free((*at)->text);
	(*at)->text = text;
	(*at)->loose = false;
	(*at)->read |= c->op == CHANGE_READ;
	free(key);
}

static void take(struct model *m, const struct change *c)
{
	char *key = row_text(c->schema, c->before, true), *text = row_text(c->schema, c->before, false);
	struct row **at = slot(m, key), *r = *at;

	if (r == NULL ? !m->partial : !r->loose && strcmp(r->text, text) != 0)
		fault(m, c, "the before image is not what the row was", key, r ? r->text : NULL, text);
	if (r) {
		*at = r->next;
		row_free(r);
		m->rows--;
	}
	free(key);
	free(text);
}

static bool is_of(const struct row *r, const char *db, const char *table)
{
	size_t a = strlen(db), n = strlen(table);

	return strncmp(r->key, db, a) == 0 && r->key[a] == '.' && strncmp(r->key + a + 1, table, n) == 0 &&
			r->key[a + 1 + n] == '|';
}

static void each_of(struct model *m, const char *db, const char *table, bool drop)
{
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct row **at = &m->buckets[i]; *at;) {
			struct row *r = *at;

			if (!is_of(r, db, table)) {
				at = &r->next;
				continue;
			}
			r->loose = true;
			if (!drop) {
				at = &r->next;
				continue;
			}
			*at = r->next;
			row_free(r);
			m->rows--;
		}
}

/* RENAME: the rows follow the name. */
static void rename_rows(struct model *m, const struct ddl_table *t)
{
	struct row *moved = NULL;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct row **at = &m->buckets[i]; *at;) {
			struct row *r = *at;

			if (!is_of(r, t->previous_db, t->previous_table)) {
				at = &r->next;
				continue;
			}
			*at = r->next;
			r->next = moved;
			moved = r;
		}
	for (struct row *r = moved, *next; r; r = next) {
		char *key = xasprintf("%s.%s%s", t->db, t->table, strchr(r->key, '|'));
		struct row **at = slot(m, key);

		next = r->next;
		free(r->key);
		r->key = key;
		r->next = *at;
		*at = r;
	}
}

/* ---- schemas ---- */

static void forget_schema(struct model *m, const char *db, const char *table)
{
	for (size_t i = 0; i < m->nhistory; i++)
		if (strcmp(m->history[i]->db, db) == 0 && strcmp(m->history[i]->table, table) == 0) {
			schema_unref(m->history[i]);
			m->history[i] = m->history[--m->nhistory];
			return;
		}
}

static void apply_ddl(struct model *m, const struct change *c)
{
	for (unsigned i = 0; i < c->ddl->ntables; i++) {
		const struct ddl_table *t = &c->ddl->table[i];

		if (t->previous_table) {
			forget_schema(m, t->previous_db, t->previous_table);
			rename_rows(m, t);
		}
		forget_schema(m, t->db, t->table);
		if (t->schema) {
			m->history = xrealloc(m->history, (m->nhistory + 1) * sizeof(*m->history));
			m->history[m->nhistory++] = schema_ref(t->schema);
		}
		if (c->snapshot == SNAPSHOT_NO)
			each_of(m, t->db, t->table, t->type == 'D');
	}
}

void model_is_partial(struct model *m)
{
	m->partial = true;
}

void model_apply(struct model *m, const struct batch *b)
{
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		if (c->op == CHANGE_DDL)
			apply_ddl(m, c);
		else if (c->op == CHANGE_TRUNCATE)
			each_of(m, c->schema->db, c->schema->table, true);
		if (c->op == CHANGE_UPDATE || c->op == CHANGE_DELETE)
			take(m, c);
		if (c->op == CHANGE_READ || c->op == CHANGE_CREATE || c->op == CHANGE_UPDATE)
			put(m, c);
	}
}

unsigned model_faults(const struct model *m)
{
	return m->faults;
}

size_t model_rows(const struct model *m)
{
	return m->rows;
}

size_t model_table_rows(const struct model *m, const char *db_table)
{
	size_t n = 0, len = strlen(db_table);

	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct row *r = m->buckets[i]; r; r = r->next)
			n += strncmp(r->key, db_table, len) == 0 && r->key[len] == '|';
	return n;
}

static size_t missing_in(const struct model *a, const struct model *b, const char *which)
{
	size_t n = 0;

	for (size_t i = 0; i < BUCKETS; i++)
		for (const struct row *r = a->buckets[i]; r; r = r->next) {
			const struct row *other = *slot(b, r->key);

			if (other && strcmp(other->text, r->text) == 0)
				continue;
			if (n++ < PRINTED)
				printf("# %s: %s\n#   this  %.900s\n#   other %.900s\n", which, r->key, r->text,
						other ? other->text : "(none)");
		}
	return n;
}

size_t model_differences(const struct model *a, const struct model *b)
{
	return missing_in(a, b, "first") + missing_in(b, a, "second");
}

struct schema *const *model_history(const struct model *m, size_t *count)
{
	*count = m->nhistory;
	return m->history;
}
