/* cli_lua_new.c - `lua new FILE --table T`: a script to begin with, and its cases, from the columns that the table has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "core/buf.h"
#include "core/json.h"
#include "core/xalloc.h"
#include "row/schema.h"
#include "script/script.h"

static bool is_number(const struct column *c)
{
	enum type_class class = column_class(c);

	return class == CLASS_INTEGER || class == CLASS_BIT || class == CLASS_YEAR;
}

/* What a person has to know of the column's values, or "". */
static const char *hint(const struct column *c)
{
	if (c->type == COL_TINYINT && c->length == 1)
		return "0 is true in Lua: if row.x ~= 0";
	if (c->type == COL_DECIMAL)
		return "exact: row.x:eq(100), row.x:scale(2), row.x * 1.19";
	if (c->type == COL_DATE || c->type == COL_DATETIME || c->type == COL_TIMESTAMP)
		return "a time: row.x < \"2024-01-01\", row.x.year, row.x + 1";
	if (c->type == COL_JSON)
		return "text: json.decode(row.x).member";
	if (c->type == COL_SET)
		return "its members, joined by commas";
	return column_is_binary(c) ? "bytes" : "";
}

static void put_columns(struct buf *b, const struct schema *s)
{
	int width = 8;

	for (unsigned i = 0; i < s->ncolumns; i++)
		if ((int)strlen(s->columns[i].name) > width)
			width = (int)strlen(s->columns[i].name);
	for (unsigned i = 0; i < s->ncolumns; i++) {
		const struct column *c = &s->columns[i];
		char type[80];

		column_type_print(c, type, sizeof(type));
		buf_printf(b, "--   %-*s  %-22s %s%s%s\n", width, c->name, type,
				schema_is_key(s, i)	      ? "key"
						: c->nullable ? "may be null"
							      : "",
				*hint(c) ? "; " : "", hint(c));
	}
}

static void put_script(struct buf *b, const struct schema *s, const char *file)
{
	const struct column *text = NULL;

	for (unsigned i = 0; i < s->ncolumns && text == NULL; i++)
		if (column_is_text(&s->columns[i]) && !schema_is_key(s, i))
			text = &s->columns[i];
	buf_printf(b, "-- %s: the rows of %s.%s on their way to the target.\n--\n", file, s->db, s->table);
	put_columns(b, s);
	buf_printf(b,
			"--\n-- NULL is null, and true like every other value: if row.x == null. Before it meets rows:\n--   millrace lua check %s --table %s.%s\n"
			"--   millrace lua test %s\n--   millrace lua run %s --table %s.%s --against running\n\n",
			file, s->db, s->table, file, file, s->db, s->table);
	buf_puts(b, "-- fields = { note = \"varchar(200)\" }      -- columns that the table lacks\n\n");
	buf_puts(b, "function transform(row, event)\n");
	if (text)
		buf_printf(b,
				"  -- if row[\"%s\"] == \"test\" then return drop(\"test\") end      -- not loaded; an update deletes its row\n"
				"  -- row[\"%s\"] = mask(row[\"%s\"])\n",
				text->name, text->name, text->name);
	buf_puts(b,
			"  return row\nend\n\n-- Which rows a delete deletes; needed where transform changes keys or gives several rows.\n"
			"-- function delete(row, event) return row end\n");
}

/* ---- the cases ---- */

static void put_text_type(struct buf *b, const struct column *c)
{
	if (column_class(c) == CLASS_CHAR && c->length)
		buf_printf(b, "\"varchar(%u)\"", c->length);
	else
		buf_puts(b, "\"text\"");
}

/* The column by a type of `fields`. */
static void put_type(struct buf *b, const struct column *c)
{
	const char *name = column_type_name(c->type);

	if (c->type == COL_TINYINT && c->length == 1)
		name = "boolean";
	else if (is_number(c))
		name = c->is_unsigned && c->type == COL_BIGINT ? "bigint unsigned" : "bigint";
	switch (column_class(c)) {
	case CLASS_INTEGER:
	case CLASS_BIT:
	case CLASS_YEAR:
	case CLASS_DATE:
	case CLASS_JSON: buf_printf(b, "\"%s\"", name); break;
	case CLASS_FLOAT: buf_puts(b, "\"double\""); break;
	case CLASS_DECIMAL: buf_printf(b, "\"decimal(%u,%u)\"", c->precision, c->scale); break;
	case CLASS_TIME:
	case CLASS_DATETIME: buf_printf(b, "\"%s(%u)\"", name, c->scale); break;
	default: put_text_type(b, c);
	}
}

static const char *sample(const struct column *c)
{
	switch (c->type) {
	case COL_DATE: return "\"2024-02-29\"";
	case COL_TIME: return "\"10:00:00\"";
	case COL_DATETIME:
	case COL_TIMESTAMP: return "\"2024-02-29 10:00:00\"";
	default:
		return is_number(c) || c->type == COL_DECIMAL || c->type == COL_FLOAT || c->type == COL_DOUBLE
				? "1"
				: "\"1\"";
	}
}

static void put_cases(struct buf *b, const struct schema *s)
{
	buf_puts(b, "{\"table\": ");
	buf_printf(b, "\"%s.%s\", \"columns\": {", s->db, s->table);
	for (unsigned i = 0; i < s->ncolumns; i++) {
		buf_puts(b, i ? ", " : "");
		buf_json_str(b, s->columns[i].name);
		buf_puts(b, ": ");
		put_type(b, &s->columns[i]);
	}
	buf_puts(b, "}, \"key\": [");
	for (unsigned i = 0; i < s->nkey; i++) {
		buf_puts(b, i ? ", " : "");
		buf_json_str(b, s->columns[s->key[i]].name);
	}
	buf_puts(b, "]}\n{\"name\": \"a row passes\", \"row\": {");
	for (int part = 0; part < 2; part++) {
		for (unsigned i = 0; i < s->nkey; i++) {
			buf_puts(b, i ? ", " : "");
			buf_json_str(b, s->columns[s->key[i]].name);
			buf_printf(b, ": %s",
					part && s->columns[s->key[i]].type == COL_DECIMAL
							? "\"1\""
							: sample(&s->columns[s->key[i]]));
		}
		buf_puts(b, part ? "}}\n" : "}, \"expect\": {");
	}
}

/* A file that is there stays as it is. */
static int write_new(const char *path, const struct buf *b, struct err *err)
{
	FILE *f = fopen(path, "wxe");
	size_t n = f ? fwrite(b->data, 1, b->len, f) : 0;

	if (f && fclose(f) == 0 && n == b->len)
		return 0;
	return err_set(err, ERR_CONFIG, errno, "%s: expected a file that can be made, found: %s", path,
			strerror(errno));
}

int cli_lua_new(struct cli *cli, const char *path, struct err *err)
{
	const char *table = cli_option(cli, "--table"), *slash = strrchr(path, '/');
	char *cases = script_case_path(path);
	struct schema *s = NULL;
	struct buf script, lines;
	int rc = -1;

	buf_init(&script, 4 << 20);
	buf_init(&lines, 4 << 20);
	if (table == NULL) {
		err_set(err, ERR_CONFIG, 0, "lua new: expected --table DB.TABLE, found none");
	} else if (cli_lua_table(cli, table, &s, err) == 0) {
		put_script(&script, s, slash ? slash + 1 : path);
		put_cases(&lines, s);
		rc = write_new(path, &script, err) || write_new(cases, &lines, err) ? -1 : 0;
	}
	if (rc == 0)
		printf("%s and %s: written. In the configuration:\n\n[table %s.%s]\ntransform = %s\n", path, cases,
				s->db, s->table, path);
	schema_unref(s);
	buf_done(&script);
	buf_done(&lines);
	free(cases);
	return rc ? cli_fail(err) : EXIT_DONE;
}
