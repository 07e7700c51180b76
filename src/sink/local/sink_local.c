/*
 * sink_local.c - the embedded warehouse: one SQLite file a database, state.dir/warehouse/DB.db, one table a source
 * table.
 *
 * Each range is loaded once. The label goes into the same transaction as the rows, so a label that is there means that
 * the rows are; a second attempt finds it and changes nothing. The consumer's offset lives in another file and is
 * written after sink_load() has answered, therefore the answer has to survive a power cut: synchronous=FULL, one fsync
 * a load. (With NORMAL the offset could be on disk and the rows not.) A label is thrown away when it is older than a
 * week, 10,000 newer ones are there, and a newer one of its series is: the last one of a partition stays, because it is
 * asked for whether this is still the target that the partition was loaded into.
 *
 * Several sinks, one a thread, write to one file: each has its own connection, and waits for the other's load to end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "sink/local/sink_local.h"
#include "sink/local/sink_local_rows.h"
#include "sink/base/sink_ops.h"

#define TABLES_MAX 512 /* tables with statements ready, per handle */
#define SQL_MAX (4 << 20)
#define LABEL_AGE_S (7 * 86400)
#define LABEL_COUNT 10000
#define PRUNE_EVERY 512

struct local_sink {
	struct sink base;
	struct local_db *dbs;
	struct local_table *tables[TABLES_MAX]; /* most recently used first */
	unsigned ntables;
};

/* name: as it is called at the target. */
static struct local_db *db_get(struct local_sink *s, const char *name, struct err *err)
{
	struct local_db *d;

	for (d = s->dbs; d; d = d->next)
		if (strcmp(d->name, name) == 0)
			return d;
	d = local_db_open(s->base.conf, name, err);
	if (d) {
		d->next = s->dbs;
		s->dbs = d;
	}
	return d;
}

struct local_db *local_sink_db(struct sink *sink, const char *name, struct err *err)
{
	return db_get((struct local_sink *)sink, name, err);
}

static struct local_table *table_get(struct local_sink *s, const struct schema *schema, struct err *err)
{
	struct local_table *t;
	struct local_db *d;
	unsigned at;

	for (at = 0; at < s->ntables; at++)
		if (s->tables[at]->version == schema->version)
			break;
	if (at < s->ntables) {
		t = s->tables[at];
	} else {
		d = db_get(s, schema->db, err);
		t = d ? local_table_new(d, (struct schema *)schema, err) : NULL;
		if (!t)
			return NULL;
		if (s->ntables == TABLES_MAX)
			local_table_free(s->tables[--s->ntables]);
		at = s->ntables++;
	}
	memmove(s->tables + 1, s->tables, at * sizeof(s->tables[0]));
	s->tables[0] = t;
	return t;
}

/* Rows. */

static int rows_write(struct local_sink *s, const struct collapsed *rows, size_t count, struct err *err)
{
	struct local_table *t = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct schema *schema = rows[i].change->schema;
		const char *column;
		char reason[256];
		int rc;

		if ((!t || t->version != schema->version) &&
				!(t = table_get(s, sink_routed(s->base.conf, schema), err)))
			return -1;
		column = local_key_problem(schema, rows[i].row, rows[i].is_delete);
		if (column) {
			snprintf(reason, sizeof(reason), "key column %s: NULL or missing", column);
			sink_bads_add(&s->base.bads, (uint32_t)i, reason);
			continue;
		}
		rc = local_row_write(t, s->base.zone_us, &rows[i], err);
		if (rc == SQLITE_OK)
			continue;
		if (!local_is_row_fault(rc))
			return err->kind != ERR_NONE ? -1 : local_error(t->db->db, schema, "load", err);
		sink_bads_add(&s->base.bads, (uint32_t)i,
				rc == SQLITE_MISMATCH ? "not a number" : sqlite3_errmsg(t->db->db));
	}
	return 0;
}

/* Labels. */

static int label_insert(struct local_db *d, const char *label, size_t rows)
{
	int rc;

	sqlite3_bind_text(d->label_put, 1, label, -1, SQLITE_STATIC);
	sqlite3_bind_int64(d->label_put, 2, (int64_t)rows);
	sqlite3_bind_int64(d->label_put, 3, clock_wall_us() / 1000000);
	rc = sqlite3_step(d->label_put);
	sqlite3_reset(d->label_put);
	return rc;
}

/* A label without its last two numbers: what the ranges of one partition share. */
#define SERIES "rtrim(rtrim(rtrim(label, '0123456789'), '_'), '0123456789')"

static void labels_prune(struct local_db *d)
{
	char sql[480];

	if (++d->loads < PRUNE_EVERY)
		return;
	d->loads = 0;
	snprintf(sql, sizeof(sql),
			"DELETE FROM " LOCAL_LABELS " WHERE at < %lld AND at < "
			"(SELECT at FROM " LOCAL_LABELS " ORDER BY at DESC LIMIT 1 OFFSET %d) AND label NOT IN "
			"(SELECT label FROM (SELECT label, max(at) FROM " LOCAL_LABELS " GROUP BY " SERIES "))",
			(long long)(clock_wall_us() / 1000000 - LABEL_AGE_S), LABEL_COUNT);
	local_exec(d->db, sql); /* on failure the labels stay longer, which harms nobody */
}

static enum sink_outcome refuse(struct local_db *d)
{
	local_exec(d->db, "ROLLBACK");
	return SINK_REFUSED;
}

/* The path shows another file, or none: what is written to the one that is open nobody would see. It is opened anew after
 * this; what it lacks is found then. */
static bool has_moved(struct local_sink *s, struct local_db *d, struct err *err)
{
	struct local_db **at = &s->dbs;
	int moved = 0;

	if (sqlite3_file_control(d->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || !moved)
		return false;
	err_set(err, ERR_CONFIG, 0,
			"warehouse %s.db: the file was removed or replaced while it was open; put back the one that was there, then resume the table",
			d->name);
	while (s->ntables > 0)
		local_table_free(s->tables[--s->ntables]);
	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	local_db_close(d);
	return true;
}

static enum sink_outcome local_load(struct sink *sink, const struct schema *schema, const struct collapsed *rows,
		size_t count, const char *label, struct sink_result *result, struct err *err)
{
	struct local_sink *s = (struct local_sink *)sink;
	struct local_db *d = db_get(s, schema->db, err);
	int64_t start_us = clock_mono_us();
	bool duplicate;
	int rc;

	if (!d || has_moved(s, d, err))
		return SINK_REFUSED;
	err_clear(err);
	if (local_exec(d->db, "BEGIN IMMEDIATE")) {
		local_error(d->db, schema, "begin", err);
		return SINK_REFUSED;
	}
	rc = label_insert(d, label, count);
	duplicate = rc == SQLITE_CONSTRAINT_PRIMARYKEY;
	if (rc != SQLITE_DONE && !duplicate) {
		local_error(d->db, schema, "store the label", err);
		return refuse(d);
	}
	if (rows_write(s, rows, count, err)) /* of a duplicate too: which rows were left out has to come out again */
		return refuse(d);
	result->rows_loaded = duplicate ? 0 : count - s->base.bads.count;
	result->ms = (clock_mono_us() - start_us) / 1000;
	if (duplicate) {
		local_exec(d->db, "ROLLBACK");
		snprintf(result->detail, sizeof(result->detail), "label %s was loaded before", label);
		return SINK_DUPLICATE;
	}
	labels_prune(d);
	if (local_exec(d->db, "COMMIT")) {
		local_error(d->db, schema, "commit", err);
		return refuse(d);
	}
	result->ms = (clock_mono_us() - start_us) / 1000;
	return SINK_LOADED;
}

static enum sink_outcome label_find(struct local_db *d, const char *label, struct err *err)
{
	int rc;

	sqlite3_bind_text(d->label_get, 1, label, -1, SQLITE_STATIC);
	rc = sqlite3_step(d->label_get);
	sqlite3_reset(d->label_get);
	if (rc == SQLITE_ROW)
		return SINK_LOADED;
	if (rc == SQLITE_DONE)
		return SINK_REFUSED;
	local_error(d->db, NULL, "ask for the label", err);
	return SINK_UNKNOWN;
}

static int local_look(struct sink *sink, const struct sink_names *names, const char *label, struct sink_state *out,
		struct err *err)
{
	struct local_sink *s = (struct local_sink *)sink;
	struct local_db *d;

	out->label = SINK_REFUSED;
	if (!local_db_exists(s->base.conf, names->db))
		return 0;
	d = db_get(s, names->db, err);
	if (!d || local_table_look(d->db, names, out, err))
		return -1;
	out->label = label ? label_find(d, label, err) : SINK_UNKNOWN;
	return label && out->label == SINK_UNKNOWN ? -1 : 0;
}

/* The rest of the contract. */

static struct sink *local_open(const struct sink_conf *conf, struct sink *beside, struct err *err)
{
	struct local_sink *s;
	char *path;

	(void)beside; /* each has its own connection, and statements belong to it */
	if (!conf->state_dir || !conf->state_dir[0]) {
		err_set(err, ERR_CONFIG, 0, "state.dir: not set; the embedded warehouse lives there");
		return NULL;
	}
	path = xasprintf("%s/warehouse", conf->state_dir);
	s = local_directory(conf->state_dir, err) || local_directory(path, err) ? NULL : xcalloc(1, sizeof(*s));
	free(path);
	return (struct sink *)s;
}

static void local_close(struct sink *sink)
{
	struct local_sink *s = (struct local_sink *)sink;

	for (unsigned i = 0; i < s->ntables; i++)
		local_table_free(s->tables[i]);
	while (s->dbs) {
		struct local_db *d = s->dbs;

		s->dbs = d->next;
		local_db_close(d);
	}
	free(s);
}

static int warehouse_prepare(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct local_sink *s = (struct local_sink *)sink;
	struct local_db *d;

	for (unsigned i = 0; i < s->ntables; i++)
		if (s->tables[i]->version == schema->version)
			return 0;
	d = db_get(s, schema->db, err);
	if (!d || local_table_prepare(d->db, sink, schema, err))
		return -1;
	return table_get(s, schema, err) ? 0 : -1;
}

static void local_forget(struct sink *sink)
{
	struct local_sink *s = (struct local_sink *)sink;

	while (s->ntables > 0)
		local_table_free(s->tables[--s->ntables]);
}

static int local_truncate(struct sink *sink, const struct schema *schema, struct err *err)
{
	struct local_sink *s = (struct local_sink *)sink;
	struct local_db *d = db_get(s, schema->db, err);
	struct local_columns have = { 0 };
	struct buf sql;
	int result;

	if (!d)
		return -1;
	local_forget(sink);
	result = local_columns_read(d->db, schema, &have, err);
	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "DELETE FROM ");
	local_name(&sql, schema->table);
	local_put_source(&sql, " WHERE ", schema->at_target.source_column, schema->at_target.source);
	if (result == 0 && have.count > 0)
		result = local_run(d->db, schema, "truncate", &sql, err);
	local_columns_done(&have);
	buf_done(&sql);
	return result;
}

/* Statements that are ready hold the table's old form. */
static int local_alter(struct sink *sink, const struct schema *schema, const struct ddl_alter *alter, bool *gap,
		struct err *err)
{
	struct local_db *d = db_get((struct local_sink *)sink, schema->db, err);

	(void)gap;
	local_forget(sink);
	return d ? local_table_alter(d->db, schema, alter, err) : -1;
}

static int local_ddl(const struct sink_conf *conf, const struct schema *schema, struct buf *out, struct buf *why,
		struct err *err)
{
	(void)conf;
	(void)err;
	local_create(out, schema);
	local_why(why, schema);
	return 0;
}

enum { FOLDER_DENIED, KEY_NONE };
static const struct report_kind kinds[] = {
	[FOLDER_DENIED] = { REPORT_PROBLEM, "warehouse", "not a folder that can be written",
			"give the user who runs millrace this folder" },
	[KEY_NONE] = { REPORT_NOTE, "table", "no key: a delete has to search the whole table",
			"add a primary key at the source" },
};

static void warehouse_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

static int warehouse_check(const struct sink_conf *conf, struct schema *const *schemas, size_t count,
		struct report *report, struct err *err)
{
	char *path = xasprintf("%s/warehouse", conf->state_dir ? conf->state_dir : "");
	struct stat st;

	(void)err;
	if (stat(path, &st))
		report_ok(report, "warehouse", "%s: will be created", path);
	else if (!S_ISDIR(st.st_mode) || access(path, R_OK | W_OK | X_OK))
		report_tell(report, &kinds[FOLDER_DENIED], "%s: not a folder that can be written", path);
	else
		report_ok(report, "warehouse", "%s", path);
	free(path);
	for (size_t i = 0; i < count; i++)
		if (schemas[i]->nkey == 0 && !schemas[i]->at_target.append)
			report_tell_of(report, &kinds[KEY_NONE], schemas[i]->table, "%s", kinds[KEY_NONE].found);
	return 0;
}

const struct sink_ops sink_local_ops = {
	.open = local_open,
	.close = local_close,
	.check = warehouse_check,
	.remedies = warehouse_remedies,
	.check_tables = local_check_tables,
	.prepare = warehouse_prepare,
	.load = local_load,
	.look = local_look,
	.truncate = local_truncate,
	.alter = local_alter,
	.reader = local_reader,
	.forget = local_forget,
	.ddl = local_ddl,
	.interval_ms = 50,
};
