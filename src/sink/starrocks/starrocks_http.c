/*
 * starrocks_http.c - Stream Load over HTTP. The frontend only says which backend takes the load (307), so it is asked
 * with the headers and no body; the body goes to the backend, behind `Expect: 100-continue`, over a connection that is
 * kept. An HTTP status says nothing about success, the Location carries no credentials and perhaps a name that only the
 * cluster can resolve, and whoever loses the connection does not know what happened. `sent` in the answer says whether
 * the load may have been carried out.
 */
#include <curl/curl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/conf/endpoint.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks.h"
#include "sink/starrocks/starrocks_nodes.h"

#define ANSWER_MAX (1 << 20)
#define HOPS_MAX 3
#define FETCH_TIMEOUT_MS 10000
#define PROBE_TIMEOUT_MS 5000
#define LOG_TIMEOUT_MS 2000 /* of an error log, which a load waits for */

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

/* One request. */

enum { POLL_MS = 1000 };

/* As curl_easy_perform(), but another thread can end it. */
static CURLcode perform(struct starrocks_http *h, CURL *c)
{
	CURLcode code = CURLE_ABORTED_BY_CALLBACK;
	int running = 1, left;
	CURLMsg *done;

	if (curl_multi_add_handle(h->multi, c) != CURLM_OK)
		return CURLE_FAILED_INIT;
	while (running && !atomic_load(&h->cancelled)) {
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			break;
		if (running)
			curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
	}
	while ((done = curl_multi_info_read(h->multi, &left)) != NULL)
		if (done->msg == CURLMSG_DONE && done->easy_handle == c)
			code = done->data.result;
	curl_multi_remove_handle(h->multi, c);
	return code;
}

void starrocks_http_cancel(struct starrocks_http *h)
{
	atomic_store(&h->cancelled, true);
	curl_multi_wakeup(h->multi);
}

static size_t take_answer(char *data, size_t size, size_t count, void *context)
{
	struct buf *out = context;

	buf_put(out, data, size * count);
	return out->failed ? 0 : size * count;
}

static size_t give_body(char *out, size_t size, size_t count, void *context)
{
	struct upload *u = context;
	size_t n = size * count < u->len - u->at ? size * count : u->len - u->at;

	memcpy(out, u->data + u->at, n);
	u->at += n;
	u->started = true;
	return n;
}

static int seek_body(void *context, curl_off_t offset, int origin)
{
	struct upload *u = context;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > u->len)
		return CURL_SEEKFUNC_FAIL;
	u->at = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static void request_common(struct starrocks_http *h, CURL *c, const char *url, int64_t timeout_ms, struct buf *out)
{
	long connect_ms = h->conf->connect_timeout_ms > 0 ? (long)h->conf->connect_timeout_ms : 5000;

	curl_easy_reset(c); /* keeps connections */
	h->curl_problem[0] = '\0';
	buf_reset(out);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	if (h->conf->login.ssl_ca)
		curl_easy_setopt(c, CURLOPT_CAINFO, h->conf->login.ssl_ca);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(c, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, h->curl_problem);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, out);
}

static void request_login(struct starrocks_http *h, CURL *c)
{
	curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	curl_easy_setopt(c, CURLOPT_USERNAME, h->conf->user ? h->conf->user : "root");
	curl_easy_setopt(c, CURLOPT_PASSWORD, sink_password(h->conf));
}

static int64_t load_timeout_ms(const struct starrocks_http *h)
{
	return h->conf->load_timeout_ms >= 1000 ? h->conf->load_timeout_ms : 1000;
}

static void request_put(struct starrocks_http *h, CURL *c, const char *url, struct curl_slist *headers,
		const char *body, size_t len)
{
	h->upload = (struct upload){ body, len, 0, false };
	/* StarRocks answers when its own time limit is over; a little more for the way. */
	request_common(h, c, url, len ? load_timeout_ms(h) + 5000 : 15000, &h->answer);
	request_login(h, c);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give_body);
	curl_easy_setopt(c, CURLOPT_READDATA, &h->upload);
	curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, seek_body);
	curl_easy_setopt(c, CURLOPT_SEEKDATA, &h->upload);
	curl_easy_setopt(c, CURLOPT_EXPECT_100_TIMEOUT_MS, 10000L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, (long)(load_timeout_ms(h) / 1000 + 1));
}

/* host:port of a URL, for messages: never the whole of it. */
static const char *url_host(const char *url, char *out, size_t size)
{
	const char *at = strstr(url, "://");
	size_t len;

	at = at ? at + 3 : url;
	len = strcspn(at, "/?#");
	if (memchr(at, '@', len)) {
		const char *host = (const char *)memchr(at, '@', len) + 1;

		len -= (size_t)(host - at);
		at = host;
	}
	snprintf(out, size, "%.*s", (int)(len < 200 ? len : 200), at);
	return out;
}

static int curl_fail(struct starrocks_http *h, CURLcode code, const char *who, const char *url, struct err *err)
{
	char host[256];

	return err_set(err, ERR_UNREACHABLE, (int)code, "StarRocks %s %s: %s", who, url_host(url, host, sizeof(host)),
			h->curl_problem[0] ? h->curl_problem : curl_easy_strerror(code));
}

/* Redirects. */

static bool host_is_wildcard(const char *host)
{
	return strncmp(host, "0.0.0.0", 7) == 0 || strncmp(host, "[::]", 4) == 0 || host[0] == ':' || host[0] == '\0';
}

/* The Location of a 307 as an own string. */
static char *redirect_target(struct starrocks_http *h, CURL *c, const char *from, struct err *err)
{
	char host[256], from_host[256], *location = NULL;

	curl_easy_getinfo(c, CURLINFO_REDIRECT_URL, &location);
	url_host(from, from_host, sizeof(from_host));
	if (!location || (strncasecmp(location, "http://", 7) && strncasecmp(location, "https://", 8))) {
		err_set(err, ERR_RETRY, 307, "StarRocks %s: a redirect without an HTTP address", from_host);
		return NULL;
	}
	url_host(location, host, sizeof(host));
	if (host_is_wildcard(host)) {
		err_set(err, ERR_CONFIG, 307,
				"StarRocks %s: sends loads to %s, which is no address; give the backends one that can be reached "
				"(priority_networks, or ALTER SYSTEM MODIFY BACKEND HOST)",
				from_host, host);
		return NULL;
	}
	return starrocks_nodes_follow(h->nodes, from, location, err);
}

/* Answers. */

static const char *member(const json_t *root, const char *key, const char *other)
{
	const char *text = json_string_value(json_object_get(root, key));

	if (!text && other)
		text = json_string_value(json_object_get(root, other));
	return text ? text : "";
}

/* -1: the answer does not say */
static int64_t phase(const json_t *root, const char *name)
{
	const json_t *ms = json_object_get(root, name);

	return json_is_integer(ms) ? json_integer_value(ms) : -1;
}

static int answer_parse(struct starrocks_http *h, long http, const char *url, struct starrocks_answer *a,
		struct err *err)
{
	json_t *root = h->answer.len ? json_loadb(h->answer.data, h->answer.len, 0, NULL) : NULL;
	char host[256];

	url_host(url, host, sizeof(host));
	if (http == 401 || http == 403) {
		err_set(err, ERR_DENIED, (int)http,
				"StarRocks %s: user '%s' is refused: %s; check the password and GRANT INSERT", host,
				h->conf->user ? h->conf->user : "root",
				root ? member(root, "msg", "message") : "no reason given");
		json_decref(root);
		return -1;
	}
	if (!json_is_object(root)) {
		json_decref(root);
		return err_set(err, http >= 500 ? ERR_UNREACHABLE : ERR_RETRY, (int)http,
				"StarRocks %s: HTTP %ld without a JSON answer: %.80s", host, http,
				h->answer.len ? h->answer.data : "(empty)");
	}
	snprintf(a->status, sizeof(a->status), "%s", member(root, "Status", "status"));
	snprintf(a->existing, sizeof(a->existing), "%s", member(root, "ExistingJobStatus", NULL));
	snprintf(a->message, sizeof(a->message), "%s", member(root, "Message", "msg"));
	snprintf(a->error_url, sizeof(a->error_url), "%s", member(root, "ErrorURL", NULL));
	a->total = json_integer_value(json_object_get(root, "NumberTotalRows"));
	a->loaded = json_integer_value(json_object_get(root, "NumberLoadedRows"));
	a->filtered = json_integer_value(json_object_get(root, "NumberFilteredRows"));
	a->phases = (struct sink_phases){
		.begin_ms = phase(root, "BeginTxnTimeMs"),
		.plan_ms = phase(root, "StreamLoadPlanTimeMs"),
		.receive_ms = phase(root, "ReadDataTimeMs"),
		.write_ms = phase(root, "WriteDataTimeMs"),
		.publish_ms = phase(root, "CommitAndPublishTimeMs"),
	};
	json_decref(root);
	return 0;
}

/* The two halves of a load. */

static char *load_path(const char *db_name, const char *table_name)
{
	char *db = curl_easy_escape(NULL, db_name, 0), *table = curl_easy_escape(NULL, table_name, 0);
	char *path = xasprintf("/api/%s/%s/_stream_load", db ? db : "", table ? table : "");

	curl_free(db);
	curl_free(table);
	return path;
}

static struct curl_slist *header(struct curl_slist *list, const char *name, const char *value)
{
	char *line = xasprintf("%s: %s", name, value);

	list = curl_slist_append(list, line);
	free(line);
	return list;
}

/* What a frontend needs to name a backend. It takes no more than http_max_header_size, which long lists of columns exceed. */
static struct curl_slist *frontend_headers(const struct starrocks_http *h, const char *label)
{
	struct curl_slist *list = header(NULL, "Expect", "100-continue");

	list = header(list, "label", label);
	if (h->conf->warehouse && h->conf->warehouse[0])
		list = header(list, "warehouse", h->conf->warehouse);
	return list;
}

static struct curl_slist *load_headers(const struct starrocks_http *h, const struct starrocks_load *load)
{
	struct curl_slist *list = frontend_headers(h, load->label);
	char timeout[32];

	snprintf(timeout, sizeof(timeout), "%lld", (long long)(load_timeout_ms(h) / 1000));
	list = header(list, "format", "json");
	list = header(list, "strip_outer_array", "true");
	list = header(list, "columns", load->columns);
	list = header(list, "max_filter_ratio", "0");
	list = header(list, "strict_mode", "true"); /* a value that cannot be converted is an error, not a NULL */
	list = header(list, "timeout", timeout);
	if (load->partial)
		list = header(list, "partial_update", "true");
	if (load->compression)
		list = header(list, "compression", load->compression);
	return list;
}

/* Asks one frontend. 1: *location says where the body goes. 0: it has answered itself. */
static int ask_frontend(struct starrocks_http *h, const char *url, struct curl_slist *headers, char **location,
		struct starrocks_answer *a, struct err *err)
{
	CURLcode code;
	long http = 0;

	request_put(h, h->frontend, url, headers, "", 0);
	code = perform(h, h->frontend);
	if (code != CURLE_OK)
		return curl_fail(h, code, "frontend", url, err);
	curl_easy_getinfo(h->frontend, CURLINFO_RESPONSE_CODE, &http);
	if (http == 307 || http == 302 || http == 308) {
		*location = redirect_target(h, h->frontend, url, err);
		return *location ? 1 : -1;
	}
	return answer_parse(h, http, url, a, err);
}

/* A frontend may name another one first, which is asked as well: its headers are limited, too. url: an own string. */
static int find_backend(struct starrocks_http *h, char *url, struct curl_slist *headers, char **location,
		struct starrocks_answer *a, struct err *err)
{
	int result = -1;

	for (int hop = 0; url && hop < HOPS_MAX; hop++) {
		char *next = NULL;

		result = ask_frontend(h, url, headers, &next, a, err);
		free(url);
		url = next;
		if (result != 1)
			break;
		if (!starrocks_nodes_is_frontend(h->nodes, url)) {
			*location = url;
			return 1;
		}
		result = err_set(err, ERR_RETRY, 307, "StarRocks: more than %d redirects", HOPS_MAX);
	}
	free(url);
	return result;
}

static bool never_arrived(CURLcode code)
{
	return code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_URL_MALFORMAT ||
			code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_SSL_CONNECT_ERROR ||
			code == CURLE_PEER_FAILED_VERIFICATION;
}

/* frontend NULL: be.http names it */
static int unreachable_backend(const char *url, const char *frontend, const char *why, struct err *err)
{
	char host[256], from[256];

	if (frontend == NULL)
		return err_set(err, ERR_UNREACHABLE, 0, "StarRocks backend %s of be.http: %s",
				url_host(url, host, sizeof(host)), why);
	return err_set(err, ERR_UNREACHABLE, 0,
			"StarRocks %s sends loads to the backend %s, which this machine does not reach: %s; "
			"backends register with an address that loaders can reach (SHOW BACKENDS)",
			url_host(frontend, from, sizeof(from)), url_host(url, host, sizeof(host)), why);
}

/* Sends the body; a frontend in between may redirect once more. Takes location. */
static int send_body(struct starrocks_http *h, char *location, const char *frontend, struct curl_slist *headers,
		const struct starrocks_load *load, struct starrocks_answer *a, struct err *err)
{
	int result = err_set(err, ERR_RETRY, 307, "StarRocks: more than %d redirects", HOPS_MAX);

	for (int hop = 0; location && hop < HOPS_MAX; hop++) {
		CURLcode code;
		long http = 0;
		char *next;

		request_put(h, h->backend, location, headers, load->body, load->len);
		code = perform(h, h->backend);
		curl_easy_getinfo(h->backend, CURLINFO_RESPONSE_CODE, &http);
		if (code != CURLE_OK) {
			a->sent = !never_arrived(code);
			result = a->sent ? curl_fail(h, code, "backend", location, err)
					 : unreachable_backend(location, frontend, h->curl_problem, err);
			break;
		}
		if (http != 307 && http != 302 && http != 308) {
			a->sent = true;
			result = answer_parse(h, http, location, a, err);
			break;
		}
		next = redirect_target(h, h->backend, location, err);
		free(location);
		location = next;
	}
	free(location);
	return result;
}

/* Public. */

int starrocks_http_load(struct starrocks_http *h, const struct starrocks_load *load, struct starrocks_answer *answer,
		struct err *err)
{
	struct curl_slist *headers = load_headers(h, load), *brief = frontend_headers(h, load->label);
	struct hosts *hosts = h->be.count ? &h->be : &h->fe;
	char *path = load_path(load->db, load->table);
	int result = -1;

	*answer = (struct starrocks_answer){ .phases = { -1, -1, -1, -1, -1 } };
	for (unsigned i = 0; i < hosts->count; i++) {
		const char *host = hosts->items[hosts->current];
		char *location = xasprintf("%s%s", host, path);

		result = h->be.count ? 1 : find_backend(h, location, brief, &location, answer, err);
		if (result == 1)
			result = send_body(h, location, h->be.count ? NULL : host, headers, load, answer, err);
		if (result == 0 || answer->sent || err->kind == ERR_CONFIG)
			break;
		hosts->current = (hosts->current + 1) % hosts->count;
	}
	free(path);
	curl_slist_free_all(headers);
	curl_slist_free_all(brief);
	return result;
}

/* "http://host:port" of an address there. */
static char *origin_of(const char *url)
{
	const char *host = strstr(url, "://");
	size_t scheme = host ? (size_t)(host - url) + 3 : 0;

	return xstrndup(url, scheme + strcspn(url + scheme, "/"));
}

int starrocks_http_may_load(struct starrocks_http *h, const char *db, const char *table, char **backend,
		struct err *err)
{
	struct curl_slist *headers = frontend_headers(h, "millrace_check");
	char *path = load_path(db, table), *location = NULL;
	struct starrocks_answer answer = { 0 };
	int result = find_backend(h, xasprintf("%s%s", h->fe.items[h->fe.current], path), headers, &location, &answer,
			err);

	*backend = result == 1 ? origin_of(location) : NULL;
	free(location);
	free(path);
	curl_slist_free_all(headers);
	return result < 0 ? -1 : 0;
}

char *starrocks_http_mapped(struct starrocks_http *h, const char *url)
{
	return starrocks_nodes_mapped(h->nodes, url);
}

const char *starrocks_http_direct(const struct starrocks_http *h, unsigned index)
{
	return index < h->be.count ? h->be.items[index] : NULL;
}

int starrocks_http_probe(struct starrocks_http *h, const char *url, struct err *err)
{
	char *health = xasprintf("%s/api/health", url);
	CURLcode code;

	request_common(h, h->backend, health, PROBE_TIMEOUT_MS, &h->answer);
	code = perform(h, h->backend);
	free(health);
	return code == CURLE_OK ? 0 : curl_fail(h, code, "backend", url, err);
}

static int get_once(struct starrocks_http *h, char **url, struct err *err)
{
	CURLcode code;
	long http = 0;

	for (int hop = 0; *url && hop < HOPS_MAX; hop++) {
		char *next;

		request_common(h, h->frontend, *url, FETCH_TIMEOUT_MS, &h->answer);
		request_login(h, h->frontend);
		code = perform(h, h->frontend);
		if (code != CURLE_OK)
			return curl_fail(h, code, "frontend", *url, err);
		curl_easy_getinfo(h->frontend, CURLINFO_RESPONSE_CODE, &http);
		if (http == 200)
			return 0;
		if (http != 307 && http != 302 && http != 308)
			return err_set(err, http == 401 ? ERR_CONFIG : ERR_RETRY, (int)http,
					"StarRocks: label state: HTTP %ld", http);
		next = redirect_target(h, h->frontend, *url, err); /* to the leader */
		free(*url);
		*url = next;
	}
	return *url ? err_set(err, ERR_RETRY, 307, "StarRocks: label state: more than %d redirects", HOPS_MAX) : -1;
}

int starrocks_http_state(struct starrocks_http *h, const char *db, const char *label, char state[32], struct err *err)
{
	char *name = curl_easy_escape(NULL, db, 0);
	int result = -1;

	for (unsigned i = 0; i < h->fe.count && result; i++) {
		char *url = xasprintf("%s/api/%s/get_load_state?label=%s", h->fe.items[h->fe.current], name ? name : "",
				label);
		json_t *root;

		result = get_once(h, &url, err);
		free(url);
		if (result) {
			h->fe.current = (h->fe.current + 1) % h->fe.count;
			continue;
		}
		root = h->answer.len ? json_loadb(h->answer.data, h->answer.len, 0, NULL) : NULL;
		snprintf(state, 32, "%s", member(root, "state", NULL));
		if (state[0] == '\0')
			result = err_set(err, ERR_RETRY, 0, "StarRocks: label state: %s",
					member(root, "msg", "message"));
		json_decref(root);
	}
	curl_free(name);
	return result;
}

int starrocks_http_fetch(struct starrocks_http *h, const char *url, struct buf *out, struct err *err)
{
	CURLcode code;

	request_common(h, h->frontend, url, LOG_TIMEOUT_MS, out);
	code = perform(h, h->frontend);
	return code == CURLE_OK ? 0 : curl_fail(h, code, "error log at", url, err);
}

static void curl_start(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

static int hosts_parse(struct hosts *hosts, const char *list, const char *setting, unsigned port, struct err *err)
{
	const char *text, *expected;
	char address[288];
	struct endpoint e;
	size_t len;

	if (list == NULL || list[0] == '\0')
		return 0;
	hosts->items = xcalloc(endpoint_count(list), sizeof(*hosts->items));
	for (unsigned i = 0; endpoint_entry(list, i, &text, &len); i++) {
		if (endpoint_parse(text, len, &e, &expected))
			return err_set(err, ERR_CONFIG, 0, "[starrocks] %s: expected %s, found '%.*s'", setting,
					expected, (int)len, text);
		endpoint_format(address, sizeof(address), e.host, e.port ? e.port : port);
		hosts->items[hosts->count++] = xasprintf("%s://%s", e.scheme[0] ? e.scheme : "http", address);
	}
	return 0;
}

static void hosts_free(struct hosts *hosts)
{
	for (unsigned i = 0; i < hosts->count; i++)
		free(hosts->items[i]);
	free(hosts->items);
}

struct starrocks_http *starrocks_http_new(const struct sink_conf *conf, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct starrocks_http *h = xcalloc(1, sizeof(*h));

	pthread_once(&once, curl_start);
	h->conf = conf;
	h->nodes = starrocks_nodes_new(conf);
	buf_init(&h->answer, ANSWER_MAX);
	h->frontend = curl_easy_init();
	h->backend = curl_easy_init();
	h->multi = curl_multi_init();
	if (!h->frontend || !h->backend || !h->multi)
		err_set(err, ERR_FATAL, 0, "libcurl does not start");
	else if (hosts_parse(&h->fe, conf->fe_http, "fe.http", STARROCKS_FE_PORT, err) == 0 &&
			hosts_parse(&h->be, conf->be_http, "be.http", STARROCKS_BE_PORT, err) == 0)
		return h;
	starrocks_http_free(h);
	return NULL;
}

void starrocks_http_free(struct starrocks_http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->frontend);
	curl_easy_cleanup(h->backend);
	curl_multi_cleanup(h->multi);
	hosts_free(&h->fe);
	hosts_free(&h->be);
	starrocks_nodes_free(h->nodes);
	buf_done(&h->answer);
	free(h);
}

const char *sink_library(void)
{
	static _Thread_local char text[80];

	snprintf(text, sizeof(text), "libcurl %.60s", curl_version_info(CURLVERSION_NOW)->version);
	return text;
}
