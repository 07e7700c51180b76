/*
 * dead.c - dead letters: messages that could not be loaded, kept in the log with the reason, so that nobody has to
 * choose between losing a row and stopping its table. (Those of capture, which could not be written: capture_dead.c.)
 *
 * Key: where the message came from, so that a letter written twice after a crash is still one letter. Value: the
 * message as it was. Headers say why, of which row, and what was to be loaded (dead/dead_letter.h reads them).
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/intern.h"
#include "core/json.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/engine_parts.h"

/* A broker takes about a megabyte. */
enum { DEAD_HEADERS = 13, HEADER_MAX = 64 << 10, ROW_MAX = 60 << 10, VALUE_MAX = 800 << 10 };

struct dead_writer {
	struct shared *sh;
	struct log_writer *writer;
	struct batch *batch;
	const char *topic;
	int worker;
	bool ensured;
};

const char *dead_topic(const struct settings *s)
{
	char name[96];

	snprintf(name, sizeof(name), "%s.dead", s->name);
	return intern(name);
}

struct dead_writer *dead_writer_open(struct shared *sh, int worker, struct err *err)
{
	struct dead_writer *w = xcalloc(1, sizeof(*w));

	(void)err;
	w->sh = sh;
	w->worker = worker;
	w->batch = batch_new();
	w->topic = dead_topic(sh->settings);
	return w;
}

void dead_writer_close(struct dead_writer *w)
{
	if (w->writer)
		log_writer_close(w->writer);
	batch_free(w->batch);
	free(w);
}

static void header(struct batch *b, struct record *r, const char *name, const char *value, size_t len)
{
	struct record_header *h = &r->headers[r->nheaders++];

	if (len > HEADER_MAX)
		len = HEADER_MAX;
	h->name = intern(name);
	h->len = (uint32_t)len;
	h->value = arena_dup(&b->arena, value, len);
}

static void text_header(struct batch *b, struct record *r, const char *name, const char *value)
{
	if (value)
		header(b, r, name, value, strlen(value));
}

static void number_header(struct batch *b, struct record *r, const char *name, int64_t value)
{
	char number[24];

	header(b, r, name, number, num_i64(number, value));
}

static void put_key_value(struct buf *b, const struct value *v)
{
	char *text = xmalloc(value_print_bound(v));
	size_t n = value_print(v, text);

	if (v->kind == VALUE_BYTES) {
		buf_putc(b, '"');
		for (size_t i = 0; i < n; i++)
			buf_printf(b, "%02x", (unsigned char)text[i]);
		buf_putc(b, '"');
	} else {
		buf_json_string(b, text, n);
	}
	free(text);
}

static void op_header(struct batch *b, struct record *r, const struct change *c)
{
	char op = (char)c->op;

	header(b, r, "millrace.op", &op, 1);
}

bool dead_key(struct buf *out, const struct change *c)
{
	const struct value *row = c->after ? c->after : c->before;

	if (row == NULL || c->schema->nkey == 0)
		return false;
	for (unsigned i = 0; i < c->schema->nkey; i++) {
		buf_putc(out, i ? ',' : '{');
		buf_json_str(out, c->schema->columns[c->schema->key[i]].name);
		buf_putc(out, ':');
		put_key_value(out, &row[c->schema->key[i]]);
	}
	buf_putc(out, '}');
	return !out->failed;
}

static void key_header(struct batch *b, struct record *r, const struct change *c)
{
	struct buf key;

	buf_init(&key, HEADER_MAX);
	if (dead_key(&key, c))
		header(b, r, "millrace.key", key.data, key.len);
	buf_done(&key);
}

/* Only where it leaves room for the message itself. */
static void row_header(struct batch *b, struct record *r, const struct change *c)
{
	struct buf row;

	if (c->after == NULL)
		return;
	buf_init(&row, ROW_MAX);
	row_print(&row, c->schema, c->after, NULL);
	if (!row.failed)
		header(b, r, "millrace.row", row.data, row.len);
	buf_done(&row);
}

static void place_headers(struct batch *b, struct record *r, const struct change *c)
{
	if (c->txn == NULL)
		return;
	text_header(b, r, "millrace.gtid", c->txn->gtid);
	if (c->txn->file == NULL || c->txn->file[0] == '\0')
		return;
	text_header(b, r, "millrace.file", c->txn->file);
	number_header(b, r, "millrace.pos", (int64_t)c->pos);
}

struct record *dead_letter_add(struct batch *b, const char *topic, char *key, const struct dead_fact *fact)
{
	struct record *r = batch_add_record(b);
	const struct change *c = fact->first;

	r->topic = topic;
	r->partition = 0;
	r->key = key;
	r->key_len = key ? (uint32_t)strlen(key) : 0;
	r->headers = arena_alloc(&b->arena, DEAD_HEADERS * sizeof(*r->headers));
	text_header(b, r, "millrace.reason", fact->reason);
	text_header(b, r, "millrace.stage", fact->stage ? fact->stage : "sink");
	text_header(b, r, "millrace.label", fact->label);
	if (fact->last && fact->last->schema)
		row_header(b, r, fact->last);
	if (c == NULL || c->schema == NULL)
		return r;
	text_header(b, r, "millrace.table", arena_printf(&b->arena, "%s.%s", c->schema->db, c->schema->table));
	op_header(b, r, c);
	key_header(b, r, c);
	place_headers(b, r, c);
	return r;
}

/* A message that leaves no room for what is said of it stays where it is: the letter has its place. */
void dead_write(struct dead_writer *w, const struct dead_fact *fact)
{
	struct batch *b = w->batch;
	const struct record *origin = fact->origin;
	char *key = arena_printf(&b->arena, "{\"topic\":\"%s\",\"partition\":%d,\"offset\":%lld}", origin->topic,
			(int)origin->partition, (long long)origin->offset);
	struct record *r = dead_letter_add(b, w->topic, key, fact);

	if (origin->value && origin->value_len <= VALUE_MAX) {
		r->value = arena_dup(&b->arena, origin->value, origin->value_len);
		r->value_len = origin->value_len;
	}
	text_header(b, r, "millrace.topic", origin->topic);
	number_header(b, r, "millrace.partition", origin->partition);
	number_header(b, r, "millrace.offset", origin->offset);
}

void dead_drop(struct dead_writer *w)
{
	batch_reset(w->batch);
}

/* The writer is opened at the first letter: most runs never have one, and ids are only fenced when they are used. */
int dead_flush(struct dead_writer *w, struct err *err)
{
	char id[128];

	/* Processes that share the group must not fence each other. */
	snprintf(id, sizeof(id), "%s-dead-%ld-%d", w->sh->settings->name, (long)getpid(), w->worker);
	if (w->writer == NULL && (w->writer = log_writer_open(w->sh->log, id, err)) == NULL)
		return -1;
	if (!w->ensured && log_topic_ensure(w->sh->log, w->topic, LOG_TOPIC_DEAD, err))
		return -1;
	w->ensured = true;
	if (log_writer_append(w->writer, w->batch, err) || log_writer_commit(w->writer, err)) {
		log_writer_close(w->writer);
		w->writer = NULL;
		return -1;
	}
	batch_reset(w->batch);
	return 0;
}
