/*
 * load_row.c - one row: from the cells of the source to a stored row, or to the error log. This is the hot path: the
 * row is written straight into the part's buffer and taken back when a column refuses.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/num/num.h"
#include "core/xalloc.h"
#include "load/double_load.h"

#define LOAD_ERRORS 50

void load_init(struct load *load, const struct plan *p)
{
	memset(load, 0, sizeof(*load));
	buf_init(&load->errors, 16 << 20);
	load->cells = xcalloc(p->nsources + 1, sizeof(*load->cells));
	load->values = xcalloc(p->schema->ncolumns + 1, sizeof(*load->values));
}

void load_done(struct load *load)
{
	buf_done(&load->errors);
	free(load->cells);
	free(load->values);
}

void load_filter(struct load *load, const char *reason, const char *raw, size_t raw_len)
{
	load->counts.total++;
	load->counts.filtered++;
	if (load->nerrors++ >= LOAD_ERRORS)
		return;
	buf_printf(&load->errors, "Error: %s. Row: ", reason);
	buf_put(&load->errors, raw, raw_len < 65536 ? raw_len : 65536);
	buf_putc(&load->errors, '\n');
}

/* 0 or 1; -1: neither. */
static int row_op(const struct plan *p, const struct cell *cells, struct arena *scratch)
{
	struct cell op = { .kind = CELL_NULL };

	if (p->op_expr != NULL)
		op = expr_eval(p->op_expr, cells, scratch);
	else if (p->op_source >= 0)
		op = cells[p->op_source];
	if (op.kind == CELL_ABSENT || (op.kind == CELL_NULL && p->op_expr == NULL))
		return OP_UPSERT;
	if (op.kind == CELL_NULL || op.len != 1 || (*op.p != '0' && *op.p != '1'))
		return -1;
	return *op.p - '0';
}

/* The DEFAULT of a column that `columns` leaves out. */
static struct cell preset(const struct column *c, struct arena *scratch)
{
	char *now;
	size_t len;

	if (!c->default_now)
		return cell_str(c->preset);
	now = arena_reserve(scratch, 48);
	len = num_iso_datetime(now, clock_wall_us() / 1000000 * 1000000, 0, ' ');
	arena_commit(scratch, len);
	return cell_text(now, len);
}

/* Fills load->values; returns the bytes that the row may need. */
static size_t gather(struct plan *p, struct load *load)
{
	const struct schema *schema = p->schema;
	size_t bound = sizeof(struct row_head) + schema->ncolumns * sizeof(uint32_t);

	for (unsigned i = 0; i < schema->ncolumns; i++) {
		struct cell *value = &load->values[i];

		switch (p->columns[i].from) {
		case FROM_SOURCE:
			*value = load->cells[p->columns[i].source];
			if (value->kind == CELL_ABSENT)
				value->kind = CELL_NULL;
			break;
		case FROM_EXPR: *value = expr_eval(p->columns[i].expr, load->cells, &p->scratch); break;
		case FROM_PRESET: *value = preset(&schema->columns[i], &p->scratch); break;
		case FROM_ABSENT: *value = (struct cell){ .kind = CELL_ABSENT }; break;
		}
		bound += value->kind > CELL_NULL ? type_bound(value) : 0;
		if (i < schema->nkey)
			bound += 2 * (size_t)value->len + 32;
	}
	return bound;
}

static const char *bad_value(struct plan *p, const struct column *c, const struct cell *value, enum type_result result)
{
	if (result == TYPE_TOO_LONG)
		return arena_printf(&p->scratch, "String '%.*s'(length=%u) is too long. The max length of '%s' is %u",
				(int)(value->len < 100 ? value->len : 100), value->p, value->len, c->name, c->type.len);
	return arena_printf(&p->scratch, "Value '%.*s' can not be converted to the type of column '%s'",
			(int)(value->len < 100 ? value->len : 100), value->p, c->name);
}

/* One cell at `to`: its length and its text. NULL when the row has to go; *problem says why. */
static char *put_cell(struct plan *p, const struct column *c, const struct cell *value, char *to, const char **problem)
{
	uint32_t head = CELL_LEN_NULL;
	size_t len = 0;
	enum type_result result;

	if (value->kind == CELL_ABSENT) {
		head = CELL_LEN_ABSENT;
	} else if (value->kind != CELL_NULL) {
		result = type_write(&c->type, value, to + sizeof(head), &len);
		if (result == TYPE_TOO_LONG || (result == TYPE_BAD && p->strict)) {
			*problem = bad_value(p, c, value, result);
			return NULL;
		}
		head = result == TYPE_OK ? (uint32_t)len : CELL_LEN_NULL;
	}
	if (head == CELL_LEN_NULL && !c->nullable) {
		*problem = arena_printf(&p->scratch, "NULL value in non-nullable column '%s'", c->name);
		return NULL;
	}
	memcpy(to, &head, sizeof(head));
	return to + sizeof(head) + (head < CELL_LEN_ABSENT ? len : 0);
}

/* A row of a Duplicate Key table is nobody's successor: a number that no other row has stands for its key. */
static int put_unique(char *to)
{
	static _Atomic uint64_t last;
	int64_t now = clock_wall_us();
	uint64_t number = atomic_fetch_add(&last, 1);

	memcpy(to, &now, sizeof(now));
	memcpy(to + sizeof(now), &number, sizeof(number));
	return sizeof(now) + sizeof(number);
}

/* The key follows from the first cells as they were just written. -1: longer than StarRocks takes. */
static int put_key(const struct schema *schema, const char *cells, char *to)
{
	char *start = to;

	if (schema->model == MODEL_DUPLICATE)
		return put_unique(to);
	for (unsigned i = 0; i < schema->nkey; i++) {
		uint32_t len;

		memcpy(&len, cells, sizeof(len));
		cells += sizeof(len);
		to += type_key(&schema->columns[i].type, cells, len, i + 1 == schema->nkey, to);
		cells += len;
	}
	return to - start > TYPE_KEY_MAX ? -1 : (int)(to - start);
}

static int put_row(struct plan *p, struct load *load, struct txn_part *part, int op, const char **problem)
{
	char *start = buf_reserve(&part->rows, gather(p, load)), *to;
	struct row_head head = { .schema = p->schema->index, .op = (uint8_t)op };
	int key_len;

	if (start == NULL)
		return -1;
	to = start + sizeof(head);
	for (unsigned i = 0; i < p->schema->ncolumns; i++) {
		to = put_cell(p, &p->schema->columns[i], &load->values[i], to, problem);
		if (to == NULL)
			return 0;
	}
	key_len = put_key(p->schema, start + sizeof(head), to);
	if (key_len < 0)
		return -1;
	head.key_len = (uint8_t)key_len;
	head.size = (uint32_t)(to - start) + (uint32_t)key_len;
	memcpy(start, &head, sizeof(head));
	part->rows.len += head.size;
	part->nrows++;
	return 0;
}

int load_row(struct plan *p, struct load *load, struct txn_part *part, const char *raw, size_t raw_len, struct err *err)
{
	const char *problem = NULL;
	int op;

	if (p->where != NULL && !expr_true(p->where, load->cells, &p->scratch)) {
		load->counts.total++;
		load->counts.unselected++;
		arena_reset(&p->scratch);
		return 0;
	}
	op = row_op(p, load->cells, &p->scratch);
	if (op < 0)
		problem = "The value of __op is neither 0 nor 1";
	else if (put_row(p, load, part, op, &problem) != 0)
		return part->rows.failed ? err_set(err, ERR_DATA, 0, "Memory of process exceed limit. Stream Load")
					 : err_set(err, ERR_DATA, 0, "primary key size exceed the limit.");
	if (problem != NULL) {
		load_filter(load, problem, raw, raw_len);
	} else {
		load->counts.total++;
		load->counts.loaded++;
	}
	arena_reset(&p->scratch);
	return 0;
}

int load_body(struct plan *p, struct load *load, struct txn_part *part, const char *body, size_t len, struct err *err)
{
	load->counts.bytes += len;
	part->partial = p->partial || p->schema->model == MODEL_AGGREGATE; /* what the table holds comes in */
	part->merge_column = p->merge_column;
	return p->json ? load_json(p, load, part, body, len, err) : load_csv(p, load, part, body, len, err);
}
