/* script_rows.h - a table of many types and batches of its rows, made by hand, for the tests and the bench of scripts. */
#ifndef TESTS_SCRIPT_ROWS_H
#define TESTS_SCRIPT_ROWS_H

#include <string.h>

#include "core/intern.h"
#include "row/batch.h"

enum {
	C_ID,
	C_STATUS,
	C_AMOUNT,
	C_EMAIL,
	C_BIG,
	C_HUGE,
	C_CREATED,
	C_DOC,
	C_SMALL,
	C_RATIO,
	C_KIND,
	C_DAY,
	C_ACTIVE,
	C_RAW
};

__attribute__((unused)) static struct schema *orders_schema(void)
{
	static const char *const labels[] = { "new", "old" };
	static const struct column columns[] = {
		{ .name = "id", .type = COL_BIGINT },
		{ .name = "status", .type = COL_VARCHAR, .length = 20, .charset = "utf8mb4", .nullable = true },
		{ .name = "amount", .type = COL_DECIMAL, .precision = 10, .scale = 2, .nullable = true },
		{ .name = "email", .type = COL_VARCHAR, .length = 100, .charset = "utf8mb4", .nullable = true },
		{ .name = "big", .type = COL_BIGINT, .is_unsigned = true, .nullable = true },
		{ .name = "huge", .type = COL_DECIMAL, .precision = 65, .scale = 30, .nullable = true },
		{ .name = "created", .type = COL_DATETIME, .scale = 6, .nullable = true },
		{ .name = "doc", .type = COL_JSON, .nullable = true },
		{ .name = "small", .type = COL_TINYINT, .nullable = false },
		{ .name = "ratio", .type = COL_DOUBLE, .nullable = true },
		{ .name = "kind",
				.type = COL_ENUM,
				.labels = 2,
				.label = labels,
				.charset = "utf8mb4",
				.nullable = true },
		{ .name = "day", .type = COL_DATE, .nullable = true },
		{ .name = "active", .type = COL_TINYINT, .length = 1, .nullable = true },
		{ .name = "raw", .type = COL_VARBINARY, .length = 16, .nullable = true },
	};
	const char *key = "id";
	struct schema *s = schema_new("testdb", "orders");

	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++)
		schema_add_column(s, &columns[i]);
	schema_set_key(s, &key, 1);
	s->exact = true;
	return s;
}

__attribute__((unused)) static struct value *orders_row(struct batch *b, const struct schema *s, int64_t id,
		const char *status)
{
	static const char huge[] = "12345678901234567890123456789012345.123456789012345678901234567890";
	static const char doc[] = "{\"b\":[],\"a\":{\"x\":1.5,\"n\":null}}";
	struct value *row = batch_row(b, s);

	row[C_ID] = value_int(id);
	row[C_STATUS] = status ? value_text(status, strlen(status)) : value_null();
	row[C_AMOUNT] = (struct value){ .kind = VALUE_DECIMAL, .aux = 2, .i = 12345 };
	row[C_EMAIL] = value_text("jane.doe@example.com", 20);
	row[C_BIG] = (struct value){ .kind = VALUE_UINT, .u = UINT64_MAX };
	row[C_HUGE] = (struct value){ .kind = VALUE_BIGDECIMAL, .aux = 30, .p = huge, .len = sizeof(huge) - 1 };
	row[C_CREATED] = (struct value){ .kind = VALUE_DATETIME, .aux = 6, .i = 1529501823500000 };
	row[C_DOC] = value_text(doc, sizeof(doc) - 1);
	row[C_SMALL] = value_int(5);
	row[C_RATIO] = (struct value){ .kind = VALUE_DOUBLE, .d = 0.25 };
	row[C_KIND] = value_text("new", 3);
	row[C_DAY] = (struct value){ .kind = VALUE_DATE, .i = 17702 };
	row[C_ACTIVE] = value_int(1);
	return row; /* raw is absent */
}

__attribute__((unused)) static struct change *orders_change(struct batch *b, struct schema *s, enum change_op op,
		struct value *before, struct value *after)
{
	struct record *r = batch_add_record(b);
	struct change *c = batch_add_change(b);

	r->topic = intern("mysql.testdb.orders");
	r->partition = 3;
	r->offset = (int64_t)b->nrecords + 99;
	r->key = "{\"id\":1}";
	r->key_len = 8;
	r->commit_us = 1529501823123456;
	*c = (struct change){
		.op = op,
		.schema = s,
		.before = before,
		.after = after,
		.record = (uint32_t)b->nrecords - 1,
	};
	batch_hold_schema(b, s);
	return c;
}

/* A change of such a row, with the images that its op has; the old one of an update has the status "before". */
__attribute__((unused)) static struct change *orders_add(struct batch *b, struct schema *s, enum change_op op,
		int64_t id, const char *status)
{
	struct value *row = orders_row(b, s, id, status), *old = orders_row(b, s, id, "before");

	return orders_change(b, s, op,
			op == CHANGE_UPDATE		      ? old
					: op == CHANGE_DELETE ? row
							      : NULL,
			op == CHANGE_DELETE ? NULL : row);
}

#endif
