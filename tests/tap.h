/* tap.h - the whole test library: prints TAP for automake's driver. Include once per test program; end main with
 * `return tap_done();`. */
#ifndef TESTS_TAP_H
#define TESTS_TAP_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int tap_count, tap_failed;

__attribute__((format(printf, 4, 5), unused)) static int tap_ok(int good, const char *file, int line, const char *fmt,
		...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
	if (!good) {
		tap_failed++;
		printf("# failed at %s:%d\n", file, line);
	}
	fflush(stdout);
	return good;
}

#define ok(cond, ...) tap_ok(!!(cond), __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) \
	do { \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (!tap_ok(got_ == want_, __FILE__, __LINE__, __VA_ARGS__)) \
			printf("#   got %lld\n#  want %lld\n", got_, want_); \
	} while (0)
#define is_str(got, want, ...) \
	do { \
		const char *got_ = (got), *want_ = (want); \
		if (!tap_ok(got_ && want_ ? strcmp(got_, want_) == 0 : got_ == want_, __FILE__, __LINE__, \
				    __VA_ARGS__)) \
			printf("#   got %s\n#  want %s\n", got_ ? got_ : "(null)", want_ ? want_ : "(null)"); \
	} while (0)
#define is_mem(got, got_len, want, want_len, ...) \
	do { \
		if (!tap_ok((size_t)(got_len) == (size_t)(want_len) && memcmp((got), (want), (want_len)) == 0, \
				    __FILE__, __LINE__, __VA_ARGS__)) \
			printf("#   got %.*s\n#  want %.*s\n", (int)(got_len), (const char *)(got), (int)(want_len), \
					(const char *)(want)); \
	} while (0)

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failed ? 1 : 0;
}

#endif
