/*
 * request_ask.c - see request_ask.h.
 */
#include "engine/requests/request_ask.h"

#include <stdio.h>
#include <string.h>

#include "core/num/num.h"
#include "engine/engine_parts.h"

const struct engine_request_arg_doc no_args[] = { NO_MORE };

int64_t ask_count(const struct ask *a, const char *name, int64_t otherwise)
{
	const char *text = engine_request_arg(a->r, name);

	if (text)
		num_parse_i64(text, strlen(text), &otherwise);
	return otherwise;
}

void ask_text(const struct ask *a, const char *name, char *out, size_t size)
{
	const char *text = engine_request_arg(a->r, name);

	snprintf(out, size, "%s", text ? text : "");
}

const char *ask_who(const struct ask *a)
{
	return a->r->session && a->r->session->who[0] ? a->r->session->who : "unknown";
}

struct log *asked_log(struct ask *a)
{
	return shared_log(&a->e->shared, a->err);
}
