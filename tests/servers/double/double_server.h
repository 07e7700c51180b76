/*
 * double_server.h - one StarRocks cluster in one process: two frontends, up to three backends, one store. Everything
 * hangs on this struct; there are no globals.
 */
#ifndef DOUBLE_SERVER_H
#define DOUBLE_SERVER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "double_fault.h"
#include "double_http.h"
#include "double_node.h"
#include "store/double_store.h"

#define USERS_MAX 16

struct version {
	const char *name;	  /* --version */
	int number;		  /* 30200, 30500, 40000: for comparison */
	const char *full, *mysql; /* current_version(), version() */
};

enum right {
	RIGHT_SELECT,
	RIGHT_INSERT,
	RIGHT_CREATE,
	RIGHT_ALTER,
	RIGHT_DROP,
	RIGHT_DELETE,
	RIGHT_UPDATE,
	RIGHT_OPERATE, /* to see the nodes */
	RIGHT_COUNT
};
#define RIGHTS_ALL ((1u << RIGHT_COUNT) - 1)

struct user {
	char *name, *password;
	_Atomic unsigned rights; /* a bit of each enum right */
};

struct server {
	const struct version *version;
	char *dir, *env_path;
	struct store store;
	struct faults faults;
	pthread_mutex_t users_lock; /* of their passwords */
	struct user users[USERS_MAX];
	unsigned nusers;
	struct nodes nodes;
	uint16_t fe_port[FRONTENDS], mysql_port[FRONTENDS], be_port[BACKENDS_MAX], control_port;
	uint16_t be_link; /* named in place of be_port; 0: none */
	unsigned nbackends;
	int64_t alter_delay_ms, json_limit, started_ms;
	int64_t routine_gap_ms; /* between two tasks of a job */
	int64_t commit_ms;	/* what a commit takes until its rows are visible */
	_Atomic unsigned next_backend;
	_Atomic uint64_t loads, failed_loads, rows, filtered, bytes, queries, next_connection;
};

/* The port that a backend is reached at, as a frontend names it. */
static inline uint16_t server_be_port(const struct server *s, unsigned backend)
{
	return s->be_link != 0 ? s->be_link : s->be_port[backend];
}

/* What a listener hands to its thread: which server, and which of its ports. */
struct port {
	struct server *server;
	struct node *node; /* NULL: of no node of the cluster */
	unsigned index;
	int fd;
	void (*serve)(struct server *server, unsigned index, int fd);
};

int port_open(struct port *p, uint16_t *number); /* binds to 127.0.0.1; 0 picks a free port and says which */
int port_start(struct port *p);			 /* a thread that accepts, a thread per connection */

/* false: no such user. @thread any */
bool server_may(struct server *s, const char *user, enum right right);
const char *right_name(enum right right);
/* "SELECT,INSERT"; false: no such user, no such right */
bool server_rights_set(struct server *s, const char *user, const char *rights);
bool server_password(struct server *s, const char *user, char *out, size_t size);
bool server_password_set(struct server *s, const char *user, const char *password);
bool server_auth(struct server *s, const struct http_request *r, char *user, size_t size);

void server_commit_wait(const struct server *s); /* before a commit, without the lock */
void fe_serve(struct server *s, unsigned index, int fd);
void be_serve(struct server *s, unsigned index, int fd);
void control_serve(struct server *s, unsigned index, int fd);
void mysql_serve(struct server *s, unsigned index, int fd);

/* A keep-alive loop around one request handler. node may be NULL. */
void http_serve(struct server *s, struct node *node, unsigned index, int fd, size_t head_max,
		void (*handle)(struct server *, unsigned, struct http_request *));

#endif
