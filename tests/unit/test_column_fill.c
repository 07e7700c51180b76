/* test_column_fill.c - what old rows hold in a column that was added. */
#include "tests/tap.h"

#include "row/column_fill.h"

static void fills(struct column c, const char *literal, const char *want, const char *name)
{
	char out[64];

	c.default_kind = literal ? DEFAULT_LITERAL : DEFAULT_NONE;
	c.default_text = literal;
	if (column_fill(&c, out, sizeof(out)))
		is_str(out, want, "%s", name);
	else
		ok(want == NULL, "%s: nothing", name);
}

int main(void)
{
	static const char *const labels[] = { "new", "old" };
	struct column now = { .type = COL_DATETIME, .default_kind = DEFAULT_NOW };
	char out[64];

	fills((struct column){ .type = COL_INT }, "7", "7", "integer");
	fills((struct column){ .type = COL_TINYINT }, "TRUE", "1", "the default of a BOOL");
	fills((struct column){ .type = COL_INT }, "x", NULL, "no integer");
	fills((struct column){ .type = COL_INT }, NULL, "0", "NOT NULL without a default");
	fills((struct column){ .type = COL_INT, .nullable = true }, NULL, NULL, "NULL without a default");
	fills((struct column){ .type = COL_BIGINT, .is_unsigned = true }, "18446744073709551615",
			"18446744073709551615", "unsigned");
	fills((struct column){ .type = COL_DECIMAL, .precision = 10, .scale = 2 }, "1.5", "1.50",
			"decimal with its digits");
	fills((struct column){ .type = COL_DECIMAL, .precision = 10, .scale = 2 }, NULL, "0.00", "decimal zero");
	fills((struct column){ .type = COL_DECIMAL, .precision = 10, .scale = 2 }, "1.555", NULL,
			"a literal that the server rounded");
	fills((struct column){ .type = COL_VARCHAR }, "it's", "it's", "text");
	fills((struct column){ .type = COL_VARCHAR }, "a\\n", "a\\n", "a backslash is one");
	fills((struct column){ .type = COL_ENUM, .labels = 2, .label = labels }, NULL, "new", "the first label");
	fills((struct column){ .type = COL_DATETIME, .scale = 3 }, "2020-01-02 03:04:05", "2020-01-02 03:04:05.000",
			"datetime");
	fills((struct column){ .type = COL_DATE }, "0000-00-00", NULL, "zero date");
	fills((struct column){ .type = COL_TIMESTAMP }, "2020-01-02 03:04:05", NULL, "a timestamp in an unknown zone");
	fills((struct column){ .type = COL_BLOB }, NULL, NULL, "bytes");
	ok(!column_fill(&now, out, sizeof(out)), "the time of the statement");
	return tap_done();
}
