/*
 * load_plan.c - the headers of a load, checked the way a backend checks them: one row of the table a header. The
 * `columns` header is the largest part: a list of names that the source has, mixed with assignments to columns that the
 * table has, and __op may be either.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "core/num/num.h"
#include "load/double_load.h"

struct header_rule {
	const char *name;
	int (*take)(struct plan *p, const char *value, struct err *err);
};

static int refuse(struct err *err, const char *text, const char *value)
{
	return err_set(err, ERR_DATA, 0, text, value);
}

static int take_bool(const char *value, bool *out, const char *problem, struct err *err)
{
	*out = strcasecmp(value, "true") == 0;
	return *out || strcasecmp(value, "false") == 0 ? 0 : refuse(err, "%s", problem);
}

static int take_format(struct plan *p, const char *value, struct err *err)
{
	p->json = strcasecmp(value, "json") == 0;
	return p->json || strcasecmp(value, "csv") == 0 ? 0 : refuse(err, "unknown data format, format=%s", value);
}

static int take_strip(struct plan *p, const char *value, struct err *err)
{
	p->strip_outer_array = strcasecmp(value, "true") == 0;
	return 0;
}

static int take_strict(struct plan *p, const char *value, struct err *err)
{
	return take_bool(value, &p->strict, "Invalid strict mode format. Must be bool type", err);
}

static int take_partial(struct plan *p, const char *value, struct err *err)
{
	return take_bool(value, &p->partial, "Invalid partial update flag format. Must be bool type", err);
}

/* A name of the zone database, or an offset: +08:00. */
static int take_timezone(struct plan *p, const char *value, struct err *err)
{
	char path[300];
	int hours, minutes, end = 0;

	(void)p;
	if ((*value == '+' || *value == '-') && sscanf(value + 1, "%2d:%2d%n", &hours, &minutes, &end) == 2 &&
			value[1 + end] == '\0' && hours <= 14 && minutes < 60)
		return 0;
	snprintf(path, sizeof(path), "/usr/share/zoneinfo/%.200s", value);
	if (access("/usr/share/zoneinfo", F_OK) != 0 || (strchr(value, '.') == NULL && access(path, R_OK) == 0) ||
			strcmp(value, "CST") == 0)
		return 0;
	return refuse(err, "Unknown or incorrect time zone: '%s'", value);
}

static int take_ignore_size(struct plan *p, const char *value, struct err *err)
{
	p->ignore_json_size = strcasecmp(value, "true") == 0;
	return 0;
}

static int take_ratio(struct plan *p, const char *value, struct err *err)
{
	p->max_filter_ratio = strtod(value, NULL);
	return 0;
}

static int take_timeout(struct plan *p, const char *value, struct err *err)
{
	int64_t seconds;

	if (!num_parse_i64(value, strlen(value), &seconds))
		return refuse(err, "Invalid timeout format: %s", value);
	if (seconds < 1 || seconds > 259200)
		return refuse(err, "Invalid timeout: %s. Timeout should between 1 and 259200 seconds", value);
	p->timeout_ms = seconds * 1000;
	return 0;
}

static int take_memory(struct plan *p, const char *value, struct err *err)
{
	int64_t bytes;

	return num_parse_i64(value, strlen(value), &bytes) && bytes >= 0
			? 0
			: refuse(err, "Invalid load_mem_limit format: %s", value);
}

static int take_compression(struct plan *p, const char *value, struct err *err)
{
	static const struct {
		const char *name;
		enum load_compression compression;
	} names[] = {
		{ "gzip", COMPRESSION_GZIP },
		{ "zstd", COMPRESSION_ZSTD },
		{ "lz4_frame", COMPRESSION_LZ4 },
		{ "no_compression", COMPRESSION_NONE },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcasecmp(names[i].name, value) == 0) {
			p->compression = names[i].compression;
			return 0;
		}
	return refuse(err, "Unsupported compression type: %s", value);
}

static int take_merge(struct plan *p, const char *value, struct err *err)
{
	int column = schema_find(p->schema, value, strlen(value));

	if (column < 0)
		return refuse(err, "Merge condition column %s does not exist", value);
	if ((unsigned)column < p->schema->nkey)
		return refuse(err, "Merge condition column %s should not be primary key", value);
	p->merge_column = p->schema->columns[column].id;
	return 0;
}

static int take_root(struct plan *p, const char *value, struct err *err)
{
	p->has_root = true;
	return jpath_parse(&p->root, value, strlen(value), &p->arena) ? 0 : refuse(err, "Invalid json root: %s", value);
}

static int take_paths(struct plan *p, const char *value, struct err *err)
{
	struct jscan j;
	struct cell path;
	bool first = true;

	jscan_init(&j, value, strlen(value), &p->arena);
	p->paths = arena_alloc(&p->arena, (strlen(value) + 1) * sizeof(*p->paths));
	if (jscan_open(&j, '['))
		while (jscan_element(&j, &first))
			if (!jscan_value(&j, &path) || path.kind != CELL_TEXT ||
					!jpath_parse(&p->paths[p->npaths++], path.p, path.len, &p->arena))
				return refuse(err, "Invalid json path: %s", value);
	return j.problem == NULL && p->npaths > 0 ? 0 : refuse(err, "Invalid json path: %s", value);
}

static int take_separator(const char *value, char *out, size_t *len, struct err *err)
{
	*len = 0;
	if (strlen(value) > 50 || *value == '\0')
		return refuse(err, "%s", "the length of a separator should be between 1 and 50 bytes");
	for (; *value != '\0'; value++) {
		if (*value != '\\') {
			out[(*len)++] = *value;
		} else if (value[1] == 'x' && value[2] != '\0' && value[3] != '\0') {
			char hex[3] = { value[2], value[3], '\0' };

			out[(*len)++] = (char)strtol(hex, NULL, 16);
			value += 3;
		} else {
			value++;
			out[(*len)++] = *value == 't' ? '\t' : *value == 'n' ? '\n' : *value == 'r' ? '\r' : *value;
			if (*value == '\0')
				break;
		}
	}
	return 0;
}

static int take_column_separator(struct plan *p, const char *value, struct err *err)
{
	return take_separator(value, p->separator, &p->separator_len, err);
}

static int take_row_delimiter(struct plan *p, const char *value, struct err *err)
{
	return take_separator(value, p->delimiter, &p->delimiter_len, err);
}

static int take_enclose(struct plan *p, const char *value, struct err *err)
{
	p->enclose = *value;
	return 0;
}

static int take_escape(struct plan *p, const char *value, struct err *err)
{
	p->escape = *value;
	return 0;
}

static int take_trim(struct plan *p, const char *value, struct err *err)
{
	p->trim_space = strcasecmp(value, "true") == 0;
	return 0;
}

static int take_skip(struct plan *p, const char *value, struct err *err)
{
	if (!num_parse_i64(value, strlen(value), &p->skip_header) || p->skip_header < 0)
		return refuse(err, "Invalid csv load skip header format: %s", value);
	return 0;
}

/* In the order in which they are looked at. */
static const struct header_rule rules[] = {
	{ "format", take_format },
	{ "column_separator", take_column_separator },
	{ "row_delimiter", take_row_delimiter },
	{ "skip_header", take_skip },
	{ "enclose", take_enclose },
	{ "escape", take_escape },
	{ "trim_space", take_trim },
	{ "strip_outer_array", take_strip },
	{ "ignore_json_size", take_ignore_size },
	{ "max_filter_ratio", take_ratio },
	{ "strict_mode", take_strict },
	{ "load_mem_limit", take_memory },
	{ "timeout", take_timeout },
	{ "timezone", take_timezone },
	{ "partial_update", take_partial },
	{ "merge_condition", take_merge },
	{ "compression", take_compression },
	{ "Content-Encoding", take_compression },
	{ "json_root", take_root },
	{ "jsonpaths", take_paths },
};

static int add_source(struct plan *p, const char *name)
{
	size_t len = strlen(name);

	if (p->nsources == SOURCES_MAX)
		return -1;
	p->sources[p->nsources] = (struct source){ arena_dup(&p->arena, name, len), len };
	return (int)p->nsources++;
}

static int find_source(void *ctx, const char *name)
{
	const struct plan *p = ctx;

	for (unsigned i = 0; i < p->nsources; i++)
		if (strcasecmp(p->sources[i].name, name) == 0)
			return (int)i;
	return -1;
}

static bool is_op(const char *name)
{
	return strcasecmp(name, "__op") == 0;
}

/* First pass: the names of the source, because an assignment may use a name that comes later. */
static int read_sources(struct plan *p, const char *text, struct err *err)
{
	struct lex l;
	struct lex before;
	unsigned nested = 0;

	lex_init(&l, &p->arena, text, strlen(text));
	for (bool start = true; l.token != TOKEN_END;) {
		before = l;
		lex_next(&l);
		if (start && lex_is_name(&before) && (l.token == TOKEN_END || lex_is(&l, ",")) &&
				add_source(p, before.value) < 0)
			return refuse(err, "%s", "too many columns");
		nested += lex_is(&before, "(");
		nested -= nested > 0 && lex_is(&before, ")");
		start = nested == 0 && lex_is(&before, ",");
	}
	return 0;
}

static int set_op(struct plan *p, struct expr *e, struct err *err)
{
	const struct cell *constant = expr_constant(e);
	bool erase;

	p->op_expr = e;
	if (constant == NULL)
		return 0;
	erase = constant->len == 6 && strncasecmp(constant->p, "delete", 6) == 0;
	if (constant->kind == CELL_TEXT && !erase &&
			!(constant->len == 6 && strncasecmp(constant->p, "upsert", 6) == 0))
		return refuse(err, "load op type string not supported: %s", constant->p);
	if (constant->kind != CELL_TEXT && !(constant->len == 1 && (*constant->p == '0' || *constant->p == '1')))
		return refuse(err, "%s", "const load op type column should only be upsert(0)/delete(1)");
	if (constant->kind == CELL_TEXT) {
		struct lex l;

		lex_init(&l, &p->arena, erase ? "1" : "0", 1);
		p->op_expr = expr_parse(&l, &(struct expr_names){ 0 }, err);
	}
	return 0;
}

static int read_assignment(struct plan *p, struct lex *l, const char *name, struct err *err)
{
	const struct expr_names names = { .column = find_source, .ctx = p };
	struct expr *e = expr_parse(l, &names, err);
	int column;

	if (e == NULL)
		return -1;
	if (is_op(name))
		return set_op(p, e, err);
	column = schema_find(p->schema, name, strlen(name));
	if (column < 0)
		return refuse(err, "Column %s does not exist in the table", name);
	p->columns[column] = (struct plan_column){ .from = FROM_EXPR, .expr = e };
	return 0;
}

static int read_columns(struct plan *p, const char *text, struct err *err)
{
	struct lex l;
	const char *name;
	int column;

	lex_init(&l, &p->arena, text, strlen(text));
	do {
		if ((name = lex_name(&l, err)) == NULL)
			return -1;
		if (lex_accept(&l, "=")) {
			if (read_assignment(p, &l, name, err) != 0)
				return -1;
			continue;
		}
		if (is_op(name)) {
			p->op_source = find_source(p, name);
			continue;
		}
		column = schema_find(p->schema, name, strlen(name));
		if (column >= 0 && p->columns[column].from != FROM_EXPR)
			p->columns[column] = (struct plan_column){
				.from = FROM_SOURCE,
				.source = (unsigned)find_source(p, name),
			};
	} while (lex_accept(&l, ","));
	return l.token == TOKEN_END ? 0 : lex_unexpected(&l, err);
}

/*
 * What `columns` leaves out: a default, NULL, or, in a partial update, what the row has. A row that is new gets 0 or an empty text in a
 * NOT NULL column without default, silently; of other types it is not known what.
 */
static int check_columns(struct plan *p, struct err *err)
{
	for (unsigned i = 0; i < p->schema->ncolumns; i++) {
		const struct column *c = &p->schema->columns[i];

		if (p->columns[i].from != FROM_PRESET)
			continue;
		if (p->partial && i < p->schema->nkey)
			return refuse(err, "key column %s not in partial update columns", c->name);
		if (p->partial && !c->nullable && !c->has_default && !type_is_number(&c->type) &&
				c->type.kind != TYPE_CHAR && c->type.kind != TYPE_VARCHAR)
			return refuse(err,
					"the double does not know what a new row would get in column %s: it is NOT NULL and has no default",
					c->name);
		if (p->partial)
			p->columns[i].from = FROM_ABSENT;
		else if (!c->nullable && !c->has_default)
			return refuse(err, "Column has no default value. column: %s", c->name);
	}
	return 0;
}

static int plan_columns(struct plan *p, const char *text, struct err *err)
{
	p->has_columns = text != NULL;
	for (unsigned i = 0; i < p->schema->ncolumns; i++)
		p->columns[i] = (struct plan_column){ .from = FROM_PRESET };
	if (text != NULL) {
		if (read_sources(p, text, err) != 0 || read_columns(p, text, err) != 0)
			return -1;
	} else {
		for (unsigned i = 0; i < p->schema->ncolumns; i++)
			p->columns[i] = (struct plan_column){
				.from = FROM_SOURCE,
				.source = (unsigned)add_source(p, p->schema->columns[i].name),
			};
	}
	if (p->schema->model != MODEL_PRIMARY) {
		if (p->partial)
			return refuse(err, "%s", "Only primary key table supports partial update");
		p->op_source = -1; /* a name like any other, which the table does not have */
		p->op_expr = NULL;
	} else if (p->json && p->op_source < 0 && p->op_expr == NULL)
		p->op_source = add_source(p, "__op");
	return check_columns(p, err);
}

static int plan_where(struct plan *p, const char *text, struct err *err)
{
	const struct expr_names names = { .column = find_source, .ctx = p };
	struct lex l;

	lex_init(&l, &p->arena, text, strlen(text));
	p->where = expr_parse(&l, &names, err);
	if (p->where == NULL)
		return -1;
	return l.token == TOKEN_END ? 0 : lex_unexpected(&l, err);
}

/* A table of the double has one partition, of its own name. */
static int check_partitions(struct plan *p, const struct table *table, const char *names, struct err *err)
{
	char *copy = arena_printf(&p->arena, "%s", names != NULL ? names : ""), *name;

	while ((name = strsep(&copy, ", ")) != NULL)
		if (*name != '\0' && strcmp(name, table->name) != 0)
			return err_set(err, ERR_DATA, 0, "Unknown partition '%.100s' in table '%.100s'", name,
					table->name);
	return 0;
}

int plan_make(struct plan *p, const struct http_request *r, struct table *table, struct err *err)
{
	const char *where = http_header(r, "where");

	*p = (struct plan){
		.table = table,
		.schema = table->schema,
		.op_source = -1,
		.timeout_ms = 600000,
		.separator = "\t",
		.separator_len = 1,
		.delimiter = "\n",
		.delimiter_len = 1,
	};
	arena_init(&p->arena, 16384);
	arena_init(&p->scratch, 0);
	p->columns = arena_alloc(&p->arena, p->schema->ncolumns * sizeof(*p->columns));
	if (http_header(r, "compression") != NULL && http_header(r, "Content-Encoding") != NULL)
		return refuse(err, "%s", "Only one of http header content-encoding and compression can be set");
	if (http_header(r, "partitions") != NULL && http_header(r, "temporary_partitions") != NULL)
		return refuse(err, "%s", "Can't specify both partitions and temporary partitions");
	if (check_partitions(p, table, http_header(r, "partitions"), err) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const char *value = http_header(r, rules[i].name);

		if (value != NULL && rules[i].take(p, value, err) != 0)
			return -1;
	}
	if (plan_columns(p, http_header(r, "columns"), err) != 0)
		return -1;
	return where != NULL ? plan_where(p, where, err) : 0;
}

void plan_done(struct plan *p)
{
	arena_done(&p->arena);
	arena_done(&p->scratch);
}
