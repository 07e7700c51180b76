/*
 * double_mysql.c - packets, the handshake with mysql_native_password, and the loop over commands. A client that comes
 * with another plugin is asked to switch.
 */
#include <ctype.h>
#include <errno.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"
#include "double_mysql.h"

#define PACKET_MAX (64 << 20)
#define OUT_MAX (UINT64_C(4) << 30)
#define FLUSH_AT (1 << 20)
#define SCRAMBLE 20

enum {
	CLIENT_LONG_PASSWORD = 1,
	CLIENT_LONG_FLAG = 4,
	CLIENT_CONNECT_WITH_DB = 8,
	CLIENT_PROTOCOL_41 = 0x200,
	CLIENT_TRANSACTIONS = 0x2000,
	CLIENT_SECURE = 0x8000,
	CLIENT_PLUGIN_AUTH = 0x80000,
	CLIENT_LENENC_AUTH = 0x200000
};
enum { COM_QUIT = 1, COM_INIT_DB, COM_QUERY, COM_FIELD_LIST, COM_STATISTICS = 9, COM_PING = 14, COM_RESET = 31 };

#define SERVER_FLAGS \
	(CLIENT_LONG_PASSWORD | CLIENT_LONG_FLAG | CLIENT_CONNECT_WITH_DB | CLIENT_PROTOCOL_41 | CLIENT_TRANSACTIONS | \
			CLIENT_SECURE | CLIENT_PLUGIN_AUTH)

static int read_exactly(int fd, void *out, size_t len)
{
	for (char *p = out; len > 0;) {
		ssize_t n = recv(fd, p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static int read_packet(struct session *s, struct buf *in)
{
	unsigned char head[4];
	size_t len;

	buf_reset(in);
	do {
		if (read_exactly(s->fd, head, 4) != 0)
			return -1;
		len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
		s->sequence = (uint8_t)(head[3] + 1);
		if (buf_reserve(in, len + 1) == NULL || read_exactly(s->fd, in->data + in->len, len) != 0)
			return -1;
		in->len += len;
		in->data[in->len] = '\0';
	} while (len == 0xffffff);
	return 0;
}

static int flush(struct session *s)
{
	const char *p = s->out.data;

	for (size_t left = s->out.len; left > 0;) {
		ssize_t n = send(s->fd, p, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		left -= (size_t)n;
	}
	buf_reset(&s->out);
	return 0;
}

/* A packet is written behind four bytes that packet_end() fills in. Larger ones than 16 MB are cut up. */
static size_t packet_begin(struct session *s)
{
	buf_put(&s->out, "\0\0\0\0", 4);
	return s->out.len;
}

static void packet_head(char *head, size_t len, uint8_t sequence)
{
	head[0] = (char)len;
	head[1] = (char)(len >> 8);
	head[2] = (char)(len >> 16);
	head[3] = (char)sequence;
}

static void packet_end(struct session *s, size_t start)
{
	size_t len = s->out.len - start;

	while (len >= 0xffffff && !s->out.failed) {
		if (buf_reserve(&s->out, 4) == NULL)
			return;
		packet_head(s->out.data + start - 4, 0xffffff, s->sequence++);
		start += 0xffffff + 4;
		len -= 0xffffff;
		memmove(s->out.data + start, s->out.data + start - 4, len);
		s->out.len += 4;
	}
	if (!s->out.failed)
		packet_head(s->out.data + start - 4, len, s->sequence++);
}

static void put_int(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> (8 * i)));
}

static void put_length(struct buf *b, uint64_t v)
{
	if (v < 251) {
		put_int(b, v, 1);
	} else if (v < 65536) {
		buf_putc(b, (char)0xfc);
		put_int(b, v, 2);
	} else if (v < 1 << 24) {
		buf_putc(b, (char)0xfd);
		put_int(b, v, 3);
	} else {
		buf_putc(b, (char)0xfe);
		put_int(b, v, 8);
	}
}

static void put_string(struct buf *b, const char *p, size_t len)
{
	put_length(b, len);
	buf_put(b, p, len);
}

static void send_ok(struct session *s)
{
	size_t start = packet_begin(s);

	buf_put(&s->out, "\0\0\0\2\0\0\0", 7);
	packet_end(s, start);
}

static void send_eof(struct session *s)
{
	size_t start = packet_begin(s);

	buf_put(&s->out, "\xfe\0\0\2\0", 5);
	packet_end(s, start);
}

static void send_error(struct session *s, int code, const char *text)
{
	size_t start = packet_begin(s);

	buf_putc(&s->out, (char)0xff);
	put_int(&s->out, (uint64_t)code, 2);
	buf_puts(&s->out, code == 1045 ? "#28000" : code == 1049 ? "#42000" : "#HY000");
	buf_puts(&s->out, text);
	packet_end(s, start);
}

static void put_column(struct session *s, const char *name, int type, uint32_t length, int decimals, bool binary)
{
	size_t start = packet_begin(s);

	put_string(&s->out, "def", 3);
	put_string(&s->out, "", 0);
	put_string(&s->out, "", 0);
	put_string(&s->out, "", 0);
	put_string(&s->out, name, strlen(name));
	put_string(&s->out, name, strlen(name));
	buf_putc(&s->out, 0x0c);
	put_int(&s->out, binary ? 63 : 33, 2);
	put_int(&s->out, length, 4);
	put_int(&s->out, (uint64_t)type, 1);
	put_int(&s->out, binary ? 128 : 0, 2);
	put_int(&s->out, (uint64_t)decimals, 1);
	put_int(&s->out, 0, 2);
	packet_end(s, start);
}

static void begin_columns(struct session *s, unsigned count)
{
	size_t start = packet_begin(s);

	s->ncolumns = count;
	put_length(&s->out, count);
	packet_end(s, start);
}

void result_columns(struct session *s, const char *const *names, unsigned count)
{
	begin_columns(s, count);
	for (unsigned i = 0; i < count; i++)
		put_column(s, names[i], MYSQL_TYPE_VAR_STRING, 30, 0, false);
	send_eof(s);
}

void result_column_types(struct session *s, const char *const *names, const struct type *types, unsigned count)
{
	static const struct {
		int type;
		uint32_t length;
	} mysql[] = {
		[TYPE_BOOLEAN] = { MYSQL_TYPE_TINY, 1 },
		[TYPE_TINYINT] = { MYSQL_TYPE_TINY, 4 },
		[TYPE_SMALLINT] = { 2, 6 },
		[TYPE_INT] = { MYSQL_TYPE_LONG, 11 },
		[TYPE_BIGINT] = { MYSQL_TYPE_LONGLONG, 20 },
		[TYPE_LARGEINT] = { MYSQL_TYPE_STRING, 40 },
		[TYPE_FLOAT] = { 4, 12 },
		[TYPE_DOUBLE] = { MYSQL_TYPE_DOUBLE, 22 },
		[TYPE_DECIMAL] = { MYSQL_TYPE_DECIMAL, 40 },
		[TYPE_DATE] = { MYSQL_TYPE_DATE, 10 },
		[TYPE_DATETIME] = { MYSQL_TYPE_DATETIME, 26 },
		[TYPE_CHAR] = { MYSQL_TYPE_STRING, 255 },
		[TYPE_VARCHAR] = { MYSQL_TYPE_VAR_STRING, 0 },
		[TYPE_VARBINARY] = { MYSQL_TYPE_VAR_STRING, 0 },
		[TYPE_JSON] = { MYSQL_TYPE_STRING, 16 << 20 },
	};

	begin_columns(s, count);
	for (unsigned i = 0; i < count; i++)
		put_column(s, names[i], mysql[types[i].kind].type,
				types[i].len > 0 ? types[i].len : mysql[types[i].kind].length, types[i].scale,
				types[i].kind == TYPE_VARBINARY);
	send_eof(s);
}

void result_row(struct session *s, const struct cell *cells)
{
	size_t start = packet_begin(s);

	for (unsigned i = 0; i < s->ncolumns; i++)
		if (cells[i].kind <= CELL_NULL)
			buf_putc(&s->out, (char)0xfb);
		else
			put_string(&s->out, cells[i].p, cells[i].len);
	packet_end(s, start);
	if (s->out.len > FLUSH_AT)
		flush(s);
}

void result_texts(struct session *s, const char *const *texts)
{
	size_t start = packet_begin(s);

	for (unsigned i = 0; i < s->ncolumns; i++)
		if (texts[i] == NULL)
			buf_putc(&s->out, (char)0xfb);
		else
			put_string(&s->out, texts[i], strlen(texts[i]));
	packet_end(s, start);
}

void result_end(struct session *s)
{
	send_eof(s);
}

static void greet(struct session *s, const unsigned char *scramble)
{
	size_t start = packet_begin(s);

	buf_putc(&s->out, 10);
	buf_puts(&s->out, s->server->version->mysql);
	buf_putc(&s->out, '\0');
	put_int(&s->out, s->id, 4);
	buf_put(&s->out, scramble, 8);
	buf_putc(&s->out, '\0');
	put_int(&s->out, SERVER_FLAGS & 0xffff, 2);
	buf_putc(&s->out, 33);
	put_int(&s->out, 0, 2);
	put_int(&s->out, SERVER_FLAGS >> 16, 2);
	buf_putc(&s->out, SCRAMBLE + 1);
	buf_put(&s->out, "\0\0\0\0\0\0\0\0\0\0", 10);
	buf_put(&s->out, scramble + 8, SCRAMBLE - 8);
	buf_putc(&s->out, '\0');
	buf_put(&s->out, "mysql_native_password", 22);
	packet_end(s, start);
}

/* SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))) */
static bool password_is_right(const char *password, const unsigned char *scramble, const char *token, size_t len)
{
	unsigned char stage1[20], both[SCRAMBLE + 20], mask[20];
	int different = 0;

	if (*password == '\0')
		return len == 0;
	if (len != 20)
		return false;
	SHA1((const unsigned char *)password, strlen(password), stage1);
	memcpy(both, scramble, SCRAMBLE);
	SHA1(stage1, 20, both + SCRAMBLE);
	SHA1(both, sizeof(both), mask);
	for (int i = 0; i < 20; i++)
		different |= stage1[i] ^ mask[i] ^ (unsigned char)token[i];
	return different == 0;
}

struct login {
	uint32_t flags;
	const char *user, *token, *db, *plugin;
	size_t token_len;
};

static const char *read_text(const char **p, const char *end)
{
	const char *text = *p, *nul = memchr(text, '\0', (size_t)(end - text));

	*p = nul != NULL ? nul + 1 : end;
	return nul != NULL ? text : "";
}

static int read_login(const struct buf *in, struct login *l)
{
	const char *p = in->data, *end = in->data + in->len;

	*l = (struct login){ .db = "", .plugin = "mysql_native_password" };
	if (in->len < 33)
		return -1;
	for (int i = 0; i < 4; i++)
		l->flags |= (uint32_t)(unsigned char)p[i] << (8 * i);
	p += 32;
	l->user = read_text(&p, end);
	if (p == end)
		return 0;
	l->token_len = (unsigned char)*p++;
	l->token = p;
	if (l->token_len > (size_t)(end - p))
		return -1;
	p += l->token_len;
	if (l->flags & CLIENT_CONNECT_WITH_DB)
		l->db = read_text(&p, end);
	if ((l->flags & CLIENT_PLUGIN_AUTH) && p < end)
		l->plugin = read_text(&p, end);
	return 0;
}

static int switch_plugin(struct session *s, const unsigned char *scramble, struct buf *in, struct login *l)
{
	size_t start = packet_begin(s);

	buf_putc(&s->out, (char)0xfe);
	buf_put(&s->out, "mysql_native_password", 22);
	buf_put(&s->out, scramble, SCRAMBLE);
	buf_putc(&s->out, '\0');
	packet_end(s, start);
	if (flush(s) != 0 || read_packet(s, in) != 0)
		return -1;
	l->token = in->data;
	l->token_len = in->len;
	return 0;
}

static int use_db(struct session *s, const char *db)
{
	bool known;
	char text[320];

	store_lock(&s->server->store);
	known = strcmp(db, "information_schema") == 0 || store_db(&s->server->store, db) != NULL;
	store_unlock(&s->server->store);
	if (known)
		snprintf(s->db, sizeof(s->db), "%s", db);
	snprintf(text, sizeof(text), "Unknown database '%.200s'", db);
	if (!known)
		send_error(s, 1049, text);
	return known ? 0 : -1;
}

static int log_in(struct session *s, struct buf *in)
{
	unsigned char scramble[SCRAMBLE];
	struct login l;
	char text[320], db[512], password[256];

	RAND_bytes(scramble, sizeof(scramble));
	for (int i = 0; i < SCRAMBLE; i++)
		scramble[i] = (unsigned char)(scramble[i] % 93 + 33);
	greet(s, scramble);
	if (flush(s) != 0 || read_packet(s, in) != 0 || read_login(in, &l) != 0)
		return -1;
	snprintf(s->user, sizeof(s->user), "%s", l.user);
	snprintf(db, sizeof(db), "%s", l.db);
	if (strcmp(l.plugin, "mysql_native_password") != 0 && switch_plugin(s, scramble, in, &l) != 0)
		return -1;
	if (!server_password(s->server, s->user, password, sizeof(password)) ||
			!password_is_right(password, scramble, l.token, l.token_len)) {
		snprintf(text, sizeof(text), "Access denied for user '%s' (using password: %s)", s->user,
				l.token_len > 0 ? "YES" : "NO");
		send_error(s, 1045, text);
		flush(s);
		return -1;
	}
	if (*db != '\0' && use_db(s, db) != 0) {
		flush(s);
		return -1;
	}
	send_ok(s);
	return flush(s);
}

static void query(struct session *s, const char *text, size_t len)
{
	struct err err = { 0 };
	size_t before = s->out.len;

	atomic_fetch_add(&s->server->queries, 1);
	if (sql_run(s, text, len, &err) != 0)
		send_error(s, err.code != 0 ? err.code : 1064, err.msg);
	else if (s->out.len == before && s->ncolumns == 0)
		send_ok(s);
	arena_reset(&s->arena);
	s->ncolumns = 0;
}

/* CREATE, PAUSE, STOP, .. ROUTINE LOAD; not SHOW. */
static bool changes_job(const struct buf *in)
{
	const char *word = memchr(in->data + 1, ' ', in->len - 1), *text = in->data + 1;

	return word != NULL && strncasecmp(text, "show", 4) != 0 && in->len > (size_t)(word - in->data) + 13 &&
			strncasecmp(word, " routine load", 13) == 0;
}

/* 0: its answer can be sent. */
static int run_query(struct session *s, const struct buf *in)
{
	struct faults *f = &s->server->faults;
	bool job = changes_job(in);
	int64_t ms = 0;

	if (fault_take(f, FAULT_MYSQL_CUT, NULL))
		return -1;
	if (job && fault_take(f, FAULT_ROUTINE_HELD, &ms)) {
		clock_sleep_ms((int)ms);
		return -1;
	}
	query(s, in->data + 1, in->len - 1);
	if (job && fault_take(f, FAULT_ROUTINE_LATE, &ms))
		clock_sleep_ms((int)ms);
	if (job && strncasecmp(in->data + 1, "stop", 4) == 0 && fault_take(f, FAULT_ROUTINE_STOP_LATE, &ms))
		clock_sleep_ms((int)ms);
	return 0;
}

static int command(struct session *s, const struct buf *in)
{
	if (in->len == 0 || *in->data == COM_QUIT)
		return -1;
	switch (*in->data) {
	case COM_INIT_DB:
		if (use_db(s, in->data + 1) == 0)
			send_ok(s);
		break;
	case COM_QUERY:
		if (run_query(s, in))
			return -1;
		break;
	case COM_FIELD_LIST: send_eof(s); break;
	case COM_PING:
	case COM_RESET:
	case COM_STATISTICS: send_ok(s); break;
	default: send_error(s, 1047, "Unsupported command");
	}
	return flush(s);
}

/* What changes something the leader does, whichever frontend is asked. */
static bool is_for_leader(const struct buf *in)
{
	static const char *const words[] = { "ALTER", "CREATE", "DELETE", "DROP", "INSERT", "PAUSE", "RECOVER",
		"RESUME", "STOP", "TRUNCATE", "UPDATE" };
	size_t at = 1;

	if (in->len == 0 || *in->data != COM_QUERY)
		return false;
	while (at < in->len && isspace((unsigned char)in->data[at]))
		at++;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (in->len - at > strlen(words[i]) && strncasecmp(in->data + at, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* While the frontend hangs, or, for such a statement, the leader. false: the connection ends. */
static bool is_awake(struct server *server, unsigned index, const struct buf *in)
{
	struct nodes *n = &server->nodes;

	if (!node_wait(&n->fe[index]))
		return false;
	return !is_for_leader(in) || atomic_load(&n->leader) == index || node_wait(&n->fe[atomic_load(&n->leader)]);
}

void mysql_serve(struct server *server, unsigned index, int fd)
{
	struct session *s = xcalloc(1, sizeof(*s));
	struct buf in;

	s->server = server;
	s->fd = fd;
	s->id = (uint32_t)atomic_fetch_add(&server->next_connection, 1) + 1;
	arena_init(&s->arena, 0);
	buf_init(&s->out, OUT_MAX);
	buf_init(&in, PACKET_MAX);
	if (!fault_take(&server->faults, FAULT_MYSQL_CUT, NULL) && log_in(s, &in) == 0)
		while (read_packet(s, &in) == 0 && is_awake(server, index, &in) && command(s, &in) == 0)
			;
	buf_done(&in);
	buf_done(&s->out);
	arena_done(&s->arena);
	free(s);
}
