/*
 * mysql_default.c - see mysql_default.h. One function a class of types; each returns false for a literal whose value it
 * does not know. Dates and times are in mysql_default_time.c.
 */
#include "source/catalog/mysql_default.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "source/catalog/mysql_default_time.h"
#include "source/decode/mysql_charset.h"

enum { DIGITS_MAX = 400, BIT_CHARS = 64 };

typedef bool settle_fn(struct arena *a, struct column *c, const struct ddl_default *d);

static bool set_text(struct arena *a, struct column *c, const char *text)
{
	c->default_text = arena_dup(a, text, strlen(text));
	return true;
}

static bool is_truth(const char *text)
{
	return strcasecmp(text, "TRUE") == 0 || strcasecmp(text, "FALSE") == 0;
}

static const char *truth_digit(const char *text)
{
	return strcasecmp(text, "TRUE") == 0 ? "1" : "0";
}

/* Bytes of x'41', 0x41, b'01000001', 0b01000001 as they are, the first one filled with zeros. */
static size_t literal_bytes(struct arena *a, const char *text, const char **out)
{
	bool prefixed = text[0] == '0', hex = strchr("xX", text[prefixed]) != NULL;
	size_t per_byte = hex ? 2 : 8, n = strcspn(text + 2, "'"), bytes = (n + per_byte - 1) / per_byte;
	unsigned char *p = arena_alloc(a, bytes + 1);
	unsigned byte = 0;

	for (size_t i = 0, at = 0, pad = bytes * per_byte - n; i < n; i++) {
		char ch = text[2 + i];
		unsigned digit = (unsigned)(ch <= '9' ? ch - '0' : (ch | 32) - 'a' + 10);

		byte = byte << (hex ? 4 : 1) | digit;
		if ((i + 1 + pad) % per_byte == 0) {
			p[at++] = (unsigned char)byte;
			byte = 0;
		}
	}
	p[bytes] = '\0';
	*out = (const char *)p;
	return bytes;
}

static bool bytes_number(const char *p, size_t len, uint64_t *out)
{
	uint64_t v = 0;

	if (len > 8)
		return false;
	for (size_t i = 0; i < len; i++)
		v = v << 8 | (unsigned char)p[i];
	*out = v;
	return true;
}

static bool bits_number(struct arena *a, const char *text, uint64_t *out)
{
	const char *p;
	size_t len = literal_bytes(a, text, &p);

	return bytes_number(p, len, out);
}

/* ---- numbers ---- */

struct default_digits {
	char d[DIGITS_MAX];
	int n, whole; /* of n digits, whole stand before the point; may be negative or above n */
	bool negative, exponent;
};

static bool digits_take(const char *text, struct default_digits *out)
{
	const char *p = text + strspn(text, " ");
	bool point = false;
	int exponent = 0, used = 0;

	*out = (struct default_digits){ .negative = *p == '-' };
	p += *p == '-' || *p == '+';
	for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
		point |= *p == '.';
		if (*p == '.')
			continue;
		if (out->n == DIGITS_MAX)
			return false;
		out->d[out->n++] = *p;
		out->whole += !point;
	}
	if ((*p | 32) == 'e') {
		out->exponent = true;
		if (sscanf(p + 1, "%4d%n", &exponent, &used) != 1)
			return false;
		p += 1 + used;
	}
	out->whole += exponent;
	return out->n > 0 && p[strspn(p, " ")] == '\0' && out->whole > -DIGITS_MAX / 2 && out->whole < DIGITS_MAX / 2;
}

static int digit_at(const struct default_digits *g, int place)
{
	return place >= 0 && place < g->n ? g->d[place] - '0' : 0;
}

/* Half up, away from zero, as the server rounds exact numbers. */
static void digits_print(const struct default_digits *g, int scale, char *out)
{
	char d[2 * DIGITS_MAX + 2];
	int first = g->whole > 1 ? 0 : g->whole - 1, end = g->whole + scale, n = 0, zeros;
	bool carry = digit_at(g, end) >= 5, zero = true;

	d[n++] = '0'; /* room for a carry */
	for (int i = first; i < end; i++)
		d[n++] = (char)('0' + digit_at(g, i));
	for (int i = n - 1; carry && i >= 0; i--) {
		carry = d[i] == '9';
		d[i] = carry ? '0' : (char)(d[i] + 1);
	}
	for (int i = 0; i < n; i++)
		zero &= d[i] == '0';
	for (zeros = 0; zeros < n - scale - 1 && d[zeros] == '0'; zeros++)
		continue;
	if (g->negative && !zero)
		*out++ = '-';
	for (int i = zeros; i < n; i++) {
		if (i == n - scale)
			*out++ = '.';
		*out++ = d[i];
	}
	*out = '\0';
}

/* [+-] digits [. at most scale digits]: read by everybody as it stands. */
static bool is_plain(const char *text, unsigned scale)
{
	const char *p = text + (*text == '-' || *text == '+');
	size_t whole = strspn(p, "0123456789"), fraction;

	if (p[whole] == '\0')
		return whole > 0;
	fraction = strspn(p + whole + 1, "0123456789");
	return p[whole] == '.' && whole > 0 && fraction > 0 && fraction <= scale && p[whole + 1 + fraction] == '\0';
}

static bool settle_exact(struct arena *a, struct column *c, unsigned scale)
{
	char out[2 * DIGITS_MAX + 8];
	struct default_digits g;

	if (is_plain(c->default_text, scale))
		return true;
	if (!digits_take(c->default_text, &g))
		return false;
	digits_print(&g, (int)scale, out);
	return set_text(a, c, out);
}

static bool settle_bits_as_number(struct arena *a, struct column *c)
{
	char text[24];
	uint64_t v;

	if (!bits_number(a, c->default_text, &v))
		return false;
	text[num_u64(text, v)] = '\0';
	return set_text(a, c, text);
}

/* A number with an exponent is a double to the server, which rounds half to even. */
static bool settle_int(struct arena *a, struct column *c, const struct ddl_default *d)
{
	char text[DIGITS_MAX];
	double v;

	if (d->form == DEFAULT_FORM_BITS)
		return settle_bits_as_number(a, c);
	if (is_truth(c->default_text) || is_plain(c->default_text, 0))
		return true;
	if (d->form == DEFAULT_FORM_NUMBER && strpbrk(c->default_text, "eE") != NULL &&
			num_parse_double(c->default_text, strlen(c->default_text), &v) && fabs(v) < 1e30) {
		snprintf(text, sizeof(text), "%.0f", rint(v));
		return set_text(a, c, strcmp(text, "-0") == 0 ? "0" : text);
	}
	return settle_exact(a, c, 0);
}

static bool settle_decimal(struct arena *a, struct column *c, const struct ddl_default *d)
{
	if (d->form == DEFAULT_FORM_BITS)
		return settle_bits_as_number(a, c) && settle_exact(a, c, c->scale);
	if (is_truth(c->default_text))
		return set_text(a, c, truth_digit(c->default_text));
	return settle_exact(a, c, c->scale);
}

static bool settle_double(struct arena *a, struct column *c, const struct ddl_default *d)
{
	const char *text = c->default_text + strspn(c->default_text, " ");
	char rounded[DIGITS_MAX];
	double v;

	if (d->form == DEFAULT_FORM_BITS)
		return settle_bits_as_number(a, c);
	if (is_truth(text))
		return set_text(a, c, truth_digit(text));
	if (!num_parse_double(text, strlen(text), &v))
		return false;
	if (!c->has_scale || is_plain(text, c->scale))
		return text == c->default_text || set_text(a, c, text);
	snprintf(rounded, sizeof(rounded), "%.*f", c->scale, v);
	return set_text(a, c, rounded);
}

/* A string's bytes are the bits: '5' is 0x35. */
static bool settle_bit(struct arena *a, struct column *c, const struct ddl_default *d)
{
	char out[BIT_CHARS + 4] = "b'", *at = out + 2;
	uint64_t v;
	int top;

	if (d->form == DEFAULT_FORM_NUMBER)
		return settle_int(a, c, d);
	if (d->form == DEFAULT_FORM_BITS && strchr("bB", *c->default_text))
		return true;
	if (d->form == DEFAULT_FORM_BITS ? !bits_number(a, c->default_text, &v)
					 : !bytes_number(c->default_text, d->len, &v))
		return false;
	for (top = BIT_CHARS - 1; top > 0 && !(v >> top & 1); top--)
		continue;
	for (; top >= 0; top--)
		*at++ = (char)('0' + (v >> top & 1));
	memcpy(at, "'", 2);
	return set_text(a, c, out);
}

/* ---- texts and bytes ---- */

/* 007 is 7, 1e3 is 1000; the digits after a point stay. */
static bool settle_number_as_text(struct arena *a, struct column *c)
{
	const char *text = c->default_text, *point;
	char out[2 * DIGITS_MAX + 8];
	struct default_digits g;
	double v;

	if (is_truth(text))
		return set_text(a, c, truth_digit(text));
	if (!digits_take(text, &g))
		return false;
	if (g.exponent) {
		snprintf(out, sizeof(out), "%.15g", num_parse_double(text, strlen(text), &v) ? v : 0);
		return strpbrk(out, "en") == NULL && set_text(a, c, out);
	}
	point = strchr(text, '.');
	digits_print(&g, point ? (int)strlen(point + 1) : 0, out);
	return set_text(a, c, out);
}

static bool settle_bits_as_text(struct arena *a, struct column *c, const struct ddl_default *d)
{
	const char *bytes, *text;
	size_t len = literal_bytes(a, c->default_text, &bytes), text_len;
	struct charset *charset;
	struct err err;

	err_clear(&err);
	charset = charset_open(d->charset ? d->charset : c->charset, &err);
	if (charset == NULL)
		return false;
	charset_to_utf8(charset, a, bytes, len, &text, &text_len);
	c->default_text = arena_dup(a, text, text_len);
	charset_close(charset);
	return memchr(text, '\0', text_len) == NULL;
}

static bool is_ascii(const char *p)
{
	while (*p && (unsigned char)*p < 0x80)
		p++;
	return *p == '\0';
}

/* The text of any literal. One with a zero byte has no place in a C string. */
static bool settle_as_text(struct arena *a, struct column *c, const struct ddl_default *d)
{
	if (d->form == DEFAULT_FORM_NUMBER)
		return settle_number_as_text(a, c);
	if (d->form == DEFAULT_FORM_BITS)
		return settle_bits_as_text(a, c, d);
	if (d->charset && strncmp(d->charset, "utf8", 4) != 0 && !is_ascii(c->default_text))
		return false; /* bytes of another character set than the statement's */
	return strlen(c->default_text) == d->len;
}

static bool settle_char(struct arena *a, struct column *c, const struct ddl_default *d)
{
	size_t len;

	if (!settle_as_text(a, c, d))
		return false;
	for (len = strlen(c->default_text); len > 0 && c->default_text[len - 1] == ' '; len--)
		continue;
	if (c->default_text[len])
		c->default_text = arena_dup(a, c->default_text, len);
	return true;
}

static bool settle_bytes_as_hex(struct arena *a, struct column *c, const char *p, size_t len)
{
	char *out = arena_alloc(a, 2 * len + 3);

	for (size_t i = 0; i < len; i++)
		snprintf(out + 2 + 2 * i, 3, "%02X", (unsigned char)p[i]);
	memcpy(out, "0x", 2);
	out[2 + 2 * len] = '\0';
	c->default_text = out;
	return true;
}

/* As text where they are one that does not look like hex, else as 0x. */
static bool settle_binary(struct arena *a, struct column *c, const struct ddl_default *d)
{
	const char *p = c->default_text;
	size_t len = d->len;

	if (d->form == DEFAULT_FORM_NUMBER) {
		if (!settle_number_as_text(a, c))
			return false;
		p = c->default_text;
		len = strlen(p);
	}
	if (d->form == DEFAULT_FORM_BITS)
		len = literal_bytes(a, c->default_text, &p);
	if (memchr(p, '\0', len) || !charset_is_utf8(p, len) || (len >= 2 && memcmp(p, "0x", 2) == 0))
		return settle_bytes_as_hex(a, c, p, len);
	c->default_text = p;
	return true;
}

static int label_find(const struct column *c, const char *p, size_t len)
{
	int found = -1;

	while (len > 0 && p[len - 1] == ' ')
		len--;
	for (unsigned i = 0; i < c->labels; i++) {
		if (strlen(c->label[i]) != len)
			continue;
		if (memcmp(c->label[i], p, len) == 0)
			return (int)i;
		if (found < 0 && strncasecmp(c->label[i], p, len) == 0)
			found = (int)i;
	}
	return found;
}

/* A label that is not found as it is may be one by the rules of its collation: kept. */
static bool settle_enum(struct arena *a, struct column *c, const struct ddl_default *d)
{
	int at;

	if (!settle_as_text(a, c, d))
		return false;
	at = label_find(c, c->default_text, strlen(c->default_text));
	if (at >= 0)
		c->default_text = c->label[at];
	return true;
}

/* In the order of the labels, each once. */
static bool settle_set(struct arena *a, struct column *c, const struct ddl_default *d)
{
	uint64_t members = 0;
	const char *out = "";

	if (!settle_as_text(a, c, d))
		return false;
	for (const char *p = c->default_text; *p;) {
		size_t len = strcspn(p, ",");
		int at = label_find(c, p, len);

		if (at < 0)
			return true;
		members |= UINT64_C(1) << at;
		p += len + (p[len] == ',');
	}
	for (unsigned i = 0; i < c->labels && i < 64; i++)
		if (members >> i & 1)
			out = arena_printf(a, "%s%s%s", out, *out ? "," : "", c->label[i]);
	c->default_text = out;
	return true;
}

static settle_fn *const settlers[CLASS_COUNT] = {
	[CLASS_INTEGER] = settle_int,
	[CLASS_FLOAT] = settle_double,
	[CLASS_DECIMAL] = settle_decimal,
	[CLASS_BIT] = settle_bit,
	[CLASS_YEAR] = default_settle_year,
	[CLASS_DATE] = default_settle_date,
	[CLASS_TIME] = default_settle_time,
	[CLASS_DATETIME] = default_settle_datetime,
	[CLASS_CHAR] = settle_as_text,
	[CLASS_BINARY] = settle_binary,
	[CLASS_ENUM] = settle_enum,
	[CLASS_SET] = settle_set,
};

void default_settle(struct arena *arena, struct column *c, const struct ddl_default *d)
{
	settle_fn *settle = c->type == COL_CHAR ? settle_char : settlers[column_class(c)];

	if (c->default_kind != DEFAULT_LITERAL || settle == NULL || settle(arena, c, d))
		return;
	c->default_kind = DEFAULT_EXPRESSION;
	c->default_text = d->raw;
}
