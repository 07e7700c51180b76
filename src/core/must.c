/* must.c - the end of a process that broke a rule of its own, and who holds what. */
#include "core/must.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

void must_failed(const char *file, int line, const char *rule)
{
	const char *below = strstr(file, "src/");
	char text[512];

	snprintf(text, sizeof(text),
			"millrace: defect at %s:%d: expected %s; the process ends before it does harm, and goes on from the log at the next start: please report this line\n",
			below ? below : file, line, rule);
	xalloc_fatal(text);
}

void lock_init(pthread_mutex_t *lock)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
#ifdef MILLRACE_CHECKS
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
#endif
	pthread_mutex_init(lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

/* Such a lock refuses the thread that has it. */
bool lock_is_held(pthread_mutex_t *lock)
{
	if (pthread_mutex_lock(lock) == EDEADLK)
		return true;
	pthread_mutex_unlock(lock);
	return false;
}

bool owner_is_me(struct owner *o)
{
	if (!o->known)
		*o = (struct owner){ .thread = pthread_self(), .known = true };
	return pthread_equal(o->thread, pthread_self());
}
