/*
 * format_fixture.h - what the tests of this room share: a configuration, schemas from one line, a batch with one
 * change.
 */
#ifndef TESTS_FORMAT_FIXTURE_H
#define TESTS_FORMAT_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "format/format.h"
#include "tests/tap.h"

#define FIXTURE_NOW_US INT64_C(1741010278123456)
#define FIXTURE_COMMIT_US INT64_C(1741010278000000)

__attribute__((unused)) static struct format_conf fixture_conf(int message_format, bool schemas)
{
	return (struct format_conf){
		.topic_prefix = "dbserver1",
		.message_format = message_format,
		.schemas_enable = schemas,
		.delete_mode = DELETE_REWRITE,
		.tombstones_on_delete = true,
		.replace_null_with_default = true,
		.include_schema_changes = true,
		.history_topic = "schemahistory.testdb",
		.offsets_topic = "offsets",
		.connector_name = "shop",
		.version = "3.0.8.Final",
		.add_fields_prefix = "__",
		.add_headers_prefix = "__",
	};
}

__attribute__((unused)) static struct schema *fixture_schema(const char *db, const char *table,
		const struct column *columns, unsigned n, const char *key)
{
	struct schema *s = schema_new(db, table);

	for (unsigned i = 0; i < n; i++)
		schema_add_column(s, &columns[i]);
	if (key)
		schema_set_key(s, &key, 1);
	s->exact = true;
	return s;
}

__attribute__((unused)) static struct change_txn *fixture_txn(struct batch *b)
{
	struct change_txn *t = arena_alloc(&b->arena, sizeof(*t));

	*t = (struct change_txn){
		.commit_us = FIXTURE_COMMIT_US,
		.server_id = 223344,
		.thread = 7,
		.file = "mysql-bin.000003",
	};
	return t;
}

/* Rows are copied into the batch. */
__attribute__((unused)) static struct change *fixture_change(struct batch *b, struct schema *s, enum change_op op,
		const struct value *before, const struct value *after)
{
	struct change *c = batch_add_change(b);

	batch_hold_schema(b, s);
	c->op = op;
	c->schema = s;
	c->txn = fixture_txn(b);
	c->pos = 484;
	c->before = before ? arena_dup(&b->arena, before, s->ncolumns * sizeof(*before)) : NULL;
	c->after = after ? arena_dup(&b->arena, after, s->ncolumns * sizeof(*after)) : NULL;
	c->snapshot = op == CHANGE_READ ? SNAPSHOT_TRUE : SNAPSHOT_NO;
	return c;
}

__attribute__((unused)) static void fixture_encode(const struct format_conf *conf, struct batch *b)
{
	struct err err = { 0 };
	struct format_encoder *e = format_encoder_new(conf, &err);

	clock_fake(FIXTURE_NOW_US);
	if (!e || format_encode(e, b, &err) < 0) {
		printf("Bail out! %s\n", err.msg);
		exit(1);
	}
	format_encoder_free(e);
}

/* Golden files: `name<TAB>text` lines; # begins a comment. The text of `name`, or NULL. */
__attribute__((unused)) static const char *fixture_golden(const char *file, const char *name)
{
	static char *line;
	static size_t cap;
	char path[1024];
	size_t len = strlen(name);
	const char *found = NULL;

	snprintf(path, sizeof(path), "%s/tests/golden/%s", getenv("top_srcdir") ? getenv("top_srcdir") : ".", file);
	FILE *f = fopen(path, "r");
	while (f && !found && getline(&line, &cap, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, name, len) == 0 && line[len] == '\t')
			found = line + len + 1;
	}
	if (f)
		fclose(f);
	return found;
}

#endif
