/*
 * script_decimal.h - exact decimal arithmetic for scripts: up to DECIMAL_DIGITS digits in all, nothing rounded unless
 * asked. DECIMAL(65,30) times itself fits. Plain values of a fixed size: copied, never owned. Knows no Lua.
 */
#ifndef SCRIPT_DECIMAL_H
#define SCRIPT_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DECIMAL_LIMBS 24 /* of nine digits each */
#define DECIMAL_DIGITS (DECIMAL_LIMBS * 9)
#define DECIMAL_PRINT_BOUND (DECIMAL_DIGITS + 8)

struct decimal {
	uint32_t limb[DECIMAL_LIMBS]; /* base 10^9, least first; those from `limbs` on are not set */
	uint8_t limbs;		      /* no zero at the top; 0: the number is zero */
	uint8_t scale;		      /* digits behind the point, at most DECIMAL_DIGITS */
	bool negative;		      /* never for zero */
};

void decimal_from_u64(struct decimal *d, uint64_t v, bool negative);
bool decimal_parse(struct decimal *d, const char *p, size_t len); /* [-]digits[.digits][E[-]digits], the whole text */
size_t script_decimal_print(const struct decimal *d, char *out);
int decimal_compare(const struct decimal *a, const struct decimal *b);

/* These return false when the result would have too many digits, or a divisor is zero. out may be an operand. */
bool decimal_add(const struct decimal *a, const struct decimal *b, bool subtract, struct decimal *out);
bool decimal_multiply(const struct decimal *a, const struct decimal *b, struct decimal *out);
bool decimal_divide(const struct decimal *a, const struct decimal *b, unsigned scale,
		struct decimal *out);							    /* half away from zero */
bool decimal_modulo(const struct decimal *a, const struct decimal *b, struct decimal *out); /* sign of b, as in Lua */
bool decimal_shift(const struct decimal *a, int places, struct decimal *out); /* times 10^places, exactly */
enum decimal_fit { DECIMAL_FITS, DECIMAL_ROUNDED, DECIMAL_TOO_LONG };
enum decimal_fit decimal_rescale(const struct decimal *a, unsigned scale,
		struct decimal *out); /* half away from zero */

unsigned decimal_digits(const struct decimal *d);		     /* of the unscaled number; 1 for zero */
bool decimal_unscaled(const struct decimal *d, uint64_t *magnitude); /* false: does not fit */

#endif
