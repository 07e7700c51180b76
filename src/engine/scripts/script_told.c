/* script_told.c - see script_told.h. */
#include "engine/scripts/script_told.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "engine/scripts/script_diff.h"
#include "engine/scripts/script_text.h"

const struct table_settings *script_section(const struct settings *s, const char *name, struct err *err)
{
	const struct table_settings *section = NULL;

	for (size_t i = 0; i < s->ntables && section == NULL; i++)
		if (strcmp(s->tables[i].name, name) == 0)
			section = &s->tables[i];
	if (section == NULL)
		section = settings_for_table(s, name);
	if (section && table_has_script(section))
		return section;
	err_set(err, ERR_CONFIG, 0, "table: expected one with filter or transform in its section, found '%.200s'",
			name);
	return NULL;
}

static void put_text(struct buf *b, const char *name, const char *value)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json_str(b, value);
}

static int tell_version(struct buf *b, const struct script_version *v, bool runs, engine_emit *emit, void *arg)
{
	buf_reset(b);
	buf_printf(b, "{\"at\":%lld", (long long)v->at_us);
	put_text(b, "section", v->section);
	put_text(b, "version", v->version);
	put_text(b, "who", v->who);
	put_text(b, "how", v->how);
	put_text(b, "instead", v->instead);
	buf_printf(b, ",\"runs\":%s}", runs ? "true" : "false");
	return emit(arg, b->data, b->len);
}

int script_told_versions(const struct settings *s, const char *table, engine_emit *emit, void *arg, struct err *err)
{
	const struct table_settings *section = table ? script_section(s, table, err) : NULL;
	char running[SCRIPT_VERSION_ROOM];
	struct script_version v;
	struct buf b;
	bool more = true;

	if (table && section == NULL)
		return -1;
	buf_init(&b, 1 << 16);
	for (size_t i = 0; more && script_store_at(s->scripts, section ? section->name : NULL, i, &v); i++) {
		struct script_version newest = { .section = NULL };

		script_store_at(s->scripts, v.section, 0, &newest);
		more = tell_version(&b, &v,
				       newest.at_us == v.at_us && script_store_runs(s->scripts, v.section, running) &&
						       strcmp(running, v.version) == 0,
				       emit, arg) == 0;
		free(newest.section);
		free(v.section);
	}
	buf_done(&b);
	return 0;
}

/* ---- two of them ---- */

static char *text_of(const struct settings *s, const struct table_settings *section, const char *name, struct err *err)
{
	struct script *script;
	struct buf b;
	char *text;

	if (strcmp(name, "files") != 0 && strcmp(name, "running") != 0)
		return script_store_text(s->scripts, name, err);
	if (section == NULL) {
		err_set(err, ERR_CONFIG, 0, "%s: expected table, too, found none", name);
		return NULL;
	}
	script = *name == 'f' ? table_script_open(s, section, err) : script_store_script(s, section, err);
	if (script == NULL)
		return NULL;
	buf_init(&b, 64 << 20);
	script_text_put(&b, script);
	buf_putc(&b, '\0');
	script_close(script);
	text = buf_take(&b);
	return text;
}

enum { PARTS_MAX = 256 };

struct parts {
	char *text;
	struct script_text_part items[PARTS_MAX];
	size_t count;
};

static void split(struct parts *p)
{
	size_t at = 0, len = strlen(p->text);

	while (p->count < PARTS_MAX && script_text_next(p->text, len, &at, &p->items[p->count]))
		p->count++;
}

static const struct script_text_part *part_named(const struct parts *p, const char *name)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->items[i].name, name) == 0)
			return &p->items[i];
	return NULL;
}

struct teller {
	struct buf b;
	const char *file;
	engine_emit *emit;
	void *arg;
};

static int tell_line(void *arg, char mark, const char *line, unsigned len)
{
	struct teller *t = arg;

	buf_reset(&t->b);
	buf_puts(&t->b, "{\"file\":");
	buf_json_str(&t->b, t->file);
	buf_printf(&t->b, ",\"mark\":\"%c\",\"text\":", mark);
	buf_json_string(&t->b, line, len);
	buf_putc(&t->b, '}');
	return t->b.failed || t->emit(t->arg, t->b.data, t->b.len);
}

static void tell_parts(const struct parts *a, const struct parts *b, struct teller *t)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct script_text_part *other = part_named(b, a->items[i].name);

		t->file = a->items[i].name;
		script_diff(a->items[i].text, other ? other->text : "", tell_line, t);
	}
	for (size_t i = 0; i < b->count; i++) {
		t->file = b->items[i].name;
		if (part_named(a, t->file) == NULL)
			script_diff("", b->items[i].text, tell_line, t);
	}
}

int script_told_diff(const struct settings *s, const char *table, const char *a, const char *b, engine_emit *emit,
		void *arg, struct err *err)
{
	const struct table_settings *section = table ? script_section(s, table, err) : NULL;
	struct parts pa = { .count = 0 }, pb = { .count = 0 };
	struct teller t = { .emit = emit, .arg = arg };
	int rc = -1;

	if (table && section == NULL)
		return -1;
	pa.text = text_of(s, section, a, err);
	pb.text = pa.text ? text_of(s, section, b, err) : NULL;
	if (pb.text) {
		split(&pa);
		split(&pb);
		buf_init(&t.b, 8 << 20);
		tell_parts(&pa, &pb, &t);
		buf_done(&t.b);
		rc = 0;
	}
	free(pa.text);
	free(pb.text);
	return rc;
}
