/* test_load_range.c - which rows make a load: the rule that exactly-once hangs on, without a log or a target. */
#include "tests/tap.h"

#include "core/intern.h"
#include "core/xalloc.h"
#include "engine/load/load_parts.h"

/* load_range.c frees items through load.c's function; here items are the test's own. */
static int freed;

void load_item_free(struct load_item *item)
{
	freed++;
	batch_free(item->in);
	free(item);
}

static const struct sink_conf conf = { .max_bytes = 1000, .max_rows = 10 };

/* A piece of count messages at offsets from, from + 1, ..., one row each. */
static struct piece make_piece(int64_t from, size_t count, size_t bytes)
{
	struct load_item *item = xcalloc(1, sizeof(*item));
	struct batch *b = batch_new();

	item->in = item->out = b;
	b->from = from;
	b->to = from + (int64_t)count;
	for (size_t i = 0; i < count; i++) {
		struct record *r = batch_add_record(b);
		struct change *c;

		r->offset = from + (int64_t)i;
		c = batch_add_change(b);
		c->record = (uint32_t)i;
		c->op = CHANGE_UPSERT;
	}
	return (struct piece){
		.item = item,
		.count = count,
		.from = from,
		.to = from + (int64_t)count,
		.bytes = bytes,
	};
}

static struct load_part *make_part(int64_t next)
{
	struct load_part *p = xcalloc(1, sizeof(*p));

	p->next = p->committed = p->arrived = next;
	p->place.intent = -1;
	return p;
}

static void add(struct load_part *p, int64_t from, size_t count, size_t bytes)
{
	struct piece piece = make_piece(from, count, bytes);

	part_add(p, &piece);
}

static void test_limits(void)
{
	struct load_part *p = make_part(0);
	int64_t to;

	is_int(part_due_pieces(p, &conf, &to), 0, "nothing waits, nothing is due");
	add(p, 0, 4, 100);
	add(p, 4, 4, 100);
	add(p, 8, 4, 100);
	is_int(part_due_pieces(p, &conf, &to), 2, "a third piece would pass the row limit");
	is_int(to, 8, "the range ends behind the second");
	part_drop_before(p, 8);
	is_int(p->npieces, 1, "what was loaded is dropped");
	is_int(freed, 2, "and its batches are freed");
	is_int(p->rows, 4, "rows are counted down");
	add(p, 12, 4, 5000);
	is_int(part_due_pieces(p, &conf, &to), 1, "a piece over the byte limit waits for its own load");
	part_drop_before(p, 12);
	is_int(part_due_pieces(p, &conf, &to), 1, "one piece always goes, however large");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

static void test_stops(void)
{
	struct load_part *p = make_part(0);
	int64_t to;

	add(p, 0, 3, 10);
	add(p, 3, 3, 10);
	p->pieces[1].item->out->changes[1].dead = "no";
	is_int(part_due_pieces(p, &conf, &to), 2, "a refused message goes with its neighbours");
	is_int(to, 6, "up to the end");
	p->stops = true;
	is_int(part_due_pieces(p, &conf, &to), 2, "where the table stops");
	is_int(to, 5, "nothing behind it does");
	p->place.intent = 6;
	part_due_pieces(p, &conf, &to);
	is_int(to, 6, "but what a range of before had");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

static void test_intent(void)
{
	struct load_part *p = make_part(0);
	int64_t to;

	p->place.intent = 6;
	add(p, 0, 4, 10);
	add(p, 4, 4, 10);
	is_int(part_due_pieces(p, &conf, &to), 2, "a stored range takes the pieces that it covers");
	is_int(to, 6, "and ends where it ended before the crash, in the middle of a piece");
	part_drop_before(p, 6);
	is_int(p->pieces[0].from, 6, "the rest of the piece stays");
	is_int(p->pieces[0].count, 2, "with its rows");
	is_int(p->pieces[0].first, 2, "from the right one on");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

/* What scripts keep is known where an item begins and ends. */
static void test_state(void)
{
	struct load_part *p = make_part(0);
	struct piece piece = make_piece(0, 4, 10);

	piece.item->keeps = true;
	piece.item->kept[0] = 70;
	piece.item->kept[1] = 71;
	part_add(p, &piece);
	add(p, 4, 4, 10);
	part_drop_before(p, 3);
	ok(p->place.state_at == 0 && p->place.state == 70, "in the middle of an item: as it was before it");
	part_drop_before(p, 4);
	ok(p->place.state_at == 4 && p->place.state == 71, "behind it: as it left it");
	part_drop_before(p, 5);
	is_int(p->place.state_at, -1, "behind one whose script keeps nothing: not known");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

static void test_truncate(void)
{
	struct load_part *p = make_part(0);
	struct piece piece;
	int64_t to;

	add(p, 0, 3, 10);
	piece = make_piece(3, 1, 1);
	piece.truncate = true;
	part_add(p, &piece);
	add(p, 4, 3, 10);
	is_int(part_due_pieces(p, &conf, &to), 1, "rows before a TRUNCATE go alone");
	is_int(to, 3, "up to it");
	part_drop_before(p, 3);
	is_int(part_due_pieces(p, &conf, &to), 1, "then the TRUNCATE");
	is_int(to, 4, "alone");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

static void test_halving(void)
{
	struct load_part *p = make_part(0);
	int64_t to;

	add(p, 0, 8, 10);
	p->limit = 4;
	part_due_pieces(p, &conf, &to);
	is_int(to, 4, "a limit ends the range after so many messages");
	p->limit = 1;
	part_due_pieces(p, &conf, &to);
	is_int(to, 1, "down to one");
	part_drop_before(p, INT64_MAX);
	free(p->pieces);
	free(p);
}

enum { EPOCH = 123456789 };

static void test_label(void)
{
	struct schema *a = schema_new("testdb", "or-ders"), *b = schema_new("testdb", "orders2");
	char one[160], two[160];

	schema_add_column(a, &(struct column){ .name = "id", .type = COL_INT });
	schema_add_column(b, &(struct column){ .name = "id", .type = COL_INT });
	range_label(one, sizeof(one), "my-shop", a, 0, EPOCH, 5, 9);
	range_label(two, sizeof(two), "my-shop", a, 0, EPOCH, 5, 9);
	is_str(one, two, "the same range has the same label");
	ok(strspn(one, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(one),
			"%s: only what a label may hold", one);
	ok(strlen(one) <= 128, "not longer than 128");
	range_label(two, sizeof(two), "my-shop", a, 0, EPOCH, 5, 10);
	ok(strcmp(one, two) != 0, "another end, another label");
	range_label(two, sizeof(two), "my-shop", a, 1, EPOCH, 5, 9);
	ok(strcmp(one, two) != 0, "another partition, another label");
	range_label(two, sizeof(two), "my-shop", a, 0, EPOCH + 1, 5, 9);
	ok(strcmp(one, two) != 0, "another log, another label");
	range_label(two, sizeof(two), "my-shop", a, 0, 0, 5, 9);
	is_str(two, "_my_shop_or_ders_3efbd9ff_0_5_9", "a range that the version before has begun keeps its label");
	range_label(one, sizeof(one), "a-name-of-a-pipeline-that-is-longer-than-there-is-room", a, 99999,
			INT64_MAX >> 1, 1099511627775, 1099511627776);
	ok(strlen(one) <= 128, "not longer than 128 at the most: %zu", strlen(one));
	range_label(one, sizeof(one), "my-shop", a, 0, EPOCH, 5, 9);
	schema_add_column(b, &(struct column){ .name = "x", .type = COL_INT });
	range_label(two, sizeof(two), "my-shop", b, 0, EPOCH, 5, 9);
	ok(strcmp(one, two) != 0, "other columns, another label");
	schema_unref(a);
	schema_unref(b);
}

int main(void)
{
	test_limits();
	test_stops();
	test_intent();
	test_state();
	test_truncate();
	test_halving();
	test_label();
	return tap_done();
}
