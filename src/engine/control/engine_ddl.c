/* engine_ddl.c - tables of the target as SQL: as they would be created, and what those that are there need. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"

enum { DDL_MAX = 64 << 20, APPLY_MS = 3600000, AGAIN_MS = 200 };

static void schemas_free(struct schema **schemas, size_t n)
{
	for (size_t i = 0; i < n; i++)
		schema_unref(schemas[i]);
	free(schemas);
}

/* Lines that no server takes for a statement, whatever stands in them. */
static void put_comment(struct buf *b, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, "\n");

		buf_printf(b, "-- %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

/* The same table under another name: rows that a script sends there have its columns. */
static struct schema *named(const struct schema *schema, const char *db, const char *table)
{
	struct schema *copy = schema_clone(schema);

	copy->db = db;
	copy->table = table;
	return copy;
}

/* The table as its script makes it, and those that its script sends rows to. -1: the script is wrong; or what each returned. */
typedef int each_target(void *arg, const struct schema *target, struct err *err);
static int each(const struct settings *s, const struct schema *schema, each_target *one, void *arg, struct err *err)
{
	struct script *script = inspect_script_of(s, schema, err);
	struct schema *wide = err->kind ? NULL : script_target(script, schema, err);
	const char *db, *table;
	int rc = wide ? one(arg, wide, err) : -1;

	for (size_t i = 0; wide && script_to_at(script, i, &db, &table); i++) {
		struct schema *other = named(wide, db, table);

		rc |= one(arg, other, err);
		schema_unref(other);
	}
	schema_unref(wide);
	script_close(script);
	return rc;
}

struct ddl_printing {
	const struct settings *s;
	bool alter;
	struct buf *out;
};

static int put_statement(void *arg, const struct schema *schema, struct err *err)
{
	const struct ddl_printing *p = arg;
	char *why = NULL,
	     *text = p->alter ? sink_ddl_alter(&p->s->sink, schema, &why, err)
			      : sink_ddl(&p->s->sink, schema, &why, err);

	put_comment(p->out, text ? why : err->msg);
	if (text)
		buf_printf(p->out, p->alter ? "%s\n" : "%s;\n\n", text);
	free(why);
	free(text);
	return text ? 0 : 1;
}

/* false: one of its targets has no statement, a comment says why. */
static bool put_ddl(const struct settings *s, const struct schema *schema, bool alter, struct buf *b)
{
	struct ddl_printing p = { s, alter, b };
	struct err why_not = { .kind = ERR_NONE };
	int rc = each(s, schema, put_statement, &p, &why_not);

	if (rc < 0)
		put_comment(b, why_not.msg);
	return rc == 0;
}

static bool is_named(const struct schema *s, const char *db_table)
{
	size_t n = strlen(s->db);

	return strncmp(db_table, s->db, n) == 0 && db_table[n] == '.' && strcmp(db_table + n + 1, s->table) == 0;
}

static int none_of_that_name(const char *db_table, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0,
			"table '%.200s': expected db.table as [mysql] table.include.list captures it, found none of that name",
			db_table ? db_table : "");
}

char *inspect_ddl(const struct settings *s, const char *db_table, bool alter, bool *refused, struct err *err)
{
	struct schema **schemas = NULL;
	size_t nschemas = 0, found = 0;
	struct buf b;

	if (source_schemas(&s->mysql, &schemas, &nschemas, NULL, err))
		return NULL;
	buf_init(&b, DDL_MAX);
	for (size_t i = 0; i < nschemas; i++) {
		if (db_table && !is_named(schemas[i], db_table))
			continue;
		found++;
		*refused |= !put_ddl(s, schemas[i], alter, &b);
	}
	schemas_free(schemas, nschemas);
	if (found == 0)
		none_of_that_name(db_table, err);
	else if (b.failed)
		err_set(err, ERR_DATA, 0, "ddl: the statements take more than %d bytes: name one table", DDL_MAX);
	if (err->kind == ERR_NONE)
		return buf_take(&b);
	buf_done(&b);
	return NULL;
}

/* ---- carried out ---- */

/* A change that runs is asked after until it has ended; ERR_RETRY says that it has not. */
static int apply_one(void *arg, const struct schema *schema, struct err *err)
{
	int64_t until_us = clock_mono_us() + APPLY_MS * 1000LL;
	int rc = sink_prepare(arg, schema, err);

	while (rc && err->kind == ERR_RETRY && clock_mono_us() < until_us) {
		clock_sleep_ms(AGAIN_MS);
		err_clear(err);
		rc = sink_prepare(arg, schema, err);
	}
	return rc;
}

int inspect_ddl_apply(const struct settings *s, const char *db_table, inspect_told *told, void *arg, struct err *err)
{
	struct sink_conf conf = s->sink;
	struct schema **schemas = NULL;
	size_t nschemas = 0, found = 0, failed = 0;
	struct sink *sink;

	if (source_schemas(&s->mysql, &schemas, &nschemas, NULL, err))
		return -1;
	conf.table_create = true;
	sink = sink_open(&conf, err);
	for (size_t i = 0; sink && i < nschemas; i++) {
		char name[TABLE_NAME_ROOM];
		struct err why = { .kind = ERR_NONE };
		int rc;

		if (db_table && !is_named(schemas[i], db_table))
			continue;
		found++;
		snprintf(name, sizeof(name), "%s.%s", schemas[i]->db, schemas[i]->table);
		rc = each(s, schemas[i], apply_one, sink, &why);
		failed += rc != 0;
		told(arg, name, rc ? &why : NULL);
	}
	sink_close(sink);
	schemas_free(schemas, nschemas);
	if (sink && found == 0)
		return none_of_that_name(db_table, err);
	return sink ? failed > 0 : -1;
}
