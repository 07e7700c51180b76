/* script_show.c - see script_show.h. */
#include "engine/control/script_show.h"

#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "engine/scripts/script_store.h"
#include "engine/scripts/script_told.h"

enum { LINE_ROOM = 4 << 20, VERSIONS_SHOWN = 20, FAILURES_SHOWN = 20 };
static const char failures_read[] = "1000000";

struct script_show {
	const struct settings *live;
	const struct table_settings *section;
	struct buf line;
	engine_emit *emit;
	void *arg;
	bool ended; /* who asked wants no more */
};

static void begin(struct script_show *s, const char *kind)
{
	buf_reset(&s->line);
	buf_printf(&s->line, "{\"kind\":\"%s\"", kind);
}

static void put(struct script_show *s, const char *name, const char *value)
{
	buf_printf(&s->line, ",\"%s\":", name);
	if (value)
		buf_json_str(&s->line, value);
	else
		buf_puts(&s->line, "null");
}

static void send(struct script_show *s)
{
	buf_putc(&s->line, '}');
	if (!s->line.failed && !s->ended)
		s->ended = s->emit(s->arg, s->line.data, s->line.len) != 0;
}

/* ---- lines of other requests, with a kind of their own ---- */

struct as_kind {
	struct script_show *show;
	const char *kind;
	int left;
};

static int pass_on(void *arg, const char *line, size_t len)
{
	struct as_kind *a = arg;

	if (len < 2 || line[0] != '{')
		return a->show->emit(a->show->arg, line, 0);
	begin(a->show, a->kind);
	buf_putc(&a->show->line, ',');
	buf_put(&a->show->line, line + 1, len - 2);
	send(a->show);
	return a->show->ended || --a->left <= 0;
}

static int show_versions(struct script_show *s, const char *table, struct err *err)
{
	struct as_kind as = { .show = s, .kind = "version", .left = VERSIONS_SHOWN };

	return script_told_versions(s->live, table, pass_on, &as, err);
}

struct newest { /* lines of which the last ones count */
	char *lines[FAILURES_SHOWN];
	size_t count;
	struct script_show *show;
};

static int keep_newest(void *arg, const char *line, size_t len)
{
	struct newest *n = arg;
	char **place = &n->lines[n->count % FAILURES_SHOWN];

	if (len == 0)
		return n->show->emit(n->show->arg, line, 0);
	free(*place);
	*place = xstrndup(line, len);
	n->count++;
	return 0;
}

static int show_failures(struct engine *e, struct script_show *s, const char *table, struct err *err)
{
	struct as_kind as = { .show = s, .kind = "failure", .left = FAILURES_SHOWN };
	struct newest newest = { .show = s };
	const struct engine_request r = {
		.command = "dead",
		.args = { { .name = "table", .value = table }, { .name = "n", .value = failures_read } },
		.nargs = 2,
	};
	int rc = dead_request(e, &r, keep_newest, &newest, err);

	for (size_t i = newest.count; rc == 0 && i > 0 && i + FAILURES_SHOWN > newest.count; i--)
		pass_on(&as, newest.lines[(i - 1) % FAILURES_SHOWN], strlen(newest.lines[(i - 1) % FAILURES_SHOWN]));
	for (size_t i = 0; i < FAILURES_SHOWN; i++)
		free(newest.lines[i]);
	return rc;
}

/* ---- the scripts and their files ---- */

/* The file of the i-th of the chain; NULL: it is the section's filter. The caller frees. */
static char *path_of(const struct script_show *s, size_t place)
{
	size_t filters = s->section->filter.text != NULL;

	if (place < filters || place - filters >= s->section->transform.count)
		return NULL;
	return table_script_path(s->live, s->section->transform.items[place - filters]);
}

static void show_scripts(struct script_show *s, const struct script *script)
{
	struct script_source source;

	for (size_t i = 0; script_source_at(script, i, &source) && !s->ended; i++) {
		char *path = path_of(s, i);

		begin(s, "script");
		put(s, "section", s->section->name);
		put(s, "name", source.name);
		buf_printf(&s->line, ",\"place\":%zu", i);
		put(s, "path", path);
		send(s);
		free(path);
	}
}

static void show_files(struct script_show *s)
{
	struct err err = { 0 };
	struct script *files = table_script_open(s->live, s->section, &err);
	char version[SCRIPT_VERSION_ROOM] = "";

	if (files)
		script_version(files, version);
	begin(s, "files");
	put(s, "version", files ? version : NULL);
	put(s, "why", files ? "" : err.msg);
	send(s);
	script_close(files);
}

/* ---- lines ---- */

static void show_line(struct script_show *s, const char *name, size_t place, int line, const char *text, size_t len)
{
	begin(s, "line");
	put(s, "name", name);
	buf_printf(&s->line, ",\"place\":%zu,\"line\":%d,\"text\":", place, line);
	buf_json_string(&s->line, text, len);
	send(s);
}

/* A filter is shown as it stands in the configuration, not as the script that is made of it. */
static void show_filter(struct script_show *s, const char *name, size_t place, const char *text)
{
	static const char opens[] = "local pass = (", closes[] = "\n) if pass ==";
	const char *at = strstr(text, opens), *end = at ? strstr(at, closes) : NULL;
	char *line;

	if (end == NULL)
		return;
	at += sizeof(opens) - 1;
	line = xasprintf("filter = %.*s", (int)(end - at), at);
	show_line(s, name, place, (int)strspn(text, "\n") + 1, line, strlen(line));
	free(line);
}

static void show_lines(struct script_show *s, const struct script *script)
{
	struct script_source source;

	for (size_t i = 0; script_source_at(script, i, &source) && !s->ended; i++) {
		int line = 1;

		if (!source.configured) {
			show_filter(s, source.name, i, source.text);
			continue;
		}
		for (const char *p = source.text; *p && !s->ended; line++) {
			size_t len = strcspn(p, "\n");

			show_line(s, source.name, i, line, p, len);
			p += len + (p[len] == '\n');
		}
	}
}

int script_show(struct engine *e, const char *table, engine_emit *emit, void *arg, struct err *err)
{
	const struct settings *live = atomic_load(&e->shared.live);
	struct script_show s = { .live = live, .emit = emit, .arg = arg };
	struct script *script = NULL;
	int rc = -1;

	s.section = script_section(live, table, err);
	if (s.section)
		script = script_store_script(live, s.section, err);
	if (script == NULL)
		return -1;
	buf_init(&s.line, LINE_ROOM);
	show_scripts(&s, script);
	show_files(&s);
	if (show_versions(&s, table, err) == 0 && (s.ended || show_failures(e, &s, table, err) == 0)) {
		show_lines(&s, script);
		rc = 0;
	}
	buf_done(&s.line);
	script_close(script);
	return rc;
}
