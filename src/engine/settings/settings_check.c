/* settings_check.c - what one setting may be, beyond its kind: asked when a file is read. Rules over several are engine_rules.c's. */
#include <string.h>

#include "engine/settings/settings.h"
#include "engine/settings/settings_debezium.h"

static int check_operations(const struct settings *s, struct err *err)
{
	for (size_t i = 0; i < s->format.skipped_operations.count; i++) {
		const char *op = s->format.skipped_operations.items[i];

		if (strlen(op) != 1 ? strcmp(op, "none") != 0 : strchr("cudt", *op) == NULL)
			return err_set(err, ERR_CONFIG, 0,
					"[mysql] skipped.operations: expected a list of c, u, d, t or none, found '%s'",
					op);
	}
	return 0;
}

/* The name becomes part of labels, topics and file names, so its alphabet is what all of them allow. */
static int check_name(const struct settings *s, struct err *err)
{
	size_t len = strlen(s->name);

	if (len == 0 || len > 48 ||
			strspn(s->name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != len)
		return err_set(err, ERR_CONFIG, 0,
				"[millrace] name: expected 1 to 48 of A-Z a-z 0-9 _ -, found '%.60s'", s->name);
	return 0;
}

/* What a setting of messages means is known to the encoder: it is asked at once, not when the first row comes. */
static int check_format(const struct settings *s, struct err *err)
{
	struct format_encoder *e = format_encoder_new(&s->format, err);

	format_encoder_free(e);
	return e ? 0 : -1;
}

/* Every key of [kafka] that is not a setting goes to librdkafka, which does not know Debezium's. Without a broker nobody looks at them: a misspelt
 * bootstrap.servers would be an embedded log. */
static int check_passthrough(const struct settings *s, struct err *err)
{
	static const char *const servers[] = { "bootstrap.servers", "metadata.broker.list" };

	for (size_t i = 0; i < s->log.passthrough.count; i++) {
		const char *key = s->log.passthrough.items[i].key, *known = debezium_explain("kafka", key);

		if (known)
			return err_set(err, ERR_CONFIG, 0,
					"[kafka] %s: expected a setting or a property of librdkafka, found '%s': %s",
					key, key, known);
		if (s->log.bootstrap_servers == NULL && conf_nearest(key, servers, 2))
			return err_set(err, ERR_CONFIG, 0,
					"%s:%d: [kafka] %s: expected bootstrap.servers, by which the log is Kafka; correct the name",
					s->path, s->log.passthrough.items[i].line, key);
	}
	return 0;
}

static bool is_topic_text(const char *text)
{
	return text && *text &&
			text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

static int topics_check(const struct settings *s, struct err *err)
{
	const struct {
		const char *key, *value;
	} parts[] = {
		{ "topic.prefix", s->format.topic_prefix },
		{ "topic.delimiter", s->format.topic_delimiter },
		{ "topic.transaction", s->format.transaction_topic },
		{ "topic.heartbeat.prefix", s->format.heartbeat_prefix },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (!is_topic_text(parts[i].value))
			return err_set(err, ERR_CONFIG, 0,
					"[kafka] %s: expected characters of A-Z a-z 0-9 . _ -, found '%.60s'",
					parts[i].key, parts[i].value ? parts[i].value : "");
	return 0;
}

int settings_check(const struct settings *s, struct err *err)
{
	return check_name(s, err) || check_operations(s, err) || check_passthrough(s, err) || topics_check(s, err) ||
					check_format(s, err) || source_login_check(&s->mysql, err) ||
					sink_login_check(&s->sink, err)
			? -1
			: 0;
}
