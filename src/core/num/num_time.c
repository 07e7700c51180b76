/*
 * num_time.c - the calendar: days and microseconds to dates and clocks, as Java and MySQL write them.
 *
 * Proleptic Gregorian, without libc's time zone machinery, which is slow and takes a lock. The arithmetic counts years
 * from the first of March, so that the leap day is the last of its year.
 */
#include "core/num/num.h"

#include <string.h>
#include <time.h>

#define DAY_US 86400000000LL

int64_t num_days(int year, int month, int day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void num_civil(int64_t days, int *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*day = (int)(doy - (153 * mp + 2) / 5 + 1);
	*month = (int)(mp < 10 ? mp + 3 : mp - 9);
	*year = (int)(yoe + era * 400 + (*month <= 2));
}

/* Years as Java's LocalDate prints them: four digits, a sign when that is not enough. */
static size_t year_print(char *out, int year)
{
	unsigned magnitude = year < 0 ? 0u - (unsigned)year : (unsigned)year;
	char *p = out;

	if (year < 0)
		*p++ = '-';
	else if (year > 9999)
		*p++ = '+';
	p += magnitude > 9999 ? num_u64(p, magnitude) : num_pad(p, magnitude, 4);
	return (size_t)(p - out);
}

size_t num_iso_date(char *out, int64_t days)
{
	int year, month, day;
	size_t n;

	num_civil(days, &year, &month, &day);
	n = year_print(out, year);
	out[n] = '-';
	num_pad(out + n + 1, (uint64_t)month, 2);
	out[n + 3] = '-';
	num_pad(out + n + 4, (uint64_t)day, 2);
	return n + 6;
}

/* ".5" of 500000: digits as asked for, or (-1) without the zeros at the end. */
static size_t fraction_print(char *out, int64_t micros, int digits)
{
	char text[6];

	num_pad(text, (uint64_t)micros, 6);
	if (digits < 0)
		for (digits = 6; digits > 0 && text[digits - 1] == '0';)
			digits--;
	if (digits == 0)
		return 0;
	if (digits > 6)
		digits = 6;
	*out = '.';
	memcpy(out + 1, text, (size_t)digits);
	return (size_t)digits + 1;
}

/* hh:mm:ss and the fraction; hours have at least two digits, and as many as they need. */
static size_t clock_print(char *out, int64_t micros, int digits)
{
	uint64_t seconds = (uint64_t)(micros / 1000000), hours = seconds / 3600;
	size_t n = hours < 100 ? num_pad(out, hours, 2) : num_u64(out, hours);

	out[n] = ':';
	num_pad(out + n + 1, seconds / 60 % 60, 2);
	out[n + 3] = ':';
	num_pad(out + n + 4, seconds % 60, 2);
	return n + 6 + fraction_print(out + n + 6, micros % 1000000, digits);
}

size_t num_iso_datetime(char *out, int64_t micros, int digits, char sep)
{
	int64_t days = micros / DAY_US, rest = micros % DAY_US;
	size_t n;

	if (rest < 0) {
		rest += DAY_US;
		days--;
	}
	n = num_iso_date(out, days);
	out[n++] = sep;
	return n + clock_print(out + n, rest, digits);
}

size_t num_time(char *out, int64_t micros, int digits)
{
	if (micros >= 0)
		return clock_print(out, micros, digits);
	*out = '-';
	return 1 + clock_print(out + 1, micros == INT64_MIN ? INT64_MAX : -micros, digits);
}

static const char *const date_forms[] = { "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S",
	"%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d", NULL };
static const char *const clock_forms[] = { "%H:%M:%S", "%H:%M", NULL };

/* The whole text in one of the forms. */
static bool parse_forms(const char *text, const char *const *forms, struct tm *tm)
{
	for (; *forms; forms++) {
		const char *end;

		*tm = (struct tm){ .tm_mday = 1 };
		end = strptime(text, *forms, tm);
		if (end && *end == '\0')
			return true;
	}
	return false;
}

bool num_parse_moment_ms(const char *text, int64_t now_ms, int64_t *ms)
{
	struct tm tm;
	int64_t ago;

	if (parse_forms(text, date_forms, &tm)) {
		*ms = (num_days(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday) * 86400 + tm.tm_hour * 3600 +
				      tm.tm_min * 60 + tm.tm_sec) *
				1000;
		return true;
	}
	if (parse_forms(text, clock_forms, &tm)) {
		*ms = now_ms - now_ms % 86400000 + (tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec) * 1000LL;
		*ms -= *ms > now_ms ? 86400000 : 0;
		return true;
	}
	if (!num_parse_duration_ms(text, strlen(text), &ago) || ago < 0)
		return false;
	*ms = now_ms - ago;
	return true;
}
