/*
 * mysql_wire.c - see mysql_wire.h. A block of the arena is reserved, the socket is read into it, and packets are cut
 * from it; what is left of a packet at the block's end is moved to the front of the next block, which is why a packet
 * is always contiguous. Parts of 16 MiB - 1 (giant rows) are joined in a buffer of their own with a ceiling.
 */
#include "config.h"
#include "source/server/mysql_wire.h"

#include <errmsg.h>
#include <errno.h>
#ifdef HAVE_MARIADB_CONNECTOR
#	include <ma_pvio.h>
#endif
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "source/decode/mysql_bytes.h"

enum { HEADER = 4, PART_MAX = 0xffffff, BLOCK = 64 << 10 };
#define PACKET_MAX ((size_t)1100 << 20) /* the server's own limit is 1 GiB */

void wire_init(struct wire *w, struct mysql_conn *conn)
{
	*w = (struct wire){ .conn = conn, .through_library = conn->tls, .last_byte_us = clock_mono_us() };
	w->fd = mysql_conn_socket(conn);
	buf_init(&w->saved, PACKET_MAX + BLOCK);
	buf_init(&w->big, PACKET_MAX);
	buf_init(&w->ahead, PACKET_MAX);
}

void wire_done(struct wire *w)
{
	buf_done(&w->saved);
	buf_done(&w->big);
	buf_done(&w->ahead);
}

static int lost(struct wire *w, const char *why, int code, struct err *err)
{
	return err_set(err, ERR_RETRY, code, "MySQL %s: connection lost: %s", w->conn->server, why);
}

/* ---- sending ---- */

#ifdef HAVE_MARIADB_CONNECTOR
int wire_send(struct wire *w, unsigned char command, const void *p, size_t len, struct err *err)
{
	MYSQL *m = w->conn->mysql;

	if (m->methods->db_command(m, (enum enum_server_command)command, p, len, 1, NULL) != 0)
		return mysql_conn_fail(w->conn, "sending a command", err);
	return 0;
}
#else
enum { COM_QUERY_BYTE = 3 };
#	define QUERY_ATTRIBUTES (1ul << 27)

/* libmysqlclient asks for query attributes, so a statement begins with their number, none, and that of their sets. */
int wire_send(struct wire *w, unsigned char command, const void *p, size_t len, struct err *err)
{
	bool attributes = command == COM_QUERY_BYTE &&
			w->conn->mysql->client_flag & w->conn->mysql->server_capabilities & QUERY_ATTRIBUTES;
	size_t head_len = HEADER + 1 + (attributes ? 2 : 0), payload = head_len - HEADER + len;
	unsigned char head[HEADER + 3] = { (unsigned char)payload, (unsigned char)(payload >> 8),
		(unsigned char)(payload >> 16), 0, command, 0, 1 };
	struct iovec parts[2] = { { head, head_len }, { (void *)(uintptr_t)p, len } };
	struct msghdr msg = { .msg_iov = parts, .msg_iovlen = 2 };

	if (w->through_library)
		return err_set(err, ERR_CONFIG, 0,
				"MySQL %s: TLS needs a build with MariaDB Connector/C: set ssl.mode = disabled",
				w->conn->server);
	if (payload >= PART_MAX || sendmsg(w->fd, &msg, MSG_NOSIGNAL) != (ssize_t)(head_len + len))
		return lost(w, strerror(errno), errno, err);
	return 0;
}
#endif

/* ---- waiting ---- */

static int wait_readable(struct wire *w, int timeout_ms, struct err *err)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	int r = poll(&p, 1, timeout_ms);

	if (r < 0 && errno != EINTR)
		return lost(w, strerror(errno), errno, err);
	return r > 0;
}

/* ---- over TLS: by the library ---- */

#ifdef HAVE_MARIADB_CONNECTOR
/* The library keeps up to 16 KiB read ahead, which shows; the TLS library may keep a rest of a record, which does not,
 * but only behind a read of more than the library's small reads. */
static bool library_holds(struct wire *w)
{
	const MARIADB_PVIO *io = w->conn->mysql->net.pvio;

	return io->cache_pos < io->cache + io->cache_size && io->cache_size > 0;
}

/* The library has read the server's error packet away: it is made again, so that both ways see the same. */
static int error_packet(MYSQL *m, struct arena *arena, const uint8_t **p, size_t *len)
{
	size_t text = strlen(mysql_error(m));
	uint8_t *packet = arena_alloc(arena, 3 + text);

	packet[0] = 0xff;
	packet[1] = (uint8_t)mysql_errno(m);
	packet[2] = (uint8_t)(mysql_errno(m) >> 8);
	memcpy(packet + 3, mysql_error(m), text);
	*p = packet;
	*len = 3 + text;
	return 1;
}

static int next_by_library(struct wire *w, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len,
		struct err *err)
{
	MYSQL *m = w->conn->mysql;
	unsigned long n;

	if (!library_holds(w)) {
		int r = wait_readable(w, w->maybe_more ? 0 : timeout_ms, err);

		if (r < 0 || (r == 0 && !(w->maybe_more && timeout_ms > 0)))
			return r;
	}
	n = mysql_net_read_packet(m);
	if (n == packet_error && mysql_errno(m) && (mysql_errno(m) < CR_MIN_ERROR || mysql_errno(m) > CR_MAX_ERROR))
		return error_packet(m, arena, p, len);
	if (n == packet_error)
		return lost(w, mysql_errno(m) ? mysql_error(m) : "closed by the server", (int)mysql_errno(m), err);
	w->maybe_more = n >= 2048;
	w->last_byte_us = clock_mono_us();
	w->bytes += n + HEADER;
	*p = arena_dup(arena, m->net.read_pos, n);
	*len = n;
	return 1;
}
#else
static int next_by_library(struct wire *w, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len,
		struct err *err)
{
	return lost(w, "no TLS in this build", 0, err);
}
#endif

/* ---- plain: by ourselves ---- */

/* Room to receive into, behind what is there: the rest of the block, or a new one to whose front the begun packet
 * moves. A block that was reserved for one big packet belongs to it as a whole; of others only what was received is
 * kept. */
static char *make_room(struct wire *w, struct arena *arena, size_t want, size_t *room)
{
	size_t rest = (size_t)(w->end - w->at), bound = want > BLOCK / 2 ? want + BLOCK : rest + BLOCK;
	char *block;

	if (w->limit > w->end) {
		*room = (size_t)(w->limit - w->end);
		return w->end;
	}
	block = arena_reserve(arena, bound);
	if (rest > 0)
		memcpy(block, w->at, rest);
	w->at = block;
	w->end = block + rest;
	w->limit = NULL;
	if (want > BLOCK / 2) {
		arena_commit(arena, bound);
		w->limit = block + bound;
	}
	*room = bound - rest;
	return w->end;
}

/* What was received ahead comes first. */
static size_t take_ahead(struct wire *w, char *to, size_t room)
{
	size_t n = w->ahead.len - w->ahead_at < room ? w->ahead.len - w->ahead_at : room;

	memcpy(to, w->ahead.data + w->ahead_at, n);
	w->ahead_at += n;
	if (w->ahead_at == w->ahead.len) {
		buf_reset(&w->ahead);
		w->ahead_at = 0;
	}
	return n;
}

/* 1: *got bytes have come; 0: none are here; -1. */
static int receive_into(struct wire *w, char *to, size_t room, size_t *got, struct err *err)
{
	ssize_t n = recv(w->fd, to, room, MSG_DONTWAIT);
	int code = n < 0 ? errno : 0;

	*got = n > 0 ? (size_t)n : 0;
	if (code == EAGAIN || code == EWOULDBLOCK || code == EINTR)
		return 0;
	if (n <= 0)
		return lost(w, n < 0 ? strerror(code) : "closed by the server", code, err);
	w->bytes += *got;
	w->last_byte_us = clock_mono_us();
	return 1;
}

static int receive(struct wire *w, struct arena *arena, size_t want, struct err *err)
{
	size_t room, n = 0;
	char *to = make_room(w, arena, want, &room);
	int r = 1;

	if (w->ahead.len > 0)
		n = take_ahead(w, to, room);
	else
		r = receive_into(w, to, room, &n, err);
	if (w->limit == NULL)
		arena_commit(arena, (size_t)(to - w->at) + n);
	w->end += n;
	return r;
}

int wire_ahead(struct wire *w, size_t max_bytes, struct err *err)
{
	if (w->through_library)
		return 0;
	while (w->ahead.len < max_bytes) {
		size_t room = max_bytes - w->ahead.len < BLOCK ? max_bytes - w->ahead.len : BLOCK, n = 0;
		char *to = buf_reserve(&w->ahead, room);
		int r = receive_into(w, to, room, &n, err);

		if (r <= 0)
			return r < 0 ? -1 : 1;
		w->ahead.len += n;
	}
	return 0;
}

/* Waits until `want` bytes from w->at are here. */
static int need(struct wire *w, struct arena *arena, size_t want, int timeout_ms, struct err *err)
{
	int64_t until = 0;

	while ((size_t)(w->end - w->at) < want) {
		int r = receive(w, arena, want, err);

		if (r < 0 || (r == 0 && timeout_ms <= 0))
			return r;
		if (r == 0) {
			int64_t now = clock_mono_us();

			until = until ? until : now + (int64_t)timeout_ms * 1000;
			if (now >= until)
				return 0;
			if (wait_readable(w, (int)((until - now + 999) / 1000), err) < 0)
				return -1;
		}
	}
	return 1;
}

static bool is_saved(const struct wire *w)
{
	return w->at && w->saved.data && w->at >= w->saved.data && w->at < w->saved.data + w->saved.cap;
}

/* What was saved goes to the new arena, because packets are cut where they lie. */
static void restore(struct wire *w, struct arena *arena)
{
	size_t rest = (size_t)(w->end - w->at);

	w->at = arena_dup(arena, w->at, rest);
	w->end = w->at + rest;
}

/* One part of a packet, still at w->at; 1 when it is whole. */
static int next_part(struct wire *w, struct arena *arena, int timeout_ms, size_t *len, struct err *err)
{
	int r = need(w, arena, HEADER, timeout_ms, err);

	if (r <= 0)
		return r;
	*len = (size_t)bytes_le((const uint8_t *)w->at, 3);
	return need(w, arena, HEADER + *len, timeout_ms, err);
}

int wire_next(struct wire *w, struct arena *arena, int timeout_ms, const uint8_t **p, size_t *len, struct err *err)
{
	size_t n = 0;
	int r;

	if (w->through_library)
		return next_by_library(w, arena, timeout_ms, p, len, err);
	if (is_saved(w))
		restore(w, arena);
	while ((r = next_part(w, arena, timeout_ms, &n, err)) == 1) {
		*p = (const uint8_t *)w->at + HEADER;
		*len = n;
		w->at += HEADER + n;
		if (n < PART_MAX && w->big.len == 0)
			return 1;
		buf_put(&w->big, *p, n);
		if (w->big.failed)
			return err_set(err, ERR_FATAL, 0, "MySQL %s: a packet of more than %zu bytes", w->conn->server,
					(size_t)PACKET_MAX);
		if (n < PART_MAX) {
			*p = arena_dup(arena, w->big.data, w->big.len);
			*len = w->big.len;
			buf_done(&w->big);
			buf_init(&w->big, PACKET_MAX);
			return 1;
		}
	}
	return r;
}

void wire_save(struct wire *w)
{
	size_t rest = (size_t)(w->end - w->at);

	w->limit = NULL;
	if (rest == 0) {
		w->at = w->end = NULL;
		return;
	}
	if (is_saved(w))
		return;
	buf_reset(&w->saved);
	buf_put(&w->saved, w->at, rest);
	w->at = w->saved.data;
	w->end = w->at + rest;
}
