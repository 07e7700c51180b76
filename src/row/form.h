/*
 * form.h - how a column's value stands in a message, for a target that reads messages by itself (Routine Load): format says
 * it, the sink makes of it what its table takes.
 */
#ifndef ROW_FORM_H
#define ROW_FORM_H

enum value_form {
	FORM_PLAIN,	    /* text or a number, as the target reads it */
	FORM_BOOLEAN,	    /* true, false */
	FORM_REAL,	    /* a number of FLOAT or DOUBLE */
	FORM_WRAPPED,	    /* 64 bits unsigned, written as signed: 2^63 and above are negative */
	FORM_DECIMAL_BYTES, /* base64 of two's complement: decimal.handling.mode = precise */
	FORM_BIGINT_BYTES,  /* the same of a BIGINT UNSIGNED: bigint.unsigned.handling.mode = precise */
	FORM_DECIMAL_REAL,  /* a number with the digits of a double */
	FORM_BASE64,
	FORM_BASE64_URL,
	FORM_HEX,
	FORM_BITS,   /* base64, little-endian */
	FORM_DAYS,   /* since 1970-01-01 */
	FORM_TIME,   /* of a day, a number */
	FORM_MILLIS, /* since 1970-01-01 00:00:00 */
	FORM_MICROS,
	FORM_ZONED,  /* 2018-06-20T13:37:03Z */
	FORM_STRUCT, /* an object or an array */
	FORM_NONE    /* no such type */
};

#endif
