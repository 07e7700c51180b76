/*
 * table_check.h - a table that is checked: what each column becomes on its way, how much room the target has for it, and the
 * questions that its rows raise. The rooms do not know each other, so each fills its part: format says the message's
 * types, the sink the target's and its limits, the source counts rows against all of that, and the engine puts the
 * answer into words.
 *
 * A check owns its texts (arena) and a reference to the schema.
 */
#ifndef ROW_TABLE_CHECK_H
#define ROW_TABLE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "row/schema.h"

enum check_question {
	CHECK_NO_KEY,	       /* of the table */
	CHECK_KEY_WIDE,	       /* of the table: keys longer than the target takes */
	CHECK_ROW_WIDE,	       /* of the table: rows larger than one message may be */
	CHECK_TOPIC_SHARED,    /* of the table: another one's rows go into the same topic */
	CHECK_NAME_TAKEN,      /* a message would hold the name twice */
	CHECK_REFUSED,	       /* the target has no place for the column, or for the table */
	CHECK_TEXT_WIDE,       /* text or bytes longer than the target's column */
	CHECK_DECIMAL_WIDE,    /* more digits than the target's DECIMAL */
	CHECK_BIGINT_WRAPS,    /* unsigned, 2^63 and above */
	CHECK_BIGINT_NEAR,     /* unsigned, from 2^62 */
	CHECK_TINYINT1,	       /* tinyint(1) that is neither 0 nor 1 */
	CHECK_DATE_ZERO,       /* 0000-00-00 */
	CHECK_DATE_PARTIAL,    /* a year, month or day 0 */
	CHECK_DATE_NONE,       /* 30 February */
	CHECK_DATE_SHORT_YEAR, /* years 1 to 99 */
	CHECK_YEAR_ZERO,
	CHECK_TIME_RANGE, /* negative, or more than a day */
	CHECK_KEY_FLOAT,
	CHECK_KEY_NULL,	    /* unique, but NULL is allowed */
	CHECK_JSON_NUMBER,  /* a number of more digits than a double has */
	CHECK_LABEL_ODD,    /* ENUM, SET: labels with commas, quotes, blanks at an end, not printable */
	CHECK_LABEL_NONE,   /* ENUM: the index 0 of a value that was refused */
	CHECK_LATIN1_HOLES, /* latin1: bytes that windows-1252 leaves free */
	CHECK_LATIN1_UTF8,  /* latin1: bytes that look like UTF-8 */
	CHECK_BITS,
	CHECK_GEOMETRY,
	CHECK_VECTOR,
	CHECK_GENERATED,
	CHECK_INVISIBLE,
	CHECK_QUESTIONS
};

struct check_column {
	const char *message;  /* by format: "int64 MicroTimestamp"; NULL: none */
	const char *target;   /* by the sink: "VARCHAR(1020)"; NULL: none */
	const char *why;      /* by the sink: why that type; NULL: nothing to say */
	const char *refused;  /* by the sink: why it has no place for the column; NULL: it has one */
	uint64_t room_bytes;  /* by the sink: of a value, text in UTF-8; 0: no limit */
	unsigned key_weight;  /* by the sink: bytes of the key that a byte of the value takes; 0: a fixed width */
	bool unique_nullable; /* by the source: in a unique index, but NULL is allowed, so that it is no key */
	bool as_text;	      /* by the sink: a number kept as text, because no number type there takes it */
};

struct check_finding {
	enum check_question question;
	int column;    /* -1: the table */
	int64_t count; /* rows; -1: not counted */
};

struct table_check {
	struct arena arena;
	struct schema *schema;
	struct check_column *columns;
	const char *topic;   /* by format; NULL: none */
	const unsigned *key; /* by format: the columns of the messages' key; as the schema's at first */
	unsigned nkey;
	const char *refused;	 /* by the sink: why it cannot take the table */
	uint64_t key_room_bytes; /* by the sink: for the key's columns that have a key_weight; 0: no limit */
	uint64_t row_room_bytes; /* of one message; 0: no limit */
	/* by the source */
	int64_t rows;		/* looked at; -1: none were */
	uint64_t rows_estimate; /* the server's */
	bool sampled;		/* rows are the first and the last ones, not all */
	const char *uncounted;	/* why rows is -1; NULL when it is not, or when nothing had to be counted */
	struct check_finding *findings;
	size_t nfindings, cap;
};

struct table_check *table_check_new(struct schema *s);		 /* takes a reference of its own */
void table_check_free(struct table_check *e);			 /* NULL allowed */
void table_check_list_free(struct table_check **list, size_t n); /* and the list */
void table_check_find(struct table_check *e, enum check_question question, int column, int64_t count);
const char *check_question_name(enum check_question question); /* "zero_date" */

#endif
