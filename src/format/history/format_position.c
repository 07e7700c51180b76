/*
 * format_position.c - the members of Connect's offset JSON: from a position, and back to one.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/history/format_position.h"

unsigned format_position_members(const struct position *p, struct position_member out[POSITION_MEMBERS])
{
	unsigned n = 0;

	if (p->ts_sec > 0)
		out[n++] = (struct position_member){ "ts_sec", NULL, (uint64_t)p->ts_sec };
	out[n++] = (struct position_member){ "file", p->file, 0 };
	out[n++] = (struct position_member){ "pos", NULL, p->pos };
	if (p->gtids)
		out[n++] = (struct position_member){ "gtids", p->gtids, 0 };
	if (p->row)
		out[n++] = (struct position_member){ "row", NULL, p->row };
	if (p->server_id)
		out[n++] = (struct position_member){ "server_id", NULL, p->server_id };
	if (p->event)
		out[n++] = (struct position_member){ "event", NULL, p->event };
	if (p->snapshot)
		out[n++] = (struct position_member){ "snapshot", p->snapshot_blocking ? "BLOCKING" : "INITIAL", 0 };
	return n;
}

static int number_member(const json_t *object, const char *name, uint64_t *out, struct err *err)
{
	const json_t *v = json_object_get(object, name);

	*out = 0;
	if (!v || json_is_null(v))
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return err_set(err, ERR_DATA, 0, "stored position: expected a number of 0 or more for '%s'", name);
	*out = (uint64_t)json_integer_value(v);
	return 0;
}

static void text_member(const json_t *object, const char *name, char *out, size_t size)
{
	const char *text = json_string_value(json_object_get(object, name));

	out[0] = '\0';
	if (text && strlen(text) < size)
		strcpy(out, text);
}

/* Debezium before 3.0.2 wrote a boolean, and reads the string "true" as well. */
static void snapshot_member(const json_t *object, struct position *out)
{
	const json_t *v = json_object_get(object, "snapshot");
	const char *text = json_is_string(v) ? json_string_value(v) : "";

	out->snapshot_blocking = strcmp(text, "BLOCKING") == 0;
	out->snapshot = json_is_true(v) || out->snapshot_blocking || strcmp(text, "INITIAL") == 0 ||
			strcmp(text, "true") == 0;
}

int format_position_from_json(const json_t *object, struct position *out, struct err *err)
{
	const char *file = json_string_value(json_object_get(object, "file"));
	const char *gtids = json_string_value(json_object_get(object, "gtids"));
	uint64_t ts_sec, server_id;

	if (!json_is_object(object) || !file || strlen(file) >= sizeof(out->file))
		return err_set(err, ERR_DATA, 0,
				"stored position: expected an object with 'file' of less than 256 bytes");
	if (number_member(object, "pos", &out->pos, err) < 0 || number_member(object, "event", &out->event, err) < 0 ||
			number_member(object, "row", &out->row, err) < 0 ||
			number_member(object, "ts_sec", &ts_sec, err) < 0 ||
			number_member(object, "server_id", &server_id, err) < 0 ||
			number_member(object, "millrace_changes", &out->changes, err) < 0)
		return -1;
	strcpy(out->file, file);
	free(out->gtids);
	out->gtids = xstrdup(gtids);
	text_member(object, "millrace_server", out->server_uuid, sizeof(out->server_uuid));
	text_member(object, "millrace_gtid", out->gtid, sizeof(out->gtid));
	free(out->progress);
	out->progress = xstrdup(json_string_value(json_object_get(object, "millrace_snapshot")));
	out->ts_sec = (int64_t)ts_sec;
	out->server_id = (uint32_t)server_id;
	snapshot_member(object, out);
	return 0;
}
