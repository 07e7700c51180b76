/*
 * format_date.c - strict readers of date texts. They read slices without a terminator and accept exactly what MySQL and
 * Debezium write.
 */
#include "core/num/num.h"
#include "format/cell/format_date.h"

#define MICROS_PER_SECOND INT64_C(1000000)
#define MICROS_PER_DAY (86400 * MICROS_PER_SECOND)

struct date_text {
	const char *p, *end;
	bool bad;
};

static int take_digits(struct date_text *t, int most)
{
	int v = 0, n = 0;

	for (; n < most && t->p < t->end && (unsigned char)(*t->p - '0') <= 9; n++)
		v = v * 10 + (*t->p++ - '0');
	if (n == 0)
		t->bad = true;
	return v;
}

static bool take_char(struct date_text *t, char c)
{
	if (t->p == t->end || *t->p != c)
		return false;
	t->p++;
	return true;
}

static int take_part(struct date_text *t, char separator, int most)
{
	if (!take_char(t, separator))
		t->bad = true;
	return take_digits(t, most);
}

/* A point and up to nine digits; what lies beyond a microsecond is cut off. */
static int64_t take_fraction(struct date_text *t)
{
	int64_t v = 0;
	int n = 0;

	if (!take_char(t, '.'))
		return 0;
	for (; t->p < t->end && (unsigned char)(*t->p - '0') <= 9; t->p++)
		if (n < 6)
			v = v * 10 + (*t->p - '0'), n++;
	if (n == 0)
		t->bad = true;
	for (; n < 6; n++)
		v *= 10;
	return v;
}

static int64_t take_clock(struct date_text *t)
{
	int64_t hour = take_digits(t, 3), minute = take_part(t, ':', 2), second = 0;

	if (t->p < t->end && *t->p == ':')
		second = take_part(t, ':', 2);
	if (minute > 59 || second > 59)
		t->bad = true;
	return (hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + take_fraction(t);
}

static int64_t take_offset(struct date_text *t)
{
	int64_t seconds;
	int sign = take_char(t, '-') ? -1 : 1;

	if (take_char(t, 'Z'))
		return 0;
	if (sign == 1 && !take_char(t, '+'))
		return 0;
	seconds = take_digits(t, 2) * 3600;
	seconds += take_part(t, ':', 2) * 60;
	return sign * seconds * MICROS_PER_SECOND;
}

static bool day_exists(int year, int month, int day)
{
	return month >= 1 && month <= 12 && day >= 1 && day <= num_month_days(year, month);
}

static int64_t take_micros_of_day(struct date_text *t)
{
	int64_t micros = 0;

	if (t->p < t->end && (*t->p == ' ' || *t->p == 'T')) {
		t->p++;
		micros = take_clock(t);
		if (micros >= MICROS_PER_DAY)
			t->bad = true;
		micros -= take_offset(t);
	}
	return micros;
}

bool date_parse(const char *p, size_t len, int64_t *micros)
{
	struct date_text t = { p, p + len, false };
	int year = take_digits(&t, 5), month = take_part(&t, '-', 2), day = take_part(&t, '-', 2);
	int64_t of_day = take_micros_of_day(&t);

	if (t.bad || t.p != t.end || !day_exists(year, month, day))
		return false;
	*micros = num_days(year, month, day) * MICROS_PER_DAY + of_day;
	return true;
}

bool date_is_zero(const char *p, size_t len)
{
	struct date_text t = { p, p + len, false };
	int month, day;

	(void)take_digits(&t, 4);
	if (!t.bad && t.p == t.end)
		return len == 1 && *p == '0';
	month = take_part(&t, '-', 2);
	day = take_part(&t, '-', 2);
	return !t.bad && (month == 0 || day == 0);
}

enum date_zero date_zero_micros(const char *p, size_t len, enum date_year_zero year, int64_t *micros)
{
	char moved[40];

	if (date_is_zero(p, len))
		return DATE_ZERO_NULL;
	if (len < 10 || len > sizeof(moved) || __builtin_memcmp(p, "0000-", 5) != 0)
		return DATE_ZERO_IMPOSSIBLE;
	if (year == YEAR_ZERO_NULL)
		return DATE_ZERO_NULL;
	__builtin_memcpy(moved, p, len);
	if (year == YEAR_ZERO_MOVED)
		moved[0] = '2';
	return date_parse(moved, len, micros) ? DATE_ZERO_INSTANT : DATE_ZERO_IMPOSSIBLE;
}

bool date_parse_time(const char *p, size_t len, int64_t *micros)
{
	struct date_text t = { p, p + len, false };
	bool negative = take_char(&t, '-');
	int64_t v = take_clock(&t);

	if (t.bad || t.p != t.end)
		return false;
	*micros = negative ? -v : v;
	return true;
}

int64_t date_adjusted(int64_t days)
{
	int year, month, day;

	num_civil(days, &year, &month, &day);
	if (year < 0 || year > 99)
		return days;
	return num_days(year + (year < 70 ? 2000 : 1900), month, day);
}
