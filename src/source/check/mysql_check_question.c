/*
 * mysql_check_question.c - see mysql_check_table.h. In the conditions @ stands for the column and # for the room that
 * the target has. Each has to be false or NULL for a value without a question, whatever the sql_mode; the session's is
 * empty (mysql_conn.c), so that zero dates compare.
 */
#include <stdio.h>
#include <string.h>

#include "source/check/mysql_check_table.h"
#include "source/server/mysql_conn.h"

enum { MYSQL_CHAR_BYTES = 4, LONG_TEXT = 65535 };

struct column_asked {
	const struct table_check *check;
	const struct mysql_conf *conf;
	const struct column *c;
	const struct check_column *room;
	unsigned at;
};

/* ---- does the column raise the question? ---- */

static bool is_tinyint1(const struct column_asked *a)
{
	return a->c->type == COL_TINYINT && a->c->length == 1 && !a->c->is_unsigned;
}

static bool is_unsigned_bigint(const struct column_asked *a)
{
	return a->c->type == COL_BIGINT && a->c->is_unsigned;
}

static bool is_dated(const struct column_asked *a)
{
	return column_class(a->c) == CLASS_DATE || column_class(a->c) == CLASS_DATETIME;
}

static bool is_date_by_hand(const struct column_asked *a)
{
	return a->c->type == COL_DATE || a->c->type == COL_DATETIME;
}

static bool is_adjusted(const struct column_asked *a)
{
	return is_date_by_hand(a) && a->conf->enable_time_adjuster;
}

static bool is_kept(const struct column_asked *a)
{
	return is_date_by_hand(a) && !a->conf->enable_time_adjuster;
}

static bool is_year(const struct column_asked *a)
{
	return a->c->type == COL_YEAR;
}

static bool is_time(const struct column_asked *a)
{
	return a->c->type == COL_TIME;
}

static bool is_json(const struct column_asked *a)
{
	return a->c->type == COL_JSON;
}

/* The most bytes that a value can have in UTF-8. */
static uint64_t longest(const struct column *c)
{
	uint64_t width = column_types[c->type].width;

	switch (column_class(c)) {
	case CLASS_CHAR: return (uint64_t)c->length * MYSQL_CHAR_BYTES;
	case CLASS_BINARY: return c->length;
	case CLASS_TEXT:
	case CLASS_BLOB: return width < UINT32_MAX ? width * MYSQL_CHAR_BYTES : width;
	case CLASS_JSON: return width;
	default: return 0;
	}
}

static bool is_wide_text(const struct column_asked *a)
{
	return a->room->room_bytes > 0 && column_is_text(a->c) && longest(a->c) > a->room->room_bytes;
}

static bool is_wide_bytes(const struct column_asked *a)
{
	return a->room->room_bytes > 0 && !column_is_text(a->c) && longest(a->c) > a->room->room_bytes;
}

static bool is_wide_decimal(const struct column_asked *a)
{
	return a->c->type == COL_DECIMAL && a->room->as_text && a->c->precision > 38;
}

static bool in_key(const struct column_asked *a)
{
	for (unsigned i = 0; i < a->check->nkey; i++)
		if (a->check->key[i] == a->at)
			return true;
	return false;
}

static bool is_float_key(const struct column_asked *a)
{
	return in_key(a) && column_class(a->c) == CLASS_FLOAT;
}

static bool is_null_key(const struct column_asked *a)
{
	return a->room->unique_nullable || (in_key(a) && a->c->nullable);
}

static bool label_is_odd(const char *label)
{
	size_t len = strlen(label);

	if (len == 0 || label[0] == ' ' || label[len - 1] == ' ')
		return true;
	for (const char *p = label; *p; p++)
		if (strchr(",'\"\\`", *p) || (unsigned char)*p < ' ' || *p == 0x7f)
			return true;
	return false;
}

static bool has_odd_label(const struct column_asked *a)
{
	for (unsigned i = 0; i < a->c->labels; i++)
		if (label_is_odd(a->c->label[i]))
			return true;
	return false;
}

static bool has_odd_enum(const struct column_asked *a)
{
	return a->c->type == COL_ENUM && has_odd_label(a);
}

static bool has_odd_set(const struct column_asked *a)
{
	return a->c->type == COL_SET && has_odd_label(a);
}

static bool is_enum(const struct column_asked *a)
{
	return a->c->type == COL_ENUM;
}

static bool is_latin1(const struct column_asked *a)
{
	return a->c->charset && strcasecmp(a->c->charset, "latin1") == 0 && a->c->type != COL_ENUM &&
			a->c->type != COL_SET;
}

static bool is_bits(const struct column_asked *a)
{
	return a->c->type == COL_BIT && a->c->length > 1;
}

static bool is_geometry(const struct column_asked *a)
{
	return column_class(a->c) == CLASS_GEOMETRY;
}

static bool is_vector(const struct column_asked *a)
{
	return column_class(a->c) == CLASS_OPAQUE;
}

static bool is_generated(const struct column_asked *a)
{
	return a->c->generated;
}

static bool is_invisible(const struct column_asked *a)
{
	return a->c->invisible;
}

static bool is_refused(const struct column_asked *a)
{
	return a->room->refused != NULL || column_class(a->c) == CLASS_UNKNOWN;
}

/* ---- and the rows that do ---- */

static void put_odd_indexes(struct buf *sql, const struct column *c)
{
	const char *comma = "";

	for (unsigned i = 0; i < c->labels; i++)
		if (label_is_odd(c->label[i])) {
			buf_printf(sql, "%s%u", comma, i + 1);
			comma = ", ";
		}
}

static void put_odd_bits(struct buf *sql, const struct column *c)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < c->labels && i < 64; i++)
		bits |= label_is_odd(c->label[i]) ? (uint64_t)1 << i : 0;
	buf_printf(sql, "%llu", (unsigned long long)bits);
}

static const struct column_question {
	enum check_question question;
	bool (*asks)(const struct column_asked *a);
	const char *condition; /* @: the column, #: its room, ~: what `odd` writes */
	void (*odd)(struct buf *sql, const struct column *c);
} rules[] = {
	{ CHECK_REFUSED, is_refused, "@ IS NOT NULL", NULL },
	{ CHECK_TEXT_WIDE, is_wide_text, "LENGTH(CONVERT(@ USING utf8mb4)) > #", NULL },
	{ CHECK_TEXT_WIDE, is_wide_bytes, "LENGTH(@) > #", NULL },
	{ CHECK_DECIMAL_WIDE, is_wide_decimal, "@ IS NOT NULL", NULL },
	{ CHECK_BIGINT_WRAPS, is_unsigned_bigint, "@ > 9223372036854775807", NULL },
	{ CHECK_BIGINT_NEAR, is_unsigned_bigint, "@ BETWEEN 4611686018427387904 AND 9223372036854775807", NULL },
	{ CHECK_TINYINT1, is_tinyint1, "@ NOT IN (0, 1)", NULL },
	{ CHECK_DATE_ZERO, is_dated, "@ = 0", NULL },
	{ CHECK_DATE_PARTIAL, is_adjusted, "@ <> 0 AND (YEAR(@) = 0 OR MONTH(@) = 0 OR DAYOFMONTH(@) = 0)", NULL },
	{ CHECK_DATE_PARTIAL, is_kept, "@ <> 0 AND (MONTH(@) = 0 OR DAYOFMONTH(@) = 0)", NULL },
	{ CHECK_DATE_NONE, is_date_by_hand, "MONTH(@) > 0 AND DAYOFMONTH(@) > DAYOFMONTH(LAST_DAY(@))", NULL },
	{ CHECK_DATE_SHORT_YEAR, is_adjusted, "YEAR(@) BETWEEN 1 AND 99", NULL },
	{ CHECK_YEAR_ZERO, is_year, "@ = 0", NULL },
	{ CHECK_TIME_RANGE, is_time, "@ < '00:00:00' OR @ > '24:00:00'", NULL },
	{ CHECK_KEY_FLOAT, is_float_key, "@ IS NOT NULL", NULL },
	{ CHECK_KEY_NULL, is_null_key, "@ IS NULL", NULL },
	{ CHECK_JSON_NUMBER, is_json, "CAST(@ AS CHAR) REGEXP '(^|[^0-9.])[0-9]{17}|[0-9][.][0-9]{18}'", NULL },
	{ CHECK_LABEL_ODD, has_odd_enum, "@ + 0 IN (~)", put_odd_indexes },
	{ CHECK_LABEL_ODD, has_odd_set, "(@ + 0) & ~ <> 0", put_odd_bits },
	{ CHECK_LABEL_NONE, is_enum, "@ + 0 = 0", NULL },
	{ CHECK_LATIN1_HOLES, is_latin1, "HEX(@) REGEXP '^(..)*(81|8D|8F|90|9D)'", NULL },
	{ CHECK_LATIN1_UTF8, is_latin1, "HEX(@) REGEXP '^(..)*(C[2-9A-F]|D.|E.)[89AB].'", NULL },
	{ CHECK_BITS, is_bits, "@ IS NOT NULL", NULL },
	{ CHECK_GEOMETRY, is_geometry, "@ IS NOT NULL", NULL },
	{ CHECK_VECTOR, is_vector, "@ IS NOT NULL", NULL },
	{ CHECK_GENERATED, is_generated, "@ IS NOT NULL", NULL },
	{ CHECK_INVISIBLE, is_invisible, "@ IS NOT NULL", NULL },
};

static void put_condition(struct buf *sql, const struct column_question *rule, const struct column_asked *a)
{
	for (const char *p = rule->condition; *p; p++) {
		if (*p == '@')
			buf_put_quoted(sql, a->c->name, '`');
		else if (*p == '#')
			buf_printf(sql, "%llu", (unsigned long long)a->room->room_bytes);
		else if (*p == '~')
			rule->odd(sql, a->c);
		else
			buf_putc(sql, *p);
	}
}

/* ---- of the whole table ---- */

static bool take_back(struct buf *sql, size_t len)
{
	sql->len = len;
	if (sql->data)
		sql->data[len] = '\0';
	return false;
}

static void put_length(struct buf *sql, const struct column *c, const char *factor)
{
	buf_puts(sql, column_is_text(c) ? "COALESCE(LENGTH(CONVERT(" : "COALESCE(LENGTH(");
	buf_put_quoted(sql, c->name, '`');
	buf_puts(sql, column_is_text(c) ? " USING utf8mb4))" : ")");
	buf_printf(sql, "%s, 0)", factor);
}

/* False, and nothing written, when no key can be that long. */
static bool put_key_wide(struct buf *sql, const struct table_check *e)
{
	const struct schema *s = e->schema;
	uint64_t most = 0;
	size_t before = sql->len;

	buf_putc(sql, '0');
	for (unsigned i = 0; i < s->nkey && e->key_room_bytes; i++) {
		unsigned weight = e->columns[s->key[i]].key_weight;

		if (weight == 0)
			continue;
		most += longest(&s->columns[s->key[i]]) * weight;
		buf_puts(sql, " + ");
		put_length(sql, &s->columns[s->key[i]], weight == 2 ? " * 2" : "");
	}
	buf_printf(sql, " > %llu", (unsigned long long)e->key_room_bytes);
	return most > e->key_room_bytes || take_back(sql, before);
}

static bool put_row_wide(struct buf *sql, const struct table_check *e)
{
	uint64_t most = 0;
	size_t before = sql->len;

	buf_putc(sql, '0');
	for (unsigned i = 0; i < e->schema->ncolumns && e->row_room_bytes; i++) {
		const struct column *c = &e->schema->columns[i];

		most += longest(c);
		if (longest(c) > LONG_TEXT) {
			buf_puts(sql, " + ");
			put_length(sql, c, column_is_binary(c) ? " * 4 / 3" : "");
		}
	}
	buf_printf(sql, " > %llu", (unsigned long long)e->row_room_bytes);
	return most > e->row_room_bytes || take_back(sql, before);
}

/* ---- the statement ---- */

struct builder {
	struct buf *sql;
	struct question_count *counts;
	unsigned n, max;
	bool sampled;
};

static void sum_open(struct builder *b)
{
	buf_puts(b->sql, b->sampled ? ", (" : ", SUM(");
}

static void sum_close(struct builder *b, enum check_question question, int column)
{
	buf_puts(b->sql, b->sampled ? ") AS c" : ")");
	if (b->sampled)
		buf_printf(b->sql, "%u", b->n);
	b->counts[b->n++] = (struct question_count){ question, column };
}

static void put_table_sum(struct builder *b, const struct table_check *e, enum check_question question,
		bool (*put)(struct buf *, const struct table_check *))
{
	size_t before = b->sql->len;

	if (b->n == b->max)
		return;
	sum_open(b);
	if (put(b->sql, e))
		sum_close(b, question, -1);
	else
		take_back(b->sql, before);
}

static void put_sums(struct builder *b, const struct table_check *e, const struct mysql_conf *conf)
{
	for (unsigned i = 0; i < e->schema->ncolumns; i++) {
		struct column_asked a = { e, conf, &e->schema->columns[i], &e->columns[i], i };

		for (size_t k = 0; k < sizeof(rules) / sizeof(*rules) && b->n < b->max; k++) {
			if (!rules[k].asks(&a))
				continue;
			sum_open(b);
			put_condition(b->sql, &rules[k], &a);
			sum_close(b, rules[k].question, (int)i);
		}
	}
	put_table_sum(b, e, CHECK_KEY_WIDE, put_key_wide);
	put_table_sum(b, e, CHECK_ROW_WIDE, put_row_wide);
}

static void put_order(struct buf *sql, const struct schema *s, const char *direction)
{
	for (unsigned i = 0; i < s->nkey; i++) {
		buf_puts(sql, i ? ", " : " ORDER BY ");
		buf_put_quoted(sql, s->columns[s->key[i]].name, '`');
		buf_puts(sql, direction);
	}
}

static void put_from(struct buf *sql, const struct schema *s)
{
	buf_puts(sql, " FROM ");
	buf_put_name(sql, s->db, s->table);
}

static void put_end(struct builder *b, const struct table_check *e, const struct mysql_conf *conf,
		const char *direction, int64_t rows)
{
	b->n = 0;
	buf_puts(b->sql, "(SELECT 1 AS one");
	put_sums(b, e, conf);
	put_from(b->sql, e->schema);
	put_order(b->sql, e->schema, direction);
	buf_printf(b->sql, " LIMIT %lld)", (long long)rows);
}

unsigned question_statement(const struct table_check *e, const struct mysql_conf *conf, int64_t sample_rows,
		struct buf *sql, struct question_count *counts, unsigned max)
{
	struct builder b = { .sql = sql, .counts = counts, .max = max, .sampled = sample_rows > 0 };
	struct buf ends;

	buf_puts(sql, "SELECT COUNT(*)");
	if (!b.sampled) {
		put_sums(&b, e, conf);
		put_from(sql, e->schema);
		return b.n;
	}
	buf_init(&ends, sql->max);
	b.sql = &ends;
	put_end(&b, e, conf, "", e->schema->nkey ? sample_rows / 2 : sample_rows);
	if (e->schema->nkey) {
		buf_puts(&ends, " UNION ALL ");
		put_end(&b, e, conf, " DESC", sample_rows / 2);
	}
	for (unsigned i = 0; i < b.n; i++)
		buf_printf(sql, ", SUM(c%u)", i);
	buf_printf(sql, " FROM (%s) AS ends", ends.data ? ends.data : "");
	sql->failed |= ends.failed;
	buf_done(&ends);
	return b.n;
}
