/*
 * engine_columns.c - the columns of one table on their way: as MySQL has them now, what a message says, what the scripts declare (renamed, skipped, new),
 * and what the target makes of them. A line each, MySQL's first, then those that only scripts have.
 */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "engine/control/engine_inspect.h"
#include "engine/engine_parts.h"

struct columns_writing {
	engine_emit *emit;
	void *arg;
	bool text, gone;
	struct buf line;
	const struct table_check *from, *to; /* of MySQL's schema; of what the scripts give */
};

struct column_way { /* indexes; -1: it is not there */
	int from, to;
	const char *script; /* what scripts do to it; "": nothing */
};

static const char *or_dash(const char *text)
{
	return text && text[0] ? text : "-";
}

static const char *name_at(const struct table_check *t, int i)
{
	return i < 0 ? "" : t->schema->columns[i].name;
}

static const char *type_at(const struct table_check *t, int i)
{
	return i < 0 ? "" : or_dash(t->schema->columns[i].type_text);
}

static const char *target_at(const struct columns_writing *w, int i)
{
	return i < 0 ? "" : w->to->columns[i].refused ? "refused" : or_dash(w->to->columns[i].target);
}

static void put(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, "%c\"%s\":", b->len > 1 ? ',' : ' ', name);
	buf_json_str(b, value ? value : "");
}

static void put_json(struct columns_writing *w, const struct column_way *c)
{
	struct buf *b = &w->line;
	const struct check_column *to = c->to < 0 ? NULL : &w->to->columns[c->to];

	buf_putc(b, '{');
	put(b, "column", name_at(w->from, c->from));
	put(b, "type", type_at(w->from, c->from));
	buf_printf(b, ",\"key\":%s",
			c->from >= 0 && schema_is_key(w->from->schema, (unsigned)c->from) ? "true" : "false");
	put(b, "message", c->from < 0 ? "" : w->from->columns[c->from].message);
	put(b, "script", c->script);
	put(b, "target", name_at(w->to, c->to));
	put(b, "target_type", target_at(w, c->to));
	put(b, "why", to == NULL ? "" : to->refused ? to->refused : to->why);
	buf_putc(b, '}');
}

/* "name  MySQL's type  what scripts do  name and type at the target" */
static void put_text(struct columns_writing *w, const struct column_way *c)
{
	bool same = c->to >= 0 && strcmp(name_at(w->from, c->from), name_at(w->to, c->to)) == 0;

	buf_printf(&w->line, "%-18s %-20s %-17s %s%s%s", or_dash(name_at(w->from, c->from)),
			or_dash(type_at(w->from, c->from)), c->script, same ? "" : name_at(w->to, c->to),
			same || c->to < 0 ? "" : " ", target_at(w, c->to));
}

static void put_column(struct columns_writing *w, const struct column_way *c)
{
	if (w->gone)
		return;
	buf_reset(&w->line);
	if (w->text)
		put_text(w, c);
	else
		put_json(w, c);
	w->gone = w->emit(w->arg, w->line.data, w->line.len) != 0;
}

static void put_columns(struct columns_writing *w, const struct script *script)
{
	const struct schema *from = w->from->schema, *to = w->to->schema;
	bool *known = xcalloc(to->ncolumns + 1, sizeof(*known));
	struct column_way c;

	for (unsigned i = 0; i < from->ncolumns; i++) {
		const char *name = script_column_name(script, from->columns[i].name);

		c = (struct column_way){ (int)i, name ? schema_column(to, name, strlen(name)) : -1, "" };
		if (c.to < 0)
			c.script = "dropped by script";
		else if (strcmp(name, from->columns[i].name) != 0)
			c.script = "renamed by script";
		known[c.to < 0 ? (int)to->ncolumns : c.to] = true;
		put_column(w, &c);
	}
	for (unsigned i = 0; i < to->ncolumns; i++) {
		c = (struct column_way){ -1, (int)i, "new, from script" };
		if (!known[i])
			put_column(w, &c);
	}
	free(known);
}

/* schema: as MySQL has it. */
static int print(struct columns_writing *w, const struct settings *s, struct schema *schema, struct err *err)
{
	struct table_check *from = table_check_new(schema), *to = NULL;
	struct script *script = inspect_script_of(s, schema, err);
	struct schema *wide = err->kind ? NULL : script_target(script, schema, err);
	int rc = wide ? format_check_tables(&s->format, &from, 1, err) : -1;

	if (rc == 0) {
		to = table_check_new(wide);
		sink_check_tables(&s->sink, &to, 1);
		w->from = from;
		w->to = to;
		put_columns(w, script);
	}
	table_check_free(from);
	table_check_free(to);
	schema_unref(wide);
	script_close(script);
	return rc;
}

int engine_columns_print(struct engine *e, const char *table, bool text, engine_emit *emit, void *arg, struct err *err)
{
	struct columns_writing w = { .emit = emit, .arg = arg, .text = text };
	struct source_reader *r = source_reader_open(capture_mysql_conf(e->capture), table, err);
	int rc;

	if (r == NULL)
		return -1;
	buf_init(&w.line, 1 << 16);
	rc = print(&w, atomic_load(&e->shared.live), source_reader_schema(r), err);
	buf_done(&w.line);
	source_reader_close(r);
	return rc;
}
