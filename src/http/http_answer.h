/*
 * http_answer.h - a request and its answer without a socket: what the files of this room share. Pure but for the link that the
 * engine is asked by, so that tests hand it requests and a link of their own.
 */
#ifndef HTTP_HTTP_ANSWER_H
#define HTTP_HTTP_ANSWER_H

#include "core/buf.h"
#include "http/http.h"

enum { HTTP_QUERY_MAX = 8, HTTP_BODY_MAX = 64 << 10, HTTP_ANSWER_MAX = 64 << 20 };

struct http_ask {		   /* lent */
	const char *method, *path; /* "GET"; as it was sent, without the query */
	struct {
		const char *name, *value;
	} query[HTTP_QUERY_MAX];
	size_t nquery;
	const char *authorization; /* the header; NULL: none */
	const char *peer;	   /* "127.0.0.1" */
};

struct http_answer {
	int code;
	const char *type; /* of the body: static */
	char allow[64];	  /* 405: methods that are; "" */
	bool challenge;	  /* 401: says how to authenticate */
	struct buf body;
};
void http_answer_init(struct http_answer *a);
void http_answer_done(struct http_answer *a);
/* {"error_code":404,"message":".."}, as Kafka Connect answers. */
void http_error(struct http_answer *a, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

struct http_site {
	struct engine_link *link;
	const struct http_conf *conf;
	char worker_id[80]; /* "127.0.0.1:8083" */
};
void http_site_init(struct http_site *site, struct engine_link *link, const struct http_conf *conf);
void http_answer(const struct http_site *site, const struct http_ask *ask,
		struct http_answer *out); /* http_route.c. @thread any */

/* ---- for the answers ---- */
struct http_call { /* one request on its way */
	const struct http_site *site;
	const struct http_ask *ask;
	struct http_answer *answer;
	const struct engine_session *session;
	char names[2][160]; /* what stood where the route has a *, decoded */
};
bool http_status(struct http_call *c, struct status *s); /* false: answered with why not; status_done() either way */
int http_request(struct http_call *c, const struct engine_request *r, engine_emit *emit,
		void *arg);							     /* -1: answered with why not */
bool http_query_is(const struct http_ask *ask, const char *name, const char *value); /* ?name=value is there */

/* http_settings.c: calls back for each setting that has a value; -1: answered with why not */
typedef void http_setting(void *arg, const char *section, const char *key, const char *value);
int http_settings_each(struct http_call *c, http_setting *call, void *arg);

/* http_auth.c: does the header carry the token? user: the name in it, "" without. */
bool http_auth(const char *header, const char *token, char *user, size_t size);

/* http_metrics.c, http_health.c */
void http_metrics(struct http_call *c);
void http_health(struct http_call *c);
/* http_connect.c: Kafka Connect's calls */
void connect_root(struct http_call *c);
void connect_list(struct http_call *c);
void connect_info(struct http_call *c);
void connect_status(struct http_call *c);
void connect_config(struct http_call *c);
void connect_tasks(struct http_call *c);
void connect_task_status(struct http_call *c);
void connect_offsets(struct http_call *c);
void connect_topics(struct http_call *c);
void connect_pause(struct http_call *c);
void connect_resume(struct http_call *c);
void connect_restart(struct http_call *c);
void connect_task_restart(struct http_call *c);

#endif
