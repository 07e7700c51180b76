/*
 * format_check.c - the messages' part of the check of a table: the type that each column has in a message, the key's columns,
 * and the topic, which two tables may share when their names differ only in characters that Kafka does not take.
 */
#include <string.h>

#include "format/cell/format_type.h"
#include "format/encode/format_encoder.h"
#include "format/format.h"

/* "io.debezium.time.MicroTime" -> "MicroTime" */
static const char *short_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot ? dot + 1 : name;
}

static void look_key(const struct format_encoder *encoder, struct table_check *e)
{
	struct format_plan *plan = format_plan_new(encoder, e->schema, e->topic);
	unsigned n = plan->key.ncells;

	if (n > 0 && plan->key.column)
		e->key = arena_dup(&e->arena, plan->key.column, n * sizeof(*e->key));
	e->nkey = n;
	format_plan_free(plan);
}

int format_check_tables(const struct format_conf *conf, struct table_check *const *checks, size_t count,
		struct err *err)
{
	struct format_encoder *encoder = format_encoder_new(conf, err);
	struct format_modes modes = format_modes_of(conf);

	if (encoder == NULL)
		return -1;
	for (size_t k = 0; k < count; k++) {
		struct table_check *e = checks[k];
		struct format_type type;

		e->topic = format_topic(encoder, e->schema->db, e->schema->table);
		look_key(encoder, e);
		for (unsigned i = 0; i < e->schema->ncolumns; i++) {
			if (format_name_taken(encoder, e->schema, i))
				table_check_find(e, CHECK_NAME_TAKEN, (int)i, -1);
			if (format_type_of(&e->schema->columns[i], &modes, &type) == 0)
				e->columns[i].message = arena_printf(&e->arena, "%s%s%s", connect_type_name(type.type),
						type.name ? " " : "", type.name ? short_name(type.name) : "");
		}
	}
	format_encoder_free(encoder);
	return 0;
}
