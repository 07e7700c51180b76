/*
 * json.c - walking JSON text in place.
 *
 * Both halves of the load side live on this: messages are read without a tree, and most of their bytes (schemas, long
 * strings) only have to be skipped. So strings are looked at eight bytes at a time, and nesting costs one bit a level
 * instead of a call. What comes out was checked completely: syntax, escapes and UTF-8, also inside what was skipped.
 */
#include "core/json.h"

#include <string.h>

#include "core/json_scan.h"

static bool failed(struct json *j, const char *problem)
{
	if (j->problem == NULL)
		j->problem = problem;
	return false;
}

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	return p;
}

void json_init(struct json *j, const char *p, size_t len)
{
	*j = (struct json){ .at = p, .end = p + len };
}

/* ---- scalars ---- */

static bool hex4(const char *p)
{
	for (int i = 0; i < 4; i++)
		if (json_hex[(unsigned char)p[i]] > 15)
			return false;
	return true;
}

/* Most of what is read are short strings and names: inlined where they are, a document takes a tenth less time. */
#define HOT static inline __attribute__((always_inline))

/* at stands behind the opening quote; leaves it behind the closing one. */
HOT bool scan_string(struct json *j, struct json_slice *out)
{
	const char *p = j->at, *end = j->end;
	bool escaped = false;

	for (;;) {
		size_t n;

		p = json_skip_plain(p, end);
		if (p == end)
			return failed(j, "string without an end");
		if (*p == '"')
			break;
		if ((unsigned char)*p >= 0x80) {
			n = json_utf8_length(p, end);
			if (n == 0)
				return failed(j, "bad UTF-8 in a string");
			p += n;
			continue;
		}
		if (*p != '\\')
			return failed(j, "control character in a string");
		escaped = true;
		if (end - p < 2)
			return failed(j, "string without an end");
		if (p[1] == 'u' && (end - p < 6 || !hex4(p + 2)))
			return failed(j, "bad \\u escape");
		if (p[1] != 'u' && !json_escape_value[(unsigned char)p[1]])
			return failed(j, "bad escape");
		p += p[1] == 'u' ? 6 : 2;
	}
	out->kind = JSON_STRING;
	out->escaped = escaped;
	out->p = j->at;
	out->len = (size_t)(p - j->at);
	j->at = p + 1;
	return true;
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool scan_number(struct json *j)
{
	const char *p = j->at, *end = j->end, *start;

	p += *p == '-';
	start = p;
	p = skip_digits(p, end);
	if (p == start || (*start == '0' && p - start > 1))
		return failed(j, "bad number");
	if (p < end && *p == '.') {
		start = ++p;
		p = skip_digits(p, end);
		if (p == start)
			return failed(j, "bad number");
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		start = p;
		p = skip_digits(p, end);
		if (p == start)
			return failed(j, "bad number");
	}
	j->at = p;
	return true;
}

static bool scan_word(struct json *j, const char *word, size_t len)
{
	if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0)
		return failed(j, "unknown word");
	j->at += len;
	return true;
}

/* One value that is neither object nor array. */
HOT bool scan_scalar(struct json *j, struct json_slice *out)
{
	const char *start = j->at;
	bool good;

	switch (*start) {
	case '"': j->at++; return scan_string(j, out);
	case 'n':
		out->kind = JSON_NULL;
		good = scan_word(j, "null", 4);
		break;
	case 't':
		out->kind = JSON_TRUE;
		good = scan_word(j, "true", 4);
		break;
	case 'f':
		out->kind = JSON_FALSE;
		good = scan_word(j, "false", 5);
		break;
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9':
		out->kind = JSON_NUMBER;
		good = scan_number(j);
		break;
	default: return failed(j, "a value was expected");
	}
	out->escaped = false;
	out->p = start;
	out->len = (size_t)(j->at - start);
	return good;
}

/* ---- whole values ---- */

struct nest { /* what is open: one bit a level, set for an object */
	uint64_t bits[JSON_DEPTH / 64];
	unsigned depth;
};

static bool nest_open(struct json *j, struct nest *n, bool object)
{
	uint64_t bit = (uint64_t)1 << (n->depth % 64);

	if (n->depth == JSON_DEPTH)
		return failed(j, "nested too deeply");
	n->bits[n->depth / 64] = (n->bits[n->depth / 64] & ~bit) | (object ? bit : 0);
	n->depth++;
	return true;
}

static bool nest_in_object(const struct nest *n)
{
	return n->bits[(n->depth - 1) / 64] >> ((n->depth - 1) % 64) & 1;
}

/* `"name" :` */
HOT bool scan_name(struct json *j, struct json_slice *key)
{
	j->at = skip_space(j->at, j->end);
	if (j->at == j->end || *j->at != '"')
		return failed(j, "a member name was expected");
	j->at++;
	if (!scan_string(j, key))
		return false;
	j->at = skip_space(j->at, j->end);
	if (j->at == j->end || *j->at != ':')
		return failed(j, "':' was expected");
	j->at++;
	return true;
}

/* Behind a value inside something open: closes what ends here, or passes the comma. True while something is open. */
static bool nest_after_value(struct json *j, struct nest *n)
{
	struct json_slice key;

	while (n->depth) {
		bool object = nest_in_object(n);

		j->at = skip_space(j->at, j->end);
		if (j->at == j->end)
			return failed(j, "text ends too early");
		if (*j->at == ',') {
			j->at++;
			return object ? scan_name(j, &key) : true;
		}
		if (*j->at != (object ? '}' : ']'))
			return failed(j, object ? "',' or '}' was expected" : "',' or ']' was expected");
		j->at++;
		n->depth--;
	}
	return false;
}

/* Opens an object or array. *open is false when it closed at once: then it is a value that was passed. */
static bool nest_enter(struct json *j, struct nest *n, bool *open)
{
	bool object = *j->at == '{';
	struct json_slice key;

	if (!nest_open(j, n, object))
		return false;
	j->at = skip_space(j->at + 1, j->end);
	*open = j->at == j->end || *j->at != (object ? '}' : ']');
	if (*open)
		return !object || scan_name(j, &key);
	j->at++;
	n->depth--;
	return true;
}

static bool scan_nested(struct json *j)
{
	struct nest nest = { .depth = 0 };
	struct json_slice scalar;
	bool open;

	do {
		open = false;
		j->at = skip_space(j->at, j->end);
		if (j->at == j->end)
			return failed(j, "text ends too early");
		if (*j->at == '{' || *j->at == '[') {
			if (!nest_enter(j, &nest, &open))
				return false;
		} else if (!scan_scalar(j, &scalar)) {
			return false;
		}
	} while (open || nest_after_value(j, &nest));
	return j->problem == NULL;
}

enum json_kind json_value(struct json *j, struct json_slice *out)
{
	const char *start;

	*out = (struct json_slice){ .kind = JSON_ERROR };
	if (j->problem)
		return JSON_ERROR;
	start = j->at = skip_space(j->at, j->end);
	out->p = start;
	if (start == j->end)
		return out->kind = JSON_END;
	if (*start != '{' && *start != '[') {
		if (!scan_scalar(j, out))
			out->kind = JSON_ERROR;
		return out->kind;
	}
	if (!scan_nested(j))
		return JSON_ERROR;
	out->kind = *start == '{' ? JSON_OBJECT : JSON_ARRAY;
	out->len = (size_t)(j->at - start);
	return out->kind;
}

/* ---- walking ---- */

bool json_enter(struct json *j, char open)
{
	if (j->problem)
		return false;
	j->at = skip_space(j->at, j->end);
	if (j->at == j->end || *j->at != open)
		return failed(j, open == '{' ? "'{' was expected" : "'[' was expected");
	j->at++;
	return true;
}

/*
 * The comma between two items. Whether this is the first item is told by the byte behind which we stand: after a value
 * it is never the opening bracket.
 */
static bool next_item(struct json *j, char open, char close)
{
	bool first;

	if (j->problem)
		return false;
	first = j->at[-1] == open;
	j->at = skip_space(j->at, j->end);
	if (j->at == j->end)
		return failed(j, "text ends too early");
	if (*j->at == close) {
		j->at++;
		return false;
	}
	if (first)
		return true;
	if (*j->at != ',')
		return failed(j, close == '}' ? "',' or '}' was expected" : "',' or ']' was expected");
	j->at++;
	return true;
}

bool json_member(struct json *j, struct json_slice *key)
{
	return next_item(j, '{', '}') && scan_name(j, key);
}

bool json_element(struct json *j)
{
	if (!next_item(j, '[', ']'))
		return false;
	j->at = skip_space(j->at, j->end);
	if (j->at == j->end || *j->at == ']')
		return failed(j, "a value was expected");
	return true;
}

bool json_done(struct json *j)
{
	return j->problem == NULL && skip_space(j->at, j->end) == j->end;
}
