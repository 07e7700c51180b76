/*
 * script_open.c - loads a script: its text from a file or from a configuration, the sandbox around it, what it has to define, and the
 * end of it. The state is made again from the same text when a row has spoilt it (script.c).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/digest.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "script/script_part.h"
#include "script/script_state.h"

#define SCRIPT_MAX (1 << 20) /* bytes of source */

static void require_function(lua_State *L, int env, const char *name, bool needed)
{
	lua_pushstring(L, name);
	lua_rawget(L, env);
	if (!lua_isfunction(L, -1) && (needed || !lua_isnil(L, -1)))
		luaL_error(L, "expected function %s(row, event), found %s", name,
				lua_isnil(L, -1) ? "none" : luaL_typename(L, -1));
}

/* init(config): what the configuration says to the script, script.KEY without its first part. */
static void call_init(lua_State *L, struct script *s)
{
	static const char prefix[] = "script.";

	require_function(L, 1, "init", false);
	s->has_init = !lua_isnil(L, -1);
	lua_newtable(L);
	for (size_t i = 0; i < s->config.count; i++) {
		lua_pushstring(L, s->config.items[i].value);
		lua_setfield(L, -2, s->config.items[i].key + sizeof(prefix) - 1);
	}
	if (s->has_init)
		lua_call(L, 1, 0);
	lua_settop(L, 1);
}

/* Everything that can fail in Lua while a script is loaded. */
static int load_script(lua_State *L)
{
	struct script *s = script_of(L);
	struct arena_mark mark;
	struct code *code;
	char chunk[256];

	lua_settop(L, 0);
	texts_open(L, &s->texts);
	script_sandbox_globals(L);
	script_helpers_open(L);
	script_json_open(L);
	script_json_pick_open(L);
	script_decimal_open(L);
	script_time_open(L);
	script_row_open(L);
	script_route_open(L);
	script_label_open(L);
	script_require_open(L);
	script_lookup_open(L);
	script_counter_open(L);
	script_query_open(L);
	script_keep_open(L);
	script_strict(L, 1);
	snprintf(chunk, sizeof(chunk), "@%s", s->name);
	if (luaL_loadbufferx(L, s->source, strlen(s->source), chunk, "t") != LUA_OK)
		return lua_error(L);
	mark = arena_mark(&s->out->arena);
	code = script_code(L, &s->out->arena);
	s->keeps = script_code_keeps(code);
	s->sets = script_code_sets(code, false);
	s->init_sets = script_code_sets(code, true);
	s->uses_state = script_code_reads(code, "state");
	arena_rewind(&s->out->arena, mark);
	lua_pushvalue(L, 1);
	lua_setupvalue(L, -2, 1); /* _ENV */
	lua_call(L, 0, 0);
	call_init(L, s);
	lua_pushliteral(L, "fields");
	lua_rawget(L, 1);
	script_fields_read(L, 2);
	require_function(L, 1, "transform", true);
	require_function(L, 1, "delete", false);
	s->has_delete = !lua_isnil(L, -1);
	script_declared_read(L, 1);
	script_route_read(L, 1);
	script_columns_read(L, 1);
	s->is_short = script_is_short(L, 1);
	script_sandbox_freeze(L, 1);
	s->decimals.on = s->times.on = !s->keeps && !(s->is_short ? s->sets : s->init_sets);
	s->row = script_row_push(L);
	script_event_push(L);
	lua_pushcclosure(L, script_run_changes, 4);
	return 1;
}

int script_open_state(struct script *s, struct err *err)
{
	char why[SCRIPT_FAILURE_MAX];
	int status;

	s->memory = s->row_bytes = 0;
	s->text_functions_known = false;
	s->time_parts = s->event_parts = (struct keys){ .count = 0 };
	s->large = s->keeps = s->is_short = false;
	s->batch_us = clock_mono_us();
	s->L = script_sandbox_new(s);
	if (s->L == NULL || !lua_checkstack(s->L, 20))
		return err_set(err, ERR_CONFIG, 0,
				"%s: expected a memory limit that Lua can start with, found %lld bytes", s->name,
				(long long)s->limits.memory_bytes);
	script_budget_batch(s);
	script_budget_arm(s);
	lua_pushcfunction(s->L, load_script);
	status = lua_pcall(s->L, 0, 1, 0);
	s->large = s->large_now;
	s->loaded = s->memory;
	if (status == LUA_OK)
		return 0;
	script_failure_text(s, status, why);
	return err_set(err, ERR_CONFIG, 0, "%s", why);
}

static void keep_config(struct script *s, const struct conf_pairs *config)
{
	s->config.items = xcalloc(config->count + 1, sizeof(*s->config.items));
	for (; s->config.count < config->count; s->config.count++)
		s->config.items[s->config.count] = (struct conf_pair){
			.key = xstrdup(config->items[s->config.count].key),
			.value = xstrdup(config->items[s->config.count].value)
		};
}

static void free_config(struct script *s)
{
	for (size_t i = 0; i < s->config.count; i++) {
		free(s->config.items[i].key);
		explicit_bzero(s->config.items[i].value, strlen(s->config.items[i].value));
		free(s->config.items[i].value);
	}
	free(s->config.items);
}

static void hex_version(struct digest *d, char out[static SCRIPT_VERSION_ROOM])
{
	unsigned char bytes[DIGEST_MAX];
	char hex[2 * DIGEST_MAX];

	num_hex(hex, bytes, digest_end(d, bytes));
	snprintf(out, SCRIPT_VERSION_ROOM, "%.*s", SCRIPT_VERSION_ROOM - 1, hex);
}

static void name_version(struct script *s)
{
	struct digest d;

	digest_init(&d, digest_kind_named("SHA-256"));
	digest_add(&d, s->source, strlen(s->source) + 1);
	script_require_digest(s, &d);
	for (size_t i = 0; i < s->config.count; i++) {
		digest_add(&d, s->config.items[i].key, strlen(s->config.items[i].key) + 1);
		digest_add(&d, s->config.items[i].value, strlen(s->config.items[i].value) + 1);
	}
	hex_version(&d, s->version);
}

void script_version(const struct script *s, char out[static SCRIPT_VERSION_ROOM])
{
	struct digest d;

	memcpy(out, s->version, SCRIPT_VERSION_ROOM);
	if (s->next == NULL)
		return;
	digest_init(&d, digest_kind_named("SHA-256"));
	for (; s; s = s->next)
		digest_add(&d, s->version, SCRIPT_VERSION_ROOM);
	hex_version(&d, out);
}

static struct script *open_text(const struct script_origin *from, const char *text, const struct script_limits *limits,
		struct err *err)
{
	struct script *s = xcalloc(1, sizeof(*s));
	const char *slash = strrchr(from->path, '/');
	struct batch *scratch; /* for the texts of errors, and json.decode while the script is loaded */
	int rc;

	s->name = xasprintf("%.100s", slash ? slash + 1 : from->path);
	s->limits = *limits;
	s->folder = -1;
	if (from->text == NULL)
		script_require_folder(s, from->path);
	else
		script_require_given(s, from->files, from->nfiles < SCRIPT_FILES_MAX ? from->nfiles : SCRIPT_FILES_MAX);
	if (from->config)
		keep_config(s, from->config);
	scratch = s->out = batch_new();
	s->source = xstrdup(text);
	rc = script_open_state(s, err);
	s->out = NULL;
	batch_free(scratch);
	script_require_done(s);
	name_version(s);
	s->dead_at = xasprintf("script %s %s", s->name, s->version);
	if (rc == 0)
		return s;
	script_close(s);
	return NULL;
}

struct script *script_open_from(const struct script_origin *from, const struct script_limits *limits, struct err *err)
{
	FILE *f = from->text ? NULL : fopen(from->path, "re");
	char *text;
	struct script *s = NULL;
	size_t len = 0;

	if (from->text)
		return open_text(from, from->text, limits, err);
	text = xmalloc(SCRIPT_MAX + 1);
	if (f)
		len = fread(text, 1, SCRIPT_MAX + 1, f);
	if (f == NULL || ferror(f)) {
		err_set(err, ERR_CONFIG, errno, "%s: expected a readable script, found: %s", from->path,
				strerror(errno));
	} else if (len > SCRIPT_MAX || memchr(text, '\0', len)) {
		err_set(err, ERR_CONFIG, 0, "%s: expected Lua source of at most 1 MB, found %s", from->path,
				len > SCRIPT_MAX ? "more" : "a NUL byte");
	} else {
		text[len] = '\0';
		s = open_text(from, text, limits, err);
	}
	if (f)
		fclose(f);
	free(text);
	return s;
}

struct script *script_open(const char *path, const struct script_limits *limits, struct err *err)
{
	return script_open_from(&(struct script_origin){ .path = path }, limits, err);
}

struct script *script_open_text(const char *name, const char *text, const struct script_limits *limits, struct err *err)
{
	return script_open_from(&(struct script_origin){ .path = name, .text = text }, limits, err);
}

bool script_has_init(const struct script *s)
{
	while (s && !s->has_init)
		s = s->next;
	return s != NULL;
}

void script_close_one(struct script *s)
{
	script_close_state(s);
	script_lines_free(s);
	script_fields_free(s);
	script_declared_free(s);
	script_route_free(s);
	script_columns_free(s);
	script_require_free(s);
	script_query_free(s);
	free_config(s);
	script_state_close(s->own_state);
	free(s->taken);
	free(s->source);
	free(s->name);
	free(s->dead_at);
	free(s);
}

const char *script_library(void)
{
	return LUA_RELEASE;
}
