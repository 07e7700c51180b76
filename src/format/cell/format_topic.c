/*
 * format_topic.c - prefix.db.table with every character that Kafka does not allow made an underscore, one per UTF-16
 * unit, because Debezium counts those.
 */
#include <stdio.h>
#include <string.h>

#include "core/intern.h"
#include "format/cell/format_topic.h"
#include "format/format.h"
#include "format/format_conf.h"

struct topic_text {
	char p[TOPIC_NAME_MAX];
	size_t len;
};

static void topic_put(struct topic_text *t, char c)
{
	if (t->len < sizeof(t->p))
		t->p[t->len++] = c;
}

static int is_allowed(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
			c == '-';
}

static void topic_put_part(struct topic_text *t, const char *delimiter, const char *part)
{
	const unsigned char *p = (const unsigned char *)part;

	if (!part || !*part)
		return;
	for (const char *d = t->len ? delimiter : ""; *d; d++)
		topic_put(t, *d);
	for (; *p; p++) {
		if ((*p & 0xc0) == 0x80)
			continue; /* the rest of a character that has its underscore */
		topic_put(t, is_allowed(*p) ? (char)*p : '_');
		if (*p >= 0xf0)
			topic_put(t, '_');
	}
}

const char *format_topic_name(const char *prefix, const char *delimiter, const char *db, const char *table)
{
	struct topic_text t = { .len = 0 };

	if (!delimiter)
		delimiter = ".";
	topic_put_part(&t, delimiter, prefix);
	topic_put_part(&t, delimiter, db);
	topic_put_part(&t, delimiter, table);
	if (t.len <= 2 && memcmp(t.p, "..", t.len) == 0)
		memset(t.p, '_', t.len);
	return intern_n(t.p, t.len);
}

bool format_topic_table(const struct format_conf *conf, const char *topic, char *out, size_t size)
{
	const char *delimiter = conf->topic_delimiter ? conf->topic_delimiter : ".", *table;
	size_t prefix = strlen(conf->topic_prefix), n = strlen(delimiter);

	if (strncmp(topic, conf->topic_prefix, prefix) != 0 || strncmp(topic + prefix, delimiter, n) != 0)
		return false;
	topic += prefix + n;
	table = strstr(topic, delimiter);
	if (table == NULL || table[n] == '\0')
		return false;
	snprintf(out, size, "%.*s.%s", (int)(table - topic), topic, table + n);
	return true;
}
