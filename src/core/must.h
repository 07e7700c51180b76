/*
 * must.h - rules of the program itself, which neither data nor another system can break: a lock is held, a writer belongs
 * to one thread, offsets follow each other. A broken rule is a defect, and going on could load or write something wrong: the
 * terminal is given back, one line says which rule and where, and the process ends. The next start goes on from the log.
 *
 * must() is in every build, for what costs nothing. must_debug() and the rules on locks are checked only in builds with
 * --enable-checks, which the sanitizers' builds and the suite's have. @thread any
 */
#ifndef CORE_MUST_H
#define CORE_MUST_H

#include <pthread.h>
#include <stdbool.h>

#define must(rule) ((rule) ? (void)0 : must_failed(__FILE__, __LINE__, #rule))

#ifdef MILLRACE_CHECKS
#	define must_debug(rule) must(rule)
#	define must_hold(lock) must_debug(lock_is_held(lock))
#else
#	define must_debug(rule) ((void)sizeof((rule) ? 1 : 0)) /* not evaluated */
#	define must_hold(lock) ((void)(lock))
#endif

__attribute__((noreturn, cold)) void must_failed(const char *file, int line, const char *rule);

/* A lock that knows who has it, in builds with checks; elsewhere an ordinary one. */
void lock_init(pthread_mutex_t *lock);
bool lock_is_held(pthread_mutex_t *lock); /* by this thread; only of a lock of lock_init() in a build with checks */

/* What belongs to one thread: the first that uses it is its owner. All zero at first. */
struct owner {
	pthread_t thread;
	bool known;
};
bool owner_is_me(struct owner *o);

#endif
