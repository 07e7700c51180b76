/*
 * engine_check_words.c - see engine_check_words.h. One table: for each question its level, what is seen, what will be
 * done with it, and the setting that changes that. Where the answer depends on a setting or on the target, a function
 * says it instead. A question that no row raises is not told, unless it is one of the column itself (`always`).
 */
#include "engine/control/engine_check_words.h"

#include <string.h>

struct question_told {
	const struct settings *s;
	struct table_check *e;
	const struct column *c; /* NULL: the table */
	const struct check_column *part;
	struct tables_finding *out;
};

static const char by_script[] = "[table] transform, or correct the rows at the source";

static const char zero_decision[] =
		"written as null, as the column's default, or as 1970-01-01, by the column, as Debezium does";

static const char *part_name(const struct question_told *t)
{
	return t->s->sink.fe_http ? "StarRocks" : "the warehouse";
}

static bool tell_bigint(const struct question_told *t)
{
	return t->s->format.bigint_mode == BIGINT_LONG;
}

static bool tell_zero(const struct question_told *t)
{
	if (t->c->type == COL_TIMESTAMP)
		t->out->decision = "written as 1970-01-01T00:00:00Z, as Debezium does";
	else if (t->c->nullable)
		t->out->decision = "written as null, as Debezium does";
	else
		t->out->decision = "written as the column's default, else 1970-01-01: NULL is not allowed";
	return true;
}

static bool tell_time(const struct question_told *t)
{
	if (t->s->format.time_mode != TIME_CONNECT)
		return true;
	t->out->level = REPORT_WARNING;
	t->out->decision = "written as null: Connect's Time holds one day";
	t->out->setting = "[mysql] time.precision.mode = adaptive_time_microseconds";
	return true;
}

static bool tell_wide(const struct question_told *t)
{
	t->out->what = arena_printf(&t->e->arena, "longer than the %llu bytes that %s takes",
			(unsigned long long)t->part->room_bytes, t->part->target ? t->part->target : part_name(t));
	return true;
}

static bool tell_key_wide(const struct question_told *t)
{
	t->out->what = arena_printf(&t->e->arena, "texts in the key of more than the %llu bytes that are left for them",
			(unsigned long long)t->e->key_room_bytes);
	return true;
}

static bool tell_row_wide(const struct question_told *t)
{
	t->out->what = arena_printf(&t->e->arena, "rows with more than the %llu bytes that one message has for them",
			(unsigned long long)t->e->row_room_bytes);
	return true;
}

static bool tell_refused(const struct question_told *t)
{
	t->out->decision = t->c ? t->part->refused : t->e->refused;
	if (t->out->decision == NULL)
		t->out->decision = "its type is not known to this version";
	t->out->setting = t->c ? "[mysql] column.exclude.list" : "[mysql] table.exclude.list, or give it a primary key";
	return true;
}

static bool tell_json(const struct question_told *t)
{
	if (t->part->target == NULL || strcmp(t->part->target, "JSON") != 0)
		t->out->level = REPORT_NOTE;
	else
		t->out->decision = "exact in the message; StarRocks' JSON keeps 64 bits or a double";
	return true;
}

static bool tell_null_key(const struct question_told *t)
{
	if (t->part->unique_nullable)
		return true;
	t->out->decision = "these rows have null in their key, which a target refuses";
	return true;
}

static bool tell_no_key(const struct question_told *t)
{
	if (t->s->format.message_format == FORMAT_FLAT)
		t->out->decision =
				"an UPDATE leaves its old row at the target: flat messages tell the new one only; [kafka] "
				"message.format = envelope tells both";
	else if (t->s->sink.fe_http == NULL)
		t->out->decision =
				"messages without key, in one partition; rows are appended, a delete takes an equal one";
	return true;
}

static const struct words {
	enum report_level level;
	bool always;
	const char *what, *decision, *setting;
	bool (*tell)(const struct question_told *t);
} words[CHECK_QUESTIONS] = {
	[CHECK_NO_KEY] = { REPORT_WARNING, true, "no primary key and no unique one without NULL",
			"messages without key, in one partition; an upsert cannot find its row",
			"[mysql] message.key.columns, or add a primary key", tell_no_key },
	[CHECK_KEY_WIDE] = { REPORT_WARNING, false, "texts in the key of more bytes than the target takes",
			"these rows go to the dead letters: StarRocks takes keys of 128 bytes",
			"[mysql] message.key.columns, or a shorter key", tell_key_wide },
	[CHECK_ROW_WIDE] = { REPORT_WARNING, false, "rows with more bytes than one message has for them",
			"a message of such a row is refused by the broker, and capture stands",
			"[kafka] message.max.bytes, and the broker's and topic's", tell_row_wide },
	[CHECK_TOPIC_SHARED] = { REPORT_PROBLEM, true, "another table has the same topic",
			"rows of both tables would be mixed", "[mysql] table.exclude.list, or rename one", NULL },
	[CHECK_NAME_TAKEN] = { REPORT_PROBLEM, true, "a field that the messages add, or another column, has this name",
			"the table is stopped",
			"rename the column; [mysql] column.exclude.list; [kafka] message.format = envelope", NULL },
	[CHECK_REFUSED] = { REPORT_PROBLEM, true, "cannot be stored at the target", "the reason is told",
			"[mysql] column.exclude.list, table.exclude.list, or a primary key", tell_refused },
	[CHECK_TEXT_WIDE] = { REPORT_WARNING, false, "longer than the target's column",
			"these rows go to the dead letters",
			"[table] transform can cut it; [mysql] column.exclude.list", tell_wide },
	[CHECK_DECIMAL_WIDE] = { REPORT_NOTE, true, "more digits than the 38 of StarRocks' DECIMAL",
			"kept as text, every digit", NULL, NULL },
	[CHECK_BIGINT_WRAPS] = { REPORT_WARNING, false, "2^63 or more",
			"negative numbers in the messages, as Debezium writes them",
			"[mysql] bigint.unsigned.handling.mode = precise", tell_bigint },
	[CHECK_BIGINT_NEAR] = { REPORT_NOTE, false, "2^62 or more",
			"exact up to 2^63 - 1, negative in the messages beyond",
			"[mysql] bigint.unsigned.handling.mode = precise", tell_bigint },
	[CHECK_TINYINT1] = { REPORT_WARNING, false, "neither 0 nor 1",
			"kept as numbers; who takes tinyint(1) for true and false reads them wrong", by_script, NULL },
	[CHECK_DATE_ZERO] = { REPORT_WARNING, false, "zero dates", zero_decision, by_script, tell_zero },
	[CHECK_DATE_PARTIAL] = { REPORT_WARNING, false, "dates with a year, month or day 0", zero_decision, by_script,
			tell_zero },
	[CHECK_DATE_NONE] = { REPORT_WARNING, false, "dates that no calendar has", "these rows go to the dead letters",
			"correct the rows at the source", NULL },
	[CHECK_DATE_SHORT_YEAR] = { REPORT_WARNING, false, "years from 1 to 99",
			"moved to 1970 to 2069, as Debezium does", "[mysql] enable.time.adjuster = false", NULL },
	[CHECK_YEAR_ZERO] = { REPORT_NOTE, false, "the year 0000", "written as 0; Debezium writes 1900 or 2000",
			by_script, NULL },
	[CHECK_TIME_RANGE] = { REPORT_NOTE, false, "negative, or more than 24 hours",
			"microseconds in the messages, as they are", NULL, tell_time },
	[CHECK_KEY_FLOAT] = { REPORT_WARNING, true, "a floating-point number in the key",
			"kept as text; a key that is rounded on its way finds no row",
			"[mysql] message.key.columns, or another key", NULL },
	[CHECK_KEY_NULL] = { REPORT_WARNING, true, "NULL is allowed in a unique key", "it is no key for that",
			"[mysql] message.key.columns, or make it NOT NULL", tell_null_key },
	[CHECK_JSON_NUMBER] = { REPORT_WARNING, false, "JSON with numbers of more digits than a double has",
			"exact in the message and in the target's text", "[mysql] column.exclude.list", tell_json },
	[CHECK_LABEL_ODD] = { REPORT_NOTE, true, "labels with a comma, quote, or blank at an end",
			"written as they are; a comma is escaped in the schema's list only", NULL, NULL },
	[CHECK_LABEL_NONE] = { REPORT_WARNING, false, "the empty label of a value that was refused",
			"written as an empty text", by_script, NULL },
	[CHECK_LATIN1_HOLES] = { REPORT_WARNING, false, "bytes that latin1 gives no character",
			"replaced by U+FFFD in the stream, as Debezium does", by_script, NULL },
	[CHECK_LATIN1_UTF8] = { REPORT_WARNING, false, "latin1 text that looks like UTF-8",
			"read as latin1: two characters for one",
			"convert the column at the source, by way of VARBINARY", NULL },
	[CHECK_BITS] = { REPORT_NOTE, true, "BIT of more than one bit",
			"bytes in the messages, lowest first; a number at the target", NULL, NULL },
	[CHECK_GEOMETRY] = { REPORT_NOTE, true, "geometry", "WKB and SRID in the messages; the bytes at the target",
			"[mysql] column.exclude.list", NULL },
	[CHECK_VECTOR] = { REPORT_NOTE, true, "a vector", "an array of floats in the messages; the bytes at the target",
			"[mysql] column.exclude.list", NULL },
	[CHECK_GENERATED] = { REPORT_NOTE, true, "a generated column",
			"an ordinary column: its values are stored, not computed", "[mysql] column.exclude.list",
			NULL },
	[CHECK_INVISIBLE] = { REPORT_NOTE, true, "an invisible column", "captured as any other",
			"[mysql] column.exclude.list", NULL },
};

bool question_words(const struct settings *s, struct table_check *e, const struct check_finding *at,
		struct tables_finding *out)
{
	const struct words *w = &words[at->question];
	bool of_column = at->column >= 0;
	struct question_told t = { s, e, of_column ? &e->schema->columns[at->column] : NULL,
		of_column ? &e->columns[at->column] : NULL, out };

	if (at->count == 0 && !w->always)
		return false;
	*out = (struct tables_finding){
		.level = w->level,
		.check = e,
		.at = at,
		.what = w->what,
		.decision = w->decision,
		.setting = w->setting,
	};
	if (at->count < 0 && !w->always && out->level == REPORT_WARNING)
		out->level = REPORT_NOTE;
	return w->tell == NULL || w->tell(&t);
}

void question_remedies(struct report *r)
{
	for (size_t i = 0; i < CHECK_QUESTIONS; i++)
		report_add(r, words[i].level, check_question_name(i), words[i].setting, "%s%s%s", words[i].what,
				words[i].decision ? ": " : "", words[i].decision ? words[i].decision : "");
}
