/* script_eval.c - see script_eval.h: the text becomes a script that puts its value into a column of its own, and that is tried as any other. */
#include "engine/control/script_eval.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/base/row_mask.h"
#include "engine/control/script_trial.h"
#include "engine/scripts/script_store.h"

#define COLUMN "lua_result"

enum { TEXT_MAX = 64 << 10 };

/* Behind what was asked for, so that its lines begin with 1. */
static const char rest[] =
		"local show\n"
		"local function list(v)\n"
		"  local parts = {}\n"
		"  for name, value in pairs(v) do parts[#parts + 1] = tostring(name) .. ' = ' .. show(value) end\n"
		"  return '{ ' .. table.concat(parts, ', ') .. ' }'\n"
		"end\n"
		"function show(v)\n"
		"  if v == nil then return 'nil' end\n"
		"  if type(v) == 'string' then return '\"' .. v .. '\"' end\n"
		"  if type(v) == 'table' then return list(v) end\n"
		"  local listed, text = pcall(list, v)\n"
		"  return listed and text or tostring(v)\n"
		"end\n"
		"fields = { " COLUMN " = 'text' }\n"
		"function transform(row, event)\n"
		"  local text = show(eval(row, event))\n"
		"  row." COLUMN " = text\n"
		"  return row\n"
		"end\n"
		"function delete(row, event) return keep(transform(row, event)) end\n";

static struct script *open_as(const char *before, const char *text, const struct settings *s, struct err *err)
{
	char *whole = xasprintf("local function eval(row, event) %s%s\nend\n%s", before, text, rest);
	struct script *script = script_open_text("repl", whole, &s->script, err);

	free(whole);
	return script;
}

static struct script *open_text(const char *text, const struct settings *s, struct err *err)
{
	struct err none = { 0 };
	struct script *script = open_as("return ", text, s, &none);

	return script ? script : open_as("", text, s, err);
}

/* ---- the answer ---- */

struct eval_answer {
	engine_emit *emit;
	void *arg;
	bool told;
};

static int send(struct eval_answer *a, json_t *o)
{
	char *line = o ? json_dumps(o, JSON_COMPACT) : NULL;
	int rc = line ? a->emit(a->arg, line, strlen(line)) : 0;

	a->told = true;
	free(line);
	json_decref(o);
	return rc;
}

/* A line of script_trial.h. */
static int take_line(void *arg, const char *line, size_t len)
{
	struct eval_answer *a = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL, *out = NULL;
	const char *kind = json_string_value(json_object_get(o, "kind"));
	int rc;

	if (kind && strcmp(kind, "changed") == 0)
		out = json_pack("{ss,sO*,sO*,sO*,sO*}", "kind", "value", "partition", json_object_get(o, "partition"),
				"offset", json_object_get(o, "offset"), "key", json_object_get(o, "key"), "value",
				json_object_get(json_object_get(o, "after"), COLUMN));
	else if (kind && strcmp(kind, "dead") == 0)
		out = json_pack("{ss,sO*,sO*}", "kind", "error", "reason", json_object_get(o, "reason"), "rows",
				json_object_get(o, "rows"));
	rc = out ? send(a, out) : len ? 0 : a->emit(a->arg, "", 0);
	json_decref(o);
	return rc;
}

/* What runs, with the files that it requires. A script that cannot be read masks. */
static bool running_masks(const struct settings *s, const char *table)
{
	const struct table_settings *section = settings_for_table(s, table);
	struct err none = { 0 };
	struct script *script;
	bool hides;

	if (section == NULL || !table_has_script(section))
		return false;
	script = script_store_script(s, section, &none);
	hides = script == NULL || row_mask_script(script);
	script_close(script);
	return hides;
}

static bool masks(const struct settings *s, const char *table)
{
	const char *dot = strchr(table, '.');
	char *db = dot ? xstrndup(table, (size_t)(dot - table)) : NULL;
	struct row_mask mask;
	bool hides;

	row_mask_init(&mask, s);
	hides = dot && row_mask_table(&mask, db, dot + 1);
	row_mask_done(&mask);
	free(db);
	return hides || running_masks(s, table);
}

int script_eval(struct log *log, const struct settings *s, const struct eval_wish *w, engine_emit *emit, void *arg,
		struct err *err)
{
	struct eval_answer a = { .emit = emit, .arg = arg };
	struct trial_wish wish = { .table = w->table, .script = "repl", .count = w->count, .unmasked = true };

	if (w->count < 1 || w->count > EVAL_ROWS_MOST)
		return err_set(err, ERR_CONFIG, 0, "n: expected 1 to %d rows, found %lld", EVAL_ROWS_MOST,
				(long long)w->count);
	if (strlen(w->text) > TEXT_MAX)
		return err_set(err, ERR_CONFIG, 0, "text: expected at most %d bytes, found more", TEXT_MAX);
	if (!w->unmasked && masks(s, w->table))
		return err_set(err, ERR_CONFIG, 0,
				"%.200s: its script masks, and an expression sees rows as they are: it is evaluated with unmasked only",
				w->table);
	wish.with[0] = open_text(w->text, s, err);
	if (wish.with[0] == NULL || script_trial(log, s, &wish, take_line, &a, err))
		return -1;
	return a.told ? 0 : err_set(err, ERR_CONFIG, 0, "%.200s: expected rows of it in the log, found none", w->table);
}
