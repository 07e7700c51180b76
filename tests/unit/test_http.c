/*
 * test_http.c - requests and answers of HTTP without an engine: every route with the code and the JSON that Kafka Connect gives, tokens,
 * hostile names, odd paths; then a real socket with clients that are slow, silent, too many or too long.
 */
#include "http/http_answer.h"
#include "http/http_metrics.h"
#include "tests/screen/fake_status.h"
#include "tests/tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TOKEN "0123456789abcdef"

/* ---- an engine ---- */

static enum half_state capture_state = HALF_STREAMING;
static char last_request[200];
static enum err_kind refuses;

static int fake_status(void *self, struct status *out, struct err *err)
{
	fake_status_fill(out, 3);
	out->capture.state = capture_state;
	return 0;
}

static int fake_request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	static const char *const settings[] = {
		"{\"section\":\"mysql\",\"key\":\"host\",\"value\":\"db1\",\"default\":\"127.0.0.1\"}",
		"{\"section\":\"mysql\",\"key\":\"password\",\"value\":\"(set)\",\"default\":null}",
		"{\"section\":\"kafka\",\"key\":\"topic.prefix\",\"value\":\"shop\",\"default\":\"mysql\"}",
		"{\"section\":\"starrocks\",\"key\":\"fe.http\",\"value\":\"fe1:8030\",\"default\":null}",
		"{\"section\":\"load\",\"key\":\"topics\",\"value\":\"\",\"default\":null}",
	};
	static const char histogram[] =
			"{\"table\":\"t\\\"\\\\\\n\\u001b\",\"half\":\"load\",\"le_us\":[1000,2500],\"at_most\":[3,5],\"count\":7,\"sum_us\":9000000}";

	snprintf(last_request, sizeof(last_request), "%s %s by %s%s", r->command, r->nargs ? r->args[0].value : "",
			r->session ? r->session->who : "-", r->session && r->session->read_only ? ", read-only" : "");
	if (refuses != ERR_NONE)
		return err_set(err, refuses, 0, "the server says \"no\"");
	if (strcmp(r->command, "latency") == 0)
		return emit(arg, histogram, sizeof(histogram) - 1);
	if (strcmp(r->command, "status") == 0)
		return emit(arg, "{\"name\":\"shop\"}", 15);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings) && strcmp(r->command, "settings") == 0; i++)
		emit(arg, settings[i], strlen(settings[i]));
	return 0;
}

static struct engine_link engine = { .status = fake_status, .request = fake_request };
static struct http_conf conf = {
	.host = "127.0.0.1",
	.port = 8083,
	.token = TOKEN,
	.connections = 4,
	.timeout_ms = 300,
	.tables = 4,
};

static struct http_answer ask_as(const char *authorization, const char *method, const char *path, const char *query,
		const char *value)
{
	struct http_ask ask = { .method = method, .path = path, .authorization = authorization, .peer = "192.0.2.7" };
	struct http_site site;
	struct http_answer a;

	if (query) {
		ask.query[0].name = query;
		ask.query[0].value = value;
		ask.nquery = 1;
	}
	http_site_init(&site, &engine, &conf);
	http_answer_init(&a);
	last_request[0] = '\0';
	http_answer(&site, &ask, &a);
	return a;
}

static const char *body_of(const struct http_answer *a)
{
	return a->body.data ? a->body.data : "";
}

/* ---- answers ---- */

static void test_connect(void)
{
	static const struct {
		const char *method, *path, *query, *value;
		int code;
		const char *body;
	} calls[] = {
		{ "GET", "/", NULL, NULL, 200,
				"{\"version\":\"0.1.0\",\"commit\":\"unknown\",\"kafka_cluster_id\":null}" },
		{ "GET", "/connectors", NULL, NULL, 200, "[\"shop\",\"shop-load\"]" },
		{ "GET", "/connectors/", NULL, NULL, 200, "[\"shop\",\"shop-load\"]" },
		{ "GET", "/connectors/shop", NULL, NULL, 200,
				"{\"name\":\"shop\",\"config\":{\"name\":\"shop\",\"connector.class\":\"millrace.Capture\","
				"\"tasks.max\":\"1\",\"mysql.host\":\"db1\",\"mysql.password\":\"(set)\",\"kafka.topic.prefix\":\"shop\"},"
				"\"tasks\":[{\"connector\":\"shop\",\"task\":0}],\"type\":\"source\"}" },
		{ "GET", "/connectors/%73hop/status", NULL, NULL, 200,
				"{\"name\":\"shop\",\"connector\":{\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"},"
				"\"tasks\":[{\"id\":0,\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"}],\"type\":\"source\"}" },
		{ "GET", "/connectors/shop-load/config", NULL, NULL, 200,
				"{\"name\":\"shop-load\",\"connector.class\":\"millrace.Load\",\"tasks.max\":\"1\","
				"\"kafka.topic.prefix\":\"shop\",\"starrocks.fe.http\":\"fe1:8030\"}" },
		{ "GET", "/connectors/shop/offsets", NULL, NULL, 200,
				"{\"offsets\":[{\"partition\":{\"server\":\"shop\"},\"offset\":{\"file\":\"binlog.000042\","
				"\"pos\":13190000,\"gtids\":\"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77110\"}}]}" },
		{ "GET", "/connectors/shop/tasks/0/status", NULL, NULL, 200,
				"{\"id\":0,\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"}" },
		{ "GET", "/connectors", "expand", "status", 200,
				"{\"shop\":{\"status\":{\"name\":\"shop\",\"connector\":{\"state\":\"RUNNING\","
				"\"worker_id\":\"127.0.0.1:8083\"},\"tasks\":[{\"id\":0,\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"}],\"type\":\"source\"}},"
				"\"shop-load\":{\"status\":{\"name\":\"shop-load\",\"connector\":{\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"},"
				"\"tasks\":[{\"id\":0,\"state\":\"RUNNING\",\"worker_id\":\"127.0.0.1:8083\"}],\"type\":\"sink\"}}}" },
		{ "GET", "/connectors", "expand", "weather", 200, "{\"shop\":{},\"shop-load\":{}}" },
		{ "GET", "/status", NULL, NULL, 200, "{\"name\":\"shop\"}" },
		{ "HEAD", "/status", NULL, NULL, 200, "{\"name\":\"shop\"}" },
		{ "GET", "/connectors/none", NULL, NULL, 404,
				"{\"error_code\":404,\"message\":\"Connector none not found\"}" },
		{ "GET", "/connectors/shop/tasks/7/status", NULL, NULL, 404,
				"{\"error_code\":404,\"message\":\"Unknown task: shop-7\"}" },
		{ "GET", "/connectors/shop%00/status", NULL, NULL, 404,
				"{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}" },
		{ "GET", "/nowhere", NULL, NULL, 404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}" },
		{ "DELETE", "/connectors/shop", NULL, NULL, 405,
				"{\"error_code\":405,\"message\":\"HTTP 405 Method Not Allowed\"}" },
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct http_answer a = ask_as(NULL, calls[i].method, calls[i].path, calls[i].query, calls[i].value);

		is_int(a.code, calls[i].code, "%s %s", calls[i].method, calls[i].path);
		is_str(body_of(&a), calls[i].body, "its answer");
		http_answer_done(&a);
	}
}

static void test_changes(void)
{
	static const struct {
		const char *method, *path, *query;
		int code;
		const char *request;
	} calls[] = {
		{ "PUT", "/connectors/shop/pause", NULL, 202, "pause capture by http:192.0.2.7" },
		{ "PUT", "/connectors/shop-load/pause", NULL, 202, "pause load by http:192.0.2.7" },
		{ "PUT", "/connectors/shop-load/resume", NULL, 202, "resume load by http:192.0.2.7" },
		{ "POST", "/connectors/shop/restart", NULL, 204, "resume capture by http:192.0.2.7" },
		{ "POST", "/connectors/shop/restart", "includeTasks", 202, "resume capture by http:192.0.2.7" },
		{ "POST", "/connectors/shop/tasks/0/restart", NULL, 204, "resume capture by http:192.0.2.7" },
		{ "POST", "/connectors/shop-load/restart", NULL, 204, "" },
		{ "POST", "/connectors/shop/tasks/1/restart", NULL, 404, "" },
		{ "PUT", "/connectors/none/pause", NULL, 404, "" },
		{ "GET", "/connectors/shop/pause", NULL, 405, "" },
	};

	capture_state = HALF_FAILED;
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		struct http_answer a = ask_as("Bearer " TOKEN, calls[i].method, calls[i].path, calls[i].query, "true");

		is_int(a.code, calls[i].code, "%s %s", calls[i].method, calls[i].path);
		is_str(last_request, calls[i].request, "what the engine is asked");
		http_answer_done(&a);
	}
	refuses = ERR_DENIED;
	struct http_answer a = ask_as("Bearer " TOKEN, "PUT", "/connectors/shop/resume", NULL, NULL);

	is_int(a.code, 500, "a resume that fails");
	is_str(body_of(&a), "{\"error_code\":500,\"message\":\"the server says \\\"no\\\"\"}", "says why");
	http_answer_done(&a);
	refuses = ERR_NONE;
	capture_state = HALF_STREAMING;
}

static void test_states(void)
{
	static const char *const names[] = {
		[HALF_STOPPED] = "STOPPED",
		[HALF_STARTING] = "UNASSIGNED",
		[HALF_SNAPSHOT] = "RUNNING",
		[HALF_STREAMING] = "RUNNING",
		[HALF_IDLE] = "RUNNING",
		[HALF_STUCK] = "FAILED",
		[HALF_PAUSED] = "PAUSED",
		[HALF_RETRYING] = "RESTARTING",
		[HALF_FAILED] = "FAILED",
	};

	for (capture_state = HALF_STOPPED; capture_state <= HALF_FAILED; capture_state++) {
		struct http_answer a = ask_as(NULL, "GET", "/connectors/shop/tasks/0/status", NULL, NULL);
		json_t *o = json_loads(body_of(&a), 0, NULL);

		is_str(json_string_value(json_object_get(o, "state")), names[capture_state], "%s",
				half_state_name(capture_state));
		json_decref(o);
		http_answer_done(&a);
	}
	capture_state = HALF_STREAMING;
}

static void test_tokens(void)
{
	static const struct {
		const char *header;
		int code;
	} given[] = {
		{ NULL, 401 }, { "", 401 }, { "Bearer", 401 }, { "Bearer ", 401 }, { "Bearer 0123456789abcde", 401 },
		{ "Bearer 0123456789abcdef0", 401 }, { "Bearer 0123456789abcdeF", 401 }, { "Bearer " TOKEN TOKEN, 401 },
		{ "Token " TOKEN, 401 }, { TOKEN, 401 }, { "Basic !!!", 401 },
		{ "Basic MDEyMzQ1Njc4OWFiY2RlZg==", 401 }, /* no colon */
		{ "Basic YW5hOndyb25n", 401 },		   /* ana:wrong */
		{ "bearer " TOKEN, 202 }, { "Bearer   " TOKEN, 202 },
		{ "Basic YW5hOjAxMjM0NTY3ODlhYmNkZWY=", 202 }, /* ana:TOKEN */
	};
	struct http_answer a;
	char long_header[4000];

	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++) {
		a = ask_as(given[i].header, "PUT", "/connectors/shop/pause", NULL, NULL);
		is_int(a.code, given[i].code, "token: %s", given[i].header ? given[i].header : "none");
		ok((a.code == 401) == (last_request[0] == '\0') || given[i].code == 202, "asked only with it");
		http_answer_done(&a);
	}
	is_str(last_request, "pause capture by http:ana@192.0.2.7", "the user of Basic stands in the event");
	memset(long_header, 'x', sizeof(long_header) - 1);
	long_header[sizeof(long_header) - 1] = '\0';
	memcpy(long_header, "Basic ", 6);
	a = ask_as(long_header, "PUT", "/connectors/shop/pause", NULL, NULL);
	is_int(a.code, 401, "a header of 4000 bytes");
	http_answer_done(&a);
	a = ask_as(NULL, "GET", "/connectors", NULL, NULL);
	is_int(a.code, 200, "reads need none");
	http_answer_done(&a);
	conf.reads_need_token = true;
	a = ask_as(NULL, "GET", "/nowhere", NULL, NULL);
	is_int(a.code, 401, "where they do, nothing is told without");
	http_answer_done(&a);
	a = ask_as("Bearer " TOKEN, "GET", "/connectors", NULL, NULL);
	is_int(a.code, 200, "and all with it");
	http_answer_done(&a);
	conf.reads_need_token = false;
	conf.token = NULL;
	a = ask_as("Bearer ", "PUT", "/connectors/shop/pause", NULL, NULL);
	is_int(a.code, 403, "no token is configured: nothing can be changed");
	is_str(last_request, "", "and nothing is asked");
	http_answer_done(&a);
	conf.token = TOKEN;
}

static void test_health(void)
{
	struct http_answer a = ask_as(NULL, "GET", "/health", NULL, NULL);
	json_t *o = json_loads(body_of(&a), 0, NULL);
	struct status s;
	struct err err;

	status_init(&s);
	fake_status(NULL, &s, &err);
	is_int(a.code, 503, "/health with a problem that fails");
	is_str(json_string_value(json_object_get(o, "status")), "unhealthy", "its status");
	is_int(json_array_size(json_object_get(o, "problems")), s.nproblems, "and every problem");
	status_done(&s);
	json_decref(o);
	http_answer_done(&a);
}

static void test_metrics(void)
{
	struct http_answer a = ask_as(NULL, "GET", "/metrics", NULL, NULL);
	static const char *const lines[] = {
		"# TYPE millrace_capture_lag_seconds gauge\nmillrace_capture_lag_seconds 0.18\n",
		"\nmillrace_state{half=\"capture\",state=\"streaming\"} 1\n",
		"\nmillrace_state{half=\"capture\",state=\"failed\"} 0\n",
		"\nmillrace_table_captured_rows_total{table=\"testdb.\\\\x1b[31mred\\\\x0a\"} ",
		"\nmillrace_script_row_seconds{script=\"mask.lua\",table=\"testdb.customers\",place=\"1\",quantile=\"0.99\"} 6.1e-07\n",
		"\nmillrace_script_row_seconds_sum{script=\"mask.lua\",table=\"testdb.customers\",place=\"1\"} 0.0221025\n",
		"\nmillrace_script_memory_bytes{script=\"millrace.conf\",table=\"testdb.customers\"} 41200\n",
		"\nmillrace_tables_without_metrics 2\n", "\nmillrace_healthy 0\n",
		"\nmillrace_table_load_latency_seconds_bucket{table=\"t\\\"\\\\\\\\x0a\\\\x1b\",le=\"0.001\"} 3\n"
	};

	is_int(a.code, 200, "/metrics");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		ok(strstr(body_of(&a), lines[i]) != NULL, "%.40s..", lines[i][0] == '\n' ? lines[i] + 1 : lines[i]);
	ok(strstr(body_of(&a), "le=\"0.0025\"} 5\n") && strstr(body_of(&a), "le=\"+Inf\"} 7\n"),
			"buckets of a histogram");
	ok(strstr(body_of(&a), "\nmillrace_table_load_latency_seconds_sum{table=\"t\\\"\\\\\\\\x0a\\\\x1b\"} 9\n") !=
					NULL,
			"its sum");
	ok(strchr(body_of(&a), 0x1b) == NULL, "no escape sequence of a table's name");
	ok(strstr(body_of(&a), "table=\"testdb.customers\"") != NULL &&
					strstr(body_of(&a), "table=\"testdb.items\"") == NULL,
			"four tables, as configured");
	for (const char *p = body_of(&a); *p; p += strcspn(p, "\n") + 1)
		if (*p != '#' && strncmp(p, "millrace_", 9) != 0 && strncmp(p, "process_", 8) != 0)
			ok(0, "a line that is no sample: %.60s", p);
	http_answer_done(&a);
}

/* ---- odd paths ---- */

static unsigned long random_state = 4711;
static unsigned chance(unsigned n)
{
	random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(random_state >> 33) % n;
}

static void test_odd_paths(void)
{
	static const char *const parts[] = {
		"/",
		"//",
		"connectors",
		"/connectors/",
		"shop",
		"%",
		"%0",
		"%00",
		"%zz",
		"%2f",
		"..",
		"*",
		"status",
		"/metrics",
		"tasks",
		"0",
		"pause",
		"\xff\xfe",
		"\x1b[31m",
		"?",
		"#",
		" ",
		"\"",
		"\\",
		"%25",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	static const char *const methods[] = { "GET", "PUT", "POST", "HEAD", "DELETE", "", "get", "\x01" };
	unsigned wrong = 0, found = 0;
	char path[2000];

	for (int i = 0; i < 100000; i++) {
		struct http_answer a;
		json_t *o;

		path[0] = '\0';
		for (unsigned n = chance(9); n > 0; n--)
			strcat(strcat(path, chance(3) ? "/" : ""), parts[chance(sizeof(parts) / sizeof(*parts))]);
		a = ask_as(chance(2) ? "Bearer " TOKEN : NULL, methods[chance(8)], path, chance(4) ? NULL : "expand",
				chance(2) ? NULL : "info");
		o = a.body.len ? json_loadb(body_of(&a), a.body.len, JSON_DECODE_ANY, NULL) : NULL;
		found += a.code < 300;
		if (a.code >= 400 && a.code != 503 &&
				(o == NULL || json_integer_value(json_object_get(o, "error_code")) != a.code))
			wrong++;
		if (a.code < 200 || a.code == 500 || (a.body.len == 0 && a.code != 202 && a.code != 204) ||
				(a.code == 405) != (a.allow[0] != '\0'))
			wrong++;
		json_decref(o);
		http_answer_done(&a);
	}
	is_int(wrong, 0, "100000 odd paths: each has a code and, where it is an error, its JSON");
	ok(found > 100, "%u of them were right", found);
}

/* ---- a socket ---- */

static int dial(unsigned port)
{
	struct sockaddr_in at = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct timeval limit = { .tv_sec = 20 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Everything that comes until the other side closes; -1: it did not within 20 s. */
static long take_all(int fd, char *out, size_t size)
{
	size_t n = 0;
	ssize_t got = 0;

	while (n + 1 < size && (got = recv(fd, out + n, size - n - 1, 0)) > 0)
		n += (size_t)got;
	out[n] = '\0';
	return got < 0 && errno != ECONNRESET ? -1 : (long)n;
}

static int code_of(unsigned port, const char *request, size_t len)
{
	static char got[1 << 20];
	int fd = dial(port), code = -1;

	if (fd < 0)
		return -1;
	if (send(fd, request, len, MSG_NOSIGNAL) != (ssize_t)len || take_all(fd, got, sizeof(got)) < 0 ||
			sscanf(got, "HTTP/1.%*d %d", &code) != 1)
		code = -1;
	close(fd);
	return code;
}

static int get(unsigned port, const char *path)
{
	char request[300];
	int n = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path);

	return code_of(port, request, (size_t)n);
}

/* A byte every 50 ms, for longer than the limit: the other side closes before it has sent all. */
static void *drip(void *arg)
{
	int fd = dial(*(unsigned *)arg);
	char got[1000];
	bool gone = false;

	for (int i = 0; i < 400 && !gone; i++) {
		gone = send(fd, "G", 1, MSG_NOSIGNAL) != 1 || recv(fd, got, sizeof(got), MSG_DONTWAIT) == 0;
		usleep(50000);
	}
	close(fd);
	return gone ? arg : NULL;
}

enum { SILENT = 50 };

/* A flood may close a newcomer before it has said anything; who tries again comes through. */
static int get_again(unsigned port, const char *path)
{
	int code = -1;

	for (int i = 0; i < 2000 && code < 0; i++) {
		code = get(port, path);
		if (code < 0)
			usleep(10000);
	}
	return code;
}

static void test_silent(unsigned port)
{
	int silent[SILENT], out = 0;
	pthread_t slow;
	void *shown_out = NULL;
	char got[1000];

	ok(drip(&port) != NULL, "one that sends a byte now and then is shown out, though nobody wants its place");
	pthread_create(&slow, NULL, drip, &port);
	for (int i = 0; i < SILENT; i++) {
		silent[i] = dial(port);
		if (i % 10 == 9)
			is_int(get_again(port, "/connectors"), 200, "%d silent clients of at most 4 keep nobody out",
					i + 1);
	}
	for (int i = 0; i < SILENT; i++) {
		out += take_all(silent[i], got, sizeof(got)) == 0;
		close(silent[i]);
	}
	is_int(out, SILENT, "the silent ones are shown out");
	pthread_join(slow, &shown_out);
	ok(shown_out != NULL, "so is it among many");
}

/* A body whose length is not told before. */
static void test_chunked(unsigned port)
{
	static const char head[] = "PUT /connectors/shop/pause HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " TOKEN
				   "\r\nTransfer-Encoding: chunked\r\n\r\n";
	static char text[200000];
	size_t n = sizeof(head) - 1;

	memcpy(text, head, n);
	for (int i = 0; i < 100; i++) {
		n += (size_t)sprintf(text + n, "3e8\r\n");
		memset(text + n, 'x', 1000);
		n += 1000;
		n += (size_t)sprintf(text + n, "\r\n");
	}
	n += (size_t)sprintf(text + n, "0\r\n\r\n");
	is_int(code_of(port, text, n), 413, "a body of 100 kB in pieces");
}

static void test_limits(unsigned port)
{
	static char big[200000];

	is_int(get(port, "/connectors/shop/status"), 200, "a socket: answered");
	is_int(get(port, "/connectors/sh%6Fp/status"), 200, "an escape in a part of a path");
	is_int(get(port, "/connectors%2Fshop/status"), 404, "an escaped slash is none");
	is_int(get(port, "/connectors?expand=info&expand=status"), 200, "two values of one name");
	test_silent(port);
	memset(big, 'a', sizeof(big));
	memcpy(big, "GET /", 5);
	ok(code_of(port, big, sizeof(big)) != 200, "a request line of 200 kB is refused");
	snprintf(big, sizeof(big),
			"PUT /connectors/shop/pause HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " TOKEN
			"\r\nContent-Length: 100000\r\n\r\n");
	is_int(code_of(port, big, strlen(big)), 413, "a body of 100 kB");
	test_chunked(port);
	snprintf(big, sizeof(big),
			"PUT /connectors/shop/pause HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " TOKEN
			"\r\nContent-Length: 2\r\n\r\n{}");
	is_int(code_of(port, big, strlen(big)), 202, "a small one does not matter");
	code_of(port, "\x16\x03\x01\x02\r\n\x80 \xff\r\n\r\n", 13);
	is_int(get(port, "/health"), 503, "nonsense did not hurt it");
}

static void test_socket(void)
{
	struct http_server *s = NULL, *second;
	struct err err = { 0 };

	for (conf.port = 40000 + (unsigned)getpid() % 20000; s == NULL && conf.port < 65000; conf.port += s ? 0 : 7)
		s = http_serve(&engine, &conf, &err);
	ok(s != NULL, "served %s", err.msg);
	if (s == NULL)
		return;
	second = http_serve(&engine, &conf, &err);
	ok(second == NULL && strstr(err.msg, "[http] listen: 127.0.0.1:"), "a port that is taken: %s", err.msg);
	test_limits(conf.port);
	http_stop(s);
	ok(dial(conf.port) < 0, "stopped");
}

/* A token that is not set, or empty, opens nothing. */
static void test_no_token(void)
{
	char user[64];

	ok(http_auth("Bearer " TOKEN, TOKEN, user, sizeof(user)), "the token is the token");
	ok(!http_auth("Bearer " TOKEN TOKEN, TOKEN, user, sizeof(user)), "twice it is not");
	ok(!http_auth("Bearer ", "", user, sizeof(user)), "an empty one opens nothing");
	ok(!http_auth("Basic Og==", "", user, sizeof(user)), "nor as an empty password");
	ok(!http_auth("Bearer x", NULL, user, sizeof(user)), "nor does none");
}

int main(void)
{
	test_connect();
	test_changes();
	test_states();
	test_tokens();
	test_no_token();
	test_health();
	test_metrics();
	test_odd_paths();
	test_socket();
	return tap_done();
}
