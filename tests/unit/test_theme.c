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
	for (int role = ROLE_EDGE_IDLE; role <= ROLE_EDGE_HIGH; role++)
		ok(!(t.style[role].flags & STYLE_REVERSE), "%s of %s: a full block in it is seen",
				theme_role_name((enum role)role), name);
}

/* ---- contrast, as WCAG computes it, of what a terminal of 256 colours shows ---- */

static double channel(int value)
{
	double v = value / 255.0;

	return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

/* Linear light of a colour of the palette. */
static void light(int index, double out[3])
{
	static const int levels[] = { 0, 95, 135, 175, 215, 255 };
	const int cube[] = { (index - 16) / 36, (index - 16) / 6 % 6, (index - 16) % 6 };

	for (int i = 0; i < 3; i++)
		out[i] = channel(index >= 232 ? 8 + 10 * (index - 232) : levels[cube[i]]);
}

static double luminance(int index)
{
	double c[3];

	light(index, c);
	return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
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

/* ---- what eyes with two kinds of cones see: the matrices of Machado, Oliveira and Fernandes (2009), whole severity ---- */

static const struct eyes {
	const char *name;
	double see[3][3];
} all_eyes[] = {
	{ "full colour", { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } },
	{ "deuteranopia",
			{ { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 },
					{ -0.011820, 0.042940, 0.968881 } } },
	{ "tritanopia",
			{ { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 },
					{ 0.004733, 0.691367, 0.303900 } } },
};

static double cube_root(double t)
{
	return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static void lab(const double rgb[3], double out[3])
{
	double x = cube_root((0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505),
	       y = cube_root(0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]),
	       z = cube_root((0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089);

	out[0] = 116 * y - 16;
	out[1] = 500 * (x - y);
	out[2] = 200 * (y - z);
}

/* How far two colours are apart for such eyes: CIE76, where 2.3 is just seen side by side. */
static double apart(const struct eyes *eyes, int a, int b)
{
	double seen[2][3], at[2][3], sum = 0;

	for (int k = 0; k < 2; k++) {
		double c[3];

		light(k ? b : a, c);
		for (int i = 0; i < 3; i++) {
			double v = eyes->see[i][0] * c[0] + eyes->see[i][1] * c[1] + eyes->see[i][2] * c[2];

			seen[k][i] = v < 0 ? 0 : v > 1 ? 1 : v;
		}
		lab(seen[k], at[k]);
	}
	for (int i = 0; i < 3; i++)
		sum += (at[0][i] - at[1][i]) * (at[0][i] - at[1][i]);
	return sqrt(sum);
}

/* States, and how full a queue is, are told by words as well; their colours have to help and not to mislead. least: CIE76. */
static void test_apart(const char *name, size_t eyes, double least)
{
	static const enum role sets[][4] = {
		{ ROLE_OK, ROLE_WARN, ROLE_CRIT, ROLE_PAUSED },
		{ ROLE_EDGE_IDLE, ROLE_EDGE_LOW, ROLE_EDGE_HIGH, ROLE_EDGE_HIGH },
	};
	const char *top = getenv("top_srcdir");
	char dir[1024];
	const char *dirs[] = { dir, NULL };
	struct theme t;
	struct err err;

	snprintf(dir, sizeof(dir), "%s/themes", top ? top : ".");
	theme_load(&t, name, dirs, &err);
	for (int set = 0; set < 2; set++)
		for (int i = 0; i < 4; i++)
			for (int k = 0; k < i; k++) {
				const struct style *a = &t.style[sets[set][i]], *b = &t.style[sets[set][k]];
				double d = sets[set][i] == sets[set][k] ? 100
						: a->back.rich != b->back.rich
						? apart(&all_eyes[eyes], a->back.rich, b->back.rich)
						: apart(&all_eyes[eyes], a->fore.rich, b->fore.rich);

				ok(d >= least, "%s, %s: %s and %s are %.0f apart, at least %.0f", name,
						all_eyes[eyes].name, theme_role_name(sets[set][i]),
						theme_role_name(sets[set][k]), d, least);
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
	test_shipped("high-contrast");
	test_shipped("deuteranopia");
	test_shipped("tritanopia");
	test_apart("harbor", 0, 25);
	test_apart("high-contrast", 0, 25);
	test_apart("deuteranopia", 0, 25);
	test_apart("deuteranopia", 1, 25);
	test_apart("tritanopia", 0, 25);
	test_apart("tritanopia", 2, 25);
	test_contrast("harbor", 254, 233);
	test_contrast("harbor-light", 16, 231);
	test_contrast("high-contrast", 231, 16);
	test_contrast("deuteranopia", 254, 233);
	test_contrast("tritanopia", 254, 233);
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
