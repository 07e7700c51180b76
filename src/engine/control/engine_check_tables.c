/*
 * engine_check_tables.c - see engine_check_tables.h. The checks go from room to room in the order of the data: format and sink say
 * what they make of each column, the source counts.
 */
#include "engine/control/engine_check_tables.h"

#include <stdlib.h>
#include <string.h>

#include "core/xalloc.h"
#include "engine/control/engine_check_words.h"

enum { MESSAGE_BYTES = 1000000 }; /* librdkafka's preset of message.max.bytes */

/* Of a row's own bytes; an envelope has the row before and after. 0: no limit, the log is embedded. */
static uint64_t message_room(const struct settings *s)
{
	uint64_t room = MESSAGE_BYTES;

	if (s->log.bootstrap_servers == NULL)
		return 0;
	for (size_t i = 0; i < s->log.passthrough.count; i++)
		if (strcmp(s->log.passthrough.items[i].key, "message.max.bytes") == 0)
			room = strtoull(s->log.passthrough.items[i].value, NULL, 10);
	return s->format.message_format == FORMAT_ENVELOPE ? room / 2 : room;
}

static void make_checks(const struct settings *s, struct schema *const *schemas, size_t n, struct tables_report *out)
{
	out->checks = xcalloc(n + 1, sizeof(*out->checks));
	for (size_t i = 0; i < n; i++) {
		out->checks[i] = table_check_new(schemas[i]);
		out->checks[i]->row_room_bytes = message_room(s);
	}
	out->nchecks = n;
}

static int by_topic(const void *a, const void *b)
{
	return strcmp((*(struct table_check *const *)a)->topic, (*(struct table_check *const *)b)->topic);
}

static void find_shared_topics(struct tables_report *r)
{
	struct table_check **list = xcalloc(r->nchecks + 1, sizeof(*list));

	memcpy(list, r->checks, r->nchecks * sizeof(*list));
	if (r->nchecks > 1)
		qsort(list, r->nchecks, sizeof(*list), by_topic);
	for (size_t i = 1; i < r->nchecks; i++)
		if (by_topic(&list[i - 1], &list[i]) == 0)
			table_check_find(list[i], CHECK_TOPIC_SHARED, -1, -1);
	free(list);
}

static void find_refused(struct tables_report *r)
{
	for (size_t i = 0; i < r->nchecks; i++)
		if (r->checks[i]->refused)
			table_check_find(r->checks[i], CHECK_REFUSED, -1, r->checks[i]->rows);
}

/* The tables by their worst finding, then by name; in a table the worst first, then by column. */
static int by_weight(const void *a, const void *b)
{
	const struct tables_finding *left = a, *right = b;
	int order = (int)right->worst - (int)left->worst;

	if (order == 0)
		order = strcmp(left->check->schema->db, right->check->schema->db);
	if (order == 0)
		order = strcmp(left->check->schema->table, right->check->schema->table);
	if (order == 0)
		order = (int)right->level - (int)left->level;
	if (order == 0)
		order = left->at->column - right->at->column;
	return order ? order : (int)left->at->question - (int)right->at->question;
}

static void word_check(const struct settings *s, struct tables_report *r, struct table_check *e)
{
	enum report_level worst = REPORT_OK;
	size_t first = r->count;

	for (size_t k = 0; k < e->nfindings; k++)
		r->count += question_words(s, e, &e->findings[k], &r->items[r->count]);
	for (size_t i = first; i < r->count; i++)
		worst = r->items[i].level > worst ? r->items[i].level : worst;
	for (size_t i = first; i < r->count; i++)
		r->items[i].worst = worst;
}

static void word_findings(const struct settings *s, struct tables_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nchecks; i++)
		n += r->checks[i]->nfindings;
	r->items = xcalloc(n + 1, sizeof(*r->items));
	for (size_t i = 0; i < r->nchecks; i++)
		word_check(s, r, r->checks[i]);
	if (r->count > 1)
		qsort(r->items, r->count, sizeof(*r->items), by_weight);
}

int tables_report_make(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t nschemas,
		const struct source_limits *limits, struct tables_report *out, struct err *err)
{
	make_checks(s, schemas, nschemas, out);
	if (format_check_tables(&s->format, out->checks, out->nchecks, err))
		return -1;
	if (role != ROLE_CAPTURE)
		sink_check_tables(&s->sink, out->checks, out->nchecks);
	if (source_check_tables(&s->mysql, out->checks, out->nchecks, limits, err))
		return -1;
	find_shared_topics(out);
	find_refused(out);
	word_findings(s, out);
	return 0;
}

void tables_report_done(struct tables_report *r)
{
	table_check_list_free(r->checks, r->nchecks);
	free(r->items);
	*r = (struct tables_report){ 0 };
}

size_t tables_report_count(const struct tables_report *r, enum report_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->items[i].level == level;
	return n;
}
