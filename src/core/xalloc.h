/*
 * xalloc.h - small allocations that cannot fail: when memory is out, the hook gives the terminal back, one line is
 * printed, and the process aborts. For anything whose size comes from outside use struct buf or struct arena.
 */
#ifndef CORE_XALLOC_H
#define CORE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc));
void *xcalloc(size_t count, size_t size) __attribute__((malloc));
void *xrealloc(void *p, size_t size);
char *xstrdup(const char *s) __attribute__((malloc)); /* NULL gives NULL */
char *xstrndup(const char *s, size_t len) __attribute__((malloc));
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Room for one more in an array of `count` items that has room for `cap`: doubled from `first` on. For arrays that something else bounds. */
#define xgrow(items, count, cap, first) \
	do { \
		if ((count) == (cap)) { \
			(cap) = (cap) ? 2 * (cap) : (first); \
			(items) = xrealloc((items), (cap) * sizeof(*(items))); \
		} \
	} while (0)

void xalloc_on_fatal(void (*hook)(void)); /* called before abort(); the console sets it */
/* The hook, the line, abort(). */
__attribute__((noreturn, cold)) void xalloc_fatal(const char *line);

#endif
