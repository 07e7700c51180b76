/* table_check.c - see table_check.h. */
#include "row/table_check.h"

#include <stdlib.h>

#include "core/xalloc.h"

static const char *const names[CHECK_QUESTIONS] = {
	[CHECK_NO_KEY] = "no_key",
	[CHECK_KEY_WIDE] = "key_wide",
	[CHECK_ROW_WIDE] = "row_wide",
	[CHECK_TOPIC_SHARED] = "topic_shared",
	[CHECK_NAME_TAKEN] = "name_taken",
	[CHECK_REFUSED] = "refused",
	[CHECK_TEXT_WIDE] = "wide",
	[CHECK_DECIMAL_WIDE] = "decimal_wide",
	[CHECK_BIGINT_WRAPS] = "bigint_wraps",
	[CHECK_BIGINT_NEAR] = "bigint_near",
	[CHECK_TINYINT1] = "tinyint1",
	[CHECK_DATE_ZERO] = "zero_date",
	[CHECK_DATE_PARTIAL] = "partial_date",
	[CHECK_DATE_NONE] = "impossible_date",
	[CHECK_DATE_SHORT_YEAR] = "short_year",
	[CHECK_YEAR_ZERO] = "year_zero",
	[CHECK_TIME_RANGE] = "time_range",
	[CHECK_KEY_FLOAT] = "key_float",
	[CHECK_KEY_NULL] = "key_null",
	[CHECK_JSON_NUMBER] = "json_number",
	[CHECK_LABEL_ODD] = "label_odd",
	[CHECK_LABEL_NONE] = "label_none",
	[CHECK_LATIN1_HOLES] = "latin1_holes",
	[CHECK_LATIN1_UTF8] = "latin1_utf8",
	[CHECK_BITS] = "bits",
	[CHECK_GEOMETRY] = "geometry",
	[CHECK_VECTOR] = "vector",
	[CHECK_GENERATED] = "generated",
	[CHECK_INVISIBLE] = "invisible",
};

struct table_check *table_check_new(struct schema *s)
{
	struct table_check *e = xcalloc(1, sizeof(*e));

	arena_init(&e->arena, 4096);
	e->schema = schema_ref(s);
	e->columns = xcalloc(s->ncolumns + 1, sizeof(*e->columns));
	e->key = s->key;
	e->nkey = s->nkey;
	e->rows = -1;
	return e;
}

void table_check_free(struct table_check *e)
{
	if (e == NULL)
		return;
	free(e->columns);
	free(e->findings);
	schema_unref(e->schema);
	arena_done(&e->arena);
	free(e);
}

void table_check_list_free(struct table_check **list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		table_check_free(list[i]);
	free(list);
}

void table_check_find(struct table_check *e, enum check_question question, int column, int64_t count)
{
	xgrow(e->findings, e->nfindings, e->cap, 8);
	e->findings[e->nfindings++] = (struct check_finding){ .question = question, .column = column, .count = count };
}

const char *check_question_name(enum check_question question)
{
	return names[question];
}
