/*
 * dead_edit_text.c - the row in a letter's message, as a person edits it, and what was changed in it. What was not touched is not sent, so no value
 * loses a digit on the way.
 */
#include <stdio.h>
#include <string.h>

#include "engine/dead/dead_edit.h"
#include "engine/engine.h"

bool dead_edit_member(const char *p, size_t len, const char *name, struct json_slice *out)
{
	struct json_slice key;
	struct json j;

	json_init(&j, p, len);
	if (!json_enter(&j, '{'))
		return false;
	while (json_member(&j, &key) && json_value(&j, out) != JSON_ERROR)
		if (json_is(&key, name))
			return true;
	return false;
}

struct json_slice dead_edit_row(const char *message, size_t len)
{
	struct json_slice row = { .kind = JSON_OBJECT, .p = message, .len = len }, below;

	if (dead_edit_member(row.p, row.len, "payload", &below) && below.kind == JSON_OBJECT)
		row = below;
	if (dead_edit_member(row.p, row.len, "after", &below) && below.kind == JSON_OBJECT)
		row = below;
	return row;
}

void dead_edit_put(struct buf *b, const struct json_slice *v)
{
	if (v->kind == JSON_STRING)
		buf_putc(b, '"');
	buf_put(b, v->p, v->len);
	if (v->kind == JSON_STRING)
		buf_putc(b, '"');
}

int engine_letter_text(struct buf *out, const char *message, size_t len, struct err *err)
{
	struct json_slice row = dead_edit_row(message, len);
	struct json_slice key, v;
	const char *comma = "{";
	struct json j;

	json_init(&j, row.p, row.len);
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0, "the letter has no row: its message is not understood");
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		if (key.len > 2 && memcmp(key.p, "__", 2) == 0)
			continue;
		buf_printf(out, "%s\n  \"", comma);
		buf_put(out, key.p, key.len);
		buf_puts(out, "\": ");
		dead_edit_put(out, &v);
		comma = ",";
	}
	buf_puts(out, "\n}\n");
	return 0;
}

int engine_letter_changed(struct buf *out, const char *message, size_t len, const char *text, size_t text_len,
		struct err *err)
{
	struct json_slice old = dead_edit_row(message, len);
	struct json_slice key, v, before;
	const char *comma = "{";
	char name[200];
	struct json j;

	json_init(&j, text_len ? text : "", text_len);
	if (!json_enter(&j, '{'))
		return err_set(err, ERR_DATA, 0,
				"the row: expected a JSON object, found something else; nothing was changed");
	while (json_member(&j, &key) && json_value(&j, &v) != JSON_ERROR) {
		snprintf(name, sizeof(name), "%.*s", (int)(key.len < 199 ? key.len : 199), key.p);
		if (dead_edit_member(old.p, old.len, name, &before) && before.kind == v.kind && before.len == v.len &&
				memcmp(before.p, v.p, v.len) == 0)
			continue;
		buf_printf(out, "%s\"", comma);
		buf_put(out, key.p, key.len);
		buf_puts(out, "\":");
		dead_edit_put(out, &v);
		comma = ",";
	}
	if (!json_done(&j))
		return err_set(err, ERR_DATA, 0, "the row is no JSON: %s; nothing was changed",
				j.problem ? j.problem : "it does not end");
	if (out->len == 0)
		return err_set(err, ERR_CONFIG, 0, "no column has another value; nothing was changed");
	buf_putc(out, '}');
	return 0;
}
