/*
 * load_password.c - the target refuses our password: the file or the command that holds it may say another one by now. Tables go on to
 * retry as after any refusal; with another password all of them do at once. A file that cannot be read leaves the old one.
 *
 * @thread any: a sink thread whose load was refused, the half's before a session, a person's resume.
 */
#include "core/clock.h"
#include "core/logline.h"
#include "engine/load/load_parts.h"
#include "engine/settings/settings.h"

enum { AGAIN_MS = 1000 }; /* a thousand tables that are refused do not read it a thousand times */

/* Only one thread reads it, and not just after another has. */
static bool my_turn(struct load *l)
{
	int64_t now = clock_mono_us();
	bool mine;

	pthread_mutex_lock(&l->half.lock);
	mine = !l->password_read && now >= l->password_us;
	l->password_read |= mine;
	pthread_mutex_unlock(&l->half.lock);
	return mine;
}

static void turn_over(struct load *l, bool changed)
{
	pthread_mutex_lock(&l->half.lock);
	l->password_read = false;
	l->password_us = clock_mono_us() + AGAIN_MS * 1000LL;
	if (changed && l->sched)
		load_sched_again(l->sched, true);
	pthread_mutex_unlock(&l->half.lock);
}

void load_password_again(struct load *l)
{
	struct settings *fresh;
	struct err err = { 0 };
	bool changed;

	if (!my_turn(l))
		return;
	fresh = settings_new();
	changed = settings_load(fresh, l->sh->settings->path, &err) == 0 && fresh->sink.password &&
			sink_password_change(&l->sh->settings->sink, fresh->sink.password);
	settings_free(fresh);
	if (changed)
		logline(LOG_NOTICE, "load", "[starrocks] password: another one was read");
	turn_over(l, changed);
}
