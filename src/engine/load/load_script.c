/*
 * load_script.c - the script thread: messages to changes, changes through the table's script, results to the topic's turn
 * at a sink thread. What cannot be read or transformed now waits with its topic (load_wait.c); nothing of it ends the
 * session, and no topic waits for another one.
 */
#include "core/clock.h"
#include "core/logline.h"
#include "engine/load/script/load_profile.h"
#include "engine/load/script/load_script_parts.h"

enum {
	RELOAD_MS = 200 /* without messages a reload is seen after so much, and confirmed */
};

/* To every sink thread. */
static void pass_forget(struct script_stage *st, struct load_item *item)
{
	wait_forget(st);
	load_item_free(item);
	load_sched_forget(st->l->sched);
}

static void take_rows(struct script_stage *st, struct load_item *item)
{
	enum stage_result result;
	struct err err;

	err_clear(&err);
	st->until_us = clock_mono_us() + SLICE_MS * 1000;
	result = stage_item(st, item, &err);
	if (result == STAGE_DONE)
		stage_pass(st, item);
	else
		wait_begin(st, item, result, &err);
}

/* One item from the reader. Takes it. */
static void take_item(struct script_stage *st, struct load_item *item)
{
	if (item->forget_all)
		pass_forget(st, item);
	else if (item->generation != atomic_load(&st->l->generation))
		load_item_free(item); /* its partition may be gone; what is still ours is read again */
	else if (item->look)
		stage_pass(st, item);
	else if (item->part->of->wait)
		wait_add(st, item);
	else
		take_rows(st, item);
}

static struct load_item *next_item(struct script_stage *st)
{
	int wait_ms = wait_next_ms(st);

	return queue_pop_wait(st->l->to_script, wait_ms >= 0 && wait_ms < RELOAD_MS ? wait_ms : RELOAD_MS);
}

/* No more comes. What only waits for its turn has it, as what is still in the queue. */
static bool is_end(const struct script_stage *st)
{
	return load_failed(st->l) || (queue_length(st->l->to_script) == 0 && !wait_turns(st));
}

static void script_loop(struct script_stage *st)
{
	struct load *l = st->l;
	struct stage_meter *m = &l->sh->stages[STAGE_SCRIPT];

	m->mark_us = clock_mono_us();
	for (;;) {
		struct load_item *item = next_item(st);

		meter_phase(m, PHASE_WAIT_IN);
		if (item == NULL && queue_closed(l->to_script) && is_end(st))
			break; /* what waits is read again at the next start */
		scripts_reload(st);
		scripts_tell(st);
		scripts_profile(st);
		if (item)
			take_item(st, item);
		if (st->waits)
			wait_look(st, item == NULL);
		meter_phase(m, PHASE_BUSY);
	}
}

void *load_script_thread(void *arg)
{
	struct script_stage st = { .l = arg };
	struct load *l = arg;
	struct err err;

	err_clear(&err);
	st.reload = atomic_load(&l->reload);
	atomic_store(&l->reload_done, st.reload); /* what this session compiles is as of now */
	st.resumed = atomic_load(&l->resumed);
	st.decoder = format_decoder_new(&l->sh->settings->format, &err);
	if (st.decoder)
		script_loop(&st);
	else
		load_fail(l, &err);
	wait_forget(&st);
	load_profile_left(l->profile);
	scripts_free(&st);
	format_decoder_free(st.decoder);
	load_sched_close(l->sched);
	return NULL;
}
