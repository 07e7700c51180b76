/* test_log_index.c - each partition keeps its place, whatever others are set; and offsets are found among many. */
#include <stdlib.h>

#include "core/intern.h"
#include "log/log.h"
#include "log/log_index.h"
#include "log/log_ops.h"
#include "tests/tap.h"

enum { TOPICS = 300, PARTS = 7 };

static const char *name_of(int i)
{
	char name[32];

	snprintf(name, sizeof(name), "mysql.testdb.t%d", i);
	return intern(name);
}

static void test_index(void)
{
	struct log_index x = { 0 };
	int right = 0;

	is_int(log_index_get(&x, name_of(1), 0), 0, "nothing is in an empty one");
	for (int p = PARTS - 1; p >= 0; p -= 2) /* not in order, and with gaps */
		for (int i = 0; i < TOPICS; i++)
			log_index_set(&x, name_of(i), p, (size_t)(i * PARTS + p + 1));
	for (int i = 0; i < TOPICS; i++)
		for (int p = 0; p < PARTS; p++)
			right += log_index_get(&x, name_of(i), p) == (p % 2 == 0 ? (size_t)(i * PARTS + p + 1) : 0);
	is_int(right, TOPICS * PARTS, "each has its place, and those between have none");
	log_index_set(&x, name_of(5), 4, 0);
	is_int(log_index_get(&x, name_of(5), 4), 0, "one that is taken back has none");
	is_int(log_index_get(&x, name_of(5), 2), 5 * PARTS + 3, "its neighbour has");
	is_int(log_index_get(&x, name_of(5), -1) + log_index_get(&x, name_of(5), PARTS) +
					log_index_get(&x, name_of(TOPICS), 0),
			0, "nor has one that was never there");
	log_index_done(&x);
}

static void test_offsets(void)
{
	struct log_groups g = { 0 };
	int right = 0;

	is_int(log_groups_offset(&g, "t", 0), -1, "no offset in an empty group");
	for (int i = 0; i < TOPICS; i++)
		for (int p = PARTS - 1; p >= 0; p--) {
			struct log_group_offset *o = log_groups_add(&g, "g", name_of(i), NULL);

			o->partition = p;
			o->offset = i * PARTS + p;
		}
	log_groups_order(&g);
	for (int i = 0; i < TOPICS; i++)
		for (int p = 0; p < PARTS; p++)
			right += log_groups_offset(&g, name_of(i), p) == i * PARTS + p;
	is_int(right, TOPICS * PARTS, "each offset is found");
	is_int(log_groups_offset(&g, name_of(3), PARTS), -1, "of a partition that is not there none is stored");
	log_groups_free(&g);
}

int main(void)
{
	test_index();
	test_offsets();
	return tap_done();
}
