/*
 * double_node.h - the nodes of the cluster, two frontends and up to three backends, and what has become of each. A node
 * that dies refuses connections and cuts those that it has, also in the middle of a load; one that hangs takes them and
 * says nothing until it is well again.
 * @thread any
 */
#ifndef DOUBLE_NODE_H
#define DOUBLE_NODE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/buf.h"

#define FRONTENDS 2
#define BACKENDS_MAX 3
#define NODE_PORTS 2

enum node_state {
	NODE_WELL,
	NODE_DEAD,    /* nobody answers, and the frontends know: Alive is false, no load is sent there */
	NODE_LOST,    /* nobody answers, and the frontends do not know it yet */
	NODE_HANGS,   /* connections are taken and nothing is answered */
	NODE_DRAINED, /* decommissioned: loads that run go to their end, new ones are refused and not sent there */
	NODE_FULL,    /* its disk: no load is taken, also none that runs */
	NODE_STATES
};

struct node_connection {
	int fd;
	struct node_connection *next;
};

struct node {
	struct nodes *all;
	const char *name; /* fe1, be1, .. */
	_Atomic int state;
	_Atomic unsigned life; /* how often it has died */
	int listeners[NODE_PORTS];
	unsigned nlisteners;
	struct node_connection *connections; /* under the lock */
};

struct nodes {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct node fe[FRONTENDS], be[BACKENDS_MAX];
	_Atomic unsigned leader;   /* of the frontends */
	_Atomic unsigned term;	   /* how often it has changed */
	_Atomic int64_t orphan_ms; /* how long a load that lost its leader is PREPARE */
};

void nodes_init(struct nodes *n);
void node_listens(struct node *n, int fd); /* before the port is started */
void node_join(struct node *n, struct node_connection *c);
void node_leave(struct node *n, struct node_connection *c); /* closes it */
bool node_wait(struct node *n);				    /* while it hangs; false: it has died */
bool node_is_alive(const struct node *n);		    /* as the frontends see it */
bool node_takes_loads(const struct node *n);		    /* the same */
/* false: no such node, no such state, or not one of its kind. A leader that dies is followed by the other frontend. */
bool node_set(struct nodes *n, const char *name, const char *state);
bool nodes_lead(struct nodes *n, const char *name, int64_t orphan_ms);
void nodes_print(struct nodes *n, unsigned nbackends, struct buf *out); /* JSON */

#endif
