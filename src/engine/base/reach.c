/*
 * reach.c - see reach.h. The resolver of the C library has no time limit of its own: the look-up runs beside us, and what does not come
 * back in time is left to it, memory included.
 */
#include "engine/base/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/conf/endpoint.h"
#include "core/xalloc.h"

enum { DNS_MS = 3000, TCP_MS = 2000, HOSTS_MOST = 16, ADDRESSES_MOST = 2 };

struct lookup {
	struct gaicb cb;
	struct addrinfo hints;
	char host[256], port[8];
};

static int64_t since_ms(int64_t us)
{
	return (clock_mono_us() - us) / 1000;
}

/* NULL: why. The caller frees by freeaddrinfo(). */
static struct addrinfo *resolve(const struct endpoint *e, char *why, size_t size)
{
	const struct timespec limit = { .tv_sec = DNS_MS / 1000 };
	struct lookup *l = xcalloc(1, sizeof(*l));
	struct gaicb *list[1] = { &l->cb };
	struct addrinfo *found;
	int rc;

	snprintf(l->host, sizeof(l->host), "%s", e->host);
	snprintf(l->port, sizeof(l->port), "%u", e->port);
	l->hints.ai_socktype = SOCK_STREAM;
	l->cb = (struct gaicb){ .ar_name = l->host, .ar_service = l->port, .ar_request = &l->hints };
	rc = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	while (rc == 0 && (rc = gai_error(&l->cb)) == EAI_INPROGRESS) {
		int waited = gai_suspend((const struct gaicb *const *)list, 1, &limit);

		rc = 0;
		if (waited != EAI_AGAIN)
			continue;
		snprintf(why, size, "no answer within %d s", DNS_MS / 1000);
		if (gai_cancel(&l->cb) == EAI_CANCELED)
			free(l);
		return NULL;
	}
	found = rc == 0 ? l->cb.ar_result : NULL;
	if (found == NULL)
		snprintf(why, size, "%s", gai_strerror(rc));
	free(l);
	return found;
}

/* 0, or errno. */
static int connect_to(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol), error = 0;
	socklen_t size = sizeof(error);
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	if (fd < 0)
		return errno;
	if (connect(fd, a->ai_addr, a->ai_addrlen) && errno != EINPROGRESS)
		error = errno;
	else if (poll(&wait, 1, TCP_MS) <= 0)
		error = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	close(fd);
	return error;
}

static void look_tcp(const char *system, const struct addrinfo *a, unsigned port, reach_tell *tell, void *arg)
{
	char address[NI_MAXHOST] = "?", at[NI_MAXHOST + 16], subject[NI_MAXHOST + 64], found[200];
	int64_t begun_us = clock_mono_us();
	int error = connect_to(a);

	getnameinfo(a->ai_addr, a->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	snprintf(subject, sizeof(subject), "%s tcp %s", system, endpoint_format(at, sizeof(at), address, port));
	if (error == ECONNREFUSED)
		snprintf(found, sizeof(found), "refused: the host answers, and nothing listens on port %u", port);
	else if (error == ETIMEDOUT)
		snprintf(found, sizeof(found), "no answer within %d s: the host is down, or a firewall drops packets",
				TCP_MS / 1000);
	else
		snprintf(found, sizeof(found), "%s", error ? strerror(error) : "connects");
	tell(arg, error ? REPORT_PROBLEM : REPORT_OK, subject, since_ms(begun_us), found);
}

static void look_host(const char *system, const struct endpoint *e, reach_tell *tell, void *arg)
{
	char subject[320], found[NI_MAXHOST + 32] = "";
	int64_t begun_us = clock_mono_us();
	struct addrinfo *list = resolve(e, found, sizeof(found));
	unsigned n = 0;

	for (const struct addrinfo *a = list; a; a = a->ai_next)
		n++;
	if (list)
		snprintf(found, sizeof(found), "%u address%s", n, n == 1 ? "" : "es");
	snprintf(subject, sizeof(subject), "%s dns %s", system, e->host);
	tell(arg, list ? REPORT_OK : REPORT_PROBLEM, subject, since_ms(begun_us), found);
	n = 0;
	for (const struct addrinfo *a = list; a && n < ADDRESSES_MOST; a = a->ai_next, n++)
		look_tcp(system, a, e->port, tell, arg);
	if (list)
		freeaddrinfo(list);
}

void reach_look(const char *system, const char *list, unsigned port, reach_tell *tell, void *arg)
{
	const char *entry, *expected;
	struct endpoint e;
	size_t len;

	for (unsigned i = 0; list && i < HOSTS_MOST && endpoint_entry(list, i, &entry, &len); i++) {
		if (endpoint_parse(entry, len, &e, &expected))
			continue;
		if (e.port == 0)
			e.port = port;
		look_host(system, &e, tell, arg);
	}
}
