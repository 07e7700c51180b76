/*
 * double_port.c - listeners and connections: one thread for each port, one for each connection. A test opens tens of
 * them, not thousands.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "double_server.h"

#define IDLE_S 300

int port_open(struct port *p, uint16_t *number)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(*number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int on = 1;

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return -1;
	setsockopt(p->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(p->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 || listen(p->fd, 128) != 0 ||
			getsockname(p->fd, (struct sockaddr *)&addr, &len) != 0) {
		close(p->fd);
		return -1;
	}
	*number = ntohs(addr.sin_port);
	return 0;
}

static void *connection_run(void *arg)
{
	struct port *c = arg;
	const struct timeval idle = { .tv_sec = IDLE_S };
	int on = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
	c->serve(c->server, c->index, c->fd);
	free(c);
	return NULL;
}

static int spawn(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg) != 0)
		return -1;
	return pthread_detach(thread);
}

static void *port_run(void *arg)
{
	const struct port *p = arg;

	for (;;) {
		struct port *c = xmalloc(sizeof(*c));

		*c = *p;
		c->fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
		if (c->fd < 0) {
			free(c);
			clock_sleep_ms(10); /* out of descriptors: some connection will end */
		} else if (spawn(connection_run, c) != 0) {
			close(c->fd);
			free(c);
		}
	}
	return NULL;
}

int port_start(struct port *p)
{
	return spawn(port_run, p);
}

void http_serve(struct server *s, unsigned index, int fd, size_t head_max,
		void (*handle)(struct server *, unsigned, struct http_request *))
{
	struct http_request r = {
		.fd = fd,
		.in = xmalloc(HTTP_HEAD_MAX),
		.head_max = head_max,
	};

	while (http_read(&r) == 0) {
		handle(s, index, &r);
		if (!r.replied || !r.keep || !r.body_read)
			break;
	}
	http_close(&r);
	free(r.in);
}

static struct user *user_of(struct server *s, const char *name)
{
	for (unsigned i = 0; i < s->nusers; i++)
		if (strcmp(s->users[i].name, name) == 0)
			return &s->users[i];
	return NULL;
}

bool server_reads_only(struct server *s, const char *user)
{
	const struct user *u = user_of(s, user);

	return u != NULL && u->reads;
}

bool server_password(struct server *s, const char *user, char *out, size_t size)
{
	const struct user *u = user_of(s, user);

	if (u == NULL)
		return false;
	pthread_mutex_lock(&s->users_lock);
	snprintf(out, size, "%s", u->password);
	pthread_mutex_unlock(&s->users_lock);
	return true;
}

bool server_password_set(struct server *s, const char *user, const char *password)
{
	struct user *u = user_of(s, user);

	if (u == NULL)
		return false;
	pthread_mutex_lock(&s->users_lock);
	free(u->password);
	u->password = xstrdup(password);
	pthread_mutex_unlock(&s->users_lock);
	return true;
}

bool server_auth(struct server *s, const struct http_request *r, char *user, size_t size)
{
	char password[256], expected[256];

	return http_basic_auth(r, user, size, password, sizeof(password)) &&
			server_password(s, user, expected, sizeof(expected)) && strcmp(expected, password) == 0;
}
