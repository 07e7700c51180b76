/*
 * mysql_decimal.h - the packed decimal of rows and of JSON: groups of nine digits in four bytes, big-endian, the sign
 * flipped.
 */
#ifndef SOURCE_MYSQL_DECIMAL_H
#define SOURCE_MYSQL_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECIMAL_TEXT_MAX = 65 + 4, DECIMAL_BYTES_MAX = 32 };

bool decimal_is_valid(unsigned precision, unsigned scale);  /* 1..65, 0..30, scale <= precision */
unsigned decimal_bytes(unsigned precision, unsigned scale); /* width of a valid one */
/* false: does not fit */
bool decimal_to_int64(const uint8_t *p, unsigned precision, unsigned scale, int64_t *unscaled);
/* "-0.50"; no NUL */
size_t decimal_print(const uint8_t *p, unsigned precision, unsigned scale, char out[DECIMAL_TEXT_MAX]);

#endif
