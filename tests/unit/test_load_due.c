/* test_load_due.c - whose turn is next: against a list that is searched. */
#include "tests/tap.h"

#include <stdlib.h>

#include "core/xalloc.h"
#include "engine/load/load_parts.h"

enum { PARTS = 300, STEPS = 20000 };

static int64_t earliest(const int64_t *at)
{
	int64_t first = -1;

	for (int i = 0; i < PARTS; i++)
		if (at[i] >= 0 && (first < 0 || at[i] < first))
			first = at[i];
	return first;
}

static void test_order(void)
{
	struct due_at *all = xcalloc(PARTS, sizeof(*all));
	int64_t at[PARTS];
	struct due due = { 0 };
	unsigned wrong = 0, state = 7;

	for (int i = 0; i < PARTS; i++) {
		all[i].who = &all[i];
		at[i] = -1;
	}
	ok(due_first(&due) == NULL, "nobody waits");
	for (int step = 0; step < STEPS; step++) {
		int i;

		state = state * 1103515245 + 12345;
		i = (int)(state >> 8) % PARTS;
		at[i] = (state >> 4) % 5 == 0 ? -1 : (int64_t)(state >> 12) % 1000;
		due_set(&due, &all[i], at[i]);
		wrong += due_first_us(&due) != earliest(at);
	}
	is_int(wrong, 0, "the first is the earliest, after each of %d changes", STEPS);
	for (int64_t last = 0; due_first(&due); due_set(&due, due_first(&due), -1)) {
		wrong += due_first_us(&due) < last;
		last = due_first_us(&due);
	}
	is_int(wrong, 0, "they come out in order");
	for (int i = 0; i < PARTS; i++)
		wrong += all[i].place != 0;
	is_int(wrong, 0, "and none is left");
	free(due.heap);
	free(all);
}

int main(void)
{
	test_order();
	return tap_done();
}
