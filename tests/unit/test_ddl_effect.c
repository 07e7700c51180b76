/* test_ddl_effect.c - what a statement changes without a row event, and the remedy; and that docs/ddl.md has the same table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/catalog/mysql_catalog.h"
#include "source/catalog/mysql_effect.h"
#include "tests/tap.h"

#define STRICT (UINT64_C(1) << 21)
#define BIT(effect) (UINT32_C(1) << EFFECT_##effect)

static const struct effect_case {
	const char *sql;
	const char *table; /* the touched one; NULL: none */
	uint32_t effects;
	const char *moves; /* "a>b" renamed, "a>" dropped, ">b" added, ">b?" blank */
	uint64_t sql_mode;
} cases[] = {
	{ "ALTER TABLE t DROP COLUMN a", "t", BIT(COLUMN_DROPPED), "a>", 0 },
	{ "ALTER TABLE t RENAME COLUMN a TO z", "t", BIT(COLUMN_RENAMED), "a>z", 0 },
	{ "ALTER TABLE t RENAME COLUMN a TO A", NULL, 0, "", 0 },
	{ "ALTER TABLE t CHANGE a z INT", "t", BIT(COLUMN_RENAMED), "a>z", 0 },
	{ "ALTER TABLE t CHANGE id pk INT NOT NULL", "t", BIT(COLUMN_RENAMED), "id>pk", 0 },
	{ "ALTER TABLE t RENAME COLUMN a TO b, RENAME COLUMN b TO a", "t", BIT(COLUMN_NAME_REUSED), "a> >b? b> >a?",
			0 },
	{ "ALTER TABLE t DROP COLUMN b, RENAME COLUMN a TO b", "t", BIT(COLUMN_DROPPED) | BIT(COLUMN_NAME_REUSED),
			"b> a> >b?", 0 },
	{ "ALTER TABLE t DROP COLUMN a, ADD COLUMN a INT", "t", BIT(COLUMN_DROPPED) | BIT(COLUMN_ADDED), "a> >a", 0 },
	{ "ALTER TABLE t ADD COLUMN n INT", "t", BIT(COLUMN_ADDED), ">n", 0 },
	{ "ALTER TABLE t ADD COLUMN n INT NOT NULL DEFAULT 4", "t", BIT(COLUMN_ADDED), ">n", 0 },
	{ "ALTER TABLE t ADD COLUMN n INT DEFAULT (1 + 1)", "t", BIT(COLUMN_COMPUTED), ">n?", 0 },
	{ "ALTER TABLE t ADD COLUMN n DATETIME DEFAULT CURRENT_TIMESTAMP", "t", BIT(COLUMN_COMPUTED), ">n?", 0 },
	{ "ALTER TABLE t ADD COLUMN n INT AS (a + 1)", "t", BIT(COLUMN_COMPUTED), ">n?", 0 },
	{ "ALTER TABLE t ADD COLUMN n VARBINARY(4) NOT NULL", "t", BIT(COLUMN_COMPUTED), ">n?", 0 },
	{ "ALTER TABLE t MODIFY a BIGINT", NULL, 0, "", 0 },
	{ "ALTER TABLE t MODIFY a INT NOT NULL", NULL, 0, "", STRICT },
	{ "ALTER TABLE t MODIFY a INT NOT NULL", "t", BIT(VALUES_CONVERTED), "a> >a?", 0 },
	{ "ALTER TABLE t MODIFY a INT UNSIGNED", "t", BIT(VALUES_CONVERTED), "a> >a?", STRICT },
	{ "ALTER TABLE t MODIFY c VARCHAR(30)", NULL, 0, "", 0 },
	{ "ALTER TABLE t MODIFY c TEXT", NULL, 0, "", 0 },
	{ "ALTER TABLE t MODIFY c VARCHAR(5)", "t", BIT(VALUES_CONVERTED), "c> >c?", STRICT },
	{ "ALTER TABLE t MODIFY c INT", "t", BIT(VALUES_CONVERTED), "c> >c?", STRICT },
	{ "ALTER TABLE t MODIFY e ENUM('z','x','y')", NULL, 0, "", 0 },
	{ "ALTER TABLE t MODIFY e ENUM('x')", "t", BIT(VALUES_CONVERTED), "e> >e?", 0 },
	{ "ALTER TABLE t CONVERT TO CHARACTER SET latin1", "t", BIT(VALUES_CONVERTED), "c> >c? e> >e?", 0 },
	{ "ALTER TABLE t CONVERT TO CHARACTER SET latin1", NULL, 0, "", STRICT },
	{ "ALTER TABLE t MODIFY d DECIMAL(12,2)", NULL, 0, "", 0 },
	{ "ALTER TABLE t MODIFY d DECIMAL(12,3)", "t", BIT(VALUES_CONVERTED), "d> >d?", 0 },
	{ "ALTER TABLE t ALTER a SET DEFAULT 5, COMMENT 'x', ADD KEY (a)", NULL, 0, "", 0 },
	{ "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a)", "t", BIT(KEY_CHANGED), "drop", 0 },
	{ "ALTER TABLE t DROP PRIMARY KEY", "t", BIT(KEY_CHANGED), "drop", 0 },
	{ "ALTER TABLE t MODIFY id VARCHAR(10)", "t", BIT(KEY_CHANGED) | BIT(VALUES_CONVERTED), "drop", 0 },
	{ "ALTER TABLE t DROP PARTITION p0", "t", BIT(PARTITION_DROPPED), "", 0 },
	{ "ALTER TABLE t TRUNCATE PARTITION ALL", "t", BIT(PARTITION_DROPPED), "", 0 },
	{ "ALTER TABLE t REORGANIZE PARTITION p0 INTO (PARTITION n VALUES LESS THAN (5))", NULL, 0, "", 0 },
	{ "ALTER TABLE t COALESCE PARTITION 2", NULL, 0, "", 0 },
	{ "ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 4", NULL, 0, "", 0 },
	{ "ALTER TABLE t ADD COLUMN n INT PARTITION BY HASH (id)", "t", BIT(COLUMN_ADDED) | BIT(PARTITION_MOVED), ">n",
			0 },
	{ "ALTER TABLE t EXCHANGE PARTITION p0 WITH TABLE u WITHOUT VALIDATION", "u", BIT(EXCHANGED), "", 0 },
	{ "ALTER TABLE u EXCHANGE PARTITION p0 WITH TABLE d.t", "t", BIT(EXCHANGED), "", 0 },
	{ "ALTER TABLE t DISCARD TABLESPACE", "t", BIT(DISCARDED), "", 0 },
	{ "ALTER TABLE t IMPORT TABLESPACE", "t", BIT(IMPORTED), "", 0 },
	{ "ALTER TABLE t IMPORT PARTITION p0 TABLESPACE", "t", BIT(IMPORTED), "", 0 },
	{ "ALTER TABLE t ENGINE = BLACKHOLE", "t", BIT(BLACKHOLE), "", 0 },
	{ "ALTER TABLE t ENGINE = InnoDB", NULL, 0, "", 0 },
	{ "DROP TABLE u, t", "t", BIT(TABLE_GONE), "drop", 0 },
	{ "DROP DATABASE d", "t", BIT(TABLE_GONE), "drop", 0 },
	{ "RENAME TABLE t TO n", "t", BIT(TABLE_GONE), "drop", 0 },
	{ "RENAME TABLE t TO n, u TO t", "t", BIT(TABLE_OTHER), "drop", 0 },
	{ "RENAME TABLE t TO n, u TO t, n TO u", "u", BIT(TABLE_OTHER), "drop", 0 },
	{ "RENAME TABLE t TO n, u TO t, n TO u", "n", 0, "drop", 0 },
	{ "ALTER TABLE u RENAME TO n, ADD COLUMN z INT", "n", BIT(TABLE_OTHER), "drop", 0 },
	{ "CREATE TABLE t (a INT)", "t", BIT(TABLE_OTHER), "drop", 0 },
	{ "CREATE TABLE IF NOT EXISTS t (a INT)", NULL, 0, "", 0 },
	{ "CREATE TABLE n LIKE t", NULL, 0, "", 0 },
	{ "CREATE UNIQUE INDEX x ON t (a)", NULL, 0, "", 0 },
	{ "ALTER TABLE t FROBNICATE", "t", BIT(NOT_UNDERSTOOD), "", 0 },
};

static const char *moves_text(const struct ddl_alter *a, char out[200])
{
	size_t n = 0;

	out[0] = '\0';
	if (a->drop)
		return "drop";
	for (unsigned i = 0; i < a->nmoves; i++)
		n += (size_t)snprintf(out + n, 200 - n, "%s%s>%s%s", i ? " " : "",
				a->moves[i].from ? a->moves[i].from : "", a->moves[i].to ? a->moves[i].to : "",
				a->moves[i].blank ? "?" : "");
	return out;
}

static struct ddl_touch *touch_of(struct ddl_result *r, const char *table)
{
	for (unsigned i = 0; i < r->ntouched; i++)
		if (strcmp(r->touched[i].table, table) == 0)
			return &r->touched[i];
	return NULL;
}

static void run(const struct effect_case *c)
{
	static const char *const before[] = {
		"CREATE TABLE u (id INT PRIMARY KEY)",
		"CREATE TABLE t (id INT NOT NULL PRIMARY KEY, a INT, b INT, c VARCHAR(10), d DECIMAL(10,2), e ENUM('x','y'))"
	};
	struct ddl_context ctx = { .db = "d", .sql_mode = c->sql_mode };
	struct catalog *catalog = catalog_new(0, false);
	struct ddl_result r;
	struct ddl_touch *t;
	const char *db_table;
	char text[200];
	struct arena arena;
	struct err err;

	err_clear(&err);
	arena_init(&arena, 0);
	catalog_set_database(catalog, "d", 0);
	for (unsigned i = 0; i < 2; i++) {
		catalog_apply(catalog, &ctx, before[i], strlen(before[i]), &arena, &r, &db_table, &err);
		ddl_result_release(&r);
	}
	catalog_apply(catalog, &ctx, c->sql, strlen(c->sql), &arena, &r, &db_table, &err);
	t = c->table ? touch_of(&r, c->table) : NULL;
	if (c->table == NULL) {
		is_int(r.ntouched, 0, "%s: nothing to do", c->sql);
	} else if (ok(t != NULL, "%s: touches %s", c->sql, c->table)) {
		is_int(t->effects & (BIT(COUNT) - 1), c->effects, "%s: its effects", c->sql);
		is_str(moves_text(&t->alter, text), c->moves, "%s: what becomes of the target", c->sql);
	}
	ddl_result_release(&r);
	catalog_free(catalog);
	arena_done(&arena);
}

static char *read_page(void)
{
	char path[4096], *text = malloc(1 << 20);
	FILE *f;
	size_t n;

	snprintf(path, sizeof(path), "%s/docs/ddl.md", getenv("top_srcdir") ? getenv("top_srcdir") : ".");
	f = fopen(path, "r");
	n = f ? fread(text, 1, (1 << 20) - 1, f) : 0;
	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

/* Each row of the table stands in the page as it is, and the page has no other. */
static void test_page(void)
{
	char *page = read_page(), row[1024];
	unsigned rows = 0;

	for (unsigned i = 0; i < EFFECT_COUNT; i++) {
		const struct ddl_rule *r = ddl_rule(i);

		snprintf(row, sizeof(row), "\n| %s | %s | %s |\n", r->statement, r->changes, r->action);
		ok(strstr(page, row) != NULL, "docs/ddl.md has: %s", row + 1);
	}
	for (const char *at = strstr(page, "\n| --- "); at && (at = strchr(at + 1, '\n')) && at[1] == '|';)
		rows++;
	is_int(rows, EFFECT_COUNT, "and no other row");
	free(page);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		run(&cases[i]);
	test_page();
	return tap_done();
}
