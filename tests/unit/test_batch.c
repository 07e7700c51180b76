/* Batches that are filled, reset and filled again; positions that are copied. */
#include "row/batch.h"
#include "tests/tap.h"

static struct schema *table(int n)
{
	char name[16];
	struct schema *s;

	snprintf(name, sizeof(name), "t%d", n);
	s = schema_new("db", name);
	schema_add_column(s, &(struct column){ .name = "a", .type = COL_INT });
	schema_add_column(s, &(struct column){ .name = "b", .type = COL_INT });
	return s;
}

static void test_schemas(struct batch *b)
{
	struct schema *s[100];
	int once = 1, released = 1;

	for (int i = 0; i < 100; i++)
		s[i] = table(i);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < 100; i++)
			batch_hold_schema(b, s[i]);
	is_int(b->nschemas, 100, "each schema is held");
	for (int i = 0; i < 100; i++)
		once &= atomic_load(&s[i]->refs) == 2;
	ok(once, "once");
	batch_reset(b);
	for (int i = 0; i < 100; i++)
		released &= atomic_load(&s[i]->refs) == 1;
	ok(released, "a reset lets them go");
	batch_hold_schema(b, s[5]);
	is_int(b->nschemas, 1, "and can hold again");
	for (int i = 0; i < 100; i++)
		schema_unref(s[i]);
}

static void test_position(void)
{
	struct position a, b;

	position_init(&a);
	position_init(&b);
	ok(!position_is_set(&a), "no position yet");
	strcpy(a.file, "binlog.000007");
	a.pos = 157;
	a.gtids = strdup("uuid:1-5");
	position_copy(&b, &a);
	ok(b.gtids != a.gtids, "a copy of its own");
	position_copy(&b, &b);
	is_str(b.gtids, "uuid:1-5", "copied");
	is_int(b.pos, 157, "with the rest");
	free(a.gtids);
	a.gtids = NULL;
	position_copy(&b, &a);
	ok(b.gtids == NULL && position_is_set(&b), "without GTIDs the file counts");
	position_done(&a);
	position_done(&b);
}

int main(void)
{
	struct batch *b = batch_new();
	struct schema *s = table(0);
	struct value *row;
	void *changes;

	for (int i = 0; i < 1000; i++) {
		struct change *c = batch_add_change(b);
		struct record *r = batch_add_record(b);

		c->pos = (uint64_t)i;
		r->offset = i;
	}
	is_int(b->nchanges, 1000, "changes");
	is_int(b->changes[999].pos, 999, "in order");
	is_int(b->records[500].partition, PARTITION_BY_KEY, "records go by key");
	row = batch_row(b, s);
	ok(row[0].kind == VALUE_ABSENT && row[1].kind == VALUE_ABSENT, "a new row is absent");
	b->position.gtids = strdup("x:1");
	b->txn_open = b->snapshot_end = true;
	b->bytes = 7;
	changes = b->changes;
	batch_reset(b);
	ok(b->nchanges == 0 && b->nrecords == 0 && b->bytes == 0 && !b->txn_open && b->position.gtids == NULL,
			"a reset empties");
	ok(b->changes == changes && b->cap_changes >= 1000, "and keeps the memory");
	is_int(batch_add_change(b)->pos, 0, "what is added again is zeroed");
	test_schemas(b);
	batch_free(b);
	batch_free(NULL);
	schema_unref(s);
	test_position();
	return tap_done();
}
