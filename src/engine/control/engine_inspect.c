/* engine_inspect.c - see engine_inspect.h. Nothing here changes anything. */
#include "engine/control/engine_inspect.h"
#include "engine/base/row_mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/json.h"
#include "core/num/num.h"
#include "engine/engine_parts.h"

static void put_groups(struct buf *b, const struct log_groups *groups, const char *topic, const struct log_partition *p)
{
	bool first = true;

	buf_puts(b, ",\"groups\":[");
	for (size_t i = 0; i < groups->count; i++) {
		const struct log_group_offset *g = &groups->items[i];

		if (g->partition != p->id || strcmp(g->topic, topic) != 0)
			continue;
		buf_puts(b, first ? "{\"group\":" : ",{\"group\":");
		first = false;
		buf_json_str(b, g->group);
		buf_printf(b, ",\"offset\":%lld,\"lag\":%lld}", (long long)g->offset,
				(long long)(p->high > g->offset ? p->high - g->offset : 0));
	}
	buf_putc(b, ']');
}

int inspect_topics(struct log *log, const char *topic, engine_emit *emit, void *arg, struct err *err)
{
	struct log_topics topics;
	struct log_groups groups;
	struct buf b;
	size_t shown = 0;
	int gone = 0;

	if (log_topics(log, &topics, err))
		return -1;
	if (log_groups(log, NULL, &groups, err)) {
		log_topics_free(&topics);
		return -1;
	}
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < topics.count && !gone; i++) {
		if (topic && strcmp(topics.items[i].name, topic) != 0)
			continue;
		for (unsigned k = 0; k < topics.items[i].npartitions && !gone; k++) {
			const struct log_partition *p = &topics.items[i].partitions[k];

			buf_reset(&b);
			buf_puts(&b, "{\"topic\":");
			buf_json_str(&b, topics.items[i].name);
			buf_printf(&b, ",\"partition\":%d,\"low\":%lld,\"high\":%lld", (int)p->id, (long long)p->low,
					(long long)p->high);
			put_groups(&b, &groups, topics.items[i].name, p);
			buf_putc(&b, '}');
			gone = emit(arg, b.data, b.len);
			shown++;
		}
	}
	buf_done(&b);
	log_groups_free(&groups);
	log_topics_free(&topics);
	if (topic && shown == 0)
		return err_set(err, ERR_CONFIG, 0,
				"topic '%.200s': expected one that exists; `millrace topics` lists them", topic);
	return 0;
}

/* ---- messages ---- */

static int64_t number_arg(const struct engine_request *r, const char *name)
{
	const char *text = engine_request_arg(r, name);
	int64_t n = -1;

	if (text)
		num_parse_i64(text, strlen(text), &n);
	return n;
}

static enum message_form form_arg(const struct engine_request *r)
{
	static const char *const names[] = {
		[MESSAGE_JSON] = "json",
		[MESSAGE_CSV] = "csv",
		[MESSAGE_LIST] = "list",
		[MESSAGE_WHOLE] = "whole",
	};
	const char *form = engine_request_arg(r, "form");

	for (size_t i = 0; form && i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(form, names[i]) == 0)
			return (enum message_form)i;
	return MESSAGE_JSON;
}

/* What stands in the place of rows of a table whose script masks; NULL: they are shown. name: db.table, or a topic. */
static const char *hidden_of(const struct settings *s, const struct engine_request *r, const char *name)
{
	struct row_mask mask;
	char topic[600];
	bool masks;

	if (engine_request_arg(r, "unmasked"))
		return NULL;
	row_mask_init(&mask, s);
	snprintf(topic, sizeof(topic), ".%s", name);
	masks = row_mask_topic(&mask, topic);
	row_mask_done(&mask);
	return masks ? ROW_MASKED : NULL;
}

struct hiding {
	const struct settings *s;
	const struct engine_request *r;
};

static const char *hides(void *arg, const char *topic)
{
	const struct hiding *h = arg;

	return hidden_of(h->s, h->r, topic);
}

int inspect_messages(struct log *log, const struct settings *s, const struct engine_request *r, engine_emit *emit,
		void *arg, struct err *err)
{
	const char *seek = engine_request_arg(r, "seek");
	struct hiding hiding = { s, r };
	struct messages_wish wish = {
		.topic = engine_request_arg(r, "topic"),
		.seek = seek,
		.text = engine_request_arg(r, "grep"),
		.regex = engine_request_arg(r, "regex"),
		.filter = engine_request_arg(r, "filter"),
		.partition = number_arg(r, "partition"),
		.limit = number_arg(r, "limit"),
		.form = form_arg(r),
		.latest = engine_request_arg(r, "latest") != NULL,
		.hides = hides,
		.hides_arg = &hiding,
		.progress = engine_request_arg(r, "progress") != NULL,
		.follow = engine_request_arg(r, "follow") || (seek && strcmp(seek, "end") == 0),
	};

	return messages_run(log, s, &wish, emit, arg, err);
}

int inspect_trace(struct log *log, const struct settings *s, const struct engine_request *r, struct trace_wish *wish,
		engine_emit *emit, void *arg, struct err *err)
{
	const char *form = engine_request_arg(r, "form");

	wish->table = engine_request_arg(r, "table");
	wish->key = engine_request_arg(r, "key");
	wish->from = engine_request_arg(r, "from");
	wish->text = form == NULL || strcmp(form, "text") == 0;
	wish->progress = engine_request_arg(r, "progress") != NULL;
	wish->hidden = hidden_of(s, r, wish->table);
	return trace_run(log, s, wish, emit, arg, err);
}
