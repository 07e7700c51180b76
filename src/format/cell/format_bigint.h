/*
 * format_bigint.h - decimals of up to 65 digits between text and the minimal big-endian two's complement that Connect's
 * Decimal is made of. Only values beyond 63 bits come here.
 */
#ifndef FORMAT_FORMAT_BIGINT_H
#define FORMAT_FORMAT_BIGINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIGINT_BYTES 40 /* room for the bytes; 80 digits need 34 */
#define BIGINT_DIGITS 80

/* text: sign, digits, at most one point (left out). Returns the bytes written, 0 when the text is not such a number. */
size_t bigint_from_text(uint8_t out[BIGINT_BYTES], const char *text, size_t len);
size_t bigint_from_i64(uint8_t out[BIGINT_BYTES], int64_t v);
size_t bigint_from_u64(uint8_t out[BIGINT_BYTES], uint64_t v);
bool bigint_to_i64(const uint8_t *p, size_t len, int64_t *out); /* false: does not fit */
/*
 * Writes the number with `scale` digits behind the point; 0 when it has more than BIGINT_DIGITS digits. out:
 * BIGINT_DIGITS + 4.
 */
size_t bigint_to_text(char *out, const uint8_t *p, size_t len, int scale);

#endif
