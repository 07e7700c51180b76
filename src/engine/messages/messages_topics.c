/*
 * messages_topics.c - which topics a text means: one by its name or its table's, several of them with a comma between, or patterns (* is any text, ? one
 * character) over both kinds of names. A topic that has a comma or a star in its name is meant by that name.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/messages/messages.h"
#include "format/format.h"

static bool table_of(const struct settings *s, const struct log_topic *t, char *out, size_t size)
{
	return format_topic_table(&s->format, t->name, out, size);
}

static const struct log_topic *find(const struct log_topics *topics, const struct settings *s, const char *name)
{
	const struct log_topic *exact = log_topics_find(topics, name);
	char table[600];

	for (size_t i = 0; exact == NULL && i < topics->count; i++)
		if (table_of(s, &topics->items[i], table, sizeof(table)) && strcmp(table, name) == 0)
			return &topics->items[i];
	return exact;
}

static int none(const char *name, struct err *err)
{
	return err_set(err, ERR_CONFIG, 0,
			"expected a topic that exists, or the table of one, found '%.200s'; `millrace topics` lists them",
			name);
}

const struct log_topic *messages_topic(struct log *log, const struct settings *s, const char *name,
		struct log_topics *topics, struct err *err)
{
	const struct log_topic *t;

	if (log_topics(log, topics, err))
		return NULL;
	t = find(topics, s, name);
	if (t == NULL)
		none(name, err);
	return t;
}

/* ---- several ---- */

static int take(struct messages_chosen *c, const struct log_topic *t, const char *names, struct err *err)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->items[i] == t)
			return 0;
	if (c->count == MESSAGES_TOPICS)
		return err_set(err, ERR_CONFIG, 0,
				"at most %d topics are read at once, and '%.200s' means more: name fewer",
				MESSAGES_TOPICS, names);
	c->items[c->count++] = t;
	return 0;
}

/* Kafka's own are not meant by a star. */
static int take_matches(struct messages_chosen *c, const struct log_topics *topics, const struct settings *s,
		const char *pattern, const char *names, struct err *err)
{
	unsigned before = c->count;
	char table[600];

	for (size_t i = 0; i < topics->count; i++) {
		const struct log_topic *t = &topics->items[i];

		if (strncmp(t->name, "__", 2) != 0 &&
				(fnmatch(pattern, t->name, 0) == 0 ||
						(table_of(s, t, table, sizeof(table)) &&
								fnmatch(pattern, table, 0) == 0)) &&
				take(c, t, names, err))
			return -1;
	}
	return c->count > before ? 0 : none(pattern, err);
}

static int take_word(struct messages_chosen *c, const struct log_topics *topics, const struct settings *s,
		const char *word, const char *names, struct err *err)
{
	const struct log_topic *t = find(topics, s, word);

	if (t)
		return take(c, t, names, err);
	return strpbrk(word, "*?") ? take_matches(c, topics, s, word, names, err) : none(word, err);
}

int messages_choose(const struct log_topics *topics, const struct settings *s, const char *names,
		struct messages_chosen *out, struct err *err)
{
	const struct log_topic *whole = find(topics, s, names);
	char *copy, *rest = NULL;
	int rc = 0;

	*out = (struct messages_chosen){ .count = 0 };
	if (whole)
		return take(out, whole, names, err);
	copy = xstrdup(names);
	for (char *word = strtok_r(copy, ",", &rest); word && rc == 0; word = strtok_r(NULL, ",", &rest))
		rc = take_word(out, topics, s, word + strspn(word, " "), names, err);
	free(copy);
	return rc || out->count ? rc : none(names, err);
}
