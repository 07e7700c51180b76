/* Themes: the file and the compiled default agree, alternatives, and errors that name the line. */
#include <math.h>

#include "console/canvas/canvas.h"
#include "console/canvas/theme.h"
#include "tests/tap.h"

static int parse(struct theme *t, const char *text, struct err *err)
{
	return theme_parse(t, "x.theme", text, strlen(text), err);
}

static void test_shipped(const char *name)
{
	const char *top = getenv("top_srcdir");
	char dir[1024];
	const char *dirs[] = { dir, NULL };
	struct theme t;
	struct err err;

	snprintf(dir, sizeof(dir), "%s/themes", top ? top : ".");
	err_clear(&err);
	is_int(theme_load(&t, name, dirs, &err), 0, "%s is read (%s)", name, err.msg);
	is_str(t.name, name, "it has its name");
}

/* ---- contrast, as WCAG computes it, of what a terminal of 256 colours shows ---- */

static double channel(int value)
{
	double v = value / 255.0;

	return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(int index)
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	int r, g, b;

	if (index >= 232) {
		r = g = b = 8 + 10 * (index - 232);
	} else {
		r = levels[(index - 16) / 36];
		g = levels[(index - 16) / 6 % 6];
		b = levels[(index - 16) % 6];
	}
	return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
}

/* back, fore: of a terminal as such a theme is for. */
static double contrast(const struct style *s, int fore, int back)
{
	double a = luminance(s->fore.rich == COLOR_DEFAULT ? fore : s->fore.rich),
	       b = luminance(s->back.rich == COLOR_DEFAULT ? back : s->back.rich);

	return (a > b ? a + 0.05 : b + 0.05) / (a > b ? b + 0.05 : a + 0.05);
}

static void test_contrast(const char *name, int fore, int back)
{
	static const char *const overs[] = { "", ", under the cursor" };
	const char *top = getenv("top_srcdir");
	char dir[1024];
	const char *dirs[] = { dir, NULL };
	struct theme t;
	struct err err;

	snprintf(dir, sizeof(dir), "%s/themes", top ? top : ".");
	theme_load(&t, name, dirs, &err);
	for (int role = 0; role < ROLE_COUNT; role++)
		for (int over = OVER_NONE; over <= OVER_CURSOR; over++) {
			struct style s = canvas_style(&t, (enum role)role, (enum overlay)over);

			ok(s.fore.rich == COLOR_DEFAULT || s.fore.rich >= 16,
					"%s: %s is a colour that every terminal shows alike", name,
					theme_role_name((enum role)role));
			ok(contrast(&s, fore, back) >= 4.5, "%s: %s%s: contrast %.2f, at least 4.5", name,
					theme_role_name((enum role)role), overs[over], contrast(&s, fore, back));
		}
}

int main(void)
{
	const char *dirs[] = { "/nonexistent", NULL }, *top = getenv("top_srcdir");
	struct theme t, file;
	struct err err;
	char dir[1024];
	const char *own[] = { dir, NULL };

	snprintf(dir, sizeof(dir), "%s/themes", top ? top : ".");
	theme_default(&t);
	theme_load(&file, "harbor", own, &err);
	ok(memcmp(&t, &file, sizeof(t)) == 0, "themes/harbor.theme is what is compiled in");
	test_shipped("harbor");
	test_shipped("harbor-light");
	test_shipped("mono");
	test_contrast("harbor", 254, 233);
	test_contrast("harbor-light", 16, 231);
	test_contrast("mono", 254, 233);
	test_contrast("mono", 16, 231);
	is_int(theme_load(&t, "harbor", dirs, &err), 0, "without its file harbor still is there");
	is_int(theme_load(&t, "absent", dirs, &err), -1, "another is not");
	is_str(t.name, "harbor", "then the default is used");
	is_int(theme_load(&t, "../etc/passwd", dirs, &err), -1, "a path that does not exist");
	is_int(theme_load(&t, ".hidden", dirs, &err), -1, "a strange name");

	is_int(parse(&t, "title = #ff0000/9/red on default bold underline\n", &err), 0, "a style");
	ok(t.style[ROLE_TITLE].fore.rich == 9 && t.style[ROLE_TITLE].fore.poor == 1,
			"the index wins over the computed one");
	is_int(t.style[ROLE_TITLE].flags, STYLE_BOLD | STYLE_UNDERLINE, "attributes");
	is_int(parse(&t, "# comment\n\n titel = red\n", &err), -1, "an unknown role");
	is_str(err.msg, "x.theme:3: unknown role 'titel'", "is told with its line");
	is_int(parse(&t, "title = blue\ntext = pinkish\n", &err), -1, "an unknown colour");
	is_int(t.style[ROLE_TITLE].fore.poor, 4, "lines before it count");
	is_int(t.style[ROLE_TEXT].fore.poor, COLOR_DEFAULT, "the wrong one does not");
	is_int(parse(&t, "title = red green\n", &err), -1, "two colours without 'on'");
	is_int(parse(&t, "title\n", &err), -1, "no '='");
	is_int(parse(&t, "title = #12345\n", &err), -1, "half a colour");
	is_int(parse(&t, "title = 256\n", &err), -1, "an index that is too large");
	is_int(theme_nearest_256(255, 255, 255), 231, "white is the cube's white");
	is_int(theme_nearest_256(0x8a, 0x8a, 0x8a), 245, "greys are greys");
	is_str(theme_role_name(ROLE_EDGE_HIGH), "edge.high", "roles have names");
	return tap_done();
}
