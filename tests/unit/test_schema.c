/* Building, copying, comparing and printing table definitions. */
#include "row/schema.h"
#include "tests/tap.h"

static int freed;

static void slot_gone(void *cache)
{
	freed += *(int *)cache;
}

static struct schema *orders(void)
{
	static const char *labels[] = { "new", "it's" };
	static const char *key[] = { "ID", "region" };
	struct schema *s = schema_new("testdb", "orders");
	char name[] = "id";

	schema_add_column(s,
			&(struct column){
					.name = name,
					.type = COL_BIGINT,
					.is_unsigned = true,
					.type_text = "bigint unsigned",
			});
	name[0] = 'X'; /* copied, not borrowed */
	schema_add_column(s,
			&(struct column){ .name = "region", .type = COL_VARCHAR, .length = 20, .charset = "utf8mb4" });
	schema_add_column(s,
			&(struct column){
					.name = "state",
					.type = COL_ENUM,
					.labels = 2,
					.label = labels,
					.default_kind = DEFAULT_LITERAL,
					.default_text = "new",
			});
	schema_add_column(s,
			&(struct column){
					.name = "amount",
					.type = COL_DECIMAL,
					.precision = 10,
					.scale = 2,
					.nullable = true,
			});
	is_int(schema_set_key(s, key, 2), 0, "a key by names in any case");
	return s;
}

static const char *printed(struct column c)
{
	static char out[100];

	column_type_print(&c, out, sizeof(out));
	return out;
}

static void test_print(const struct schema *s)
{
	char small[12];

	is_str(printed(s->columns[0]), "bigint unsigned", "bigint unsigned");
	is_str(printed(s->columns[1]), "varchar(20)", "varchar");
	is_str(printed(s->columns[2]), "enum('new','it''s')", "labels are quoted");
	is_str(printed(s->columns[3]), "decimal(10,2)", "decimal");
	is_str(printed((struct column){ .type = COL_DATETIME, .scale = 6 }), "datetime(6)", "fraction digits");
	is_str(printed((struct column){ .type = COL_DOUBLE }), "double", "plain double");
	is_str(printed((struct column){ .type = COL_FLOAT, .precision = 7, .scale = 3, .has_scale = true }),
			"float(7,3)", "float(M,D)");
	column_type_print(&s->columns[2], small, sizeof(small));
	is_str(small, "enum('new',", "cut to the room there is");
}

int main(void)
{
	static const char *none[] = { "nothing" };
	struct schema *s = orders(), *copy, *other;
	static int cache = 1;

	is_str(s->columns[0].name, "id", "texts are copied");
	is_int(schema_column(s, "REGION", 6), 1, "columns are found in any case");
	is_int(schema_column(s, "region", 3), -1, "but not by a beginning");
	is_int(schema_column(s, "regionx", 7), -1, "nor by more");
	ok(schema_is_key(s, 1) && !schema_is_key(s, 2), "key columns are known");
	is_int(schema_set_key(s, none, 1), -1, "a key of no column is refused");
	is_int(s->nkey, 2, "and the old key stays");

	copy = schema_clone(s);
	ok(schema_equal(s, copy), "a clone is equal");
	ok(copy->version > s->version, "with a version of its own");
	ok(copy->columns[0].name != s->columns[0].name, "and texts of its own");
	copy->columns[3].nullable = false;
	ok(!schema_equal(s, copy), "a different column is noticed");
	other = orders();
	ok(schema_equal(s, other), "the same table built twice is equal");
	other->columns[2].label = (const char *const[]){ "new", "old" };
	ok(!schema_equal(s, other), "a different label is noticed");
	schema_unref(other);
	other = orders();
	other->key[0] = 1;
	other->key[1] = 0;
	ok(!schema_equal(s, other), "a different key order is noticed");
	test_print(s);

	atomic_store(&s->slot[SCHEMA_SLOT_SINK], &cache);
	s->slot_free[SCHEMA_SLOT_SINK] = slot_gone;
	schema_unref(schema_ref(s));
	is_int(freed, 0, "a reference holds it");
	schema_unref(s);
	is_int(freed, 1, "the last one frees the caches");
	schema_unref(copy);
	schema_unref(other);
	schema_unref(NULL);
	ok(column_is_text(&(struct column){ .type = COL_LONGTEXT }) &&
					!column_is_text(&(struct column){ .type = COL_JSON }),
			"text types");
	ok(column_is_binary(&(struct column){ .type = COL_BLOB }) &&
					!column_is_binary(&(struct column){ .type = COL_TEXT }),
			"binary types");
	return tap_done();
}
