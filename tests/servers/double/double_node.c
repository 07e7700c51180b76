/* double_node.c - see double_node.h. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "double_node.h"

static const char *const states[NODE_STATES] = { "well", "dead", "lost", "hangs", "drained", "full" };

static void init(struct nodes *all, struct node *n, const char *name)
{
	*n = (struct node){ .all = all, .name = name };
}

void nodes_init(struct nodes *n)
{
	static const char *const be[BACKENDS_MAX] = { "be1", "be2", "be3" };

	memset(n, 0, sizeof(*n));
	pthread_mutex_init(&n->lock, NULL);
	pthread_cond_init(&n->changed, NULL);
	init(n, &n->fe[0], "fe1");
	init(n, &n->fe[1], "fe2");
	for (unsigned i = 0; i < BACKENDS_MAX; i++)
		init(n, &n->be[i], be[i]);
}

void node_listens(struct node *n, int fd)
{
	n->listeners[n->nlisteners++] = fd;
}

static bool is_gone(const struct node *n)
{
	return n->state == NODE_DEAD || n->state == NODE_LOST;
}

/* One that came in while the node died is cut, too. */
void node_join(struct node *n, struct node_connection *c)
{
	pthread_mutex_lock(&n->all->lock);
	c->next = n->connections;
	n->connections = c;
	if (is_gone(n))
		shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&n->all->lock);
}

void node_leave(struct node *n, struct node_connection *c)
{
	struct node_connection **at = &n->connections;

	pthread_mutex_lock(&n->all->lock);
	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	close(c->fd);
	pthread_mutex_unlock(&n->all->lock);
}

bool node_wait(struct node *n)
{
	bool gone;

	pthread_mutex_lock(&n->all->lock);
	while (n->state == NODE_HANGS)
		pthread_cond_wait(&n->all->changed, &n->all->lock);
	gone = is_gone(n);
	pthread_mutex_unlock(&n->all->lock);
	return !gone;
}

bool node_is_alive(const struct node *n)
{
	return n->state != NODE_DEAD;
}

bool node_takes_loads(const struct node *n)
{
	return n->state != NODE_DEAD && n->state != NODE_DRAINED;
}

static struct node *find(struct nodes *n, const char *name)
{
	for (unsigned i = 0; i < FRONTENDS; i++)
		if (strcmp(n->fe[i].name, name) == 0)
			return &n->fe[i];
	for (unsigned i = 0; i < BACKENDS_MAX; i++)
		if (strcmp(n->be[i].name, name) == 0)
			return &n->be[i];
	return NULL;
}

/* A socket that was shut down can listen again, at the same port. */
static void change(struct node *n, enum node_state state)
{
	bool was_gone = is_gone(n);

	n->state = (int)state;
	if (is_gone(n) && !was_gone) {
		n->life++;
		for (unsigned i = 0; i < n->nlisteners; i++)
			shutdown(n->listeners[i], SHUT_RDWR);
		for (struct node_connection *c = n->connections; c != NULL; c = c->next)
			shutdown(c->fd, SHUT_RDWR);
	} else if (!is_gone(n) && was_gone) {
		for (unsigned i = 0; i < n->nlisteners; i++)
			if (listen(n->listeners[i], 128) != 0)
				perror("starrocks-double: listen");
	}
	pthread_cond_broadcast(&n->all->changed);
}

static void lead(struct nodes *n, unsigned leader)
{
	if (n->leader == leader)
		return;
	n->leader = leader;
	n->term++;
}

bool node_set(struct nodes *n, const char *name, const char *state)
{
	struct node *node = find(n, name);
	unsigned k = 0;

	while (k < NODE_STATES && strcmp(states[k], state) != 0)
		k++;
	if (node == NULL || k == NODE_STATES || (node->name[0] == 'f' && k >= NODE_DRAINED))
		return false;
	pthread_mutex_lock(&n->lock);
	change(node, k);
	if (node == &n->fe[n->leader] && k == NODE_DEAD)
		lead(n, 1 - n->leader);
	pthread_mutex_unlock(&n->lock);
	return true;
}

bool nodes_lead(struct nodes *n, const char *name, int64_t orphan_ms)
{
	struct node *node = find(n, name);

	if (node == NULL || node->name[0] != 'f')
		return false;
	pthread_mutex_lock(&n->lock);
	n->orphan_ms = orphan_ms;
	lead(n, (unsigned)(node - n->fe));
	pthread_mutex_unlock(&n->lock);
	return true;
}

static void print(const struct node *n, struct buf *out)
{
	buf_printf(out, "\"%s\": \"%s\", ", n->name, states[n->state]);
}

void nodes_print(struct nodes *n, unsigned nbackends, struct buf *out)
{
	buf_putc(out, '{');
	for (unsigned i = 0; i < FRONTENDS; i++)
		print(&n->fe[i], out);
	for (unsigned i = 0; i < nbackends; i++)
		print(&n->be[i], out);
	buf_printf(out, "\"leader\": \"%s\"}\n", n->fe[n->leader].name);
}
