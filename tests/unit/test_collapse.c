/* The last change of each key wins: told as text, one word per survivor. */
#include "core/clock.h"
#include "row/collapse.h"
#include "tests/tap.h"

static struct schema *schema; /* id, sub | name, note; the key is (id, sub) */
static struct change changes[64];
static size_t nchanges;
static struct value rows[256];
static size_t nrows;

static struct value text_or(const char *text)
{
	if (strcmp(text, "-") == 0)
		return (struct value){ .kind = VALUE_ABSENT };
	if (strcmp(text, "NULL") == 0)
		return value_null();
	return value_text(text, strlen(text));
}

static struct value *row(int id, const char *sub, const char *name, const char *note)
{
	struct value *r = &rows[nrows];

	nrows += 4;
	r[0] = value_int(id);
	r[1] = text_or(sub);
	r[2] = text_or(name);
	r[3] = text_or(note);
	return r;
}

static struct change *add(enum change_op op, struct value *before, struct value *after)
{
	struct change *c = &changes[nchanges++];

	*c = (struct change){ .op = op, .schema = schema, .before = before, .after = after };
	return c;
}

static const char *run(struct collapse *c)
{
	static char text[2000];
	struct collapsed out[128];
	size_t n = collapse_run(c, changes, nchanges, out), at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		const struct value *r = out[i].row;

		at += (size_t)sprintf(text + at, "%s%s%lld%.*s", at ? " " : "", out[i].is_delete ? "-" : "+",
				(long long)r[0].i, (int)r[1].len, r[1].kind == VALUE_TEXT ? r[1].p : "");
		for (int k = 2; k < 4 && !out[i].is_delete; k++)
			at += (size_t)sprintf(text + at, ":%.*s", (int)r[k].len, r[k].kind == VALUE_TEXT ? r[k].p : "");
	}
	nchanges = nrows = 0;
	return text;
}

static void test_rules(struct collapse *c)
{
	is_str(run(c), "", "nothing");
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""));
	add(CHANGE_CREATE, NULL, row(2, "a", "y", ""));
	add(CHANGE_UPDATE, row(1, "a", "x", ""), row(1, "a", "z", ""));
	is_str(run(c), "+2a:y: +1a:z:", "the last wins, in the order of the survivors");
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""));
	add(CHANGE_CREATE, NULL, row(1, "b", "y", ""));
	is_str(run(c), "+1a:x: +1b:y:", "all columns of the key count");
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""));
	add(CHANGE_DELETE, row(1, "a", "x", ""), NULL);
	is_str(run(c), "-1a", "a delete wins over an insert");
	add(CHANGE_DELETE, row(1, "a", "x", ""), NULL);
	add(CHANGE_CREATE, NULL, row(1, "a", "n", "-"));
	is_str(run(c), "+1a:n:", "an insert wins over a delete");
	add(CHANGE_UPDATE, row(1, "a", "x", ""), row(2, "a", "x", ""));
	is_str(run(c), "-1a +2a:x:", "a changed key is a delete and an upsert");
	add(CHANGE_UPDATE, row(1, "a", "x", ""), row(2, "a", "x", ""));
	add(CHANGE_UPDATE, row(2, "a", "x", ""), row(1, "a", "y", ""));
	is_str(run(c), "-2a +1a:y:", "there and back again");
	add(CHANGE_UPDATE, row(1, "a", "x", ""), row(2, "a", "x", ""));
	add(CHANGE_CREATE, NULL, row(1, "a", "new", ""));
	is_str(run(c), "+2a:x: +1a:new:", "the old key is taken again");
	add(CHANGE_UPDATE, NULL, row(1, "a", "x", ""));
	add(CHANGE_UPSERT, NULL, row(1, "a", "y", ""));
	is_str(run(c), "+1a:y:", "an update without a before is an upsert");
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""))->dead = "bad";
	add(CHANGE_CREATE, NULL, row(2, "a", "y", ""));
	is_str(run(c), "+2a:y:", "dead ones are left out");
	add(CHANGE_CREATE, NULL, row(1, "-", "x", ""));
	add(CHANGE_CREATE, NULL, row(1, "-", "y", ""));
	is_str(run(c), "+1:x: +1:y:", "without all of its key a row is nobody's successor");
}

static void test_open_cells(struct collapse *c)
{
	add(CHANGE_CREATE, NULL, row(1, "a", "x", "n"));
	add(CHANGE_UPDATE, NULL, row(1, "a", "y", "-"));
	add(CHANGE_UPDATE, NULL, row(1, "a", "-", "m"));
	is_str(run(c), "+1a:y:m", "open cells are filled from what is replaced");
	add(CHANGE_UPDATE, row(1, "a", "x", "n"), row(2, "a", "y", "-"));
	is_str(run(c), "-1a +2a:y:n", "a moved row keeps its open cells");
	add(CHANGE_CREATE, NULL, row(1, "a", "x", "n"));
	add(CHANGE_UPDATE, row(1, "a", "-", "-"), row(2, "a", "y", "-"));
	is_str(run(c), "-1a +2a:y:n", "also those of an earlier change");
	add(CHANGE_CREATE, NULL, row(2, "a", "old", "old"));
	add(CHANGE_DELETE, row(2, "a", "old", "old"), NULL);
	add(CHANGE_UPSERT, NULL, row(2, "a", "new", "-"));
	is_str(run(c), "+2a:new:", "nothing is inherited over a delete");
	add(CHANGE_CREATE, NULL, row(1, "NULL", "x", ""));
	add(CHANGE_CREATE, NULL, row(1, "NULL", "y", ""));
	is_str(run(c), "+1:x: +1:y:", "NULL in a key column is equal to nothing");
}

static void test_versions(struct collapse *c)
{
	static const char *key[] = { "id", "sub" };
	struct schema *wider = schema_new("db", "t");
	struct value after[4] = { value_text("a", 1), value_int(1), { .kind = VALUE_ABSENT }, value_text("q", 1) };
	struct collapsed out[4];

	schema_add_column(wider, &(struct column){ .name = "sub", .type = COL_VARCHAR });
	schema_add_column(wider, &(struct column){ .name = "id", .type = COL_INT });
	schema_add_column(wider, &(struct column){ .name = "note", .type = COL_VARCHAR });
	schema_add_column(wider, &(struct column){ .name = "extra", .type = COL_VARCHAR });
	schema_set_key(wider, key, 2);
	add(CHANGE_CREATE, NULL, row(1, "a", "x", "n"));
	add(CHANGE_UPSERT, NULL, after)->schema = wider;
	is_int(collapse_run(c, changes, nchanges, out), 1, "two versions of a schema, one key");
	is_mem(out[0].row[2].p, out[0].row[2].len, "n", 1, "open cells are filled by name");
	nchanges = nrows = 0;
	schema_unref(wider);
}

/* Half a million changes of as many keys take well under a second; a quadratic pass would take hours. */
static void test_many(struct collapse *c)
{
	size_t count = 500000, kept;
	struct change *many = calloc(count, sizeof(many[0]));
	struct value(*cells)[4] = calloc(count, sizeof(cells[0]));
	struct collapsed *out = calloc(2 * count, sizeof(out[0]));

	for (size_t i = 0; i < count; i++) {
		cells[i][0] = value_int((int64_t)(i % (count / 2)) << 20);
		cells[i][1] = value_text("k", 1);
		cells[i][2] = cells[i][3] = value_null();
		many[i] = (struct change){ .op = CHANGE_UPSERT, .schema = schema, .after = cells[i] };
	}
	kept = collapse_run(c, many, count, out);
	is_int(kept, count / 2, "many rows");
	ok(out[0].change == &many[count / 2] && out[kept - 1].change == &many[count - 1], "the later half survives");
	free(many);
	free(cells);
	free(out);
}

/* For a target to which rows are only added. */
static void test_none(void)
{
	struct value cells[4] = { value_int(1), value_int(2), value_int(3), value_int(4) };
	const struct change list[] = {
		{ .schema = schema, .op = CHANGE_CREATE, .after = &cells[0] },
		{ .schema = schema, .op = CHANGE_UPDATE, .before = &cells[0], .after = &cells[1] },
		{ .schema = schema, .op = CHANGE_UPDATE, .before = &cells[1], .after = &cells[2], .dead = "why" },
		{ .schema = schema, .op = CHANGE_DELETE, .before = &cells[1] },
	};
	struct collapsed out[8];

	is_int(collapse_none(list, 4, out), 2, "each version of a row, no delete, no dead row");
	ok(out[0].row == &cells[0] && out[1].row == &cells[1] && !out[1].is_delete, "as they are after the change");
}

int main(void)
{
	static const char *key[] = { "id", "sub" };
	static const char *names[] = { "id", "sub", "name", "note" };
	struct collapse *c = collapse_new();

	schema = schema_new("db", "t");
	for (int i = 0; i < 4; i++)
		schema_add_column(schema, &(struct column){ .name = names[i], .type = i ? COL_VARCHAR : COL_INT });
	schema_set_key(schema, key, 2);
	test_rules(c);
	test_open_cells(c);
	test_versions(c);
	test_many(c);
	schema->nkey = 0;
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""));
	add(CHANGE_CREATE, NULL, row(1, "a", "x", ""));
	is_str(run(c), "+1a:x: +1a:x:", "without a key every row is its own");
	test_none();
	collapse_free(c);
	collapse_free(NULL);
	schema_unref(schema);
	return tap_done();
}
