/*
 * capture_dead.c - changes that have no form as a message (a date that no calendar has, a value that the row image
 * lacks) become dead letters, in the batch and so in the transaction of their neighbours: none is lost, none doubled,
 * and nobody is held up by one row. Format thread.
 *
 * Key: where the change stands in the binlog. Value: the change as `millrace tap` prints it, masked as its message would
 * have been.
 */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/logline.h"
#include "engine/capture/capture_parts.h"

enum { LETTER_MAX = 900 << 10, /* a broker takes about a megabyte */ SAY_EVERY_US = 10 * 1000 * 1000 };

static char *letter_key(struct batch *b, const struct change *c)
{
	if (c->txn == NULL || c->txn->file == NULL)
		return NULL;
	return arena_printf(&b->arena, "{\"file\":\"%s\",\"pos\":%llu,\"row\":%u}", c->txn->file,
			(unsigned long long)c->pos, (unsigned)c->row);
}

static void add_letter(struct capture *c, struct batch *b, size_t i)
{
	const struct change *change = &b->changes[i];
	const struct dead_fact fact = { .first = change, .reason = change->dead, .stage = change->dead_at };
	struct record *r = dead_letter_add(b, dead_topic(c->sh->settings), letter_key(b, change), &fact);
	struct buf text;

	buf_init(&text, LETTER_MAX);
	if (!c->short_letters)
		change_print(&text, change, c->encoder);
	r->change = (uint32_t)i;
	if (!text.failed && !c->short_letters) { /* else there are still the reason and the place */
		r->value = arena_dup(&b->arena, text.data, text.len);
		r->value_len = (uint32_t)text.len;
	}
	buf_done(&text);
}

/* The first at once, then no more than one line in a while: a session with an incomplete row image makes thousands. */
static void say(struct buried *buried, const struct change *last)
{
	int64_t now_us = clock_mono_us();

	if (buried->said_us && now_us - buried->said_us < SAY_EVERY_US)
		return;
	logline(LOG_WARNING, "format",
			"%zu change%s skipped as dead letters, the last of %s%s%s: %s; see `millrace dead list`",
			buried->count, buried->count == 1 ? "" : "s", last->schema ? last->schema->db : "a statement",
			last->schema ? "." : "", last->schema ? last->schema->table : "", last->dead);
	buried->said_us = now_us;
	buried->count = 0;
}

/* A table none of whose rows can be written is stopped: a dead letter for each of them would tell less. */
static void stop_table(struct capture *c, struct schema *s)
{
	const char *why = s ? format_refuses(c->encoder, s) : NULL;
	char name[TABLE_NAME_ROOM];

	if (why == NULL)
		return;
	snprintf(name, sizeof(name), "%s.%s", s->db, s->table);
	source_stop_table(c->source, name, why);
}

/* An UPDATE of a table without key, in messages that tell the new row only. */
static void tell_lost_row(struct capture *c)
{
	const struct schema *s = format_lost_row(c->encoder);
	char name[TABLE_NAME_ROOM];

	if (s == NULL)
		return;
	snprintf(name, sizeof(name), "%s.%s", s->db, s->table);
	problem_raise(c->sh->problems, PROBLEM_NO_KEY, name,
			"it has no key and was updated: the old row stays at the target");
}

void capture_bury(struct capture *c, struct batch *b, struct buried *buried)
{
	const struct change *last = NULL;

	for (size_t i = 0; i < b->nchanges; i++) {
		if (b->changes[i].dead == NULL)
			continue;
		if (last == NULL || last->schema != b->changes[i].schema)
			stop_table(c, b->changes[i].schema);
		last = &b->changes[i];
		add_letter(c, b, i);
		buried->count++;
	}
	if (last)
		say(buried, last);
	tell_lost_row(c);
}
