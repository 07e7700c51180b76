/* Rows as they should be against rows as they are: what is missing, extra, or has other columns; by key, in any order. */
#include "engine/verify/verify_compare.h"
#include "tests/tap.h"

static struct sink_cell cell(const char *text)
{
	if (text == NULL)
		return (struct sink_cell){ .kind = CELL_NULL };
	return (struct sink_cell){ .kind = CELL_TEXT, .p = text, .len = (uint32_t)strlen(text) };
}

static const char *compared(const struct verify_set *s, const char *key, const char *a, const char *b)
{
	struct sink_cell k = cell(key), found[] = { cell(key), cell(a), cell(b) };

	return verify_what_name(verify_compare(verify_set_find(s, &k), found, 3));
}

static const char *without(const struct verify_set *s, const char *key)
{
	struct sink_cell k = cell(key);

	return verify_what_name(verify_compare(verify_set_find(s, &k), NULL, 3));
}

static void put(struct verify_set *s, const char *key, const char *a, struct sink_cell b)
{
	struct sink_cell k = cell(key), cells[] = { cell(key), cell(a), b };

	verify_set_put(s, &k, cells, NULL, key);
}

static void test_rows(struct verify_set *s)
{
	struct sink_cell k = cell("left out"), r = cell("refused");

	verify_set_reset(s, 1, 3);
	is_str(compared(s, "1", "x", "y"), "extra", "an empty set has no row");
	put(s, "1", "x", cell("y"));
	put(s, "2", "x", cell(NULL));
	put(s, "3", "x", (struct sink_cell){ .kind = CELL_ABSENT });
	verify_set_put(s, &k, NULL, NULL, "b");
	verify_set_put(s, &r, NULL, "too long", "b");
	is_str(compared(s, "1", "x", "y"), "equal", "the same");
	is_str(compared(s, "1", "x", "z"), "columns", "another value");
	is_str(compared(s, "1", "x", NULL), "columns", "NULL for a value");
	is_str(compared(s, "2", "x", ""), "columns", "an empty text is not NULL");
	is_str(compared(s, "2", "x", NULL), "equal", "NULL is NULL");
	is_str(compared(s, "3", "x", "anything"), "equal", "a cell of which nothing is said");
	is_str(compared(s, "4", "x", "y"), "extra", "a key that should not be there");
	is_str(compared(s, "left out", "x", "y"), "extra", "a row that the script leaves out");
	is_str(without(s, "left out"), "equal", "and that is not there");
	is_str(without(s, "1"), "missing", "a row that is not there");
	is_str(without(s, "refused"), "refused", "a row that the target refuses");
	is_str(compared(s, "refused", "x", "y"), "refused", "whatever the target has");
	put(s, "1", "new", cell("y"));
	is_str(compared(s, "1", "new", "y"), "equal", "the last row of a key counts");
	is_int(s->count, 5, "and is counted once");
}

/* "ab" + "c" is not "a" + "bc", and case, zeros and trailing spaces tell keys apart. */
static void test_keys(struct verify_set *s)
{
	struct sink_cell a[] = { cell("ab"), cell("c") }, b[] = { cell("a"), cell("bc") },
			 c[] = { cell("AB"), cell("c") },
			 d[] = { cell("ab"), { .kind = CELL_TEXT, .p = "c\0", .len = 2 } },
			 e[] = { cell("ab "), cell("c") };

	verify_set_reset(s, 2, 2);
	verify_set_put(s, a, a, NULL, NULL);
	ok(verify_set_find(s, a) != NULL, "a key of two parts");
	ok(verify_set_find(s, b) == NULL && verify_set_find(s, c) == NULL && verify_set_find(s, d) == NULL &&
					verify_set_find(s, e) == NULL,
			"no other key is taken for it");
}

static void test_many(struct verify_set *s)
{
	char text[16];
	size_t found = 0, wrong = 0;

	verify_set_reset(s, 1, 3);
	for (int i = 0; i < 20000; i++) {
		snprintf(text, sizeof(text), "%d", i);
		put(s, text, "x", cell(text));
	}
	for (int i = 19999; i >= 0; i--) {
		snprintf(text, sizeof(text), "%d", i);
		found += strcmp(compared(s, text, "x", text), "equal") == 0;
		wrong += strcmp(compared(s, text, "x", i == 7777 ? "7776" : text), "columns") == 0;
	}
	is_int(found, 20000, "each row is found, in any order");
	is_int(wrong, 1, "one other digit among them is seen");
	verify_set_reset(s, 1, 3);
	is_str(compared(s, "1", "x", "1"), "extra", "an emptied set has none of them");
}

static void test_hashes(void)
{
	struct sink_cell null = cell(NULL), empty = cell(""), absent = { .kind = CELL_ABSENT },
			 pair[] = { cell("a"), cell("b") }, other[] = { cell("ab"), cell("") };

	ok(verify_hash(&null, 1) != verify_hash(&empty, 1) && verify_hash(&empty, 1) != verify_hash(&absent, 1),
			"NULL, empty and absent");
	ok(verify_hash(pair, 2) != verify_hash(other, 2), "where a cell ends");
	ok(verify_hash(NULL, 0) != 0, "no cell");
}

int main(void)
{
	struct verify_set s;

	verify_set_init(&s);
	test_rows(&s);
	test_keys(&s);
	test_many(&s);
	test_hashes();
	verify_set_done(&s);
	return tap_done();
}
