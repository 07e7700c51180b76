/*
 * num.h - numbers and bytes to text and back, without printf and without locale. The hot path of both halves. Each
 * writer returns how many bytes it wrote (no NUL) and needs at most the room named.
 */
#ifndef CORE_NUM_H
#define CORE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

size_t num_u64(char *out, uint64_t v);		  /* <= 20 */
size_t num_i64(char *out, int64_t v);		  /* <= 20 */
size_t num_pad(char *out, uint64_t v, int width); /* exactly width digits, zeros in front */
size_t num_bytes(char *out, uint64_t n);	  /* <= 24; as people read it: 312 MiB, 1.50 GiB */
size_t num_double(char *out, double v);		  /* <= 32; Java's Double.toString (JDK 19+): 1.0E7, 0.001, 4.35 */
size_t num_float(char *out, float v);		  /* <= 32; Java's Float.toString */
size_t num_decimal64(char *out, int64_t unscaled,
		int scale);				 /* <= 24, above scale 18 scale + 4; -12345, 2 -> -123.45 */
size_t num_base64(char *out, const void *p, size_t len); /* (len + 2) / 3 * 4, padded */
size_t num_base64_url(char *out, const void *p, size_t len);
size_t num_hex(char *out, const void *p, size_t len); /* 2 * len, lower case */
static inline int num_hex_digit(char c)		      /* -1: it is none */
{
	return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}
int num_unbase64(void *out, const char *p, size_t len, size_t *out_len); /* -1: not base64; out holds len / 4 * 3 */

bool num_parse_i64(const char *p, size_t len, int64_t *out); /* the whole text, or false */
bool num_parse_u64(const char *p, size_t len, uint64_t *out);
bool num_parse_double(const char *p, size_t len, double *out);
bool num_parse_bytes(const char *p, size_t len, uint64_t *out);	     /* 64, 64k, 64M, 1G */
bool num_parse_duration_ms(const char *p, size_t len, int64_t *out); /* 500ms, 5s, 10m, 1h, 7d; a bare number is ms */

/* Calendar, proleptic Gregorian. days since 1970-01-01; micros since midnight 1970-01-01. */
int64_t num_days(int year, int month, int day);
void num_civil(int64_t days, int *year, int *month, int *day);
static inline int num_month_days(int year, int month) /* month from 1 to 12 */
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month - 1] + (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}
size_t num_iso_date(char *out, int64_t days); /* 2018-06-20; <= 16 */
size_t num_iso_datetime(char *out, int64_t micros, int digits,
		char sep); /* 2018-06-20T13:37:03.500; digits 0..6, -1: as needed; <= 40 */
/* A moment as people write it, in UTC: 2026-01-31 23:59:00, 2026-01-31T23:59Z, 2026-01-31, 23:59 (the last time that it was), or how
 * long ago: 90m. ms since the epoch; false: none of these. */
bool num_parse_moment_ms(const char *text, int64_t now_ms, int64_t *ms);
size_t num_time(char *out, int64_t micros, int digits); /* -838:59:59.000000; <= 24 */

#endif
