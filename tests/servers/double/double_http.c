/*
 * double_http.c - reads heads and bodies, writes answers. Hard: to answer before the body is read without the answer
 * being lost. Closing a socket with unread bytes resets it, and the client never sees why; so http_linger() shuts down
 * its own side and reads the rest away for a moment.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/num/num.h"
#include "double_http.h"

#define LINGER_BYTES (64 << 20)

static ssize_t read_some(struct http_request *r, char *out, size_t size)
{
	ssize_t n;

	do
		n = recv(r->fd, out, size, 0);
	while (n < 0 && errno == EINTR);
	return n;
}

static int write_all(int fd, const char *p, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static char *read_head(struct http_request *r)
{
	char *end;

	memmove(r->in, r->in + r->in_at, r->in_len - r->in_at);
	r->in_len -= r->in_at;
	r->in_at = 0;
	while ((end = memmem(r->in, r->in_len, "\r\n\r\n", 4)) == NULL) {
		ssize_t n = r->in_len < r->head_max - 1 ? read_some(r, r->in + r->in_len, r->head_max - 1 - r->in_len)
							: 0;

		if (n <= 0)
			return NULL;
		r->in_len += (size_t)n;
	}
	r->in_at = (size_t)(end - r->in) + 4;
	end[2] = '\0';
	return end;
}

static int parse_request_line(struct http_request *r, char *line)
{
	char *version;

	r->method = strtok_r(line, " ", &version);
	r->path = strtok_r(NULL, " ", &version);
	if (r->method == NULL || r->path == NULL || strncmp(version, "HTTP/1.", 7) != 0)
		return -1;
	r->minor = version[7] == '0' ? 0 : 1;
	r->query = strchr(r->path, '?');
	if (r->query != NULL)
		*r->query++ = '\0';
	else
		r->query = r->path + strlen(r->path);
	return 0;
}

static int parse_header(struct http_request *r, char *line)
{
	char *value = strchr(line, ':'), *end;

	if (value == NULL || r->nheaders == HTTP_HEADERS_MAX)
		return -1;
	*value++ = '\0';
	value += strspn(value, " \t");
	for (end = value + strlen(value); end > value && (end[-1] == ' ' || end[-1] == '\t'); end--)
		end[-1] = '\0';
	r->headers[r->nheaders++] = (struct http_header){ line, value };
	return 0;
}

static int understand(struct http_request *r)
{
	const char *length = http_header(r, "Content-Length"), *encoding = http_header(r, "Transfer-Encoding");
	const char *expect = http_header(r, "Expect"), *connection = http_header(r, "Connection");

	r->length = -1;
	if (length != NULL && (!num_parse_i64(length, strlen(length), &r->length) || r->length < 0))
		return -1;
	r->chunked = encoding != NULL && strcasecmp(encoding, "chunked") == 0;
	r->expects = expect != NULL && strcasecmp(expect, "100-continue") == 0;
	r->keep = r->minor == 1 && !(connection != NULL && strcasecmp(connection, "close") == 0);
	r->body_read = !r->chunked && r->length <= 0;
	r->replied = false;
	return 0;
}

int http_read(struct http_request *r)
{
	char *end = read_head(r), *line, *next;

	if (end == NULL)
		return -1;
	r->nheaders = 0;
	for (line = r->in; line < end + 2; line = next) {
		next = strstr(line, "\r\n");
		if (next == NULL)
			break;
		*next = '\0';
		next += 2;
		if (line == r->in ? parse_request_line(r, line) != 0 : parse_header(r, line) != 0)
			return -1;
	}
	return understand(r);
}

const char *http_header(const struct http_request *r, const char *name)
{
	for (unsigned i = 0; i < r->nheaders; i++)
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

bool http_is_true(const struct http_request *r, const char *name)
{
	const char *value = http_header(r, name);

	return value != NULL && strcasecmp(value, "true") == 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *http_decode(char *p)
{
	char *out = p;

	for (const char *in = p; *in != '\0'; in++) {
		int high = *in == '%' ? hex_digit(in[1]) : -1, low = high >= 0 ? hex_digit(in[2]) : -1;

		if (low >= 0) {
			*out++ = (char)(high << 4 | low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return p;
}

unsigned http_split(struct http_request *r, char **parts, unsigned max)
{
	unsigned n = 0;
	char *rest = NULL;

	for (char *part = strtok_r(r->path, "/", &rest); part != NULL && n < max; part = strtok_r(NULL, "/", &rest))
		parts[n++] = http_decode(part);
	return n;
}

bool http_query(const struct http_request *r, const char *name, char *out, size_t size)
{
	size_t name_len = strlen(name);

	for (const char *p = r->query; *p != '\0'; p += strcspn(p, "&")) {
		p += *p == '&';
		if (strncmp(p, name, name_len) == 0 && p[name_len] == '=') {
			p += name_len + 1;
			snprintf(out, size, "%.*s", (int)strcspn(p, "&"), p);
			http_decode(out);
			return true;
		}
	}
	return false;
}

bool http_basic_auth(const struct http_request *r, char *user, size_t user_size, char *password, size_t password_size)
{
	const char *header = http_header(r, "Authorization");
	char text[1024], *colon;
	size_t len;

	if (header == NULL || strncasecmp(header, "Basic ", 6) != 0 || strlen(header + 6) > sizeof(text) - 4 ||
			num_unbase64(text, header + 6, strlen(header + 6), &len) != 0)
		return false;
	text[len] = '\0';
	colon = strchr(text, ':');
	if (colon == NULL)
		return false;
	*colon = '\0';
	text[strcspn(text, "@")] = '\0';
	snprintf(user, user_size, "%s", text);
	snprintf(password, password_size, "%s", colon + 1);
	return true;
}

void http_continue(struct http_request *r)
{
	static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (r->expects)
		write_all(r->fd, line, sizeof(line) - 1);
	r->expects = false;
}

/* size bytes of the body into out, from what was read ahead and then from the socket. */
static int read_exactly(struct http_request *r, struct buf *out, uint64_t size, int64_t cut_after)
{
	char *to = buf_reserve(out, size + 1);

	if (to == NULL)
		return -1;
	while (size > 0) {
		size_t ahead = r->in_len - r->in_at;
		ssize_t n;

		if (cut_after >= 0 && out->len >= (uint64_t)cut_after)
			return -1;
		if (ahead > 0) {
			n = (ssize_t)(ahead < size ? ahead : size);
			memcpy(out->data + out->len, r->in + r->in_at, (size_t)n);
			r->in_at += (size_t)n;
		} else {
			n = read_some(r, out->data + out->len, size < 1 << 20 ? size : 1 << 20);
		}
		if (n <= 0)
			return -1;
		out->len += (size_t)n;
		size -= (uint64_t)n;
	}
	return 0;
}

static int read_line(struct http_request *r, char *line, size_t size)
{
	size_t len = 0;

	for (;;) {
		if (r->in_at == r->in_len) {
			ssize_t n = read_some(r, r->in, HTTP_HEAD_MAX - 1);

			if (n <= 0)
				return -1;
			r->in_at = 0;
			r->in_len = (size_t)n;
		}
		if (len == size - 1)
			return -1;
		line[len++] = r->in[r->in_at++];
		if (line[len - 1] == '\n')
			break;
	}
	line[len] = '\0';
	return 0;
}

static int read_chunks(struct http_request *r, struct buf *out, int64_t cut_after)
{
	char line[256], *end;
	struct buf crlf;
	uint64_t size;
	int result;

	do {
		if (read_line(r, line, sizeof(line)) != 0)
			return -1;
		size = strtoull(line, &end, 16);
		if (end == line || size > INT64_MAX || read_exactly(r, out, size, cut_after) != 0)
			return -1;
		buf_init(&crlf, 64);
		result = size > 0 ? read_exactly(r, &crlf, 2, -1) : 0;
		buf_done(&crlf);
	} while (result == 0 && size > 0);
	do
		if (result != 0 || read_line(r, line, sizeof(line)) != 0)
			return -1;
	while (*line != '\r' && *line != '\n');
	return 0;
}

int http_body(struct http_request *r, struct buf *out, int64_t cut_after, struct err *err)
{
	int result = r->chunked ? read_chunks(r, out, cut_after)
				: read_exactly(r, out, r->length > 0 ? (uint64_t)r->length : 0, cut_after);

	if (result != 0)
		return err_set(err, ERR_DATA, 0, "receive body don't equal with body bytes, receive=%zu, body=%lld",
				out->len, (long long)r->length);
	r->body_read = true;
	return 0;
}

static const char *reason(int code)
{
	static const struct {
		int code;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 307, "Temporary Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 404, "Not Found" },
		{ 500, "Internal Server Error" },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].code == code)
			return reasons[i].text;
	return "Unknown";
}

void http_reply(struct http_request *r, int code, const char *extra, const char *type, const char *body, size_t len)
{
	struct buf head;

	r->replied = true;
	r->keep = r->keep && r->body_read;
	buf_init(&head, 65536);
	buf_printf(&head, "HTTP/1.1 %d %s\r\n%s", code, reason(code), extra != NULL ? extra : "");
	if (type != NULL)
		buf_printf(&head, "Content-Type: %s\r\n", type);
	buf_printf(&head, "Content-Length: %zu\r\n%s\r\n", len, r->keep ? "" : "Connection: close\r\n");
	if (head.failed || write_all(r->fd, head.data, head.len) != 0 || write_all(r->fd, body, len) != 0)
		r->keep = false;
	buf_done(&head);
}

void http_linger(struct http_request *r)
{
	const struct timeval wait = { .tv_sec = 0, .tv_usec = 500 * 1000 };
	size_t total = 0;
	ssize_t n = 1;

	if (r->replied && !r->body_read) {
		shutdown(r->fd, SHUT_WR);
		setsockopt(r->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
		for (; n > 0 && total < LINGER_BYTES; total += (size_t)n)
			n = recv(r->fd, r->in, HTTP_HEAD_MAX, 0);
	}
}
