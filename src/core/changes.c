/* changes.c - see changes.h. A ring for each kind, sorted by time, so that many of one kind cannot push out the others. */
#include "core/changes.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"

enum { LINE = sizeof(((struct log_entry *)0)->msg) };

struct kept {
	struct change_entry items[CHANGES_A_KIND]; /* oldest first */
	size_t count;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kept kept[CHANGED_KINDS]; /* under lock */

static const char *const names[CHANGED_KINDS] = { "ddl", "script", "settings", "start", "action" };

const char *change_kind_name(enum change_kind kind)
{
	return kind < CHANGED_KINDS ? names[kind] : "unknown";
}

bool change_kind_parse(const char *name, enum change_kind *out)
{
	for (int i = 0; name && i < CHANGED_KINDS; i++)
		if (strcmp(names[i], name) == 0) {
			*out = (enum change_kind)i;
			return true;
		}
	return false;
}

static bool is_kept(const struct kept *k, const struct change_entry *c)
{
	for (size_t i = 0; i < k->count; i++)
		if (k->items[i].wall_us == c->wall_us && strcmp(k->items[i].text, c->text) == 0)
			return true;
	return false;
}

/* Under lock. The oldest makes room. */
static void keep(const struct change_entry *c)
{
	struct kept *k = &kept[c->kind];
	size_t at = k->count;

	while (at > 0 && k->items[at - 1].wall_us > c->wall_us)
		at--;
	if (k->count == CHANGES_A_KIND) {
		if (at == 0)
			return;
		memmove(k->items, k->items + 1, --at * sizeof(*k->items));
	} else {
		memmove(k->items + at + 1, k->items + at, (k->count++ - at) * sizeof(*k->items));
	}
	k->items[at] = *c;
}

static void keep_now(enum change_kind kind, const char *part, const char *text)
{
	struct change_entry c = { .wall_us = clock_wall_us(), .kind = kind };

	text_escape(c.text, sizeof(c.text), text, strlen(text));
	text_escape(c.part, sizeof(c.part), part, strlen(part));
	pthread_mutex_lock(&lock);
	keep(&c);
	pthread_mutex_unlock(&lock);
}

void changes_tell(enum change_kind kind, enum log_level level, const char *part, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	logline(level, part, "%s", text);
	keep_now(kind, part, text);
}

void changes_keep(enum change_kind kind, const char *part, const char *fmt, ...)
{
	char text[LINE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	keep_now(kind, part, text);
}

void changes_restore(const struct change_entry *c)
{
	pthread_mutex_lock(&lock);
	if (c->kind < CHANGED_KINDS && !is_kept(&kept[c->kind], c))
		keep(c);
	pthread_mutex_unlock(&lock);
}

static int oldest_first(const void *a, const void *b)
{
	const struct change_entry *x = a, *y = b;

	return (x->wall_us > y->wall_us) - (x->wall_us < y->wall_us);
}

size_t changes_read(struct change_entry out[CHANGES_MOST])
{
	size_t n = 0;

	pthread_mutex_lock(&lock);
	for (int kind = 0; kind < CHANGED_KINDS; kind++) {
		memcpy(out + n, kept[kind].items, kept[kind].count * sizeof(*out));
		n += kept[kind].count;
	}
	pthread_mutex_unlock(&lock);
	qsort(out, n, sizeof(*out), oldest_first);
	return n;
}
