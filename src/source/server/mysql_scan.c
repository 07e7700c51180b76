/*
 * mysql_scan.c - see mysql_scan.h. The heading of a result is a packet with the number of columns, their definitions,
 * and an end unless both sides do without it. The first byte tells the rest apart: 0xff is an error, 0xfe the end.
 */
#include "config.h"
#include "source/server/mysql_scan.h"

#include "core/clock.h"
#include "source/decode/mysql_bytes.h"

enum { COM_QUERY_BYTE = 3, SILENCE_MS = 60000 };
#define CLIENT_DEPRECATE_EOF_BIT (1u << 24)

void scan_open(struct scan *s, struct mysql_conn *conn)
{
	*s = (struct scan){ .open = true };
	wire_init(&s->wire, conn);
}

void scan_close(struct scan *s)
{
	if (s->open)
		wire_done(&s->wire);
	*s = (struct scan){ 0 };
}

int scan_start(struct scan *s, const char *sql, size_t len, struct err *err)
{
	s->heading = 1;
	s->counted = false;
	s->running = true;
	s->asked_us = s->wire.last_byte_us = clock_mono_us();
	return wire_send(&s->wire, COM_QUERY_BYTE, sql, len, err);
}

static int server_error(struct scan *s, const uint8_t *p, size_t len, struct err *err)
{
	struct bytes in = bytes_of(p, len);
	unsigned code = (bytes_u8(&in), bytes_u16(&in));
	size_t skip = bytes_left(&in) >= 6 && *in.at == '#' ? 6 : 0;

	s->running = false;
	bytes_take(&in, skip);
	return err_set(err, mysql_conn_kind(code), (int)code, "MySQL %s: %.*s (%u)", s->wire.conn->server,
			(int)(bytes_left(&in) < 300 ? bytes_left(&in) : 300), (const char *)in.at, code);
}

/* The first packet says how many follow. */
static int count_columns(struct scan *s, const uint8_t *p, size_t len, struct err *err)
{
	const MYSQL *m = s->wire.conn->mysql;
	bool no_eof = m->server_capabilities & m->client_flag & CLIENT_DEPRECATE_EOF_BIT;
	struct bytes in = bytes_of(p, len);
	uint64_t columns = bytes_lenenc(&in);

	if (len == 0 || in.failed || bytes_left(&in) > 0 || columns == 0 || columns > 8192)
		return err_set(err, ERR_RETRY, 0, "MySQL %s: no result set where one was expected",
				s->wire.conn->server);
	s->counted = true;
	s->heading = (unsigned)columns + !no_eof;
	return 0;
}

/* A packet; the clock is asked only when nothing came. */
static int next_packet(struct scan *s, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len,
		struct err *err)
{
	int r = wire_next(&s->wire, arena, timeout_ms, p, len, err);

	if (r == 0 && clock_mono_us() - s->wire.last_byte_us > (int64_t)SILENCE_MS * 1000)
		return err_set(err, ERR_RETRY, 0, "MySQL %s: a SELECT gave nothing for %d ms", s->wire.conn->server,
				SILENCE_MS);
	return r;
}

int scan_next(struct scan *s, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len, struct err *err)
{
	for (;;) {
		int r = next_packet(s, arena, timeout_ms, p, len, err);

		if (r <= 0)
			return r;
		if (*len > 0 && **p == 0xff)
			return server_error(s, *p, *len, err);
		if (s->heading == 0)
			break;
		if (s->counted)
			s->heading--;
		else if (count_columns(s, *p, *len, err) < 0)
			return -1;
	}
	if (*len == 0 || **p != 0xfe || *len >= 0xffffff)
		return SCAN_ROW;
	s->running = false;
	return SCAN_END;
}

void scan_save(struct scan *s)
{
	if (s->open)
		wire_save(&s->wire);
}
