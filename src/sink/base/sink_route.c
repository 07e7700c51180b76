/*
 * sink_route.c - what a table of the source is called at the target: by target of its section, else by database, else as at
 * the source; and whether rows are only added there (target.mode), which is a table without a key. The one place that knows:
 * sink.c hands each kind of target a schema that is as the target has it already, a copy
 * that is made once for a schema and lives as long as it. The copy has the version of its original, so that rows of the one
 * are rows of the other. Where several sources share a table (source.column) the copy has one column more than the rows, the
 * last one, which is the same text in all rows of a source. @thread any
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "sink/base/sink_ops.h"

#define NAME_MAX_BYTES 512
#define SOURCE_CHARACTERS 129 /* database.table */

struct routed { /* in the slot of the original; of several targets, one each */
	struct routed *next;
	struct schema *schema;
};

static void routed_free(void *list)
{
	struct routed *next;

	for (struct routed *r = list; r; r = next) {
		next = r->next;
		schema_unref(r->schema);
		free(r);
	}
}

/* One * stands for the name at the source. */
static bool fill(const char *form, size_t len, const char *name, char *out, size_t size)
{
	const char *star = memchr(form, '*', len);
	size_t before = star ? (size_t)(star - form) : len, after = star ? len - before - 1 : 0;
	size_t middle = star ? strlen(name) : 0;

	if (before + middle + after >= size || before + middle + after == 0)
		return false;
	memcpy(out, form, before);
	memcpy(out + before, name, middle);
	memcpy(out + before + middle, form + len - after, after);
	out[before + middle + after] = '\0';
	return true;
}

/* A part of it: something, with one * at the most. */
static bool part_is_good(const char *part, size_t len)
{
	const char *star = memchr(part, '*', len);

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)part[i] < ' ' || part[i] == 0x7f || part[i] == '.')
			return false;
	return len > 0 && (star == NULL || memchr(star + 1, '*', len - (size_t)(star + 1 - part)) == NULL);
}

int sink_target_check(const char *target, struct err *err)
{
	const char *dot = strchr(target, '.');

	if (dot && part_is_good(target, (size_t)(dot - target)) && part_is_good(dot + 1, strlen(dot + 1)))
		return 0;
	return err_set(err, ERR_CONFIG, 0,
			"target: expected DATABASE.TABLE, where one * stands for the name at the source, found '%.200s'",
			target);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool starts_with_clause(const char *text)
{
	static const char *const words[] = { "PARTITION", "DISTRIBUTED", "ORDER", "PROPERTIES" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t len = strlen(words[i]);

		if (strncasecmp(text, words[i], len) == 0 && (is_space(text[len]) || text[len] == '('))
			return true;
	}
	return false;
}

/* The end of what a quote begins; NULL: there is none. */
static const char *quoted_end(const char *p)
{
	char quote = *p;

	for (p++; *p && *p != quote; p++)
		p += *p == '\\' && p[1];
	return *p ? p : NULL;
}

/* Why it is not a suffix alone; NULL: it is one. */
static const char *suffix_problem(const char *p)
{
	int open = 0;

	if (!starts_with_clause(p))
		return "a clause: PARTITION BY, DISTRIBUTED BY, ORDER BY or PROPERTIES first";
	for (; *p; p++) {
		if (*p == '\'' || *p == '"' || *p == '`')
			p = quoted_end(p);
		if (p == NULL)
			return "each quote to be closed";
		if (*p == ';' || *p == '#' || strncmp(p, "--", 2) == 0 || strncmp(p, "/*", 2) == 0)
			return "clauses only, without ; and without comments";
		open += (*p == '(') - (*p == ')');
		if (open < 0)
			break;
	}
	return open != 0 ? "parentheses in pairs" : NULL;
}

int sink_suffix_check(const char *suffix, struct err *err)
{
	const char *problem = suffix_problem(suffix);

	return problem ? err_set(err, ERR_CONFIG, 0, "table.create.suffix: expected %s, found '%.200s'", problem,
					 suffix)
		       : 0;
}

static void put_source(const struct sink_table *of, const char *db, const char *table, const char *name,
		struct sink_names *out)
{
	const char *const values[] = { [SOURCE_TABLE] = table, [SOURCE_DATABASE] = db, [SOURCE_BOTH] = name };
	bool has = of->source_column && of->source_column[0];

	out->source_column = has ? intern(of->source_column) : NULL;
	out->source = has ? intern(values[of->source_value]) : NULL;
	out->source_in_key = has && of->source_in_key && !of->append;
}

void sink_route(const struct sink_conf *conf, const char *db, const char *table, struct sink_names *out)
{
	char name[2 * NAME_MAX_BYTES], to_db[NAME_MAX_BYTES], to_table[NAME_MAX_BYTES];
	struct sink_table of = { 0 };
	const char *target, *dot;

	snprintf(name, sizeof(name), "%s.%s", db, table);
	if (conf->table_of)
		conf->table_of(conf->table_arg, name, &of);
	target = of.target;
	out->append = of.append;
	out->change = of.change;
	out->suffix = of.suffix && of.suffix[0] ? intern(of.suffix) : NULL;
	put_source(&of, db, table, name, out);
	dot = target ? strchr(target, '.') : NULL;
	if (dot && fill(target, (size_t)(dot - target), db, to_db, sizeof(to_db)) &&
			fill(dot + 1, strlen(dot + 1), table, to_table, sizeof(to_table))) {
		out->db = intern(to_db);
		out->table = intern(to_table);
		return;
	}
	out->db = intern(conf->database && conf->database[0] ? conf->database : db);
	out->table = intern(table);
}

static struct routed *find(struct routed *list, const struct sink_names *names)
{
	while (list &&
			(list->schema->db != names->db || list->schema->table != names->table ||
					list->schema->at_target.append != names->append ||
					list->schema->at_target.suffix != names->suffix ||
					list->schema->at_target.change != names->change ||
					list->schema->at_target.source_column != names->source_column ||
					list->schema->at_target.source != names->source ||
					(list->schema->nkey > 0 &&
							list->schema->at_target.source_in_key != names->source_in_key)))
		list = list->next;
	return list;
}

/* The column that tells the sources of a table apart; of a table without a key it is no key either. */
static void add_source_column(struct schema *s, const struct sink_names *names)
{
	const struct column column = {
		.name = names->source_column,
		.type = COL_VARCHAR,
		.length = SOURCE_CHARACTERS,
		.charset = "utf8mb4",
		.comment = "the table at the source",
	};
	unsigned *key = arena_alloc(&s->arena, (s->nkey + 1) * sizeof(*key));

	schema_add_column(s, &column);
	s->at_target.source_column = names->source_column;
	s->at_target.source = names->source;
	s->at_target.source_in_key = names->source_in_key && s->nkey > 0;
	if (!s->at_target.source_in_key)
		return;
	for (unsigned i = 0; i < s->nkey; i++)
		key[i] = s->key[i];
	key[s->nkey++] = s->ncolumns - 1;
	s->key = key;
}

bool sink_is_source(const struct schema *routed, const char *column)
{
	return routed->at_target.source_column && strcasecmp(routed->at_target.source_column, column) == 0;
}

int sink_source_check(const struct schema *routed, struct err *err)
{
	for (unsigned i = 0; routed->at_target.source_column && i < sink_row_columns(routed); i++)
		if (sink_is_source(routed, routed->columns[i].name))
			return err_set(err, ERR_CONFIG, 0,
					"table %s.%s: source.column = %s, and the source has a column of that name: name another one",
					routed->db, routed->table, routed->columns[i].name);
	return 0;
}

const struct schema *sink_routed(const struct sink_conf *conf, const struct schema *schema)
{
	struct schema *original = (struct schema *)schema;
	void *_Atomic *slot = &original->slot[SCHEMA_SLOT_SINK];
	struct sink_names names;
	struct routed *r;
	void *head;

	sink_route(conf, schema->db, schema->table, &names);
	if (names.db == schema->db && names.table == schema->table && !names.append && !names.suffix &&
			names.change == FOLLOW_EVOLVE && !names.source_column)
		return schema;
	head = atomic_load(slot);
	r = find(head, &names);
	if (r)
		return r->schema;
	r = xcalloc(1, sizeof(*r));
	r->schema = schema_clone(schema);
	r->schema->db = names.db;
	r->schema->table = names.table;
	r->schema->version = schema->version;
	r->schema->at_target.append = names.append;
	r->schema->at_target.suffix = names.suffix;
	r->schema->at_target.change = names.change;
	if (names.append)
		r->schema->nkey = 0;
	if (names.source_column)
		add_source_column(r->schema, &names);
	original->slot_free[SCHEMA_SLOT_SINK] = routed_free;
	do
		r->next = head; /* two threads may each put one in: both are right */
	while (!atomic_compare_exchange_weak(slot, &head, r));
	return r->schema;
}

bool sink_leaves_out(const struct schema *routed)
{
	int change = routed->at_target.change;

	return change == FOLLOW_TRY || change == FOLLOW_LENIENT || change == FOLLOW_IGNORE;
}
