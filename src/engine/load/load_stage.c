/*
 * load_stage.c - one item of the script thread: messages to changes, changes through the table's script, and on to its
 * topic's turn.
 */
#include "core/clock.h"
#include "core/must.h"
#include "engine/load/script/load_script_parts.h"

enum { VISIBLE_MS = 10 }; /* a broker shows one partition of a transaction before the other by at most so much */

static enum stage_result decode(struct script_stage *st, struct batch *in, struct err *err)
{
	struct format_unsure unsure;

	if (format_decode(st->decoder, in, err))
		return STAGE_TROUBLE;
	must_debug(batch_is_sound(in));
	return format_decoder_unsure(st->decoder, &unsure) ? STAGE_UNSURE : STAGE_DONE;
}

/* A message without a schema says nothing of types that changed: every statement before it has to be known first. */
static bool is_early(struct script_stage *st, const struct load_item *item)
{
	return item->part->of->bare && load_history_complete(st->l->history) < item->polled_us + VISIBLE_MS * 1000;
}

enum stage_result stage_item(struct script_stage *st, struct load_item *item, struct err *err)
{
	struct stage_meter *m = &st->l->sh->stages[STAGE_SCRIPT];
	enum stage_result result = item->pause ? STAGE_DONE
			: is_early(st, item)   ? STAGE_EARLY
					       : decode(st, item->in, err);
	int rc;

	if (result == STAGE_DONE && item->pause == NULL && !item->part->of->bare && format_decoder_bare(st->decoder)) {
		item->part->of->bare = true;
		result = is_early(st, item) ? STAGE_EARLY : STAGE_DONE;
	}
	if (result != STAGE_DONE)
		return result;
	rc = script_transform(st, item, err);
	if (rc)
		return rc < 0 ? STAGE_TROUBLE : STAGE_TURN;
	meter_done(m, item->in->nrecords, item->out->nchanges, item->in->bytes);
	item->scripted_us = clock_wall_us();
	taps_offer_changes(st->l->sh->taps, STAGE_SCRIPT, item->out);
	return STAGE_DONE;
}

void stage_pass(struct script_stage *st, struct load_item *item)
{
	atomic_fetch_add(&st->l->turns, 1);
	load_sched_push(st->l->sched, item);
}
