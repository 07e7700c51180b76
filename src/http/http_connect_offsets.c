/* http_connect_offsets.c - /connectors/NAME/offsets and /topics: where the halves are in the binlog and in the log. */
#include <inttypes.h>
#include <string.h>

#include "core/json.h"
#include "http/http_connect.h"

static void keep_prefix(void *arg, const char *section, const char *key, const char *value)
{
	if (strcmp(section, "kafka") == 0 && strcmp(key, "topic.prefix") == 0)
		snprintf(arg, 128, "%.127s", value);
}

/* The position that the log holds: {"server":prefix} has it, as Debezium's connector. */
static void source_offsets(struct http_call *c, const struct status *s)
{
	struct buf *b = &c->answer->body;
	char prefix[128] = "";

	if (http_settings_each(c, keep_prefix, prefix))
		return;
	buf_puts(b, "{\"offsets\":[");
	if (s->capture.file[0]) {
		buf_puts(b, "{\"partition\":{\"server\":");
		buf_json_str(b, prefix);
		buf_puts(b, "},\"offset\":{\"file\":");
		buf_json_str(b, s->capture.file);
		buf_printf(b, ",\"pos\":%" PRIu64, s->capture.pos);
		if (s->capture.gtid[0]) {
			buf_puts(b, ",\"gtids\":");
			buf_json_str(b, s->capture.gtid);
		}
		buf_puts(b, "}}");
	}
	buf_puts(b, "]}");
}

static void sink_offsets(struct http_call *c, const struct status *s)
{
	struct buf *b = &c->answer->body;
	bool first = true;

	buf_puts(b, "{\"offsets\":[");
	for (size_t i = 0; i < s->npartitions; i++) {
		const struct status_partition *p = &s->partitions[i];

		if (p->committed < 0)
			continue;
		buf_printf(b, "%s{\"partition\":{\"kafka_topic\":", first ? "" : ",");
		buf_json_str(b, p->topic);
		buf_printf(b, ",\"kafka_partition\":%" PRId32 "},\"offset\":{\"kafka_offset\":%" PRId64 "}}", p->id,
				p->committed);
		first = false;
	}
	buf_puts(b, "]}");
}

void connect_offsets(struct http_call *c)
{
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k)) {
		if (k.load)
			sink_offsets(c, &s);
		else
			source_offsets(c, &s);
	}
	status_done(&s);
}

/* Topics stand together in the list of partitions. */
void connect_topics(struct http_call *c)
{
	struct buf *b = &c->answer->body;
	const char *before = NULL;
	struct connector k;
	struct status s;

	if (connect_named(c, &s, &k)) {
		buf_putc(b, '{');
		buf_json_str(b, k.name);
		buf_puts(b, ":{\"topics\":[");
		for (size_t i = 0; i < s.npartitions; i++) {
			if (before && strcmp(before, s.partitions[i].topic) == 0)
				continue;
			if (before)
				buf_putc(b, ',');
			buf_json_str(b, before = s.partitions[i].topic);
		}
		buf_puts(b, "]}}");
	}
	status_done(&s);
}
