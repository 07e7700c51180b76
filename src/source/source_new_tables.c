/*
 * source_new_tables.c - tables that are captured from now on: added to the lists by a reload, or between two runs.
 * Their rows from before are not in the log, so they are read beside the stream while the others flow. They are read
 * once, and no other table is; from an empty target, because they may have been captured at an earlier time, and rows
 * were deleted since. Of a column that is captured from now on the values are not in the log either. What was captured
 * before is told by the lists of before (source_lists.h), not by what the history knows, so a table that was made while
 * capture ran is none of them.
 */
#include "config.h"
#include "source/source_lists.h"
#include "source/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"

struct table_names { /* of tables, for one line: the first few, and how many */
	char text[240];
	size_t count, shown;
};

static void add_name(struct table_names *n, const char *db, const char *table)
{
	size_t len = strlen(n->text);

	n->count++;
	if (n->shown + 1 < n->count || len + strlen(db) + strlen(table) + 4 > sizeof(n->text))
		return;
	snprintf(n->text + len, sizeof(n->text) - len, "%s%s.%s", len ? "," : "", db, table);
	n->shown++;
}

/* "table a.b is", "3 tables are"; and after it: ": a.b,a.c and 1 more" */
static const char *subject(const struct table_names *n, char out[320])
{
	if (n->count == 1 && n->shown == 1)
		snprintf(out, 320, "table %s is", n->text);
	else
		snprintf(out, 320, "%zu tables are", n->count);
	return out;
}

static const char *which(const struct table_names *n, char out[320])
{
	out[0] = '\0';
	if (n->count > 1 && n->shown == n->count)
		snprintf(out, 320, ": %s", n->text);
	else if (n->count > n->shown)
		snprintf(out, 320, ": %s%s%zu more", n->text, n->shown ? " and " : "", n->count - n->shown);
	return out;
}

static bool reads_rows(const struct mysql_conf *conf)
{
	return conf->snapshot_mode != SNAPSHOT_NO_DATA && conf->snapshot_mode != SNAPSHOT_NEVER;
}

static void tell(struct source *s, const struct table_names *read, const struct table_names *unread,
		const struct table_names *gone)
{
	const char *why = s->conf->snapshot_mode == SNAPSHOT_NEVER   ? "snapshot.mode = never"
			: s->conf->snapshot_mode == SNAPSHOT_NO_DATA ? "snapshot.mode = no_data"
								     : "snapshot.include.collection.list";
	char a[320], b[320];

	if (read->count > 0)
		mysql_fill_tell(s->fill, "%s captured from now on, and read beside the stream%s", subject(read, a),
				which(read, b));
	if (unread->count > 0)
		mysql_fill_tell(s->fill,
				"%s captured from now on, without the rows from before (%s)%s; `millrace snapshot %s` reads them",
				subject(unread, a), why, which(unread, b),
				unread->shown == unread->count ? unread->text : "TABLE");
	if (gone->count > 0)
		mysql_fill_tell(s->fill, "%s no longer captured%s", subject(gone, a), which(gone, b));
}

/* Its schema is not asked for here: the history knows it as of the position, or it is found out when its rows come. */
static void plan_table(struct source *s, MYSQL_ROW row)
{
	struct fill_table t = {
		.db = row[0],
		.name = row[1],
		.fresh = true,
		.truncate = mysql_repairs(s->conf, s->conf->ddl_repair),
		.total = row[2] ? strtoull(row[2], NULL, 10) : 0,
	};

	fill_plan_add(mysql_fill_plan(s->fill), &t);
}

static int take_new_tables(struct source *s, struct mysql_conn *c, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "!!?", err,
			"SELECT table_schema, table_name, table_rows FROM information_schema.tables "
			"WHERE table_type = 'BASE TABLE' ORDER BY 1, 2");
	struct table_names read = { 0 }, unread = { 0 }, gone = { 0 };
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL) {
		bool before = mysql_filter_table(s->filter_before, row[0], row[1]);
		bool now = mysql_filter_table(s->filter, row[0], row[1]);
		bool wanted = reads_rows(s->conf) && mysql_filter_snapshot(s->filter, row[0], row[1]);

		if (now && !before && wanted)
			plan_table(s, row);
		if (now != before)
			add_name(before ? &gone : wanted ? &read : &unread, row[0], row[1]);
	}
	mysql_free_result(res);
	tell(s, &read, &unread, &gone);
	return 0;
}

static bool has_new_column(struct source *s, const struct schema *all)
{
	struct schema *before = mysql_filter_columns(s->filter_before, all),
		      *now = mysql_filter_columns(s->filter, all);
	const struct schema *was = before ? before : all, *is = now ? now : all;
	bool found = false;

	for (unsigned i = 0; i < is->ncolumns && !found; i++)
		found = schema_column(was, is->columns[i].name, strlen(is->columns[i].name)) < 0;
	schema_unref(before);
	schema_unref(now);
	return found;
}

static void take_new_columns(struct schema *schema, void *arg)
{
	struct source *s = arg;

	if (mysql_filter_table(s->filter_before, schema->db, schema->table) &&
			mysql_filter_table(s->filter, schema->db, schema->table) && has_new_column(s, schema))
		source_repair_table(s, schema->db, schema->table,
				"a column is captured from now on, and the log has no values of it from before");
}

static void drop_uncaptured(struct source *s)
{
	struct fill_plan *plan = mysql_fill_plan(s->fill);

	for (size_t i = plan->count; i-- > 0;)
		if (!mysql_filter_table(s->filter, plan->items[i].db, plan->items[i].name)) {
			mysql_fill_tell(s->fill, "snapshot of %s.%s stopped: the table is no longer captured",
					plan->items[i].db, plan->items[i].name);
			fill_plan_remove(plan, i);
		}
}

int source_new_tables(struct source *s, struct mysql_conn *c, struct err *err)
{
	if (s->filter_before == NULL)
		return 0;
	if (take_new_tables(s, c, err) < 0)
		return -1;
	if (s->catalog)
		catalog_each(s->catalog, take_new_columns, s);
	drop_uncaptured(s);
	mysql_filter_free(s->filter_before);
	s->filter_before = NULL;
	mysql_fill_changed(s->fill);
	s->fill_due = true;
	return 0;
}

/* ---- what was captured before ---- */

int source_captured_before(struct source *s, const char *lists, struct err *err)
{
	char *now = source_lists(s->conf);
	bool same = strcmp(now, lists) == 0;
	struct mysql_conf before;

	free(now);
	if (same)
		return 0;
	if (source_lists_parse(&before, lists, err) < 0)
		return -1;
	s->filter_before = mysql_filter_new(&before, err);
	source_lists_done(&before);
	s->settled = NULL;
	return s->filter_before ? 0 : -1;
}
