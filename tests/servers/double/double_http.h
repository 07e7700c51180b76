/*
 * double_http.h - HTTP/1.1 as StarRocks' frontends and backends speak it, which a library would not do for us: the
 * frontend answers a PUT that expects "100 Continue" with its final answer, the backend looks at the headers first
 * and says "100 Continue" late, or late on purpose. One thread a connection, blocking, with time limits.
 */
#ifndef DOUBLE_HTTP_H
#define DOUBLE_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/buf.h"
#include "core/err.h"

#define HTTP_HEAD_MAX 65536
#define HTTP_HEAD_FE 32768 /* http_max_header_size of a frontend; backends have no limit */
#define HTTP_HEADERS_MAX 128

struct http_header {
	const char *name, *value;
};

struct http_request {
	int fd;
	size_t head_max;      /* a longer head ends the connection; at the most HTTP_HEAD_MAX */
	char *in;	      /* HTTP_HEAD_MAX bytes read ahead; the head stands at its beginning */
	size_t in_len, in_at; /* at: first byte behind what was consumed */
	const char *method;
	char *path, *query; /* not yet decoded; query may be "" */
	struct http_header headers[HTTP_HEADERS_MAX];
	unsigned nheaders;
	int minor;	       /* HTTP/1.minor */
	int64_t length;	       /* Content-Length; -1: none */
	bool chunked, expects; /* expects: 100-continue was asked for and not yet answered */
	bool body_read, replied, keep;
};

int http_read(struct http_request *r); /* the next request of the connection; -1: no more */
const char *http_header(const struct http_request *r, const char *name); /* NULL: not there */
bool http_is_true(const struct http_request *r, const char *name);
/* A value of the query string, decoded into out; false: not there. */
bool http_query(const struct http_request *r, const char *name, char *out, size_t size);
char *http_decode(char *p); /* %XX in place; returns p */
/* Splits the path at '/': decodes each part in place; returns how many. */
unsigned http_split(struct http_request *r, char **parts, unsigned max);
bool http_basic_auth(const struct http_request *r, char *user, size_t user_size, char *password, size_t password_size);

void http_continue(struct http_request *r); /* "100 Continue", when it is waited for */
/* Reads all of the body; cut_after >= 0: gives up after so many bytes. err: what the backend would say. */
int http_body(struct http_request *r, struct buf *out, int64_t cut_after, struct err *err);
void http_reply(struct http_request *r, int code, const char *extra, const char *type, const char *body, size_t len);
void http_linger(struct http_request *r); /* waits a moment for the other side, so that it can read the answer */

#endif
