/* zone_rule.c - see zone_rule.h. */
#include "script/zone/zone_rule.h"

#include <ctype.h>
#include <string.h>

#include "core/num/num.h"

enum { DAY = 86400, HOUR = 3600 };

/* ---- the text ---- */

static bool digits(const char **p, int max, int *out)
{
	const char *from = *p;

	for (*out = 0; isdigit((unsigned char)**p) && *p - from < 4; ++*p)
		*out = *out * 10 + **p - '0';
	return *p > from && *out <= max;
}

/* [+-]h[:mm[:ss]] */
static bool clock_time(const char **p, int32_t *out)
{
	int sign = **p == '-' ? -1 : 1, part;

	*p += **p == '-' || **p == '+';
	if (!digits(p, 167, &part))
		return false;
	*out = part * HOUR;
	for (int unit = 60; unit && **p == ':'; unit = unit == 60 ? 1 : 0) {
		++*p;
		if (!digits(p, 59, &part))
			return false;
		*out += part * unit;
	}
	*out *= sign;
	return true;
}

/* "CET" or "<+0330>" */
static bool abbreviation(const char **p)
{
	const char *from = *p;

	if (*from == '<') {
		*p = strchr(from, '>');
		return *p && ++*p;
	}
	while (isalpha((unsigned char)**p))
		++*p;
	return *p > from;
}

static bool day_of(const char **p, struct zone_day *d)
{
	d->kind = **p == 'M' ? ZONE_MONTH : **p == 'J' ? ZONE_JULIAN : ZONE_DAY;
	d->time = 2 * HOUR;
	*p += d->kind != ZONE_DAY;
	if (d->kind == ZONE_MONTH) {
		if (!digits(p, 12, &d->month) || d->month == 0 || *(*p)++ != '.' || !digits(p, 5, &d->week) ||
				d->week == 0 || *(*p)++ != '.' || !digits(p, 6, &d->day))
			return false;
	} else if (!digits(p, 365, &d->day)) {
		return false;
	}
	if (**p != '/')
		return true;
	++*p;
	return clock_time(p, &d->time);
}

bool zone_rule_parse(struct zone_rule *r, const char *text)
{
	const char *p = text;

	*r = (struct zone_rule){ .has_summer = false };
	if (!abbreviation(&p) || !clock_time(&p, &r->offset))
		return false;
	r->offset = r->summer = -r->offset;
	if (*p == '\0')
		return true;
	r->has_summer = true;
	r->summer = r->offset + HOUR;
	if (!abbreviation(&p))
		return false;
	if (*p != ',') {
		if (!clock_time(&p, &r->summer))
			return false;
		r->summer = -r->summer;
	}
	return *p++ == ',' && day_of(&p, &r->begin) && *p++ == ',' && day_of(&p, &r->end) && *p == '\0';
}

/* ---- its days ---- */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970 of the week's day: the first of that name in the month, and as many weeks later as there are. */
static int64_t day_of_month(const struct zone_day *d, int year)
{
	int64_t first = num_days(year, d->month, 1),
		next = d->month == 12 ? num_days(year + 1, 1, 1) : num_days(year, d->month + 1, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7, at = first + (d->day - weekday + 7) % 7 + 7 * (d->week - 1);

	return at < next ? at : at - 7;
}

/* The second of the local clock at which it comes, as if that were UTC. */
static int64_t comes(const struct zone_day *d, int year)
{
	int64_t day;

	if (d->kind == ZONE_MONTH)
		day = day_of_month(d, year);
	else if (d->kind == ZONE_JULIAN) /* 1 to 365; the 29th of February has no number */
		day = num_days(year, 1, 1) + d->day - 1 + (d->day > 59 && is_leap(year));
	else
		day = num_days(year, 1, 1) + d->day;
	return day * DAY + d->time;
}

int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc)
{
	int64_t local = utc + r->offset, begin, end;
	int year, month, day;

	if (!r->has_summer)
		return r->offset;
	num_civil(local / DAY - (local % DAY < 0), &year, &month, &day);
	begin = comes(&r->begin, year) - r->offset;
	end = comes(&r->end, year) - r->summer;
	if (begin < end ? utc >= begin && utc < end : utc >= begin || utc < end)
		return r->summer;
	return r->offset;
}
