/* endpoint.c - see endpoint.h. A text with two colons or more and no brackets is an IPv6 address without a port. */
#include "core/conf/endpoint.h"

#include <stdio.h>
#include <string.h>

#include "core/num/num.h"

enum { PORT_MAX = 65535 };

static void trim(const char **text, size_t *len)
{
	while (*len > 0 && (**text == ' ' || **text == '\t')) {
		(*text)++;
		(*len)--;
	}
	while (*len > 0 && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t'))
		(*len)--;
}

static const char *find(const char *p, size_t len, char c)
{
	return len ? memchr(p, c, len) : NULL;
}

/* "https://" in front; -1: something else is. */
static int take_scheme(const char **text, size_t *len, char *out, size_t size)
{
	static const char mark[] = "://";
	const char *at = memmem(*text, *len, mark, sizeof(mark) - 1);
	size_t n = at ? (size_t)(at - *text) : 0;

	out[0] = '\0';
	if (at == NULL)
		return 0;
	if (n == 0 || n >= size)
		return -1;
	snprintf(out, size, "%.*s", (int)n, *text);
	*text += n + sizeof(mark) - 1;
	*len -= n + sizeof(mark) - 1;
	return 0;
}

static int take_port(const char *p, size_t len, unsigned *port)
{
	uint64_t n;

	if (len == 0 || !num_parse_u64(p, len, &n) || n < 1 || n > PORT_MAX)
		return -1;
	*port = (unsigned)n;
	return 0;
}

int endpoint_parse(const char *text, size_t len, struct endpoint *out, const char **expected)
{
	const char *close, *colon;
	size_t host_len;

	*expected = "host or host:port";
	memset(out, 0, sizeof(*out));
	trim(&text, &len);
	if (take_scheme(&text, &len, out->scheme, sizeof(out->scheme)) < 0)
		return -1;
	if (len > 0 && text[0] == '[') {
		close = find(text, len, ']');
		*expected = "[IPv6 address] or [IPv6 address]:port";
		if (close == NULL || (close + 1 < text + len && close[1] != ':'))
			return -1;
		colon = close + 1 < text + len ? close + 1 : NULL;
		host_len = (size_t)(close - ++text);
		len--;
	} else {
		colon = find(text, len, ':');
		if (colon && find(colon + 1, len - (size_t)(colon + 1 - text), ':'))
			colon = NULL;
		host_len = colon ? (size_t)(colon - text) : len;
	}
	if (host_len == 0 || host_len >= sizeof(out->host) || strcspn(text, "/@ \t[]") < host_len)
		return -1;
	memcpy(out->host, text, host_len);
	*expected = "a port from 1 to 65535";
	return colon ? take_port(colon + 1, len - (size_t)(colon + 1 - text), &out->port) : 0;
}

bool endpoint_entry(const char *list, unsigned index, const char **text, size_t *len)
{
	for (unsigned i = 0;; i++) {
		*text = list;
		*len = strcspn(list, ",");
		list += *len;
		if (i == index)
			return true;
		if (*list == '\0')
			return false;
		list++;
	}
}

unsigned endpoint_count(const char *list)
{
	unsigned n = 1;

	while ((list = strchr(list, ',')) != NULL) {
		list++;
		n++;
	}
	return n;
}

const char *endpoint_format(char *out, size_t size, const char *host, unsigned port)
{
	bool six = strchr(host, ':') != NULL;

	snprintf(out, size, "%s%s%s:%u", six ? "[" : "", host, six ? "]" : "", port);
	return out;
}
