/* load_profile.c - see load_profile.h. */
#include "engine/load/script/load_profile.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/must.h"
#include "core/xalloc.h"

enum { LOOK_MS = 100, LINES_MAX = 8 << 20, LATE_US = 10000000 };

struct load_profile {
	_Atomic bool wanted;
	pthread_mutex_t lock;
	/* under lock */
	bool asked, done;
	char section[TABLE_NAME_ROOM];
	int64_t until_us; /* monotonic */
	struct buf lines; /* with a newline each */
	char why[200];	  /* there are none; "" */
};

struct load_profile *load_profile_new(void)
{
	struct load_profile *p = xcalloc(1, sizeof(*p));

	lock_init(&p->lock);
	buf_init(&p->lines, LINES_MAX);
	return p;
}

void load_profile_free(struct load_profile *p)
{
	if (p == NULL)
		return;
	buf_done(&p->lines);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* ---- who asks ---- */

static int begin(struct load_profile *p, const char *section, int seconds, struct err *err)
{
	bool busy;

	pthread_mutex_lock(&p->lock);
	busy = p->asked;
	if (!busy) {
		p->asked = true;
		p->done = false;
		p->why[0] = '\0';
		p->until_us = clock_mono_us() + seconds * INT64_C(1000000);
		snprintf(p->section, sizeof(p->section), "%s", section);
		buf_reset(&p->lines);
		atomic_store(&p->wanted, true);
	}
	pthread_mutex_unlock(&p->lock);
	return busy ? err_set(err, ERR_RETRY, 0, "expected no other profile at the same time, found one of [table %s]",
				      p->section)
		    : 0;
}

/* Until the lines are there, or nothing is to be expected any more. */
static bool wait_done(struct load_profile *p, engine_emit *emit, void *arg)
{
	for (;;) {
		bool done, late;

		pthread_mutex_lock(&p->lock);
		if (emit(arg, "", 0))
			p->until_us = 0;
		done = p->done;
		late = clock_mono_us() > p->until_us + LATE_US;
		pthread_mutex_unlock(&p->lock);
		if (done || late)
			return done;
		clock_sleep_ms(LOOK_MS);
	}
}

static void tell(struct load_profile *p, int seconds, engine_emit *emit, void *arg)
{
	struct buf last;

	for (size_t at = 0; at < p->lines.len;) {
		const char *line = p->lines.data + at, *end = memchr(line, '\n', p->lines.len - at);
		size_t len = end ? (size_t)(end - line) : p->lines.len - at;

		if (emit(arg, line, len))
			return;
		at += len + 1;
	}
	buf_init(&last, 1 << 16);
	buf_puts(&last, "{\"kind\":\"profile\",\"section\":");
	buf_json_str(&last, p->section);
	buf_printf(&last, ",\"seconds\":%d}", seconds);
	emit(arg, last.data, last.len);
	buf_done(&last);
}

int load_profile_run(struct load_profile *p, const char *section, int seconds, engine_emit *emit, void *arg,
		struct err *err)
{
	bool done;
	int rc = 0;

	if (begin(p, section, seconds, err))
		return -1;
	done = wait_done(p, emit, arg);
	if (!done)
		rc = err_set(err, ERR_RETRY, 0,
				"[table %s]: expected the script thread to take a profile, found it busy with one batch, or the load half down",
				section);
	else if (p->why[0])
		rc = err_set(err, ERR_RETRY, 0, "[table %s]: %s", section, p->why);
	else
		tell(p, seconds, emit, arg);
	pthread_mutex_lock(&p->lock);
	p->asked = false;
	atomic_store(&p->wanted, false);
	pthread_mutex_unlock(&p->lock);
	return rc;
}

/* ---- the script thread ---- */

bool load_profile_wanted(const struct load_profile *p)
{
	return atomic_load_explicit(&p->wanted, memory_order_relaxed);
}

bool load_profile_section(struct load_profile *p, char *section, size_t size)
{
	bool asked;

	pthread_mutex_lock(&p->lock);
	asked = p->asked && !p->done;
	if (asked)
		snprintf(section, size, "%s", p->section);
	pthread_mutex_unlock(&p->lock);
	return asked;
}

bool load_profile_over(struct load_profile *p)
{
	bool over;

	pthread_mutex_lock(&p->lock);
	over = clock_mono_us() >= p->until_us;
	pthread_mutex_unlock(&p->lock);
	return over;
}

static void put_line(struct buf *b, const struct script_line *l)
{
	buf_puts(b, "{\"kind\":\"line\",\"script\":");
	buf_json_str(b, l->script);
	buf_printf(b, ",\"line\":%d,\"runs\":%" PRIu64 ",\"ns\":%" PRId64 ",\"text\":", l->line, l->runs, l->ns);
	buf_json_string(b, l->text, l->len);
	buf_puts(b, "}\n");
}

static void end(struct load_profile *p, const char *why)
{
	snprintf(p->why, sizeof(p->why), "%s", why);
	p->done = true;
	atomic_store(&p->wanted, false);
}

void load_profile_give(struct load_profile *p, const struct script *script)
{
	struct script_line l;
	size_t i = 0;

	pthread_mutex_lock(&p->lock);
	for (; script && script_line_at(script, i, &l); i++)
		put_line(&p->lines, &l);
	end(p,
			p->lines.failed	    ? "its lines need more room than there is"
					: i ? ""
					    : "expected rows while it was measured, found none, or less than 512");
	pthread_mutex_unlock(&p->lock);
}

void load_profile_left(struct load_profile *p)
{
	pthread_mutex_lock(&p->lock);
	if (p->asked && !p->done)
		end(p, "the load half was stopped");
	pthread_mutex_unlock(&p->lock);
}
