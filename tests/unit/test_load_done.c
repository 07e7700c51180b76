/* test_load_done.c - the ring of loads: the newest first, of one table or all, and only so many are kept. */
#include <jansson.h>

#include "engine/load/load_done.h"
#include "tests/tap.h"

struct seen {
	int64_t numbers[LOADS_KEPT + 100];
	size_t count, stop;
	json_t *last;
};

static int see(void *arg, const char *line, size_t len)
{
	struct seen *s = arg;

	json_decref(s->last);
	s->last = json_loadb(line, len, 0, NULL);
	s->numbers[s->count++] = json_integer_value(json_object_get(s->last, "number"));
	return s->count == s->stop;
}

static void add(struct loads_done *d, const char *table, int64_t publish_ms)
{
	struct load_done one = { .rows = 7, .result = "loaded", .phases = { -1, -1, -1, -1, publish_ms } };

	snprintf(one.table, sizeof(one.table), "%s", table);
	snprintf(one.label, sizeof(one.label), "label\"1");
	loads_done_add(d, &one);
}

static struct seen print(struct loads_done *d, const char *table, int64_t n)
{
	struct seen s = { .count = 0 };

	loads_done_print(d, table, n, see, &s);
	return s;
}

int main(void)
{
	struct loads_done *d = loads_done_new();
	struct seen s = print(d, NULL, 10);

	is_int(s.count, 0, "nothing was loaded");
	add(d, "d.a", 3);
	add(d, "d.b", -1);
	add(d, "d.a", 5);
	s = print(d, NULL, 10);
	is_int(s.count, 3, "three loads");
	ok(s.numbers[0] == 3 && s.numbers[2] == 1, "the newest first");
	is_int(json_integer_value(json_object_get(s.last, "publish_ms")), 3, "how long a part took");
	ok(json_object_get(s.last, "plan_ms") == NULL, "what the target does not tell is not there");
	is_str(json_string_value(json_object_get(s.last, "label")), "label\"1", "its label");
	json_decref(s.last);
	s = print(d, "d.a", 10);
	ok(s.count == 2 && s.numbers[0] == 3 && s.numbers[1] == 1, "those of one table");
	json_decref(s.last);
	s = print(d, NULL, 2);
	is_int(s.count, 2, "so many as are asked for");
	json_decref(s.last);
	for (int i = 0; i < LOADS_KEPT; i++)
		add(d, "d.c", -1);
	s = print(d, NULL, 10000);
	is_int(s.count, LOADS_KEPT, "the ring keeps so many");
	ok(s.numbers[0] == LOADS_KEPT + 3 && s.numbers[LOADS_KEPT - 1] == 4, "and no older one is taken for a new one");
	json_decref(s.last);
	s = print(d, "d.a", 10);
	is_int(s.count, 0, "what has gone is gone");
	loads_done_free(d);
	return tap_done();
}
