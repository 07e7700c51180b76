/*
 * theme.c - reads themes/NAME.theme. A line is `role = color [on color] {attribute}`, a colour is a list of
 * alternatives, `#8a8f98/246/white`: true colour, palette index, one of the eight names. A bad line is told with its
 * number and leaves the role as it was, so that a typing error never makes the screen unreadable.
 */
#include "console/canvas/theme.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define THEME_MAX_BYTES (64 * 1024)
#define THEME_MAX_LINE 256

struct theme_reading {
	struct theme *theme;
	const char *file;
	int line;
	struct err *err;
	bool failed;
};

#define THEME_NAME(id, name) name,
static const char *const role_names[ROLE_COUNT] = { THEME_ROLES(THEME_NAME) };
#undef THEME_NAME

static const char *const color_names[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };

static const struct {
	const char *name;
	unsigned flag;
} attributes[] = {
	{ "bold", STYLE_BOLD },
	{ "dim", STYLE_DIM },
	{ "italic", STYLE_ITALIC },
	{ "underline", STYLE_UNDERLINE },
	{ "reverse", STYLE_REVERSE },
};

static void complain(struct theme_reading *r, const char *what, const char *word)
{
	if (!r->failed)
		err_set(r->err, ERR_CONFIG, 0, "%s:%d: %s '%s'", r->file, r->line, what, word);
	r->failed = true;
}

static int cube_level(int value)
{
	return value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40;
}

static int distance(int r1, int g1, int b1, int r2, int g2, int b2)
{
	return (r1 - r2) * (r1 - r2) + (g1 - g2) * (g1 - g2) + (b1 - b2) * (b1 - b2);
}

int theme_nearest_256(int red, int green, int blue)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int r = cube_level(red), g = cube_level(green), b = cube_level(blue);
	int step = ((red + green + blue) / 3 - 3) / 10, grey;

	step = step < 0 ? 0 : step > 23 ? 23 : step;
	grey = 8 + 10 * step;
	if (distance(grey, grey, grey, red, green, blue) < distance(levels[r], levels[g], levels[b], red, green, blue))
		return 232 + step;
	return 16 + 36 * r + 6 * g + b;
}

static bool color_by_name(const char *word, int16_t *out)
{
	bool bright = strncmp(word, "bright-", 7) == 0;

	for (int i = 0; i < 8; i++) {
		if (strcmp(word + (bright ? 7 : 0), color_names[i]) == 0) {
			*out = (int16_t)(i + (bright ? 8 : 0));
			return true;
		}
	}
	return false;
}

/* One alternative of a colour; each sets what it can say. */
static bool color_alternative(const char *word, struct color *out)
{
	unsigned rgb;
	char *end;
	long index;
	int16_t named;

	if (strcmp(word, "default") == 0) {
		*out = (struct color){ COLOR_DEFAULT, COLOR_DEFAULT };
		return true;
	}
	if (word[0] == '#') {
		if (strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
			return false;
		rgb = (unsigned)strtoul(word + 1, NULL, 16);
		out->rich = (int16_t)theme_nearest_256((int)(rgb >> 16), (int)(rgb >> 8 & 255), (int)(rgb & 255));
		return true;
	}
	if (color_by_name(word, &named)) {
		out->poor = named;
		if (out->rich == COLOR_DEFAULT)
			out->rich = named;
		return true;
	}
	index = strtol(word, &end, 10);
	if (!isdigit((unsigned char)word[0]) || *end || index > 255)
		return false;
	out->rich = (int16_t)index;
	return true;
}

static bool color_parse(char *word, struct color *out)
{
	char *save, *part;

	*out = (struct color){ COLOR_DEFAULT, COLOR_DEFAULT };
	for (part = strtok_r(word, "/", &save); part; part = strtok_r(NULL, "/", &save))
		if (!color_alternative(part, out))
			return false;
	return true;
}

static unsigned attribute_flag(const char *word)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
		if (strcmp(word, attributes[i].name) == 0)
			return attributes[i].flag;
	return 0;
}

static void read_style(struct theme_reading *r, struct style *style, char *text)
{
	struct style made = { { COLOR_DEFAULT, COLOR_DEFAULT }, { COLOR_DEFAULT, COLOR_DEFAULT }, 0 };
	struct color *next = &made.fore;
	char *save, *word;

	for (word = strtok_r(text, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		unsigned flag = attribute_flag(word);
		char shown[64];

		snprintf(shown, sizeof(shown), "%s", word);
		if (flag) {
			made.flags |= flag;
		} else if (strcmp(word, "on") == 0) {
			next = &made.back;
		} else if (next == NULL || !color_parse(word, next)) {
			complain(r, "expected a colour, 'on' or an attribute, found", shown);
			return;
		} else {
			next = NULL;
		}
	}
	*style = made;
}

static void read_setting(struct theme_reading *r, const char *key, char *value)
{
	if (strcmp(key, "name") == 0) {
		snprintf(r->theme->name, sizeof(r->theme->name), "%s", value);
	} else if (strcmp(key, "charset") == 0) {
		static const char *const words[] = { "auto", "utf8", "ascii" };

		for (unsigned i = 0; i < 3; i++) {
			if (strcmp(value, words[i]) == 0) {
				r->theme->charset = (enum theme_charset)i;
				return;
			}
		}
		complain(r, "expected auto, utf8 or ascii, found", value);
	} else {
		for (int i = 0; i < ROLE_COUNT; i++) {
			if (strcmp(key, role_names[i]) == 0) {
				read_style(r, &r->theme->style[i], value);
				return;
			}
		}
		complain(r, "unknown role", key);
	}
}

static char *trim(char *text)
{
	char *end;

	text += strspn(text, " \t\r");
	end = text + strlen(text);
	while (end > text && strchr(" \t\r", end[-1]))
		end--;
	*end = '\0';
	return text;
}

static void read_line(struct theme_reading *r, char *line)
{
	char *text = trim(line), *equals;

	if (*text == '\0' || *text == '#')
		return;
	equals = strchr(text, '=');
	if (equals == NULL) {
		complain(r, "expected 'role = style', found", text);
		return;
	}
	*equals = '\0';
	read_setting(r, trim(text), trim(equals + 1));
}

int theme_parse(struct theme *t, const char *file, const char *text, size_t len, struct err *err)
{
	struct theme_reading r = { .theme = t, .file = file, .err = err };

	for (size_t at = 0; at < len;) {
		const char *newline = memchr(text + at, '\n', len - at);
		size_t n = newline ? (size_t)(newline - text) - at : len - at;
		char line[THEME_MAX_LINE];

		r.line++;
		if (n >= sizeof(line) || memchr(text + at, '\0', n)) {
			complain(&r, "a line is too long or not text", "");
		} else {
			memcpy(line, text + at, n);
			line[n] = '\0';
			read_line(&r, line);
		}
		at += n + 1;
	}
	return r.failed ? -1 : 0;
}

void theme_default(struct theme *t)
{
	struct err err;
	const char *text = theme_default_text();

	memset(t, 0, sizeof(*t));
	theme_parse(t, "harbor", text, strlen(text), &err);
}

static int theme_read_file(struct theme *t, const char *path, struct err *err)
{
	FILE *f = fopen(path, "re");
	char *text;
	size_t len;
	int result;

	if (f == NULL)
		return err_set(err, ERR_CONFIG, errno, "theme %s: %s", path, strerror(errno));
	text = malloc(THEME_MAX_BYTES + 1);
	len = text ? fread(text, 1, THEME_MAX_BYTES + 1, f) : 0;
	fclose(f);
	if (text == NULL || len > THEME_MAX_BYTES)
		result = err_set(err, ERR_CONFIG, 0, "theme %s: expected at most %d bytes", path, THEME_MAX_BYTES);
	else
		result = theme_parse(t, path, text, len, err);
	free(text);
	return result;
}

int theme_load(struct theme *t, const char *name, const char *const *dirs, struct err *err)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	char path[1024];

	theme_default(t);
	if (strchr(name, '/'))
		return theme_read_file(t, name, err);
	if (name[strspn(name, good)] || name[0] == '.')
		return err_set(err, ERR_CONFIG, 0, "theme '%s': expected a name of letters, digits, '.', '_' and '-'",
				name);
	for (; *dirs; dirs++) {
		snprintf(path, sizeof(path), "%s/%s.theme", *dirs, name);
		err_clear(err); /* a folder without it is no failure when a later one has it */
		if (theme_read_file(t, path, err) == 0)
			return 0;
		if (err->code != ENOENT)
			return -1;
	}
	err_clear(err);
	if (strcmp(name, t->name) == 0)
		return 0;
	return err_set(err, ERR_CONFIG, 0, "theme '%s': no such file in the theme folders; using %s", name, t->name);
}

const char *theme_role_name(enum role role)
{
	return role_names[role];
}
