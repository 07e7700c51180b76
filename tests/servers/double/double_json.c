/*
 * double_json.c - walks JSON text. The only loop that counts is the one over the bytes of a string; sixteen at a time
 * where the machine can.
 */
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#	include <emmintrin.h>
#endif

#include "double_json.h"

#define DEPTH_MAX 200

void jscan_init(struct jscan *j, const char *p, size_t len, struct arena *scratch)
{
	*j = (struct jscan){ .at = p, .end = p + len, .scratch = scratch };
}

static bool fail(struct jscan *j, const char *problem)
{
	if (j->problem == NULL)
		j->problem = problem;
	return false;
}

char jscan_peek(struct jscan *j)
{
	const char *p = j->at;

	while (p < j->end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
		p++;
	j->at = p;
	return p < j->end ? *p : '\0';
}

/* The first quote, backslash or control character. */
static const char *string_stop(const char *p, const char *end)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);

	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash));
		int mask = _mm_movemask_epi8(_mm_or_si128(hit, _mm_cmpeq_epi8(_mm_min_epu8(v, control), v)));

		if (mask != 0)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p > 0x1f)
		p++;
	return p;
}

static bool hex4(const char *p, const char *end, uint32_t *out)
{
	uint32_t v = 0;

	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if ((c | 32) >= 'a' && (c | 32) <= 'f')
			v = v << 4 | (uint32_t)((c | 32) - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* Behind "\u": one code point, from one or two escapes. */
static bool read_unicode(const char **p, const char *end, uint32_t *out)
{
	uint32_t low;

	if (!hex4(*p, end, out))
		return false;
	*p += 4;
	if (*out < 0xd800 || *out > 0xdfff)
		return true;
	if (*out > 0xdbff || end - *p < 6 || (*p)[0] != '\\' || (*p)[1] != 'u' || !hex4(*p + 2, end, &low) ||
			low < 0xdc00 || low > 0xdfff)
		return false;
	*p += 6;
	*out = 0x10000 + ((*out & 0x3ff) << 10 | (low & 0x3ff));
	return true;
}

static bool read_escape(const char **p, const char *end, char *out, size_t *n)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint32_t c;

	if (*p == end)
		return false;
	if (**p == 'u') {
		(*p)++;
		if (!read_unicode(p, end, &c))
			return false;
		*n += put_utf8(out + *n, c);
		return true;
	}
	found = **p != '\0' ? strchr(from, **p) : NULL;
	if (found == NULL)
		return false;
	out[(*n)++] = to[found - from];
	(*p)++;
	return true;
}

static bool read_escaped(struct jscan *j, const char *start, const char *stop, struct cell *out)
{
	const char *p = start, *close = stop;
	size_t n = 0;
	char *text;

	while (close < j->end && *close == '\\') /* where does it end: the copy needs no more room than that */
		close = string_stop(close + (j->end - close < 2 ? 1 : 2), j->end);
	if (close == j->end || *close != '"')
		return fail(j, "a string does not end");
	text = arena_alloc(j->scratch, (size_t)(close - start) + 8);
	while (p < close) {
		stop = string_stop(p, close);
		memcpy(text + n, p, (size_t)(stop - p));
		n += (size_t)(stop - p);
		p = stop + 1;
		if (stop < close && (*stop != '\\' || !read_escape(&p, close, text, &n)))
			return fail(j, "a bad escape in a string");
	}
	out->p = text;
	out->len = (uint32_t)n;
	j->at = close + 1;
	return true;
}

static bool read_string(struct jscan *j, struct cell *out)
{
	const char *start = j->at + 1, *stop = string_stop(start, j->end);

	out->kind = CELL_TEXT;
	out->raw = j->at;
	if (stop < j->end && *stop == '"') {
		out->p = start;
		out->len = (uint32_t)(stop - start);
		j->at = stop + 1;
	} else if (stop == j->end || *stop != '\\') {
		return fail(j, stop == j->end ? "a string does not end" : "a control character in a string");
	} else if (!read_escaped(j, start, stop, out)) {
		return false;
	}
	out->raw_len = (uint32_t)(j->at - out->raw);
	return true;
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return p;
}

static bool read_number(struct jscan *j, struct cell *out)
{
	const char *p = j->at + (*j->at == '-'), *q = skip_digits(p, j->end);

	if (q == p || (*p == '0' && q - p > 1))
		return fail(j, "a value is neither string, number, object, array, true, false nor null");
	if (q < j->end && *q == '.') {
		p = q + 1;
		if ((q = skip_digits(p, j->end)) == p)
			return fail(j, "a number ends with its point");
	}
	if (q < j->end && (*q | 32) == 'e') {
		p = q + 1 + (j->end - q > 1 && (q[1] == '-' || q[1] == '+'));
		if ((q = skip_digits(p, j->end)) == p)
			return fail(j, "a number without its exponent");
	}
	*out = (struct cell){
		.kind = CELL_NUMBER,
		.p = j->at,
		.raw = j->at,
		.len = (uint32_t)(q - j->at),
		.raw_len = (uint32_t)(q - j->at),
	};
	j->at = q;
	return true;
}

static bool read_word(struct jscan *j, const char *word, size_t len, struct cell value, struct cell *out)
{
	if ((size_t)(j->end - j->at) < len || memcmp(j->at, word, len) != 0)
		return fail(j, "a value is neither string, number, object, array, true, false nor null");
	*out = value;
	out->raw = j->at;
	out->raw_len = (uint32_t)len;
	j->at += len;
	return true;
}

/* Checks all that it skips. */
static bool read_nested(struct jscan *j, struct cell *out, unsigned depth)
{
	const char *start = j->at;
	struct cell key, value;
	bool first = true, object = *start == '{';

	if (depth > DEPTH_MAX)
		return fail(j, "nested too deeply");
	jscan_open(j, *start);
	while (object ? jscan_member(j, &first, &key) : jscan_element(j, &first)) {
		char c = jscan_peek(j);

		if (c == '{' || c == '[' ? !read_nested(j, &value, depth + 1) : !jscan_value(j, &value))
			return false;
	}
	if (j->problem != NULL || j->at - start > UINT32_MAX)
		return fail(j, "This parser can't support a document that big.");
	*out = (struct cell){
		.kind = CELL_JSON,
		.p = start,
		.raw = start,
		.len = (uint32_t)(j->at - start),
		.raw_len = (uint32_t)(j->at - start),
	};
	return true;
}

bool jscan_value(struct jscan *j, struct cell *out)
{
	switch (jscan_peek(j)) {
	case '"': return read_string(j, out);
	case '{':
	case '[': return read_nested(j, out, 0);
	case 'n': return read_word(j, "null", 4, (struct cell){ .kind = CELL_NULL }, out);
	case 't': return read_word(j, "true", 4, (struct cell){ .kind = CELL_BOOL, .p = "1", .len = 1 }, out);
	case 'f': return read_word(j, "false", 5, (struct cell){ .kind = CELL_BOOL, .p = "0", .len = 1 }, out);
	case '\0': return fail(j, "the text ends in the middle of a value");
	default: return read_number(j, out);
	}
}

bool jscan_open(struct jscan *j, char bracket)
{
	if (jscan_peek(j) != bracket)
		return fail(j, "The JSON element does not have the requested type.");
	j->at++;
	return true;
}

bool jscan_member(struct jscan *j, bool *first, struct cell *key)
{
	char c = jscan_peek(j);

	if (c == '}') {
		j->at++;
		return false;
	}
	if (!*first) {
		if (c != ',')
			return fail(j, "expected ',' or '}' in an object");
		j->at++;
		c = jscan_peek(j);
	}
	*first = false;
	if (c != '"')
		return fail(j, "expected a quoted name in an object");
	if (!read_string(j, key))
		return false;
	if (jscan_peek(j) != ':')
		return fail(j, "expected ':' behind a name");
	j->at++;
	return true;
}

bool jscan_element(struct jscan *j, bool *first)
{
	char c = jscan_peek(j);

	if (c == ']' && *first) {
		j->at++;
		return false;
	}
	if (*first) {
		*first = false;
		return c != '\0' || fail(j, "an array does not end");
	}
	if (c == ']') {
		j->at++;
		return false;
	}
	if (c != ',')
		return fail(j, "expected ',' or ']' in an array");
	j->at++;
	return true;
}

static bool path_step(struct jpath_step *step, const char **p, const char *end, struct arena *arena)
{
	const char *start = *p + 1, *stop;

	*step = (struct jpath_step){ 0 };
	if (**p == '[') {
		for (stop = start; stop < end && *stop >= '0' && *stop <= '9' && stop - start < 8; stop++)
			step->index = step->index * 10 + (unsigned)(*stop - '0');
		*p = stop + 1;
		return stop > start && stop < end && *stop == ']';
	}
	if (**p != '.')
		return false;
	if (start < end && (*start == '"' || *start == '`')) {
		stop = memchr(start + 1, *start, (size_t)(end - start - 1));
		if (stop == NULL)
			return false;
		*p = stop + 1;
		start++;
	} else {
		for (stop = start; stop < end && *stop != '.' && *stop != '['; stop++)
			;
		*p = stop;
	}
	step->name = arena_dup(arena, start, (size_t)(stop - start));
	step->len = (size_t)(stop - start);
	return step->len > 0;
}

bool jpath_parse(struct jpath *path, const char *text, size_t len, struct arena *arena)
{
	const char *p = text, *end = text + len;

	if (len == 0 || *p++ != '$')
		return false;
	path->nsteps = 0;
	path->steps = arena_alloc(arena, len * sizeof(*path->steps));
	while (p < end)
		if (!path_step(&path->steps[path->nsteps++], &p, end, arena))
			return false;
	return true;
}

static bool find_step(const struct jpath_step *step, const struct cell *in, struct arena *scratch, struct cell *out)
{
	struct jscan j;
	struct cell key, value;
	bool first = true, object = in->len > 0 && *in->p == '{';
	unsigned index = 0;

	if (in->kind != CELL_JSON || object != (step->name != NULL))
		return false;
	jscan_init(&j, in->p, in->len, scratch);
	jscan_open(&j, object ? '{' : '[');
	while (object ? jscan_member(&j, &first, &key) : jscan_element(&j, &first)) {
		if (!jscan_value(&j, &value))
			return false;
		if (object ? key.len == step->len && memcmp(key.p, step->name, key.len) == 0 : index++ == step->index) {
			*out = value;
			return true;
		}
	}
	return false;
}

bool jpath_find(const struct jpath *path, struct cell value, struct arena *scratch, struct cell *out)
{
	*out = value;
	for (unsigned i = 0; i < path->nsteps; i++) {
		value = *out;
		if (!find_step(&path->steps[i], &value, scratch, out))
			return false;
	}
	return true;
}
