/* xalloc.c - allocations that do not fail. Out of memory there is little left to stand on: no printf, no allocation. */
#include "core/xalloc.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void (*_Atomic fatal_hook)(void);

void xalloc_fatal(const char *line)
{
	void (*hook)(void) = atomic_exchange(&fatal_hook, NULL);

	if (hook)
		hook();
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		_exit(70);
	abort();
}

static void *xalloc_check(void *p)
{
	if (p == NULL)
		xalloc_fatal("millrace: out of memory\n");
	return p;
}

void *xmalloc(size_t size)
{
	return xalloc_check(malloc(size ? size : 1));
}

void *xcalloc(size_t count, size_t size)
{
	return xalloc_check(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *p, size_t size)
{
	return xalloc_check(realloc(p, size ? size : 1));
}

char *xstrdup(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *xasprintf(const char *fmt, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	return xalloc_check(n < 0 ? NULL : text);
}

void xalloc_on_fatal(void (*hook)(void))
{
	atomic_store(&fatal_hook, hook);
}
