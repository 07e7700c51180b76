/* test_mysql_undo.c - the catalog goes back with the position. */
#include <string.h>

#include "core/xalloc.h"
#include "source/catalog/mysql_undo.h"
#include "tests/tap.h"

#define UUID "3e11fa47-71ca-11e1-9e33-c80aa9429562"

static void put_table(struct catalog *c, const char *table)
{
	struct schema *s = schema_new("d", table);

	schema_add_column(s, &(struct column){ .name = "a", .type = COL_INT });
	catalog_put(c, s);
	schema_unref(s);
}

static int back(struct mysql_undo *u, struct catalog *c, const char *gtids, const char *file, uint64_t pos,
		struct err *err)
{
	struct position p;
	int r;

	position_init(&p);
	p.gtids = xstrdup(gtids);
	strcpy(p.file, file);
	p.pos = pos;
	r = mysql_undo_back_to(u, c, &p, err);
	position_done(&p);
	return r;
}

static void test_files(void)
{
	struct catalog *c = catalog_new(0, false);
	struct mysql_undo *u = xcalloc(1, sizeof(*u));
	struct err err = { 0 };

	put_table(c, "t1");
	mysql_undo_save(u, c, NULL, "binlog.999999", 100);
	put_table(c, "t2");
	mysql_undo_save(u, c, NULL, "binlog.1000000", 50);
	catalog_forget(c, "d", "t1");
	is_int(back(u, c, NULL, "binlog.1000000", 50, &err), 0, "back to the statement itself");
	ok(catalog_find(c, "d", "t1") && catalog_find(c, "d", "t2"), "it is undone");
	is_int(back(u, c, NULL, "binlog.999999", 101, &err), 0, "behind the first statement");
	ok(catalog_find(c, "d", "t2") != NULL, "which stays");
	is_int(back(u, c, NULL, "binlog.999999", 100, &err), 0, "to the first");
	ok(catalog_find(c, "d", "t2") == NULL && catalog_count(c) == 1, "undone too");
	mysql_undo_done(u);
	catalog_free(c);
	free(u);
}

static void test_statements(void)
{
	struct ddl_context ctx = { .db = "d" };
	struct catalog *c = catalog_new(0, false);
	struct mysql_undo *u = xcalloc(1, sizeof(*u));
	static const char *const sql[] = { "RENAME TABLE a TO t, b TO a, t TO b", "DROP DATABASE d",
		"CREATE DATABASE d", "CREATE TABLE a (z INT)" };
	struct ddl_result result;
	const char *db_table;
	struct err err = { 0 };
	struct arena arena;

	arena_init(&arena, 0);
	put_table(c, "a");
	put_table(c, "b");
	catalog_set_database(c, "d", 8);
	for (unsigned i = 0; i < 4; i++) {
		mysql_undo_save(u, c, NULL, "binlog.000001", 100 * (i + 1));
		is_int(catalog_apply(c, &ctx, sql[i], strlen(sql[i]), &arena, &result, &db_table, &err), 0, "%s",
				sql[i]);
		ddl_result_release(&result);
	}
	is_int(back(u, c, NULL, "binlog.000001", 250, &err), 0, "behind the DROP");
	is_int(catalog_count(c), 0, "nothing is there");
	is_int(back(u, c, NULL, "binlog.000001", 100, &err), 0, "before all");
	ok(catalog_count(c) == 2 && catalog_find(c, "d", "a") && catalog_find(c, "d", "b"), "both tables are there");
	is_int(catalog_apply(c, &ctx, "CREATE TABLE n (c CHAR(1))", 26, &arena, &result, &db_table, &err), 0,
			"a new one");
	ddl_result_release(&result);
	is_str(catalog_find(c, "d", "n")->charset, "latin1", "has the character set of the database");
	mysql_undo_done(u);
	catalog_free(c);
	arena_done(&arena);
	free(u);
}

static void test_gtids(void)
{
	struct catalog *c = catalog_new(0, false);
	struct mysql_undo *u = xcalloc(1, sizeof(*u));
	struct err err = { 0 };
	struct gtid gtid;

	gtid_parse(&gtid, UUID ":5", &err);
	mysql_undo_save(u, c, &gtid, "binlog.000009", 100);
	put_table(c, "t1");
	is_int(back(u, c, UUID ":1-5", "other.000001", 4, &err), 0, "another server, the GTID is in the set");
	is_int(catalog_count(c), 1, "the statement stays");
	is_int(back(u, c, UUID ":1-4", "other.000001", 900, &err), 0, "the GTID is not in the set");
	is_int(catalog_count(c), 0, "the statement is undone");
	for (int i = 0; i < UNDO_MAX + 1; i++)
		mysql_undo_save(u, c, &gtid, "binlog.000009", 100);
	ok(back(u, c, UUID ":1-4", "", 0, &err) < 0 && err.kind == ERR_FATAL, "too far back: %s", err.msg);
	mysql_undo_done(u);
	catalog_free(c);
	free(u);
}

int main(void)
{
	test_files();
	test_statements();
	test_gtids();
	return tap_done();
}
