/*
 * starrocks_fit.c - whether a table that is there takes the rows of a schema, and the ALTER TABLE that it needs. What
 * cannot be undone or could lose data (other types, another key) is never done, but written down as a statement for a
 * person. A column that is narrower than its source is taken as it is, where a load can check each value against it
 * (starrocks_body.c): a value that does not fit becomes a dead letter.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sink/base/sink_ops.h"
#include "sink/starrocks/starrocks.h"

#define SQL_MAX (4 << 20)

static const char *model_name(const struct starrocks_columns *have)
{
	static const char *const names[][2] = {
		{ "PRI", "a Primary Key" },
		{ "DUP", "a Duplicate Key" },
		{ "AGG", "an Aggregate" },
		{ "UNI", "a Unique Key" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(have->model, names[i][0]) == 0)
			return names[i][1];
	return "a keyless";
}

static bool is_primary(const struct starrocks_columns *have)
{
	return strcasecmp(have->model, "PRI") == 0;
}

/* Rows replace others by a Primary Key, and are deleted there; they are added everywhere else, also where a Unique Key replaces them. */
static int model_check(const struct schema *schema, const struct starrocks_columns *have, struct err *err)
{
	if (schema->at_target.append != is_primary(have))
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			schema->at_target.append
					? "table %s.%s: target.mode = append adds rows, and StarRocks' table is %s table, which "
					  "replaces them: set target.mode = upsert, or make the table again"
					: "table %s.%s: StarRocks' table is %s table, which takes no UPDATE and no DELETE: set "
					  "target.mode = append in its [table] section (rows are only added), or make the table again with "
					  "what `millrace ddl` prints",
			schema->db, schema->table, model_name(have));
}

static int key_check(const struct schema *schema, const struct starrocks_columns *have, struct err *err)
{
	unsigned nkey = 0;

	if (model_check(schema, have, err))
		return -1;
	if (schema->at_target.append)
		return 0;
	for (size_t i = 0; i < have->count; i++)
		nkey += have->items[i].key;
	for (unsigned i = 0; i < schema->nkey; i++) {
		const struct starrocks_column *c = starrocks_columns_find(have, schema->columns[schema->key[i]].name);

		if (!c || !c->key)
			nkey = UINT32_MAX;
	}
	if (nkey == schema->nkey)
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"table %s.%s: the key of StarRocks' table is not the key of the source; "
			"`millrace ddl %s.%s` prints the one that fits",
			schema->db, schema->table, schema->db, schema->table);
}

static void put_modify(struct buf *sql, const struct schema *schema, const struct starrocks_column *have,
		const struct starrocks_type *want)
{
	buf_puts(sql, "ALTER TABLE ");
	starrocks_put_table(sql, schema);
	buf_puts(sql, " MODIFY COLUMN ");
	starrocks_put_have(sql, have, want);
}

static const char *source_type(const struct column *c)
{
	return c->type_text ? c->type_text : column_type_name(c->type);
}

/* StarRocks converts the rows that are there; not all of it millrace would do unasked. */
static bool can_convert(const struct starrocks_type *have, const struct starrocks_type *want)
{
	return (have->kind <= SR_DECIMAL && want->kind == SR_VARCHAR) ||
			(have->kind == SR_DATE && want->kind == SR_DATETIME) ||
			(have->kind == SR_FLOAT && want->kind == SR_DOUBLE);
}

/* The type is not taken and its values cannot be checked one by one: say what to do. */
static int mismatch(const struct schema *schema, unsigned at, const struct starrocks_column *have,
		const struct starrocks_type *want, struct err *err)
{
	char is[64], wanted[64];
	struct buf sql;

	starrocks_type_print(&have->type, is, sizeof(is));
	starrocks_type_print(want, wanted, sizeof(wanted));
	buf_init(&sql, SQL_MAX);
	if (!have->key && can_convert(&have->type, want)) {
		buf_puts(&sql, "run by hand: ");
		put_modify(&sql, schema, have, want);
	} else {
		buf_printf(&sql, "make the table again with %s, then `millrace snapshot` it", wanted);
	}
	err_set(err, ERR_CONFIG, 0, "table %s.%s: column %s is %s in StarRocks, which does not take %s; %s", schema->db,
			schema->table, have->name, is, source_type(&schema->columns[at]), sql.data);
	buf_done(&sql);
	return -1;
}

static void put_add(struct buf *sql, const struct schema *schema, unsigned at)
{
	if (sql->len == 0) {
		buf_puts(sql, "ALTER TABLE ");
		starrocks_put_table(sql, schema);
	} else {
		buf_putc(sql, ',');
	}
	buf_puts(sql, " ADD COLUMN ");
	starrocks_put_column(sql, schema, at, NULL);
}

/* StarRocks converts the rows that are there, and every value is kept. */
static bool can_widen(const struct starrocks_type *have, const struct starrocks_type *want)
{
	if (have->kind == SR_VARCHAR && want->kind == SR_VARCHAR)
		return true;
	return have->kind >= SR_TINYINT && have->kind < want->kind && want->kind <= SR_BIGINT;
}

/* The table's column, when it does not take all values of its source. */
static const struct starrocks_column *narrow(const struct schema *schema, unsigned at,
		const struct starrocks_columns *have, struct starrocks_type *want)
{
	const struct column *c = &schema->columns[at];
	const struct starrocks_column *is = starrocks_columns_find(have, c->name);

	if (is == NULL || starrocks_type_of(c, schema_is_key(schema, at), schema->exact, want) ||
			starrocks_type_takes(&is->type, want))
		return NULL;
	/* A table made by hand may know better than an unbounded guess from a message. */
	if (is->type.kind == SR_VARCHAR && want->kind == SR_VARCHAR && !schema->exact)
		return NULL;
	return is;
}

/* A column of another model has an aggregate function, which a person has to decide. */
static bool can_alter(const struct starrocks_columns *have)
{
	return is_primary(have) || strcasecmp(have->model, "DUP") == 0;
}

int starrocks_add_check(const struct schema *schema, unsigned at, const struct starrocks_columns *have, struct err *err)
{
	if (can_alter(have))
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"table %s.%s: StarRocks' table is %s table without column %s: add it there, with its aggregate function",
			schema->db, schema->table, model_name(have), schema->columns[at].name);
}

/* Widened where millrace makes the tables, else taken where its values can be checked. */
static bool widens(const struct sink_conf *conf, const struct starrocks_columns *have,
		const struct starrocks_column *is, const struct starrocks_type *want)
{
	return conf->table_create && can_alter(have) && !is->key && can_widen(&is->type, want);
}

void starrocks_narrow(struct buf *out, const struct sink_conf *conf, const struct schema *schema,
		const struct starrocks_columns *have)
{
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct starrocks_type want;
		const struct starrocks_column *is = narrow(schema, i, have, &want);
		char text[64];

		if (is == NULL || widens(conf, have, is, &want))
			continue;
		starrocks_type_print(&is->type, text, sizeof(text));
		buf_printf(out, "%s%s is %s there, for %s", out->len ? ", " : "", is->name, text,
				source_type(&schema->columns[i]));
	}
}

/* NOT NULL there for a column that may be NULL by now; it is ours only where we make them so. */
static bool loosens(const struct sink_conf *conf, const struct schema *schema, unsigned at,
		const struct starrocks_columns *have)
{
	const struct starrocks_column *is = starrocks_columns_find(have, schema->columns[at].name);

	return conf->table_create && conf->not_null && can_alter(have) && is && !is->key && !is->nullable &&
			schema->columns[at].nullable;
}

static void put_loose(struct buf *sql, const struct schema *schema, const struct starrocks_column *have)
{
	struct starrocks_column loose = *have;

	loose.nullable = true;
	put_modify(sql, schema, &loose, &have->type);
}

void starrocks_pretend(const struct sink_conf *conf, const struct schema *schema, struct starrocks_columns *have)
{
	size_t before = have->count;

	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct starrocks_type want;
		char text[64];

		if (starrocks_columns_find(have, schema->columns[i].name))
			continue;
		starrocks_type_of(&schema->columns[i], false, schema->exact, &want);
		starrocks_type_print(&want, text, sizeof(text));
		starrocks_columns_add(have, schema->columns[i].name, text, true, false);
	}
	for (unsigned i = 0; i < schema->ncolumns && have->count == before; i++) {
		struct starrocks_type want;
		struct starrocks_column *is = (struct starrocks_column *)narrow(schema, i, have, &want);

		if (is && widens(conf, have, is, &want)) {
			is->type = want;
			return;
		}
		if (loosens(conf, schema, i, have)) {
			is = (struct starrocks_column *)starrocks_columns_find(have, schema->columns[i].name);
			is->nullable = true;
			return;
		}
	}
}

int starrocks_alter(struct buf *sql, const struct sink_conf *conf, const struct schema *schema,
		const struct starrocks_columns *have, struct err *err)
{
	if (starrocks_schema_check(schema, err) || key_check(schema, have, err))
		return -1;
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		if (starrocks_columns_find(have, schema->columns[i].name))
			continue;
		if (starrocks_add_check(schema, i, have, err))
			return -1;
		put_add(sql, schema, i);
	}
	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct starrocks_type want;
		const struct starrocks_column *is = narrow(schema, i, have, &want);

		if (sql->len == 0 && (is == NULL || !widens(conf, have, is, &want)) && loosens(conf, schema, i, have))
			put_loose(sql, schema, starrocks_columns_find(have, schema->columns[i].name));
		if (is == NULL)
			continue;
		if (widens(conf, have, is, &want)) {
			if (sql->len == 0)
				put_modify(sql, schema, is, &want);
		} else if (!starrocks_type_checks(&is->type, &want)) {
			return mismatch(schema, i, is, &want, err);
		}
	}
	return 0;
}
