/*
 * test_half.c - which state of a half may follow which, what each kind of failure leads to, and what a resume answers.
 */
#include "engine/base/half.h"

#include <stdatomic.h>

#include "core/clock.h"
#include "core/logline.h"
#include "engine/engine_parts.h"

#include "tests/tap.h"

void shared_wake(struct shared *sh)
{
	(void)sh;
}

/* A session does what the test says: fails with a kind, or works until it is told otherwise. */
static atomic_int next_kind, sessions;

static int session(struct half *h, struct err *err)
{
	int kind = atomic_load(&next_kind);

	atomic_fetch_add(&sessions, 1);
	if (kind != ERR_NONE)
		return err_set(err, (enum err_kind)kind, 0, "the reason");
	half_well(h);
	half_state_set(h, HALF_STREAMING);
	while (!half_wait(h, 10))
		if (atomic_load(&next_kind) != ERR_NONE)
			return err_set(err, (enum err_kind)atomic_load(&next_kind), 0, "it broke");
	return 0;
}

static bool gets(struct half *h, enum half_state want)
{
	struct status_trouble trouble;
	enum half_state state;

	for (int i = 0; i < 2000; i++) {
		half_view(h, &state, &trouble);
		if (state == want)
			return true;
		clock_sleep_ms(5);
	}
	return false;
}

static void states(void)
{
	static const struct {
		enum half_state from, to;
		bool may;
	} rows[] = {
		{ HALF_STOPPED, HALF_STARTING, true },
		{ HALF_STOPPED, HALF_STREAMING, false },
		{ HALF_STOPPED, HALF_FAILED, false },
		{ HALF_STARTING, HALF_STREAMING, true },
		{ HALF_STARTING, HALF_FAILED, true },
		{ HALF_STARTING, HALF_RETRYING, true },
		{ HALF_SNAPSHOT, HALF_STREAMING, true },
		{ HALF_STREAMING, HALF_SNAPSHOT, true },
		{ HALF_STREAMING, HALF_STUCK, true },
		{ HALF_FAILED, HALF_STARTING, true },
		{ HALF_FAILED, HALF_STREAMING, false },
		{ HALF_FAILED, HALF_IDLE, false },
		{ HALF_RETRYING, HALF_STREAMING, true },
		{ HALF_STREAMING, HALF_PAUSED, false },
		{ HALF_IDLE, HALF_IDLE, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		is_int(half_may_follow(rows[i].from, rows[i].to), rows[i].may, "state %d to %d", rows[i].from,
				rows[i].to);
}

static void resumes(struct half *h, enum err_kind kind)
{
	struct err err;
	int before;

	atomic_store(&next_kind, kind);
	ok(gets(h, HALF_FAILED), "%s: it fails and waits", err_kind_name(kind));
	before = atomic_load(&sessions);
	clock_sleep_ms(300);
	is_int(atomic_load(&sessions), before, "%s: nothing is tried without a person", err_kind_name(kind));
	err_clear(&err);
	is_int(half_resume(h, 5000, &err), -1, "%s: a resume that fails again says so", err_kind_name(kind));
	ok(strstr(err.msg, "the reason") != NULL, "with the reason: %s", err.msg);
	atomic_store(&next_kind, ERR_NONE);
	err_clear(&err);
	is_int(half_resume(h, 5000, &err), 0, "%s: resume starts it again", err_kind_name(kind));
	ok(gets(h, HALF_STREAMING), "%s: and it works", err_kind_name(kind));
}

static void retries(struct half *h, enum err_kind kind)
{
	struct err err;

	atomic_store(&next_kind, kind);
	ok(gets(h, HALF_RETRYING), "%s: retrying", err_kind_name(kind));
	atomic_store(&next_kind, ERR_NONE);
	ok(gets(h, HALF_STREAMING), "%s: it comes back by itself", err_kind_name(kind));
	atomic_store(&next_kind, kind);
	ok(gets(h, HALF_RETRYING), "%s: and again", err_kind_name(kind));
	atomic_store(&next_kind, ERR_NONE);
	err_clear(&err);
	is_int(half_resume(h, 5000, &err), 0, "%s: a resume does not wait for the pause to end", err_kind_name(kind));
}

int main(void)
{
	struct half h;
	struct err err;
	int64_t since;

	states();
	err_clear(&err);
	half_init(&h, NULL, "capture", session);
	atomic_store(&next_kind, ERR_NONE);
	half_start(&h, &err);
	ok(gets(&h, HALF_STREAMING), "it works");
	is_int(half_resume(&h, 5000, &err), 0, "a resume of a half that works is nothing");
	half_pause(&h);
	ok(gets(&h, HALF_PAUSED), "a pause shows");
	is_int(half_resume(&h, 5000, &err), 0, "and ends");
	retries(&h, ERR_RETRY);
	retries(&h, ERR_UNREACHABLE);
	retries(&h, ERR_DENIED);
	resumes(&h, ERR_CONFIG);
	resumes(&h, ERR_FATAL);
	resumes(&h, ERR_FENCED);
	resumes(&h, ERR_DATA);
	ok(!half_is_over(&h, &err), "and the process goes on");
	atomic_store(&next_kind, ERR_FATAL);
	ok(gets(&h, HALF_FAILED), "failed once more");
	since = clock_mono_us();
	half_stop(&h);
	ok(half_join(&h, 5000) && clock_mono_us() - since < 5000000, "a stop is answered by a half that has failed");
	ok(half_is_over(&h, &err), "then it is over");
	err_clear(&err);
	is_int(half_resume(&h, 5000, &err), -1, "a half that has ended does not go on");
	half_done(&h);

	atomic_store(&next_kind, ERR_CONFIG);
	half_init(&h, NULL, "load", session);
	half_start(&h, &err);
	ok(gets(&h, HALF_FAILED), "a configuration that cannot work");
	err_clear(&err);
	ok(half_is_over(&h, &err) && err.kind == ERR_CONFIG,
			"nothing waits for it: the process may end, with the reason");
	half_stop(&h);
	half_join(&h, 5000);
	half_done(&h);
	return tap_done();
}
