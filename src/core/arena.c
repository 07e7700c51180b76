/*
 * arena.c - a list of chunks: those before and with `current` are in use, those behind it are kept for later. The hard
 * part is the oversized piece: it gets a chunk of its own, put at the front of the list, so that the room left in the
 * current chunk is not lost; a reservation makes its chunk current, because what it does not use is handed out next.
 */
#include "core/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/must.h"
#include "core/xalloc.h"

#define ARENA_CHUNK (256 * 1024)
#define ARENA_KEEP 16 /* chunks that survive a reset */

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

/* NULL when the machine has no memory left. */
static struct arena_chunk *chunk_try(size_t size)
{
	struct arena_chunk *chunk = malloc(sizeof(*chunk) + size);

	if (chunk) {
		chunk->next = NULL;
		chunk->size = size;
	}
	return chunk;
}

/* The same for those who cannot go on without: xmalloc() ends the process. */
static struct arena_chunk *chunk_new(size_t size)
{
	struct arena_chunk *chunk = xmalloc(sizeof(*chunk) + size);

	chunk->next = NULL;
	chunk->size = size;
	return chunk;
}

static void arena_use(struct arena *a, struct arena_chunk *chunk)
{
	a->current = chunk;
	a->at = chunk->data;
	a->end = chunk->data + chunk->size;
}

/* false: make() had no chunk. */
static bool arena_next_chunk(struct arena *a, size_t size, struct arena_chunk *make(size_t))
{
	struct arena_chunk *chunk = a->current ? a->current->next : a->first;

	if (chunk == NULL || chunk->size < size) {
		struct arena_chunk *made = make(size > a->chunk_size ? size : a->chunk_size);

		if (made == NULL)
			return false;
		made->next = chunk;
		*(a->current ? &a->current->next : &a->first) = made;
		chunk = made;
	}
	arena_use(a, chunk);
	return true;
}

/* A chunk of its own at the front of the list, which must be in use. */
static void *arena_alone(struct arena *a, struct arena_chunk *chunk)
{
	if (a->current == NULL)
		arena_next_chunk(a, 1, chunk_new);
	chunk->next = a->first;
	a->first = chunk;
	return chunk->data;
}

void arena_init(struct arena *a, size_t chunk_size)
{
	*a = (struct arena){ .chunk_size = chunk_size ? chunk_size : ARENA_CHUNK };
}

void arena_done(struct arena *a)
{
	for (struct arena_chunk *chunk = a->first, *next; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	arena_init(a, a->chunk_size);
}

void arena_reset(struct arena *a)
{
	struct arena_chunk **link = &a->first;
	size_t kept = 0;

	while (*link) {
		struct arena_chunk *chunk = *link;

		if (chunk->size == a->chunk_size && kept < ARENA_KEEP) {
			kept++;
			link = &chunk->next;
		} else {
			*link = chunk->next;
			free(chunk);
		}
	}
	a->current = NULL;
	a->at = a->end = NULL;
	a->used = a->reserved = 0;
}

/* A piece from the current chunk; NULL: it has no room. */
static void *arena_here(struct arena *a, size_t size)
{
	size_t pad = -(uintptr_t)a->at & 7;
	char *p;

	if (a->at == NULL || size + pad > (size_t)(a->end - a->at))
		return NULL;
	p = a->at + pad;
	a->at = p + size;
	a->reserved = 0;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_here(a, size);

	a->used += size;
	if (p)
		return p;
	if (size > a->chunk_size / 4)
		return arena_alone(a, chunk_new(size));
	arena_next_chunk(a, size, chunk_new);
	return arena_here(a, size);
}

void *arena_try(struct arena *a, size_t size)
{
	struct arena_chunk *chunk;
	void *p = arena_here(a, size);

	if (p == NULL && size > a->chunk_size / 4) {
		chunk = a->current || arena_next_chunk(a, 1, chunk_try) ? chunk_try(size) : NULL;
		p = chunk ? arena_alone(a, chunk) : NULL;
	} else if (p == NULL && arena_next_chunk(a, size, chunk_try)) {
		p = arena_here(a, size);
	}
	a->used += p ? size : 0;
	return p;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->first, a->current, a->at, a->used };
}

/* Is it one of ours, and in use? */
static bool arena_has(const struct arena *a, const struct arena_chunk *chunk)
{
	const struct arena_chunk *at = a->first;

	while (at && at != chunk && at != a->current)
		at = at->next;
	return at == chunk;
}

/* Frees what is not of the ordinary size, from *link on. */
static void arena_drop_oversized(const struct arena *a, struct arena_chunk **link)
{
	while (*link) {
		struct arena_chunk *chunk = *link;

		if (chunk->size == a->chunk_size) {
			link = &chunk->next;
		} else {
			*link = chunk->next;
			free(chunk);
		}
	}
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	if (mark.current == NULL) {
		arena_reset(a);
		return;
	}
	must_debug(arena_has(a, mark.current) && arena_has(a, mark.first));
	while (a->first != mark.first) {
		struct arena_chunk *chunk = a->first;

		a->first = chunk->next;
		free(chunk);
	}
	arena_drop_oversized(a, &mark.current->next);
	arena_use(a, mark.current);
	a->at = mark.at;
	a->used = mark.used;
	a->reserved = 0;
}

void *arena_dup(struct arena *a, const void *p, size_t len)
{
	char *copy = arena_alloc(a, len + 1);

	if (len)
		memcpy(copy, p, len);
	copy[len] = '\0';
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *out;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return arena_dup(a, "", 0);
	out = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(out, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return out;
}

char *arena_reserve(struct arena *a, size_t bound)
{
	if (a->at == NULL || bound > (size_t)(a->end - a->at))
		arena_next_chunk(a, bound, chunk_new);
	a->reserved = bound;
	return a->at;
}

void arena_commit(struct arena *a, size_t used)
{
	must(used <= a->reserved);
	a->reserved -= used;
	a->at += used;
	a->used += used;
}
