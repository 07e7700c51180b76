/*
 * http.h - what is asked of a running engine by HTTP: figures for Prometheus, health, the status, and the calls of Kafka Connect's REST
 * interface that monitors use. Above the engine like the control socket; knows it by its link only.
 *
 * Who connects is not trusted: connections, bytes of a request and time have limits, one connection answers one request, and a
 * request that changes something carries the token.
 *
 * Threads: libmicrohttpd has one that listens and one a connection; one of ours shows out who takes too long. They hold nothing of
 * the engine while they wait for the other side.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <stdbool.h>
#include <stdio.h>

#include "core/err.h"
#include "engine/engine.h"

struct http_conf {	  /* texts are lent until http_stop() */
	const char *host; /* an address: 127.0.0.1, ::1 */
	unsigned port;
	const char *token; /* NULL: nothing can be changed by HTTP */
	bool reads_need_token;
	unsigned connections; /* at once; one more shows out who has been silent for longest */
	int timeout_ms;	      /* for a request to arrive, and for its answer to be taken */
	int tables;	      /* that /metrics has figures of */
};

struct http_server;
struct http_server *http_serve(struct engine_link *link, const struct http_conf *conf,
		struct err *err);      /* link is lent */
void http_stop(struct http_server *s); /* waits for requests that are being answered; NULL: nothing */

void http_print_metrics_page(FILE *out); /* docs/metrics.md, from the table of metrics */
const char *http_library(void);		 /* "libmicrohttpd 0.9.75" */

#endif
