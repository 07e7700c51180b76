/* Pieces of all sizes, reservations across chunks, and what a reset keeps. */
#include "core/arena.h"
#include "core/xalloc.h"
#include "tests/tap.h"

static void test_pieces(struct arena *a)
{
	unsigned char *piece[600];
	int good = 1, aligned = 1;

	for (int i = 0; i < 600; i++) {
		piece[i] = arena_alloc(a, (size_t)i * 3);
		aligned &= ((uintptr_t)piece[i] & 7) == 0;
		memset(piece[i], i & 255, (size_t)i * 3);
	}
	for (int i = 0; i < 600; i++)
		for (int j = 0; j < i * 3; j++)
			good &= piece[i][j] == (i & 255);
	ok(good, "pieces do not overlap and do not move");
	ok(aligned, "pieces are aligned to 8");
	is_int(a->used, 3 * 600 * 599 / 2, "bytes handed out are counted");
}

static void test_reservations(struct arena *a)
{
	char *at[200];
	int good = 1;

	for (int i = 0; i < 200; i++) {
		size_t bound = i % 50 == 49 ? 20000 : 100; /* some larger than a chunk */

		at[i] = arena_reserve(a, bound);
		memset(at[i], 'a' + i % 26, bound);
		arena_commit(a, 10 + (size_t)i % 7);
	}
	for (int i = 0; i < 200; i++)
		for (int j = 0; j < 10 + i % 7; j++)
			good &= at[i][j] == 'a' + i % 26;
	ok(good, "committed parts stay when the rest is reserved again");
	ok(at[1] == at[0] + 10, "only what was committed is used");
}

static void test_rewind(struct arena *a)
{
	char *kept = arena_dup(a, "kept", 4), *at;
	struct arena_mark mark = arena_mark(a);

	at = arena_alloc(a, 16);
	for (int i = 0; i < 300; i++)
		memset(arena_try(a, 900), 1, 900);
	memset(arena_try(a, 1 << 20), 2, 1 << 20);
	memset(arena_reserve(a, 1 << 19), 3, 1 << 19);
	ok(arena_try(a, (size_t)1 << 60) == NULL, "what the machine does not have is NULL");
	arena_rewind(a, mark);
	is_str(kept, "kept", "what is older than the mark stays");
	is_int(a->used, mark.used, "what is younger is not counted any more");
	ok(arena_alloc(a, 16) == at, "and its room is used again");
	arena_reset(a);
	mark = arena_mark(a);
	memset(arena_try(a, 1 << 20), 4, 1 << 20);
	arena_rewind(a, mark);
	ok(a->used == 0 && arena_try(a, 16) != NULL, "back to nothing");
}

int main(void)
{
	struct arena a;
	char *small, *next, *large;

	arena_init(&a, 4096);
	test_pieces(&a);
	arena_reset(&a);
	is_int(a.used, 0, "a reset starts again");
	test_reservations(&a);
	arena_reset(&a);

	test_rewind(&a);
	arena_reset(&a);

	small = arena_alloc(&a, 16);
	large = arena_alloc(&a, 1 << 20);
	memset(large, 1, 1 << 20);
	next = arena_alloc(&a, 16);
	ok(next == small + 16, "an oversized piece does not cost the rest of the chunk");
	arena_reset(&a);
	ok(arena_alloc(&a, 16) == small, "an ordinary chunk is kept over a reset");
	is_str(arena_printf(&a, "%s:%d", "x", 7), "x:7", "printed");
	is_str(arena_dup(&a, "abcdef", 3), "abc", "copied with a NUL");
	arena_done(&a);

	arena_init(&a, 0);
	ok(arena_alloc(&a, 0) != NULL, "never NULL");
	arena_done(&a);
	ok(arena_reserve(&a, 0) != NULL, "usable after done");
	arena_done(&a);
	return tap_done();
}
