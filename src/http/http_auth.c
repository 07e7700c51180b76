/*
 * http_auth.c - does a request carry the token? As `Authorization: Bearer TOKEN`, or as the password of `Basic`, whose user name goes
 * into the events. The time that a comparison takes tells nothing about the token.
 */
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "http/http_answer.h"

enum { HEADER_MAX = 2048 };

/* Looks at every byte of what was given, whatever it holds. */
static bool same_token(const char *token, const char *given, size_t len)
{
	size_t want = strlen(token);
	unsigned diff = want != len;

	for (size_t i = 0; i < len; i++)
		diff |= (unsigned char)given[i] ^ (unsigned char)token[want ? i % want : 0];
	return want > 0 && diff == 0;
}

static void take_user(const char *name, size_t len, char *user, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 1 < size; i++)
		user[n++] = name[i] > ' ' && name[i] < 0x7f ? name[i] : '_';
	user[n] = '\0';
}

/* base64 of "user:token" */
static bool basic(const char *text, const char *token, char *user, size_t size)
{
	char plain[HEADER_MAX];
	const char *colon;
	size_t len = 0;

	if (num_unbase64(plain, text, strlen(text), &len) || (colon = memchr(plain, ':', len)) == NULL ||
			!same_token(token, colon + 1, len - (size_t)(colon + 1 - plain)))
		return false;
	take_user(plain, (size_t)(colon - plain), user, size);
	return true;
}

bool http_auth(const char *header, const char *token, char *user, size_t size)
{
	const char *rest;

	user[0] = '\0';
	if (header == NULL || token == NULL || strlen(header) >= HEADER_MAX)
		return false;
	rest = header + strcspn(header, " ");
	rest += strspn(rest, " ");
	if (strncasecmp(header, "Bearer ", 7) == 0)
		return same_token(token, rest, strlen(rest));
	return strncasecmp(header, "Basic ", 6) == 0 && basic(rest, token, user, size);
}
