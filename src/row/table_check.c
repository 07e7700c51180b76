/* table_check.c - see table_check.h. */
#include "row/table_check.h"

#include <stdlib.h>

#include "core/xalloc.h"

static const char *const names[EXAM_QUESTIONS] = {
	[EXAM_NO_KEY] = "no_key",
	[EXAM_KEY_WIDE] = "key_wide",
	[EXAM_ROW_WIDE] = "row_wide",
	[EXAM_TOPIC_SHARED] = "topic_shared",
	[EXAM_NAME_TAKEN] = "name_taken",
	[EXAM_REFUSED] = "refused",
	[EXAM_TEXT_WIDE] = "wide",
	[EXAM_DECIMAL_WIDE] = "decimal_wide",
	[EXAM_BIGINT_WRAPS] = "bigint_wraps",
	[EXAM_BIGINT_NEAR] = "bigint_near",
	[EXAM_TINYINT1] = "tinyint1",
	[EXAM_DATE_ZERO] = "zero_date",
	[EXAM_DATE_PARTIAL] = "partial_date",
	[EXAM_DATE_NONE] = "impossible_date",
	[EXAM_DATE_SHORT_YEAR] = "short_year",
	[EXAM_YEAR_ZERO] = "year_zero",
	[EXAM_TIME_RANGE] = "time_range",
	[EXAM_KEY_FLOAT] = "key_float",
	[EXAM_KEY_NULL] = "key_null",
	[EXAM_JSON_NUMBER] = "json_number",
	[EXAM_LABEL_ODD] = "label_odd",
	[EXAM_LABEL_NONE] = "label_none",
	[EXAM_LATIN1_HOLES] = "latin1_holes",
	[EXAM_LATIN1_UTF8] = "latin1_utf8",
	[EXAM_BITS] = "bits",
	[EXAM_GEOMETRY] = "geometry",
	[EXAM_VECTOR] = "vector",
	[EXAM_GENERATED] = "generated",
	[EXAM_INVISIBLE] = "invisible",
};

struct exam *exam_new(struct schema *s)
{
	struct exam *e = xcalloc(1, sizeof(*e));

	arena_init(&e->arena, 4096);
	e->schema = schema_ref(s);
	e->columns = xcalloc(s->ncolumns + 1, sizeof(*e->columns));
	e->key = s->key;
	e->nkey = s->nkey;
	e->rows = -1;
	return e;
}

void exam_free(struct exam *e)
{
	if (e == NULL)
		return;
	free(e->columns);
	free(e->findings);
	schema_unref(e->schema);
	arena_done(&e->arena);
	free(e);
}

void exam_list_free(struct exam **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		exam_free(list[i]);
	free(list);
}

void exam_find(struct exam *e, enum exam_question question, int column, int64_t count)
{
	xgrow(e->findings, e->nfindings, e->cap, 8);
	e->findings[e->nfindings++] = (struct exam_finding){ .question = question, .column = column, .count = count };
}

const char *exam_question_name(enum exam_question question)
{
	return names[question];
}
