/*
 * format_date.h - the texts of dates: MySQL's literals, ISO 8601 of messages, and the zero dates that no calendar has.
 */
#ifndef FORMAT_FORMAT_DATE_H
#define FORMAT_FORMAT_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum date_zero { DATE_ZERO_NULL, DATE_ZERO_INSTANT, DATE_ZERO_IMPOSSIBLE };

/* What Debezium makes of the text of a VALUE_ZERODATE. The snapshot moves the year 0 to 2000, the stream gives null. Without the time adjuster
 * the year is kept: its days are before the year 1, as ISO 8601 counts. */
enum date_year_zero { YEAR_ZERO_NULL, YEAR_ZERO_MOVED, YEAR_ZERO_KEPT };
enum date_zero date_zero_micros(const char *p, size_t len, enum date_year_zero year, int64_t *micros);
/*
 * "2018-06-20", with or without "13:37:03.5" behind a blank or T and an offset Z or +hh:mm. false: not such a text, or
 * no such day.
 */
bool date_parse(const char *p, size_t len, int64_t *micros);
#define DATE_YEAR_100 (-683003)	     /* the first day of the year 100; days before it have a year of two digits */
int64_t date_adjusted(int64_t days); /* such a day as Debezium's time adjuster moves it: to 1970 up to 2069 */
bool date_is_zero(const char *p, size_t len);			  /* month or day are 0, or the text is a bare 0 */
bool date_parse_time(const char *p, size_t len, int64_t *micros); /* [-]h:mm[:ss[.f]] */

#endif
