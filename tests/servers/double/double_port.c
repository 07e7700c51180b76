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

/* -1: not to be had */
static int bound(uint16_t *number)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(*number),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(addr);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
			getsockname(fd, (struct sockaddr *)&addr, &len) != 0) {
		close(fd);
		return -1;
	}
	*number = ntohs(addr.sin_port);
	return fd;
}

/* A socket that was given its port loses it when it stops listening; one that asked for it keeps it (double_node.c). */
int port_open(struct port *p, uint16_t *number)
{
	int found = *number == 0 ? bound(number) : -1;

	p->fd = bound(number);
	if (found >= 0)
		close(found);
	if (p->fd < 0 || listen(p->fd, 128) == 0)
		return p->fd < 0 ? -1 : 0;
	close(p->fd);
	return -1;
}

static void *connection_run(void *arg)
{
	struct port *c = arg;
	struct node_connection connection = { .fd = c->fd };
	const struct timeval idle = { .tv_sec = IDLE_S };
	int on = 1;

	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(c->fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof(idle));
	setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
	if (c->node != NULL)
		node_join(c->node, &connection);
	c->serve(c->server, c->index, c->fd);
	if (c->node != NULL)
		node_leave(c->node, &connection);
	else
		close(c->fd);
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
			clock_sleep_ms(10); /* the node is dead; or out of descriptors: some connection will end */
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

void http_serve(struct server *s, struct node *node, unsigned index, int fd, size_t head_max,
		void (*handle)(struct server *, unsigned, struct http_request *))
{
	struct http_request r = {
		.fd = fd,
		.in = xmalloc(HTTP_HEAD_MAX),
		.head_max = head_max,
	};

	while (http_read(&r) == 0 && (node == NULL || node_wait(node))) {
		handle(s, index, &r);
		if (!r.replied || !r.keep || !r.body_read)
			break;
	}
	http_linger(&r);
	free(r.in);
}

void server_commit_wait(const struct server *s)
{
	if (s->commit_ms > 0)
		clock_sleep_ms((int)s->commit_ms);
}

static struct user *user_of(struct server *s, const char *name)
{
	for (unsigned i = 0; i < s->nusers; i++)
		if (strcmp(s->users[i].name, name) == 0)
			return &s->users[i];
	return NULL;
}

static const char *const right_names[RIGHT_COUNT] = { "SELECT", "INSERT", "CREATE TABLE", "ALTER", "DROP", "DELETE",
	"UPDATE", "OPERATE" };

const char *right_name(enum right right)
{
	return right_names[right];
}

bool server_may(struct server *s, const char *user, enum right right)
{
	const struct user *u = user_of(s, user);

	return u != NULL && (u->rights & 1u << right) != 0;
}

bool server_rights_set(struct server *s, const char *user, const char *rights)
{
	struct user *u = user_of(s, user);
	char *copy = xstrdup(rights), *rest = copy, *name;
	unsigned set = 0, k = 0;

	while (k < RIGHT_COUNT && (name = strsep(&rest, ",")) != NULL) {
		for (k = 0; k < RIGHT_COUNT && strcmp(right_names[k], name) != 0; k++)
			;
		set |= k < RIGHT_COUNT ? 1u << k : 0;
	}
	free(copy);
	if (u == NULL || k == RIGHT_COUNT)
		return false;
	u->rights = set;
	return true;
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
