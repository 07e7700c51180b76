/*
 * mysql_proxy.c - stands between a client and a MySQL server and goes wrong on request: what a NAT table that forgot a
 * connection does, a server that is alive and sends nothing, a greeting of another server.
 *
 *   mysql_proxy SERVER_PORT [GREETING]    prints its own port on one line, then works until it is ended
 *
 *   SIGUSR1   silent: nothing passes in either direction, no connection is closed
 *   SIGUSR2   stuck: a binlog stream stands still, but its last heartbeat is repeated; other connections work
 *   SIGHUP    passes everything again, first what was held back
 *
 * GREETING is the version that the greeting shows in place of the server's. Packets are cut by their headers, so TLS
 * must be off.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/xalloc.h"

enum {
	LINKS = 64,
	ROOM = 1 << 20,
	HEADER = 4,
	COM_DUMP = 0x12,
	COM_DUMP_GTID = 0x1e,
	HEARTBEAT = 27,
	HEARTBEAT_V2 = 41
};

struct way { /* one direction */
	unsigned char *bytes;
	size_t len;
	size_t left; /* of the packet that is passing */
	bool drop;   /* it is not passed on */
	bool greeted;
};

struct link {
	int client, server; /* -1: free */
	struct way up, down;
	bool dumps;
	unsigned char beat[512]; /* its last heartbeat */
	size_t beat_len;
};

static struct link links[LINKS];
static volatile sig_atomic_t mode = SIGHUP;
static const char *greeting;

static void on_signal(int number)
{
	mode = number;
}

static void link_close(struct link *l)
{
	close(l->client);
	close(l->server);
	free(l->up.bytes);
	free(l->down.bytes);
	*l = (struct link){ .client = -1, .server = -1 };
}

static void send_all(int fd, const void *p, size_t len)
{
	const char *at = p;

	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		at += n;
		len -= (size_t)n;
	}
}

/* protocol 10, version, 0, rest: the same with another version. */
static void send_greeting(int fd, const unsigned char *packet, size_t len)
{
	size_t version = strnlen((const char *)packet + HEADER + 1, len - HEADER - 1) + 1, mine = strlen(greeting) + 1;
	size_t rest = len - HEADER - 1 - version, body = 1 + mine + rest;
	unsigned char head[HEADER + 1] = { (unsigned char)body, (unsigned char)(body >> 8), 0, packet[3],
		packet[HEADER] };

	send_all(fd, head, sizeof(head));
	send_all(fd, greeting, mine);
	send_all(fd, packet + HEADER + 1 + version, rest);
}

static void keep_heartbeat(struct link *l, const unsigned char *packet, size_t len)
{
	unsigned type = len > HEADER + 5 && packet[HEADER] == 0 ? packet[HEADER + 5] : 0;

	if (l->dumps && (type == HEARTBEAT || type == HEARTBEAT_V2) && len <= sizeof(l->beat)) {
		memcpy(l->beat, packet, len);
		l->beat_len = len;
	}
}

/* Passes whole packets on; a packet longer than the room passes in parts. */
static void pass(struct link *l, struct way *w, int to, bool from_server)
{
	size_t at = 0;

	while (w->len - at > 0) {
		unsigned char *p = w->bytes + at;
		size_t have = w->len - at, part;

		if (w->left == 0) {
			if (have < HEADER + 6 && have < HEADER + (p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16))
				break;
			w->left = HEADER + (p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16);
			w->drop = false;
			if (from_server && have >= w->left)
				keep_heartbeat(l, p, w->left);
			if (!from_server && have > HEADER && (p[HEADER] == COM_DUMP || p[HEADER] == COM_DUMP_GTID))
				l->dumps = true;
			if (from_server && greeting && !w->greeted && have >= w->left) {
				send_greeting(to, p, w->left);
				w->drop = w->greeted = true;
			}
		}
		part = have < w->left ? have : w->left;
		if (!w->drop)
			send_all(to, p, part);
		at += part;
		w->left -= part;
	}
	memmove(w->bytes, w->bytes + at, w->len - at);
	w->len -= at;
}

static bool take(struct link *l, struct way *w, int from, int to, bool from_server)
{
	ssize_t n = recv(from, w->bytes + w->len, ROOM - w->len, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return false;
	w->len += n > 0 ? (size_t)n : 0;
	pass(l, w, to, from_server);
	return true;
}

static int dial(int port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static int listen_here(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t size = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(fd, LINKS) < 0 ||
			getsockname(fd, (struct sockaddr *)&at, &size) < 0) {
		perror("mysql_proxy");
		exit(1);
	}
	printf("%d\n", ntohs(at.sin_port));
	fflush(stdout);
	return fd;
}

static void accept_one(int listener, int port)
{
	int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC), server = client < 0 ? -1 : dial(port);

	for (int i = 0; i < LINKS && server >= 0; i++)
		if (links[i].client < 0) {
			links[i] = (struct link){ .client = client, .server = server };
			links[i].up.bytes = xmalloc(ROOM);
			links[i].down.bytes = xmalloc(ROOM);
			return;
		}
	if (client >= 0)
		close(client);
	if (server >= 0)
		close(server);
}

static bool is_held(const struct link *l, bool from_server)
{
	return mode == SIGUSR1 || (mode == SIGUSR2 && l->dumps && from_server);
}

static void watch(struct pollfd *fds)
{
	for (int i = 0; i < LINKS; i++) {
		const struct link *l = &links[i];

		fds[1 + 2 * i] = (struct pollfd){ .fd = is_held(l, false) ? -1 : l->client, .events = POLLIN };
		fds[2 + 2 * i] = (struct pollfd){ .fd = is_held(l, true) ? -1 : l->server, .events = POLLIN };
		if (mode == SIGUSR2 && l->dumps && l->beat_len > 0)
			send_all(l->client, l->beat, l->beat_len);
	}
}

static void work(struct pollfd *fds)
{
	for (int i = 0; i < LINKS; i++) {
		struct link *l = &links[i];
		bool alive = true;

		if (l->client < 0)
			continue;
		if (fds[1 + 2 * i].revents)
			alive = take(l, &l->up, l->client, l->server, false);
		if (alive && fds[2 + 2 * i].revents)
			alive = take(l, &l->down, l->server, l->client, true);
		if (!alive)
			link_close(l);
	}
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct pollfd fds[1 + 2 * LINKS];

	if (argc < 2)
		return 2;
	greeting = argc > 2 ? argv[2] : NULL;
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGUSR2, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	for (int i = 0; i < LINKS; i++)
		links[i].client = links[i].server = -1;
	fds[0] = (struct pollfd){ .fd = listen_here(), .events = POLLIN };
	for (;;) {
		watch(fds);
		if (poll(fds, 1 + 2 * LINKS, 100) < 0)
			continue;
		if (fds[0].revents)
			accept_one(fds[0].fd, atoi(argv[1]));
		work(fds);
	}
}
