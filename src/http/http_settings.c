/* http_settings.c - the settings in force, from the lines that the engine answers `settings` with. */
#include <jansson.h>

#include "http/http_answer.h"

struct each {
	http_setting *call;
	void *arg;
};

static int take_line(void *arg, const char *line, size_t len)
{
	const struct each *each = arg;
	json_t *o = len ? json_loadb(line, len, 0, NULL) : NULL;
	const char *section = json_string_value(json_object_get(o, "section")),
		   *key = json_string_value(json_object_get(o, "key"));
	const char *value = json_string_value(json_object_get(o, "value"));

	if (section && key && value && *value)
		each->call(each->arg, section, key, value);
	json_decref(o);
	return 0;
}

int http_settings_each(struct http_call *c, http_setting *call, void *arg)
{
	static const struct engine_request r = { .command = "settings" };
	struct each each = { call, arg };

	return http_request(c, &r, take_line, &each);
}
