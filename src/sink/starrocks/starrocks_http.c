/*
 * starrocks_http.c - Stream Load over HTTP. The frontend only says which backend takes the load (307), so it is asked
 * with the headers and no body; the body goes to the backend, behind `Expect: 100-continue`, over a connection that is
 * kept. An HTTP status says nothing about success, the Location carries no credentials and perhaps a name that only the
 * cluster can resolve, and whoever loses the connection does not know what happened. `sent` in the answer says whether
 * the load may have been carried out.
 */
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/conf/endpoint.h"
#include "core/xalloc.h"
#include "sink/starrocks/starrocks.h"
#include "sink/starrocks/starrocks_nodes.h"
#include "sink/starrocks/starrocks_request.h"

#define ANSWER_MAX (1 << 20)
#define HOPS_MAX 3
#define FETCH_TIMEOUT_MS 10000
#define PROBE_TIMEOUT_MS 5000
#define LOG_TIMEOUT_MS 2000 /* of an error log, which a load waits for */

void starrocks_http_cancel(struct starrocks_http *h)
{
	atomic_store(&h->cancelled, true);
	curl_multi_wakeup(h->multi);
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
	request_host(from, from_host, sizeof(from_host));
	if (!location || (strncasecmp(location, "http://", 7) && strncasecmp(location, "https://", 8))) {
		err_set(err, ERR_RETRY, 307, "StarRocks %s: a redirect without an HTTP address", from_host);
		return NULL;
	}
	request_host(location, host, sizeof(host));
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

	request_host(url, host, sizeof(host));
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

	snprintf(timeout, sizeof(timeout), "%lld", (long long)(request_timeout_ms(h) / 1000));
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
	code = request_perform(h, h->frontend);
	if (code != CURLE_OK)
		return request_failed(h, code, "frontend", url, err);
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
				request_host(url, host, sizeof(host)), why);
	return err_set(err, ERR_UNREACHABLE, 0,
			"StarRocks %s sends loads to the backend %s, which this machine does not reach: %s; "
			"backends register with an address that loaders can reach (SHOW BACKENDS)",
			request_host(frontend, from, sizeof(from)), request_host(url, host, sizeof(host)), why);
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
		code = request_perform(h, h->backend);
		curl_easy_getinfo(h->backend, CURLINFO_RESPONSE_CODE, &http);
		if (code != CURLE_OK) {
			a->sent = !never_arrived(code);
			result = a->sent ? request_failed(h, code, "backend", location, err)
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
	code = request_perform(h, h->backend);
	free(health);
	return code == CURLE_OK ? 0 : request_failed(h, code, "backend", url, err);
}

static int get_once(struct starrocks_http *h, char **url, struct err *err)
{
	CURLcode code;
	long http = 0;

	for (int hop = 0; *url && hop < HOPS_MAX; hop++) {
		char *next;

		request_common(h, h->frontend, *url, FETCH_TIMEOUT_MS, &h->answer);
		request_login(h, h->frontend);
		code = request_perform(h, h->frontend);
		if (code != CURLE_OK)
			return request_failed(h, code, "frontend", *url, err);
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
	code = request_perform(h, h->frontend);
	return code == CURLE_OK ? 0 : request_failed(h, code, "error log at", url, err);
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
