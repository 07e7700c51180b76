/* mysql_default_time.c - see mysql_default_time.h. A literal that is not read to its end is not known: false. */
#include "source/catalog/mysql_default_time.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/num/num.h"

enum { TEXT_MAX = 64, YEAR_OF_2000 = 70 };

#define DAY_US INT64_C(86400000000)

struct default_moment {
	int64_t year, month, day, hour, minute, second, micros;
	bool clock; /* there is more than the date */
};

static int year_of_two(int64_t year)
{
	return (int)(year + (year < YEAR_OF_2000 ? 2000 : 1900));
}

static size_t digits_of(const char *p)
{
	return strspn(p, "0123456789");
}

static int64_t take_number(const char **p, size_t most)
{
	int64_t v = 0;

	for (; most > 0 && isdigit((unsigned char)**p); most--)
		v = v * 10 + (*(*p)++ - '0');
	return v;
}

/* The seventh digit rounds; what lies beyond does not matter. */
static int64_t take_fraction(const char **p)
{
	int64_t v = 0;
	unsigned n = 0;

	if (**p != '.')
		return 0;
	for ((*p)++; isdigit((unsigned char)**p); (*p)++, n++) {
		if (n < 6)
			v = v * 10 + (**p - '0');
		else if (n == 6 && **p >= '5')
			v++;
	}
	for (; n < 6; n++)
		v *= 10;
	return v;
}

static bool at_end(const char *p)
{
	return p[strspn(p, " ")] == '\0';
}

/* 20180102, 180102, 20180102030405, 180102030405; small numbers lack the zeros in front. */
static bool moment_of_digits(int64_t v, size_t digits, struct default_moment *m)
{
	int64_t clock = digits > 8 ? v % 1000000 : 0, date = digits > 8 ? v / 1000000 : v;

	*m = (struct default_moment){ date / 10000, date / 100 % 100, date % 100, clock / 10000, clock / 100 % 100,
		clock % 100, 0, digits > 8 };
	if (digits <= 6 || (digits > 8 && digits <= 12))
		m->year = v ? year_of_two(m->year) : 0;
	return digits <= 14;
}

static bool is_zone(const char *p)
{
	return (*p == '+' || *p == '-') && digits_of(p + 1) == 2 && p[3] == ':';
}

/* The clock after a date: T, blanks or punctuation, hour, minute and second, each of them optional. */
static bool take_clock(const char *p, struct default_moment *m)
{
	int64_t *parts[] = { &m->hour, &m->minute, &m->second };

	m->clock = *p == 'T' || *p == ' ';
	for (size_t i = 0; i < 3 && !at_end(p); i++) {
		if (i == 0)
			p += strspn(p, *p == 'T' ? "T" : " ");
		if (is_zone(p))
			return false; /* the server converts it to the session's time zone */
		if (ispunct((unsigned char)*p))
			p++;
		if (digits_of(p) == 0)
			return false;
		*parts[i] = take_number(&p, 2);
	}
	m->micros = take_fraction(&p);
	return at_end(p);
}

static bool moment_of_text(const char *p, struct default_moment *m)
{
	size_t n;

	*m = (struct default_moment){ 0 };
	p += strspn(p, " ");
	n = digits_of(p);
	if (n == 6 || n == 8 || n == 12 || n == 14) {
		if (!moment_of_digits(take_number(&p, n), n, m))
			return false;
		m->micros = n > 8 ? take_fraction(&p) : 0;
		return at_end(p);
	}
	if (n == 0 || n > 4)
		return false;
	m->year = take_number(&p, 4);
	if (n <= 2)
		m->year = year_of_two(m->year);
	if (!ispunct((unsigned char)*p) || digits_of(++p) == 0)
		return false;
	m->month = take_number(&p, 2);
	if (!ispunct((unsigned char)*p) || digits_of(++p) == 0)
		return false;
	m->day = take_number(&p, 2);
	if (m->year == year_of_two(0) && n <= 2 && m->month == 0 && m->day == 0)
		m->year = 0;
	return take_clock(p, m);
}

static bool default_moment_take(const char *text, const struct ddl_default *d, struct default_moment *m)
{
	const char *p = text;
	size_t n = digits_of(text);

	if (d->form == DEFAULT_FORM_BITS)
		return false;
	if (d->form != DEFAULT_FORM_NUMBER)
		return moment_of_text(text, m) && m->month <= 12 && m->day <= 31 && m->hour < 24 && m->minute < 60 &&
				m->second < 60;
	while (n > 1 && *p == '0')
		p++, n--;
	if (n == 0 || n > 14 || !moment_of_digits(take_number(&p, n), n, m))
		return false;
	m->micros = n > 8 ? take_fraction(&p) : 0;
	return *p == '\0' || *p == '.';
}

static int64_t unit_of(unsigned digits)
{
	int64_t unit = 1;

	for (; digits < 6; digits++)
		unit *= 10;
	return unit;
}

static int64_t rounded(int64_t micros, unsigned digits, bool cuts)
{
	int64_t unit = unit_of(digits);

	return (micros + (cuts ? 0 : unit / 2)) / unit * unit;
}

/* Rounding may reach the next day; dates that no calendar has cannot move. */
static bool moment_round(struct default_moment *m, unsigned digits, bool cuts)
{
	int64_t of_day = ((m->hour * 60 + m->minute) * 60 + m->second) * 1000000 + m->micros;
	int year, month, day;

	of_day = rounded(of_day, digits, cuts);
	if (of_day >= DAY_US) {
		if (m->month == 0 || m->day == 0)
			return false;
		num_civil(num_days((int)m->year, (int)m->month, (int)m->day) + 1, &year, &month, &day);
		*m = (struct default_moment){ year, month, day, 0, 0, 0, 0, true };
		of_day -= DAY_US;
	}
	m->hour = of_day / 3600000000;
	m->minute = of_day / 60000000 % 60;
	m->second = of_day / 1000000 % 60;
	m->micros = of_day % 1000000;
	return true;
}

static void put_fraction(char *out, int64_t micros, unsigned digits)
{
	*out = '.';
	if (digits)
		num_pad(out + 1, (uint64_t)(micros / unit_of(digits)), (int)digits);
	out[digits ? digits + 1 : 0] = '\0';
}

/* The text as it was written where it is MySQL's own, with no more than the column's digits. */
static bool keep_or_set(struct arena *a, struct column *c, const char *text)
{
	size_t n = strlen(c->default_text), point = strcspn(text, ".");

	if (strncmp(c->default_text, text, n) == 0 && (n == point || n > point + 1))
		return true;
	c->default_text = arena_dup(a, text, strlen(text));
	return true;
}

bool default_settle_date(struct arena *a, struct column *c, const struct ddl_default *d)
{
	char text[TEXT_MAX];
	struct default_moment m;

	if (!default_moment_take(c->default_text, d, &m) || !moment_round(&m, 6, true))
		return false;
	snprintf(text, sizeof(text), "%04lld-%02lld-%02lld", (long long)m.year, (long long)m.month, (long long)m.day);
	return keep_or_set(a, c, text);
}

bool default_settle_datetime(struct arena *a, struct column *c, const struct ddl_default *d)
{
	char text[TEXT_MAX];
	struct default_moment m;
	int n;

	if (!default_moment_take(c->default_text, d, &m) || !moment_round(&m, c->scale, d->cuts_fraction))
		return false;
	n = snprintf(text, sizeof(text), "%04lld-%02lld-%02lld %02lld:%02lld:%02lld", (long long)m.year,
			(long long)m.month, (long long)m.day, (long long)m.hour, (long long)m.minute,
			(long long)m.second);
	put_fraction(text + n, m.micros, c->scale);
	return keep_or_set(a, c, text);
}

/* ---- times ---- */

/* 102030, 30, and the time of 20240102030405. */
static bool time_of_digits(const char **p, size_t n, int64_t *seconds)
{
	struct default_moment m;
	int64_t v = take_number(p, n);

	if (n > 7) {
		if (n < 12 || !moment_of_digits(v, n, &m))
			return false;
		*seconds = (m.hour * 60 + m.minute) * 60 + m.second;
		return true;
	}
	if (v / 100 % 100 > 59 || v % 100 > 59)
		return false;
	*seconds = (v / 10000 * 60 + v / 100 % 100) * 60 + v % 100;
	return true;
}

/* [days ]hours[:minutes[:seconds]] */
static bool time_of_parts(const char **p, int64_t *seconds)
{
	int64_t hours = 0, minutes = 0, rest = 0, days = 0;
	const char *start = *p;

	hours = take_number(p, 4);
	if (**p == ' ' && digits_of(*p + strspn(*p, " ")) > 0) {
		*p += strspn(*p, " ");
		days = hours;
		hours = take_number(p, 2);
	} else if (**p != ':') {
		*p = start;
		return time_of_digits(p, digits_of(start), seconds);
	}
	if (**p == ':' && digits_of(++*p) > 0)
		minutes = take_number(p, 2);
	if (**p == ':' && digits_of(++*p) > 0)
		rest = take_number(p, 2);
	if (minutes > 59 || rest > 59)
		return false;
	*seconds = ((days * 24 + hours) * 60 + minutes) * 60 + rest;
	return true;
}

static bool time_take(const char *text, const struct ddl_default *d, int64_t *micros)
{
	const char *p = text + strspn(text, " ");
	int64_t seconds = 0, fraction;
	bool negative = *p == '-';
	struct default_moment m;

	if (d->form == DEFAULT_FORM_BITS)
		return false;
	if (strlen(p) >= 12 && moment_of_text(p, &m) && m.clock && m.hour < 24 && m.minute < 60 && m.second < 60) {
		*micros = ((m.hour * 60 + m.minute) * 60 + m.second) * 1000000 + m.micros;
		return true;
	}
	p += *p == '-' || *p == '+';
	if (digits_of(p) == 0 || !time_of_parts(&p, &seconds))
		return false;
	fraction = take_fraction(&p);
	*micros = seconds * 1000000 + fraction;
	if (negative)
		*micros = -*micros;
	return at_end(p);
}

bool default_settle_time(struct arena *a, struct column *c, const struct ddl_default *d)
{
	char text[TEXT_MAX];
	int64_t micros, all;
	bool negative;
	int n;

	if (!time_take(c->default_text, d, &micros))
		return false;
	negative = micros < 0;
	micros = rounded(negative ? -micros : micros, c->scale, d->cuts_fraction);
	all = micros / 1000000;
	n = snprintf(text, sizeof(text), "%s%02lld:%02lld:%02lld", negative && micros ? "-" : "",
			(long long)(all / 3600), (long long)(all / 60 % 60), (long long)(all % 60));
	put_fraction(text + n, micros % 1000000, c->scale);
	return keep_or_set(a, c, text);
}

/* The number 0 is 0000, the string '0' is 2000. */
bool default_settle_year(struct arena *a, struct column *c, const struct ddl_default *d)
{
	const char *p = c->default_text + strspn(c->default_text, " ");
	size_t n = digits_of(p), rest = p[n] == '.' ? 1 + digits_of(p + n + 1) : 0;
	int64_t year;
	char text[8];

	if (d->form == DEFAULT_FORM_BITS || n == 0 || n > 4 || !at_end(p + n + rest))
		return false;
	year = take_number(&p, 4);
	if (n <= 2 && (year || d->form == DEFAULT_FORM_STRING))
		year = year_of_two(year);
	if (n == 4 && rest == 0 && p == c->default_text + 4)
		return true;
	snprintf(text, sizeof(text), "%04lld", (long long)year);
	c->default_text = arena_dup(a, text, 4);
	return true;
}
