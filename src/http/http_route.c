/*
 * http_route.c - the table of what can be asked, and the way of a request through it: find the row, look at the token, answer. What no
 * row has is 404; a path with another method is 405 and says which ones there are.
 */
#include <stdarg.h>
#include <string.h>

#include "core/conf/endpoint.h"
#include "core/json.h"
#include "http/http_answer.h"

static void raw_status(struct http_call *c);

static const struct http_route {
	const char *method, *path; /* * stands for one part of a path */
	bool changes;
	void (*run)(struct http_call *c);
} routes[] = {
	{ "GET", "/", false, connect_root },
	{ "GET", "/metrics", false, http_metrics },
	{ "GET", "/health", false, http_health },
	{ "GET", "/status", false, raw_status },
	{ "GET", "/connectors", false, connect_list },
	{ "GET", "/connectors/*", false, connect_info },
	{ "GET", "/connectors/*/status", false, connect_status },
	{ "GET", "/connectors/*/config", false, connect_config },
	{ "GET", "/connectors/*/tasks", false, connect_tasks },
	{ "GET", "/connectors/*/tasks/*/status", false, connect_task_status },
	{ "GET", "/connectors/*/offsets", false, connect_offsets },
	{ "GET", "/connectors/*/topics", false, connect_topics },
	{ "PUT", "/connectors/*/pause", true, connect_pause },
	{ "PUT", "/connectors/*/resume", true, connect_resume },
	{ "POST", "/connectors/*/restart", true, connect_restart },
	{ "POST", "/connectors/*/tasks/*/restart", true, connect_task_restart },
};

enum { NROUTES = sizeof(routes) / sizeof(*routes) };

/* ---- answers ---- */

void http_answer_init(struct http_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->code = 200;
	a->type = "application/json";
	buf_init(&a->body, HTTP_ANSWER_MAX);
}

void http_answer_done(struct http_answer *a)
{
	buf_done(&a->body);
}

void http_error(struct http_answer *a, int code, const char *fmt, ...)
{
	char text[700];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	a->code = code;
	a->type = "application/json";
	buf_reset(&a->body);
	buf_printf(&a->body, "{\"error_code\":%d,\"message\":", code);
	buf_json_str(&a->body, text);
	buf_putc(&a->body, '}');
}

/* ---- the engine ---- */

static void refused(struct http_call *c, const struct err *err)
{
	http_error(c->answer, err->kind == ERR_UNREACHABLE ? 503 : 500, "%s", err->msg);
}

bool http_status(struct http_call *c, struct status *s)
{
	struct err err;

	err_clear(&err);
	status_init(s);
	if (c->site->link->status(c->site->link->self, s, &err) == 0)
		return true;
	refused(c, &err);
	return false;
}

int http_request(struct http_call *c, const struct engine_request *r, engine_emit *emit, void *arg)
{
	struct engine_request with = *r;
	struct err err;

	err_clear(&err);
	with.session = c->session;
	if (c->site->link->request(c->site->link->self, &with, emit, arg, &err) == 0)
		return 0;
	refused(c, &err);
	return -1;
}

static int keep_document(void *arg, const char *line, size_t len)
{
	buf_put(arg, line, len);
	return 0;
}

/* /status: as `status --json` prints it. */
static void raw_status(struct http_call *c)
{
	static const struct engine_request r = { .command = "status" };

	http_request(c, &r, keep_document, &c->answer->body);
}

bool http_query_is(const struct http_ask *ask, const char *name, const char *value)
{
	for (size_t i = 0; i < ask->nquery; i++)
		if (strcmp(ask->query[i].name, name) == 0 && ask->query[i].value &&
				strcmp(ask->query[i].value, value) == 0)
			return true;
	return false;
}

/* ---- paths ---- */

static int hex(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* One part of a path; false: too long, or an escape that is none or stands for NUL. */
static bool decode(const char *part, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = i + 2 < len ? hex(part[i + 1]) : -1, low = i + 2 < len ? hex(part[i + 2]) : -1;

		if (n + 1 >= size || (part[i] == '%' && (high < 0 || low < 0 || high + low == 0)))
			return false;
		if (part[i] == '%') {
			out[n++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = part[i];
		}
	}
	out[n] = '\0';
	return true;
}

/* Part by part; a slash at the end does not count. */
static bool matches(const char *pattern, const char *path, struct http_call *c)
{
	size_t star = 0;

	while (*pattern == '/' && *path == '/') {
		size_t want = strcspn(++pattern, "/"), len = strcspn(++path, "/");
		bool any = want == 1 && *pattern == '*';

		if (any ? len == 0 || !decode(path, len, c->names[star++], sizeof(c->names[0]))
			: want != len || memcmp(pattern, path, len) != 0)
			return false;
		pattern += want;
		path += len;
	}
	return *pattern == '\0' && (*path == '\0' || strcmp(path, "/") == 0);
}

static bool is_method(const char *asked, const char *method)
{
	return strcmp(asked, method) == 0 || (strcmp(asked, "HEAD") == 0 && strcmp(method, "GET") == 0);
}

/* NULL: answered. */
static const struct http_route *find(struct http_call *c)
{
	char *allow = c->answer->allow;

	for (const struct http_route *r = routes; r < routes + NROUTES; r++) {
		if (!matches(r->path, c->ask->path, c))
			continue;
		if (is_method(c->ask->method, r->method))
			return r;
		snprintf(allow + strlen(allow), sizeof(c->answer->allow) - strlen(allow), "%s%s", *allow ? ", " : "",
				r->method);
	}
	if (*allow)
		http_error(c->answer, 405, "HTTP 405 Method Not Allowed");
	else
		http_error(c->answer, 404, "HTTP 404 Not Found");
	return NULL;
}

/* ---- who ---- */

static bool allowed(struct http_call *c, const struct http_route *r, bool has_token)
{
	const struct http_conf *conf = c->site->conf;
	bool changes = r && r->changes;

	if (changes && conf->token == NULL) {
		http_error(c->answer, 403, "[http] has no token, so nothing can be changed by HTTP; set token.file");
		return false;
	}
	if (has_token || !(changes || conf->reads_need_token))
		return true;
	c->answer->challenge = true;
	http_error(c->answer, 401,
			"expected the token of [http]: Authorization: Bearer TOKEN, or Basic with it as the password");
	return false;
}

void http_site_init(struct http_site *site, struct engine_link *link, const struct http_conf *conf)
{
	*site = (struct http_site){ .link = link, .conf = conf };
	endpoint_format(site->worker_id, sizeof(site->worker_id), conf->host, conf->port);
}

void http_answer(const struct http_site *site, const struct http_ask *ask, struct http_answer *out)
{
	struct engine_session session = { .read_only = true };
	struct http_call c = { .site = site, .ask = ask, .answer = out, .session = &session };
	const struct http_route *r;
	char user[40];
	bool has_token = http_auth(ask->authorization, site->conf->token, user, sizeof(user));

	snprintf(session.who, sizeof(session.who), "http:%s%s%.45s", user, *user ? "@" : "", ask->peer);
	session.read_only = !has_token;
	r = find(&c);
	if (!allowed(&c, r, has_token) || r == NULL)
		return;
	r->run(&c);
	if (out->body.failed)
		http_error(out, 500, "the answer would be longer than %d MB", HTTP_ANSWER_MAX >> 20);
}
