/*
 * http_server.c - the socket, and libmicrohttpd around http_answer(): one connection answers one request and is closed.
 *
 * A client may send a byte now and then: the library's time limit begins again with each. So every connection is a
 * guest with a time of arrival, and a thread shows out who has not finished asking, or has not taken its answer, within
 * the time; and when there are too many, who has been silent for longest, so that nobody can keep others out by being
 * silent. A guest whose request is being answered is never shown out: what the engine does has its own limits.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf/endpoint.h"
#include "core/must.h"
#include "core/xalloc.h"
#include "http/http_answer.h"

enum { HEADERS_MAX = 32 << 10, STACK_BYTES = 512 << 10, SPARE_GUESTS = 16, LOOK_MS = 250 };

struct guest {		  /* a connection; under lock but for bytes */
	int fd;		  /* -1: free */
	int64_t since_us; /* of what it is being waited for */
	enum { ASKS, IS_ANSWERED, TAKES } phase;
	size_t bytes; /* of its body, so far. @thread the connection's */
};

struct http_server {
	struct http_site site;
	struct MHD_Daemon *daemon;
	pthread_mutex_t lock;
	pthread_cond_t ends;
	pthread_t doorman;
	bool stop; /* under lock */
	struct guest *guests;
	unsigned nguests;
};

/* ---- guests ---- */

/* Under lock: the one that has waited longest in this phase; NULL: none. */
static struct guest *oldest(struct http_server *s, int phase)
{
	struct guest *found = NULL;

	must_hold(&s->lock);
	for (unsigned i = 0; i < s->nguests; i++) {
		struct guest *g = &s->guests[i];

		if (g->fd >= 0 && (int)g->phase == phase && (found == NULL || g->since_us < found->since_us))
			found = g;
	}
	return found;
}

/* Under lock. Its place is free when the library has noticed; until then it is nobody's that could be shown out again. */
static void show_out(struct guest *g)
{
	shutdown(g->fd, SHUT_RDWR);
	g->phase = IS_ANSWERED;
}

static void arrives(struct http_server *s, int fd, void **slot)
{
	struct guest *g = NULL, *other;
	unsigned here = 0;

	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < s->nguests; i++) {
		here += s->guests[i].fd >= 0;
		if (s->guests[i].fd < 0)
			g = &s->guests[i];
	}
	if (here >= s->site.conf->connections && ((other = oldest(s, ASKS)) || (other = oldest(s, TAKES))))
		show_out(other);
	if (g)
		*g = (struct guest){ .fd = fd, .since_us = clock_mono_us() };
	else
		shutdown(fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
	*slot = g;
}

static void leaves(struct http_server *s, struct guest *g)
{
	pthread_mutex_lock(&s->lock);
	if (g)
		g->fd = -1;
	pthread_mutex_unlock(&s->lock);
}

static void on_connection(void *cls, struct MHD_Connection *c, void **slot, enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		arrives(cls, MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd, slot);
	else
		leaves(cls, *slot);
}

static void begin(struct http_server *s, struct guest *g, int phase)
{
	pthread_mutex_lock(&s->lock);
	g->phase = phase;
	g->since_us = clock_mono_us();
	pthread_mutex_unlock(&s->lock);
}

static void *doorman_thread(void *arg)
{
	struct http_server *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->stop) {
		struct timespec until = clock_deadline(LOOK_MS);
		int64_t oldest_us = clock_mono_us() - (int64_t)s->site.conf->timeout_ms * 1000;

		for (unsigned i = 0; i < s->nguests; i++) {
			struct guest *g = &s->guests[i];

			if (g->fd >= 0 && g->phase != IS_ANSWERED && g->since_us < oldest_us)
				show_out(g);
		}
		pthread_cond_timedwait(&s->ends, &s->lock, &until);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

/* ---- a request ---- */

static enum MHD_Result keep_query(void *arg, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct http_ask *ask = arg;

	if (ask->nquery == HTTP_QUERY_MAX)
		return MHD_NO;
	ask->query[ask->nquery].name = name;
	ask->query[ask->nquery++].value = value;
	return MHD_YES;
}

static void peer_name(struct MHD_Connection *c, char *out, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *addr = info ? info->client_addr : NULL;
	const void *at = addr == NULL		      ? NULL
			: addr->sa_family == AF_INET6 ? (const void *)&((const struct sockaddr_in6 *)addr)->sin6_addr
						      : (const void *)&((const struct sockaddr_in *)addr)->sin_addr;

	if (at == NULL || inet_ntop(addr->sa_family, at, out, (socklen_t)size) == NULL)
		snprintf(out, size, "unknown");
}

static enum MHD_Result send_answer(struct MHD_Connection *c, struct http_answer *a)
{
	size_t len = a->body.len;
	char *text = buf_take(&a->body);
	struct MHD_Response *r = MHD_create_response_from_buffer(len, text ? text : xstrdup(""), MHD_RESPMEM_MUST_FREE);
	enum MHD_Result rc;

	if (r == NULL)
		return MHD_NO;
	if (len)
		MHD_add_response_header(r, "Content-Type", a->type);
	MHD_add_response_header(r, "Cache-Control", "no-store");
	MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(r, "Connection", "close");
	if (a->code == 405)
		MHD_add_response_header(r, "Allow", a->allow);
	if (a->challenge)
		MHD_add_response_header(r, "WWW-Authenticate", "Bearer realm=\"millrace\"");
	rc = MHD_queue_response(c, (unsigned)a->code, r);
	MHD_destroy_response(r);
	return rc;
}

static enum MHD_Result too_large(struct MHD_Connection *c)
{
	struct http_answer a;
	enum MHD_Result rc;

	http_answer_init(&a);
	http_error(&a, 413, "expected a body of at most %d bytes", HTTP_BODY_MAX);
	rc = send_answer(c, &a);
	http_answer_done(&a);
	return rc;
}

static bool says_too_large(struct MHD_Connection *c)
{
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Content-Length");

	return length && strtoull(length, NULL, 10) > HTTP_BODY_MAX;
}

static enum MHD_Result answer(struct http_server *s, struct MHD_Connection *c, const char *url, const char *method)
{
	struct http_ask ask = { .method = method, .path = url };
	struct http_answer a;
	enum MHD_Result rc;
	char peer[INET6_ADDRSTRLEN];

	peer_name(c, peer, sizeof(peer));
	ask.peer = peer;
	ask.authorization = MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Authorization");
	MHD_get_connection_values(c, MHD_GET_ARGUMENT_KIND, keep_query, &ask);
	http_answer_init(&a);
	http_answer(&s->site, &ask, &a);
	rc = send_answer(c, &a);
	http_answer_done(&a);
	return rc;
}

/* Called once when the headers are there, for each piece of the body, and at its end. No request needs a body: it is read and
 * forgotten. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *c, const char *url, const char *method,
		const char *version, const char *upload, size_t *size, void **state)
{
	struct http_server *s = cls;
	struct guest *g = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	enum MHD_Result rc;

	if (g == NULL)
		return MHD_NO;
	if (*state == NULL) {
		*state = g;
		return says_too_large(c) ? too_large(c) : MHD_YES;
	}
	if (*size) {
		g->bytes += *size;
		*size = 0;
		return MHD_YES;
	}
	if (g->bytes > HTTP_BODY_MAX)
		return too_large(c);
	begin(s, g, IS_ANSWERED);
	rc = answer(s, c, url, method);
	begin(s, g, TAKES);
	return rc;
}

/* Parts of a path are decoded after it has been cut into them. */
static size_t leave_escapes(void *cls, struct MHD_Connection *c, char *text)
{
	return strlen(text);
}

/* ---- start and stop ---- */

static int listen_on(const struct http_conf *conf, struct err *err)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)conf->port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons((uint16_t)conf->port) };
	bool is_six = inet_pton(AF_INET, conf->host, &four.sin_addr) != 1;
	int on = 1, fd, rc;
	char name[100];

	if (is_six && inet_pton(AF_INET6, conf->host, &six.sin6_addr) != 1)
		return err_set(err, ERR_CONFIG, 0, "[http] listen: expected an address, found '%.60s'", conf->host);
	fd = socket(is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = fd < 0		 ? -1
			: is_six ? bind(fd, (struct sockaddr *)&six, sizeof(six))
				 : bind(fd, (struct sockaddr *)&four, sizeof(four));
	if (rc == 0 && listen(fd, 64) == 0)
		return fd;
	rc = errno;
	if (fd >= 0)
		close(fd);
	return err_set(err, ERR_CONFIG, rc, "[http] listen: %s: %s; choose another port, or stop who has it",
			endpoint_format(name, sizeof(name), conf->host, conf->port), strerror(rc));
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
	const struct http_conf *conf = s->site.conf;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, 2 * conf->connections + SPARE_GUESTS / 2, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, conf->timeout_ms / 1000 + 1, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEADERS_MAX, NULL },
		{ MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, s },
		{ MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escapes, s },
		{ MHD_OPTION_END, 0, NULL },
	};

	return MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
					MHD_USE_ITC,
			0, NULL, NULL, on_request, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

static void server_free(struct http_server *s)
{
	pthread_cond_destroy(&s->ends);
	pthread_mutex_destroy(&s->lock);
	free(s->guests);
	free(s);
}

static struct http_server *server_new(struct engine_link *link, const struct http_conf *conf)
{
	struct http_server *s = xcalloc(1, sizeof(*s));

	http_site_init(&s->site, link, conf);
	lock_init(&s->lock);
	clock_cond_init(&s->ends);
	s->nguests = 2 * conf->connections + SPARE_GUESTS;
	s->guests = xcalloc(s->nguests, sizeof(*s->guests));
	for (unsigned i = 0; i < s->nguests; i++)
		s->guests[i].fd = -1;
	return s;
}

struct http_server *http_serve(struct engine_link *link, const struct http_conf *conf, struct err *err)
{
	int fd = listen_on(conf, err);
	struct http_server *s;

	if (fd < 0)
		return NULL;
	s = server_new(link, conf);
	s->daemon = start_daemon(s, fd);
	if (s->daemon && pthread_create(&s->doorman, NULL, doorman_thread, s) == 0)
		return s;
	err_set(err, ERR_FATAL, errno, "[http] listen: no thread for it: %s", strerror(errno));
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	else
		close(fd);
	server_free(s);
	return NULL;
}

void http_stop(struct http_server *s)
{
	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->stop = true;
	pthread_cond_signal(&s->ends);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->doorman, NULL);
	MHD_stop_daemon(s->daemon);
	server_free(s);
}

const char *http_library(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "libmicrohttpd %s", MHD_get_version());
	return text;
}
