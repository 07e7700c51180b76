/* dead_mark.c - see dead_mark.h. */
#include "engine/dead/dead_mark.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/intern.h"
#include "core/xalloc.h"

enum { IDS = 20000, SEEN_MS = 2000, LOOK_MS = 50 }; /* of one mark; Kafka shows a commit some milliseconds later */

/* ---- which letters ---- */

static char *copy(const struct dead_text *t)
{
	return t->p ? xstrndup(t->p, t->len) : NULL;
}

static int on_letter(void *arg, const struct dead_seen *seen)
{
	struct dead_picks *p = arg;
	const struct dead_letter *l = seen->letter;

	xgrow(p->items, p->count, p->cap, 64);
	p->items[p->count++] = (struct dead_pick){
		.id = l->id,
		.table = intern(seen->table),
		.key = copy(&l->key),
		.op = l->op.len == 1 ? *l->op.p : '-',
		.topic = copy(&l->topic),
		.partition = l->partition,
		.offset = l->offset,
	};
	return p->count >= LEDGER_MAX;
}

static int by_table(const void *a, const void *b)
{
	const struct dead_pick *x = a, *y = b;
	int c = strcmp(x->table, y->table);

	return c ? c : (x->id > y->id) - (x->id < y->id);
}

int dead_picks_take(const struct dead_look *look, const struct dead_wish *w, struct dead_picks *out, struct err *err)
{
	*out = (struct dead_picks){ 0 };
	if (dead_scan(look, w, on_letter, out, err))
		return -1;
	if (out->count)
		qsort(out->items, out->count, sizeof(*out->items), by_table);
	return 0;
}

void dead_picks_free(struct dead_picks *p)
{
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].key);
		free(p->items[i].topic);
	}
	free(p->items);
}

/* ---- the mark ---- */

static void put_header(struct record *r, const char *name, const char *value)
{
	r->headers[r->nheaders++] = (struct record_header){
		.name = intern(name),
		.value = value,
		.len = (uint32_t)strlen(value),
	};
}

static size_t add_mark(struct batch *b, const char *topic, const struct dead_pick *picks, size_t count, const char *how,
		const char *who)
{
	struct record *r = batch_add_record(b);
	size_t i, n = 0;
	struct buf ids;

	buf_init(&ids, IDS * 24);
	for (i = 0; i < count && n < IDS; i++)
		if (!picks[i].failed)
			buf_printf(&ids, "%c%lld", n++ ? ',' : '[', (long long)picks[i].id);
	buf_puts(&ids, n ? "]" : "[]");
	r->topic = topic;
	r->partition = 0;
	r->value = arena_dup(&b->arena, ids.data, ids.len);
	r->value_len = (uint32_t)ids.len;
	r->headers = arena_alloc(&b->arena, 2 * sizeof(*r->headers));
	put_header(r, "millrace.mark", how);
	put_header(r, "millrace.by", who);
	buf_done(&ids);
	return i;
}

int dead_publish(struct engine *e, const char *purpose, const struct batch *b, struct err *err)
{
	struct log *log = shared_log(&e->shared, err);
	struct log_writer *w;
	char id[128];
	int rc;

	snprintf(id, sizeof(id), "%s-dead-%s-%ld", e->settings->name, purpose, (long)getpid());
	w = log ? log_writer_open(log, id, err) : NULL;
	if (w == NULL)
		return -1;
	rc = log_writer_append(w, b, err) || log_writer_commit(w, err) ? -1 : 0;
	log_writer_close(w);
	return rc;
}

/* The first and the last tell of all. */
static int await(struct engine *e, const struct dead_pick *picks, size_t count, struct err *err)
{
	int64_t until_us = clock_mono_us() + SEEN_MS * 1000;
	size_t at = count;

	while (at > 0 && picks[at - 1].failed)
		at--;
	while (at > 0) {
		if (dead_ledger_read(e->dead, shared_log(&e->shared, err), e->settings, -1, err))
			return -1;
		if (!dead_ledger_is_open(e->dead, picks[at - 1].id) || clock_mono_us() > until_us)
			return 0;
		clock_sleep_ms(LOOK_MS);
	}
	return 0;
}

int dead_mark(struct engine *e, const struct dead_pick *picks, size_t count, const char *how, const char *who,
		struct err *err)
{
	struct batch *b = batch_new();
	int rc;

	for (size_t at = 0; at < count;)
		at += add_mark(b, dead_topic(e->settings), picks + at, count - at, how, who);
	rc = dead_publish(e, "mark", b, err);
	batch_free(b);
	return rc ? -1 : await(e, picks, count, err);
}
