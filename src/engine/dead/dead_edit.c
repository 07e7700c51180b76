/* dead_edit.c - see dead_edit.h. */
#include "engine/dead/dead_edit.h"

#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/dead/dead_retry_parts.h"
#include "engine/messages/rows.h"

enum { MESSAGE_MAX = 64 << 20, TEXT_MAX = 64 << 20 };

/* ---- the message ---- */

static int check_row(const struct json_slice *old, const char *row, struct err *err)
{
	struct json_slice key, v;
	char name[200];
	struct json j;
	size_t n = 0;

	json_init(&j, row, strlen(row));
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0, "the row: expected a JSON object, found '%.60s'", row);
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		snprintf(name, sizeof(name), "%.*s", (int)(key.len < 199 ? key.len : 199), key.p);
		if (strncmp(name, "__", 2) == 0 || !dead_edit_member(old->p, old->len, name, &v))
			return err_set(err, ERR_DATA, 0, "the row: expected columns of the table, found '%s'", name);
		n++;
	}
	if (!json_done(&j))
		return err_set(err, ERR_DATA, 0, "the row is no JSON: %s", j.problem ? j.problem : "it does not end");
	return n ? 0 : err_set(err, ERR_DATA, 0, "the row: expected a column with another value, found none");
}

int dead_edit_message(const char *message, size_t len, const char *row, struct buf *out, struct err *err)
{
	struct json_slice old = dead_edit_row(message, len), key, v, fresh;
	const char *comma = "{";
	char name[200];
	struct json j;

	if (check_row(&old, row, err))
		return -1;
	buf_put(out, message, (size_t)(old.p - message));
	json_init(&j, old.p, old.len);
	json_enter(&j, '{');
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		snprintf(name, sizeof(name), "%.*s", (int)(key.len < 199 ? key.len : 199), key.p);
		buf_printf(out, "%s\"", comma);
		buf_put(out, key.p, key.len);
		buf_puts(out, "\":");
		dead_edit_put(out, dead_edit_member(row, strlen(row), name, &fresh) ? &fresh : &v);
		comma = ",";
	}
	buf_putc(out, '}');
	buf_put(out, old.p + old.len, len - (size_t)(old.p - message) - old.len);
	return out->failed ? err_set(err, ERR_DATA, 0, "the row is too large") : 0;
}

/* ---- what the messages mean ---- */

static char *text_of(const struct schema *schema, const struct value *row)
{
	struct buf b;

	buf_init(&b, TEXT_MAX);
	row_print(&b, schema, row, NULL);
	return buf_take(&b);
}

/* The row that MySQL had when a message was edited: one that was refused can be edited once more. */
#define MYSQL_HEADER "millrace.edited"

static struct record_header *header_of(const struct record *r)
{
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (strcmp(r->headers[i].name, MYSQL_HEADER) == 0)
			return &r->headers[i];
	return NULL;
}

static void put_header(struct batch *b, struct record *r, const char *text)
{
	struct record_header *h = header_of(r);

	if (h == NULL) {
		struct record_header *all = arena_alloc(&b->arena, (r->nheaders + 1) * sizeof(*all));

		if (r->nheaders)
			memcpy(all, r->headers, r->nheaders * sizeof(*all));
		r->headers = all;
		h = &all[r->nheaders++];
	}
	*h = (struct record_header){
		.name = intern(MYSQL_HEADER),
		.value = arena_dup(&b->arena, text, strlen(text)),
		.len = (uint32_t)strlen(text),
	};
}

static bool is_mysqls(const struct record *r, const struct change *letter, const char *mysql)
{
	const struct record_header *h = header_of(r);
	char *text = h ? xstrndup(h->value, h->len) : text_of(letter->schema, letter->after);
	bool same = text && mysql && strcmp(text, mysql) == 0;

	free(text);
	return same;
}

static int check_key(const struct schema *s, const struct change *before, const struct change *after, struct err *err)
{
	for (unsigned i = 0; i < s->ncolumns; i++)
		if (schema_is_key(s, i) && !value_equal(&before->after[i], &after->after[i]))
			return err_set(err, ERR_DATA, 0,
					"column %s is of the key: with another value it would be another row",
					s->columns[i].name);
	return 0;
}

/* The change that a message of the batch is; NULL: err. */
static const struct change *change_of(const struct batch *b, uint32_t record, const char *what, struct err *err)
{
	for (size_t i = 0; i < b->nchanges; i++) {
		const struct change *c = &b->changes[i];

		if (c->record != record)
			continue;
		if (c->dead)
			err_set(err, ERR_DATA, 0, "%s is not understood: %.300s", what, c->dead);
		else if (c->after == NULL)
			err_set(err, ERR_DATA, 0, "%s has no row: it is a DELETE; `millrace dead retry` tries it",
					what);
		else
			return c;
		return NULL;
	}
	err_set(err, ERR_DATA, 0, "%s has no row", what);
	return NULL;
}

struct editing {
	struct retry t;
	struct dead_pick *pick;
	struct batch *message; /* one record: as it was, then as it is to be */
	char *bound;
	char *mysql; /* the row that MySQL has, as text */
};

static int check_decoded(struct editing *g, struct message_rows *rows, struct err *err)
{
	const struct change *before = change_of(rows->in, 0, "the message", err), *after;
	struct batch *mysql = g->t.rows;

	after = before ? change_of(rows->in, 1, "the edited row", err) : NULL;
	if (after == NULL || check_key(before->schema, before, after, err))
		return -1;
	if (retry_find(&g->t, g->bound, err))
		return -1;
	if (mysql->nchanges == 0)
		return err_set(err, ERR_DATA, 0, "MySQL does not have the row any more; discard the letter");
	g->mysql = text_of(mysql->changes[0].schema, mysql->changes[0].after);
	if (!is_mysqls(&rows->in->records[0], before, g->mysql))
		return err_set(err, ERR_DATA, 0,
				"MySQL's row is not the letter's any more: `millrace dead retry %lld` tries it as it is now",
				(long long)g->pick->id);
	return 0;
}

static int make_message(struct editing *g, const char *row, struct err *err)
{
	struct log *log = shared_log(&g->t.d->e->shared, err);
	struct record *r = &g->message->records[0];
	struct message_rows rows;
	struct buf fresh;
	int rc;

	if (log == NULL || r->value == NULL)
		return log ? err_set(err, ERR_DATA, 0, "the message has no row: it is a tombstone") : -1;
	buf_init(&fresh, MESSAGE_MAX);
	rc = dead_edit_message(r->value, r->value_len, row, &fresh, err);
	if (rc == 0 && (rc = rows_open(&rows, log, atomic_load(&g->t.d->e->shared.live), err)) == 0) {
		rows_add(&rows, r);
		r->value = arena_dup(&g->message->arena, fresh.data, fresh.len);
		r->value_len = (uint32_t)fresh.len;
		rows_add(&rows, r);
		rc = rows_decode(&rows, err) || check_decoded(g, &rows, err) ? -1 : 0;
		rows_close(&rows);
	}
	if (rc == 0)
		put_header(g->message, r, g->mysql);
	buf_done(&fresh);
	return rc;
}

/* ---- the whole ---- */

/* MySQL's row may have changed between the look and the message: then its change may stand before ours. */
static int again_if_changed(struct editing *g, struct err *err)
{
	const char *const bounds[] = { g->bound };
	struct batch *rows = g->t.rows;
	char *now;
	bool same;

	if (retry_find(&g->t, g->bound, err))
		return -1;
	now = rows->nchanges ? text_of(rows->changes[0].schema, rows->changes[0].after) : NULL;
	same = now && strcmp(now, g->mysql) == 0;
	free(now);
	return same ? 0 : retry_order(&g->t, bounds, 1, err);
}

static int load_edited(struct editing *g, const char *row, struct err *err)
{
	struct engine *e = g->t.d->e;
	int64_t end;
	int rc;

	if (make_message(g, row, err))
		return -1;
	end = dead_ledger_end(e->dead);
	rc = dead_publish(e, "edit", g->message, err) || again_if_changed(g, err) || retry_pass(&g->t, err) ? -1 : 0;
	if (rc || dead_ledger_read(e->dead, shared_log(&e->shared, err), e->settings, -1, err) ||
			dead_mark(e, g->pick, 1, g->t.d->how, g->t.d->who, err))
		return -1;
	if (dead_ledger_has_key(e->dead, g->pick->table, g->pick->key, strlen(g->pick->key), end - 1))
		return err_set(err, ERR_DATA, 0,
				"the edited row was refused again; `millrace dead list %s` has a new letter of it",
				g->pick->table);
	return 0;
}

int dead_edit(struct dead_doing *d, struct dead_pick *pick, const char *row, struct err *err)
{
	struct editing g = {
		.t = { .d = d,
				.job = { .e = d->e,
						.emit = d->emit,
						.arg = d->arg,
						.slot = VERIFY_LETTERS,
						.rate = 100 } },
		.pick = pick,
	};
	int rc;

	if (pick->topic == NULL)
		return err_set(err, ERR_DATA, 0,
				"the letter has no message, because none could be written; correct the row in MySQL");
	if (verify_begin(d->e->verifier, VERIFY_LETTERS, "dead-edit", d->who, err))
		return -1;
	g.t.rows = batch_new();
	g.message = batch_new();
	rc = retry_open(&g.t, pick->table, err);
	if (rc == 0)
		rc = (g.bound = retry_bound(&g.t, pick, err)) ? retry_message(&g.t, pick, g.message, err) : -1;
	if (rc == 0) {
		verify_watch(&g.t.job, &g.t.table);
		rc = load_edited(&g, row, err);
		verify_watch(&g.t.job, NULL);
	}
	free(g.bound);
	free(g.mysql);
	retry_close(&g.t);
	batch_free(g.message);
	batch_free(g.t.rows);
	verify_end(d->e->verifier, VERIFY_LETTERS);
	if (rc == 0)
		dead_tell_end(d, 1, 0);
	return rc;
}
