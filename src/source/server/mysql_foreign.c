/* mysql_foreign.c - see mysql_foreign.h. */
#include "config.h"
#include "source/server/mysql_foreign.h"

#include <mysql.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/xalloc.h"

enum { SQL_CASCADES_FROM = 90600 };

static void key_done(struct foreign_key *k)
{
	free(k->name);
	free(k->parent_db);
	free(k->parent);
	free(k->child_db);
	free(k->child);
	free(k->columns);
}

void foreign_keys_done(struct foreign_keys *f)
{
	for (size_t i = 0; i < f->count; i++)
		key_done(&f->items[i]);
	free(f->items);
	*f = (struct foreign_keys){ 0 };
}

static bool works(const char *rule)
{
	return rule && (strcmp(rule, "CASCADE") == 0 || strcmp(rule, "SET NULL") == 0);
}

static bool same_key(const struct foreign_key *a, const struct foreign_key *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->child, b->child) == 0 &&
			strcmp(a->child_db, b->child_db) == 0 && strcmp(a->parent, b->parent) == 0 &&
			strcmp(a->parent_db, b->parent_db) == 0 && strcmp(a->columns, b->columns) == 0 &&
			a->on_update == b->on_update && a->on_delete == b->on_delete;
}

static void take(struct foreign_keys *f, char **row)
{
	struct foreign_key k = {
		.name = xstrdup(row[0]),
		.parent_db = xstrdup(row[1]),
		.parent = xstrdup(row[2]),
		.child_db = xstrdup(row[3]),
		.child = xstrdup(row[4]),
		.columns = xstrdup(row[7] ? row[7] : ""),
		.on_update = works(row[5]),
		.on_delete = works(row[6]),
	};

	for (size_t i = 0; i < f->count; i++)
		if (same_key(&f->items[i], &k)) {
			key_done(&k);
			return;
		}
	f->items = xrealloc(f->items, (f->count + 1) * sizeof(*f->items));
	f->items[f->count++] = k;
	f->edition++;
}

int foreign_keys_read(struct foreign_keys *f, struct mysql_conn *c, struct err *err)
{
	MYSQL_RES *res = mysql_conn_rows(c, "!!!!!!!?", err,
			"SELECT r.constraint_name, r.unique_constraint_schema, r.referenced_table_name, r.constraint_schema, r.table_name, "
			"r.update_rule, r.delete_rule, GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR '\n') "
			"FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k "
			"ON k.constraint_schema = r.constraint_schema AND k.constraint_name = r.constraint_name AND k.table_name = r.table_name "
			"WHERE r.update_rule IN ('CASCADE', 'SET NULL') OR r.delete_rule IN ('CASCADE', 'SET NULL') "
			"GROUP BY 1, 2, 3, 4, 5, 6, 7");
	MYSQL_ROW row;

	if (res == NULL)
		return -1;
	while ((row = mysql_fetch_row(res)) != NULL)
		take(f, row);
	mysql_free_result(res);
	return 0;
}

static bool is_of(const struct foreign_key *k, const char *db, const char *table)
{
	return strcasecmp(k->parent, table) == 0 && strcasecmp(k->parent_db, db) == 0;
}

bool foreign_is_parent(const struct foreign_keys *f, const char *db, const char *table)
{
	for (size_t i = 0; i < f->count; i++)
		if (is_of(&f->items[i], db, table))
			return true;
	return false;
}

void foreign_deleted(struct foreign_keys *f, const char *db, const char *table)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->items[i].on_delete && is_of(&f->items[i], db, table))
			f->touched = f->items[i].touched = true;
}

/* A column that the image leaves out has not changed; one that is not captured may have. */
static bool has_changed(const struct foreign_key *k, const struct schema *s, const struct value *before,
		const struct value *after)
{
	for (const char *p = k->columns, *end; *p; p = *end ? end + 1 : end) {
		int at;

		end = strchrnul(p, '\n');
		at = schema_column(s, p, (size_t)(end - p));
		if (at < 0)
			return true;
		if (before[at].kind != VALUE_ABSENT && after[at].kind != VALUE_ABSENT &&
				!value_equal(&before[at], &after[at]))
			return true;
	}
	return false;
}

void foreign_updated(struct foreign_keys *f, const struct schema *s, const char *db, const char *table,
		const struct value *before, const struct value *after)
{
	for (size_t i = 0; i < f->count; i++) {
		struct foreign_key *k = &f->items[i];

		if (k->on_update && !k->touched && is_of(k, db, table) &&
				(before == NULL || after == NULL || has_changed(k, s, before, after)))
			f->touched = k->touched = true;
	}
}

int foreign_is_native(struct mysql_conn *c, struct err *err)
{
	char value[16];

	if (c->version < SQL_CASCADES_FROM)
		return 1;
	if (mysql_conn_variable(c, "innodb_native_foreign_keys", value, sizeof(value), err) < 0)
		return -1;
	return strcmp(value, "ON") == 0 || strcmp(value, "1") == 0;
}
