/* settings_http.c - what [http] says together: an address that others can reach needs a token. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "core/conf/endpoint.h"
#include "engine/settings/settings.h"

enum { TOKEN_MIN = 16, TOKEN_MAX = 512 };

static bool is_loopback(const char *address)
{
	struct in6_addr six;
	struct in_addr four;

	if (inet_pton(AF_INET, address, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, address, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

static bool is_address(const char *host)
{
	unsigned char any[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, host, any) == 1 || inet_pton(AF_INET6, host, any) == 1;
}

/* A port alone is on this machine only. */
static int read_listen(struct http_settings *http, struct err *err)
{
	size_t digits = strspn(http->listen, "0123456789");
	const char *expected;
	struct endpoint at;
	char text[80];

	snprintf(text, sizeof(text), "%s%s", http->listen[digits] ? "" : "127.0.0.1:", http->listen);
	if (strlen(http->listen) > 64 || endpoint_parse(text, strlen(text), &at, &expected) || at.scheme[0] ||
			at.port == 0)
		return err_set(err, ERR_CONFIG, 0, "[http] listen: expected a port, or ADDRESS:PORT, found '%.80s'",
				http->listen);
	snprintf(http->host, sizeof(http->host), "%.63s", strcmp(at.host, "localhost") == 0 ? "127.0.0.1" : at.host);
	http->port = at.port;
	if (!is_address(http->host))
		return err_set(err, ERR_CONFIG, 0,
				"[http] listen: expected an address of this machine (127.0.0.1, 0.0.0.0, ::), found '%.80s'",
				at.host);
	return 0;
}

int settings_http(struct http_settings *http, struct err *err)
{
	if (http->token && (strlen(http->token) < TOKEN_MIN || strlen(http->token) > TOKEN_MAX))
		return err_set(err, ERR_CONFIG, 0, "[http] token: expected %d to %d characters, found %zu", TOKEN_MIN,
				TOKEN_MAX, strlen(http->token));
	if (http->reads_need_token && http->token == NULL)
		return err_set(err, ERR_CONFIG, 0,
				"[http] reads.need.token: expected a token, found none; set token.file");
	if (http->listen == NULL)
		return 0;
	if (read_listen(http, err))
		return -1;
	if (http->token == NULL && !is_loopback(http->host))
		return err_set(err, ERR_CONFIG, 0,
				"[http] listen: %s can be reached by others: expected a token, found none; set token.file, "
				"or listen on 127.0.0.1",
				http->host);
	return 0;
}
