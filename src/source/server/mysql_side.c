/* mysql_side.c - see mysql_side.h. */
#include "config.h"
#include "source/server/mysql_side.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/xalloc.h"

enum {
	ASK_US = 1000000,
	ANSWER_US = 10000000, /* the server's time for an answer */
	CONNECT_MS = 2000,    /* the stream waits meanwhile */
	KEPT_US = 30000000,
	AGAIN_FIRST_US = 5000000,
	AGAIN_LAST_US = 60000000
};

void mysql_side_init(struct mysql_side *side)
{
	*side = (struct mysql_side){
		.behind_bytes = -1,
		.kept = { .bytes = -1, .keeps_ms = -1 },
		.beat_us = clock_mono_us(),
		.again_us = AGAIN_FIRST_US,
	};
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
	side->next_us = now_us + side->again_us;
	side->again_us = side->again_us * 2 < AGAIN_LAST_US ? side->again_us * 2 : AGAIN_LAST_US;
	side->behind_bytes = -1;
}

static void say(struct mysql_side *side, const char *what, const char *why)
{
	snprintf(side->said, sizeof(side->said), "MySQL %.60s: %s: %.220s", side->conn.server, what, why);
}

static void ask(struct mysql_side *side, int64_t now_us, const char *sql, int state)
{
	if (mysql_send_query(side->conn.mysql, sql, strlen(sql)) != 0)
		give_up(side, now_us);
	else
		side->state = state;
	side->asked_us = now_us;
	side->asked_wall_us = clock_wall_us();
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

/* binlog.999999 comes before binlog.1000000. */
static bool is_before(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);

	return la != lb ? la < lb : strcmp(a, b) < 0;
}

/* A dump thread whose files were deleted under it (RESET BINARY LOGS AND GTIDS) waits for ever and sends heartbeats. */
static void see_reset(struct mysql_side *side)
{
	const struct position *p = &side->server;

	if (side->asked_file[0])
		side->went_back |= is_before(p->file, side->asked_file) ||
				(strcmp(p->file, side->asked_file) == 0 && p->pos < side->asked_pos);
}

/* SHOW BINARY LOGS: what is left of our file, and all of those behind it; kept: what there is before. */
static int64_t sum_files(MYSQL_RES *res, const char *file, uint64_t pos, struct binlog_kept *kept)
{
	int64_t sum = -1, before = 0;
	MYSQL_ROW row;

	kept->oldest[0] = '\0';
	while ((row = mysql_fetch_row(res)) != NULL) {
		int64_t size = row[1] ? strtoll(row[1], NULL, 10) : 0;

		if (kept->oldest[0] == '\0' && row[0])
			snprintf(kept->oldest, sizeof(kept->oldest), "%s", row[0]);
		before += sum >= 0 ? 0 : row[0] && strcmp(row[0], file) == 0 ? (int64_t)pos : size;
		if (sum >= 0)
			sum += size;
		else if (row[0] && strcmp(row[0], file) == 0)
			sum = size > (int64_t)pos ? size - (int64_t)pos : 0;
	}
	kept->bytes = sum >= 0 ? before : -1;
	return sum;
}

/* binlog_expire_logs_seconds, or expire_logs_days of older servers; 0 of one is only told when the other is 0 too. */
static int64_t longest_ms(MYSQL_RES *res)
{
	int64_t ms = 0;
	MYSQL_ROW row;

	while ((row = mysql_fetch_row(res)) != NULL) {
		bool days = row[0] && strstr(row[0], "days") != NULL;
		int64_t n = row[1] ? strtoll(row[1], NULL, 10) * (days ? 86400000 : 1000) : 0;

		ms = n > ms ? n : ms;
	}
	return ms;
}

static void take_keeps(struct mysql_side *side, int64_t now_us)
{
	MYSQL_RES *res = mysql_read_query_result(side->conn.mysql) == 0 ? mysql_store_result(side->conn.mysql) : NULL;
	struct err err;

	if (res == NULL || mysql_conn_shape(&side->conn, res, "??", "how long it keeps its binlog", &err) < 0) {
		mysql_free_result(res);
		give_up(side, now_us);
		return;
	}
	side->kept.keeps_ms = longest_ms(res);
	side->state = SIDE_READY;
	mysql_free_result(res);
}

static void take_position(struct mysql_side *side, const char *file, uint64_t pos, int64_t now_us)
{
	bool files = side->state == SIDE_ASKED_FILES;
	MYSQL_RES *res = mysql_read_query_result(side->conn.mysql) == 0 ? mysql_store_result(side->conn.mysql) : NULL;
	MYSQL_ROW row;
	struct err err;

	if (res == NULL || mysql_conn_shape(&side->conn, res, files ? "!?" : "??", "its position", &err) < 0) {
		mysql_free_result(res);
		give_up(side, now_us);
		return;
	}
	side->state = SIDE_READY;
	side->next_us = now_us + ASK_US;
	side->again_us = AGAIN_FIRST_US;
	side->known_us = side->asked_wall_us;
	if (files) {
		side->behind_bytes = sum_files(res, file, pos, &side->kept);
	} else if ((row = mysql_fetch_row(res)) != NULL && row[0] && row[1]) {
		read_position(side, row, mysql_num_fields(res));
		see_reset(side);
		if (strcmp(side->server.file, file) == 0)
			side->behind_bytes = side->server.pos > pos ? (int64_t)(side->server.pos - pos) : 0;
	}
	mysql_free_result(res);
	if (files)
		ask(side, now_us,
				"SHOW GLOBAL VARIABLES WHERE Variable_name IN ('binlog_expire_logs_seconds', 'expire_logs_days')",
				SIDE_ASKED_KEEPS);
	else if (strcmp(side->server.file, file) != 0 || now_us >= side->kept_us) {
		side->kept_us = now_us + KEPT_US;
		ask(side, now_us, "SHOW BINARY LOGS", SIDE_ASKED_FILES);
	}
}

/* ---- heartbeat.action.query ---- */

/* Told once, until it works again. */
static void beat_failed(struct mysql_side *side, const char *why)
{
	if (!side->failing)
		say(side, "heartbeat.action.query fails, capture goes on without it", why);
	side->failing = true;
}

static void take_beat(struct mysql_side *side, int64_t now_us)
{
	MYSQL *m = side->conn.mysql;

	side->state = SIDE_READY;
	if (mysql_read_query_result(m) == 0) {
		mysql_free_result(mysql_store_result(m));
		side->failing = false;
		return;
	}
	beat_failed(side, mysql_error(m));
	if (mysql_conn_kind(mysql_errno(m)) == ERR_UNREACHABLE)
		give_up(side, now_us);
}

static bool is_beat_due(const struct mysql_side *side, const struct mysql_conf *conf, int64_t now_us)
{
	return conf->heartbeat_interval_ms > 0 && conf->heartbeat_query &&
			now_us - side->beat_us >= conf->heartbeat_interval_ms * 1000;
}

/* ---- steps ---- */

static void send_next(struct mysql_side *side, const struct mysql_conf *conf, const char *file, uint64_t pos,
		int64_t now_us)
{
	if (is_beat_due(side, conf, now_us)) {
		side->beat_us = now_us;
		ask(side, now_us, conf->heartbeat_query, SIDE_BEATING);
	} else if (now_us >= side->next_us) {
		snprintf(side->asked_file, sizeof(side->asked_file), "%s", file);
		side->asked_pos = pos;
		ask(side, now_us, side->conn.version >= 80200 ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS",
				SIDE_ASKED_POSITION);
	}
}

static void await(struct mysql_side *side, const char *file, uint64_t pos, int64_t now_us)
{
	struct pollfd p = { .fd = (int)mysql_get_socket(side->conn.mysql), .events = POLLIN };

	if (poll(&p, 1, 0) > 0) {
		if (side->state == SIDE_BEATING)
			take_beat(side, now_us);
		else if (side->state == SIDE_ASKED_KEEPS)
			take_keeps(side, now_us);
		else
			take_position(side, file, pos, now_us);
	} else if (now_us - side->asked_us > ANSWER_US) {
		if (side->state == SIDE_BEATING)
			beat_failed(side, "no answer within 10 s");
		give_up(side, now_us);
	}
}

static void open_side(struct mysql_side *side, const struct mysql_conf *conf, unsigned host, const char *uuid,
		int64_t now_us)
{
	struct mysql_conf hurried = *conf;
	struct err err = { 0 };

	if (now_us < side->next_us)
		return;
	hurried.connect_timeout_ms = hurried.answer_timeout_ms = CONNECT_MS;
	if (mysql_conn_open(&side->conn, &hurried, host, &err) == 0 && strcmp(side->conn.uuid, uuid) != 0)
		err_set(&err, ERR_CONFIG, 0,
				"one address leads to several servers (now server_uuid %s): name the "
				"servers themselves in [mysql] host",
				side->conn.uuid);
	if (err.kind == ERR_NONE) {
		side->state = SIDE_READY;
		return;
	}
	if (side->again_us == AGAIN_FIRST_US)
		say(side, "how far the server is cannot be asked, capture goes on without", err.msg);
	give_up(side, now_us);
}

void mysql_side_step(struct mysql_side *side, const struct mysql_conf *conf, unsigned host, const char *uuid,
		const char *file, uint64_t pos)
{
	int64_t now_us = clock_mono_us();

	if (side->state == SIDE_CLOSED)
		open_side(side, conf, host, uuid, now_us);
	else if (side->state == SIDE_READY)
		send_next(side, conf, file, pos, now_us);
	else
		await(side, file, pos, now_us);
}
