/*
 * rogue.c - a server that speaks MySQL's protocol and means harm: what a man in the middle, a wrong address or a broken
 * proxy may answer. It serves as MySQL and as a frontend of StarRocks.
 *
 *   rogue RECORD LOGIN ANSWERS [SEED]     prints its port on one line, then works until it is ended
 *
 * RECORD is a file to which every byte goes that a client sends. LOGIN is a row of `logins`, ANSWERS one of `answers`
 * below; "mysql:" or "starrocks:" in front of ANSWERS first says truly who it would be, so that the questions after
 * that are met. SEED chooses what `chance` answers.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PACKET_MAX = 1 << 20, CHALLENGE = 20 };
enum {
	CAN_PROTOCOL_41 = 1 << 9,
	CAN_SSL = 1 << 11,
	CAN_SECURE = 1 << 15,
	CAN_PLUGINS = 1 << 19,
	CAN_USUAL = 0xf | 1 << 13 | 1 << 16 | 1 << 17
};

static int record;
static unsigned char in[PACKET_MAX], out[PACKET_MAX];
static size_t out_len;
static unsigned char sequence;
static uint64_t luck;

/* ---- packets ---- */

static void put(const void *p, size_t len)
{
	if (len > sizeof(out) - out_len)
		len = sizeof(out) - out_len;
	memcpy(out + out_len, p, len);
	out_len += len;
}

static void put_byte(unsigned value)
{
	put(&(unsigned char){ (unsigned char)value }, 1);
}

static void put_int(uint64_t value, int bytes)
{
	while (bytes-- > 0) {
		put_byte((unsigned)value & 255);
		value >>= 8;
	}
}

static void put_length(uint64_t len)
{
	put_byte(len < 251 ? (unsigned)len : 254);
	if (len >= 251)
		put_int(len, 8);
}

static void put_text(const char *text)
{
	put_length(strlen(text));
	put(text, strlen(text));
}

static void send_bytes(int fd, const void *p, size_t len)
{
	if (send(fd, p, len, MSG_NOSIGNAL) != (ssize_t)len)
		_exit(0);
}

static void send_packet(int fd)
{
	unsigned char head[4] = { (unsigned char)out_len, (unsigned char)(out_len >> 8), (unsigned char)(out_len >> 16),
		sequence++ };

	send_bytes(fd, head, 4);
	send_bytes(fd, out, out_len);
	out_len = 0;
}

static void receive(int fd, unsigned char *to, size_t len)
{
	while (len > 0) {
		ssize_t n = recv(fd, to, len, 0);

		if (n <= 0)
			_exit(0);
		if (write(record, to, (size_t)n) != n)
			_exit(1);
		to += n;
		len -= (size_t)n;
	}
}

static size_t receive_packet(int fd)
{
	unsigned char head[4];
	size_t len;

	receive(fd, head, 4);
	len = head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16;
	receive(fd, in, len < sizeof(in) ? len : sizeof(in));
	sequence = head[3] + 1;
	return len;
}

static void send_ok(int fd)
{
	put("\0\0\0\2\0\0\0", 7);
	send_packet(fd);
}

static void send_error(int fd, unsigned code, const char *text)
{
	put_byte(0xff);
	put_int(code, 2);
	put("#HY000", 6);
	put(text, strlen(text));
	send_packet(fd);
}

/* ---- logins ---- */

static const char challenge[] = "abcdefghijklmnopqrst";

static void greet(int fd, unsigned can, const char *plugin)
{
	put_byte(10);
	put("8.0.36", 7);
	put_int(7, 4);
	put(challenge, 8);
	put_byte(0);
	put_int(can & 0xffff, 2);
	put_byte(45);
	put_int(2, 2);
	put_int(can >> 16, 2);
	put_byte(CHALLENGE + 1);
	put("\0\0\0\0\0\0\0\0\0\0", 10);
	put(challenge + 8, CHALLENGE - 8 + 1);
	if (can & CAN_PLUGINS)
		put(plugin, strlen(plugin) + 1);
	sequence = 0;
	send_packet(fd);
}

static void switch_to(int fd, const char *plugin, const char *data, size_t len)
{
	put_byte(0xfe);
	put(plugin, strlen(plugin) + 1);
	put(data, len);
	send_packet(fd);
	receive_packet(fd);
}

static void full_login(int fd)
{
	put("\1\4", 2);
	send_packet(fd);
	receive_packet(fd);
	if (in[0] == 2) { /* the key is asked for */
		put("\1-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", 58);
		send_packet(fd);
		receive_packet(fd);
	}
	send_ok(fd);
}

static void fast_login(int fd)
{
	put("\1\3", 2);
	send_packet(fd);
	send_ok(fd);
}

static void login_clear(int fd)
{
	switch_to(fd, "mysql_clear_password", "", 0);
	send_ok(fd);
}
static void login_dialog(int fd)
{
	switch_to(fd, "dialog", "\4Password: ", 11);
	send_ok(fd);
}
static void login_sha256(int fd)
{
	switch_to(fd, "sha256_password", challenge, CHALLENGE + 1);
	send_ok(fd);
}
static void login_native(int fd)
{
	switch_to(fd, "mysql_native_password", challenge, CHALLENGE + 1);
	send_ok(fd);
}
static void login_path(int fd)
{
	switch_to(fd, "../../../../tmp/evil", challenge, CHALLENGE + 1);
	send_ok(fd);
}
static void login_part(int fd)
{
	switch_to(fd, "password", challenge, CHALLENGE + 1);
	send_ok(fd);
}
static void login_empty(int fd)
{
	switch_to(fd, "", challenge, CHALLENGE + 1);
	send_ok(fd);
}
static void login_error(int fd)
{
	send_error(fd, 1045, "no \033[31m\xe2\x80\xae entry");
}

static void login_old(int fd)
{
	put_byte(0xfe);
	send_packet(fd);
	receive_packet(fd);
	send_ok(fd);
}

static void login_long(int fd)
{
	static char name[60000];

	memset(name, 'p', sizeof(name) - 1);
	switch_to(fd, name, challenge, CHALLENGE + 1);
	send_ok(fd);
}

static void login_short(int fd) /* a challenge of one byte */
{
	switch_to(fd, "caching_sha2_password", "x", 1);
	send_ok(fd);
}

static const struct login {
	const char *name, *plugin;
	unsigned can;
	void (*go_on)(int fd); /* after the client's first packet; NULL: nothing more is said */
} logins[] = {
	{ "accept", "caching_sha2_password", CAN_PLUGINS, fast_login },
	{ "accept-native", "mysql_native_password", CAN_PLUGINS, login_native },
	{ "full", "caching_sha2_password", CAN_PLUGINS, full_login },
	{ "sha256", "caching_sha2_password", CAN_PLUGINS, login_sha256 },
	{ "clear", "caching_sha2_password", CAN_PLUGINS, login_clear },
	{ "greeted-clear", "mysql_clear_password", CAN_PLUGINS, login_clear },
	{ "dialog", "caching_sha2_password", CAN_PLUGINS, login_dialog },
	{ "old", "caching_sha2_password", CAN_PLUGINS, login_old }, { "no-plugins", "", 0, send_ok },
	{ "path", "caching_sha2_password", CAN_PLUGINS, login_path },
	{ "part", "caching_sha2_password", CAN_PLUGINS, login_part },
	{ "empty", "caching_sha2_password", CAN_PLUGINS, login_empty },
	{ "long", "caching_sha2_password", CAN_PLUGINS, login_long },
	{ "short", "caching_sha2_password", CAN_PLUGINS, login_short },
	{ "error", "caching_sha2_password", CAN_PLUGINS, login_error },
	{ "false-tls", "caching_sha2_password", CAN_PLUGINS | CAN_SSL, login_clear }, /* offers TLS and speaks none */
};

/* ---- answers ---- */

static uint64_t chance(void)
{
	luck ^= luck << 13;
	luck ^= luck >> 7;
	luck ^= luck << 17;
	return luck;
}

static void put_column(const char *name)
{
	put_text("def");
	put_text("");
	put_text("");
	put_text("");
	put_text(name);
	put_text("");
	put_byte(12);
	put_int(45, 2);
	put_int(1024, 4);
	put_byte(0xfd);
	put_int(0, 2);
	put_byte(0);
	put_int(0, 2);
}

static void send_end(int fd)
{
	put_byte(0xfe);
	put_int(0, 2);
	put_int(2, 2);
	send_packet(fd);
}

static void send_columns(int fd, unsigned count)
{
	char name[32];

	put_length(count);
	send_packet(fd);
	for (unsigned i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		put_column(name);
		send_packet(fd);
	}
	send_end(fd);
}

static void send_rows(int fd, unsigned columns, unsigned rows, const char *cell)
{
	send_columns(fd, columns);
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned c = 0; c < columns; c++) {
			if (cell)
				put_text(cell);
			else
				put_byte(0xfb);
		}
		send_packet(fd);
	}
	send_end(fd);
}

static void answer_nulls(int fd)
{
	send_rows(fd, 9, 2, NULL);
}
static void answer_one(int fd)
{
	send_rows(fd, 1, 2, "x");
}
static void answer_one_null(int fd)
{
	send_rows(fd, 1, 1, NULL);
}
static void answer_none(int fd)
{
	send_ok(fd);
}
static void answer_empty(int fd)
{
	send_rows(fd, 9, 0, NULL);
}
static void answer_many(int fd)
{
	send_rows(fd, 4000, 1, "1");
}
static void answer_words(int fd)
{
	send_rows(fd, 9, 3, "-99999999999999999999999999 \033]0;x\a \xff");
}
static void answer_error(int fd)
{
	send_error(fd, 1064, "\033[2J\xe2\x80\xae");
}

static void answer_liar(int fd) /* a cell that claims to be larger than the world */
{
	send_columns(fd, 2);
	put_byte(254);
	put_int(UINT64_MAX - 3, 8);
	put("x", 1);
	send_packet(fd);
	send_end(fd);
}

static void answer_columns(int fd) /* more columns than there can be */
{
	put_byte(254);
	put_int(UINT64_C(1) << 62, 8);
	send_packet(fd);
	_exit(0);
}

static void answer_cut(int fd)
{
	send_columns(fd, 3);
	send_bytes(fd, "\377\377\377\7x", 5);
	_exit(0);
}

static void answer_infile(int fd)
{
	put_byte(0xfb);
	put("/etc/passwd", 11);
	send_packet(fd);
	while (receive_packet(fd) > 0)
		;
	send_ok(fd);
}

static void answer_chance(int fd)
{
	unsigned columns = (unsigned)(chance() % 10), rows = (unsigned)(chance() % 4);
	static const char *const cells[] = { "1", "", "binlog.000001", "ON", "8.0.36", "a.b", "-1", "0x",
		"CREATE TABLE t (id INT" };

	if (columns == 0) {
		(chance() % 2 ? answer_none : answer_error)(fd);
		return;
	}
	send_columns(fd, columns);
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned c = 0; c < columns; c++) {
			if (chance() % 4 == 0)
				put_byte(0xfb);
			else
				put_text(cells[chance() % (sizeof(cells) / sizeof(*cells))]);
		}
		send_packet(fd);
	}
	send_end(fd);
}

static const struct answer {
	const char *name;
	void (*give)(int fd);
} answers[] = {
	{ "nulls", answer_nulls },
	{ "one", answer_one },
	{ "one-null", answer_one_null },
	{ "none", answer_none },
	{ "empty", answer_empty },
	{ "many", answer_many },
	{ "words", answer_words },
	{ "error", answer_error },
	{ "liar", answer_liar },
	{ "columns", answer_columns },
	{ "cut", answer_cut },
	{ "infile", answer_infile },
	{ "chance", answer_chance },
};

/* ---- who it would be ---- */

static void send_pair(int fd, const char *name, const char *value)
{
	put_text(name);
	put_text(value);
	send_packet(fd);
}

static bool as_mysql(int fd, const char *statement)
{
	if (strncmp(statement, "SET ", 4) == 0) {
		send_ok(fd);
		return true;
	}
	if (strstr(statement, "'server_uuid', 'gtid_domain_id'") == NULL)
		return false;
	send_columns(fd, 2);
	send_pair(fd, "version", "8.0.36");
	send_pair(fd, "server_uuid", "11111111-2222-3333-4444-555555555555");
	send_end(fd);
	return true;
}

static bool as_starrocks(int fd, const char *statement)
{
	bool version = strstr(statement, "current_version()") != NULL, uuid = strstr(statement, "server_uuid") != NULL;

	if (version)
		send_rows(fd, 1, 1, "3.3.2");
	else if (uuid)
		send_rows(fd, 2, 0, NULL);
	return version || uuid;
}

static void serve(int fd, const struct login *login, const struct answer *answer, bool (*guise)(int, const char *))
{
	greet(fd, CAN_USUAL | CAN_PROTOCOL_41 | CAN_SECURE | login->can, login->plugin);
	receive_packet(fd);
	login->go_on(fd);
	for (;;) {
		size_t len = receive_packet(fd);

		in[len < sizeof(in) ? len : sizeof(in) - 1] = '\0';
		if (in[0] == 1) /* it takes its leave */
			_exit(0);
		if (in[0] != 3)
			send_ok(fd);
		else if (guise == NULL || !guise(fd, (const char *)in + 1))
			answer->give(fd);
	}
}

/* ---- start ---- */

static int listen_anywhere(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&to, sizeof(to)) || listen(fd, 32) ||
			getsockname(fd, (struct sockaddr *)&to, &len))
		exit(1);
	printf("%d\n", ntohs(to.sin_port));
	fflush(stdout);
	return fd;
}

int main(int argc, char **argv)
{
	const struct login *login = NULL;
	const struct answer *answer = NULL;
	bool (*guise)(int, const char *) = NULL;
	const char *name;
	int listener;

	if (argc < 4)
		return 2;
	name = strchr(argv[3], ':') ? strchr(argv[3], ':') + 1 : argv[3];
	if (name != argv[3])
		guise = argv[3][0] == 'm' ? as_mysql : as_starrocks;
	for (size_t i = 0; i < sizeof(logins) / sizeof(*logins); i++)
		login = strcmp(logins[i].name, argv[2]) == 0 ? &logins[i] : login;
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		answer = strcmp(answers[i].name, name) == 0 ? &answers[i] : answer;
	if (login == NULL || answer == NULL)
		return 2;
	luck = (argc > 4 ? strtoull(argv[4], NULL, 10) : 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	record = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	signal(SIGCHLD, SIG_IGN);
	for (listener = listen_anywhere();;) {
		int fd = accept(listener, NULL, NULL);

		chance();
		if (fd >= 0 && fork() == 0)
			serve(fd, login, answer, guise);
		close(fd);
	}
}
