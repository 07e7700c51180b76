/*
 * test_binlog.c - real binlog files (MySQL 9.7) through all decoders, compared with golden text. With an argument it
 * prints the text of that file instead, with UPDATE_GOLDEN set it writes the golden text.
 */
#include "source/catalog/mysql_catalog.h"
#include "tests/tap.h"
#include "tests/unit/binlog_text.h"

struct follow {
	struct catalog *catalog;
	struct arena arena;
	struct buf *out;
};

static struct schema *follow_known(void *arg, const char *db, const char *table)
{
	return catalog_find(((struct follow *)arg)->catalog, db, table);
}

static void follow_query(void *arg, const struct event_query *q)
{
	struct follow *f = arg;
	struct ddl_context ctx = {
		.db = q->db,
		.sql_mode = q->sql_mode,
		.charset_client = q->charset_client,
		.collation_server = q->collation_server,
		.collation_database = q->collation_database,
		.default_collation_utf8mb4 = q->default_collation_utf8mb4,
	};
	struct ddl_result result;
	const char *db_table;
	struct err err;

	if (catalog_apply(f->catalog, &ctx, q->sql, q->sql_len, &f->arena, &result, &db_table, &err) < 0) {
		buf_printf(f->out, "  DDL ERROR %s: %s\n", db_table, err.msg);
		return;
	}
	for (unsigned i = 0; i < result.nchanges; i++)
		for (unsigned k = 0; k < result.changes[i].ntables; k++)
			buf_printf(f->out, "  %c %s.%s%s%s [%s] %s\n", result.changes[i].table[k].type,
					result.changes[i].table[k].db, result.changes[i].table[k].table,
					result.changes[i].table[k].previous_table ? " was " : "",
					result.changes[i].table[k].previous_table
							? result.changes[i].table[k].previous_table
							: "",
					result.changes[i].tables, result.changes[i].ddl);
	ddl_result_release(&result);
}

static void print_file(const char *path, struct buf *out, int *errors)
{
	struct follow f = { .catalog = catalog_new(0, false), .out = out };
	struct binlog_text t;
	size_t len;
	char *data = file_read(path, &len);

	arena_init(&f.arena, 0);
	binlog_text_init(&t, out);
	t.known = follow_known;
	t.query = follow_query;
	t.arg = &f;
	*errors = data ? binlog_text_file(&t, data, len) : -1;
	binlog_text_done(&t);
	catalog_free(f.catalog);
	arena_done(&f.arena);
	free(data);
}

static void compare(const char *name)
{
	const char *top = getenv("top_srcdir");
	char *bin = xasprintf("%s/tests/golden/binlog/%s.bin", top ? top : ".", name);
	char *golden = xasprintf("%s/tests/golden/binlog/%s.txt", top ? top : ".", name);
	struct buf out;
	size_t want_len;
	char *want;
	int errors;

	buf_init(&out, 64 << 20);
	print_file(bin, &out, &errors);
	is_int(errors, 0, "%s: every event is understood", name);
	if (getenv("UPDATE_GOLDEN")) {
		FILE *f = fopen(golden, "wb");

		fwrite(out.data, 1, out.len, f);
		fclose(f);
	}
	want = file_read(golden, &want_len);
	ok(want && out.data && want_len == out.len && memcmp(want, out.data, out.len) == 0, "%s: as the golden text",
			name);
	free(want);
	buf_done(&out);
	free(bin);
	free(golden);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		struct buf out;
		int errors;

		buf_init(&out, 1 << 30);
		print_file(argv[1], &out, &errors);
		fwrite(out.data, 1, out.len, stdout);
		buf_done(&out);
		return errors != 0;
	}
	compare("types");
	compare("ddl");
	compare("minimal"); /* the same statements with binlog_row_metadata=MINIMAL: schemas come from DDL alone */
	return tap_done();
}
