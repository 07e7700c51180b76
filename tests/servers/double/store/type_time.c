/*
 * type_time.c - DATE and DATETIME: "2024-02-29", "2024-02-29 13:37:03.5". A fraction has at most six digits and is
 * shown with six or not at all. Days that no calendar has, 0000-00-00 above all, are no values.
 */
#include <stdio.h>
#include <string.h>

#include "core/num/num.h"
#include "store/double_type.h"

struct moment {
	int year, month, day, hour, minute, second, micro;
};

static bool digits(const char **p, const char *end, int count, int *out)
{
	int v = 0;

	if (end - *p < count)
		return false;
	for (int i = 0; i < count; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		v = v * 10 + **p - '0';
	}
	*out = v;
	return true;
}

static bool mark(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	(*p)++;
	return true;
}

static bool date_exists(const struct moment *m)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (m->year % 4 == 0 && m->year % 100 != 0) || m->year % 400 == 0;

	if (m->month < 1 || m->month > 12 || m->day < 1)
		return false;
	return m->day <= days[m->month - 1] + (leap && m->month == 2);
}

static bool parse_fraction(const char **p, const char *end, int *micro)
{
	int count = 0;

	for (; *p < end && **p >= '0' && **p <= '9'; (*p)++, count++)
		*micro = *micro * 10 + **p - '0';
	for (int i = count; i < 6; i++)
		*micro *= 10;
	return count > 0 && count <= 6;
}

static bool parse_moment(const char *p, size_t len, struct moment *m)
{
	const char *end = p + (len < 40 ? len : 40);

	*m = (struct moment){ 0 };
	if (!digits(&p, end, 4, &m->year) || !mark(&p, end, '-') || !digits(&p, end, 2, &m->month) ||
			!mark(&p, end, '-') || !digits(&p, end, 2, &m->day) || !date_exists(m))
		return false;
	if (p == end)
		return true;
	if (!mark(&p, end, ' ') && !mark(&p, end, 'T'))
		return false;
	if (!digits(&p, end, 2, &m->hour) || !mark(&p, end, ':') || !digits(&p, end, 2, &m->minute) ||
			!mark(&p, end, ':') || !digits(&p, end, 2, &m->second) || m->hour > 23 || m->minute > 59 ||
			m->second > 59)
		return false;
	if (mark(&p, end, '.') && !parse_fraction(&p, end, &m->micro))
		return false;
	return p == end;
}

enum type_result type_write_time(enum type_kind kind, const char *p, size_t len, char *out, size_t *out_len)
{
	struct moment m;
	char *to = out;

	if (!parse_moment(p, len, &m))
		return TYPE_BAD;
	to += num_pad(to, (uint64_t)m.year, 4);
	*to++ = '-';
	to += num_pad(to, (uint64_t)m.month, 2);
	*to++ = '-';
	to += num_pad(to, (uint64_t)m.day, 2);
	if (kind == TYPE_DATETIME) {
		*to++ = ' ';
		to += num_pad(to, (uint64_t)m.hour, 2);
		*to++ = ':';
		to += num_pad(to, (uint64_t)m.minute, 2);
		*to++ = ':';
		to += num_pad(to, (uint64_t)m.second, 2);
	}
	if (kind == TYPE_DATETIME && m.micro != 0) {
		*to++ = '.';
		to += num_pad(to, (uint64_t)m.micro, 6);
	}
	*out_len = (size_t)(to - out);
	return TYPE_OK;
}

bool type_time_us(const char *p, size_t len, int64_t *us)
{
	struct moment m;

	if (!parse_moment(p, len, &m))
		return false;
	*us = (num_days(m.year, m.month, m.day) * 86400 + (m.hour * 60 + m.minute) * 60 + m.second) * INT64_C(1000000) +
			m.micro;
	return true;
}

size_t type_key_time(enum type_kind kind, const char *p, size_t len, char *out)
{
	struct moment m;
	uint64_t v;
	unsigned size = kind == TYPE_DATE ? 4 : 8;

	if (!parse_moment(p, len, &m))
		return 0;
	v = (uint64_t)m.year * 512 + (uint64_t)m.month * 32 + (uint64_t)m.day;
	if (kind == TYPE_DATETIME)
		v = v << 37 | (uint64_t)(((m.hour * 60 + m.minute) * 60 + m.second) * INT64_C(1000000) + m.micro);
	for (unsigned i = 0; i < size; i++)
		out[i] = (char)(v >> (8 * (size - 1 - i)));
	return size;
}
