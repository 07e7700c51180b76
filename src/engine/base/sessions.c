/* sessions.c - see sessions.h. A session is one call of sessions_attend() that has not come back: its place is that thread's alone. */
#include "engine/base/sessions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/must.h"
#include "core/xalloc.h"

enum { LOOK_MS = 1000 }; /* so long after its end a session is still here */

struct sessions {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping;
	struct status_session items[SESSIONS_MOST]; /* who "": free */
};

struct sessions *sessions_new(void)
{
	struct sessions *s = xcalloc(1, sizeof(*s));

	lock_init(&s->lock);
	clock_cond_init(&s->changed);
	return s;
}

void sessions_free(struct sessions *s)
{
	if (s == NULL)
		return;
	pthread_mutex_destroy(&s->lock);
	pthread_cond_destroy(&s->changed);
	free(s);
}

void sessions_stop(struct sessions *s)
{
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

/* Under lock. NULL: no place. */
static struct status_session *come(struct sessions *s, const struct engine_session *session)
{
	for (size_t i = 0; i < SESSIONS_MOST; i++) {
		struct status_session *one = &s->items[i];

		if (one->who[0])
			continue;
		memset(one, 0, sizeof(*one));
		snprintf(one->who, sizeof(one->who), "%s", session->who);
		snprintf(one->name, sizeof(one->name), "%s", session->name);
		snprintf(one->user, sizeof(one->user), "%s", session->user);
		snprintf(one->terminal, sizeof(one->terminal), "%s", session->terminal);
		one->read_only = session->read_only;
		one->here = session->here;
		one->since_us = clock_wall_us();
		return one;
	}
	return NULL;
}

static bool wait_a_moment(struct sessions *s)
{
	struct timespec until = clock_deadline(LOOK_MS);
	bool stopping;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping && pthread_cond_timedwait(&s->changed, &s->lock, &until) == 0)
		;
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

int sessions_come(struct sessions *s, const struct engine_session *session, struct err *err)
{
	struct status_session *one;

	if (session == NULL || session->who[0] == '\0')
		return err_set(err, ERR_CONFIG, 0, "attend: expected a request that says who asks");
	pthread_mutex_lock(&s->lock);
	one = come(s, session);
	pthread_mutex_unlock(&s->lock);
	if (one == NULL)
		return err_set(err, ERR_CONFIG, 0, "attend: %d consoles are here, which is the most", SESSIONS_MOST);
	logline(LOG_NOTICE, "engine", "console of %s: here%s", session->who, session->read_only ? ", read-only" : "");
	return (int)(one - s->items);
}

void sessions_go(struct sessions *s, int place)
{
	char who[sizeof(s->items[0].who)];

	pthread_mutex_lock(&s->lock);
	memcpy(who, s->items[place].who, sizeof(who));
	s->items[place].who[0] = '\0';
	pthread_mutex_unlock(&s->lock);
	logline(LOG_NOTICE, "engine", "console of %s: gone", who);
}

int sessions_attend(struct sessions *s, const struct engine_session *session, engine_emit *emit, void *arg,
		struct err *err)
{
	int place = sessions_come(s, session, err);
	bool stopping = false;

	if (place < 0)
		return -1;
	while (!stopping && emit(arg, "", 0) == 0)
		stopping = wait_a_moment(s);
	sessions_go(s, place);
	return 0;
}

void sessions_acted(struct sessions *s, const struct engine_session *session, const char *request)
{
	if (session == NULL || session->who[0] == '\0')
		return;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < SESSIONS_MOST; i++) {
		struct status_session *one = &s->items[i];

		if (strcmp(one->who, session->who) != 0)
			continue;
		snprintf(one->acted, sizeof(one->acted), "%s", request);
		one->acted_us = clock_wall_us();
	}
	pthread_mutex_unlock(&s->lock);
}

static int by_coming(const void *a, const void *b)
{
	int64_t x = ((const struct status_session *)a)->since_us, y = ((const struct status_session *)b)->since_us;

	return (x > y) - (x < y);
}

void sessions_copy(struct sessions *s, struct status *out)
{
	out->sessions = xcalloc(SESSIONS_MOST, sizeof(*out->sessions));
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < SESSIONS_MOST; i++)
		if (s->items[i].who[0])
			out->sessions[out->nsessions++] = s->items[i];
	pthread_mutex_unlock(&s->lock);
	qsort(out->sessions, out->nsessions, sizeof(*out->sessions), by_coming);
}
