/* settings_lookup.c - lookup{ query = .. } of scripts asks the server of [mysql]: scripts know of no server, so that they are handed the calls. */
#include "engine/settings/settings.h"

static void *asker_open(void *arg)
{
	return source_lookup_new(arg);
}

static void asker_close(void *handle)
{
	source_lookup_free(handle);
}

static int asker_ask(void *handle, const char *sql, script_asked *told, void *told_arg, struct err *err)
{
	return source_lookup_row(handle, sql, told, told_arg, err);
}

void settings_let_ask(struct settings *s)
{
	if (s->mysql.user == NULL || (s->mysql.host == NULL && s->mysql.socket == NULL))
		return;
	s->asker = (struct script_asker){ .arg = &s->mysql,
		.open = asker_open,
		.ask = asker_ask,
		.close = asker_close };
	s->script.asker = &s->asker;
}
