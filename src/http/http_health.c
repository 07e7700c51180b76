/*
 * http_health.c - /health: is anything wrong that needs a person? From problems[] and nothing else, by the rule of `status` and its exit
 * code. 200: no; 503: yes. "status" and "message" are what Kafka Connect's /health has.
 */
#include <inttypes.h>

#include "core/json.h"
#include "http/http_answer.h"

static void put_text(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, ",\"%s\":", key);
	buf_json_str(b, value);
}

static void put_problem(struct buf *b, const struct status_problem *p)
{
	buf_printf(b, "{\"severity\":\"%s\",\"fails\":%s", problem_severity_name(p->severity),
			p->fails ? "true" : "false");
	put_text(b, "code", p->code);
	put_text(b, "kind", p->kind);
	put_text(b, "subject", p->subject);
	put_text(b, "text", p->text);
	put_text(b, "means", p->means);
	put_text(b, "remedy", p->remedy);
	put_text(b, "command", p->command);
	put_text(b, "acknowledged_by", p->by);
	buf_printf(b, ",\"since_us\":%" PRId64 "}", p->since_us);
}

void http_health(struct http_call *c)
{
	struct buf *b = &c->answer->body;
	size_t failing;
	char message[80];
	struct status s;

	if (http_status(c, &s)) {
		failing = status_failing(&s);
		snprintf(message, sizeof(message),
				failing ? "%zu problems need a person" : "nothing is wrong that needs a person",
				failing);
		buf_printf(b, "{\"status\":\"%s\",\"message\":\"%s\",\"problems\":[", failing ? "unhealthy" : "healthy",
				message);
		for (size_t i = 0; i < s.nproblems; i++) {
			if (i)
				buf_putc(b, ',');
			put_problem(b, &s.problems[i]);
		}
		buf_puts(b, "]}");
		c->answer->code = failing ? 503 : 200;
	}
	status_done(&s);
}
