/*
 * load_range.c - which rows make the next load. Pure functions on one partition's waiting pieces, so that the rule that
 * exactly-once hangs on can be tested without a log, a target or a thread.
 *
 * A range ends where a stored intent says that it ended (a crash came between), else where the limits are reached or where
 * a table has to stop, and never in the middle of one message or beyond a TRUNCATE.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fnv.h"
#include "core/must.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

static int64_t change_offset(const struct piece *p, size_t i)
{
	return p->item->in->records[p->item->out->changes[p->first + i].record].offset;
}

struct piece part_piece(const struct load_part *p, size_t i, int64_t to)
{
	const struct piece *whole = &p->pieces[i];
	struct piece head = *whole;
	size_t n = 0;

	if (whole->to <= to)
		return head;
	while (n < whole->count && change_offset(whole, n) < to)
		n++;
	head.count = n;
	head.to = to;
	head.bytes = whole->count ? whole->bytes * n / whole->count : 0;
	return head;
}

void part_add(struct load_part *p, const struct piece *piece)
{
	must(piece->from < piece->to && piece->from >= p->arrived);
	must_debug(p->arrived < 0 || piece->from == p->arrived);
	xgrow(p->pieces, p->npieces, p->cap_pieces, 16);
	p->pieces[p->npieces++] = *piece;
	piece->item->refs++;
	p->bytes += piece->bytes;
	p->rows += piece->count;
	p->arrived = piece->to;
}

/* What scripts keep is known where an item begins and ends: the last such offset up to this one goes with the place. */
static void note_state(struct load_part *p, const struct load_item *item, int64_t offset)
{
	bool whole = item->in->to <= offset;

	p->place.state_at = !item->keeps ? -1 : whole ? item->in->to : item->in->from;
	p->place.state = item->kept[whole];
}

void part_drop_before(struct load_part *p, int64_t offset)
{
	size_t gone = 0;

	while (gone < p->npieces && p->pieces[gone].to <= offset) {
		struct load_item *item = p->pieces[gone].item;

		note_state(p, item, offset);
		p->bytes -= p->pieces[gone].bytes;
		p->rows -= p->pieces[gone].count;
		if (--item->refs == 0)
			load_item_free(item);
		gone++;
	}
	if (gone > 0)
		memmove(p->pieces, p->pieces + gone, (p->npieces - gone) * sizeof(*p->pieces));
	p->npieces -= gone;
	if (p->npieces && p->pieces[0].from < offset) {
		struct piece head = part_piece(p, 0, offset);

		note_state(p, p->pieces[0].item, offset);
		p->pieces[0].first += head.count;
		p->pieces[0].count -= head.count;
		p->pieces[0].bytes -= head.bytes;
		p->pieces[0].from = offset;
		p->bytes -= head.bytes;
		p->rows -= head.count;
	}
}

/* The offset behind the n-th message (counted by messages with rows) of a piece. */
static int64_t offset_after(const struct piece *p, size_t n)
{
	int64_t last = -1;

	for (size_t i = 0; i < p->count; i++) {
		int64_t at = change_offset(p, i);

		if (at != last && n-- == 0)
			return at;
		last = at;
	}
	return p->to;
}

/* The offset behind the first message that a script has refused; -1: none. */
static int64_t refused_ends(const struct piece *p)
{
	size_t i = 0;
	int64_t at;

	while (i < p->count && p->item->out->changes[p->first + i].dead == NULL)
		i++;
	if (i == p->count)
		return -1;
	for (at = change_offset(p, i); i < p->count && change_offset(p, i) == at;)
		i++;
	return i < p->count ? change_offset(p, i) : p->to;
}

/* How many pieces (the last one maybe in part: up to *to) make the next load. 0: none waits. */
size_t part_due_pieces(const struct load_part *p, const struct sink_conf *conf, int64_t *to)
{
	size_t n = 0, bytes = 0, rows = 0;
	int64_t refused;

	*to = p->next;
	if (p->npieces == 0)
		return 0;
	if (p->pieces[0].truncate) {
		*to = p->pieces[0].to;
		return 1;
	}
	while (n < p->npieces && !p->pieces[n].truncate) {
		const struct piece *piece = &p->pieces[n];

		if (n &&
				(bytes + piece->bytes > (size_t)conf->max_bytes ||
						rows + piece->count > (size_t)conf->max_rows))
			break;
		if (p->place.intent >= 0 && piece->from >= p->place.intent)
			break;
		bytes += piece->bytes;
		rows += piece->count;
		*to = piece->to;
		n++;
		if (p->stops && p->place.intent < 0 && (refused = refused_ends(piece)) >= 0) {
			*to = refused;
			break;
		}
		if (p->limit) { /* looking for a bad row: a part of the first piece is enough */
			*to = offset_after(piece, p->limit);
			break;
		}
	}
	if (p->place.intent >= 0 && *to > p->place.intent)
		*to = p->place.intent;
	return n;
}

/* The columns belong to the label: rows of another shape are another load. */
static uint64_t schema_hash(const struct schema *schema)
{
	uint64_t hash = FNV_START;

	for (unsigned i = 0; i < schema->ncolumns; i++)
		hash = fnv_add(fnv_text(hash, schema->columns[i].name), 0);
	hash = fnv_text(fnv_add(fnv_text(hash, schema->db), '.'), schema->table);
	return hash ^ hash >> 32;
}

/* Labels allow letters, digits and _, up to 128, beginning with a letter or _. A long table name is replaced by its
 * hash. The last two numbers are the range; what is before them is the same for all ranges of a place. */
void range_label(char *out, size_t size, const char *name, const struct schema *schema, int32_t partition,
		int64_t epoch, int64_t from, int64_t to)
{
	unsigned hash = (unsigned)schema_hash(schema);
	char readable[64];
	size_t n = 0;

	for (const char *c = schema->table; *c && n < (epoch ? 24 : 32); c++)
		readable[n++] = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ? *c
														 : '_';
	readable[n] = '\0';
	if (epoch)
		snprintf(out, size, "_%.32s_%s_%08x_%llx_%d_%lld_%lld", name, readable, hash, (unsigned long long)epoch,
				(int)partition, (long long)from, (long long)to);
	else
		snprintf(out, size, "_%.48s_%s_%08x_%d_%lld_%lld", name, readable, hash, (int)partition,
				(long long)from, (long long)to);
	for (char *c = out; *c; c++)
		if (*c == '-')
			*c = '_';
}
