/* problems.c - see problems.h. The list is short, so it is an array; order is made when somebody asks. */
#include "engine/status/problems.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "core/xalloc.h"

enum {
	LASTS = -1, /* seen_us of a problem that somebody raised, and who will clear it */
	PAST_KEPT = 128
};

struct problem {
	enum problem_code code;
	char *subject;
	char text[512];	  /* one line, safe to print */
	char by[64];	  /* who has acknowledged it */
	int64_t by_us;	  /* wall: when; 0: nobody */
	int64_t since_us; /* wall */
	int64_t seen_us;  /* monotonic, or LASTS */
};

struct problems {
	pthread_mutex_t lock;
	struct problem *items;
	size_t count, cap;
	struct problem_past past[PAST_KEPT]; /* a ring */
	size_t ended;			     /* so far */
};

struct problems *problems_new(void)
{
	struct problems *p = xcalloc(1, sizeof(*p));

	pthread_mutex_init(&p->lock, NULL);
	return p;
}

void problems_free(struct problems *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->count; i++)
		free(p->items[i].subject);
	free(p->items);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

static struct problem *find(struct problems *p, enum problem_code code, const char *subject)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].code == code && strcmp(p->items[i].subject, subject) == 0)
			return &p->items[i];
	return NULL;
}

static struct problem *add(struct problems *p, enum problem_code code, const char *subject)
{
	xgrow(p->items, p->count, p->cap, 16);
	p->items[p->count] = (struct problem){ .code = code, .subject = xstrdup(subject), .since_us = clock_wall_us() };
	return &p->items[p->count++];
}

static void drop(struct problems *p, struct problem *item)
{
	struct problem_past *past = &p->past[p->ended++ % PAST_KEPT];

	past->code = item->code;
	snprintf(past->subject, sizeof(past->subject), "%s", item->subject);
	past->since_us = item->since_us;
	past->ended_us = clock_wall_us();
	free(item->subject);
	*item = p->items[--p->count];
}

static void put(struct problems *p, enum problem_code code, const char *subject, int64_t seen_us, const char *fmt,
		va_list ap)
{
	char text[2 * sizeof(((struct problem *)0)->text)];
	struct problem *item;

	vsnprintf(text, sizeof(text), fmt, ap);
	pthread_mutex_lock(&p->lock);
	item = find(p, code, subject);
	if (item == NULL)
		item = add(p, code, subject);
	if (seen_us == LASTS || item->seen_us != LASTS)
		item->seen_us = seen_us;
	text_escape(item->text, sizeof(item->text), text, strlen(text));
	pthread_mutex_unlock(&p->lock);
}

void problem_raise(struct problems *p, enum problem_code code, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(p, code, subject, LASTS, fmt, ap);
	va_end(ap);
}

void problem_see(struct problems *p, enum problem_code code, const char *subject, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put(p, code, subject, clock_mono_us(), fmt, ap);
	va_end(ap);
}

void problem_clear(struct problems *p, enum problem_code code, const char *subject)
{
	struct problem *item;

	pthread_mutex_lock(&p->lock);
	item = find(p, code, subject);
	if (item)
		drop(p, item);
	pthread_mutex_unlock(&p->lock);
}

bool problem_is(struct problems *p, enum problem_code code, const char *subject)
{
	bool is;

	pthread_mutex_lock(&p->lock);
	is = find(p, code, subject) != NULL;
	pthread_mutex_unlock(&p->lock);
	return is;
}

bool problem_any(struct problems *p, enum problem_code code)
{
	bool any = false;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count && !any; i++)
		any = p->items[i].code == code;
	pthread_mutex_unlock(&p->lock);
	return any;
}

int problem_acknowledge(struct problems *p, const char *code, const char *subject, const char *by)
{
	int found = -1;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count; i++) {
		struct problem *item = &p->items[i];

		if (strcmp(problem_kind(item->code)->name, code) != 0 ||
				(subject && strcmp(item->subject, subject) != 0))
			continue;
		text_escape(item->by, sizeof(item->by), by, strlen(by));
		item->by_us = clock_wall_us();
		found = 0;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

void problems_sweep(struct problems *p, int64_t begun_us)
{
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->count;) {
		struct problem *item = &p->items[i];

		if (item->seen_us != LASTS && item->seen_us + problem_kind(item->code)->hold_ms * 1000LL < begun_us)
			drop(p, item);
		else
			i++;
	}
	pthread_mutex_unlock(&p->lock);
}

static size_t past_first(const struct problems *p)
{
	return p->ended > PAST_KEPT ? p->ended - PAST_KEPT : 0;
}

static unsigned times_before(const struct problems *p, const struct problem *item)
{
	unsigned n = 0;

	for (size_t i = past_first(p); i < p->ended; i++) {
		const struct problem_past *past = &p->past[i % PAST_KEPT];

		n += past->code == item->code && strcmp(past->subject, item->subject) == 0;
	}
	return n;
}

struct problem_past *problems_past(struct problems *p, size_t *count)
{
	struct problem_past *out = xcalloc(PAST_KEPT, sizeof(*out));

	*count = 0;
	pthread_mutex_lock(&p->lock);
	for (size_t i = past_first(p); i < p->ended; i++)
		out[(*count)++] = p->past[i % PAST_KEPT];
	pthread_mutex_unlock(&p->lock);
	return out;
}

static void copy_one(const struct problems *p, const struct problem *item, struct status_problem *out)
{
	const struct problem_kind *k = problem_kind(item->code);

	*out = (struct status_problem){
		.severity = k->severity,
		.code = k->name,
		.kind = k->subject,
		.means = k->means,
		.remedy = k->remedy,
		.fails = k->fails,
		.holds_up = k->holds_up,
		.since_us = item->since_us,
		.acknowledged_us = item->by_us,
		.times = times_before(p, item),
		.left_ms = -1,
		.limit = "",
	};
	snprintf(out->subject, sizeof(out->subject), "%s", item->subject);
	snprintf(out->text, sizeof(out->text), "%s", item->text);
	snprintf(out->by, sizeof(out->by), "%s", item->by);
	if (k->command)
		snprintf(out->command, sizeof(out->command), k->command, item->subject);
	if (k->request)
		snprintf(out->request, sizeof(out->request), k->request, item->subject);
}

static int worst_first(const void *a, const void *b)
{
	const struct status_problem *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->since_us != y->since_us)
		return x->since_us < y->since_us ? -1 : 1;
	return strcmp(x->subject, y->subject);
}

struct status_problem *problems_copy(struct problems *p, size_t *count)
{
	struct status_problem *out;

	pthread_mutex_lock(&p->lock);
	*count = p->count;
	out = xcalloc(p->count ? p->count : 1, sizeof(*out));
	for (size_t i = 0; i < p->count; i++)
		copy_one(p, &p->items[i], &out[i]);
	pthread_mutex_unlock(&p->lock);
	qsort(out, *count, sizeof(*out), worst_first);
	return out;
}
