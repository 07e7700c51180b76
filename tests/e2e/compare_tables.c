/*
 * compare_tables.c - whole tables, value by value: what MySQL holds against what the target holds.
 *
 *   compare_tables MYSQL_SOCKET DB.TABLE warehouse FILE         the embedded warehouse
 *   compare_tables MYSQL_SOCKET DB.TABLE starrocks HOST:PORT    a StarRocks frontend's MySQL protocol, user root
 *     --where COND      only rows of MySQL that meet it
 *     --except a,b      columns that are not compared
 *
 * Prints "equal: N rows" and exits 0, or the first differences and exits 1. Values are brought to one spelling per MySQL
 * type (JSON parsed and printed with sorted keys, bytes as hex, fractions without trailing zeros), never rounded.
 */
#include <jansson.h>
#include <mysql.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/xalloc.h"

enum spelling { AS_IS, AS_INTEGER, AS_DOUBLE, AS_FLOAT, AS_BITS, AS_HEX, AS_JSON, AS_FRACTION };

struct column {
	char *name;
	enum spelling spelling;
	bool key;
};

struct rows {
	char **lines; /* one a row: the key columns come first, tabs between */
	size_t count, cap;
};

static struct column *columns;
static size_t ncolumns, nkeys;

static void die(const char *what, const char *why)
{
	fprintf(stderr, "compare_tables: %s: %s\n", what, why);
	exit(2);
}

static enum spelling spelling_of(const char *type)
{
	static const struct {
		const char *type;
		enum spelling spelling;
	} table[] = {
		{ "tinyint", AS_INTEGER },
		{ "smallint", AS_INTEGER },
		{ "mediumint", AS_INTEGER },
		{ "int", AS_INTEGER },
		{ "bigint", AS_INTEGER },
		{ "float", AS_FLOAT },
		{ "double", AS_DOUBLE },
		{ "bit", AS_BITS },
		{ "json", AS_JSON },
		{ "binary", AS_HEX },
		{ "varbinary", AS_HEX },
		{ "tinyblob", AS_HEX },
		{ "blob", AS_HEX },
		{ "mediumblob", AS_HEX },
		{ "longblob", AS_HEX },
		{ "geometry", AS_HEX },
		{ "point", AS_HEX },
		{ "linestring", AS_HEX },
		{ "polygon", AS_HEX },
		{ "multipoint", AS_HEX },
		{ "multilinestring", AS_HEX },
		{ "multipolygon", AS_HEX },
		{ "geomcollection", AS_HEX },
		{ "vector", AS_HEX },
		{ "datetime", AS_FRACTION },
		{ "timestamp", AS_FRACTION },
		{ "time", AS_FRACTION },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].type, type) == 0)
			return table[i].spelling;
	return AS_IS;
}

/* ---- one value ---- */

static void put_escaped(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] == '\t' || p[i] == '\n' || p[i] == '\\')
			buf_printf(b, "\\x%02x", (unsigned char)p[i]);
		else
			buf_putc(b, p[i]);
}

static void put_hex(struct buf *b, const char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(b, "%02x", (unsigned char)p[i]);
}

/* Numbers become texts of one spelling, because the parser has no integers beyond 64 bits with a sign. */
static void put_json_number(struct buf *b, const char *p, size_t len)
{
	char number[64];

	buf_puts(b, "\"#");
	if (len < 21 && memchr(p, '.', len) == NULL && memchr(p, 'e', len) == NULL && memchr(p, 'E', len) == NULL) {
		buf_put(b, p, len);
	} else {
		snprintf(number, sizeof(number), "%.17g", strtod(p, NULL) + 0.0);
		put_escaped(b, number, strlen(number));
	}
	buf_putc(b, '"');
}

static void quote_numbers(struct buf *b, const char *p, size_t len)
{
	size_t i = 0, n;

	while (i < len) {
		n = 1;
		if (p[i] == '"') {
			while (i + n < len && p[i + n] != '"')
				n += p[i + n] == '\\' ? 2 : 1;
			n = i + n < len ? n + 1 : len - i;
			buf_put(b, p + i, n);
		} else if ((p[i] >= '0' && p[i] <= '9') || p[i] == '-') {
			while (i + n < len && strchr("0123456789+-.eE", p[i + n]))
				n++;
			put_json_number(b, p + i, n);
		} else {
			buf_putc(b, p[i]);
		}
		i += n;
	}
}

static void put_json(struct buf *b, const char *p, size_t len)
{
	struct buf quoted;
	json_t *j;
	char *text;

	buf_init(&quoted, 512 << 20);
	quote_numbers(&quoted, p, len);
	j = json_loadb(quoted.data ? quoted.data : "", quoted.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
	text = j ? json_dumps(j, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT) : NULL;

	if (text)
		put_escaped(b, text, strlen(text));
	else
		put_escaped(b, p, len);
	free(text);
	json_decref(j);
	buf_done(&quoted);
}

static void put_fraction(struct buf *b, const char *p, size_t len)
{
	if (memchr(p, '.', len)) {
		while (len && p[len - 1] == '0')
			len--;
		if (len && p[len - 1] == '.')
			len--;
	}
	buf_put(b, p, len);
}

/* ZEROFILL is how a client shows a number, not the number. */
static void put_integer(struct buf *b, const char *p, size_t len)
{
	while (len > 1 && *p == '0')
		p++, len--;
	buf_put(b, p, len);
}

static void put_value(struct buf *b, enum spelling spelling, const char *p, size_t len)
{
	char number[64];

	switch (spelling) {
	case AS_DOUBLE:
		snprintf(number, sizeof(number), "%.17g", strtod(p, NULL) + 0.0);
		buf_puts(b, number);
		break;
	case AS_FLOAT:
		snprintf(number, sizeof(number), "%.9g", (double)strtof(p, NULL) + 0.0);
		buf_puts(b, number);
		break;
	case AS_INTEGER: put_integer(b, p, len); break;
	case AS_HEX: put_hex(b, p, len); break;
	case AS_JSON: put_json(b, p, len); break;
	case AS_FRACTION: put_fraction(b, p, len); break;
	case AS_BITS:
	case AS_IS: put_escaped(b, p, len); break;
	}
}

/* ---- rows ---- */

static void add_row(struct rows *rows, struct buf *line)
{
	if (rows->count == rows->cap) {
		rows->cap = rows->cap ? rows->cap * 2 : 1024;
		rows->lines = xrealloc(rows->lines, rows->cap * sizeof(*rows->lines));
	}
	rows->lines[rows->count++] = xstrndup(line->data ? line->data : "", line->len);
	buf_reset(line);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ---- MySQL ---- */

static MYSQL *dial(const char *host, unsigned port, const char *socket)
{
	MYSQL *m = mysql_init(NULL);

	mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(m, host, "root", "", NULL, port, socket, 0))
		die("connect", mysql_error(m));
	return m;
}

static void run(MYSQL *m, const char *sql)
{
	if (mysql_real_query(m, sql, strlen(sql)))
		die(sql, mysql_error(m));
}

static bool in_list(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
		if (strncasecmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0'))
			return true;
	return false;
}

static void read_columns(MYSQL *m, const char *db, const char *table, const char *except)
{
	char sql[1024];
	MYSQL_RES *res;
	MYSQL_ROW row;

	snprintf(sql, sizeof(sql),
			"SELECT c.COLUMN_NAME, c.DATA_TYPE, c.COLUMN_KEY = 'PRI' FROM information_schema.COLUMNS c "
			"WHERE c.TABLE_SCHEMA = '%s' AND c.TABLE_NAME = '%s' ORDER BY c.COLUMN_KEY = 'PRI' DESC, c.ORDINAL_POSITION",
			db, table);
	run(m, sql);
	res = mysql_store_result(m);
	columns = xcalloc((size_t)mysql_num_rows(res) + 1, sizeof(*columns));
	while ((row = mysql_fetch_row(res)) != NULL) {
		struct column *c = &columns[ncolumns];

		if (in_list(except, row[0]))
			continue;
		*c = (struct column){
			.name = xstrdup(row[0]),
			.spelling = spelling_of(row[1]),
			.key = row[2][0] == '1',
		};
		nkeys += c->key;
		ncolumns++;
	}
	mysql_free_result(res);
	if (ncolumns == 0)
		die(table, "expected a table that exists");
}

static void put_result(MYSQL *m, struct rows *out)
{
	MYSQL_RES *res = mysql_use_result(m);
	struct buf line;
	MYSQL_ROW row;

	if (res == NULL)
		die("result", mysql_error(m));
	buf_init(&line, 256 << 20);
	while ((row = mysql_fetch_row(res)) != NULL) {
		unsigned long *lengths = mysql_fetch_lengths(res);

		for (size_t i = 0; i < ncolumns; i++) {
			if (i)
				buf_putc(&line, '\t');
			if (row[i])
				put_value(&line, columns[i].spelling, row[i], lengths[i]);
			else
				buf_puts(&line, "\\N");
		}
		add_row(out, &line);
	}
	if (mysql_errno(m))
		die("result", mysql_error(m));
	mysql_free_result(res);
	buf_done(&line);
}

static void put_name(struct buf *sql, char quote, const char *name)
{
	buf_putc(sql, quote);
	for (; *name; name++) {
		if (*name == quote)
			buf_putc(sql, quote);
		buf_putc(sql, *name);
	}
	buf_putc(sql, quote);
}

static void select_list(struct buf *sql, bool exact_floats)
{
	buf_puts(sql, "SELECT ");
	for (size_t i = 0; i < ncolumns; i++) {
		const struct column *c = &columns[i];

		bool as_double = exact_floats && c->spelling == AS_FLOAT;

		buf_puts(sql, i ? ", " : "");
		buf_puts(sql, as_double ? "CAST(" : "");
		put_name(sql, '`', c->name);
		buf_puts(sql, as_double ? " AS DOUBLE)" : exact_floats && c->spelling == AS_BITS ? " + 0" : "");
	}
}

static void read_mysql(MYSQL *m, const char *db, const char *table, const char *where, struct rows *out)
{
	struct buf sql;

	buf_init(&sql, 1 << 20);
	select_list(&sql, true);
	buf_printf(&sql, " FROM `%s`.`%s`", db, table);
	if (where)
		buf_printf(&sql, " WHERE %s", where);
	run(m, "SET time_zone = '+00:00'");
	run(m, sql.data);
	put_result(m, out);
	buf_done(&sql);
}

/* ---- targets ---- */

static void read_starrocks(const char *address, const char *db, const char *table, struct rows *out)
{
	char host[128];
	const char *colon = strrchr(address, ':');
	struct buf sql;
	MYSQL *m;

	if (colon == NULL)
		die(address, "expected HOST:PORT");
	snprintf(host, sizeof(host), "%.*s", (int)(colon - address), address);
	m = dial(host, (unsigned)atoi(colon + 1), NULL);
	buf_init(&sql, 1 << 20);
	select_list(&sql, false);
	buf_printf(&sql, " FROM `%s`.`%s`", db, table);
	run(m, sql.data);
	put_result(m, out);
	buf_done(&sql);
	mysql_close(m);
}

static void put_sqlite(struct buf *line, sqlite3_stmt *st, int i)
{
	char number[64];

	switch (sqlite3_column_type(st, i)) {
	case SQLITE_NULL: buf_puts(line, "\\N"); break;
	case SQLITE_FLOAT:
		snprintf(number, sizeof(number), "%.17g", sqlite3_column_double(st, i));
		put_value(line, columns[i].spelling, number, strlen(number));
		break;
	case SQLITE_BLOB:
		put_value(line, columns[i].spelling, sqlite3_column_blob(st, i), (size_t)sqlite3_column_bytes(st, i));
		break;
	default:
		put_value(line, columns[i].spelling, (const char *)sqlite3_column_text(st, i),
				(size_t)sqlite3_column_bytes(st, i));
	}
}

static void read_warehouse(const char *file, const char *table, struct rows *out)
{
	struct buf sql, line;
	sqlite3_stmt *st;
	sqlite3 *db;
	int rc;

	if (sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		die(file, sqlite3_errmsg(db));
	sqlite3_busy_timeout(db, 10000);
	buf_init(&sql, 1 << 20);
	buf_init(&line, 256 << 20);
	buf_puts(&sql, "SELECT ");
	for (size_t i = 0; i < ncolumns; i++) {
		buf_puts(&sql, i ? ", " : "");
		put_name(&sql, '"', columns[i].name);
	}
	buf_puts(&sql, " FROM ");
	put_name(&sql, '"', table);
	if (sqlite3_prepare_v2(db, sql.data, -1, &st, NULL) != SQLITE_OK)
		die(table, sqlite3_errmsg(db));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (size_t i = 0; i < ncolumns; i++) {
			if (i)
				buf_putc(&line, '\t');
			put_sqlite(&line, st, (int)i);
		}
		add_row(out, &line);
	}
	if (rc != SQLITE_DONE)
		die(table, sqlite3_errmsg(db));
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_done(&sql);
	buf_done(&line);
}

/* ---- */

static size_t field_length(const char *line)
{
	return strcspn(line, "\t");
}

/* Both lines have the same key: prints the columns that differ, and returns true. False: different rows. */
static bool print_columns(const char *a, const char *b)
{
	const char *key = a;

	for (size_t i = 0; i < ncolumns; i++) {
		size_t na = field_length(a), nb = field_length(b);

		if (na != nb || memcmp(a, b, na) != 0) {
			if (i < nkeys || nkeys == 0)
				return false;
			printf("row %.*s: %s: MySQL %.*s%s (%zu bytes), target %.*s%s (%zu bytes)\n",
					(int)field_length(key), key, columns[i].name, na > 80 ? 80 : (int)na, a,
					na > 80 ? ".." : "", na, nb > 80 ? 80 : (int)nb, b, nb > 80 ? ".." : "", nb);
		}
		a += na + (a[na] == '\t');
		b += nb + (b[nb] == '\t');
	}
	return true;
}

static void print_row(const char *where, const char *line)
{
	printf("%s %.300s\n", where, line);
}

static int compare(struct rows *source, struct rows *target)
{
	size_t i = 0, k = 0, different = 0;

	qsort(source->lines, source->count, sizeof(*source->lines), by_text);
	qsort(target->lines, target->count, sizeof(*target->lines), by_text);
	while (i < source->count || k < target->count) {
		int order = i == source->count	     ? 1
				: k == target->count ? -1
						     : strcmp(source->lines[i], target->lines[k]);

		if (order && i < source->count && k < target->count && different < 10 &&
				print_columns(source->lines[i], target->lines[k])) {
			different++;
			order = 0;
		} else if (order && ++different <= 10) {
			print_row(order < 0 ? "only in MySQL:     " : "only in the target:",
					order < 0 ? source->lines[i] : target->lines[k]);
		}
		i += order <= 0;
		k += order >= 0;
	}
	if (different == 0) {
		printf("equal: %zu rows\n", source->count);
		return 0;
	}
	printf("%zu differences; MySQL has %zu rows, the target %zu\n", different, source->count, target->count);
	return 1;
}

static void rows_done(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->lines[i]);
	free(rows->lines);
}

int main(int argc, char **argv)
{
	const char *where = NULL, *except = NULL;
	struct rows source = { 0 }, target = { 0 };
	char *db, *table;
	int different;
	MYSQL *m;

	if (argc < 5)
		die("usage", "compare_tables SOCKET DB.TABLE warehouse|starrocks FILE|HOST:PORT [--where COND] [--except a,b]");
	for (int i = 5; i + 1 < argc; i += 2)
		*(strcmp(argv[i], "--where") == 0 ? &where : &except) = argv[i + 1];
	db = xstrdup(argv[2]);
	table = strchr(db, '.');
	if (table == NULL)
		die(argv[2], "expected DB.TABLE");
	*table++ = '\0';
	m = dial(NULL, 0, argv[1]);
	read_columns(m, db, table, except);
	read_mysql(m, db, table, where, &source);
	mysql_close(m);
	if (strcmp(argv[3], "starrocks") == 0)
		read_starrocks(argv[4], db, table, &target);
	else
		read_warehouse(argv[4], table, &target);
	different = compare(&source, &target);
	rows_done(&source);
	rows_done(&target);
	for (size_t i = 0; i < ncolumns; i++)
		free(columns[i].name);
	free(columns);
	free(db);
	return different;
}
