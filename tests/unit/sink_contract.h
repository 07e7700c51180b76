/*
 * sink_contract.h - the cases that every kind of sink passes: run by test_sink_local.c on the embedded warehouse and by
 * e2e/sink_test.c on the StarRocks double. Include once per program, after tap.h.
 */
#ifndef TESTS_SINK_CONTRACT_H
#define TESTS_SINK_CONTRACT_H

#include <stdio.h>
#include <string.h>

#include "row/change.h"
#include "row/collapse.h"
#include "row/schema.h"
#include "sink/sink.h"

/* One row a line, columns in their order with '|' between, NULL as NULL, bytes in hex, sorted by the first column. */
typedef const char *contract_dump(const char *table, const char *columns);

struct contract_rows {
	struct change changes[16];
	struct value values[16][8];
	struct collapsed rows[16];
	size_t count;
};

static struct schema *contract_schema(const char *table, bool with_note)
{
	static const struct column columns[] = {
		{ .name = "id", .type = COL_BIGINT },
		{ .name = "name", .type = COL_VARCHAR, .length = 10, .charset = "utf8mb4", .nullable = true },
		{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2, .nullable = true },
		{ .name = "big", .type = COL_BIGINT, .is_unsigned = true, .nullable = true },
		{ .name = "day", .type = COL_DATE, .nullable = true },
		{ .name = "data", .type = COL_VARBINARY, .length = 8, .nullable = true },
		{ .name = "note", .type = COL_VARCHAR, .length = 20, .charset = "utf8mb4", .nullable = true },
	};
	static const char *const key[] = { "id" };
	struct schema *s = schema_new("shop", table);

	for (size_t i = 0; i < (with_note ? 7 : 6); i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, key, 1);
	s->exact = true;
	return s;
}

static struct value *contract_add(struct contract_rows *r, struct schema *s, bool is_delete, int64_t id,
		const char *name)
{
	size_t at = r->count++;
	struct value *v = r->values[at];

	memset(v, 0, sizeof(r->values[at]));
	for (unsigned i = 0; i < s->ncolumns; i++)
		v[i] = value_null();
	v[0] = value_int(id);
	if (name)
		v[1] = value_text(name, strlen(name));
	r->changes[at] = (struct change){ .op = is_delete ? CHANGE_DELETE : CHANGE_UPSERT, .schema = s };
	if (is_delete)
		r->changes[at].before = v;
	else
		r->changes[at].after = v;
	r->rows[at] = (struct collapsed){ &r->changes[at], v, is_delete };
	return v;
}

static enum sink_outcome contract_load(struct sink *sink, struct schema *s, struct contract_rows *r, const char *label,
		struct sink_result *result)
{
	struct err err = { 0 };
	enum sink_outcome outcome = sink_load(sink, s, r->rows, r->count, label, result, &err);

	if (outcome == SINK_REFUSED || outcome == SINK_UNKNOWN)
		printf("# %s: %s\n", label, err.msg);
	r->count = 0;
	return outcome;
}

static void contract_labels(struct sink *sink, const char *table, contract_dump *dump)
{
	struct schema *s = contract_schema(table, false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };

	is_int(sink_prepare(sink, s, &err), 0, "the table is made ready (%s)", err.msg);
	is_int(sink_prepare(sink, s, &err), 0, "and again");
	contract_add(&r, s, false, 1, "one");
	contract_add(&r, s, false, 2, "two");
	is_int(contract_load(sink, s, &r, "a-1", &result), SINK_LOADED, "two rows are loaded");
	is_int(result.rows_loaded, 2, "and counted");
	contract_add(&r, s, false, 1, "one");
	contract_add(&r, s, false, 2, "two");
	is_int(contract_load(sink, s, &r, "a-1", &result), SINK_DUPLICATE, "the same label is a duplicate");
	is_str(dump(table, "id, name"), "1|one\n2|two\n", "each row is there once");
	is_int(contract_load(sink, s, &r, "a-3", &result), SINK_LOADED, "a load of no rows is one");
	contract_add(&r, s, false, 3, "x");
	is_int(contract_load(sink, s, &r, "no good!", &result), SINK_REFUSED,
			"a label with other characters is refused");
	schema_unref(s);
}

static void contract_look(struct sink *sink, const char *table, const char *label, struct sink_state want,
		const char *what)
{
	struct sink_state state;
	struct err err = { 0 };

	is_int(sink_look(sink, "shop", table, label, &state, &err), 0, "%s: a look (%s)", what, err.msg);
	ok(state.target != 0, "%s: it says which table it is", what);
	ok(state.table == want.table && state.rows == want.rows, "%s: table %d, rows %d", what, state.table,
			state.rows);
	/* Who does not keep labels for ever says that he does not know. */
	ok(label == NULL || state.label == want.label || state.label == SINK_UNKNOWN, "%s: label %d", what,
			state.label);
}

/* What a target says about itself before anything is loaded. */
static void contract_looks(struct sink *sink, const char *table)
{
	struct schema *s = contract_schema(table, false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct err err = { 0 };

	contract_look(sink, table, "l-1_0_1", (struct sink_state){ .label = SINK_REFUSED }, "no table");
	sink_prepare(sink, s, &err);
	contract_look(sink, table, NULL, (struct sink_state){ .table = true }, "an empty table");
	contract_add(&r, s, false, 1, "one");
	contract_load(sink, s, &r, "l-1_0_1", &result);
	contract_look(sink, table, "l-1_0_1", (struct sink_state){ .table = true, .rows = true, .label = SINK_LOADED },
			"a table with rows");
	contract_look(sink, table, "l-1_1_2", (struct sink_state){ .table = true, .rows = true, .label = SINK_REFUSED },
			"another label");
	schema_unref(s);
}

/* Whose a table is: nobody's, then ours; a target that keeps no names says nobody's for ever. */
static void contract_owner(struct sink *sink, const char *table, const char *told)
{
	struct schema *s = contract_schema(table, false);
	struct err err = { 0 };
	char owner[SINK_OWNER];

	is_int(sink_owner(sink, "shop", table, owner, &err), 0, "no table (%s)", err.msg);
	is_str(owner, "", "is nobody's");
	sink_prepare(sink, s, &err);
	for (int i = 0; i < 2; i++)
		is_int(sink_own(sink, "shop", table, &err), 0, "it is made ours (%s)", err.msg);
	is_int(sink_owner(sink, "shop", table, owner, &err), 0, "it says so (%s)", err.msg);
	is_str(owner, told, "by its name");
	schema_unref(s);
}

static void contract_changes(struct sink *sink, const char *table, contract_dump *dump)
{
	struct schema *s = contract_schema(table, false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct value *v;
	struct err err = { 0 };

	is_int(sink_prepare(sink, s, &err), 0, "the table is made ready (%s)", err.msg);
	contract_add(&r, s, false, 1, "one");
	contract_add(&r, s, false, 2, "two");
	contract_add(&r, s, false, 3, "three");
	is_int(contract_load(sink, s, &r, "b-1", &result), SINK_LOADED, "inserts");
	contract_add(&r, s, false, 2, "zwei");
	contract_add(&r, s, true, 3, NULL);
	contract_add(&r, s, true, 99, NULL);
	contract_add(&r, s, false, 4, "vier");
	is_int(contract_load(sink, s, &r, "b-2", &result), SINK_LOADED, "an update, deletes and an insert");
	is_str(dump(table, "id, name"), "1|one\n2|zwei\n4|vier\n", "the last state is there");
	v = contract_add(&r, s, false, 2, NULL);
	v[1].kind = VALUE_ABSENT;
	v[2] = (struct value){ .kind = VALUE_DECIMAL, .i = 250, .aux = 2 };
	v = contract_add(&r, s, false, 1, NULL);
	v[1].kind = v[2].kind = VALUE_ABSENT;
	v[3] = (struct value){ .kind = VALUE_UINT, .u = 7 };
	contract_add(&r, s, false, 5, "funf");
	contract_add(&r, s, true, 4, NULL);
	is_int(contract_load(sink, s, &r, "b-3", &result), SINK_LOADED, "rows with three sets of columns and a delete");
	is_str(dump(table, "id, name, amount, big"), "1|one|NULL|7\n2|zwei|2.50|NULL\n5|funf|NULL|NULL\n",
			"absent cells keep what was there");
	is_int(sink_truncate(sink, s, &err), 0, "truncate");
	is_str(dump(table, "id"), "", "nothing is left");
	schema_unref(s);
}

static void contract_bad_row(struct sink *sink, const char *table, contract_dump *dump)
{
	struct schema *s = contract_schema(table, false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct value *v;
	struct err err = { 0 };

	is_int(sink_prepare(sink, s, &err), 0, "the table is made ready (%s)", err.msg);
	for (int again = 0; again < 2; again++) {
		contract_add(&r, s, false, 1, "one");
		v = contract_add(&r, s, false, 2, "two");
		v[0] = value_null();
		contract_add(&r, s, false, 3, "three");
		is_int(contract_load(sink, s, &r, "c-1", &result), again ? SINK_DUPLICATE : SINK_LOADED,
				"a load with a bad row goes in%s", again ? " once" : "");
		is_int(result.nbad, 1, "one row is left out");
		is_int(result.nbad ? result.bad[0].row : 99, 1, "the one without a key");
		ok(result.nbad && strstr(result.bad[0].reason, "id"), "the reason names the column");
	}
	is_str(dump(table, "id, name"), "1|one\n3|three\n", "its neighbours are there");
	schema_unref(s);
}

static void contract_new_column(struct sink *sink, const char *table, contract_dump *dump)
{
	struct schema *s = contract_schema(table, false), *wider = contract_schema(table, true);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct value *v;
	struct err err = { 0 };

	is_int(sink_prepare(sink, s, &err), 0, "the table is made ready (%s)", err.msg);
	contract_add(&r, s, false, 1, "one");
	is_int(contract_load(sink, s, &r, "d-1", &result), SINK_LOADED, "a row of the old schema");
	for (int i = 0; sink_prepare(sink, wider, &err) && i < 50 && err.kind == ERR_RETRY; i++)
		err.kind = ERR_NONE;
	is_int(err.kind, ERR_NONE, "a column is added (%s)", err.msg);
	v = contract_add(&r, wider, false, 2, "two");
	v[6] = value_text("new", 3);
	contract_add(&r, s, false, 3, "three");
	is_int(contract_load(sink, wider, &r, "d-2", &result), SINK_LOADED, "rows of both versions in one load");
	is_str(dump(table, "id, name, note"), "1|one|NULL\n2|two|new\n3|three|NULL\n", "the new column has its value");
	schema_unref(s);
	schema_unref(wider);
}

/* What loads have left is not made again when somebody has taken it away. */
static void contract_gone(struct sink *sink, const char *table)
{
	struct schema *s = contract_schema(table, false), *wider = contract_schema(table, true);
	struct ddl_alter drop = { .drop = true };
	struct err err = { 0 };
	bool gap = false;

	is_int(sink_prepare_had(sink, s, SINK_HAD_TABLE, &err), -1, "a table that is gone is not made again (%s)",
			err.msg);
	ok(err.kind == ERR_CONFIG && sink_lost(sink), "and it is known why");
	err_clear(&err);
	is_int(sink_prepare(sink, s, &err), 0, "one that nothing was loaded into is made (%s)", err.msg);
	ok(!sink_lost(sink), "nothing is lost");
	is_int(sink_prepare_had(sink, wider, SINK_HAD_COLUMNS, &err), -1, "nor is a column (%s)", err.msg);
	ok(err.kind == ERR_CONFIG && sink_lost(sink) && strstr(err.msg, "note") != NULL, "which is named");
	err_clear(&err);
	is_int(sink_alter(sink, s, &drop, SINK_HAD_TABLE, &gap, &err), 0, "the source drops it (%s)", err.msg);
	is_int(sink_prepare_had(sink, s, SINK_HAD_TABLE, &err), -1, "what was known of it does not count any more");
	schema_unref(s);
	schema_unref(wider);
}

/* ---- rows read back: what a load should have made of a row is what the target has ---- */

struct contract_reading {
	struct sink_reader *reader;
	struct sink_cell expected[16][8];
	bool refused[16];
	size_t count, found, equal;
};

static bool contract_cells_equal(const struct sink_cell *a, const struct sink_cell *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (a[i].kind != b[i].kind ||
				(a[i].kind == CELL_TEXT && (a[i].len != b[i].len || memcmp(a[i].p, b[i].p, a[i].len))))
			return false;
	return true;
}

static int contract_read_row(void *arg, const struct sink_cell *cells)
{
	struct contract_reading *g = arg;

	g->found++;
	for (size_t i = 0; i < g->count; i++)
		g->equal += contract_cells_equal(g->expected[i], cells, sink_reader_columns(g->reader));
	return 0;
}

static void contract_page(struct contract_reading *g, const struct sink_page *page, size_t want, const char *what)
{
	struct err err = { 0 };

	g->found = g->equal = 0;
	is_int(sink_reader_page(g->reader, page, contract_read_row, g, &err), 0, "%s (%s)", what, err.msg);
	is_int(g->found, want, "so many rows");
	is_int(g->equal, want, "each as it was loaded");
}

static void contract_reads(struct sink *sink, struct schema *s, struct contract_rows *r)
{
	struct contract_reading g = { .count = r->count };
	struct sink_cell low, high;
	struct arena arena;
	struct err err = { 0 };
	char why[200];

	arena_init(&arena, 0);
	g.reader = sink_reader_open(sink, s, &err);
	ok(g.reader != NULL, "the table can be read (%s)", err.msg);
	for (size_t i = 0; g.reader && i < r->count; i++)
		is_int(sink_reader_expect(g.reader, s, r->values[i], &arena, g.expected[i], why, sizeof(why)), 0,
				"row %zu: what it should be (%s)", i, why);
	if (g.reader) {
		sink_reader_key(g.reader, g.expected[0], &low);
		sink_reader_key(g.reader, g.expected[1], &high);
		contract_page(&g, &(struct sink_page){ 0 }, 2, "all rows");
		contract_page(&g, &(struct sink_page){ .after = &low, .limit = 5 }, 1, "those behind a key");
		contract_page(&g, &(struct sink_page){ .upto = &low }, 1, "those up to a key");
		contract_page(&g, &(struct sink_page){ .after = &low, .upto = &high, .limit = 1 }, 1,
				"those between two");
		contract_page(&g, &(struct sink_page){ .keys = &high, .nkeys = 1 }, 1, "one by its key");
	}
	sink_reader_close(g.reader);
	arena_done(&arena);
}

static void contract_reads_nothing(struct sink *sink)
{
	struct schema *s = contract_schema("there_is_no_such_table", false);
	struct err err = { 0 };

	ok(sink_reader_open(sink, s, &err) == NULL && err.kind == ERR_DATA, "a table that is not there is told (%s)",
			err.msg);
	schema_unref(s);
}

static void contract_values(struct sink *sink, const char *table, contract_dump *dump)
{
	struct schema *s = contract_schema(table, false);
	struct contract_rows r = { .count = 0 };
	struct sink_result result;
	struct value *v;
	struct err err = { 0 };

	is_int(sink_prepare(sink, s, &err), 0, "the table is made ready (%s)", err.msg);
	v = contract_add(&r, s, false, INT64_MIN, "\"\\\n\xf0\x9f\x98\x80");
	v[2] = (struct value){ .kind = VALUE_DECIMAL, .i = -9999999999, .aux = 2 };
	v[3] = (struct value){ .kind = VALUE_UINT, .u = UINT64_MAX };
	v[4] = (struct value){ .kind = VALUE_DATE, .i = 17702 };
	v[5] = (struct value){ .kind = VALUE_BYTES, .p = "\0\xff\"", .len = 3 };
	v = contract_add(&r, s, false, 1, "");
	v[2] = (struct value){ .kind = VALUE_DECIMAL, .i = 1, .aux = 2 };
	v[3] = (struct value){ .kind = VALUE_UINT, .u = 0 };
	v[5] = (struct value){ .kind = VALUE_BYTES, .p = NULL, .len = 0 };
	is_int(contract_load(sink, s, &r, "e-1", &result), SINK_LOADED, "values at their ends");
	is_int(result.nbad, 0, "none is refused");
	is_str(dump(table, "id, name, amount, big, day, data"),
			"-9223372036854775808|\"\\\n\xf0\x9f\x98\x80|-99999999.99|18446744073709551615|2018-06-20|00ff22\n"
			"1||0.01|0|NULL|\n",
			"every digit and byte is kept");
	r.count = 2; /* they are still there */
	contract_reads(sink, s, &r);
	contract_reads_nothing(sink);
	schema_unref(s);
}

/* Each case has a table of its own, so that the cases do not depend on each other. owner: what the kind tells of a table that is
 * ours; "" where nobody else can have one. */
static void contract_run(struct sink *sink, const char *owner, contract_dump *dump)
{
	contract_labels(sink, "labels", dump);
	contract_looks(sink, "looks");
	contract_owner(sink, "owned", owner);
	contract_changes(sink, "changes", dump);
	contract_bad_row(sink, "bad_row", dump);
	contract_new_column(sink, "new_column", dump);
	contract_values(sink, "values_", dump);
	contract_gone(sink, "gone");
}

#endif
