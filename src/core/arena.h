/*
 * arena.h - memory for one batch: many small pieces, freed in one call. Chunks are kept over arena_reset(), so that a
 * steady stream allocates nothing. Pointers stay valid until the reset: chunks never move.
 *
 * Two ways in: arena_alloc() for a piece of known size, and arena_reserve()/arena_commit() for a writer that knows only
 * a bound: it writes at the returned pointer and then says how much it used.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *first, *current;
	char *at, *end; /* free room in the current chunk */
	size_t used;	/* bytes handed out since the reset */
	size_t chunk_size;
	size_t reserved; /* what a commit may use */
};

void arena_init(struct arena *a, size_t chunk_size); /* 0: 256 KiB */
void arena_done(struct arena *a);
void arena_reset(struct arena *a);		 /* keeps ordinary chunks up to a few, frees oversized ones */
void *arena_alloc(struct arena *a, size_t size); /* aligned to 8, not zeroed; never NULL */
void *arena_try(struct arena *a, size_t size);	 /* the same; NULL: the machine has no memory left */
/* The same from the current chunk only; NULL: it has no room. For those that take small pieces often. */
static inline void *arena_near(struct arena *a, size_t size)
{
	size_t whole = size + (-(uintptr_t)a->at & 7);
	char *p = a->at;

	if (p == NULL || whole > (size_t)(a->end - p))
		return NULL;
	a->at = p + whole;
	a->used += size;
	a->reserved = 0;
	return a->at - size;
}
void *arena_dup(struct arena *a, const void *p, size_t len); /* adds a NUL behind the copy */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_reserve(struct arena *a, size_t bound); /* not aligned; valid until the next call but arena_commit() */
void arena_commit(struct arena *a, size_t used);

/* What is handed out after the mark is taken back: its pieces are void, those before it stay. */
struct arena_mark {
	struct arena_chunk *first, *current;
	char *at;
	size_t used;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

#endif
