/* test_num_time.c - the calendar against libc's, and the spellings of dates and clocks. */
#include "core/num/num.h"

#include <time.h>

#include "tests/tap.h"

#define IS_TEXT(call, want) \
	do { \
		char text_[64]; \
		char *out = text_; \
		size_t n_ = (call); \
		text_[n_] = '\0'; \
		is_str(text_, want, #call); \
	} while (0)

static void test_calendar(void)
{
	int bad = 0;

	for (int64_t day = -800000; day < 3000000; day += 7) {
		time_t t = day * 86400;
		struct tm tm;
		int y, m, d;

		gmtime_r(&t, &tm);
		num_civil(day, &y, &m, &d);
		bad += y != tm.tm_year + 1900 || m != tm.tm_mon + 1 || d != tm.tm_mday || num_days(y, m, d) != day;
	}
	is_int(bad, 0, "days and dates from before the year 0 to beyond 9999");
	bad = 0;
	for (int month = 0; month < 12 * 2500; month++)
		bad += num_month_days(month / 12, month % 12 + 1) !=
				num_days((month + 1) / 12, (month + 1) % 12 + 1, 1) -
						num_days(month / 12, month % 12 + 1, 1);
	is_int(bad, 0, "the lengths of months of 2,500 years");
	is_int(num_days(1970, 1, 1), 0, "the epoch");
	is_int(num_days(2000, 2, 29), 11016, "a leap day");
	is_int(num_days(0, 1, 1), -719528, "the year 0");
}

int main(void)
{
	test_calendar();
	IS_TEXT(num_iso_date(out, 17702), "2018-06-20");
	IS_TEXT(num_iso_date(out, -719528), "0000-01-01");
	IS_TEXT(num_iso_date(out, -719529), "-0001-12-31");
	IS_TEXT(num_iso_date(out, 2932897), "+10000-01-01");
	IS_TEXT(num_iso_datetime(out, 1529501823500000, 3, 'T'), "2018-06-20T13:37:03.500");
	IS_TEXT(num_iso_datetime(out, 1529501823500000, 6, ' '), "2018-06-20 13:37:03.500000");
	IS_TEXT(num_iso_datetime(out, 1529501823500000, 0, 'T'), "2018-06-20T13:37:03");
	IS_TEXT(num_iso_datetime(out, 1529501823500000, -1, 'T'), "2018-06-20T13:37:03.5");
	IS_TEXT(num_iso_datetime(out, 1529501823000001, -1, 'T'), "2018-06-20T13:37:03.000001");
	IS_TEXT(num_iso_datetime(out, 1529501823000000, -1, 'T'), "2018-06-20T13:37:03");
	IS_TEXT(num_iso_datetime(out, -1, 6, 'T'), "1969-12-31T23:59:59.999999");
	IS_TEXT(num_time(out, 37230500000, 1), "10:20:30.5");
	IS_TEXT(num_time(out, -3661000000, 0), "-01:01:01");
	IS_TEXT(num_time(out, -(838LL * 3600 + 59 * 60 + 59) * 1000000, 6), "-838:59:59.000000");
	IS_TEXT(num_time(out, 0, -1), "00:00:00");
	return tap_done();
}
