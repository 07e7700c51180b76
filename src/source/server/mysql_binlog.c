/*
 * mysql_binlog.c - see mysql_binlog.h. Positions in event headers have 32 bits; files may be longer, so the upper half
 * is counted here.
 */
#include "config.h"
#include "source/server/mysql_binlog.h"

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/fnv.h"
#include "source/decode/mysql_bytes.h"
#include "source/server/mysql_refusal.h"

enum {
	COM_DUMP = 0x12,
	COM_DUMP_GTID = 0x1e,
	DUMP_THROUGH_GTID = 4,
	TLS_HEARTBEAT_MS = 900, /* a wait over TLS ends with the next packet: see mysql_wire.h */
	DEFAULT_HEARTBEAT_MS = 2000,
	DAMAGED_TIMES = 3
};

/* ---- asking ---- */

/* The server ends an older stream of the same identity, so that a reader that comes back meets no ghost of its own. */
static void identity(char *out, size_t size, uint32_t server_id, const char *name)
{
	uint64_t h = fnv_text(FNV_START ^ server_id, name);

	snprintf(out, size, "%08x-6d72-4000-8000-%012llx", server_id, (unsigned long long)(h & 0xffffffffffffu));
}

/* The old names serve servers before 8.0.26; a server ignores the pair that it does not read. */
static int set_terms(struct mysql_conn *c, int64_t heartbeat_ms, const char *uuid, bool *checksum, struct err *err)
{
	char alg[32];
	long long ns = (long long)heartbeat_ms * 1000000;

	if (mysql_conn_variable(c, "binlog_checksum", alg, sizeof(alg), err) < 0)
		return -1;
	*checksum = strcasecmp(alg, "CRC32") == 0;
	return mysql_conn_run(c, err,
			"SET @master_binlog_checksum = '%s', @source_binlog_checksum = '%s', "
			"@master_heartbeat_period = %lld, @source_heartbeat_period = %lld, @slave_uuid = '%s', "
			"@replica_uuid = '%s'",
			alg, alg, ns, ns, uuid, uuid);
}

static void put_le(struct buf *b, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++)
		buf_putc(b, (char)(v >> (8 * i)));
}

static int ask_by_gtid(struct binlog *b, uint32_t server_id, const struct gtid_set *gtids, struct err *err)
{
	struct buf set, cmd;
	int r;

	buf_init(&set, 16 << 20);
	buf_init(&cmd, 16 << 20);
	gtid_set_encode(gtids, &set);
	put_le(&cmd, DUMP_THROUGH_GTID, 2);
	put_le(&cmd, server_id, 4);
	put_le(&cmd, 0, 4); /* no file name: the server finds the file */
	put_le(&cmd, 4, 8);
	put_le(&cmd, set.len, 4);
	buf_put(&cmd, set.data, set.len);
	r = set.failed || cmd.failed ? err_set(err, ERR_FATAL, 0, "the GTID set is larger than 16 MiB")
				     : wire_send(&b->wire, COM_DUMP_GTID, cmd.data, cmd.len, err);
	buf_done(&set);
	buf_done(&cmd);
	return r;
}

static int ask_by_file(struct binlog *b, uint32_t server_id, const char *file, uint64_t pos, struct err *err)
{
	struct buf cmd;
	int r;

	if (pos > UINT32_MAX)
		return err_set(err, ERR_FATAL, 0,
				"binlog %s: position %llu is beyond 4 GiB, which the protocol cannot ask for without GTIDs: "
				"set gtid_mode = ON",
				file, (unsigned long long)pos);
	buf_init(&cmd, 4096);
	put_le(&cmd, pos, 4);
	put_le(&cmd, 0, 2);
	put_le(&cmd, server_id, 4);
	buf_puts(&cmd, file);
	r = wire_send(&b->wire, COM_DUMP, cmd.data, cmd.len, err);
	buf_done(&cmd);
	return r;
}

int binlog_start(struct binlog *b, struct mysql_conn *conn, const struct mysql_conf *conf, uint32_t server_id,
		const char *name, const struct binlog_start *from, struct err *err)
{
	int64_t heartbeat_ms = conf->heartbeat_ms > 0 ? conf->heartbeat_ms : DEFAULT_HEARTBEAT_MS;
	char uuid[40];
	int r;

	*b = (struct binlog){ .conn = *conn, .open = true, .pos = from->pos, .by_file = from->gtids == NULL };
	*conn = (struct mysql_conn){ 0 };
	wire_init(&b->wire, &b->conn);
	event_format_init(&b->format);
	snprintf(b->file, sizeof(b->file), "%s", from->file ? from->file : "");
	if (b->conn.tls && heartbeat_ms > TLS_HEARTBEAT_MS)
		heartbeat_ms = TLS_HEARTBEAT_MS;
	b->dead_after_ms = 2 * heartbeat_ms + 1000;
	identity(uuid, sizeof(uuid), server_id, name);
	r = set_terms(&b->conn, heartbeat_ms, uuid, &b->format.checksum, err);
	if (r == 0)
		r = from->gtids ? ask_by_gtid(b, server_id, from->gtids, err)
				: ask_by_file(b, server_id, b->file, from->pos, err);
	if (r < 0)
		binlog_stop(b);
	b->wire.last_byte_us = clock_mono_us();
	return r;
}

void binlog_stop(struct binlog *b)
{
	if (!b->open)
		return;
	wire_done(&b->wire);
	mysql_conn_close(&b->conn);
	b->open = false;
}

/* ---- reading ---- */

static int error_packet(struct binlog *b, const uint8_t *p, size_t len, struct err *err)
{
	struct bytes in = bytes_of(p, len);
	unsigned code = (bytes_u8(&in), bytes_u16(&in));
	char text[400];

	if (bytes_left(&in) >= 6 && *in.at == '#')
		bytes_take(&in, 6);
	snprintf(text, sizeof(text), "%.*s", (int)(bytes_left(&in) < 380 ? bytes_left(&in) : 380), (const char *)in.at);
	return mysql_refusal(b->conn.server, code, text, err);
}

/* Heartbeats tell how far the server is; what they passed over was left out on purpose. */
static bool has_place(const struct event_header *h)
{
	return h->next_pos != 0 && !(h->flags & EVENT_F_ARTIFICIAL) && h->type != EVENT_HEARTBEAT &&
			h->type != EVENT_HEARTBEAT_V2;
}

/* Inside a transaction nothing is ever left out. */
static bool is_inner(unsigned type)
{
	return type == EVENT_TABLE_MAP || type == EVENT_XID || type == EVENT_ROWS_QUERY || event_is_rows(type);
}

/*
 * pos is taken from the header's 32 bits; when they go backwards by more than they could, the file passed 4 GiB.
 * Events lie end to end in the file, and the server leaves out whole transactions only.
 */
static int advance(struct binlog *b, const struct event_header *h, struct err *err)
{
	uint64_t pos = (b->pos & ~(uint64_t)UINT32_MAX) | h->next_pos, start;

	if (h->next_pos == 0 || (h->flags & EVENT_F_ARTIFICIAL))
		return 0;
	if (pos < b->pos && b->pos - pos > (uint64_t)1 << 31)
		pos += (uint64_t)1 << 32;
	start = pos - h->size;
	if (has_place(h) && (h->size > pos || start < b->pos || (is_inner(h->type) && start != b->pos)))
		return err_set(err, ERR_RETRY, EVENT_DAMAGED,
				"%s event: says that it lies at %llu to %llu: damaged in the binlog file or on the way",
				event_type_name(h->type), (unsigned long long)start, (unsigned long long)pos);
	b->pos = pos;
	return 0;
}

static int follow(struct binlog *b, const struct event *e, struct err *err)
{
	struct event_rotate to;

	if (e->header.type == EVENT_FORMAT_DESCRIPTION)
		return event_format_parse(e, &b->format, err);
	if (event_rotate_parse(e, &to, err) < 0)
		return -1;
	if (to.file_len >= sizeof(b->file))
		return err_set(err, ERR_FATAL, 0, "MySQL %s: a binlog file name of %zu bytes", b->conn.server,
				to.file_len);
	memcpy(b->file, to.file, to.file_len);
	b->file[to.file_len] = '\0';
	b->pos = to.pos;
	return 0;
}

/* Where the server says it stands, all before has come; otherwise something on the way ate it. */
static int check_heartbeat(struct binlog *b, const struct event *e, uint64_t before, struct err *err)
{
	if (!b->by_file || e->header.next_pos == 0 || b->pos == before)
		return 0;
	return err_set(err, ERR_RETRY, 0,
			"MySQL %s: binlog %s: the server has sent all up to %llu, but only what is before %llu has come",
			b->conn.server, b->file, (unsigned long long)b->pos, (unsigned long long)before);
}

int binlog_packet(struct binlog *b, const uint8_t *p, size_t len, struct event *e, struct err *err)
{
	uint64_t before = b->pos;

	if (len > 0 && p[0] == 0xff)
		return error_packet(b, p, len, err);
	if (len > 0 && p[0] == 0xfe && len < 9)
		return err_set(err, ERR_RETRY, 0, "MySQL %s: the server ended the binlog stream", b->conn.server);
	if (len == 0 || p[0] != 0)
		return err_set(err, ERR_RETRY, 0, "MySQL %s: binlog: not an event", b->conn.server);
	if (event_open(e, &b->format, p + 1, len - 1, err) < 0 || advance(b, &e->header, err) < 0 ||
			((e->header.type == EVENT_FORMAT_DESCRIPTION || e->header.type == EVENT_ROTATE) &&
					follow(b, e, err) < 0))
		return err_wrap(err, "MySQL %s: binlog %s after position %llu", b->conn.server, b->file,
				(unsigned long long)b->pos);
	if (e->header.type == EVENT_HEARTBEAT || e->header.type == EVENT_HEARTBEAT_V2)
		return check_heartbeat(b, e, before, err) < 0 ? -1 : 1;
	return 1;
}

int binlog_next(struct binlog *b, struct arena *arena, int timeout_ms, struct event *e, struct err *err)
{
	const uint8_t *p;
	size_t len;
	int r = wire_next(&b->wire, arena, timeout_ms, &p, &len, err);

	if (r == 0 && clock_mono_us() - b->wire.last_byte_us > b->dead_after_ms * 1000)
		return err_set(err, ERR_RETRY, 0, "MySQL %s: no heartbeat for %lld ms: the connection is dead",
				b->conn.server, (long long)b->dead_after_ms);
	return r <= 0 ? r : binlog_packet(b, p, len, e, err);
}

void binlog_damaged(struct binlog_damage *d, const struct binlog *b, struct err *err)
{
	bool same = d->pos == b->pos && strcmp(d->file, b->file) == 0;

	if (err->code != EVENT_DAMAGED)
		return;
	d->times = same ? d->times + 1 : 1;
	d->pos = b->pos;
	snprintf(d->file, sizeof(d->file), "%s", b->file);
	if (d->times < DAMAGED_TIMES)
		return;
	d->times = 0;
	err->kind = ERR_FATAL;
	err_wrap(err,
			"the binlog file is damaged; capture from a replica that has its transactions ([mysql] host), or take "
			"a new snapshot ([mysql] snapshot.mode = when_needed); `mysqlbinlog --verify-binlog-checksum %s` tells more",
			b->file);
}
