/* http_connect.h - a half of this process as a connector of Kafka Connect. */
#ifndef HTTP_HTTP_CONNECT_H
#define HTTP_HTTP_CONNECT_H

#include "http/http_answer.h"

struct connector {
	char name[80];
	bool load;
	enum half_state state;
	const struct status_trouble *trouble;
};

/* The one that the path names; false: answered. status_done() either way */
bool connect_named(struct http_call *c, struct status *s, struct connector *out);

#endif
