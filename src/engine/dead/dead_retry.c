/*
 * dead_retry.c - see dead_retry.h. Per table, so many keys at a time: read again, wait until the load has passed them, mark.
 *
 * A row that MySQL does not have any more needs nothing: its DELETE is in the log behind the letter. Unless the letter is that
 * DELETE: then its message goes to its partition once more, and the key is read again behind it, so that a row that was inserted
 * meanwhile is not lost. A crash between reading and mark leaves the letter open, and another retry does the same again.
 */
#include "engine/dead/dead_retry_parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "engine/messages/message.h"

void dead_tell_end(const struct dead_doing *d, size_t done, size_t failed)
{
	struct buf b;

	buf_init(&b, 4096);
	buf_printf(&b, "{\"result\":\"%s\",\"letters\":%zu,\"failed\":%zu%s}", d->how, done, failed,
			d->dry ? ",\"dry_run\":true" : "");
	d->emit(d->arg, b.data, b.len);
	buf_done(&b);
}

enum { LOOK_US = 50000, KEY_PARTS = 64 };

/* ---- what is told ---- */

static void tell(struct retry *t, const struct dead_pick *p, const char *result, const char *why)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	buf_printf(&b, "{\"id\":%lld,\"table\":", (long long)p->id);
	buf_json_str(&b, p->table);
	if (p->key)
		buf_printf(&b, ",\"key\":%s", p->key);
	buf_printf(&b, ",\"result\":\"%s\"", result);
	if (why) {
		buf_puts(&b, ",\"why\":");
		buf_json_str(&b, why);
	}
	buf_putc(&b, '}');
	if (!b.failed && t->d->emit(t->d->arg, b.data, b.len))
		t->job.gone = true;
	buf_done(&b);
}

static void fail_one(struct retry *t, struct dead_pick *p, const char *why)
{
	p->failed = 1;
	t->failed++;
	tell(t, p, "open", why);
}

/* ---- keys ---- */

/* The values of the table's key, in its order; the count. */
static unsigned key_parts(struct retry *t, const struct dead_pick *p, struct source_text *parts)
{
	const struct schema *s = source_reader_schema(t->table.source);
	struct json_slice whole, v;
	struct json j;
	unsigned n = 0;

	json_init(&j, p->key, strlen(p->key));
	if (json_value(&j, &whole) != JSON_OBJECT)
		return 0;
	while (n < s->nkey && n < KEY_PARTS && json_find(&whole, s->columns[s->key[n]].name, &v) &&
			v.kind == JSON_STRING && json_text(&v, &t->rows->arena, &parts[n].p, &parts[n].len) == 0)
		n++;
	return n;
}

char *retry_bound(struct retry *t, const struct dead_pick *p, struct err *err)
{
	struct source_text parts[KEY_PARTS];

	if (p->key == NULL) {
		err_set(err, ERR_DATA, 0,
				"the letter has no key: its message was not understood, or its table had none; `millrace verify %s --repair` compares the whole table",
				p->table);
		return NULL;
	}
	if (key_parts(t, p, parts) == source_reader_schema(t->table.source)->nkey)
		return source_reader_bound(t->table.source, parts, err);
	err_set(err, ERR_DATA, 0,
			"the key of %s is another one now; `millrace verify %s --repair` compares the whole table",
			p->table, p->table);
	return NULL;
}

static int find_rows(struct retry *t, const char *const *bounds, size_t n, struct source_chunk *out, struct err *err)
{
	batch_reset(t->rows);
	return source_reader_keys(t->table.source, bounds, n, t->rows, out, err);
}

int retry_find(struct retry *t, const char *bound, struct err *err)
{
	struct source_chunk chunk;

	return find_rows(t, &bound, 1, &chunk, err);
}

/* ---- a DELETE once more ---- */

struct found {
	struct batch *b;
};

static int on_message(void *arg, const struct record *r)
{
	struct found *f = arg;
	struct record *mine = batch_add_record(f->b);
	struct arena *a = &f->b->arena;

	*mine = *r;
	mine->key = r->key ? arena_dup(a, r->key, r->key_len) : NULL;
	mine->value = r->value ? arena_dup(a, r->value, r->value_len) : NULL;
	mine->headers = arena_dup(a, r->headers, r->nheaders * sizeof(*r->headers));
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (r->headers[i].value)
			mine->headers[i].value = arena_dup(a, r->headers[i].value, r->headers[i].len);
	return 1;
}

int retry_message(struct retry *t, const struct dead_pick *p, struct batch *b, struct err *err)
{
	struct log *log = shared_log(&t->d->e->shared, err);
	struct found f = { .b = b };
	int rc = log ? log_scan(log, p->topic, (int32_t)p->partition, p->offset, p->offset + 1, on_message, &f, err)
		     : -1;

	if (rc == 0 && b->nrecords == 0)
		rc = err_set(err, ERR_DATA, 0,
				"the log does not have its message any more; `millrace verify %s --repair --truncate` reads the table again",
				p->table);
	return rc;
}

static int delete_again(struct retry *t, const struct dead_pick *p, struct err *err)
{
	struct batch *b = batch_new();
	int rc = retry_message(t, p, b, err);

	if (rc == 0)
		rc = dead_publish(t->d->e, "retry", b, err);
	batch_free(b);
	return rc;
}

/* ---- one round ---- */

struct round {
	struct dead_pick *picks;
	size_t count;
	const char *bounds[VERIFY_KEYS]; /* of picks; NULL: it has failed */
	const char *asked[VERIFY_KEYS];
	size_t nasked;
};

int retry_order(struct retry *t, const char *const *bounds, size_t n, struct err *err)
{
	const struct schema *s = source_reader_schema(t->table.source);
	struct capture *c = t->d->e->capture;
	char *where = source_reader_where(t->table.source, bounds, n, err);
	int rc = where ? capture_read_rows(c, s->db, s->table, where, err) : -1;

	free(where);
	while (rc == 0 && capture_reads(c, s->db, s->table)) {
		rc = verify_fence_ready(&t->job, t->table.name, err);
		if (rc == 0 && verify_gone(&t->job))
			rc = err_set(err, ERR_RETRY, 0, "stopped; the rows are read again");
		capture_hurry(c);
		verify_sleep(&t->job, LOOK_US);
	}
	return rc;
}

int retry_pass(struct retry *t, struct err *err)
{
	struct position at;
	int rc;

	position_init(&at);
	rc = source_reader_moment(t->table.source, &at, err);
	if (rc == 0)
		rc = verify_fence_wait(&t->table, &at, err);
	position_done(&at);
	return rc;
}

/* Which DELETEs have to go once more; and what the others come to. */
static void delete_what_is_gone(struct retry *t, struct round *round)
{
	for (size_t i = 0; i < round->count; i++) {
		struct dead_pick *p = &round->picks[i];
		struct source_chunk chunk;
		struct err err;

		err_clear(&err);
		if (p->failed || p->op != 'd')
			continue;
		if (p->topic == NULL)
			err_set(&err, ERR_DATA, 0,
					"its message was never written; `millrace verify %s --repair --truncate` reads the table again",
					p->table);
		else if (find_rows(t, &round->bounds[i], 1, &chunk, &err) == 0 && t->rows->nchanges == 0)
			delete_again(t, p, &err);
		if (err.kind != ERR_NONE)
			fail_one(t, p, err.msg);
	}
}

static void finish(struct retry *t, struct round *round, int64_t end, struct err *err)
{
	struct engine *e = t->d->e;
	struct log *log = shared_log(&e->shared, err);
	size_t before = t->failed;

	if (log == NULL || dead_ledger_read(e->dead, log, e->settings, -1, err) ||
			dead_mark(e, round->picks, round->count, t->d->how, t->d->who, err))
		return;
	for (size_t i = 0; i < round->count; i++) {
		struct dead_pick *p = &round->picks[i];

		if (p->failed)
			continue;
		if (dead_ledger_has_key(e->dead, p->table, p->key, strlen(p->key), end - 1))
			tell(t, p, "dead again", "there is a new letter of it");
		else
			tell(t, p, "loaded", NULL);
	}
	t->done += round->count - (t->failed - before);
}

static bool names(const struct round *round, const char *bound)
{
	for (size_t i = 0; i < round->nasked; i++)
		if (strcmp(round->asked[i], bound) == 0)
			return true;
	return false;
}

static void run_round(struct retry *t, struct round *round, struct err *err)
{
	int64_t end = dead_ledger_end(t->d->e->dead);

	delete_what_is_gone(t, round);
	round->nasked = 0;
	for (size_t i = 0; i < round->count; i++)
		if (!round->picks[i].failed && !names(round, round->bounds[i]))
			round->asked[round->nasked++] = round->bounds[i];
	if (round->nasked && retry_order(t, round->asked, round->nasked, err) == 0 && retry_pass(t, err) == 0)
		finish(t, round, end, err);
	if (err->kind == ERR_NONE)
		return;
	for (size_t i = 0; i < round->count; i++)
		if (!round->picks[i].failed)
			fail_one(t, &round->picks[i], err->msg);
}

/* ---- one table ---- */

static void run_rounds(struct retry *t, struct dead_pick *picks, size_t count)
{
	for (size_t at = 0; at < count && !verify_gone(&t->job); at += VERIFY_KEYS) {
		struct round round = {
			.picks = picks + at,
			.count = count - at < VERIFY_KEYS ? count - at : VERIFY_KEYS,
		};
		struct err err;

		for (size_t i = 0; i < round.count; i++) {
			err_clear(&err);
			round.bounds[i] = retry_bound(t, &round.picks[i], &err);
			if (round.bounds[i] == NULL)
				fail_one(t, &round.picks[i], err.msg);
		}
		err_clear(&err);
		run_round(t, &round, &err);
		for (size_t i = 0; i < round.count; i++)
			free((char *)round.bounds[i]);
	}
}

int retry_open(struct retry *t, const char *name, struct err *err)
{
	struct verify_table *table = &t->table;

	*table = (struct verify_table){ .job = &t->job, .name = name };
	if (verify_fence_ready(&t->job, name, err))
		return -1;
	table->source = source_reader_open(capture_mysql_conf(t->d->e->capture), name, err);
	if (table->source == NULL)
		return -1;
	if (source_reader_unkeyed(table->source))
		return err_set(err, ERR_DATA, 0,
				"its rows cannot be read by key: %.200s; `millrace snapshot %s --truncate` reads all of them",
				source_reader_unkeyed(table->source), name);
	table->pipe = verify_pipe_new(t->d->e, source_reader_schema(table->source), err);
	return table->pipe ? 0 : -1;
}

void retry_close(struct retry *t)
{
	verify_pipe_free(t->table.pipe);
	source_reader_close(t->table.source);
}

static void run_table(struct retry *t, struct dead_pick *picks, size_t count)
{
	struct err err;

	err_clear(&err);
	if (retry_open(t, picks->table, &err) == 0) {
		verify_watch(&t->job, &t->table);
		run_rounds(t, picks, count);
		verify_watch(&t->job, NULL);
	} else {
		for (size_t i = 0; i < count; i++)
			fail_one(t, &picks[i], err.msg);
	}
	retry_close(t);
}

int dead_retry(struct dead_doing *d, struct dead_picks *picks, struct err *err)
{
	struct verifier *v = d->e->verifier;
	struct retry t = {
		.d = d,
		.job = { .e = d->e, .emit = d->emit, .arg = d->arg, .slot = VERIFY_LETTERS, .rate = 100 },
	};

	if (verify_begin(v, VERIFY_LETTERS, "dead-retry", d->who, err))
		return -1;
	t.rows = batch_new();
	for (size_t i = 0, n; i < picks->count && !verify_gone(&t.job); i += n) {
		for (n = 1; i + n < picks->count && picks->items[i + n].table == picks->items[i].table; n++)
			;
		run_table(&t, picks->items + i, n);
	}
	batch_free(t.rows);
	verify_end(v, VERIFY_LETTERS);
	dead_tell_end(d, t.done, t.failed);
	if (t.failed)
		return err_set(err, ERR_DATA, 0, "%zu of %zu letters stay open", t.failed, picks->count);
	return 0;
}
