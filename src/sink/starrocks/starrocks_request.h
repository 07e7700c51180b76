/* starrocks_request.h - between the files that speak HTTP with StarRocks: one request (starrocks_request.c), and what requests
 * mean (starrocks_http.c). */
#ifndef SINK_STARROCKS_REQUEST_H
#define SINK_STARROCKS_REQUEST_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "core/buf.h"
#include "sink/starrocks/starrocks.h"

struct starrocks_http {
	const struct sink_conf *conf;
	struct starrocks_nodes *nodes;
	struct hosts {
		char **items;		 /* http://host:port */
		unsigned count, current; /* current: the one that answered last */
	} fe, be;			 /* be: of be.http; none: frontends name them */
	CURL *frontend, *backend;
	CURLM *multi; /* runs one request at a time; keeps the connections */
	_Atomic bool cancelled;
	char curl_problem[CURL_ERROR_SIZE];
	struct buf answer;
	struct upload {
		const char *data;
		size_t len, at;
		bool started; /* the other side has asked for the body, or the wait for that was over */
	} upload;
};

/* What every request has. It stays until the next one of this handle. out: takes the answer. */
void request_common(struct starrocks_http *h, CURL *c, const char *url, int64_t timeout_ms, struct buf *out);
void request_login(struct starrocks_http *h, CURL *c);
void request_put(struct starrocks_http *h, CURL *c, const char *url, struct curl_slist *headers, const char *body,
		size_t len);
int64_t request_timeout_ms(const struct starrocks_http *h);  /* of a load */
CURLcode request_perform(struct starrocks_http *h, CURL *c); /* as curl_easy_perform(), but another thread can end it */
const char *request_host(const char *url, char *out, size_t size); /* host:port, for messages: never the whole of it */
int request_failed(struct starrocks_http *h, CURLcode code, const char *who, const char *url, struct err *err);

#endif
