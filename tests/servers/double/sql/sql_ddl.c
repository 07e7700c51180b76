/*
 * sql_ddl.c - CREATE, DROP and TRUNCATE. Runs under the store's lock, and again from the log when the double starts;
 * so a statement changes nothing before all of it has been understood.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/num/num.h"
#include "core/xalloc.h"
#include "sql/double_sql.h"

#define COLUMNS_MAX 4096

struct create {
	struct name name;
	struct schema *schema;
	char *keys[64], *hash[64];
	unsigned nkeys, nhash;
	bool has_keys, has_distribution, fast, random;
	enum model model;
	int64_t buckets;
	const char *comment;
	struct buf properties;
};

static int name_list(struct sql *q, char **names, unsigned *count, unsigned max)
{
	if (lex_expect(&q->lex, "(", q->err) != 0)
		return -1;
	do {
		if (*count == max)
			return sql_fail(q, 1064, "too many columns in a list");
		if ((names[*count] = lex_name(&q->lex, q->err)) == NULL)
			return -1;
		(*count)++;
	} while (lex_accept(&q->lex, ","));
	return lex_expect(&q->lex, ")", q->err);
}

static int table_columns(struct sql *q, struct create *c)
{
	struct column *column;

	c->schema = schema_make(COLUMNS_MAX);
	if (lex_expect(&q->lex, "(", q->err) != 0)
		return -1;
	do {
		column = &c->schema->columns[c->schema->ncolumns];
		if (c->schema->ncolumns == COLUMNS_MAX)
			return sql_fail(q, 1064, "too many columns");
		if (sql_column_def(q, column) != 0)
			return -1;
		if (schema_find(c->schema, column->name, strlen(column->name)) >= 0)
			return sql_fail(q, 1060, "Duplicate column name '%.100s'", column->name);
		column->id = ++c->schema->ncolumns;
	} while (lex_accept(&q->lex, ","));
	return lex_expect(&q->lex, ")", q->err);
}

static int take_property(struct sql *q, const char *key, const char *value, void *ctx)
{
	static const char *const known[] = {
		"replication_num",
		"enable_persistent_index",
		"fast_schema_evolution",
		"compression",
		"storage_medium",
		"replicated_storage",
		"write_quorum",
		"bucket_size",
		"persistent_index_type",
		"in_memory",
		"storage_format",
		"colocate_with",
		"partition_live_number",
	};
	struct create *c = ctx;
	int64_t replicas;
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(*known) && strcasecmp(known[i], key) != 0; i++)
		;
	if (i == sizeof(known) / sizeof(*known))
		return sql_fail(q, 1064, "Unknown properties: {%.100s=%.100s}", key, value);
	if (i == 0 && (!num_parse_i64(value, strlen(value), &replicas) || replicas < 1))
		return sql_fail(q, 1064, "Replication num should larger than 0");
	if (i == 0 && q->server != NULL && replicas > q->server->nbackends)
		return sql_fail(q, 1064,
				"Table replication num should be less than of equal to the number of available BE nodes. "
				"Current alive backend is [10001]");
	c->fast |= i == 2 && strcasecmp(value, "true") == 0;
	buf_printf(&c->properties, "%s\"%s\" = \"%s\"", c->properties.len > 0 ? ",\n" : "", key, value);
	return 0;
}

static int table_distribution(struct sql *q, struct create *c)
{
	c->has_distribution = true;
	c->random = lex_accept(&q->lex, "random");
	if (!c->random && (lex_expect(&q->lex, "hash", q->err) != 0 || name_list(q, c->hash, &c->nhash, 64) != 0))
		return -1;
	if (!lex_accept(&q->lex, "buckets"))
		return 0;
	if (lex_integer(&q->lex, &c->buckets, q->err) != 0)
		return -1;
	return c->buckets > 0 ? 0 : sql_fail(q, 1064, "Number of hash distribution is zero");
}

static bool table_model(struct lex *l, enum model *out)
{
	struct lex before = *l;

	for (enum model model = MODEL_PRIMARY; model <= MODEL_UNIQUE; model++) {
		if (lex_accept(l, models[model].keys) && lex_accept(l, "key")) {
			*out = model;
			return true;
		}
		*l = before;
	}
	return false;
}

static int table_clauses(struct sql *q, struct create *c)
{
	struct lex *l = &q->lex;
	char *order[64];
	unsigned norder = 0;

	for (;;) {
		if (lex_accept(l, "engine")) {
			if (lex_expect(l, "=", q->err) != 0 || lex_expect(l, "olap", q->err) != 0)
				return -1;
		} else if (table_model(l, &c->model)) {
			c->has_keys = true;
			if (name_list(q, c->keys, &c->nkeys, 64) != 0)
				return -1;
		} else if (lex_accept(l, "comment")) {
			if ((c->comment = lex_string(l, q->err)) == NULL)
				return -1;
		} else if (lex_accept_words(l, "distributed by")) {
			if (table_distribution(q, c) != 0)
				return -1;
		} else if (lex_accept_words(l, "order by")) {
			if (name_list(q, order, &norder, 64) != 0)
				return -1;
		} else if (lex_accept(l, "properties")) {
			if (sql_properties(q, take_property, c) != 0)
				return -1;
		} else if (lex_is(l, "partition")) {
			return sql_fail(q, 1064, "the double holds unpartitioned tables only; '%.30s' is none",
					l->value);
		} else {
			return 0;
		}
	}
}

/* Value columns of an Aggregate table have a function, others none. */
static int check_aggregates(struct sql *q, const struct create *c)
{
	for (unsigned i = 0; i < c->schema->ncolumns; i++) {
		const struct column *column = &c->schema->columns[i];
		bool wants = c->model == MODEL_AGGREGATE && i >= c->nkeys;

		if (wants && column->aggregate == AGG_NONE)
			return sql_fail(q, 1064,
					"AGG_KEYS table should specify aggregate type for non-key column[%.100s]",
					column->name);
		if (!wants && column->aggregate != AGG_NONE)
			return sql_fail(q, 1064, "Cannot specify aggregate function '%s' for column '%.100s'",
					aggregate_name(column->aggregate), column->name);
	}
	return 0;
}

static int check_keys(struct sql *q, struct create *c)
{
	for (unsigned i = 0; i < c->nkeys; i++) {
		struct column *column = &c->schema->columns[i];
		int at = schema_find(c->schema, c->keys[i], strlen(c->keys[i]));

		if (at < 0)
			return sql_fail(q, 1064, "Key column(%.100s) doesn't exist", c->keys[i]);
		if ((unsigned)at != i)
			return sql_fail(q, 1064,
					"Key columns must be the first few columns of the schema and the order of the key columns must be "
					"consistent with the order of the schema");
		if (c->model != MODEL_PRIMARY && !type_can_sort(&column->type))
			return sql_fail(q, 1064, "Invalid data type of key column '%.100s': '%s'", column->name,
					type_mysql_name(&column->type));
		if (c->model != MODEL_PRIMARY)
			continue;
		if (!type_can_be_key(&column->type))
			return sql_fail(q, 1064,
					"Invalid primary key column: '%.100s': %s can not be a primary key type",
					column->name, type_mysql_name(&column->type));
		column->nullable = false;
		column->has_default &= column->preset != NULL || column->default_now;
	}
	c->schema->nkey = c->nkeys;
	c->schema->model = c->model;
	return check_aggregates(q, c);
}

static int check_distribution(struct sql *q, const struct create *c)
{
	if (c->random && c->model == MODEL_PRIMARY)
		return sql_fail(q, 1064, "PRIMARY KEY must use hash distribution, can not use random distribution");
	if (!c->has_distribution && c->model == MODEL_DUPLICATE)
		return 0;
	if (!c->has_distribution)
		return sql_fail(q, 1064, "Currently not support default distribution in PRIMARY_KEYS");
	for (unsigned i = 0; i < c->nhash; i++) {
		int at = schema_find(c->schema, c->hash[i], strlen(c->hash[i]));

		if (at < 0)
			return sql_fail(q, 1064, "Distribution column(%.100s) doesn't exist", c->hash[i]);
		if ((unsigned)at >= c->nkeys && c->model != MODEL_DUPLICATE)
			return sql_fail(q, 1064, "Distribution column[%.100s] is not key column", c->hash[i]);
	}
	return 0;
}

static void add_table(struct sql *q, struct create *c, struct db *db)
{
	struct table *t = store_table_add(q->store, db, c->name.table);
	struct buf hash;

	buf_init(&hash, 1 << 20);
	for (unsigned i = 0; i < c->nhash; i++)
		buf_printf(&hash, "%s`%s`", i > 0 ? ", " : "", c->hash[i]);
	t->hash_columns = c->nhash > 0 ? buf_take(&hash) : NULL;
	buf_done(&hash);
	t->buckets = c->buckets > 0 ? xasprintf("%lld", (long long)c->buckets) : NULL;
	t->comment = xstrdup(c->comment != NULL ? c->comment : "");
	t->fast_evolution = c->fast;
	t->next_column = c->schema->ncolumns + 1;
	buf_puts(&c->properties, "");
	t->properties = c->properties.len > 0 ? buf_take(&c->properties) : NULL;
	table_set_schema(t, c->schema);
}

static int create_table(struct sql *q)
{
	struct create c = { 0 };
	bool optional = lex_accept_words(&q->lex, "if not exists");
	struct db *db;
	int result = -1;

	buf_init(&c.properties, 1 << 20);
	if (sql_table_name(q, &c.name) != 0 || (db = sql_db(q, c.name.db)) == NULL)
		return -1;
	if (store_table(db, c.name.table) != NULL && !optional)
		return sql_fail(q, 1050, "Table '%.200s' already exists", c.name.table);
	if (strlen(c.name.table) > 1024)
		return sql_fail(q, 1064, "Incorrect table name '%.100s'", c.name.table);
	if (table_columns(q, &c) == 0 && table_clauses(q, &c) == 0) {
		if (!c.has_keys)
			sql_fail(q, 1064,
					"the double holds Primary Key, Duplicate Key and Aggregate tables only; PRIMARY KEY (..) is missing");
		else if (check_keys(q, &c) == 0 && check_distribution(q, &c) == 0)
			result = sql_end(q);
	}
	if (result == 0 && store_table(db, c.name.table) == NULL)
		add_table(q, &c, db);
	buf_done(&c.properties);
	return result;
}

static int create_database(struct sql *q)
{
	bool optional = lex_accept_words(&q->lex, "if not exists");
	const char *name = lex_name(&q->lex, q->err);

	if (name == NULL || sql_end(q) != 0)
		return -1;
	if (strlen(name) > 256)
		return sql_fail(q, 1064, "Incorrect database name '%.100s'", name);
	if (store_db(q->store, name) != NULL)
		return optional ? 0 : sql_fail(q, 1007, "Can't create database '%.200s'; database exists", name);
	store_db_create(q->store, name);
	return 0;
}

int sql_create(struct sql *q)
{
	if (lex_accept(&q->lex, "database") || lex_accept(&q->lex, "schema"))
		return create_database(q);
	return lex_accept(&q->lex, "table") ? create_table(q) : lex_unexpected(&q->lex, q->err);
}

static int drop_database(struct sql *q)
{
	bool optional = lex_accept_words(&q->lex, "if exists");
	const char *name = lex_name(&q->lex, q->err);
	struct db *db;

	if (name == NULL)
		return -1;
	lex_accept(&q->lex, "force");
	if (sql_end(q) != 0)
		return -1;
	db = store_db(q->store, name);
	if (db == NULL)
		return optional ? 0 : sql_fail(q, 1008, "Can't drop database '%.200s'; database doesn't exist", name);
	db->dropped = true;
	for (struct table *t = db->tables; t != NULL; t = t->next)
		t->dropped = true;
	return 0;
}

static int drop_table(struct sql *q)
{
	bool optional = lex_accept_words(&q->lex, "if exists");
	struct name name;
	struct table *t;
	struct db *db;

	if (sql_table_name(q, &name) != 0)
		return -1;
	lex_accept(&q->lex, "force");
	if (sql_end(q) != 0 || (db = sql_db(q, name.db)) == NULL)
		return -1;
	t = store_table(db, name.table);
	if (t == NULL)
		return optional ? 0 : (sql_table(q, &name), -1);
	t->dropped = true;
	table_truncate(t);
	return 0;
}

int sql_drop(struct sql *q)
{
	if (lex_accept(&q->lex, "database") || lex_accept(&q->lex, "schema"))
		return drop_database(q);
	return lex_accept(&q->lex, "table") ? drop_table(q) : lex_unexpected(&q->lex, q->err);
}

int sql_truncate(struct sql *q)
{
	struct name name;
	struct table *t;

	if (lex_expect(&q->lex, "table", q->err) != 0 || sql_table_name(q, &name) != 0 || sql_end(q) != 0 ||
			(t = sql_table(q, &name)) == NULL)
		return -1;
	table_truncate(t);
	return 0;
}
