/*
 * engine_check_tables.c - see engine_check_tables.h. The exams go from room to room in the order of the data: format and sink say
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

static void make_exams(const struct settings *s, struct schema *const *schemas, size_t n, struct doctor_report *out)
{
	out->exams = xcalloc(n + 1, sizeof(*out->exams));
	for (size_t i = 0; i < n; i++) {
		out->exams[i] = exam_new(schemas[i]);
		out->exams[i]->row_room_bytes = message_room(s);
	}
	out->nexams = n;
}

static int by_topic(const void *a, const void *b)
{
	return strcmp((*(struct exam *const *)a)->topic, (*(struct exam *const *)b)->topic);
}

static void find_shared_topics(struct doctor_report *r)
{
	struct exam **list = xcalloc(r->nexams + 1, sizeof(*list));

	memcpy(list, r->exams, r->nexams * sizeof(*list));
	if (r->nexams > 1)
		qsort(list, r->nexams, sizeof(*list), by_topic);
	for (size_t i = 1; i < r->nexams; i++)
		if (by_topic(&list[i - 1], &list[i]) == 0)
			exam_find(list[i], EXAM_TOPIC_SHARED, -1, -1);
	free(list);
}

static void find_refused(struct doctor_report *r)
{
	for (size_t i = 0; i < r->nexams; i++)
		if (r->exams[i]->refused)
			exam_find(r->exams[i], EXAM_REFUSED, -1, r->exams[i]->rows);
}

/* The tables by their worst finding, then by name; in a table the worst first, then by column. */
static int by_weight(const void *a, const void *b)
{
	const struct doctor_finding *left = a, *right = b;
	int order = (int)right->worst - (int)left->worst;

	if (order == 0)
		order = strcmp(left->exam->schema->db, right->exam->schema->db);
	if (order == 0)
		order = strcmp(left->exam->schema->table, right->exam->schema->table);
	if (order == 0)
		order = (int)right->level - (int)left->level;
	if (order == 0)
		order = left->at->column - right->at->column;
	return order ? order : (int)left->at->question - (int)right->at->question;
}

static void word_exam(const struct settings *s, struct doctor_report *r, struct exam *e)
{
	enum report_level worst = REPORT_OK;
	size_t first = r->count;

	for (size_t k = 0; k < e->nfindings; k++)
		r->count += doctor_words(s, e, &e->findings[k], &r->items[r->count]);
	for (size_t i = first; i < r->count; i++)
		worst = r->items[i].level > worst ? r->items[i].level : worst;
	for (size_t i = first; i < r->count; i++)
		r->items[i].worst = worst;
}

static void word_findings(const struct settings *s, struct doctor_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nexams; i++)
		n += r->exams[i]->nfindings;
	r->items = xcalloc(n + 1, sizeof(*r->items));
	for (size_t i = 0; i < r->nexams; i++)
		word_exam(s, r, r->exams[i]);
	if (r->count > 1)
		qsort(r->items, r->count, sizeof(*r->items), by_weight);
}

int doctor_examine(const struct settings *s, enum engine_role role, struct schema *const *schemas, size_t nschemas,
		const struct source_limits *limits, struct doctor_report *out, struct err *err)
{
	make_exams(s, schemas, nschemas, out);
	if (format_examine(&s->format, out->exams, out->nexams, err))
		return -1;
	if (role != ROLE_CAPTURE)
		sink_examine(&s->sink, out->exams, out->nexams);
	if (source_examine(&s->mysql, out->exams, out->nexams, limits, err))
		return -1;
	find_shared_topics(out);
	find_refused(out);
	word_findings(s, out);
	return 0;
}

void doctor_report_done(struct doctor_report *r)
{
	exam_list_free(r->exams, r->nexams);
	free(r->items);
	*r = (struct doctor_report){ 0 };
}

size_t doctor_report_count(const struct doctor_report *r, enum report_level level)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		n += r->items[i].level == level;
	return n;
}
