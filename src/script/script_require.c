/*
 * script_require.c - require("lib.masks"): lib/masks.lua in the folder of the script, and nothing outside of it: a name is letters, digits and
 * points, and no link is followed on the way. The same for the files of lookup(). Files are read once, while the script is loaded; a state that is made again runs the same
 * texts. What a file returns is read-only then, as all that loading has made.
 */
#include "script/script_part.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/xalloc.h"

enum { MODULE_BYTES_MAX = 1 << 20, NAME_MAX_BYTES = 100 };

struct script_module {
	struct script_module *next;
	char *path, *text;
};

/* "a.b": words of letters, digits and _, with points between them. */
static bool is_name(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++) {
		bool point = name[i] == '.';

		if (!(isalnum((unsigned char)name[i]) || name[i] == '_' || point) ||
				(point && (i == 0 || i + 1 == n || name[i - 1] == '.')))
			return false;
	}
	return n > 0 && n <= NAME_MAX_BYTES;
}

/* "a/b-1.csv": such words, with one / between them, and that end. */
static bool is_path(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	if (n <= m || n > NAME_MAX_BYTES || strcmp(path + n - m, ending) != 0)
		return false;
	for (size_t i = 0; i < n - m; i++) {
		bool slash = path[i] == '/';

		if (!(isalnum((unsigned char)path[i]) || path[i] == '_' || path[i] == '-' || slash) ||
				(slash && (i == 0 || i + 1 == n - m || path[i - 1] == '/')))
			return false;
	}
	return true;
}

/* The file of a path, from the folder on, through folders that are none of them a link. -1: errno. */
static int open_inside(int folder, const char *path)
{
	char part[NAME_MAX_BYTES + 5];
	int fd = folder, next;

	for (;;) {
		size_t n = strcspn(path, "/");
		bool last = path[n] == '\0';

		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		next = openat(fd, part, O_NOFOLLOW | O_CLOEXEC | (last ? O_RDONLY | O_NONBLOCK : O_PATH | O_DIRECTORY));
		if (fd != folder)
			close(fd);
		if (next < 0 || last)
			return next;
		fd = next;
		path += n + 1;
	}
}

/* NULL: why, empty before, says it. */
static char *read_inside(const struct script *s, const char *path, char *why, size_t size)
{
	int fd = open_inside(s->folder, path);
	char *text = xmalloc(MODULE_BYTES_MAX + 2);
	struct stat st;
	size_t len = 0;
	ssize_t n = 0;

	if (fd < 0)
		snprintf(why, size, "%s",
				errno == ELOOP || errno == ENOTDIR ? "a link, or no folder" : strerror(errno));
	else if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		snprintf(why, size, "something that is no file");
	while (*why == '\0' && (n = read(fd, text + len, MODULE_BYTES_MAX + 1 - len)) > 0)
		len += (size_t)n;
	if (n < 0)
		snprintf(why, size, "%s", strerror(errno));
	else if (len > MODULE_BYTES_MAX || memchr(text, '\0', len))
		snprintf(why, size, "no text of at most 1 MB");
	text[len] = '\0';
	if (fd >= 0)
		close(fd);
	if (*why == '\0')
		return text;
	free(text);
	return NULL;
}

static void add_file(struct script *s, const char *path, char *text)
{
	struct script_module *m = xcalloc(1, sizeof(*m));

	*m = (struct script_module){ .next = s->modules, .path = xstrdup(path), .text = text };
	s->modules = m;
}

static const char *file_text(lua_State *L, struct script *s, const char *what, const char *path)
{
	unsigned count = 0;
	char why[200] = "", *text;

	for (struct script_module *m = s->modules; m; m = m->next, count++)
		if (strcmp(m->path, path) == 0)
			return m->text;
	if (s->folder < 0)
		luaL_error(L, "%s: expected a file that is read while a script from a file is loaded, found '%s'%s",
				what, path, s->call ? " in a call; write local x = .. outside the functions" : "");
	if (count == SCRIPT_FILES_MAX)
		luaL_error(L, "%s: expected at most %d files, found one more: '%s'", what, SCRIPT_FILES_MAX, path);
	text = read_inside(s, path, why, sizeof(why));
	if (text == NULL)
		luaL_error(L, "%s: expected file %s in the folder of the script, found: %s", what, path, why);
	add_file(s, path, text);
	return text;
}

const char *script_file_text(lua_State *L, const char *path, const char *ending)
{
	if (!is_path(path, ending) || strlen(path) != lua_rawlen(L, 1))
		luaL_error(L, "expected a file's name of letters, digits, _, - and / that ends in %s, found '%s'",
				ending, path);
	return file_text(L, script_of(L), "lookup", path);
}

/* Upvalue 1: what was loaded, by name; true while it is at it. */
static int require_lua(lua_State *L)
{
	struct script *s = script_of(L);
	const char *name = luaL_checkstring(L, 1), *text;
	struct arena_mark mark;
	const struct code *code;
	char chunk[NAME_MAX_BYTES + 8], path[NAME_MAX_BYTES + 5];

	if (!is_name(name) || strlen(name) != lua_rawlen(L, 1))
		return luaL_error(L, "require: expected a name of letters, digits, _ and points, found '%s'", name);
	lua_settop(L, 1);
	if (lua_getfield(L, lua_upvalueindex(1), name) != LUA_TNIL) {
		if (lua_islightuserdata(L, -1))
			return luaL_error(L,
					"require: expected files that do not require each other in a circle, found '%s' again",
					name);
		return 1;
	}
	snprintf(path, sizeof(path), "%s.lua", name);
	for (size_t i = 0; name[i]; i++)
		path[i] = name[i] == '.' ? '/' : name[i];
	text = file_text(L, s, "require", path);
	lua_pushlightuserdata(L, s);
	lua_setfield(L, lua_upvalueindex(1), name);
	snprintf(chunk, sizeof(chunk), "@%s.lua", name);
	if (luaL_loadbufferx(L, text, strlen(text), chunk, "t") != LUA_OK)
		return lua_error(L);
	mark = arena_mark(&s->out->arena);
	code = script_code(L, &s->out->arena);
	s->keeps |= script_code_keeps(code);
	s->sets |= script_code_sets(code, true);
	s->init_sets |= s->sets;
	arena_rewind(&s->out->arena, mark);
	script_env_push(L);
	lua_setupvalue(L, -2, 1);
	lua_pushvalue(L, 1);
	lua_call(L, 1, 1);
	if (lua_isnil(L, -1)) {
		lua_pop(L, 1);
		lua_pushboolean(L, 1);
	}
	lua_pushvalue(L, -1);
	lua_setfield(L, lua_upvalueindex(1), name);
	return 1;
}

void script_require_open(lua_State *L)
{
	lua_newtable(L);
	lua_pushcclosure(L, require_lua, 1);
	lua_setfield(L, -2, "require");
}

void script_require_folder(struct script *s, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup(".");

	s->folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
}

/* As script_source_at() tells them: the one that was read last is the first. */
void script_require_given(struct script *s, const struct script_file *files, size_t count)
{
	while (count-- > 0)
		add_file(s, files[count].path, xstrdup(files[count].text));
}

bool script_source_at(const struct script *s, size_t i, struct script_source *out)
{
	for (; s && i > 0; i--)
		s = s->next;
	if (s == NULL)
		return false;
	out->name = s->name;
	out->text = s->source;
	out->configured = s->config.items != NULL;
	out->nfiles = 0;
	for (const struct script_module *m = s->modules; m; m = m->next)
		out->files[out->nfiles++] = (struct script_file){ .path = m->path, .text = m->text };
	return true;
}

void script_require_done(struct script *s)
{
	if (s->folder >= 0)
		close(s->folder);
	s->folder = -1;
}

void script_require_digest(const struct script *s, struct digest *d)
{
	for (const struct script_module *m = s->modules; m; m = m->next) {
		digest_add(d, m->path, strlen(m->path) + 1);
		digest_add(d, m->text, strlen(m->text) + 1);
	}
}

void script_require_free(struct script *s)
{
	script_require_done(s);
	while (s->modules) {
		struct script_module *m = s->modules;

		s->modules = m->next;
		free(m->path);
		free(m->text);
		free(m);
	}
}
