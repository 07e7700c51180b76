/*
 * ddl_compare.c - see ddl_compare.h. The server shows a column in its own spelling, so what was tracked is spelled as
 * the server would, and defaults are compared by value.
 */
#include "tests/e2e/ddl_compare.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/xalloc.h"
#include "source/decode/mysql_charset.h"

enum { KEY_MAX = 16, COLUMNS_MAX = 1024 };

enum field {
	F_DB,
	F_TABLE,
	F_TABLE_COLLATION,
	F_TABLE_COMMENT,
	F_NAME,
	F_DEFAULT,
	F_NULLABLE,
	F_TYPE,
	F_CHARSET,
	F_COLLATION,
	F_KEY,
	F_EXTRA,
	F_COMMENT
};

static const char columns_query[] =
		"SELECT c.table_schema, c.table_name, t.table_collation, t.table_comment, c.column_name, c.column_default, "
		"c.is_nullable, c.column_type, c.character_set_name, c.collation_name, c.column_key, c.extra, c.column_comment "
		"FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) "
		"WHERE c.table_schema LIKE 'dd%' AND t.table_type = 'BASE TABLE' ORDER BY 1, 2, c.ordinal_position";
static const char keys_query[] =
		"SELECT table_schema, table_name, index_name, column_name, nullable FROM information_schema.statistics "
		"WHERE table_schema LIKE 'dd%' AND non_unique = 0 ORDER BY 1, 2, 3, seq_in_index";

struct compare {
	struct schema *const *tracked;
	size_t count;
	bool *seen; /* by tracked schema */
	MYSQL_RES *keys;
	unsigned differences;
	char *bad_table;
	size_t bad_size;
};

__attribute__((format(printf, 4, 5))) static void differs(struct compare *c, const char *db, const char *table,
		const char *fmt, ...)
{
	char text[600];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (c->differences++ == 0)
		snprintf(c->bad_table, c->bad_size, "%s.%s", db, table);
	printf("# %s.%s: %s\n", db, table, text);
}

static const char *or_none(const char *text)
{
	return text ? text : "(none)";
}

/* ---- types ---- */

static void put_labels(struct buf *b, const struct column *c)
{
	for (unsigned i = 0; i < c->labels; i++) {
		buf_puts(b, i ? ",'" : "('");
		for (const char *p = c->label[i]; *p; p++) {
			if (*p == '\'' || *p == '\\')
				buf_putc(b, *p);
			if (*p == '\n')
				buf_puts(b, "\\n");
			else
				buf_putc(b, *p);
		}
		buf_putc(b, '\'');
	}
	buf_putc(b, ')');
}

static void put_length(struct buf *b, const struct column *c)
{
	switch (c->type) {
	case COL_TINYINT:
		if (c->length == 1 && !c->is_unsigned && !c->zerofill)
			buf_puts(b, "(1)");
		break;
	case COL_FLOAT:
	case COL_DOUBLE:
		if (c->has_scale)
			buf_printf(b, "(%u,%u)", c->precision, c->scale);
		break;
	case COL_DECIMAL: buf_printf(b, "(%u,%u)", c->precision, c->scale); break;
	case COL_TIME:
	case COL_DATETIME:
	case COL_TIMESTAMP:
		if (c->scale)
			buf_printf(b, "(%u)", c->scale);
		break;
	case COL_BIT:
	case COL_CHAR:
	case COL_VARCHAR:
	case COL_BINARY:
	case COL_VARBINARY:
	case COL_VECTOR: buf_printf(b, "(%u)", c->length); break;
	case COL_ENUM:
	case COL_SET: put_labels(b, c); break;
	default: break;
	}
}

static void put_type(struct buf *b, const struct column *c)
{
	buf_puts(b, column_type_name(c->type));
	put_length(b, c);
	buf_puts(b, c->is_unsigned ? " unsigned" : "");
	buf_puts(b, c->zerofill ? " zerofill" : "");
}

/* The display width, which the server shows with ZEROFILL only, is nothing that anybody needs. */
static char *without_width(const char *type)
{
	const char *open = strstr(type, "int("), *close = strchr(type, ')');

	if (open == NULL || close == NULL || strstr(type, "zerofill") == NULL)
		return xstrdup(type);
	return xasprintf("%.*s%s", (int)(open + 3 - type), type, close + 1);
}

/* Labels that a character set cannot hold have become question marks on the server, and some of two bytes a character
 * are taken apart by a later conversion. */
static bool same_but_unknown(const struct column *col, const char *ours, const char *server)
{
	bool wide = strstr(server, "\\0") || strstr(server, "('')");

	for (const char *p = ours; *p; p++)
		wide |= (unsigned char)*p >= 0x80;
	if (!wide || col->charset == NULL || strncmp(ours, server, 3) != 0)
		return false;
	return strncmp(col->charset, "utf8", 4) != 0 || strstr(server, "\\0");
}

static void compare_type(struct compare *c, const struct schema *s, const struct column *col, char **row)
{
	char *server = without_width(row[F_TYPE]), *ours;
	struct buf b;

	buf_init(&b, 1 << 24);
	put_type(&b, col);
	ours = buf_take(&b);
	if (strcmp(ours, server) != 0 && !same_but_unknown(col, ours, server))
		differs(c, s->db, s->table, "column %s: type %s, the server has %s", col->name, ours, server);
	free(ours);
	free(server);
}

static void compare_charset(struct compare *c, const struct schema *s, const struct column *col, char **row)
{
	bool has = column_is_text(col) && col->collation != COLLATION_BINARY;
	const char *ours = has ? collation_charset(col->collation) : NULL;

	if ((ours == NULL) != (row[F_CHARSET] == NULL) || (ours && strcmp(ours, row[F_CHARSET]) != 0))
		differs(c, s->db, s->table, "column %s: character set %s, the server has %s", col->name, or_none(ours),
				or_none(row[F_CHARSET]));
	else if (ours && col->collation != collation_find(row[F_COLLATION], strlen(row[F_COLLATION])))
		differs(c, s->db, s->table, "column %s: collation %u, the server has %s", col->name, col->collation,
				row[F_COLLATION]);
	else if (ours && (col->charset == NULL || strcmp(ours, col->charset) != 0))
		differs(c, s->db, s->table, "column %s: character set %s, its collation is of %s", col->name,
				or_none(col->charset), ours);
}

/* ---- defaults ---- */

static double bits(const char *p) /* b'101', 0x1f, x'1f' */
{
	int base = strchr("bB", *p) || (p[0] == '0' && p[1] == 'b') ? 2 : 16;

	while (*p && !strchr("'xXb", *p))
		p++;
	while (*p && strchr("'xXbB", *p))
		p++;
	return (double)strtoull(p, NULL, base);
}

static double number(const char *text)
{
	if (strcasecmp(text, "TRUE") == 0 || strcasecmp(text, "FALSE") == 0)
		return strcasecmp(text, "TRUE") == 0;
	if (strchr("bBxX", *text) || (text[0] == '0' && (text[1] == 'x' || text[1] == 'b')))
		return bits(text);
	return strtod(text, NULL);
}

/* 12:34:56.780000 is 12:34:56.78. */
static bool time_equal(const char *a, const char *b)
{
	size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

	return strncmp(a, b, n) == 0 && strspn(a + n, ".0") == strlen(a + n) && strspn(b + n, ".0") == strlen(b + n);
}

/* The server shows bytes as hex up to the first zero byte; none as 0x, or, after CONVERT TO, as nothing. */
static bool bytes_equal(const char *ours, const char *server)
{
	char hex[8192] = "0x";
	size_t n;

	if (*server == '\0')
		return *ours == '\0' || strspn(ours + 1, "x0") == strlen(ours + 1);
	if (strncmp(ours, "0x", 2) == 0)
		snprintf(hex, sizeof(hex), "%s", ours);
	else
		for (size_t i = 0; ours[i] && 2 * i + 4 < sizeof(hex); i++)
			snprintf(hex + 2 + 2 * i, 3, "%02X", (unsigned char)ours[i]);
	n = strlen(server);
	return strncasecmp(hex, server, n) == 0 && (hex[n] == '\0' || strncmp(hex + n, "00", 2) == 0);
}

static double rounding(const struct column *col)
{
	return col->type == COL_DECIMAL || col->has_scale ? 0.5 * pow(10, -(int)col->scale) : 0;
}

static bool literal_equal(const struct column *col, const char *ours, const char *server)
{
	switch (col->type) {
	case COL_YEAR: return strcmp(ours, server) == 0;
	case COL_TINYINT:
	case COL_SMALLINT:
	case COL_MEDIUMINT:
	case COL_INT:
	case COL_BIGINT:
	case COL_BIT: return round(number(ours)) == number(server);
	case COL_FLOAT:
	case COL_DOUBLE:
	case COL_DECIMAL: return fabs(number(ours) - number(server)) <= 1e-9 + rounding(col);
	case COL_DATE:
	case COL_TIME:
	case COL_DATETIME:
	case COL_TIMESTAMP: return time_equal(ours, server);
	case COL_BINARY:
	case COL_VARBINARY: return bytes_equal(ours, server);
	default: return strcmp(ours, server) == 0;
	}
}

static enum column_default server_default(char **row)
{
	if (strstr(row[F_EXTRA], "DEFAULT_GENERATED"))
		return row[F_DEFAULT] && strncasecmp(row[F_DEFAULT], "CURRENT_TIMESTAMP", 17) == 0 ? DEFAULT_NOW
												   : DEFAULT_EXPRESSION;
	return row[F_DEFAULT] ? DEFAULT_LITERAL : DEFAULT_NULL;
}

static void compare_default(struct compare *c, const struct schema *s, const struct column *col, char **row)
{
	enum column_default server = server_default(row), ours = col->default_kind;

	if (row[F_DEFAULT] == NULL && server == DEFAULT_EXPRESSION)
		return; /* it shows expressions so after CREATE .. SELECT, and says it of columns without any */
	if (ours == DEFAULT_NONE) /* without one and with NULL are the same to the server */
		ours = DEFAULT_NULL;
	if (ours != server)
		differs(c, s->db, s->table, "column %s %s: default of kind %d (%s), the server has %d (%s)", col->name,
				row[F_TYPE], col->default_kind, or_none(col->default_text), server,
				or_none(row[F_DEFAULT]));
	else if (ours == DEFAULT_LITERAL && !literal_equal(col, or_none(col->default_text), row[F_DEFAULT]))
		differs(c, s->db, s->table, "column %s: default %s, the server has %s", col->name,
				or_none(col->default_text), row[F_DEFAULT]);
}

/* ---- columns ---- */

static void compare_flag(struct compare *c, const struct schema *s, const struct column *col, const char *what,
		bool ours, bool server)
{
	if (ours != server)
		differs(c, s->db, s->table, "column %s: %s %d, the server has %d", col->name, what, ours, server);
}

static void compare_column(struct compare *c, const struct schema *s, unsigned at, char **row)
{
	const struct column *col;

	if (at >= s->ncolumns) {
		differs(c, s->db, s->table, "column %s is missing", row[F_NAME]);
		return;
	}
	col = &s->columns[at];
	if (strcmp(col->name, row[F_NAME]) != 0) {
		differs(c, s->db, s->table, "column %u is %s, on the server %s", at + 1, col->name, row[F_NAME]);
		return;
	}
	compare_type(c, s, col, row);
	compare_charset(c, s, col, row);
	compare_default(c, s, col, row);
	compare_flag(c, s, col, "nullable", col->nullable, strcmp(row[F_NULLABLE], "YES") == 0);
	compare_flag(c, s, col, "generated", col->generated,
			strstr(row[F_EXTRA], "VIRTUAL GENERATED") || strstr(row[F_EXTRA], "STORED GENERATED"));
	compare_flag(c, s, col, "invisible", col->invisible, strstr(row[F_EXTRA], "INVISIBLE") != NULL);
	compare_flag(c, s, col, "auto_increment", col->autoinc, strstr(row[F_EXTRA], "auto_increment") != NULL);
	if (strcmp(col->comment ? col->comment : "", row[F_COMMENT]) != 0)
		differs(c, s->db, s->table, "column %s: comment %s, the server has %s", col->name,
				or_none(col->comment), row[F_COMMENT]);
}

/* ---- keys ---- */

struct key {
	const char *column[KEY_MAX];
	unsigned count;
	bool primary, usable; /* usable: no column of it is NULL, none is an expression */
};

/* The next unique index of the table: false at the end. */
static bool next_key(struct compare *c, const struct schema *s, char index[256], struct key *k, my_ulonglong *from)
{
	MYSQL_ROW row;

	*k = (struct key){ .usable = true };
	index[0] = '\0';
	mysql_data_seek(c->keys, *from);
	while ((row = mysql_fetch_row(c->keys)) != NULL) {
		if (strcmp(row[0], s->db) != 0 || strcmp(row[1], s->table) != 0) {
			if (index[0])
				break;
		} else if (index[0] && strcmp(index, row[2]) != 0) {
			break;
		} else {
			snprintf(index, 256, "%s", row[2]);
			k->primary = strcmp(row[2], "PRIMARY") == 0;
			k->usable &= row[3] && strcmp(row[4], "YES") != 0;
			if (k->count < KEY_MAX)
				k->column[k->count++] = row[3] ? row[3] : "";
		}
		++*from;
	}
	return index[0] != '\0';
}

static bool key_is(const struct schema *s, const struct key *k)
{
	if (s->nkey != k->count)
		return false;
	for (unsigned i = 0; i < k->count; i++)
		if (strcmp(s->columns[s->key[i]].name, k->column[i]) != 0)
			return false;
	return true;
}

static void compare_key(struct compare *c, const struct schema *s)
{
	bool primary = false, found = false, any = false;
	my_ulonglong from = 0;
	char index[256];
	struct key k;

	while (next_key(c, s, index, &k, &from)) {
		primary |= k.primary;
		any |= k.usable;
		if (k.primary)
			found = key_is(s, &k) && !s->key_is_unique_index;
		else if (!primary && k.usable)
			found |= key_is(s, &k) && s->key_is_unique_index;
	}
	if (any ? !found : s->nkey > 0)
		differs(c, s->db, s->table, "key of %u columns (%s%s) is none of the server's%s", s->nkey,
				s->nkey ? s->columns[s->key[0]].name : "",
				s->key_is_unique_index ? ", a unique index" : "", any ? "" : ", which has no key");
}

/* ---- tables ---- */

static const struct schema *find(struct compare *c, const char *db, const char *table)
{
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(c->tracked[i]->db, db) == 0 && strcmp(c->tracked[i]->table, table) == 0) {
			c->seen[i] = true;
			return c->tracked[i];
		}
	}
	return NULL;
}

static void compare_table(struct compare *c, const struct schema *s, char **row)
{
	char charset[64];

	snprintf(charset, sizeof(charset), "%.*s", (int)strcspn(row[F_TABLE_COLLATION], "_"), row[F_TABLE_COLLATION]);
	if (s->charset == NULL || strcmp(s->charset, charset) != 0)
		differs(c, s->db, s->table, "default character set %s, the server has %s", or_none(s->charset),
				charset);
	if (strcmp(s->comment ? s->comment : "", row[F_TABLE_COMMENT]) != 0)
		differs(c, s->db, s->table, "comment %s, the server has %s", or_none(s->comment), row[F_TABLE_COMMENT]);
	compare_key(c, s);
}

static void compare_rows(struct compare *c, MYSQL_RES *res)
{
	char db[256] = "", table[256] = "";
	const struct schema *s = NULL;
	unsigned at = 0;
	MYSQL_ROW row;

	while ((row = mysql_fetch_row(res)) != NULL) {
		if (strcmp(row[F_DB], db) != 0 || strcmp(row[F_TABLE], table) != 0) {
			if (s && at < s->ncolumns)
				differs(c, s->db, s->table, "has %u columns, the server %u", s->ncolumns, at);
			snprintf(db, sizeof(db), "%s", row[F_DB]);
			snprintf(table, sizeof(table), "%s", row[F_TABLE]);
			s = find(c, db, table);
			at = 0;
			if (s)
				compare_table(c, s, row);
			else
				differs(c, db, table, "is not tracked");
		}
		if (s)
			compare_column(c, s, at++, row);
	}
	if (s && at < s->ncolumns)
		differs(c, s->db, s->table, "has %u columns, the server %u", s->ncolumns, at);
}

static MYSQL_RES *rows(MYSQL *db, const char *query)
{
	MYSQL_RES *res = mysql_query(db, query) == 0 ? mysql_store_result(db) : NULL;

	if (res == NULL) {
		printf("Bail out! %s: %.200s\n", mysql_error(db), query);
		exit(1);
	}
	return res;
}

unsigned ddl_compare(MYSQL *db, struct schema *const *tracked, size_t count, char *bad_table, size_t size)
{
	struct compare c = {
		.tracked = tracked,
		.count = count,
		.seen = xcalloc(count + 1, sizeof(bool)),
		.keys = rows(db, keys_query),
		.bad_table = bad_table,
		.bad_size = size,
	};
	MYSQL_RES *res = rows(db, columns_query);

	bad_table[0] = '\0';
	compare_rows(&c, res);
	for (size_t i = 0; i < count; i++)
		if (!c.seen[i])
			differs(&c, tracked[i]->db, tracked[i]->table, "is tracked, but not on the server");
	mysql_free_result(res);
	mysql_free_result(c.keys);
	free(c.seen);
	return c.differences;
}
