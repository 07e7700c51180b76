/* mysql_throttle.c - see mysql_throttle.h. Peer 0 is the server that is read, the others are its replicas. */
#include "config.h"
#include "source/server/mysql_throttle.h"

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "core/conf/endpoint.h"
#include "core/num/num.h"
#include "core/xalloc.h"

enum {
	ASK_EVERY_US = 500000,
	ANSWER_WITHIN_US = 3000000,
	CONNECT_MS = 1000,
	CONNECT_AGAIN_US = 3000000,
	LOST_AFTER_US = 10000000,
	LOOK_MS = 20,
	SQL_MAX = 64 << 10,
	PEERS_MAX = 33
};

struct peer {
	struct mysql_conn conn;
	bool asked;
	int64_t next_us, asked_us; /* monotonic */
	bool known;		   /* an answer came on this connection */
	int64_t away_us;	   /* since when it cannot be reached; 0: it can */
	char why[160];		   /* it says: wait; "" */
};

struct throttle {
	struct peer peers[PEERS_MAX];
	bool open;	     /* a peer was asked */
	int64_t next_row_us; /* rows per second: nothing more is read before */
	char why[160];
};

struct throttle *throttle_new(void)
{
	return xcalloc(1, sizeof(struct throttle));
}

static void peer_close(struct peer *p)
{
	mysql_conn_close(&p->conn);
	p->asked = p->known = false;
}

void throttle_hang_up(struct throttle *t)
{
	for (size_t i = 0; t->open && i < PEERS_MAX; i++) {
		peer_close(&t->peers[i]);
		t->peers[i] = (struct peer){ 0 };
	}
	t->open = false;
	t->why[0] = '\0';
}

void throttle_free(struct throttle *t)
{
	if (t == NULL)
		return;
	throttle_hang_up(t);
	free(t);
}

/* ---- limits ---- */

struct load_limit {
	char name[80];
	double most;
};

static int read_limit(const char *text, struct load_limit *out)
{
	const char *equals = strchr(text, '=');
	size_t len = equals ? (size_t)(equals - text) : 0;

	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	if (len == 0 || len >= sizeof(out->name))
		return -1;
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '_')
			return -1;
	snprintf(out->name, sizeof(out->name), "%.*s", (int)len, text);
	for (equals++; isspace((unsigned char)*equals); equals++)
		;
	return num_parse_double(equals, strlen(equals), &out->most) ? 0 : -1;
}

int throttle_check(const struct mysql_conf *conf, struct err *err)
{
	struct load_limit limit;
	struct endpoint at;
	const char *expected;

	for (size_t i = 0; i < conf->throttle_replicas.count; i++)
		if (endpoint_parse(conf->throttle_replicas.items[i], strlen(conf->throttle_replicas.items[i]), &at,
				    &expected) < 0)
			return err_set(err, ERR_CONFIG, 0,
					"[mysql] snapshot.throttle.replicas: expected %s, found '%.100s'", expected,
					conf->throttle_replicas.items[i]);
	for (size_t i = 0; i < conf->max_load.count; i++)
		if (read_limit(conf->max_load.items[i], &limit) < 0)
			return err_set(err, ERR_CONFIG, 0,
					"[mysql] snapshot.max.load: expected STATUS_VARIABLE=NUMBER, found '%.100s'",
					conf->max_load.items[i]);
	if (conf->throttle_replicas.count >= PEERS_MAX)
		return err_set(err, ERR_CONFIG, 0, "[mysql] snapshot.throttle.replicas: expected at most %d, found %zu",
				PEERS_MAX - 1, conf->throttle_replicas.count);
	return 0;
}

static bool asks_lag(const struct mysql_conf *conf, size_t peer)
{
	return peer > 0 || (conf->throttle_query && conf->throttle_replicas.count == 0);
}

/* The server itself is asked also when only its replicas matter: somebody has to notice that it is gone. */
static bool is_wanted(const struct mysql_conf *conf, size_t peer)
{
	return peer > 0 ? peer <= conf->throttle_replicas.count
			: conf->max_load.count > 0 || conf->throttle_replicas.count > 0 || asks_lag(conf, 0);
}

/* ---- a peer ---- */

static const char *peer_name(const struct mysql_conf *conf, size_t peer)
{
	return peer == 0 ? "the server" : conf->throttle_replicas.items[peer - 1];
}

static int peer_connect(struct peer *p, const struct mysql_conf *conf, size_t peer, unsigned host, struct err *err)
{
	struct mysql_conf to = *conf;

	to.connect_timeout_ms = CONNECT_MS;
	if (peer == 0)
		return mysql_conn_open(&p->conn, &to, host, err);
	to.host = conf->throttle_replicas.items[peer - 1];
	to.socket = NULL;
	return mysql_conn_open(&p->conn, &to, 0, err);
}

/* One statement a look: the load of the server, or the lag of a replica. Both at the server: in turn. */
static void put_question(const struct mysql_conf *conf, const struct mysql_conn *conn, bool lag, struct buf *sql)
{
	struct load_limit limit;

	if (lag && conf->throttle_query) {
		buf_puts(sql, conf->throttle_query);
	} else if (lag) {
		buf_puts(sql, conn->version >= 80022 ? "SHOW REPLICA STATUS" : "SHOW SLAVE STATUS");
	} else {
		buf_puts(sql, "SHOW GLOBAL STATUS WHERE Variable_name IN (''");
		for (size_t i = 0; i < conf->max_load.count; i++)
			if (read_limit(conf->max_load.items[i], &limit) == 0)
				buf_printf(sql, ", '%s'", limit.name);
		buf_putc(sql, ')');
	}
}

static void give_up(struct peer *p, const struct mysql_conf *conf, size_t peer, const char *why)
{
	snprintf(p->why, sizeof(p->why), "%.60s does not answer: %.80s", peer_name(conf, peer), why);
	peer_close(p);
	p->next_us = clock_mono_us() + CONNECT_AGAIN_US;
}

/* "Threads_running 60 > 50" */
static void judge_load(struct peer *p, const struct mysql_conf *conf, MYSQL_RES *res)
{
	struct load_limit limit;

	for (size_t i = 0; i < conf->max_load.count; i++) {
		bool found = false;
		MYSQL_ROW row;
		double now;

		if (read_limit(conf->max_load.items[i], &limit) < 0)
			continue;
		mysql_data_seek(res, 0);
		while (!found && (row = mysql_fetch_row(res)) != NULL)
			found = strcasecmp(row[0], limit.name) == 0;
		if (!found || row[1] == NULL || !num_parse_double(row[1], strlen(row[1]), &now))
			snprintf(p->why, sizeof(p->why), "%s is no number that the server knows", limit.name);
		else if (now > limit.most)
			snprintf(p->why, sizeof(p->why), "%s %g > %g", limit.name, now, limit.most);
		if (p->why[0])
			return;
	}
}

static unsigned lag_column(MYSQL_RES *res)
{
	MYSQL_FIELD *fields = mysql_fetch_fields(res);
	unsigned n = mysql_num_fields(res);

	for (unsigned i = 0; i < n; i++)
		if (strcasecmp(fields[i].name, "Seconds_Behind_Source") == 0 ||
				strcasecmp(fields[i].name, "Seconds_Behind_Master") == 0)
			return i;
	return 0;
}

static void judge_lag(struct peer *p, const struct mysql_conf *conf, size_t peer, MYSQL_RES *res)
{
	unsigned column = conf->throttle_query ? 0 : lag_column(res);
	MYSQL_ROW row = mysql_fetch_row(res);
	double seconds;

	if (row == NULL || row[column] == NULL || !num_parse_double(row[column], strlen(row[column]), &seconds))
		snprintf(p->why, sizeof(p->why), "%.80s says no lag: it does not replicate", peer_name(conf, peer));
	else if (seconds * 1000 > (double)conf->throttle_lag_ms)
		snprintf(p->why, sizeof(p->why), "%.80s lags %g s > %g s", peer_name(conf, peer), seconds,
				(double)conf->throttle_lag_ms / 1000);
}

static void take_answer(struct peer *p, const struct mysql_conf *conf, size_t peer, int64_t now_us)
{
	struct pollfd fd = { .fd = mysql_conn_socket(&p->conn), .events = POLLIN };
	MYSQL_RES *res;
	struct err err;

	if (poll(&fd, 1, 0) <= 0) {
		if (now_us - p->asked_us > ANSWER_WITHIN_US)
			give_up(p, conf, peer, "no answer in time");
		return;
	}
	res = mysql_read_query_result(p->conn.mysql) == 0 ? mysql_store_result(p->conn.mysql) : NULL;
	if (res == NULL || mysql_conn_shape(&p->conn, res, asks_lag(conf, peer) ? "?" : "!?", "its load", &err) < 0) {
		give_up(p, conf, peer, res ? err.msg : mysql_error(p->conn.mysql));
		mysql_free_result(res);
		return;
	}
	p->asked = false;
	p->known = true;
	p->next_us = now_us + ASK_EVERY_US;
	p->why[0] = '\0';
	if (asks_lag(conf, peer))
		judge_lag(p, conf, peer, res);
	else
		judge_load(p, conf, res);
	mysql_free_result(res);
}

static void ask(struct peer *p, const struct mysql_conf *conf, size_t peer, unsigned host, int64_t now_us)
{
	struct err err = { 0 };
	struct buf sql;

	if (p->conn.mysql == NULL && peer_connect(p, conf, peer, host, &err) < 0) {
		if (err.kind != ERR_UNREACHABLE)
			p->away_us = 0;
		else if (p->away_us == 0)
			p->away_us = now_us;
		give_up(p, conf, peer, err.msg);
		return;
	}
	p->away_us = 0;
	buf_init(&sql, SQL_MAX);
	put_question(conf, &p->conn, asks_lag(conf, peer), &sql);
	p->asked = !sql.failed && mysql_send_query(p->conn.mysql, sql.data, (unsigned long)sql.len) == 0;
	p->asked_us = now_us;
	buf_done(&sql);
	if (!p->asked)
		give_up(p, conf, peer, mysql_error(p->conn.mysql));
}

/* ---- all of them ---- */

static void look(struct throttle *t, const struct mysql_conf *conf, unsigned host)
{
	int64_t now_us = clock_mono_us();

	t->why[0] = '\0';
	for (size_t i = 0; i < PEERS_MAX; i++) {
		struct peer *p = &t->peers[i];

		if (!is_wanted(conf, i)) {
			if (p->conn.mysql)
				peer_close(p);
			p->why[0] = '\0';
			p->away_us = 0;
			continue;
		}
		t->open = true;
		if (p->asked)
			take_answer(p, conf, i, now_us);
		else if (now_us >= p->next_us)
			ask(p, conf, i, host, now_us);
		if (t->why[0] == '\0')
			snprintf(t->why, sizeof(t->why), "%s",
					!p->known && !p->why[0] ? "asking how busy the servers are" : p->why);
	}
}

int throttle_wait_ms(struct throttle *t, const struct mysql_conf *conf, unsigned host)
{
	int64_t left_ms = (t->next_row_us - clock_mono_us() + 999) / 1000;

	look(t, conf, host);
	if (t->why[0])
		return LOOK_MS;
	if (conf->max_rows_s <= 0 || left_ms <= 0)
		return 0;
	snprintf(t->why, sizeof(t->why), "%lld rows per second at the most", (long long)conf->max_rows_s);
	return left_ms < LOOK_MS ? (int)left_ms : LOOK_MS;
}

void throttle_count(struct throttle *t, const struct mysql_conf *conf, uint64_t rows)
{
	int64_t now_us = clock_mono_us();

	if (conf->max_rows_s <= 0)
		return;
	if (t->next_row_us < now_us)
		t->next_row_us = now_us;
	t->next_row_us += (int64_t)((double)rows * 1e6 / (double)conf->max_rows_s);
}

int throttle_lost(const struct throttle *t, struct err *err)
{
	const struct peer *server = &t->peers[0];

	if (server->away_us == 0 || clock_mono_us() - server->away_us < LOST_AFTER_US)
		return 0;
	return err_set(err, ERR_UNREACHABLE, 0, "MySQL: while the snapshot waited, %s", server->why);
}

const char *throttle_why(const struct throttle *t)
{
	return t->why;
}
