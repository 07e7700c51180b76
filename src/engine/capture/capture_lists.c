/*
 * capture_lists.c - which tables the rows in the log are of, remembered beside the position: a table that is added to
 * the lists between two runs is new to the log, and the next start has to see that. The record is written in the log
 * transaction of the first position that covers the lists, and again only when they change.
 *
 * Key: {"millrace":"captured","name":NAME}; value: source_lists(). A log without one says nothing: no table is new then.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/capture/capture_parts.h"

static json_t *key_of(const struct settings *s)
{
	return json_pack("{ss,ss}", "millrace", "captured", "name", s->name);
}

void lists_read(char **lists, const struct settings *s, const struct record *r)
{
	json_t *key = r->key ? json_loadb(r->key, r->key_len, 0, NULL) : NULL, *ours = key_of(s);

	if (key && json_equal(key, ours)) {
		free(*lists);
		*lists = r->value ? xstrndup(r->value, r->value_len) : NULL;
	}
	json_decref(key);
	json_decref(ours);
}

char *lists_news(struct capture *c)
{
	const struct mysql_conf *settled = source_settled(c->source);
	char *now;

	if (settled == NULL || settled == c->lists_of)
		return NULL;
	c->lists_of = settled;
	now = source_lists(settled);
	if (c->lists && strcmp(c->lists, now) == 0) {
		free(now);
		return NULL;
	}
	free(c->lists);
	c->lists = now;
	return xstrdup(now);
}

int lists_publish(struct capture *c, const char *lists, struct err *err)
{
	const struct settings *s = c->sh->settings;
	json_t *key = key_of(s);
	char *text = json_dumps(key, JSON_COMPACT);
	struct record r = { .topic = s->format.offsets_topic, .key = text, .value = lists };
	int rc;

	r.key_len = (uint32_t)strlen(text);
	r.value_len = (uint32_t)strlen(lists);
	rc = log_writer_append_record(c->writer, &r, err);
	json_decref(key);
	free(text);
	return rc;
}
