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
#include "double_store.h"

#define BACKENDS_MAX 3
#define USERS_MAX 16

struct version {
	const char *name;	  /* --version */
	int number;		  /* 30200, 30500, 40000: for comparison */
	const char *full, *mysql; /* current_version(), version() */
};

struct user {
	char *name, *password;
	bool reads; /* SELECT is all that it may */
};

struct server {
	const struct version *version;
	char *dir, *env_path;
	struct store store;
	struct faults faults;
	pthread_mutex_t users_lock; /* of their passwords */
	struct user users[USERS_MAX];
	unsigned nusers;
	uint16_t fe_port[2], mysql_port, be_port[BACKENDS_MAX], control_port;
	uint16_t be_link; /* named in place of be_port; 0: none */
	unsigned nbackends;
	int64_t alter_delay_ms, json_limit, started_ms;
	int64_t routine_gap_ms; /* between two tasks of a job */
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
	unsigned index;
	int fd;
	void (*serve)(struct server *server, unsigned index, int fd); /* closes fd */
};

int port_open(struct port *p, uint16_t *number); /* binds to 127.0.0.1; 0 picks a free port and says which */
int port_start(struct port *p);			 /* a thread that accepts, a thread per connection */

/* false: no such user. @thread any */
bool server_reads_only(struct server *s, const char *user);
bool server_password(struct server *s, const char *user, char *out, size_t size);
bool server_password_set(struct server *s, const char *user, const char *password);
bool server_auth(struct server *s, const struct http_request *r, char *user, size_t size);

void fe_serve(struct server *s, unsigned index, int fd);
void be_serve(struct server *s, unsigned index, int fd);
void control_serve(struct server *s, unsigned index, int fd);
void mysql_serve(struct server *s, unsigned index, int fd);

/* A keep-alive loop around one request handler. */
void http_serve(struct server *s, unsigned index, int fd, size_t head_max,
		void (*handle)(struct server *, unsigned, struct http_request *));

#endif
