/*
 * sink_route.c - what a table of the source is called at the target: by target of its section, else by database, else as at
 * the source; and whether rows are only added there (target.mode), which is a table without a key. The one place that knows:
 * sink.c hands each kind of target a schema that is as the target has it already, a copy
 * that is made once for a schema and lives as long as it. The copy has the version of its original, so that rows of the one
 * are rows of the other. @thread any
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/intern.h"
#include "core/xalloc.h"
#include "sink/sink_ops.h"

#define NAME_MAX_BYTES 512

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

void sink_route(const struct sink_conf *conf, const char *db, const char *table, struct sink_names *out)
{
	char name[2 * NAME_MAX_BYTES], to_db[NAME_MAX_BYTES], to_table[NAME_MAX_BYTES];
	const char *target = NULL, *dot;

	snprintf(name, sizeof(name), "%s.%s", db, table);
	if (conf->target_of)
		target = conf->target_of(conf->target_arg, name);
	out->append = conf->appends && conf->appends(conf->target_arg, name);
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
					list->schema->append != names->append))
		list = list->next;
	return list;
}

const struct schema *sink_routed(const struct sink_conf *conf, const struct schema *schema)
{
	struct schema *original = (struct schema *)schema;
	void *_Atomic *slot = &original->slot[SCHEMA_SLOT_SINK];
	struct sink_names names;
	struct routed *r;
	void *head;

	sink_route(conf, schema->db, schema->table, &names);
	if (names.db == schema->db && names.table == schema->table && !names.append)
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
	r->schema->append = names.append;
	if (names.append)
		r->schema->nkey = 0;
	original->slot_free[SCHEMA_SLOT_SINK] = routed_free;
	do
		r->next = head; /* two threads may each put one in: both are right */
	while (!atomic_compare_exchange_weak(slot, &head, r));
	return r->schema;
}
