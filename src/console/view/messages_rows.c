/* messages_rows.c - the rows of the list of messages: as they come from the engine, and as the grid asks for them. */
#include "console/view/messages_page.h"

#include <stdlib.h>
#include <string.h>

#include "console/view/view.h"
#include "console/keys/request_line.h"
#include "console/widget/show.h"
#include "core/num/num.h"
#include "core/xalloc.h"

enum {
	COLUMN_PARTITION,
	COLUMN_OFFSET,
	COLUMN_TIME,
	COLUMN_OP,
	COLUMN_TABLE,
	COLUMN_KEY,
	COLUMN_WHAT,
	COLUMN_SIZE,
	COLUMNS
};
enum { ROOM = 1000 }; /* rows that go at once when it is full */

static const struct grid_column columns[COLUMNS] = {
	[COLUMN_PARTITION] = { "part", 4, 0, 0 },
	[COLUMN_OFFSET] = { "offset", 11, 0, 0 },
	[COLUMN_TIME] = { "time UTC", -12, 0, 0 },
	[COLUMN_OP] = { "op", -2, 0, 0 },
	[COLUMN_TABLE] = { "table", -18, 1, 2 },
	[COLUMN_KEY] = { "key", -14, 1, 0 },
	[COLUMN_WHAT] = { "what", -20, 6, 0 },
	[COLUMN_SIZE] = { "bytes", 7, 0, 1 },
};

/* ---- the list ---- */

static size_t count(const void *of)
{
	return ((const struct messages_page *)of)->count;
}

static enum role op_role(char op)
{
	return op == 'd' ? ROLE_CRIT : op == 'u' ? ROLE_WARN : op == 'c' ? ROLE_OK : op == '-' ? ROLE_DIM : ROLE_TEXT;
}

static void cell(const void *of, size_t row, int column, struct grid_text *out)
{
	const struct message_row *r = &((const struct messages_page *)of)->rows[row];
	char time[48];

	switch (column) {
	case COLUMN_PARTITION: snprintf(out->text, sizeof(out->text), "%d", (int)r->partition); break;
	case COLUMN_OFFSET: show_exact(out->text, r->offset); break;
	case COLUMN_TIME:
		time[num_iso_datetime(time, r->ms * 1000, 3, ' ')] = '\0';
		snprintf(out->text, sizeof(out->text), "%s", strlen(time) > 11 ? time + 11 : time);
		break;
	case COLUMN_OP:
		out->role = op_role(r->op);
		snprintf(out->text, sizeof(out->text), "%c", r->op);
		break;
	case COLUMN_TABLE: snprintf(out->text, sizeof(out->text), "%s", r->table[0] ? r->table : r->topic); break;
	case COLUMN_KEY:
		out->role = ROLE_STRONG;
		snprintf(out->text, sizeof(out->text), "%s", r->key);
		break;
	case COLUMN_WHAT: snprintf(out->text, sizeof(out->text), "%s", r->what); break;
	default: show_exact(out->text, r->size); break;
	}
}

static void key(const void *of, size_t row, char out[GRID_KEY])
{
	const struct message_row *r = &((const struct messages_page *)of)->rows[row];

	snprintf(out, GRID_KEY, "%s%s%d/%lld", r->topic, r->topic[0] ? "/" : "", (int)r->partition,
			(long long)r->offset);
}

const struct grid_source view_messages_source = {
	.columns = columns,
	.ncolumns = COLUMNS,
	.count = count,
	.cell = cell,
	.key = key,
	.empty = "",
};

/* ---- rows that come ---- */

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static int64_t number_of(const json_t *o, const char *name)
{
	return json_integer_value(json_object_get(o, name));
}

void messages_rows_drop(struct messages_page *p, size_t n)
{
	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		free(p->rows[i].table);
	memmove(p->rows, p->rows + n, (p->count - n) * sizeof(*p->rows));
	p->count -= n;
}

void messages_rows_add(struct messages_page *p, const json_t *o)
{
	const char *table = text_of(o, "table"), *k = text_of(o, "key"), *what = text_of(o, "what");
	const char *topic = text_of(o, "topic");
	size_t a = strlen(table) + 1, b = strlen(k) + 1, c = strlen(what) + 1, d = strlen(topic) + 1;
	struct message_row *r;

	if (p->count == MESSAGES_KEPT + ROOM)
		messages_rows_drop(p, ROOM);
	xgrow(p->rows, p->count, p->cap, 256);
	r = &p->rows[p->count++];
	*r = (struct message_row){
		.partition = (int32_t)number_of(o, "partition"),
		.offset = number_of(o, "offset"),
		.ms = number_of(o, "ms"),
		.size = number_of(o, "size"),
		.op = text_of(o, "op")[0],
	};
	r->table = xmalloc(a + b + c + d);
	r->key = memcpy(r->table + a, k, b);
	r->what = memcpy(r->key + b, what, c);
	r->topic = memcpy(r->what + c, topic, d);
	memcpy(r->table, table, a);
	p->fresh += !p->follow;
}

void messages_rows_progress(struct messages_page *p, const json_t *o)
{
	p->scanned = number_of(o, "scanned");
	p->done = number_of(o, "done");
	p->total = number_of(o, "total");
	p->matched = number_of(o, "matched");
	p->errors = number_of(o, "errors");
	p->bytes = number_of(o, "bytes");
	p->left = number_of(o, "left");
	snprintf(p->error, sizeof(p->error), "%s", text_of(o, "error"));
	p->caught_up |= p->done >= p->total;
}

/* ---- requests ---- */

/* What f takes: 'text, ~regular expression, or Lua. */
static void put_filter(const struct messages_page *p, char *line, size_t size)
{
	const char *name = p->filter[0] == '\'' ? "grep" : p->filter[0] == '~' ? "regex" : "filter";

	if (p->filter[0])
		request_line_add(line, size, name, p->filter + (name[0] != 'f'));
}

void messages_request(const struct messages_page *p, struct view_order *out, enum view_lane lane)
{
	snprintf(out->request, sizeof(out->request), "messages");
	request_line_add(out->request, sizeof(out->request), "topic", p->topic);
	out->lane = lane;
	if (p->latest)
		request_line_add(out->request, sizeof(out->request), "latest", "yes");
	put_filter(p, out->request, sizeof(out->request));
	request_line_add(out->request, sizeof(out->request), "seek", p->seek);
	request_line_add(out->request, sizeof(out->request), "progress", "yes");
}

void messages_detail_ask(struct messages_page *p, const struct message_row *row, struct view_order *out)
{
	char number[32];

	snprintf(out->request, sizeof(out->request), "messages");
	request_line_add(out->request, sizeof(out->request), "topic", row->topic[0] ? row->topic : p->topic);
	out->lane = LANE_DETAIL;
	snprintf(number, sizeof(number), "%d", (int)row->partition);
	request_line_add(out->request, sizeof(out->request), "partition", number);
	snprintf(number, sizeof(number), "o:%lld", (long long)row->offset);
	request_line_add(out->request, sizeof(out->request), "seek", number);
	request_line_add(out->request, sizeof(out->request), "limit", "1");
	request_line_add(out->request, sizeof(out->request), "form", "whole");
	p->detail.open = true;
}
