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

#include "core/xalloc.h"

#define ARENA_CHUNK (256 * 1024)
#define ARENA_KEEP 16		/* chunks that survive a reset */

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	_Alignas(16) char data[];
};

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

static void arena_next_chunk(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = a->current ? a->current->next : a->first;

	if (chunk == NULL || chunk->size < size) {
		struct arena_chunk *made = chunk_new(size > a->chunk_size ? size : a->chunk_size);

		made->next = chunk;
		*(a->current ? &a->current->next : &a->first) = made;
		chunk = made;
	}
	arena_use(a, chunk);
}

static void *arena_alone(struct arena *a, size_t size)
{
	struct arena_chunk *chunk = chunk_new(size);

	if (a->current == NULL)
		arena_next_chunk(a, 1);		/* the front of the list must be in use */
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
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t pad = -(uintptr_t)a->at & 7;
	char *p;

	a->used += size;
	if (a->at && size + pad <= (size_t)(a->end - a->at)) {
		p = a->at + pad;
		a->at = p + size;
		return p;
	}
	if (size > a->chunk_size / 4)
		return arena_alone(a, size);
	arena_next_chunk(a, size);
	p = a->at;
	a->at += size;
	return p;
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
		arena_next_chunk(a, bound);
	return a->at;
}

void arena_commit(struct arena *a, size_t used)
{
	a->at += used;
	a->used += used;
}
