/* mysql_snapshot_place.c - the place that a snapshot has reached, to text and back. Declared in mysql_snapshot.h. */
#include "config.h"
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/xalloc.h"
#include "source/snapshot/mysql_snapshot.h"

void snapshot_place_print(const struct snapshot_place *p, struct buf *out)
{
	buf_puts(out, "{\"initial\":{\"db\":");
	buf_json_str(out, p->db);
	buf_puts(out, ",\"table\":");
	buf_json_str(out, p->table);
	if (p->bound) {
		buf_puts(out, ",\"bound\":");
		buf_json_str(out, p->bound);
	}
	buf_puts(out, p->begun ? ",\"begun\":true}}" : "}}");
}

static bool read_text(const struct json_slice *v, struct arena *a, char **out)
{
	const char *text;
	size_t len;

	if (v->kind != JSON_STRING || *out || json_text(v, a, &text, &len) < 0)
		return false;
	*out = xstrndup(text, len);
	return true;
}

static bool read_members(struct snapshot_place *out, struct json *j, struct arena *a)
{
	struct json_slice key, v;
	bool good = json_enter(j, '{');

	while (good && json_member(j, &key)) {
		if (json_value(j, &v) == JSON_ERROR)
			return false;
		if (json_is(&key, "begun"))
			out->begun = v.kind == JSON_TRUE;
		else if (json_is(&key, "db"))
			good = read_text(&v, a, &out->db);
		else if (json_is(&key, "table"))
			good = read_text(&v, a, &out->table);
		else
			good = json_is(&key, "bound") && read_text(&v, a, &out->bound);
	}
	return good;
}

bool snapshot_place_parse(struct snapshot_place *out, const char *text)
{
	struct json_slice key;
	struct arena a;
	struct json j;
	bool good;

	*out = (struct snapshot_place){ 0 };
	arena_init(&a, 0);
	json_init(&j, text, strlen(text));
	good = json_enter(&j, '{') && json_member(&j, &key) && json_is(&key, "initial") && read_members(out, &j, &a) &&
			!json_member(&j, &key) && json_done(&j) && out->db && out->table;
	arena_done(&a);
	if (!good)
		snapshot_place_done(out);
	return good;
}

void snapshot_place_done(struct snapshot_place *p)
{
	free(p->db);
	free(p->table);
	free(p->bound);
	*p = (struct snapshot_place){ 0 };
}
