/* engine_check_topics.c - see engine_check_topics.h. */
#include "engine/control/engine_check_topics.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "format/cell/format_topic.h"
#include "log/log.h"

enum { COMPACTED_KEYLESS, COMPACTED_TRUNCATE, SETTINGS_HIDDEN };
static const struct report_kind kinds[] = {
	[COMPACTED_KEYLESS] = { REPORT_PROBLEM, "topic", "it is compacted, and the table has no key",
			"Set cleanup.policy=delete on the topic, or give the table a primary key." },
	[COMPACTED_TRUNCATE] = { REPORT_WARNING, "topic", "it is compacted, and takes no TRUNCATE",
			"Set cleanup.policy=delete on the topic, or skipped.operations = t in [mysql]." },
	[SETTINGS_HIDDEN] = { REPORT_NOTE, "kafka topics", "the settings of a topic are not readable",
			"Grant DescribeConfigs on the topic to have it checked." },
};

void check_topics_remedies(struct report *r)
{
	report_kinds(r, kinds, sizeof(kinds) / sizeof(*kinds));
}

static void judge(const struct settings *s, const struct schema *schema, const char *topic, struct report *report)
{
	char *subject;

	if (schema->nkey > 0 && s->mysql.skip_truncate)
		return;
	subject = xasprintf("topic %s", topic);
	if (schema->nkey == 0)
		report_tell_of(report, &kinds[COMPACTED_KEYLESS], subject,
				"it is compacted and takes no message without key, and table %s.%s has no key: its first row would stop it",
				schema->db, schema->table);
	else
		report_tell_of(report, &kinds[COMPACTED_TRUNCATE], subject,
				"it is compacted and takes no message without key: a TRUNCATE of %s.%s would stop the table",
				schema->db, schema->table);
	free(subject);
}

static int check_one(const struct settings *s, struct log *log, const struct log_topics *topics,
		const struct schema *schema, struct report *report, struct err *err)
{
	const char *topic = format_topic_name(s->format.topic_prefix, s->format.topic_delimiter, schema->db,
			schema->table);
	bool compacts = s->log.cleanup_policy && strstr(s->log.cleanup_policy, "compact");

	if (log_topics_find(topics, topic) && log_topic_compacts(log, topic, &compacts, err)) {
		if (err->kind != ERR_DENIED)
			return -1;
		report_tell(report, &kinds[SETTINGS_HIDDEN], "%s", err->msg);
		err_clear(err);
		return 0;
	}
	if (compacts)
		judge(s, schema, topic, report);
	return 0;
}

int check_topics(const struct settings *s, struct schema *const *schemas, size_t count, struct report *report,
		struct err *err)
{
	struct log_topics topics = { 0 };
	struct log *log = log_open(&s->log, err);
	int rc = log ? log_topics(log, &topics, err) : -1;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = check_one(s, log, &topics, schemas[i], report, err);
	log_topics_free(&topics);
	log_close(log);
	return rc;
}
