/* mysql_effect.c - see mysql_effect.h. */
#include "source/catalog/mysql_effect.h"

#include <string.h>
#include <strings.h>

#include "row/column_fill.h"

#define BIT(effect) (UINT32_C(1) << (effect))

static const struct ddl_rule rules[EFFECT_COUNT] = {
	[EFFECT_TABLE_GONE] = { "DROP TABLE, DROP DATABASE, RENAME away from a captured name",
			"the table and all its rows are gone", REMEDY_TARGET,
			"the target's table is dropped (StarRocks without table.create: emptied)" },
	[EFFECT_TABLE_OTHER] = { "RENAME TABLE, ALTER TABLE .. RENAME TO a captured name; swaps and rotations",
			"the name holds another table's rows", REMEDY_TARGET | REMEDY_SNAPSHOT,
			"the target's table is dropped (StarRocks without table.create: emptied), and the table is read again" },
	[EFFECT_PARTITION_DROPPED] = { "ALTER TABLE .. DROP PARTITION, TRUNCATE PARTITION",
			"the rows of the partitions are gone", REMEDY_SNAPSHOT, "the table is read again" },
	[EFFECT_PARTITION_MOVED] = { "ALTER TABLE .. ADD, COALESCE, REORGANIZE, REBUILD, OPTIMIZE PARTITION, PARTITION BY, "
				     "REMOVE PARTITIONING",
			"no row", 0, "nothing to do" },
	[EFFECT_EXCHANGED] = { "ALTER TABLE .. EXCHANGE PARTITION", "both tables have some of the other's rows",
			REMEDY_SNAPSHOT, "both tables are read again, as far as they are captured" },
	[EFFECT_DISCARDED] = { "ALTER TABLE .. DISCARD TABLESPACE", "the rows are gone until an IMPORT", REMEDY_TELL,
			"the table is told as different until the IMPORT" },
	[EFFECT_IMPORTED] = { "ALTER TABLE .. IMPORT TABLESPACE", "the rows are those of a file", REMEDY_SNAPSHOT,
			"the table is read again" },
	[EFFECT_BLACKHOLE] = { "ALTER TABLE .. ENGINE = BLACKHOLE", "all rows are gone", REMEDY_SNAPSHOT,
			"the table is read again" },
	[EFFECT_KEY_CHANGED] = { "another PRIMARY KEY, or unique index that stands for it; a key column of another type",
			"which rows are the same row", REMEDY_TARGET | REMEDY_SNAPSHOT,
			"the target's table is dropped (StarRocks without table.create: emptied), and the table is read again" },
	[EFFECT_COLUMN_DROPPED] = { "ALTER TABLE .. DROP COLUMN", "the column's values are gone", REMEDY_TARGET,
			"the column is dropped at the target" },
	[EFFECT_COLUMN_RENAMED] = { "ALTER TABLE .. RENAME COLUMN, CHANGE to a free name",
			"the values have another name", REMEDY_TARGET, "the column is renamed at the target" },
	[EFFECT_COLUMN_NAME_REUSED] = { "ALTER TABLE .. RENAME COLUMN, CHANGE to the name of another old column; swaps",
			"another column's values have the name", REMEDY_TARGET | REMEDY_SNAPSHOT,
			"the columns are NULL at the target, and the table is read again" },
	[EFFECT_COLUMN_ADDED] = { "ALTER TABLE .. ADD COLUMN without DEFAULT, or with a literal one",
			"all rows have the default", REMEDY_TARGET,
			"the column is added at the target with the default" },
	[EFFECT_COLUMN_COMPUTED] = { "ALTER TABLE .. ADD COLUMN with DEFAULT (expression), CURRENT_TIMESTAMP, "
				     "AUTO_INCREMENT; generated columns added or changed",
			"each row has a value of its own", REMEDY_TARGET | REMEDY_SNAPSHOT,
			"the column is NULL at the target, and the table is read again" },
	[EFFECT_VALUES_KEPT] = { "MODIFY, CHANGE, CONVERT TO with the same values: wider, longer, more labels, a character "
				 "set that has all characters",
			"no value", 0, "nothing to do" },
	[EFFECT_VALUES_CONVERTED] = { "MODIFY, CHANGE, CONVERT TO that may convert values", "the column's values",
			REMEDY_TARGET | REMEDY_SNAPSHOT,
			"the column is NULL at the target, and the table is read again" },
	[EFFECT_NOT_UNDERSTOOD] = { "a statement that is not understood, of a table that it names", "not known",
			REMEDY_SNAPSHOT, "the table is read again" },
};

const struct ddl_rule *ddl_rule(enum ddl_effect effect)
{
	return &rules[effect];
}

unsigned ddl_remedies(uint32_t effects)
{
	unsigned remedies = 0;

	for (unsigned i = 0; i < EFFECT_COUNT; i++)
		if (effects & BIT(i))
			remedies |= rules[i].remedies;
	return remedies;
}

const char *ddl_effect_why(uint32_t effects)
{
	for (unsigned i = 0; i < EFFECT_COUNT; i++)
		if ((effects & BIT(i)) && (rules[i].remedies & (REMEDY_SNAPSHOT | REMEDY_TELL)))
			return rules[i].statement;
	return "";
}

/* ---- values ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Every label is there still: values are kept by their text. */
static bool labels_kept(const struct column *had, const struct column *has)
{
	for (unsigned i = 0; i < had->labels; i++) {
		unsigned k = 0;

		while (k < has->labels && strcmp(had->label[i], has->label[k]) != 0)
			k++;
		if (k == has->labels)
			return false;
	}
	return true;
}

static unsigned char_bytes(const char *charset)
{
	static const char *const all[] = { "utf8mb4", "utf16", "utf16le", "utf32" };

	for (unsigned i = 0; charset && i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(charset, all[i]) == 0)
			return 4;
	return charset && strncmp(charset, "utf8", 4) == 0 ? 3 : 1;
}

/* A character that the new set does not have is an error with a strict sql_mode, else a question mark. */
static bool charset_kept(const struct column *had, const struct column *has, bool strict)
{
	return same_text(had->charset, has->charset) ||
			(had->charset && has->charset && (strict || char_bytes(has->charset) == 4));
}

static bool same_number(const struct column *had, const struct column *has)
{
	return had->is_unsigned == has->is_unsigned && had->scale == has->scale && had->has_scale == has->has_scale &&
			(had->type != COL_DECIMAL || has->precision >= had->precision);
}

static bool in_family(const struct column *had, const struct column *has)
{
	uint32_t had_width = column_types[had->type].width, has_width = column_types[has->type].width;

	if (column_class(had) == column_class(has))
		return had_width > 0 && had_width <= has_width;
	return had->type == COL_VARCHAR && column_class(has) == CLASS_TEXT && has_width > UINT8_MAX;
}

static bool values_kept(const struct column *had, const struct column *has, bool strict)
{
	if (had->generated || has->generated)
		return false;
	if (had->nullable && !has->nullable && !strict)
		return false;
	if (had->type != has->type && !in_family(had, has))
		return false;
	if (!same_number(had, has) || !charset_kept(had, has, strict) || !labels_kept(had, has))
		return false;
	switch (column_class(has)) {
	case CLASS_BIT:
	case CLASS_OPAQUE: return had->length == has->length;
	case CLASS_CHAR: return had->length <= has->length;
	case CLASS_BINARY: return has->type == COL_BINARY ? had->length == has->length : had->length <= has->length;
	default: return true;
	}
}

/* ---- columns ---- */

struct effect_search {
	struct ddl_touch *out;
	const struct ddl_statement *s;
	const struct table_model *after;
	bool strict;
	struct ddl_move *moves; /* room for two a column, before and after */
};

static struct ddl_move *add_move(struct effect_search *f, enum ddl_effect effect, const char *from, const char *to)
{
	struct ddl_move *m = &f->moves[f->out->alter.nmoves++];

	*m = (struct ddl_move){ .from = from, .to = to };
	f->out->effects |= BIT(effect);
	return m;
}

static const struct column *column_before(const struct effect_search *f, const char *name)
{
	int at = schema_column(f->out->before, name, strlen(name));

	return at < 0 ? NULL : &f->out->before->columns[at];
}

static bool is_dropped(const struct effect_search *f, const char *name)
{
	for (unsigned i = 0; i < f->after->ncolumns; i++)
		if (f->after->columns[i].origin && strcasecmp(f->after->columns[i].origin, name) == 0)
			return false;
	return true;
}

/* The value is another for each row, or the target does not know how to write it. */
static bool is_computed(const struct column *c)
{
	char text[4096];

	if (c->generated || c->autoinc || c->default_kind == DEFAULT_EXPRESSION || c->default_kind == DEFAULT_NOW)
		return true;
	return !column_fill(c, text, sizeof(text)) && !(c->nullable && c->default_kind <= DEFAULT_NULL);
}

/* Dropped and added under one name, or at one place with values that are not known. */
static void replace_column(struct effect_search *f, enum ddl_effect effect, const char *from, const char *to)
{
	add_move(f, effect, from, NULL);
	add_move(f, effect, NULL, to)->blank = true;
}

static void look_at_column(struct effect_search *f, const struct table_column *c)
{
	const struct column *had = c->origin ? column_before(f, c->origin) : NULL, *has = &c->column;
	bool renamed = had && strcasecmp(had->name, has->name) != 0;

	if (had == NULL)
		add_move(f, is_computed(has) ? EFFECT_COLUMN_COMPUTED : EFFECT_COLUMN_ADDED, NULL, has->name)->blank =
				is_computed(has);
	else if (renamed && column_before(f, has->name))
		replace_column(f, EFFECT_COLUMN_NAME_REUSED, had->name, has->name);
	else if ((c->is_new || f->s->charset.charset || had->charset != has->charset) &&
			!values_kept(had, has, f->strict))
		replace_column(f, had->generated || has->generated ? EFFECT_COLUMN_COMPUTED : EFFECT_VALUES_CONVERTED,
				had->name, has->name);
	else if (renamed)
		add_move(f, EFFECT_COLUMN_RENAMED, had->name, has->name);
	else if (c->is_new)
		f->out->effects |= BIT(EFFECT_VALUES_KEPT);
}

static void look_at_columns(struct effect_search *f)
{
	const struct schema *before = f->out->before;

	for (unsigned i = 0; i < before->ncolumns; i++)
		if (is_dropped(f, before->columns[i].name))
			add_move(f, EFFECT_COLUMN_DROPPED, before->columns[i].name, NULL);
	for (unsigned i = 0; i < f->after->ncolumns; i++)
		look_at_column(f, &f->after->columns[i]);
}

/* The columns that tell rows apart are the same ones, with the same values. */
static bool key_kept(const struct effect_search *f)
{
	const struct schema *before = f->out->before, *after = f->out->after;

	if (before->nkey != after->nkey)
		return false;
	for (unsigned i = 0; i < after->nkey; i++) {
		const struct table_column *c = &f->after->columns[after->key[i]];
		const struct column *had = &before->columns[before->key[i]];

		if (c->origin == NULL || strcasecmp(c->origin, had->name) != 0 ||
				!values_kept(had, &c->column, f->strict))
			return false;
		if (strcasecmp(c->column.name, had->name) != 0 && column_before(f, c->column.name))
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static uint32_t effects_of_actions(const struct ddl_statement *s)
{
	static const struct {
		enum ddl_action_kind action;
		enum ddl_effect effect;
	} known[] = {
		{ ACTION_DROP_PARTITION, EFFECT_PARTITION_DROPPED },
		{ ACTION_MOVE_PARTITION, EFFECT_PARTITION_MOVED },
		{ ACTION_EXCHANGE, EFFECT_EXCHANGED },
		{ ACTION_DISCARD, EFFECT_DISCARDED },
		{ ACTION_IMPORT, EFFECT_IMPORTED },
		{ ACTION_BLACKHOLE, EFFECT_BLACKHOLE },
	};
	uint32_t effects = 0;

	for (const struct ddl_action *a = s->actions; a; a = a->next)
		for (unsigned i = 0; i < sizeof(known) / sizeof(*known); i++)
			if (a->kind == known[i].action)
				effects |= BIT(known[i].effect);
	return effects;
}

bool ddl_effect_find(struct ddl_touch *out, const struct ddl_statement *s, const struct table_model *after, bool strict,
		struct arena *arena)
{
	struct effect_search f = { .out = out, .s = s, .after = after, .strict = strict };

	out->effects |= effects_of_actions(s);
	if (out->before && out->after) {
		f.moves = arena_alloc(arena, 2 * (out->before->ncolumns + after->ncolumns + 1) * sizeof(*f.moves));
		look_at_columns(&f);
		out->alter.moves = f.moves;
		if (!key_kept(&f)) {
			out->effects |= BIT(EFFECT_KEY_CHANGED);
			out->alter = (struct ddl_alter){ .drop = true };
		}
	}
	return ddl_remedies(out->effects) != 0;
}
