/* mysql_gtid_text.c - transaction identifiers and sets of them as text, in the server's form: UUID[:tag]:from-to[:..],.. */
#include "source/decode/mysql_gtid_parts.h"

#include <ctype.h>
#include <string.h>

#include "core/num/num.h"

static size_t uuid_print(const uint8_t uuid[16], char *out)
{
	static const uint8_t group_bytes[] = { 4, 2, 2, 2, 6 };
	size_t n = 0, at = 0;

	for (unsigned i = 0; i < 5; i++) {
		if (i > 0)
			out[n++] = '-';
		n += num_hex(out + n, uuid + at, group_bytes[i]);
		at += group_bytes[i];
	}
	return n;
}

void gtid_set_print(const struct gtid_set *set, struct buf *out)
{
	char text[64];

	for (size_t i = 0; i < set->count; i++) {
		const struct gtid_group *g = &set->groups[i];
		bool same_uuid = i > 0 && memcmp(g->source.uuid, set->groups[i - 1].source.uuid, 16) == 0;

		if (!same_uuid) {
			if (i > 0)
				buf_putc(out, ',');
			buf_put(out, text, uuid_print(g->source.uuid, text));
		}
		if (g->source.tag[0]) {
			buf_putc(out, ':');
			buf_puts(out, g->source.tag);
		}
		for (size_t k = 0; k < g->count; k++) {
			buf_putc(out, ':');
			buf_put(out, text, num_i64(text, g->intervals[k].from));
			if (g->intervals[k].to - 1 == g->intervals[k].from)
				continue;
			buf_putc(out, '-');
			buf_put(out, text, num_i64(text, g->intervals[k].to - 1));
		}
	}
}

static const char *skip_space(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

/* With or without dashes, as the server takes it. NULL: not a UUID. */
static const char *uuid_parse(const char *p, uint8_t uuid[16])
{
	for (unsigned i = 0; i < 16; i++) {
		int high, low;

		if (*p == '-' && (i == 4 || i == 6 || i == 8 || i == 10))
			p++;
		high = num_hex_digit(p[0]);
		low = high < 0 ? -1 : num_hex_digit(p[1]);
		if (low < 0)
			return NULL;
		uuid[i] = (uint8_t)(high << 4 | low);
		p += 2;
	}
	return p;
}

static bool is_tag_start(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static const char *tag_parse(const char *p, char tag[GTID_TAG_MAX + 1])
{
	size_t n = 0;

	while (isalnum((unsigned char)*p) || *p == '_') {
		if (n == GTID_TAG_MAX)
			return NULL;
		tag[n++] = (char)tolower((unsigned char)*p++);
	}
	tag[n] = '\0';
	return p;
}

static const char *gno_parse(const char *p, int64_t *gno)
{
	const char *end = p;

	while (isdigit((unsigned char)*end))
		end++;
	if (!num_parse_i64(p, (size_t)(end - p), gno) || *gno < 1 || *gno >= GTID_GNO_END)
		return NULL;
	return end;
}

static int gtid_syntax(struct err *err, const char *expected, const char *found)
{
	return err_set(err, ERR_DATA, 0, "GTID set: expected %s, found '%.40s'", expected, found);
}

/* "1-5" after a colon; "0-0"-like or reversed ranges are refused. */
static const char *interval_parse(const char *p, struct gtid_group *g, struct err *err)
{
	int64_t from, to;
	const char *end = gno_parse(p, &from);

	if (end == NULL) {
		gtid_syntax(err, "a transaction number above 0", p);
		return NULL;
	}
	to = from;
	end = skip_space(end);
	if (*end == '-') {
		p = skip_space(end + 1);
		end = gno_parse(p, &to);
		if (end == NULL || to < from) {
			gtid_syntax(err, "the end of an interval", p);
			return NULL;
		}
	}
	gtid_group_append(g, from, to + 1);
	return skip_space(end);
}

/* What follows a UUID: ":tag", ":1-5", in any number; a tag holds until the next one. */
static const char *group_parse(struct gtid_set *set, struct gtid_source *source, const char *p, struct err *err)
{
	bool intervals = false;

	while (*p == ':') {
		p = skip_space(p + 1);
		if (is_tag_start(*p)) {
			const char *tag = p;

			p = tag_parse(p, source->tag);
			if (p == NULL) {
				gtid_syntax(err, "a tag of at most 32 characters", tag);
				return NULL;
			}
			p = skip_space(p);
			intervals = false;
			continue;
		}
		p = interval_parse(p, gtid_group_get(set, source), err);
		if (p == NULL)
			return NULL;
		intervals = true;
	}
	if (!intervals) {
		gtid_syntax(err, "':' and a transaction number", p);
		return NULL;
	}
	return p;
}

static int text_parse(struct gtid_set *set, const char *text, struct err *err)
{
	const char *p = skip_space(text);

	while (*p) {
		struct gtid_source source = { .tag = "" };
		const char *at = p;

		if (*p == ',') {
			p = skip_space(p + 1);
			continue;
		}
		p = uuid_parse(p, source.uuid);
		if (p == NULL)
			return gtid_syntax(err, "a UUID", at);
		p = gtid_sources_are_few(set, err) < 0 ? NULL : group_parse(set, &source, skip_space(p), err);
		if (p == NULL)
			return -1;
		if (*p != '\0' && *p != ',')
			return gtid_syntax(err, "',' or the end", p);
	}
	return 0;
}

int gtid_set_parse(struct gtid_set *set, const char *text, struct err *err)
{
	struct gtid_set read = { 0 };

	return gtid_set_take(set, &read, text_parse(&read, text, err));
}

void gtid_source_uuid(const struct gtid_source *source, char out[GTID_UUID_MAX])
{
	out[uuid_print(source->uuid, out)] = '\0';
}

size_t gtid_print(const struct gtid *gtid, char out[GTID_TEXT_MAX])
{
	size_t n = uuid_print(gtid->source.uuid, out), tag_len = strlen(gtid->source.tag);

	out[n++] = ':';
	if (tag_len > 0) {
		memcpy(out + n, gtid->source.tag, tag_len);
		n += tag_len;
		out[n++] = ':';
	}
	n += num_i64(out + n, gtid->gno);
	out[n] = '\0';
	return n;
}

int gtid_parse(struct gtid *gtid, const char *text, struct err *err)
{
	struct gtid_set set = { 0 };
	int rc = gtid_set_parse(&set, text, err);

	if (rc == 0 && gtid_set_count(&set) != 1)
		rc = err_set(err, ERR_DATA, 0, "GTID: expected one transaction, found '%.60s'", text);
	if (rc == 0)
		*gtid = (struct gtid){ .source = set.groups[0].source, .gno = set.groups[0].intervals[0].from };
	gtid_set_done(&set);
	return rc;
}
