/*
 * cli_check_tables.c - see cli_check_tables.h. Names and types come from the server and are hostile: for people everything goes
 * through text_escape(), for machines the JSON is plain ASCII.
 */
#include "cli/cli_check_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

enum { WIDTH = 80, TEXT_MAX = 400, NAME_MAX_SHOWN = 60 };

/* ---- for people ---- */

/* Words of a text, wrapped at 80 columns behind an indent. Only ASCII is counted rightly, which is what we write. */
static void put_wrapped(int indent, const char *mark, const char *plain)
{
	char escaped[2 * TEXT_MAX];
	const char *text = escaped;
	size_t at = (size_t)indent + strlen(mark);

	text_escape(escaped, sizeof(escaped), plain, strlen(plain));
	printf("%*s%s", indent, "", mark);
	while (*text) {
		size_t word = strcspn(text, " ");
		bool first = at == (size_t)indent + strlen(mark);

		if (!first && at + 1 + word > WIDTH) {
			printf("\n%*s", indent + (int)strlen(mark), "");
			at = (size_t)indent + strlen(mark);
			first = true;
		}
		printf("%s%.*s", first ? "" : " ", (int)word, text);
		at += word + !first;
		text += word;
		text += strspn(text, " ");
	}
	putchar('\n');
}

/* "orders.status: tinyint(1) -> int16 -> TINYINT"; what is not known is left out. */
static void put_mapping(const struct table_check *e, int column, int indent, const char *mark)
{
	const struct check_column *part = &e->columns[column];
	char name[NAME_MAX_SHOWN + 4], type[NAME_MAX_SHOWN + 4], plain[TEXT_MAX], line[TEXT_MAX];

	column_type_print(&e->schema->columns[column], plain, sizeof(plain));
	text_escape(type, NAME_MAX_SHOWN, plain, strlen(plain));
	text_escape(name, NAME_MAX_SHOWN, e->schema->columns[column].name, strlen(e->schema->columns[column].name));
	snprintf(line, sizeof(line), "%s: %s%s%s%s%s", name, type, part->message ? " -> " : "",
			part->message ? part->message : "", part->target ? " -> " : "",
			part->target ? part->target : "");
	put_wrapped(indent, mark, line);
}

static void put_table(const struct table_check *e)
{
	char name[2 * NAME_MAX_SHOWN + 4], plain[TEXT_MAX], line[TEXT_MAX];

	snprintf(plain, sizeof(plain), "%s.%s", e->schema->db, e->schema->table);
	text_escape(name, sizeof(name), plain, strlen(plain));
	if (e->uncounted)
		snprintf(line, sizeof(line), "table %s: not counted: %.200s", name, e->uncounted);
	else if (e->sampled)
		snprintf(line, sizeof(line),
				"table %s: %" PRId64 " of about %" PRIu64 " rows sampled; --full counts all", name,
				e->rows, e->rows_estimate);
	else if (e->rows < 0)
		snprintf(line, sizeof(line), "table %s: about %" PRIu64 " rows", name, e->rows_estimate);
	else
		snprintf(line, sizeof(line), "table %s: %" PRId64 " row%s", name, e->rows, e->rows == 1 ? "" : "s");
	putchar('\n');
	put_wrapped(0, "", line);
}

static void put_found(const struct tables_finding *f, int indent, const char *mark)
{
	char line[TEXT_MAX];
	int64_t count = f->at->count;

	if (count < 0 || f->check->rows < 0 || f->at->question == CHECK_REFUSED || f->at->question == CHECK_NO_KEY)
		snprintf(line, sizeof(line), "%s", f->what);
	else
		snprintf(line, sizeof(line), "%" PRId64 " of %" PRId64 " %srow%s: %s", count, f->check->rows,
				f->check->sampled ? "sampled " : "", f->check->rows == 1 ? "" : "s", f->what);
	put_wrapped(indent, mark, line);
}

/* after: the finding told before it, whose column need not be named again; NULL: none. */
static void put_finding(const struct tables_finding *f, const struct tables_finding *after)
{
	static const char *const marks[] = {
		[REPORT_OK] = "  ok      ",
		[REPORT_NOTE] = "  note    ",
		[REPORT_WARNING] = "  warning ",
		[REPORT_PROBLEM] = "  PROBLEM ",
	};
	bool same = after && after->check == f->check && after->at->column == f->at->column && after->level == f->level;

	if (f->at->column < 0)
		put_found(f, 0, marks[f->level]);
	else if (!same)
		put_mapping(f->check, f->at->column, 0, marks[f->level]);
	if (f->at->column >= 0)
		put_found(f, 10, "");
	if (f->decision)
		put_wrapped(10, "", f->decision);
	if (f->setting)
		put_wrapped(10, "-> ", f->setting);
}

static void put_columns(const struct table_check *e)
{
	for (unsigned i = 0; i < e->schema->ncolumns; i++) {
		put_mapping(e, (int)i, 0, "  column  ");
		if (e->columns[i].why)
			put_wrapped(10, "", e->columns[i].why);
	}
}

static bool has_finding(const struct tables_report *r, const struct table_check *e)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].check == e)
			return true;
	return false;
}

void cli_check_tables_text(const struct tables_report *r, bool all)
{
	const struct table_check *last = NULL;

	for (size_t i = 0; i < r->count; i++) {
		const struct tables_finding *f = &r->items[i];

		if (f->check != last) {
			put_table(f->check);
			if (all)
				put_columns(f->check);
		}
		last = f->check;
		put_finding(f, i > 0 ? f - 1 : NULL);
	}
	for (size_t i = 0; all && i < r->nchecks; i++)
		if (!has_finding(r, r->checks[i])) {
			put_table(r->checks[i]);
			put_columns(r->checks[i]);
		}
}

/* ---- for machines ---- */

/* Names may hold what is not UTF-8; a report without the name would be worse than one with it escaped. */
static json_t *text_of(const char *text)
{
	char escaped[TEXT_MAX];
	json_t *j = text ? json_string(text) : json_null();

	if (j)
		return j;
	text_escape(escaped, sizeof(escaped), text, strlen(text));
	return json_string(escaped);
}

static json_t *count_of(int64_t n)
{
	return n < 0 ? json_null() : json_integer(n);
}

static json_t *table_name(const struct table_check *e)
{
	char name[TABLE_NAME_ROOM];

	snprintf(name, sizeof(name), "%s.%s", e->schema->db, e->schema->table);
	return text_of(name);
}

static json_t *mapping_json(const struct table_check *e, int column)
{
	char type[TEXT_MAX];

	column_type_print(&e->schema->columns[column], type, sizeof(type));
	return json_pack("{so,so,so}", "type", text_of(type), "message", text_of(e->columns[column].message), "target",
			text_of(e->columns[column].target));
}

static json_t *finding_json(const struct tables_finding *f)
{
	const struct table_check *e = f->check;
	bool of_column = f->at->column >= 0;
	json_t *o = json_object(), *mapping = of_column ? mapping_json(e, f->at->column) : json_null();

	json_object_set_new(o, "level", json_string(report_level_name(f->level)));
	json_object_set_new(o, "table", table_name(e));
	json_object_set_new(o, "column", of_column ? text_of(e->schema->columns[f->at->column].name) : json_null());
	json_object_set(o, "type", of_column ? json_object_get(mapping, "type") : json_null());
	json_object_set_new(o, "question", json_string(check_question_name(f->at->question)));
	json_object_set_new(o, "count", count_of(f->at->count));
	json_object_set_new(o, "rows", count_of(e->rows));
	json_object_set_new(o, "sampled", json_boolean(e->sampled));
	json_object_set_new(o, "mapping", mapping);
	json_object_set_new(o, "found", text_of(f->what));
	json_object_set_new(o, "decision", text_of(f->decision));
	json_object_set_new(o, "setting", text_of(f->setting));
	return o;
}

static json_t *table_json(const struct table_check *e, bool all)
{
	json_t *o = json_object(), *columns = json_array();

	json_object_set_new(o, "table", table_name(e));
	json_object_set_new(o, "topic", text_of(e->topic));
	json_object_set_new(o, "rows", count_of(e->rows));
	json_object_set_new(o, "rows_estimate", json_integer((json_int_t)e->rows_estimate));
	json_object_set_new(o, "sampled", json_boolean(e->sampled));
	json_object_set_new(o, "uncounted", text_of(e->uncounted));
	for (unsigned i = 0; all && i < e->schema->ncolumns; i++) {
		json_t *c = mapping_json(e, (int)i);

		json_object_set_new(c, "column", text_of(e->schema->columns[i].name));
		json_object_set_new(c, "why", text_of(e->columns[i].why));
		json_array_append_new(columns, c);
	}
	json_object_set_new(o, "columns", columns);
	return o;
}

void cli_check_tables_json(const struct tables_report *r, bool all, json_t *into)
{
	json_t *findings = json_array(), *tables = json_array();

	for (size_t i = 0; i < r->count; i++)
		json_array_append_new(findings, finding_json(&r->items[i]));
	for (size_t i = 0; i < r->nchecks; i++)
		json_array_append_new(tables, table_json(r->checks[i], all));
	json_object_set_new(into, "findings", findings);
	json_object_set_new(into, "tables", tables);
}
