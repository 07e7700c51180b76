/*
 * load_dead.c - rows that cannot be loaded: their letters, and dead.policy and dead.max of a table's section, as they are set now. A table
 * stops behind a letter that was written, not before it: so the letter can be tried again, and no range goes out under a label that it had
 * with other rows. @thread the one that has the topic
 */
#include <string.h>

#include "core/logline.h"
#include "engine/load/load_worker_parts.h"

static bool has_policy(const struct load_worker *w, const struct load_part *p, int policy)
{
	const struct table_settings *section = topic_section(w->l, p->of);

	return section && section->dead_policy == policy;
}

bool part_skips(const struct load_worker *w, const struct load_part *p)
{
	return has_policy(w, p, DEAD_SKIP);
}

bool part_stops(const struct load_worker *w, const struct load_part *p)
{
	return has_policy(w, p, DEAD_STOP);
}

/*
 * The same words each time, so that many are one event, and no more of the reason than the place in the script: what a script says may have values of
 * the row.
 */
static void tell_dead(const struct load_worker *w, const struct load_part *p, const struct change *c)
{
	const char *end = strstr(c->dead, ": ");
	int place = strstr(c->dead, ".lua:") && end ? (int)(end - c->dead) : 0;

	logline(LOG_WARNING, "load", "%s: rows %s%s%.*s; `millrace dead groups` has the reasons", p->meter->name,
			part_skips(w, p) ? "are left out" : "became dead letters", place ? ", " : "", place, c->dead);
}

bool part_has_too_many(const struct load_worker *w, const struct load_part *p, struct err *err)
{
	int64_t open = table_meter_letters(p->meter), allowed = atomic_load(&p->meter->allowed), max;
	const struct table_settings *section = open ? topic_section(w->l, p->of) : NULL;

	if (open < allowed)
		atomic_store(&p->meter->allowed, allowed = open);
	if (section == NULL)
		return false;
	max = section->dead_policy == DEAD_STOP ? 0 : section->dead_max;
	if (max < 0 || open - allowed <= max)
		return false;
	err_set(err, ERR_CONFIG, 0,
			"%lld dead letters are open, and %s allows %lld; mend the cause, `millrace resume %s`, then `millrace dead retry %s`",
			(long long)open, section->dead_policy == DEAD_STOP ? "dead.policy = stop" : "dead.max",
			(long long)(max + allowed), p->meter->name, p->meter->name);
	return true;
}

const struct change *change_as_read(const struct load_item *item, const struct change *c)
{
	size_t low = 0, high = item->in->nchanges;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (item->in->changes[mid].record < c->record)
			low = mid + 1;
		else
			high = mid;
	}
	return low < item->in->nchanges && item->in->changes[low].record == c->record ? &item->in->changes[low] : NULL;
}

/* label: of the load that was refused because of it; NULL: it did not come so far. */
static void write_letter(struct load_worker *w, const struct load_item *item, const struct change *c,
		const char *reason, const char *label)
{
	const struct dead_fact fact = {
		.origin = &item->in->records[c->record],
		.first = change_as_read(item, c),
		.last = c->dead ? NULL : c,
		.reason = c->dead ? c->dead : reason,
		.stage = c->dead ? c->dead_at : "sink",
		.label = label,
	};

	dead_write(w->dead, &fact);
}

int part_write_dead(struct load_worker *w, struct load_part *p, const struct range *range, const struct err *refused,
		struct err *err)
{
	bool skips = part_skips(w, p);
	const struct change *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < range->npieces; i++) {
		struct piece piece = part_piece(p, i, range->to);

		for (size_t k = 0; k < piece.count; k++) {
			const struct change *c = &piece.item->out->changes[piece.first + k];

			if (c->dead == NULL && refused == NULL)
				continue;
			if (!skips)
				write_letter(w, piece.item, c, refused ? refused->msg : NULL, NULL);
			first = first || c->dead == NULL ? first : c;
			n++;
		}
	}
	if (n && !skips && dead_flush(w->dead, err))
		return err_wrap(err, "dead letters of %s", p->meter->name);
	if (first)
		tell_dead(w, p, first);
	counter_add(skips ? &p->meter->skipped : &p->meter->dead, n);
	return 0;
}

int part_write_bad(struct load_worker *w, struct load_part *p, const char *label, const struct sink_result *result,
		struct err *err)
{
	bool skips = part_skips(w, p);
	char first[DEAD_REASON_ROOM];

	if (result->nbad == 0)
		return 0;
	for (size_t i = 0; i < result->nbad; i++) {
		const struct change *c = w->keep[result->bad[i].row].change;

		if (!skips)
			write_letter(w, w->origin[c - w->rows], c, result->bad[i].reason, label);
	}
	if (!skips && dead_flush(w->dead, err))
		return err_wrap(err, "dead letters of %s", p->meter->name);
	dead_reason_text(result->bad[0].reason, strlen(result->bad[0].reason), first);
	logline(LOG_WARNING, "sink", "%s: %zu row%s %s, the first: %s", p->meter->name, result->nbad,
			result->nbad == 1 ? "" : "s", skips ? "left out" : "became dead letters", first);
	counter_add(skips ? &p->meter->skipped : &p->meter->dead, result->nbad);
	return 0;
}
