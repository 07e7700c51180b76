/*
 * endpoint.h - "host:port" in every spelling that a setting may have: db1, db1:3307, 10.0.0.1:3306, ::1, [::1], [::1]:3306,
 * and lists of them. One reader for MySQL, StarRocks and whatever comes, so that brackets and ports mean the same
 * everywhere.
 */
#ifndef CORE_ENDPOINT_H
#define CORE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

struct endpoint {
	char scheme[16]; /* "https"; "": none was written */
	char host[256];	 /* without brackets */
	unsigned port;	 /* 0: none was written */
};

/* One endpoint, blanks around it allowed. -1: it is none; `expected` says what would be. */
int endpoint_parse(const char *text, size_t len, struct endpoint *out, const char **expected);
/* The index-th entry of "a, b:1"; false: there are not so many. Its text is lent from the list. */
bool endpoint_entry(const char *list, unsigned index, const char **text, size_t *len);
unsigned endpoint_count(const char *list);
/* "host:port", with brackets around an IPv6 address; returns out. */
const char *endpoint_format(char *out, size_t size, const char *host, unsigned port);

#endif
