/*
 * mysql_gtid.h - sets of transaction identifiers, "uuid[:tag]:1-5:7, ...", with the tags of MySQL 8.3 and later. What
 * is hard: the same set has a text form and two binary forms (with and without tags), and sets merge, subtract and
 * compare by intervals, never by number.
 *
 * Owner: whoever made it; not shared between threads.
 */
#ifndef SOURCE_MYSQL_GTID_H
#define SOURCE_MYSQL_GTID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

enum { GTID_UUID_MAX = 36 + 1, GTID_TAG_MAX = 32, GTID_TEXT_MAX = 36 + 1 + GTID_TAG_MAX + 1 + 20 + 1 };

struct gtid_source { /* who numbers the transactions */
	uint8_t uuid[16];
	char tag[GTID_TAG_MAX + 1]; /* lower case; "": none */
};

struct gtid {
	struct gtid_source source;
	int64_t gno; /* 0: no GTID (anonymous) */
};

struct gtid_interval {
	int64_t from, to; /* [from, to) */
};

struct gtid_group {
	struct gtid_source source;
	struct gtid_interval *intervals; /* sorted, apart from each other */
	size_t count, cap;
};

struct gtid_set {
	struct gtid_group *groups; /* sorted by uuid, then tag */
	size_t count, cap;
};

void gtid_set_init(struct gtid_set *set);
void gtid_set_done(struct gtid_set *set);
void gtid_set_clear(struct gtid_set *set);
void gtid_set_copy(struct gtid_set *to, const struct gtid_set *from); /* to is initialised; its content is replaced */

/* adds to the set; white space and new lines allowed */
int gtid_set_parse(struct gtid_set *set, const char *text, struct err *err);
/* the server's own form on one line, "," between sources */
void gtid_set_print(const struct gtid_set *set, struct buf *out);

bool gtid_set_is_empty(const struct gtid_set *set);
bool gtid_set_has_tags(const struct gtid_set *set);
bool gtid_set_contains(const struct gtid_set *set, const struct gtid *gtid);
bool gtid_set_is_subset(const struct gtid_set *part, const struct gtid_set *whole);
uint64_t gtid_set_count(const struct gtid_set *set); /* transactions in it */

void gtid_set_add(struct gtid_set *set, const struct gtid *gtid);
void gtid_set_add_set(struct gtid_set *set, const struct gtid_set *more);
void gtid_set_subtract(struct gtid_set *set, const struct gtid_set *less);

/*
 * Binary form, as COM_BINLOG_DUMP_GTID and PREVIOUS_GTIDS carry it. The classic form when no source has a tag (all
 * servers read it), the tagged form of 8.3 otherwise.
 */
void gtid_set_encode(const struct gtid_set *set, struct buf *out);
/* adds to the set; both forms */
int gtid_set_decode(struct gtid_set *set, const void *p, size_t len, struct err *err);

void gtid_source_uuid(const struct gtid_source *source, char out[GTID_UUID_MAX]); /* NUL behind */
/* "uuid:5" or "uuid:tag:5", NUL behind; returns the length */
size_t gtid_print(const struct gtid *gtid, char out[GTID_TEXT_MAX]);
int gtid_parse(struct gtid *gtid, const char *text, struct err *err);

#endif
