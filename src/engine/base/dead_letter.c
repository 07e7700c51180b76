/* dead_letter.c - see dead_letter.h. */
#include "engine/base/dead_letter.h"

#include <stdio.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"

/* ---- headers ---- */

#define AT(member) offsetof(struct dead_letter, member)
static const struct {
	const char *name;
	size_t at;
	bool number;
} fields[] = {
	{ "millrace.table", AT(table), false },
	{ "millrace.key", AT(key), false },
	{ "millrace.op", AT(op), false },
	{ "millrace.reason", AT(reason), false },
	{ "millrace.stage", AT(stage), false },
	{ "millrace.label", AT(label), false },
	{ "millrace.topic", AT(topic), false },
	{ "millrace.gtid", AT(gtid), false },
	{ "millrace.file", AT(file), false },
	{ "millrace.row", AT(row), false },
	{ "millrace.partition", AT(partition), true },
	{ "millrace.offset", AT(offset), true },
	{ "millrace.pos", AT(pos), true },
	{ "millrace.mark", AT(mark), false },
	{ "millrace.by", AT(by), false },
};

static void read_header(const struct record_header *h, struct dead_letter *out)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		char *at = (char *)out + fields[i].at;

		if (strcmp(h->name, fields[i].name) != 0)
			continue;
		if (fields[i].number)
			num_parse_i64(h->value, h->len, (int64_t *)(void *)at);
		else
			*(struct dead_text *)(void *)at = (struct dead_text){ h->value, h->len };
	}
}

void dead_letter_read(const struct record *r, struct dead_letter *out)
{
	*out = (struct dead_letter){
		.id = r->offset,
		.at_ms = r->timestamp_ms,
		.partition = -1,
		.offset = -1,
		.pos = -1,
		.message = { r->value, r->value_len },
	};
	for (uint32_t i = 0; i < r->nheaders; i++)
		if (r->headers[i].value)
			read_header(&r->headers[i], out);
}

bool dead_letter_table(const struct dead_letter *l, const struct row_mask *mask, char *table, size_t size)
{
	char name[TABLE_NAME_ROOM + 2];

	snprintf(table, size, "-");
	if (l->table.p) {
		snprintf(table, size, "%.*s", (int)l->table.len, l->table.p);
	} else if (l->topic.p) {
		snprintf(name, sizeof(name), "%.*s", (int)l->topic.len, l->topic.p);
		if (!format_topic_table(&mask->settings->format, name, table, size))
			snprintf(table, size, "%s", name);
	}
	snprintf(name, sizeof(name), ".%s", table);
	return row_mask_topic(mask, name);
}

/* ---- reasons ---- */

/* What a target prints of the row that it refused, and what was found in the place of what was expected. */
static const char *const value_begins[] = { ", found ", ". Row: ", " Row: ", "src line", "; row " };

static size_t without_values(const char *p, size_t len)
{
	for (size_t i = 0; i < sizeof(value_begins) / sizeof(*value_begins); i++) {
		const char *at = memmem(p, len, value_begins[i], strlen(value_begins[i]));

		if (at)
			len = (size_t)(at - p);
	}
	return len;
}

/* Texts in quotes become '..'. */
void dead_reason_text(const char *p, size_t len, char out[DEAD_REASON_ROOM])
{
	size_t at = 0, i;

	len = without_values(p, len);
	for (i = 0; i < len && at + 4 < DEAD_REASON_ROOM; i++) {
		const char *end = p[i] == '\'' || p[i] == '"' ? memchr(p + i + 1, p[i], len - i - 1) : NULL;

		if (end == NULL) {
			out[at++] = p[i];
			continue;
		}
		memcpy(out + at, "'..'", 4);
		at += 4;
		i = (size_t)(end - p);
	}
	while (i < len && at > 0 && ((unsigned char)out[at - 1] & 0xc0) == 0x80) /* no part of a character */
		at--;
	if (i < len && at > 0 && (unsigned char)out[at - 1] >= 0xc0)
		at--;
	out[at] = '\0';
}

/* "orders.lua:12: " */
static size_t place_len(const char *p, size_t len)
{
	const char *colon = memchr(p, ':', len);
	size_t at = colon ? (size_t)(colon - p) + 1 : len;

	while (at < len && p[at] >= '0' && p[at] <= '9')
		at++;
	return at + 1 < len && p[at] == ':' && p[at + 1] == ' ' ? at + 2 : 0;
}

void dead_reason(const struct dead_letter *l, bool hide, char out[DEAD_REASON_ROOM])
{
	bool script = l->stage.len >= 6 && memcmp(l->stage.p, "script", 6) == 0;
	const char *p = l->reason.p ? l->reason.p : "";
	size_t place = place_len(p, l->reason.len);

	if (!hide || !script || (l->reason.len > place + 7 && memcmp(p + place, "column ", 7) == 0))
		dead_reason_text(p, l->reason.len, out);
	else
		snprintf(out, DEAD_REASON_ROOM, "%.*s(masked)", (int)(place < 200 ? place : 200), p);
}

/* ---- marks ---- */

void dead_mark_ids(const struct dead_letter *mark, void (*each)(void *arg, int64_t id), void *arg)
{
	struct json_slice v;
	struct json j;
	int64_t id;

	json_init(&j, mark->message.p ? mark->message.p : "", mark->message.len);
	if (!json_enter(&j, '['))
		return;
	while (json_element(&j) && json_value(&j, &v) == JSON_NUMBER)
		if (num_parse_i64(v.p, v.len, &id))
			each(arg, id);
}
