/*
 * double_fe.c - the frontend's HTTP: who may come in, and which backend the load goes to. It never takes a body and
 * never says "100 Continue"; nearly everything it has to say comes with HTTP status 200, failures too.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/json.h"
#include "double_server.h"
#include "load/fe_transaction.h"

#define JSON_TYPE "application/json; charset=UTF-8"
#define PARTS_MAX 8

static void reply_buf(struct http_request *r, int code, const char *extra, struct buf *body)
{
	http_reply(r, code, extra, JSON_TYPE, body->data, body->len);
	buf_done(body);
}

/* RestBaseResult: five keys, in lower case. */
static void reply_base(struct http_request *r, int code, const char *extra, bool good, const char *text)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_printf(&b, "{\"status\":\"%s\",\"code\":\"%d\",\"msg\":", good ? "OK" : "FAILED", !good);
	buf_json_str(&b, text);
	buf_puts(&b, ",\"message\":");
	buf_json_str(&b, text);
	buf_puts(&b, "}");
	reply_buf(r, code, extra, &b);
}

void fe_reply_failed(struct http_request *r, const char *class, const char *text)
{
	struct buf b, message;

	buf_init(&b, 65536);
	buf_init(&message, 65536);
	buf_printf(&message, "class com.starrocks.common.%s: %s", class, text);
	buf_puts(&b, "{\"Status\":\"FAILED\",\"Message\":");
	buf_json_str(&b, message.data);
	buf_puts(&b, "}");
	r->keep = false;
	buf_done(&message);
	reply_buf(r, 200, NULL, &b);
}

void fe_redirect(struct http_request *r, uint16_t port, char *const *parts, unsigned nparts)
{
	char location[4096];
	int len = snprintf(location, sizeof(location), "Location: http://127.0.0.1:%u", port);

	for (unsigned i = 0; i < nparts; i++)
		len += snprintf(location + len, sizeof(location) - (size_t)len, "/%.500s", parts[i]);
	snprintf(location + len, sizeof(location) - (size_t)len, "%s%.500s\r\n", *r->query != '\0' ? "?" : "",
			r->query);
	r->keep = false;
	http_reply(r, 307, location, NULL, "", 0);
}

static bool refuse_user(struct server *s, struct http_request *r, char *user, size_t size)
{
	char text[320];

	*user = '\0';
	if (server_auth(s, r, user, size))
		return false;
	snprintf(text, sizeof(text), "Access denied for %s@127.0.0.1", *user != '\0' ? user : "unknown");
	r->keep = false;
	reply_base(r, 401, "WWW-Authenticate: Basic realm=\"\"\r\n", false, text);
	return true;
}

uint16_t fe_pick_backend(struct server *s, unsigned *index)
{
	for (unsigned i = 0; i < s->nbackends; i++) {
		*index = atomic_fetch_add(&s->next_backend, 1) % s->nbackends;
		if (node_takes_loads(&s->nodes.be[*index]))
			return server_be_port(s, *index);
	}
	return 0;
}

static void stream_load(struct server *s, struct http_request *r, char *const *parts, unsigned nparts)
{
	char user[128], text[320];
	int64_t arg;
	unsigned backend;
	uint16_t port;

	r->keep = false;
	if (refuse_user(s, r, user, sizeof(user)))
		return;
	if (!server_may(s, user, RIGHT_INSERT)) {
		snprintf(text, sizeof(text),
				"Access denied; you need (at least one of) the INSERT privilege(s) on TABLE %.200s for this operation.",
				nparts > 2 ? parts[2] : "");
		reply_base(r, 401, NULL, false, text);
		return;
	}
	if (fault_take(&s->faults, FAULT_FE_ERROR, &arg)) {
		reply_base(r, (int)arg, NULL, false, "Internal error");
		return;
	}
	if (http_header(r, "Expect") == NULL && r->minor == 1) {
		fe_reply_failed(r, "DdlException", "There is no 100-continue header");
		return;
	}
	port = fe_pick_backend(s, &backend);
	if (port == 0 || fault_take(&s->faults, FAULT_NO_BACKEND, NULL))
		fe_reply_failed(r, "DdlException", "No backend alive.");
	else if (fault_take(&s->faults, FAULT_REDIRECT_UNREACHABLE, &arg))
		fe_redirect(r, (uint16_t)arg, parts, nparts);
	else
		fe_redirect(r, port, parts, nparts);
}

bool fe_to_leader(struct server *s, unsigned index, struct http_request *r, char *const *parts, unsigned nparts)
{
	unsigned leader = s->nodes.leader;

	if (index == leader && fault_take(&s->faults, FAULT_NOT_LEADER, NULL))
		s->nodes.leader = leader = 1 - leader;
	if (index == leader)
		return false;
	fe_redirect(r, s->fe_port[leader], parts, nparts);
	return true;
}

static void get_load_state(struct server *s, unsigned index, struct http_request *r, char *const *parts,
		unsigned nparts)
{
	char label[256], user[128], text[320];
	enum txn_state state = TXN_UNKNOWN;
	const struct txn *t;
	struct db *db;
	struct buf b;

	if (refuse_user(s, r, user, sizeof(user)) || fe_to_leader(s, index, r, parts, nparts))
		return;
	if (!http_query(r, "label", label, sizeof(label)) || *label == '\0') {
		reply_base(r, 200, NULL, false, "No label selected.");
		return;
	}
	buf_init(&b, 65536);
	store_lock(&s->store);
	db = store_db(&s->store, parts[1]);
	t = db != NULL ? store_label(&s->store, db, label) : NULL;
	if (t != NULL)
		state = t->state;
	buf_printf(&b, "{\"state\":\"%s\",\"reason\":", txn_state_name(state));
	buf_json_str(&b, t != NULL && t->reason != NULL ? t->reason : "");
	store_unlock(&s->store);
	if (db == NULL) {
		buf_done(&b);
		snprintf(text, sizeof(text), "unknown database, database=%.200s", parts[1]);
		reply_base(r, 200, NULL, false, text);
		return;
	}
	buf_puts(&b, ",\"status\":\"OK\",\"code\":\"0\",\"msg\":\"Success\",\"message\":\"OK\"}");
	reply_buf(r, 200, NULL, &b);
}

static void transaction(struct server *s, unsigned index, struct http_request *r, char *const *parts, unsigned nparts)
{
	char user[128];

	if (!refuse_user(s, r, user, sizeof(user)) && !fe_to_leader(s, index, r, parts, nparts))
		fe_transaction(s, r, user, parts, nparts);
}

static void bootstrap(struct server *s, struct http_request *r)
{
	struct buf b;

	buf_init(&b, 65536);
	buf_printf(&b,
			"{\"replayedJournalId\":0,\"queryPort\":0,\"rpcPort\":0,\"feStartTime\":0,\"heapUsedPercent\":0.0,"
			"\"status\":\"OK\",\"code\":\"0\",\"msg\":\"Success\",\"message\":\"OK\"}");
	reply_buf(r, 200, NULL, &b);
}

static void health(struct server *s, struct http_request *r)
{
	struct buf b;
	unsigned alive = 0;

	for (unsigned i = 0; i < s->nbackends; i++)
		alive += node_is_alive(&s->nodes.be[i]);
	buf_init(&b, 65536);
	buf_printf(&b, "{\"total_backend_num\":%u,\"online_backend_num\":%u,\"status\":\"OK\",\"code\":\"0\",\"msg\":\"Success\",\"message\":\"OK\"}",
			s->nbackends, alive);
	reply_buf(r, 200, NULL, &b);
}

static void handle(struct server *s, unsigned index, struct http_request *r)
{
	char *parts[PARTS_MAX];
	unsigned n = http_split(r, parts, PARTS_MAX);
	bool put = strcmp(r->method, "PUT") == 0, get = strcmp(r->method, "GET") == 0,
	     post = strcmp(r->method, "POST") == 0;
	bool api = n > 1 && strcmp(parts[0], "api") == 0;

	if (api && put && n == 4 && strcmp(parts[3], "_stream_load") == 0)
		stream_load(s, r, parts, n);
	else if (api && (put || post) && n == 3 && strcmp(parts[1], "transaction") == 0)
		transaction(s, index, r, parts, n);
	else if (api && get && n == 3 && strcmp(parts[2], "get_load_state") == 0)
		get_load_state(s, index, r, parts, n);
	else if (api && get && n == 2 && strcmp(parts[1], "bootstrap") == 0)
		bootstrap(s, r);
	else if (api && get && n == 2 && strcmp(parts[1], "health") == 0)
		health(s, r);
	else
		http_reply(r, 404, NULL, "text/html", "Not Found", 9);
}

void fe_serve(struct server *s, unsigned index, int fd)
{
	http_serve(s, &s->nodes.fe[index], index, fd, HTTP_HEAD_FE, handle);
}
