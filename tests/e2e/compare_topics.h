/*
 * compare_topics.h - the parts of compare_topics: every message of a broker in memory, JSON made comparable, cases and
 * the differences that they document. A program that runs once and ends: what it reads it keeps.
 */
#ifndef TESTS_E2E_COMPARE_TOPICS_H
#define TESTS_E2E_COMPARE_TOPICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	char *p; /* NULL: null */
	size_t len;
};

struct message {
	const char *topic; /* shared by all messages of it */
	int partition;	   /* -1: no key, so that any partition may have been chosen */
	int64_t offset;
	struct bytes key, value, headers; /* headers: "name=value" lines */
	struct bytes masked;		  /* the value with the clock's numbers as 0; what is compared */
};

struct messages {
	struct message *at;
	size_t count, cap;
};

/* Sorted by topic, partition, offset. mode: its topics only; NULL: all. */
void topics_read(const char *broker, const char *mode, struct messages *out);
void topics_clear(const char *broker); /* deletes every topic */

struct bytes json_masked(const struct bytes *value);
/* The text of a member of the payload (or of the whole value without schemas), or {NULL}. */
struct bytes json_payload_member(const struct bytes *value, const char *name);
/* A missing member or element is shown as "-". */
typedef void json_difference_cb(void *arg, const char *path, const struct bytes *ours, const struct bytes *theirs);
void json_differences(const char *path, const struct bytes *ours, const struct bytes *theirs, json_difference_cb *cb,
		void *arg);

struct case_difference { /* a line of NAME.differs */
	char *topic, *path, *ours, *theirs, *reason;
	bool seen;
};

struct test_case {
	char *name;
	char **databases;
	size_t ndatabases;
	char *only; /* modes that it is compared in, each between blanks; NULL: all */
	bool alone; /* Debezium cannot run it */
	struct case_difference *differences;
	size_t ndifferences;
};

struct test_cases {
	struct test_case *at;
	size_t count;		/* one behind them is "server": what belongs to no database */
	struct test_case every; /* only its differences: those that any case may meet */
};

void cases_read(const char *dir, struct test_cases *out);
struct test_case *cases_of(const struct test_cases *cases, const struct message *m, const char *mode);
bool cases_document(struct test_cases *cases, struct test_case *c, const char *topic, const char *path,
		const struct bytes *ours, const struct bytes *theirs); /* and marks it as seen */
const char *topic_of_mode(const char *topic, const char *mode); /* what the reports call it; NULL: another mode's */

struct pair { /* messages that belong together; NULL: the other side has none */
	const struct message *ours, *theirs;
};
struct pairs {
	struct pair *at;
	size_t count, cap;
};
void messages_pair(const struct message *ours, size_t nours, const struct message *theirs, size_t ntheirs,
		struct pairs *out);

#endif
