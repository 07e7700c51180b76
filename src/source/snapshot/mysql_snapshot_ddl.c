/*
 * mysql_snapshot_ddl.c - the first changes of a snapshot: what Debezium tells of the databases and tables before their
 * rows, and the truncates that clear the log's readers of an earlier attempt.
 */
#include "config.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/intern.h"
#include "source/decode/mysql_charset.h"
#include "source/snapshot/mysql_snapshot_parts.h"

enum { QUOTED_MAX = 1 << 20, DROPS_AT_ONCE = 512, CREATES_AT_ONCE = 64 };

struct change_txn *snapshot_add_txn(const struct mysql_snapshot *s, struct batch *b, int64_t time_us)
{
	struct change_txn *txn = arena_alloc(&b->arena, sizeof(*txn));

	*txn = (struct change_txn){ .commit_us = time_us, .thread = -1, .file = intern(s->position.file) };
	return txn;
}

struct change *snapshot_add_change(const struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
		enum change_op op)
{
	struct change *c = batch_add_change(b);

	c->op = op;
	c->snapshot = SNAPSHOT_TRUE;
	c->txn = txn;
	c->pos = s->position.pos;
	return c;
}

static struct ddl_change *add_ddl(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
		const char *db, const char *ddl, const char *tables, const struct ddl_table *table)
{
	struct ddl_change *d = arena_alloc(&b->arena, sizeof(*d));

	*d = (struct ddl_change){
		.db = arena_dup(&b->arena, db, strlen(db)),
		.ddl = ddl,
		.tables = tables,
		.captured = true,
		.captured_db = db[0] == '\0' || mysql_filter_database(s->setup.filter, db),
	};
	if (table) {
		d->captured = mysql_filter_table(s->setup.filter, table->db, table->table);
		d->table = arena_dup(&b->arena, table, sizeof(*table));
		d->ntables = 1;
		if (table->schema)
			batch_hold_schema(b, table->schema);
	}
	snapshot_add_change(s, b, txn, CHANGE_DDL)->ddl = d;
	return d;
}

static const char *quoted(struct arena *a, const char *before, const char *db, const char *table, const char *behind)
{
	struct buf b;
	const char *text;

	buf_init(&b, QUOTED_MAX);
	buf_puts(&b, before);
	buf_put_quoted(&b, db, '`');
	if (table) {
		buf_putc(&b, '.');
		buf_put_quoted(&b, table, '`');
	}
	buf_puts(&b, behind);
	text = arena_dup(a, b.data, b.len);
	buf_done(&b);
	return text;
}

static int add_database(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, const char *db,
		struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(&s->conn, "???", err,
			"SELECT schema_name, default_character_set_name, default_collation_name "
			"FROM information_schema.schemata");
	MYSQL_ROW row = NULL;
	char charset[200] = "";
	struct ddl_change *d;
	unsigned collation = 0;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		if (row[0] && row[1] && row[2] && strcmp(row[0], db) == 0) {
			snprintf(charset, sizeof(charset), " CHARSET %s COLLATE %s", row[1], row[2]);
			collation = collation_find(row[2], strlen(row[2]));
		}
	mysql_free_result(res);
	add_ddl(s, b, txn, db, quoted(&b->arena, "DROP DATABASE IF EXISTS ", db, NULL, ""), NULL, NULL);
	d = add_ddl(s, b, txn, db, quoted(&b->arena, "CREATE DATABASE ", db, NULL, charset), NULL, NULL);
	d->database = collation ? d->db : NULL;
	d->collation = (uint16_t)collation;
	add_ddl(s, b, txn, db, quoted(&b->arena, "USE ", db, NULL, ""), NULL, NULL);
	return 0;
}

static void add_truncate(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn,
		struct snapshot_table *t)
{
	struct change *c = snapshot_add_change(s, b, txn, CHANGE_TRUNCATE);

	c->schema = t->schema;
	batch_hold_schema(b, t->schema);
}

static void add_drop(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, struct snapshot_table *t)
{
	struct ddl_table drop = { .type = 'D', .db = t->db, .table = t->name };

	if (s->setup.again && t->schema)
		add_truncate(s, b, txn, t);
	add_ddl(s, b, txn, t->db, quoted(&b->arena, "DROP TABLE IF EXISTS ", t->db, t->name, ""), t->name, &drop);
}

static int add_create(struct mysql_snapshot *s, struct batch *b, const struct change_txn *txn, struct snapshot_table *t,
		struct err *err)
{
	struct ddl_table create = { .type = 'C', .db = t->db, .table = t->name };

	if (t->gone || t->error)
		return 0;
	if (t->db != s->told_db && add_database(s, b, txn, t->db, err) < 0)
		return -1;
	s->told_db = t->db;
	create.schema = catalog_find(s->setup.catalog, t->db, t->name);
	add_ddl(s, b, txn, t->db, arena_dup(&b->arena, t->create, strlen(t->create)), t->name, &create);
	free(t->create); /* with many tables these are megabytes */
	t->create = NULL;
	return 0;
}

/*
 * As Debezium tells a snapshot's schemas: the server's character set, drops, then per database its making and its
 * tables. In several batches where there are many: a table's records in the history are thirty times its statement, and
 * a dozen batches may be on their way at once.
 */
int snapshot_add_schemas(struct mysql_snapshot *s, struct batch *b, struct err *err)
{
	struct change_txn *txn = snapshot_add_txn(s, b, clock_wall_us() / 1000000 * 1000000);
	size_t count = s->ntell, room = s->told < count ? DROPS_AT_ONCE : CREATES_AT_ONCE;

	if (s->told == 0)
		add_ddl(s, b, txn, "",
				arena_printf(&b->arena, "SET character_set_server=%s, collation_server=%s", s->charset,
						s->collation),
				NULL, NULL);
	for (; s->told < 2 * count && room > 0; s->told++, room--) {
		if (s->told == count && room > CREATES_AT_ONCE)
			room = CREATES_AT_ONCE;
		if (s->told < count)
			add_drop(s, b, txn, s->tell[s->told]);
		else if (add_create(s, b, txn, s->tell[s->told - count], err) < 0)
			return -1;
	}
	return s->told < 2 * count;
}
