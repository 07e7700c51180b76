/*
 * table_check.h - a table under examination: what each column becomes on its way, how much room the target has for it, and the
 * questions that its rows raise. The rooms do not know each other, so each fills its part: format says the message's
 * types, the sink the target's and its limits, the source counts rows against all of that, and the engine puts the
 * answer into words.
 *
 * An exam owns its texts (arena) and a reference to the schema.
 */
#ifndef ROW_TABLE_CHECK_H
#define ROW_TABLE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"
#include "row/schema.h"

enum exam_question {
	EXAM_NO_KEY,	      /* of the table */
	EXAM_KEY_WIDE,	      /* of the table: keys longer than the target takes */
	EXAM_ROW_WIDE,	      /* of the table: rows larger than one message may be */
	EXAM_TOPIC_SHARED,    /* of the table: another one's rows go into the same topic */
	EXAM_NAME_TAKEN,      /* a message would hold the name twice */
	EXAM_REFUSED,	      /* the target has no place for the column, or for the table */
	EXAM_TEXT_WIDE,	      /* text or bytes longer than the target's column */
	EXAM_DECIMAL_WIDE,    /* more digits than the target's DECIMAL */
	EXAM_BIGINT_WRAPS,    /* unsigned, 2^63 and above */
	EXAM_BIGINT_NEAR,     /* unsigned, from 2^62 */
	EXAM_TINYINT1,	      /* tinyint(1) that is neither 0 nor 1 */
	EXAM_DATE_ZERO,	      /* 0000-00-00 */
	EXAM_DATE_PARTIAL,    /* a year, month or day 0 */
	EXAM_DATE_NONE,	      /* 30 February */
	EXAM_DATE_SHORT_YEAR, /* years 1 to 99 */
	EXAM_YEAR_ZERO,
	EXAM_TIME_RANGE, /* negative, or more than a day */
	EXAM_KEY_FLOAT,
	EXAM_KEY_NULL,	   /* unique, but NULL is allowed */
	EXAM_JSON_NUMBER,  /* a number of more digits than a double has */
	EXAM_LABEL_ODD,	   /* ENUM, SET: labels with commas, quotes, blanks at an end, not printable */
	EXAM_LABEL_NONE,   /* ENUM: the index 0 of a value that was refused */
	EXAM_LATIN1_HOLES, /* latin1: bytes that windows-1252 leaves free */
	EXAM_LATIN1_UTF8,  /* latin1: bytes that look like UTF-8 */
	EXAM_BITS,
	EXAM_GEOMETRY,
	EXAM_VECTOR,
	EXAM_GENERATED,
	EXAM_INVISIBLE,
	EXAM_QUESTIONS
};

struct exam_column {
	const char *message;  /* by format: "int64 MicroTimestamp"; NULL: none */
	const char *target;   /* by the sink: "VARCHAR(1020)"; NULL: none */
	const char *why;      /* by the sink: why that type; NULL: nothing to say */
	const char *refused;  /* by the sink: why it has no place for the column; NULL: it has one */
	uint64_t room_bytes;  /* by the sink: of a value, text in UTF-8; 0: no limit */
	unsigned key_weight;  /* by the sink: bytes of the key that a byte of the value takes; 0: a fixed width */
	bool unique_nullable; /* by the source: in a unique index, but NULL is allowed, so that it is no key */
	bool as_text;	      /* by the sink: a number kept as text, because no number type there takes it */
};

struct exam_finding {
	enum exam_question question;
	int column;    /* -1: the table */
	int64_t count; /* rows; -1: not counted */
};

struct exam {
	struct arena arena;
	struct schema *schema;
	struct exam_column *columns;
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
	struct exam_finding *findings;
	size_t nfindings, cap;
};

struct exam *exam_new(struct schema *s);	   /* takes a reference of its own */
void exam_free(struct exam *e);			   /* NULL allowed */
void exam_list_free(struct exam **list, size_t n); /* and the list */
void exam_find(struct exam *e, enum exam_question question, int column, int64_t count);
const char *exam_question_name(enum exam_question question); /* "zero_date" */

#endif
