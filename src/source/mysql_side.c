/* mysql_side.c - see mysql_side.h. */
#include "config.h"
#include "source/mysql_side.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum { ASK_US = 1000000, CONNECT_AGAIN_US = 10000000 };

void mysql_side_init(struct mysql_side *side)
{
	*side = (struct mysql_side){ .behind_bytes = -1, .beat_us = clock_mono_us() };
	position_init(&side->server);
}

void mysql_side_done(struct mysql_side *side)
{
	mysql_conn_close(&side->conn);
	position_done(&side->server);
}

static void give_up(struct mysql_side *side, int64_t now_us)
{
	mysql_conn_close(&side->conn);
	side->state = SIDE_CLOSED;
	side->next_us = now_us + CONNECT_AGAIN_US;
	side->behind_bytes = -1;
}

static void ask(struct mysql_side *side, int64_t now_us, const char *sql, int state)
{
	if (mysql_send_query(side->conn.mysql, sql, strlen(sql)) != 0)
		give_up(side, now_us);
	else
		side->state = state;
}

static void read_position(struct mysql_side *side, MYSQL_ROW row, unsigned fields)
{
	size_t len = 0;

	snprintf(side->server.file, sizeof(side->server.file), "%s", row[0]);
	side->server.pos = strtoull(row[1], NULL, 10);
	free(side->server.gtids);
	side->server.gtids = fields >= 5 && row[4] ? xstrdup(row[4]) : NULL;
	for (const char *p = side->server.gtids; p && *p; p++)
		if (*p != '\n')
			side->server.gtids[len++] = *p;
	if (side->server.gtids)
		side->server.gtids[len] = '\0';
}

/* SHOW BINARY LOGS: what is left of our file, and all of those behind it. */
static int64_t sum_files(MYSQL_RES *res, const char *file, uint64_t pos)
{
	int64_t sum = -1;
	MYSQL_ROW row;

	while ((row = mysql_fetch_row(res)) != NULL) {
		int64_t size = row[1] ? strtoll(row[1], NULL, 10) : 0;

		if (sum >= 0)
			sum += size;
		else if (row[0] && strcmp(row[0], file) == 0)
			sum = size > (int64_t)pos ? size - (int64_t)pos : 0;
	}
	return sum;
}

static void take_answer(struct mysql_side *side, const char *file, uint64_t pos, int64_t now_us)
{
	bool files = side->state == SIDE_ASKED_FILES;
	MYSQL_RES *res = mysql_read_query_result(side->conn.mysql) == 0 ? mysql_store_result(side->conn.mysql) : NULL;
	MYSQL_ROW row;

	if (res == NULL) {
		give_up(side, now_us);
		return;
	}
	side->state = SIDE_READY;
	side->next_us = now_us + ASK_US;
	if (files) {
		side->behind_bytes = sum_files(res, file, pos);
	} else if ((row = mysql_fetch_row(res)) != NULL && row[0] && row[1]) {
		read_position(side, row, mysql_num_fields(res));
		if (strcmp(side->server.file, file) == 0)
			side->behind_bytes = side->server.pos > pos ? (int64_t)(side->server.pos - pos) : 0;
	}
	mysql_free_result(res);
	if (!files && strcmp(side->server.file, file) != 0)
		ask(side, now_us, "SHOW BINARY LOGS", SIDE_ASKED_FILES);
}

static void beat(struct mysql_side *side, const struct mysql_conf *conf, int64_t now_us)
{
	struct err err = { 0 };

	if (conf->heartbeat_interval_ms <= 0 || conf->heartbeat_query == NULL ||
	    now_us - side->beat_us < conf->heartbeat_interval_ms * 1000)
		return;
	side->beat_us = now_us;
	if (mysql_conn_run(&side->conn, &err, "%s", conf->heartbeat_query) < 0 && err.kind == ERR_UNREACHABLE)
		give_up(side, now_us);
}

void mysql_side_step(struct mysql_side *side, const struct mysql_conf *conf, unsigned host, const char *file,
		     uint64_t pos)
{
	int64_t now_us = clock_mono_us();
	struct err err = { 0 };

	if (side->state == SIDE_CLOSED) {
		if (now_us < side->next_us)
			return;
		if (mysql_conn_open(&side->conn, conf, host, &err) < 0) {
			give_up(side, now_us);
			return;
		}
		side->state = SIDE_READY;
	}
	if (side->state == SIDE_READY) {
		beat(side, conf, now_us);
		if (side->state == SIDE_READY && now_us >= side->next_us)
			ask(side, now_us, side->conn.version >= 80200 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
			    SIDE_ASKED_POSITION);
	} else {
		struct pollfd p = { .fd = mysql_conn_socket(&side->conn), .events = POLLIN };

		if (poll(&p, 1, 0) > 0)
			take_answer(side, file, pos, now_us);
	}
}
