/* Each name keeps its own value while the table grows. */
#include <stdint.h>

#include "core/intern.h"
#include "core/name_map.h"
#include "tests/tap.h"

enum { NAMES = 5000 };

static const char *name_of(int i)
{
	char name[32];

	snprintf(name, sizeof(name), "mysql.testdb.t%d", i);
	return intern(name);
}

static void add(void *value, void *arg)
{
	*(intptr_t *)arg += (intptr_t)value;
}

int main(void)
{
	struct name_map m = { 0 };
	intptr_t sum = 0;
	int right = 0;

	name_map_each(&m, add, &sum);
	is_int(sum, 0, "an empty map has no values");
	for (int i = 1; i <= NAMES; i++)
		*name_map_at(&m, name_of(i)) = (void *)(intptr_t)i;
	for (int i = 1; i <= NAMES; i++)
		right += *name_map_at(&m, name_of(i)) == (void *)(intptr_t)i;
	is_int(right, NAMES, "every name has its value");
	is_int(m.count, NAMES, "and is there once");
	ok(name_map_get(&m, intern("new")) == NULL && m.count == NAMES, "a look at a new name adds none");
	ok(name_map_get(&m, name_of(7)) == (void *)(intptr_t)7, "and finds those that are there");
	ok(*name_map_at(&m, intern("new")) == NULL, "a new name has none");
	name_map_each(&m, add, &sum);
	is_int(sum, (intptr_t)NAMES * (NAMES + 1) / 2, "each value is met once, unset ones not");
	name_map_done(&m);
	is_int(m.count, 0, "nothing is left");
	return tap_done();
}
